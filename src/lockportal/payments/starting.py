"""Before a payment is begun: the hooks say whether it may be, whether it may cost a fee, and through which account it goes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from attrs import evolve

from lockportal.context import Context
from lockportal.core.actor import SYSTEM, Actor
from lockportal.core.errors import NotFound, Refused
from lockportal.core.money import Money
from lockportal.payments.commands import StartPayment
from lockportal.payments.methods import MethodKind
from lockportal.payments.models import Payment, PaymentStarted
from lockportal.payments.operations import OpKind
from lockportal.payments.planning import CreditChoice, LineChoice
from lockportal.payments.ports import PaymentDraft, PolicyDecision, RouteRequest, Verdict
from lockportal.payments.settings import PaymentsSettings
from lockportal.profiles import queries as profiles

_DENIED: Final = "This payment cannot be made here. Please call us."


class Starting:
    """Makes the command that begins a payment."""

    def __init__(self, context: Context) -> None:
        """Bind the two hooks, where any plugin has them."""
        self._shell = context.shell
        self._settings = context.shell.settings(PaymentsSettings)
        self._route = _bound(context.hook.lockportal_route_payment)
        self._policy = _bound(context.hook.lockportal_payment_policy)

    def command(
        self,
        account_id: UUID,
        by: Actor,
        *,
        currency: str,
        method: MethodKind,
        lines: tuple[LineChoice, ...],
        credits: tuple[CreditChoice, ...],  # noqa: A002 - the word of the trade
        on_account: Money | None,
        discounts: bool,
        expected: Money | None = None,
        kind: OpKind = OpKind.SALE,
    ) -> StartPayment:
        """Answer the command; the hooks are asked first, where there are any, with the money that it comes to."""
        candidates = tuple(rule.merchant_account for rule in self._settings.methods if rule.method is method)
        command = StartPayment(
            account_id=account_id,
            currency=currency,
            lines=lines,
            credits=credits,
            on_account=on_account,
            method=method,
            discounts=discounts,
            kind=kind,
            expected=expected,
        )
        if self._policy is None and (self._route is None or len(candidates) < 2):  # noqa: PLR2004 - nothing to choose from
            return command
        return self._decided(command, by, candidates)

    def _decided(self, command: StartPayment, by: Actor, candidates: tuple[str, ...]) -> StartPayment:
        command.audience.check(by, command.account_id)
        try:
            payment = self._payment(evolve(command, expected=None), by)
        except Refused:
            return command  # running it says the same, or knows that it was done before
        money, command = payment.amount, evolve(command, merchant_account=payment.merchant_account)
        rows = self._shell.ask(profiles.CUSTOMER, SYSTEM, account_id=command.account_id)
        if not rows:
            raise NotFound("account.not_found", "There is no such account.")
        customer = rows[0]
        if self._route is not None and len(candidates) > 1:
            request = RouteRequest(
                account_id=command.account_id,
                customer_number=customer.number,
                money=money,
                kind=command.method,
                candidates=candidates,
            )
            routed = self._route(request=request)
            if routed in candidates:
                command = evolve(command, merchant_account=routed)
        decisions = self._decisions(command, money, customer)
        for one in decisions:
            if one.verdict is Verdict.DENY:
                raise Refused("payment.denied", one.reason or _DENIED)
        return evolve(command, fee_forbidden=any(one.fee_forbidden for one in decisions))

    def _payment(self, command: StartPayment, by: Actor) -> Payment:
        events = self._shell.rehearse(command, by).events
        return next(event.payment for event in events if isinstance(event, PaymentStarted))

    def _decisions(self, command: StartPayment, money: Money, customer: Any) -> Sequence[PolicyDecision]:  # noqa: ANN401 - a row
        if self._policy is None:
            return ()
        draft = PaymentDraft(
            account_id=command.account_id,
            customer_number=customer.number,
            country=customer.address.country,
            money=money,
            kind=command.method,
            merchant_account=command.merchant_account,
        )
        return [one for one in self._policy(draft=draft) if one is not None]


def _bound(hook: Any) -> Any:  # noqa: ANN401 - pluggy's caller
    """Answer a hook that some plugin has, else None: then nobody is asked."""
    return hook if hook.get_hookimpls() else None
