"""What is kept of follow-up: reminders, how far each document has come, charges, holds, handovers."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar, Final
from uuid import UUID, uuid5

from attrs import field, frozen

from lockportal.core.money import Money
from lockportal.core.record import TEXT, Event, Index, Record, length
from lockportal.dunning.planning import ActionKind, ActionLine, ChargeKind
from lockportal.dunning.policies import Escalation, Telling

LONGEST_REASON: Final = 255
SOURCE: Final = "lockportal.dunning"
"""The source of the debit memos that charge fees and interest."""


class ReminderStatus(StrEnum):
    """Where a reminder is."""

    WAITING = "waiting"
    """It has not reached everybody yet: nothing more is sent before."""
    SENT = "sent"


@frozen(kw_only=True)
class ReminderCharge:
    """A fee, or the interest on one document, as the reminder that charged it tells of it."""

    charge_id: UUID
    memo_id: UUID
    number: str
    kind: ChargeKind
    amount: Money


@frozen(kw_only=True)
class Reminder(Record):
    """One reminder to one customer: of a level, of a day that is near, or a statement. Its id is the key of the action."""

    indexes: ClassVar[tuple[Index, ...]] = (Index(("at", "id")), Index(("at", "id"), wide=True))

    kind: ActionKind
    on: date
    at: datetime
    policy: str = field(metadata=length(64))
    level: int = 0
    level_name: str = field(default="", metadata=length(64))
    days: int = 0
    """Of a reminder before the day: so many days before."""
    tell: tuple[Telling, ...] = ()
    lines: tuple[ActionLine, ...] = ()
    charges: tuple[ReminderCharge, ...] = ()
    escalations: tuple[Escalation, ...] = ()
    status: ReminderStatus
    people: int = 0
    """How many contacts got it."""

    @property
    def live(self) -> bool:
        """Decisions need to know what has not been sent."""
        return self.status is ReminderStatus.WAITING


@frozen(kw_only=True)
class DunningStep(Record):
    """How far one document was followed up: `level` counts the policy's levels, the first one being 1."""

    document_id: UUID
    level: int = 0
    stepped_on: date | None = None
    announced: int | None = None
    """Its last reminder before the day: so many days before."""
    interest_until: date | None = None
    """Up to which day interest was charged."""
    settled: bool = False

    @property
    def live(self) -> bool:
        """It takes part as long as its document is open."""
        return not self.settled


@frozen(kw_only=True)
class DunningState(Record):
    """When a customer was reminded last, and got a statement."""

    told_on: date | None = None
    statement_on: date | None = None


@frozen(kw_only=True)
class Charge(Record):
    """A fee, or interest: a debit memo of its own, which may be waived with a reason."""

    indexes: ClassVar[tuple[Index, ...]] = (Index(("on", "id")), Index(("on", "id"), wide=True))

    kind: ChargeKind
    amount: Money
    on: date
    number: str = field(metadata=length(64))
    memo_id: UUID
    """The debit memo."""
    document_id: UUID | None = None
    """Of interest: the document that it is on."""
    reminder_id: UUID
    waived: Money | None = None
    waived_on: date | None = None
    reason: str = field(default="", metadata=length(LONGEST_REASON))

    @property
    def live(self) -> bool:
        """It is read by its id, never with its account: its debit memo is what is owed."""
        return False


@frozen(kw_only=True)
class DunningHold(Record):
    """Nobody follows a customer up, or one document of theirs, up to the end of a day, as staff has said."""

    indexes: ClassVar[tuple[Index, ...]] = (Index(("until", "id"), wide=True),)

    document_id: UUID | None = None
    until: date
    reason: str = field(metadata=TEXT)
    by: str = field(default="", metadata=length(128))
    made_at: datetime
    ended_at: datetime | None = None
    wake_at: datetime | None = None

    @property
    def live(self) -> bool:
        """It counts until it ends."""
        return self.ended_at is None


@frozen(kw_only=True)
class Handover(Record):
    """Documents that a level hands to a collection agency."""

    indexes: ClassVar[tuple[Index, ...]] = (Index(("on", "id"), wide=True),)

    on: date
    lines: tuple[ActionLine, ...]
    exported_at: datetime | None = None

    @property
    def live(self) -> bool:
        """Until it was exported."""
        return self.exported_at is None


@frozen(kw_only=True)
class DunningRun(Record):
    """When the supplier's customers were gone through last, and are again. Of the supplier's own account."""

    on: date
    at: datetime
    next_at: datetime


def step_id(document_id: UUID) -> UUID:
    """Answer the id under which a document's step is kept."""
    return uuid5(document_id, "dunning")


def state_id(account_id: UUID) -> UUID:
    """Answer the id under which a customer's state is kept."""
    return uuid5(account_id, "dunning")


def run_id(supplier_id: UUID) -> UUID:
    """Answer the id under which the supplier's last run is kept."""
    return uuid5(supplier_id, "dunning-run")


@frozen(kw_only=True)
class Reminded(Event):
    """A customer is to be reminded; `state` and `steps` stand as they are afterwards."""

    reminder: Reminder
    state: DunningState
    steps: tuple[DunningStep, ...] = ()


@frozen(kw_only=True)
class ReminderSent(Event):
    """A reminder reached whom it could reach."""

    reminder: Reminder
    open: bool = True
    """Whether anything that it is about was still open."""


@frozen(kw_only=True)
class Charged(Event):
    """Fees or interest were charged."""

    charges: tuple[Charge, ...]


@frozen(kw_only=True)
class ChargeWaived(Event):
    """A fee or interest is not to be paid any more."""

    charge: Charge


@frozen(kw_only=True)
class HandedOver(Event):
    """Documents are to go to a collection agency, or went."""

    handover: Handover


@frozen(kw_only=True)
class DunningHeld(Event):
    """Staff put follow-up off."""

    hold: DunningHold


@frozen(kw_only=True)
class DunningResumed(Event):
    """A hold ended: its day is over, or staff ended it."""

    hold: DunningHold


@frozen(kw_only=True)
class DunningStepsSettled(Event):
    """Documents that were followed up are not open any more."""

    steps: tuple[DunningStep, ...]


@frozen(kw_only=True)
class DunningRan(Event):
    """The supplier's customers were gone through."""

    run: DunningRun
