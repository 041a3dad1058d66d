"""Disputes: what a customer says is wrong on which line of a document, what became of it, and what was written about it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar, Final
from uuid import UUID

from attrs import field, frozen

from lockportal.core.actor import ActorKind
from lockportal.core.money import Money
from lockportal.core.record import PERSONAL, TEXT, Event, Index, Record, length
from lockportal.core.record import Claim as UniqueValue
from lockportal.disputes.states import AWAITING_CREDIT, UNDECIDED, DisputeStatus

LONGEST_NOTE: Final = 500
"""The most characters of what is said of one line."""
LONGEST_TEXT: Final = 10_000
"""The most characters of one message."""


class DisputeCategory(StrEnum):
    """What is wrong."""

    QUANTITY = "quantity"
    PRICE = "price"
    TAX = "tax"
    FREIGHT = "freight"
    DAMAGE = "damage"
    NOT_ORDERED = "not_ordered"
    DUPLICATE = "duplicate"
    OTHER = "other"


@frozen(kw_only=True)
class Claim:
    """What somebody expects of one line of a document instead of what was billed; `line` "" means the document as a whole.

    One of: a quantity, a price of one `price_per` (both for a line that is wrong in both), an amount. `expected_amount` is before
    tax for a line of goods or freight, the tax itself for the category tax, and the payable amount for a document. Where nothing
    is expected at all, as for what was never ordered, all three are left out.
    """

    line: str = ""
    category: DisputeCategory
    expected_quantity: Decimal | None = None
    expected_price: Decimal | None = None
    expected_amount: Money | None = None
    note: str = ""
    evidence: tuple[UUID, ...] = ()
    """Ids of uploads, or of files of documents: photos, proofs of delivery."""


@frozen(kw_only=True)
class DisputeLine:
    """One line of a dispute: expected against billed, the `amount` that follows, tax and all, and what was `granted`."""

    line: str = ""
    description: str = ""
    unit: str = ""
    category: DisputeCategory
    billed_quantity: Decimal | None = None
    expected_quantity: Decimal | None = None
    billed_price: Decimal | None = None
    expected_price: Decimal | None = None
    billed_amount: Money | None = None
    expected_amount: Money | None = None
    amount: Money
    tax: Money
    """How much of the amount is tax."""
    granted: Money
    note: str = ""
    evidence: tuple[UUID, ...] = ()

    @property
    def claim(self) -> Claim:
        """Answer what was claimed, so that it can be worked out again."""
        return Claim(
            line=self.line,
            category=self.category,
            expected_quantity=self.expected_quantity,
            expected_price=self.expected_price,
            expected_amount=self.expected_amount,
            note=self.note,
            evidence=self.evidence,
        )


@frozen(kw_only=True)
class Step:
    """One step of a dispute: when it came to a status, through whom, and what was said of it to the customer."""

    at: datetime
    status: DisputeStatus
    by: ActorKind
    name: str = ""
    """The member of staff, as the host names them."""


class Alert(StrEnum):
    """What the clock has told of a dispute: that an answer or a decision is due soon, or should have been there."""

    ANSWER_SOON = "answer_soon"
    ANSWER_LATE = "answer_late"
    DECISION_SOON = "decision_soon"
    DECISION_LATE = "decision_late"


@frozen(kw_only=True)
class Dispute(Record):
    """One dispute of one document. `amount` is what is claimed; of it `granted` was accepted, and `credited` has arrived.

    `share` is so much of the document's open balance as is disputed now: the shares of a document's disputes are never more than
    its balance, and what is left of it can be paid at once. `revision` counts its changes, so that two do not decide at once.
    """

    indexes: ClassVar[tuple[Index, ...]] = (
        Index(("document_id", "id")),
        Index(("changed_at", "id")),
        Index(("live", "opened_at", "id"), wide=True),
        Index(("live", "owner", "id"), wide=True),
        Index(("live", "amount_minor", "id"), wide=True),
        Index(("opened_at", "id"), wide=True),
        Index(("live", "changed_at", "id"), wide=True),
        Index(("closed_at", "id"), wide=True),
    )

    reference: str = field(metadata=length(32))
    document_id: UUID
    number: str = field(metadata=length(128))
    """The document's number."""
    status: DisputeStatus = DisputeStatus.DRAFT
    outcome: DisputeStatus | None = None
    """What became of it: accepted, partly accepted, rejected or withdrawn."""
    category: DisputeCategory
    """That of the line with the most money."""
    reason: str = field(default="", metadata=length(64))
    """Why, by a code of the settings."""
    cause: str = field(default="", metadata=length(64))
    """What the supplier found to be the cause, by a code of the settings; customers do not see it."""
    lines: tuple[DisputeLine, ...] = ()
    amount: Money
    granted: Money
    credited: Money
    share: Money
    note: str = field(default="", metadata=PERSONAL | TEXT)
    evidence: tuple[UUID, ...] = ()
    owner: str = field(default="", metadata=length(128))
    department: str = field(default="", metadata=length(64))
    contact_id: UUID | None = None
    """Who began it, where a contact did."""
    payment_id: UUID | None = None
    """The payment that was short by it."""
    memos: tuple[UUID, ...] = ()
    """The credit memos that came for it."""
    answer: str = field(default="", metadata=TEXT)
    """What the supplier decided, in words for the customer."""
    steps: tuple[Step, ...] = ()
    begun_at: datetime
    opened_at: datetime | None = None
    changed_at: datetime
    decided_at: datetime | None = None
    closed_at: datetime | None = None
    cycle: int = 0
    """So many seconds passed from its opening to its closing, once it is closed."""
    answer_by: datetime | None = None
    """When somebody of the supplier's should have answered, until they have."""
    decide_by: datetime | None = None
    """When it should be decided; None while the customer is asked."""
    left: int = 0
    """So many seconds of working time were left to decide when the customer was asked."""
    alerts: tuple[Alert, ...] = ()
    wake_at: datetime | None = None
    revision: int = 0

    @property
    def live(self) -> bool:
        """Decisions need what is not closed; a draft takes part in none but its own."""
        return self.status not in {DisputeStatus.DRAFT, DisputeStatus.CLOSED}

    def claims(self) -> tuple[UniqueValue, ...]:
        """Count a credit memo for one dispute alone."""
        return tuple(UniqueValue("dispute.memo", str(memo)) for memo in self.memos)

    @property
    def standing(self) -> Money:
        """Answer what still stands of the claim: all of it while undecided, else what was granted and has not arrived."""
        if self.status in UNDECIDED:
            return self.amount - self.granted
        if self.status in AWAITING_CREDIT:
            return self.granted - self.credited
        return Money.zero(self.amount.currency)


