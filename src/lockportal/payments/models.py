"""Payments: what is to be paid with what, and the operations at gateways."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import ClassVar, Final
from uuid import UUID, uuid5

from attrs import evolve, field, frozen

from lockportal.core.money import Money
from lockportal.core.record import TEXT, WITHHELD, Claim, Event, Index, Record, length
from lockportal.core.settings import Supplier
from lockportal.payments.exchanges import GatewayEvent
from lockportal.payments.folding import Folded, Merged, Operating, PaymentState, Totals, fold, merged
from lockportal.payments.lines import CreditUse, PaymentLine
from lockportal.payments.methods import ApplyOn, MethodKind
from lockportal.payments.operations import (
    FINAL,
    Observation,
    OpKind,
    OpStatus,
    gathered,
)
from lockportal.payments.payers import Payer

LONGEST_REASON: Final = 255
_DAY: Final = timedelta(days=1)


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
    contact_id: UUID | None = None
    """Who began it, where a contact did."""
    saves: bool = False
    """Whether its payer wants the method to be saved."""
    schedule_id: UUID | None = None
    """The scheduled payment that began it."""
    deposit_id: UUID | None = None
    """The deposit that it is for."""
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
    """How much of the money was posted as unapplied credit."""
    fee_posted: int = 0
    foreign_posted: tuple[Money, ...] = ()
    """How much came in other currencies than was asked: each stands as a credit of its own."""

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

    @property
    def rest_id(self) -> UUID:
        """Answer the id of the credit that keeps what is not for any document."""
        return uuid5(self.id, "rest")

    def foreign_id(self, currency: str) -> UUID:
        """Answer the id of the credit that keeps what came in another currency."""
        return uuid5(self.id, f"rest/{currency}")

    @property
    def fee_id(self) -> UUID:
        """Answer the id of the fee as an item of the ledger."""
        return uuid5(self.id, "fee")

    @property
    def holds(self) -> Mapping[UUID, int]:
        """Answer how much of which documents' balances and of which credits it holds for itself, in minor units."""
        held: dict[UUID, int] = {}
        if not self.held:
            return held
        for use in self.credits:
            held[use.credit_id] = held.get(use.credit_id, 0) + (0 if self.credited else use.amount.minor)
        for line in self.lines:
            minor = line.cash.minor + line.discount.minor - line.paid - line.discounted
            held[line.document_id] = held.get(line.document_id, 0) + minor + (0 if self.credited else line.credit.minor)
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
    payer: Payer | None = field(default=None, metadata=WITHHELD)
    """What the gateway is told of who pays: the same however often it is asked."""
    closes: bool = False
    """Whether what was authorized and is not taken by this capture is given up by it."""
    return_days: int = 0
    """Business days within which it may come back after it succeeded."""
    polled: bool = False
    """Whether the gateway tells of that only when it is asked."""
    note: str = field(default="", metadata=TEXT)
    """What a person knew who closed it by hand."""
    observations: tuple[Observation, ...] = field(default=(), metadata=WITHHELD)
    status: OpStatus = OpStatus.CREATED
    gateway_ref: str = ""
    sends: int = 0
    """How often it was about to be sent: noted before each time."""
    first_sent_at: datetime | None = None
    sent_at: datetime | None = None
    """When it was sent last."""
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
        return (operation_claim(self.id), *(gateway_claim(self.merchant_account, ref) for ref in sorted(self._own_refs())))

    def _own_refs(self) -> set[str]:
        """Answer its references: of a capture those that are told apart from its authorization's, which some gateways share."""
        refs = {one.gateway_ref for one in self.observations if one.gateway_ref}
        if self.kind not in {OpKind.CAPTURE, OpKind.VOID}:
            return refs
        parents = {one.parent_ref for one in self.observations if one.parent_ref}
        return refs - parents if parents and self.kind is OpKind.CAPTURE else set()

    @property
    def merged(self) -> Merged:
        """Answer what its observations come to."""
        return merged(self.amount, self.observations)

    @property
    def operating(self) -> Operating:
        """Answer it as the fold of its payment sees it."""
        return Operating(kind=self.kind, amount=self.amount, merged=self.merged, closes=self.closes, by_hand=bool(self.note))

    def observed(self, more: tuple[Observation, ...]) -> Operation:
        """Answer this operation with more observations."""
        known = gathered(self.observations, more)
        result = merged(self.amount, known)
        wake_at = None if result.status in FINAL else self.wake_at
        if result.status is OpStatus.SUCCEEDED and result.at is not None and self.polled and self.return_days:
            wake_at = self.wake_at if self.status is OpStatus.SUCCEEDED else result.at + _DAY
        return evolve(self, observations=known, status=result.status, gateway_ref=result.gateway_ref, wake_at=wake_at)

    def final_on(self, supplier: Supplier) -> date | None:
        """Answer the last day on which it may come back after it succeeded, None where it cannot or has not yet."""
        at = self.merged.at
        if self.status is not OpStatus.SUCCEEDED or not self.return_days or at is None:
            return None
        return supplier.calendar.add_business_days(supplier.today(at), self.return_days)


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
