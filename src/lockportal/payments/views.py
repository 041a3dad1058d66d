"""What is told of payments: quotes, lists, and one payment with what was done."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from attrs import evolve, frozen

from lockportal.core.money import Money
from lockportal.payments.methods import MethodKind
from lockportal.payments.models import CreditUse, Exchange, NextAction, Operation, Payment, PaymentLine
from lockportal.payments.operations import Decline, OpStatus, PaymentState, fold, gathered, merged


@frozen(kw_only=True)
class Quote:
    """What a payment would do, exactly; nothing is stored or reserved. It holds until `expires_at`."""

    lines: tuple[PaymentLine, ...]
    credits: tuple[CreditUse, ...]
    on_account: Money
    fee: Money
    amount: Money
    counts_on: date
    """The day as of which the payment would count."""
    expires_at: datetime

    @property
    def discount(self) -> Money:
        """Answer the discounts together."""
        return Money(sum(line.discount.minor for line in self.lines), self.amount.currency)

    @property
    def left(self) -> Money:
        """Answer what stays open of the documents together."""
        return Money(sum(line.left.minor for line in self.lines), self.amount.currency)


@frozen(kw_only=True)
class PaymentProgress:
    """Where a payment is now, and what its payer has to do: for the page after the button."""

    payment_id: UUID
    reference: str
    state: PaymentState
    unknown: bool
    amount: Money
    next_action: NextAction | None = None
    decline: Decline | None = None


@frozen(kw_only=True)
class PaymentRow:
    """One payment in a list."""

    id: UUID
    account_id: UUID
    customer_number: str
    customer_name: str
    reference: str
    amount: Money
    method: MethodKind
    state: PaymentState
    unknown: bool
    needs_review: bool
    started_at: datetime


@frozen(kw_only=True)
class PaymentDetails:
    """One payment with its operations and, for staff, what was said to the gateway."""

    payment: Payment
    operations: tuple[Operation, ...]
    exchanges: tuple[Exchange, ...] = ()


@frozen(kw_only=True)
class CreditRow:
    """A credit that can be used: what it is called, since when it is there, and what is left of it (above zero)."""

    id: UUID
    name: str
    since: date
    amount: Money


def told(payment: Payment, operations: tuple[Operation, ...]) -> PaymentDetails:
    """Answer what a customer reads of a payment: not what staff noted, nor what gateways and banks say among themselves."""
    shown = tuple(
        evolve(
            one,
            reason="",
            observations=tuple(
                evolve(
                    seen,
                    settlement=None,
                    decline=None if seen.decline is None else Decline(code=seen.decline.code, advice=seen.decline.advice),
                )
                for seen in one.observations
            ),
        )
        for one in operations
    )
    return PaymentDetails(payment=evolve(payment, review_note=""), operations=shown)


def recomputed_operation(operation: Operation) -> Operation:
    """Work out again what an operation's observations come to."""
    known = gathered(operation.observations)
    result = merged(operation.amount, known)
    return evolve(operation, observations=known, status=result.status, gateway_ref=result.gateway_ref)


def decline_of(operations: tuple[Operation, ...]) -> Decline | None:
    """Answer why the last of a payment's operations failed, None if it did not."""
    failed = [one.merged.decline for one in operations if one.status is OpStatus.FAILED]
    return failed[-1] if failed else None


def differs(payment: Payment, operations: tuple[Operation, ...]) -> bool:
    """Say whether a payment as it is kept is not the fold of its operations."""
    folded = fold(payment.amount, (one.operating for one in operations))
    return (folded.totals, folded.state, folded.unknown, folded.problems) != (
        payment.totals,
        payment.state,
        payment.unknown,
        payment.problems,
    )
