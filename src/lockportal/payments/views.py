"""What is told of payments: quotes, lists, and one payment with what was done."""

from __future__ import annotations

from collections.abc import Container
from datetime import date, datetime
from uuid import UUID

from attrs import evolve, frozen

from lockportal.core.actor import Actor, ActorKind, Right
from lockportal.core.money import Money
from lockportal.core.settings import Supplier
from lockportal.payments.exchanges import Exchange
from lockportal.payments.folding import PaymentState, fold, merged
from lockportal.payments.lines import CreditUse, PaymentLine
from lockportal.payments.methods import MethodKind
from lockportal.payments.models import Operation, Payment
from lockportal.payments.operations import (
    Decline,
    OpStatus,
    gathered,
)
from lockportal.payments.payers import NextAction


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
    message: str = ""
    """What the host says of a decline or a return; empty where the portal's own words do."""
    final_on: date | None = None
    """The last day on which its money may still come back, where it may."""


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
    final_on: date | None = None
    """The last day on which its money may still come back, where it may."""


@frozen(kw_only=True)
class CreditRow:
    """A credit that can be used: what it is called, since when it is there, and what is left of it (above zero)."""

    id: UUID
    name: str
    since: date
    amount: Money


def may_act(by: Actor, payment: Payment, operations: tuple[Operation, ...]) -> bool:
    """Say whether what is left to do for a payment is this actor's: they began it, or may pay in its account.

    Of a holder it is what was begun by the very link that they came by.
    """
    grant = by.grant(payment.account_id)
    if by.kind is ActorKind.HOLDER:
        return any(one.payer is not None and one.payer.link == by.id for one in operations)
    return grant is None or Right.PAY in grant.rights or grant.contact_id == payment.contact_id


def told(payment: Payment, operations: tuple[Operation, ...], seen_ids: Container[UUID]) -> PaymentDetails:
    """Answer what a customer reads of a payment: not what staff noted, nor what gateways and banks say among themselves.

    Lines of documents that they do not see (`seen_ids` are those that they do) are left out; the amounts stay as they are. Nor do
    they read who of their colleagues paid, by which saved method, and where that one's browser went on.
    """
    shown = tuple(
        evolve(
            one,
            reason="",
            note="",
            gateway_ref="",
            payer=None,
            observations=tuple(
                evolve(
                    seen,
                    gateway_ref="",
                    parent_ref="",
                    event_id="",
                    settlement=None,
                    decline=_readable(seen.decline),
                )
                for seen in one.observations
            ),
        )
        for one in operations
    )
    lines = tuple(line for line in payment.lines if line.document_id in seen_ids)
    credits_ = tuple(use for use in payment.credits if use.document_id in seen_ids)
    shown_payment = evolve(payment, lines=lines, credits=credits_, review_note="", contact_id=None, method_id=None)
    return PaymentDetails(payment=shown_payment, operations=shown)


def readable(decline: Decline | None, by: Actor) -> Decline | None:
    """Answer a decline as somebody may read it: customers its code and what helps, not the words of banks and gateways."""
    return decline if by.kind in {ActorKind.STAFF, ActorKind.SYSTEM} else _readable(decline)


def _readable(decline: Decline | None) -> Decline | None:
    return None if decline is None else Decline(code=decline.code, advice=decline.advice)


def final_on(operations: tuple[Operation, ...], supplier: Supplier) -> date | None:
    """Answer the last day on which money of a payment may still come back, None where it cannot."""
    return max((day for one in operations if (day := one.final_on(supplier)) is not None), default=None)


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
