"""Payments: what is to be paid with what, and the operations at gateways."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from typing import ClassVar, Final
from uuid import UUID, uuid5

from attrs import evolve, field, frozen

from lockportal.core.money import Money
from lockportal.core.record import TEXT, Claim, Event, Index, Record, length
from lockportal.payments.methods import ApplyOn, MethodKind
from lockportal.payments.operations import (
    FINAL,
    Folded,
    Merged,
    Observation,
    Operating,
    OpKind,
    OpStatus,
    PaymentState,
    Totals,
    fold,
    gathered,
    merged,
)

LONGEST_REASON: Final = 255


class NextKind(StrEnum):
    """What the payer has to do now."""

    REDIRECT = "redirect"
    FIELDS = "fields"
    """Fill in the gateway's own fields within the portal's page."""
    INSTRUCTIONS = "instructions"
    MICRO_DEPOSITS = "micro_deposits"


@frozen(kw_only=True)
class NextAction:
    """What the payer has to do now: go to a page, fill in the gateway's fields, or do as the lines say."""

    kind: NextKind
    url: str = ""
    token: str = field(default="", repr=False)
    lines: tuple[str, ...] = ()


@frozen(kw_only=True)
class PaymentLine:
    """What a payment does to one document: of the `open` balance, so much by money, discount and credit.

    `paid` and `discounted` are what has been posted of it so far, in minor units.
    """

    document_id: UUID
    number: str
    open: Money
    cash: Money
    discount: Money
    credit: Money
    short_reason: str = ""
    """Why less than the open balance is paid, in the payer's words."""
    paid: int = 0
    discounted: int = 0

    @property
    def settles(self) -> Money:
        """Answer by how much the document's balance falls."""
        return self.cash + self.discount + self.credit

    @property
    def left(self) -> Money:
        """Answer what stays open of the document."""
        return self.open - self.settles


@frozen(kw_only=True)
class CreditUse:
    """So much of a credit that goes to a document: `credit_id` is that of unapplied credit or of a credit memo."""

    credit_id: UUID
    document_id: UUID
    amount: Money


@frozen(kw_only=True)
class Payment(Record):
    """One payment: `amount` is the money that it is to bring, for its lines, on account and as fee, in one currency.

    Its totals, state and flags are the fold of its operations, kept beside them; no one writes them.
    """

    indexes: ClassVar[tuple[Index, ...]] = (
        Index(("started_at", "id")),
        Index(("started_at", "id"), wide=True),
        Index(("live", "started_at", "id"), wide=True),
        Index(("needs_review", "started_at", "id"), wide=True),
    )

    reference: str = field(metadata=length(32))
    amount: Money
    lines: tuple[PaymentLine, ...] = ()
    credits: tuple[CreditUse, ...] = ()
    on_account: Money
    fee: Money
    method: MethodKind
    merchant_account: str = field(default="", metadata=length(64))
    method_id: UUID | None = None
    """The saved method, where one is used."""
    operations: tuple[UUID, ...] = ()
    totals: Totals = field(factory=Totals)
    state: PaymentState = PaymentState.NEW
    unknown: bool = False
    needs_review: bool = False
    problems: int = 0
    """How many of its operations are not as they should be; so many of them a person has looked at:"""
    reviewed: int = 0
    review_note: str = field(default="", metadata=TEXT)
    """What a person decided after a review."""
    started_at: datetime
    started_on: date
    """The supplier's date: discounts are counted by it."""
    apply_on: ApplyOn = ApplyOn.SUCCEEDED
    posted: int = 0
    """How much of the money has been posted, in minor units: what was taken less what went back."""
    credited: bool = False
    """Whether the credits have been posted."""
    rest_posted: int = 0
    """How much of the money stands as unapplied credit."""
    fee_posted: int = 0

    @property
    def live(self) -> bool:
        """Decisions need what may still take money, give it back, or be decided by a person."""
        return self.held > 0 or self.totals.refunded_maybe > 0 or self.unknown or self.needs_review

    @property
    def currency(self) -> str:
        """Answer the currency of the whole payment."""
        return self.amount.currency

    @property
    def held(self) -> int:
        """Answer how much money may still come, in minor units: so much of its documents' balances is reserved."""
        totals = self.totals
        coming = max(totals.authorized, totals.captured + totals.captured_maybe) - totals.captured
        doubtful = totals.mismatched if self.needs_review else 0
        unposted = max(totals.kept - self.posted, 0) if self.apply_on is ApplyOn.SETTLED else 0
        return coming + doubtful + unposted

    @property
    def refundable(self) -> int:
        """Answer how much can still be given back, in minor units."""
        return self.totals.kept - self.totals.refunded_maybe

    @cached_property
    def items(self) -> frozenset[UUID]:
        """Answer the documents and credits that it concerns."""
        return frozenset((*(line.document_id for line in self.lines), *(use.credit_id for use in self.credits)))

    @property
    def rest_id(self) -> UUID:
        """Answer the id of the credit that keeps what is not for any document."""
        return uuid5(self.id, "rest")

    @property
    def fee_id(self) -> UUID:
        """Answer the id of the fee as an item of the ledger."""
        return uuid5(self.id, "fee")

    def reserved(self, item_id: UUID) -> int:
        """Answer how much of a document's balance, or of a credit, this payment holds for itself, in minor units."""
        if not self.held:
            return 0
        held = sum(use.amount.minor for use in self.credits if use.credit_id == item_id and not self.credited)
        for line in self.lines:
            if line.document_id == item_id:
                held += line.cash.minor + line.discount.minor - line.paid - line.discounted
                held += 0 if self.credited else line.credit.minor
        return held

    def folded(self, folded: Folded) -> Payment:
        """Answer this payment with what its operations come to."""
        return evolve(
            self,
            totals=folded.totals,
            state=folded.state,
            unknown=folded.unknown,
            problems=folded.problems,
            reviewed=min(self.reviewed, folded.problems),
            needs_review=folded.problems > self.reviewed,
        )


