"""The flow between two commits: an operation that is stored is asked of its gateway, and what came back is stored.

No transaction is open while a gateway is called. Whatever happens between, the operation is there and holds its balance, and the
clock asks the gateway what became of it, under the same key.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from attrs import frozen

from lockportal.context import Context
from lockportal.core.actor import SYSTEM, Actor
from lockportal.core.errors import NotFound, Refused
from lockportal.payments.following.commands import Observe, SendOperation
from lockportal.payments.gateways import Answered, Gateways
from lockportal.payments.methods import FetchBy, Idempotency, MethodCapability
from lockportal.payments.models import Exchange, NextAction, Operation, Payment
from lockportal.payments.operations import Observation, OpKind, OpStatus
from lockportal.payments.ports import (
    CompleteRequest,
    CustomerRef,
    FetchRequest,
    FollowRequest,
    Found,
    GatewayResult,
    Intent,
    InvoiceRef,
    OperationRef,
    PaymentGateway,
    StartRequest,
)
from lockportal.payments.queries import EXCHANGES, OPERATION, OPERATIONS, PAYMENT, exchange_of, operation_of, payment_of
from lockportal.profiles import queries as profiles

_TAKES: Final = frozenset({OpKind.SALE, OpKind.AUTHORIZE})
_STARTS: Final = frozenset({OpStatus.CREATED, OpStatus.SENT, OpStatus.UNKNOWN})


@frozen(kw_only=True)
class Payer:
    """What a gateway may know of who pays: where their browser goes on, their language, and whether they are there at all."""

    return_url: str
    cancel_url: str
    locale: str = "en"
    present: bool = True


class Calling:
    """Asks gateways, and stores what they say."""

    def __init__(self, context: Context, gateways: Gateways) -> None:
        """Take the shell and the gateways."""
        self._shell = context.shell
        self._clock = context.clock
        self._base_url = context.base_url
        self._gateways = gateways

    def perform(
        self, account_id: UUID, operation_id: UUID, payer: Payer | None = None, *, missing: bool = False
    ) -> NextAction | None:
        """Ask the gateway to do an operation that is stored, once or again: it is the same to the gateway under the same key.

        Answers what the payer has to do next, if anything. Nothing is asked of one that is over. `missing` says that the gateway
        was just asked for it, and never received it. A gateway that does not know its keys again is not asked twice.
        """
        operation = self.operation(account_id, operation_id)
        if operation.status not in _STARTS:
            return self.next_action(operation)
        request = self._request(operation, payer)
        again = not self._first(operation) and not missing
        if again and not self._repeatable(operation):
            self.pursue(account_id, operation_id)
            return self.next_action(self.operation(account_id, operation_id))
        answered = self._gateways.ask(operation, lambda gateway: _do(gateway, operation.kind, request), again=again)
        self._keep(operation, operation.kind.value, answered)
        observations = answered.observations
        if answered.not_sent and not again and payer is not None and payer.present:
            observations = (self._gateways.gone(operation),)  # proven not to be done, and nobody waits for a second try
        self.observe(operation, observations)
        return None if answered.result is None else answered.result.next_action

    def complete(self, operation: Operation, params: dict[str, str]) -> None:
        """Ask what became of an operation whose payer came back; what they brought proves nothing."""
        request = CompleteRequest(
            operation_id=operation.id, gateway_ref=operation.gateway_ref, money=operation.amount, params=params
        )
        answered = self._gateways.ask(operation, lambda gateway: gateway.complete(request))
        self._keep(operation, "complete", answered)
        if answered.result is not None:
            self.observe(operation, answered.observations)

    def pursue(self, account_id: UUID, operation_id: UUID) -> None:
        """Ask what became of an operation that is under way; send it again where it was never received and that is safe."""
        operation = self.operation(account_id, operation_id)
        if not operation.live or not operation.merchant_account:
            return
        request = FetchRequest(
            operation_id=operation.id,
            kind=operation.kind,
            money=operation.amount,
            gateway_ref=operation.gateway_ref,
            parent=self._parent(operation),
        )
        result = self._gateways.fetch(operation, lambda gateway: gateway.fetch(request))
        if result.found is Found.FOUND:
            self.observe(operation, result.observations)
        elif result.found is Found.NOT_FOUND and self._past(operation):
            if operation.kind in _TAKES:
                self.observe(operation, (self._gateways.gone(operation),))
            else:
                self.perform(account_id, operation_id, missing=True)

    def observe(
        self,
        operation: Operation,
        observations: tuple[Observation, ...],
        by: Actor = SYSTEM,
        *,
        event_id: str = "",
        event_type: str = "",
        received_at: datetime | None = None,
    ) -> None:
        """Store what was seen of an operation; nothing where nothing was."""
        if observations:
            command = Observe(
                account_id=operation.account_id,
                operation_id=operation.id,
                observations=observations,
                event_id=event_id,
                event_type=event_type,
                received_at=received_at,
            )
            self._shell.run(command, by)

    def operation(self, account_id: UUID, operation_id: UUID) -> Operation:
        """Answer one operation as it is stored now."""
        return operation_of(_one(self._shell.ask(OPERATION, SYSTEM, account_id=account_id, operation=operation_id)))

    def payment(self, account_id: UUID, payment_id: UUID) -> Payment:
        """Answer one payment as it is stored now."""
        return payment_of(_one(self._shell.ask(PAYMENT, SYSTEM, account_id=account_id, payment=payment_id)))

    def operations(self, account_id: UUID, payment_id: UUID) -> tuple[Operation, ...]:
        """Answer the operations of a payment in the order of their making."""
        return tuple(map(operation_of, self._shell.ask(OPERATIONS, SYSTEM, account_id=account_id, payment=payment_id)))

    def next_action(self, operation: Operation) -> NextAction | None:
        """Answer what the payer was told last to do for an operation that still waits for it."""
        if operation.status is not OpStatus.ACTION_REQUIRED:
            return None
        told = [one for one in self.exchanges(operation.account_id, [operation.id]) if one.next_action is not None]
        return told[-1].next_action if told else None

    def exchanges(self, account_id: UUID, operations: list[UUID]) -> tuple[Exchange, ...]:
        """Answer what was said to gateways and by them."""
        return tuple(map(exchange_of, self._shell.ask(EXCHANGES, SYSTEM, account_id=account_id, operations=operations)))

    def capability(self, payment: Payment) -> MethodCapability:
        """Answer what the gateway of a payment can do with its method."""
        return self._gateways.merchant(payment.merchant_account).method(payment.method)

    def _past(self, operation: Operation) -> bool:
        """Say whether an operation that the gateway does not find was never received, as far as its horizon tells.

        One that it has told of was received; one of which only a lost reference would tell may have been.
        """
        if operation.status not in _STARTS:
            return False
        able = self.capability(self.payment(operation.account_id, operation.payment_id))
        findable = FetchBy.OPERATION_ID in able.fetch or bool(operation.gateway_ref)
        return findable and self._clock.now() - operation.created_at >= able.horizon

    def _first(self, operation: Operation) -> bool:
        """Note that an operation is being sent; say whether nobody has before."""
        try:
            self._shell.run(SendOperation(account_id=operation.account_id, operation_id=operation.id), SYSTEM)
        except Refused:
            return False
        return True

    def _repeatable(self, operation: Operation) -> bool:
        able = self.capability(self.payment(operation.account_id, operation.payment_id))
        window = able.idempotency_window
        fresh = window is None or self._clock.now() - operation.created_at < window
        return able.idempotency is Idempotency.NATIVE and fresh

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

    def _request(self, operation: Operation, payer: Payer | None) -> StartRequest | FollowRequest:
        parent = self._parent(operation)
        if parent is not None:
            return FollowRequest(operation_id=operation.id, money=operation.amount, parent=parent, reason=operation.reason)
        payment = self.payment(operation.account_id, operation.payment_id)
        page = f"{self._base_url}/accounts/{operation.account_id}/payments/{payment.id}"
        there = payer or Payer(return_url=page, cancel_url=page, present=False)
        return StartRequest(
            operation_id=operation.id,
            money=operation.amount,
            intent=Intent.SALE if operation.kind is OpKind.SALE else Intent.AUTHORIZE,
            kind=payment.method,
            customer=self._customer(operation.account_id),
            reference=payment.reference,
            invoices=tuple(InvoiceRef(number=line.number, amount=line.cash) for line in payment.lines),
            return_url=there.return_url,
            cancel_url=there.cancel_url,
            locale=there.locale,
            off_session=not there.present,
        )

    def _parent(self, operation: Operation) -> OperationRef | None:
        if operation.parent_id is None:
            return None
        parent = self.operation(operation.account_id, operation.parent_id)
        return OperationRef(operation_id=parent.id, gateway_ref=parent.gateway_ref, money=parent.amount)

    def _customer(self, account_id: UUID) -> CustomerRef:
        row = _one(self._shell.ask(profiles.CUSTOMER, SYSTEM, account_id=account_id))
        return CustomerRef(account_id=account_id, number=row.number, name=row.name)


def _do(gateway: PaymentGateway, kind: OpKind, request: StartRequest | FollowRequest) -> GatewayResult:
    """Call the method of an operation's kind."""
    if isinstance(request, StartRequest):
        return gateway.start(request)
    calls = {OpKind.CAPTURE: gateway.capture, OpKind.VOID: gateway.void, OpKind.REFUND: gateway.refund}
    return calls[kind](request)


def _one(rows: Any) -> Any:  # noqa: ANN401 - rows of a question
    if not rows:
        raise NotFound("payment.not_found", "There is no such payment.")
    return rows[0]
