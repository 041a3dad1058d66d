"""The flow between two commits: an operation that is stored is asked of its gateway, and what came back is stored.

No transaction is open while a gateway is called. Whatever happens between, the operation is there and holds its balance, and the
clock asks the gateway what became of it, under the same key.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from attrs import evolve

from lockportal.context import Context
from lockportal.core.actor import SYSTEM, Actor
from lockportal.core.errors import Refused
from lockportal.payments.asking import asked, follow_of, start_of
from lockportal.payments.exchanges import Exchange
from lockportal.payments.following.commands import Observe, SendOperation
from lockportal.payments.gateways import Answered, Gateways
from lockportal.payments.horizons import past, repeatable, soon
from lockportal.payments.methods import Captures, MethodCapability
from lockportal.payments.models import Operation, Payment, gateway_claim
from lockportal.payments.operations import UNANSWERED, Observation, OpKind, OpStatus
from lockportal.payments.payers import NextAction, Payer
from lockportal.payments.requests import CompleteRequest, FetchRequest, FollowRequest, Found, MethodFacts, StartRequest
from lockportal.payments.saving.commands import KeepMethod
from lockportal.payments.saving.models import paid_method_id
from lockportal.payments.settings import PaymentsSettings
from lockportal.payments.stored import Stored

__all__ = ["Calling", "Payer"]

_LOG: Final = logging.getLogger("lockportal.payments")
_BRINGS: Final = frozenset({OpKind.SALE, OpKind.CAPTURE})
_TAKES: Final = frozenset({OpKind.SALE, OpKind.AUTHORIZE})
_REF_TAKEN: Final = "operation.gateway_ref_taken"


_Judge = Callable[[Operation, MethodCapability, datetime], bool]


class Calling:
    """Asks gateways, and stores what they say."""

    def __init__(self, context: Context, gateways: Gateways) -> None:
        """Take the shell and the gateways."""
        self.stored = Stored(context)
        self._shell = context.shell
        self._clock = context.clock
        self._base_url = context.base_url
        self._gateways = gateways
        self._page = timedelta(minutes=context.shell.settings(PaymentsSettings).page_minutes)

    def perform(
        self, account_id: UUID, operation_id: UUID, *, missing: int | None = None, waited_for: bool = False
    ) -> NextAction | None:
        """Ask the gateway to do an operation that is stored, once or again: it is the same to the gateway under the same key.

        Answers what the payer has to do next, if anything. Nothing is asked of one that is over. `missing` says that the gateway
        never received it when it had been sent so often; `waited_for` that somebody waits for the answer, and would try again.
        What may have been received is not sent again to a gateway that does not know its key again, or not any more.
        """
        operation = self.stored.operation(account_id, operation_id)
        if operation.status not in UNANSWERED:
            return self.stored.next_action(operation)
        payment = self.stored.payment(account_id, operation.payment_id)
        request = self._request(operation, payment)
        again = operation.sends > 0 or not self._send(operation, payment)
        known = missing is not None
        if again:
            operation = self.stored.operation(account_id, operation_id)
            if operation.status not in UNANSWERED or missing not in {None, operation.sends}:
                return self.stored.next_action(operation)
            unsent = self._unsent(operation)
            if not unsent and not self._judged(repeatable, operation):
                self._leave(operation, missing=known)
                return self.stored.next_action(self.stored.operation(account_id, operation_id))
            if not self._send(operation, payment):
                return self.stored.next_action(self.stored.operation(account_id, operation_id))
            known = known or unsent
        sends = operation.sends + 1
        doubtful = again and not known
        answered = self._gateways.ask(operation, lambda gateway: asked(gateway, operation.kind, request), again=doubtful)
        self._keep(operation, operation.kind.value, answered)
        if answered.not_sent and not doubtful and waited_for:
            self.observe(operation, (self._gateways.gone(operation),), sends=sends)  # proven, and nobody waits for a second try
        self.observe(operation, answered.observations)
        if answered.result is not None:
            self.keep_saved(operation, answered.result.method)
        return None if answered.result is None else answered.result.next_action

    def never_sent(self, payment: Payment) -> bool:
        """Say whether a payment was closed because it is proven that its gateway never received it."""
        operation = self.stored.operation(payment.account_id, payment.operations[0])
        return operation.status is OpStatus.FAILED and self._none_arrived(operation)

    def complete(self, operation: Operation, params: dict[str, str]) -> None:
        """Ask what became of an operation whose payer came back; what they brought proves nothing."""
        request = CompleteRequest(
            operation_id=operation.id, gateway_ref=operation.gateway_ref, money=operation.amount, params=params
        )
        answered = self._gateways.ask(operation, lambda gateway: gateway.complete(request))
        self._keep(operation, "complete", answered)
        if answered.result is not None:
            self.observe(operation, answered.observations)
            self.keep_saved(operation, answered.result.method)

    def pursue(self, account_id: UUID, operation_id: UUID) -> None:
        """Ask what became of an operation that is under way; send it again where it was never received and that is safe."""
        operation = self.stored.operation(account_id, operation_id)
        watched = operation.live or (operation.polled and operation.status is OpStatus.SUCCEEDED)
        if not watched or not operation.merchant_account:
            return
        if self._judged(soon, operation) and self._unsent(operation):
            self.perform(account_id, operation_id)
            return
        request = FetchRequest(
            operation_id=operation.id,
            kind=operation.kind,
            money=operation.amount,
            gateway_ref=operation.gateway_ref,
            parent=self.stored.parent(operation),
        )
        result = self._gateways.fetch(operation, lambda gateway: gateway.fetch(request))
        if result.found is Found.FOUND:
            self.observe(operation, result.observations)
            self._take_agreed(account_id, operation_id)
        elif result.found is Found.NOT_FOUND and self._judged(past, operation):
            if operation.kind in _TAKES:
                self.observe(operation, (self._gateways.gone(operation),), sends=operation.sends)
            else:
                self.perform(account_id, operation_id, missing=operation.sends)

    def observe(
        self,
        operation: Operation,
        observations: tuple[Observation, ...],
        by: Actor = SYSTEM,
        *,
        event_id: str = "",
        event_type: str = "",
        received_at: datetime | None = None,
        sends: int | None = None,
    ) -> None:
        """Store what was seen of an operation; nothing where nothing was, or where it was sent oftener than `sends` meanwhile.

        Where the gateway gives it a reference that another operation has, what it tells is kept, for a person to look at.
        """
        if not observations:
            return
        command = Observe(
            account_id=operation.account_id,
            operation_id=operation.id,
            observations=observations,
            event_id=event_id,
            event_type=event_type,
            received_at=received_at,
            sends=sends,
        )
        try:
            self._shell.run(command, by)
        except Refused as refused:
            if refused.code != _REF_TAKEN:
                raise
            _LOG.error("a gateway's reference is another operation's", extra={"operation": str(operation.id)})
            kept = tuple(self._without_taken(operation, one) for one in observations)
            self._shell.run(evolve(command, observations=kept), by)

    def captures_once(self, payment: Payment) -> bool:
        """Say whether the gateway gives up what a capture leaves of an authorization."""
        return self.capability(payment).captures is Captures.MANUAL

    def capability(self, payment: Payment) -> MethodCapability:
        """Answer what the gateway of a payment can do with its method."""
        return self._gateways.merchant(payment.merchant_account).method(payment.method)

    def keep_saved(self, operation: Operation, facts: MethodFacts | None) -> None:
        """Keep the method that was saved by a payment, where its payer wanted that."""
        if facts is None:
            return
        payment = self.stored.payment(operation.account_id, operation.payment_id)
        if payment.saves:
            command = KeepMethod(
                account_id=operation.account_id,
                method_id=paid_method_id(operation.id),
                merchant_account=operation.merchant_account,
                facts=facts,
                contact_id=payment.contact_id,
            )
            self.keep(command)

    def keep(self, command: KeepMethod, by: Actor = SYSTEM) -> None:
        """Keep what a gateway tells of a method; one that it tells of for two customers stays with the first."""
        try:
            self._shell.run(command, by)
        except Refused as refused:
            _LOG.error("a saved method is another customer's", extra={"account": str(command.account_id), "code": refused.code})

    def _take_agreed(self, account_id: UUID, operation_id: UUID) -> None:
        """Have what its payer may have agreed to taken where only `complete` does that, though their browser never came back."""
        operation = self.stored.operation(account_id, operation_id)
        if operation.status is not OpStatus.ACTION_REQUIRED:
            return
        if self.capability(self.stored.payment(account_id, operation.payment_id)).completes:
            self.complete(operation, {})

    def _judged(self, judge: _Judge, operation: Operation) -> bool:
        able = self.capability(self.stored.payment(operation.account_id, operation.payment_id))
        return judge(operation, able, self._clock.now())

    def _unsent(self, operation: Operation) -> bool:
        """Say whether it is proven that an operation never reached its gateway, however often it was sent."""
        return operation.status is OpStatus.SENT and self._none_arrived(operation)

    def _none_arrived(self, operation: Operation) -> bool:
        told = [one for one in self.stored.exchanges(operation.account_id, [operation.id]) if one.call == operation.kind.value]
        return len(told) == operation.sends and not any(one.sent for one in told)

    def _leave(self, operation: Operation, *, missing: bool) -> None:
        """Ask what became of an operation that is not to be sent again; where that was asked already, leave it to a person."""
        if missing:
            self.observe(operation, (self._gateways.unsure(operation),), sends=operation.sends)
        else:
            self.pursue(operation.account_id, operation.id)

    def _without_taken(self, operation: Operation, seen: Observation) -> Observation:
        """Answer an observation whose reference, where another operation has it, is told apart."""
        held = self._shell.find(gateway_claim(operation.merchant_account, seen.gateway_ref)) if seen.gateway_ref else None
        if held is None or (held.record_id == operation.id and seen.kind is operation.kind):
            return seen
        return evolve(seen, gateway_ref="", taken_ref=seen.gateway_ref)

    def _send(self, operation: Operation, payment: Payment) -> bool:
        """Note that an operation is being sent; False where somebody else did meanwhile, or it is over."""
        days, polled = self._gateways.returns(payment) if operation.kind in _BRINGS else (0, False)
        command = SendOperation(
            account_id=operation.account_id,
            operation_id=operation.id,
            sends=operation.sends,
            return_days=days,
            polled=polled,
        )
        try:
            self._shell.run(command, SYSTEM)
        except Refused:
            return False
        return True

    def _keep(self, operation: Operation, call: str, answered: Answered) -> None:
        result = answered.result
        self._shell.observe(
            Exchange(
                id=self._clock.new_id(),
                account_id=operation.account_id,
                operation_id=operation.id,
                call=call,
                at=self._clock.now(),
                sent=not answered.not_sent,
                outcome=answered.outcome,
                request_id="" if result is None else result.request_id,
                next_action=None if result is None else result.next_action,
                transcript="" if result is None else result.exchange,
            )
        )

    def _request(self, operation: Operation, payment: Payment) -> StartRequest | FollowRequest:
        parent = self.stored.parent(operation)
        if parent is not None:
            return follow_of(operation, parent)
        known = None if payment.method_id is None else self.stored.saved(operation.account_id, payment.method_id).method_ref
        customer = self.stored.customer(operation.account_id)
        return start_of(operation, payment, home=self._base_url, page=self._page, method=known, customer=customer)
