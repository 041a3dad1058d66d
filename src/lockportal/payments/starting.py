"""Before a payment is begun: the hooks say whether it may be, whether it may cost a fee, and through which account it goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from attrs import evolve

from lockportal.context import Context
from lockportal.core.actor import SYSTEM, Actor
from lockportal.core.errors import Refused
from lockportal.core.money import Money
from lockportal.payments.commands import StartPayment
from lockportal.payments.merchants.accounts import Merchants
from lockportal.payments.methods import MethodKind
from lockportal.payments.models import Payment, PaymentStarted
from lockportal.payments.operations import OpKind
from lockportal.payments.payers import Payer
from lockportal.payments.planning import CreditChoice, LineChoice
from lockportal.payments.ports import PaymentDraft, PolicyDecision, RouteRequest, Verdict
from lockportal.payments.settings import PaymentsSettings
from lockportal.profiles import queries as profiles

_DENIED: Final = "This payment cannot be made here. Please call us."


class Starting:
    """Makes the command that begins a payment."""

    def __init__(self, context: Context, merchants: Merchants) -> None:
        """Bind the two hooks, where any plugin has them, and take the accounts of which some may be closed."""
        self._merchants = merchants
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
        method_id: UUID | None = None,
        save: bool = False,
        deposit_id: UUID | None = None,
        payer: Payer | None = None,
    ) -> StartPayment:
        """Answer the command; the hooks are asked first, where there are any, with the money that it comes to."""
        closed = self._merchants.names()
        fitting = (rule.merchant_account for rule in self._settings.methods if rule.method is method)
        candidates = tuple(name for name in fitting if name not in closed)
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
            method_id=method_id,
            save=save,
            deposit_id=deposit_id,
            payer=payer,
            closed=closed,
        )
        if self._policy is None and (self._route is None or len(candidates) < 2):  # noqa: PLR2004 - nothing to choose from
            return command
        return self._decided(command, by, candidates)

    def _decided(self, command: StartPayment, by: Actor, candidates: tuple[str, ...]) -> StartPayment:
        command.audience.check(by, command.account_id)
        try:
            payment = self._payment(evolve(command, expected=None), by)
        except Refused:
            return evolve(command, undecided=True)  # running it says the same, or knows that it was done before
        money, command = payment.amount, evolve(command, merchant_account=payment.merchant_account)
        customer = self._shell.ask(profiles.CUSTOMER, SYSTEM, account_id=command.account_id)[0]
        if self._route is not None and len(candidates) > 1 and command.method_id is None:
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
        _check(decisions)
        return evolve(command, **_free(decisions, payment))

    def left(self, command: StartPayment, tried: Sequence[str]) -> tuple[str, ...]:
        """Answer the accounts that take the same way to pay and were not tried; none for a saved method, which rests with one."""
        if command.method_id is not None:
            return ()
        names = dict.fromkeys(rule.merchant_account for rule in self._settings.methods if rule.method is command.method)
        return tuple(one for one in names if one not in tried)

    def onward(self, command: StartPayment, by: Actor, through: str) -> StartPayment:
        """Answer the command through another account; Refused `payment.denied` where a policy forbids it there."""
        moved = evolve(command, merchant_account=through, fee_forbidden=False, decided=None)
        return moved if self._policy is None else self._decided(moved, by, (through,))

    def decided(self, payment: Payment) -> Mapping[str, Any]:
        """Ask the policies of a payment that is about to be begun by itself; Refused `payment.denied` where one forbids it.

        Answers whether it is free of a fee, and what it comes to then, as the command takes it.
        """
        if self._policy is None:
            return {}
        customer = self._shell.ask(profiles.CUSTOMER, SYSTEM, account_id=payment.account_id)[0]
        command = StartPayment(
            account_id=payment.account_id,
            currency=payment.currency,
            method=payment.method,
            merchant_account=payment.merchant_account,
        )
        decisions = self._decisions(command, payment.amount, customer)
        _check(decisions)
        return _free(decisions, payment)

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


def _check(decisions: Sequence[PolicyDecision]) -> None:
    for one in decisions:
        if one.verdict is Verdict.DENY:
            raise Refused("payment.denied", one.reason or _DENIED)


def _free(decisions: Sequence[PolicyDecision], payment: Payment) -> Mapping[str, Any]:
    """Answer whether no fee may be charged, and what the payment comes to then."""
    free = any(one.fee_forbidden for one in decisions)
    return {"fee_forbidden": free, "decided": payment.amount - payment.fee if free else payment.amount}


def _bound(hook: Any) -> Any:  # noqa: ANN401 - pluggy's caller
    """Answer a hook that some plugin has, else None: then nobody is asked."""
    return hook if hook.get_hookimpls() else None