@frozen(kw_only=True)
class Operation(Record):
    """One thing asked of a gateway, or done by it; its id is the gateway's idempotency key, and is never replaced.

    `status`, `gateway_ref` and the rest are what its observations come to, kept beside them.
    """

    indexes: ClassVar[tuple[Index, ...]] = (Index(("payment_id", "id")), Index(("gateway_ref",), wide=True))

    payment_id: UUID
    kind: OpKind
    amount: Money
    parent_id: UUID | None = None
    merchant_account: str = field(default="", metadata=length(64))
    reason: str = field(default="", metadata=length(LONGEST_REASON))
    created_at: datetime
    observations: tuple[Observation, ...] = ()
    status: OpStatus = OpStatus.CREATED
    gateway_ref: str = ""
    asked: int = 0
    """How often the gateway was asked about it by the clock."""
    wake_at: datetime | None = None
    """When the gateway is to be asked about it again."""

    @property
    def live(self) -> bool:
        """One that is over takes part in decisions only with its payment."""
        return self.status not in FINAL

    def claims(self) -> tuple[Claim, ...]:
        """Its id and the gateway's reference find its account, when the gateway tells of it."""
        if not self.merchant_account:
            return ()
        shared = self.kind in {OpKind.CAPTURE, OpKind.VOID}  # some gateways give them the reference of what they are about
        refs = () if shared else sorted({one.gateway_ref for one in self.observations if one.gateway_ref})
        return (operation_claim(self.id), *(gateway_claim(self.merchant_account, ref) for ref in refs))

    @property
    def merged(self) -> Merged:
        """Answer what its observations come to."""
        return merged(self.amount, self.observations)

    @property
    def operating(self) -> Operating:
        """Answer it as the fold of its payment sees it."""
        return Operating(kind=self.kind, amount=self.amount, merged=self.merged)

    def observed(self, more: tuple[Observation, ...]) -> Operation:
        """Answer this operation with more observations."""
        known = gathered(self.observations, more)
        result = merged(self.amount, known)
        return evolve(
            self,
            observations=known,
            status=result.status,
            gateway_ref=result.gateway_ref,
            wake_at=None if result.status in FINAL else self.wake_at,
        )


def operation_claim(operation_id: UUID) -> Claim:
    """Answer the claim by which an operation's account is found."""
    return Claim("operation.id", operation_id.hex)


def gateway_claim(merchant_account: str, gateway_ref: str) -> Claim:
    """Answer the claim by which the operation of a gateway's reference is found."""
    return Claim("operation.gateway_ref", f"{merchant_account}/{gateway_ref}")


def fold_of(payment: Payment, operations: Mapping[UUID, Operation]) -> Payment:
    """Answer a payment with what its operations come to."""
    return payment.folded(fold(payment.amount, (operations[key].operating for key in payment.operations)))


@frozen(kw_only=True)
class GatewayEvent(Record):
    """One event of a gateway that was applied: kept for ever, so that the same one again changes nothing."""

    merchant_account: str = field(metadata=length(64))
    event_id: str
    type: str = field(default="", metadata=length(128))
    operation_id: UUID | None = None
    received_at: datetime

    @property
    def live(self) -> bool:
        """It is looked for by its id."""
        return False


def gateway_event_id(account_id: UUID, merchant_account: str, event_id: str) -> UUID:
    """Answer the id under which an event is kept in an account."""
    return uuid5(account_id, f"gateway-event/{merchant_account}/{event_id}")


@frozen(kw_only=True)
class Exchange(Record):
    """One call of a gateway and what it answered, redacted: for the desk, and to answer a repeated request alike."""

    indexes: ClassVar[tuple[Index, ...]] = (Index(("operation_id", "at")),)

    operation_id: UUID
    call: str = field(metadata=length(32))
    at: datetime
    sent: bool = True
    """False where it is proven that the gateway did nothing."""
    outcome: str = field(default="", metadata=length(64))
    """`answered`, or the code of the error."""
    request_id: str = ""
    next_action: NextAction | None = None
    transcript: str = field(default="", metadata=TEXT)


@frozen(kw_only=True)
class PaymentStarted(Event):
    """A payment was begun: its operation is kept before the gateway hears of it."""

    payment: Payment
    operations: tuple[Operation, ...] = ()


@frozen(kw_only=True)
class OperationAsked(Event):
    """One more thing is to be asked of the gateway: a capture, a void, a refund."""

    payment: Payment
    operation: Operation


@frozen(kw_only=True)
class OperationObserved(Event):
    """Something was seen of an operation; `event` is the gateway's event that told it, where one did."""

    payment: Payment
    operation: Operation
    event: GatewayEvent | None = None


@frozen(kw_only=True)
class OperationDue(Event):
    """It is time to ask the gateway about an operation."""

    operation: Operation


@frozen(kw_only=True)
class PaymentReviewed(Event):
    """A person looked at a payment that needed it."""

    payment: Payment
