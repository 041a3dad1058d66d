"""What may be written down: a note, and a call with all that was said in it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import ClassVar, Final
from uuid import UUID

from attrs import evolve, field, frozen

from lockportal.activities.commands import CloseTask
from lockportal.activities.history.models import (
    CALL_AGAIN,
    LONGEST_NOTE,
    MENTION,
    CallDispute,
    CallPromise,
    CallRecorded,
    Note,
    NoteKind,
    NoteWritten,
)
from lockportal.activities.models import ActivitiesSettings, TaskOpened, open_task
from lockportal.core.account import Account, Owner
from lockportal.core.actor import Audience
from lockportal.core.errors import Refused
from lockportal.core.record import DECIDED, Event, Record, Stamp
from lockportal.disputes.commands import OpenDispute
from lockportal.disputes.models import DisputeOpened
from lockportal.disputes.routing import Assignment
from lockportal.disputes.thread.writing import mentioned
from lockportal.documents.models import Document
from lockportal.profiles.models import Contact, Customer
from lockportal.promises.commands import MakePromise
from lockportal.promises.models import PromiseMade

_OFFICE: Final = Audience(staff=True, system=True)


@frozen(kw_only=True)
class WriteNote:
    """Write a note about a customer, or one of its documents; whom it names by an @ has a task."""

    audience: ClassVar[Audience] = _OFFICE
    owner: ClassVar[Owner | None] = Owner.CUSTOMER
    needs: ClassVar[tuple[type[Record], ...]] = ()
    opens: ClassVar[bool] = False

    account_id: UUID
    text: str
    document_id: UUID | None = None

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """Answer the note, and the tasks of whom it names."""
        text = _checked(self.text)
        if not text:
            raise Refused("note.empty", "Write something.", field="text")
        if self.document_id is not None:
            account.get(Document, self.document_id)
        note = evolve(_note(NoteKind.NOTE, account, stamp, text), document_id=self.document_id)
        return [NoteWritten(note=note), *_told(note, account, stamp)]


@frozen(kw_only=True)
class RecordCall:
    """Write down a call: what came of it, what was promised and disputed in it, and when to call again; all in one commit.

    With `task_id` that task is closed with the outcome. Refused `call.outcome_missing`, `task.outcome_unknown`,
    `call.again_past`, and as a promise or a dispute by itself is.
    """

    audience: ClassVar[Audience] = _OFFICE
    owner: ClassVar[Owner | None] = Owner.CUSTOMER
    needs: ClassVar[tuple[type[Record], ...]] = (Customer,)
    opens: ClassVar[bool] = False

    account_id: UUID
    outcome: str
    text: str = ""
    contact_id: UUID | None = None
    task_id: UUID | None = None
    promise: CallPromise | None = None
    dispute: CallDispute | None = None
    again_on: date | None = None
    assignment: Assignment | None = field(default=None, metadata=DECIDED)
    """Who looks after the dispute, where a hook said so."""

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """Answer the call with what follows from it."""
        text = _checked(self.text)
        known = account.settings(ActivitiesSettings).outcomes
        if not self.outcome:
            raise Refused("call.outcome_missing", "Say what came of the call.", field="outcome")
        if self.outcome not in known:
            message = f"There is no outcome {self.outcome!r}; known are {', '.join(known)}."
            raise Refused("task.outcome_unknown", message, field="outcome")
        if self.again_on is not None and self.again_on < account.supplier.today(stamp.at):
            raise Refused("call.again_past", "Choose today or a later day.", field="again_on")
        if self.contact_id is not None:
            account.get(Contact, self.contact_id)
        promised = self._promised(account, stamp)
        account = account.holding(record for event in promised for record in event.records())
        disputed = self._disputed(account, stamp)
        note = evolve(
            _note(NoteKind.CALL, account, stamp, text),
            outcome=self.outcome,
            contact_id=self.contact_id,
            document_id=None if self.dispute is None else self.dispute.document_id,
            task_id=self.task_id,
            promise_id=next((event.promise.id for event in promised if isinstance(event, PromiseMade)), None),
            dispute_id=next((event.dispute.id for event in disputed if isinstance(event, DisputeOpened)), None),
        )
        return [*promised, *disputed, CallRecorded(note=note), *self._follow(account, stamp), *_told(note, account, stamp)]

    def _promised(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        if self.promise is None:
            return ()
        said = self.promise
        command = MakePromise(
            account_id=self.account_id, currency=said.currency, lines=said.lines, amount=said.amount, on=said.on, note=self.text
        )
        return command.decide(account, stamp.branch("promise"))

    def _disputed(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        command = self.opening
        return () if command is None else command.decide(account, stamp.branch("dispute"))

    @property
    def opening(self) -> OpenDispute | None:
        """The command that opens the dispute, for who is asked whose it is."""
        if self.dispute is None:
            return None
        return OpenDispute(
            account_id=self.account_id,
            document_id=self.dispute.document_id,
            claims=self.dispute.claims,
            reason=self.dispute.reason,
            note=self.text,
            assignment=self.assignment,
        )

    def _follow(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """Close the task that was called for, and have who called do so again on the day that was said."""
        events: list[Event] = []
        if self.task_id is not None:
            done = CloseTask(account_id=self.account_id, task_id=self.task_id, outcome=self.outcome)
            events += done.decide(account, stamp)
        if self.again_on is not None:
            reason = "You said that you would call again today."
            key = f"call-again/{stamp.id}"
            owner = stamp.by.id
            events += open_task(
                account, stamp, kind=CALL_AGAIN, key=key, reason=reason, owner=owner, due_on=self.again_on, about_id=stamp.id
            )
        return events


def _checked(text: str) -> str:
    if len(text) > LONGEST_NOTE:
        raise Refused("note.too_long", f"At most {LONGEST_NOTE} characters.", field="text")
    return text.strip()


def _note(kind: NoteKind, account: Account, stamp: Stamp, text: str) -> Note:
    by = f"{stamp.by.kind}:{stamp.by.id}"[:128]
    return Note(id=stamp.id, account_id=account.id, kind=kind, at=stamp.at, by=by, text=text, mentions=mentioned(text))


def _told(note: Note, account: Account, stamp: Stamp) -> Sequence[TaskOpened]:
    """Open a task for each member of staff whom a note names."""
    events: list[TaskOpened] = []
    for name in note.mentions:
        reason = "You are named in a note about this customer. Read it on the timeline."
        key = f"mention/{note.id}/{name}"
        events += open_task(account, stamp, kind=MENTION, key=key, reason=reason, owner=name, about_id=note.id)
    return events
