"""Disputes as somebody may have them: whole to the supplier's people, to customers what is theirs. Pure."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from attrs import evolve, frozen

from lockportal.core.actor import Actor, ActorKind
from lockportal.core.money import Money
from lockportal.disputes.models import Dispute, DisputeCategory, DisputeLine, DisputeMessage
from lockportal.disputes.states import UNDECIDED, DisputeStatus
from lockportal.disputes.steps import OURS


class DisputeOrder(StrEnum):
    """In which order disputes are listed."""

    CHANGED = "changed"
    """The last changed first."""
    OLDEST = "oldest"
    DUE = "due"
    """That to be decided next first; those that wait for the customer last."""
    AMOUNT = "amount"
    """The largest first."""


class SlaState(StrEnum):
    """How the clocks of a dispute stand, until it is decided."""

    RUNNING = "running"
    WARNED = "warned"
    """An answer or a decision is due within the hours of the warning."""
    BREACHED = "breached"
    """It should have been there."""
    PAUSED = "paused"
    """The customer is asked, and the clock stands still."""


@frozen(kw_only=True)
class DisputeFilter:
    """Which disputes: `open` those that are not closed; an empty `owner` those that nobody has; None narrows nothing."""

    open: bool | None = None
    drafts: bool = False
    """Those that are not sent yet, and no others."""
    status: DisputeStatus | None = None
    category: DisputeCategory | None = None
    owner: str | None = None
    department: str | None = None
    document_id: UUID | None = None
    payment_id: UUID | None = None
    """The payment that was short by it."""
    late: bool = False
    """Those where an answer or a decision should have been there."""
    least: Money | None = None
    """So much and more, in this currency."""
    reason: str | None = None
    cause: str | None = None
    sla: SlaState | None = None
    opened_from: date | None = None
    """The supplier's days, both included, here and below."""
    opened_to: date | None = None
    closed_from: date | None = None
    closed_to: date | None = None


@frozen(kw_only=True)
class DisputeRow:
    """One dispute in a list; who looks after it and until when are for staff alone."""

    id: UUID
    account_id: UUID
    customer_number: str
    customer_name: str
    reference: str
    document_id: UUID
    number: str
    status: DisputeStatus
    outcome: DisputeStatus | None
    category: DisputeCategory
    reason: str
    amount: Money
    share: Money
    granted: Money
    owner: str
    department: str
    opened_at: datetime | None
    changed_at: datetime
    answer_by: datetime | None
    decide_by: datetime | None
    late: bool
    sla: SlaState | None
    """None where no clock is running any more."""
    revision: int

    @property
    def due_at(self) -> datetime | None:
        """When the next answer or decision is due; None where no clock is running."""
        return min((by for by in (self.answer_by, self.decide_by) if by is not None), default=None)


@frozen(kw_only=True)
class DisputePreview:
    """What a dispute would come to, by line and in all."""

    lines: tuple[DisputeLine, ...]
    amount: Money


@frozen(kw_only=True)
class DisputeDetails:
    """One dispute with its thread, the oldest message first."""

    dispute: Dispute
    thread: tuple[DisputeMessage, ...]
    sla: SlaState | None = None
    """How its clocks stand; for staff alone."""


def told(dispute: Dispute, by: Actor) -> Dispute:
    """Answer a dispute as somebody may have it: customers do not see who looks after it, until when, and what was found.

    Who holds the link to the document does not see what was written, nor the files: that is for who signs in.
    """
    if by.kind in OURS:
        return dispute
    if by.kind is ActorKind.HOLDER:
        lines = tuple(evolve(line, note="", evidence=()) for line in dispute.lines)
        dispute = evolve(dispute, lines=lines, note="", answer="", evidence=())
    return evolve(
        dispute,
        owner="",
        department="",
        cause="",
        answer_by=None,
        decide_by=None,
        left=0,
        alerts=(),
        wake_at=None,
        steps=tuple(evolve(step, name="") for step in dispute.steps),
    )


def sla_of(
    status: DisputeStatus, answer_by: datetime | None, decide_by: datetime | None, now: datetime, soon: datetime
) -> SlaState | None:
    """Answer how the clocks of a dispute stand; `soon` is when the hours of the warning will have passed from now."""
    if status not in UNDECIDED:
        return None
    due = min((by for by in (answer_by, decide_by) if by is not None), default=None)
    if due is None:
        return SlaState.PAUSED
    if due <= now:
        return SlaState.BREACHED
    return SlaState.WARNED if due <= soon else SlaState.RUNNING


def told_row(row: DisputeRow, by: Actor) -> DisputeRow:
    """Answer a line of a list as somebody may have it."""
    return row if by.kind in OURS else evolve(row, owner="", department="", answer_by=None, decide_by=None, late=False, sla=None)
