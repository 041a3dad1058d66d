"""Notes and calls: what a person of the supplier wrote down about a customer, and what came of a call."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar, Final
from uuid import UUID

from attrs import field, frozen

from lockportal.core.money import Money
from lockportal.core.record import PERSONAL, TEXT, Event, Index, Record, length
from lockportal.disputes.models import Claim
from lockportal.promises.drafting import PromiseChoice

LONGEST_NOTE: Final = 10_000
"""The most characters of a note."""
MENTION: Final = "activities.mention"
"""The kind of the tasks of those whom a note names by an @."""
CALL_AGAIN: Final = "activities.call_again"
"""The kind of the task of who said to call another day."""


class NoteKind(StrEnum):
    """What somebody wrote down."""

    NOTE = "note"
    CALL = "call"


@frozen(kw_only=True)
class Note(Record):
    """What somebody wrote down about a customer, or what came of a call; it is never changed."""

    indexes: ClassVar[tuple[Index, ...]] = (Index(("at", "id")),)

    kind: NoteKind
    at: datetime
    by: str = field(default="", metadata=length(128))
    """Who wrote it, as the journal names them."""
    text: str = field(default="", metadata=PERSONAL | TEXT)
    outcome: str = field(default="", metadata=length(64))
    """What came of a call: one of the supplier's outcome codes."""
    contact_id: UUID | None = None
    """Who was called."""
    document_id: UUID | None = None
    """The document that it is about."""
    task_id: UUID | None = None
    """The task that the call closed."""
    promise_id: UUID | None = None
    dispute_id: UUID | None = None
    """What was recorded from within the call."""
    mentions: tuple[str, ...] = ()
    """The members of staff whom it names by an @."""

    @property
    def live(self) -> bool:
        """No decision needs what was written down."""
        return False


@frozen(kw_only=True)
class NoteWritten(Event):
    """Somebody wrote a note about the customer."""

    note: Note


@frozen(kw_only=True)
class CallRecorded(Event):
    """The customer was called, or tried to be."""

    note: Note


@frozen(kw_only=True)
class CallPromise:
    """What was promised in a call: documents or, without any, an `amount` for the account, by a day."""

    currency: str
    on: date
    lines: tuple[PromiseChoice, ...] = ()
    amount: Money | None = None


@frozen(kw_only=True)
class CallDispute:
    """What was disputed in a call: a document, or lines of it."""

    document_id: UUID
    claims: tuple[Claim, ...]
    reason: str = ""