@frozen(kw_only=True)
class DisputeMessage(Record):
    """One message of a dispute's thread: by a contact, or by a member of staff, to the customer or `internal`."""

    indexes: ClassVar[tuple[Index, ...]] = (Index(("dispute_id", "at", "id")),)

    dispute_id: UUID
    at: datetime
    by: ActorKind
    name: str = field(default="", metadata=length(128))
    """The member of staff, as the host names them."""
    contact_id: UUID | None = None
    internal: bool = False
    text: str = field(metadata=PERSONAL | TEXT)
    mentions: tuple[str, ...] = ()
    """The members of staff whom an internal message names by an @."""
    files: tuple[UUID, ...] = ()

    @property
    def live(self) -> bool:
        """No decision needs a message."""
        return False


@frozen(kw_only=True)
class DisputeDrafted(Event):
    """A draft of a dispute was kept."""

    dispute: Dispute


@frozen(kw_only=True)
class DisputeOpened(Event):
    """A customer disputes a document, or a part of it."""

    dispute: Dispute


@frozen(kw_only=True)
class DisputeAssigned(Event):
    """A dispute was given to somebody, or to a department."""

    dispute: Dispute


@frozen(kw_only=True)
class DisputeReviewed(Event):
    """Somebody looks into a dispute, or has found its cause."""

    dispute: Dispute


@frozen(kw_only=True)
class DisputeInfoRequested(Event):
    """The customer was asked for more."""

    dispute: Dispute
    message: DisputeMessage


@frozen(kw_only=True)
class DisputeMessagePosted(Event):
    """Something was written about a dispute; what a customer answers takes it back to review."""

    dispute: Dispute
    message: DisputeMessage


@frozen(kw_only=True)
class DisputeDecided(Event):
    """A dispute was accepted, accepted in part, or rejected."""

    dispute: Dispute


@frozen(kw_only=True)
class CreditMemoProposed(Event):
    """A dispute was accepted: the books are to credit `amount`, under a memo that names the dispute's reference."""

    dispute: Dispute
    amount: Money


@frozen(kw_only=True)
class DisputeWithdrawn(Event):
    """A dispute was withdrawn."""

    dispute: Dispute


@frozen(kw_only=True)
class DisputeReopened(Event):
    """A dispute that was closed is open again."""

    dispute: Dispute


@frozen(kw_only=True)
class DisputeCredited(Event):
    """A credit memo arrived for a dispute; where nothing is wanting any more, that closes it."""

    dispute: Dispute
    amount: Money


@frozen(kw_only=True)
class DisputesRestated(Event):
    """The balance of a document changed, and with it how much of it is disputed."""

    disputes: tuple[Dispute, ...]


@frozen(kw_only=True)
class DisputeAlerted(Event):
    """An answer or a decision is due soon, or late."""

    dispute: Dispute
    alert: Alert
