"""What of disputes a person has to look at becomes their task, once; it ends by itself when the dispute is decided."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from attrs import evolve

from lockportal.activities.models import (
    Task,
    TaskAssigned,
    TaskClosed,
    TaskOpened,
    TaskRescheduled,
    TaskState,
    open_task,
    task_id,
)
from lockportal.core.account import Account
from lockportal.core.actor import ActorKind
from lockportal.core.record import Event, Stamp
from lockportal.disputes.models import (
    Alert,
    Dispute,
    DisputeAlerted,
    DisputeAssigned,
    DisputeCredited,
    DisputeDecided,
    DisputeMessagePosted,
    DisputeOpened,
    DisputeReopened,
    DisputeReviewed,
    DisputeWithdrawn,
)
from lockportal.disputes.settings import DisputesSettings
from lockportal.disputes.states import AWAITING_CREDIT

DECIDE: Final = "disputes.decide"
LATE: Final = "disputes.late"
CREDIT: Final = "disputes.credit"
MENTION: Final = "disputes.mention"
ANSWERED: Final = "disputes.answered"
ABOUT_DISPUTES: Final = frozenset({DECIDE, LATE, CREDIT, MENTION, ANSWERED})
"""The kinds of task that are about a dispute."""
_ENDING: Final = frozenset({DECIDE, LATE, ANSWERED})
"""Those that end when it is decided."""
_LATE: Final = {Alert.ANSWER_LATE: "has had no answer", Alert.DECISION_LATE: "is not decided"}


def chase_dispute(event: DisputeOpened | DisputeReopened, account: Account, stamp: Stamp) -> Sequence[TaskOpened]:
    """Have the owner of a dispute decide it, in time."""
    dispute = event.dispute
    reason = f"Dispute {dispute.reference}: {dispute.standing} of {dispute.number}. Look into it, and decide."
    due_on = None if dispute.decide_by is None else account.supplier.today(dispute.decide_by)
    key = f"dispute/{dispute.id}/{len(dispute.steps)}"
    return open_task(account, stamp, kind=DECIDE, key=key, reason=reason, owner=dispute.owner, due_on=due_on, about_id=dispute.id)


def follow_owner(event: DisputeAssigned, account: Account, stamp: Stamp) -> Sequence[TaskAssigned]:
    """Give the tasks of a dispute to whom it was given."""
    del stamp
    owner = event.dispute.owner
    tasks = [task for task in _about(account, event.dispute) if task.kind != MENTION and task.owner != owner]
    return [TaskAssigned(task=evolve(task, owner=owner)) for task in tasks]


def follow_clock(event: DisputeReviewed | DisputeMessagePosted, account: Account, stamp: Stamp) -> Sequence[TaskRescheduled]:
    """Put the task of a dispute that has had its answer to the day on which it is to be decided."""
    del stamp
    dispute = event.dispute
    if dispute.decide_by is None or dispute.answer_by is not None or Alert.DECISION_SOON in dispute.alerts:
        return ()
    due_on = account.supplier.today(dispute.decide_by)
    tasks = [task for task in _about(account, dispute) if task.kind == DECIDE and task.due_on < due_on]
    return [TaskRescheduled(task=evolve(task, due_on=due_on)) for task in tasks]


def chase_late(event: DisputeAlerted, account: Account, stamp: Stamp) -> Sequence[Event]:
    """Warn the owner, whose task is due now; what is late goes to whom the settings name, too."""
    dispute, today = event.dispute, account.supplier.today(stamp.at)
    if event.alert not in _LATE:
        soon = [task for task in _about(account, dispute) if task.kind == DECIDE and task.due_on > today]
        return [TaskRescheduled(task=evolve(task, due_on=today)) for task in soon]
    reason = f"Dispute {dispute.reference} of {dispute.number} {_LATE[event.alert]}, which is late. See to it that it is."
    owner = account.settings(DisputesSettings).escalate_to or dispute.owner
    key = f"dispute-late/{dispute.id}/{event.alert}/{len(dispute.steps)}"
    return open_task(account, stamp, kind=LATE, key=key, reason=reason, owner=owner, about_id=dispute.id)


def chase_message(event: DisputeMessagePosted, account: Account, stamp: Stamp) -> Sequence[Event]:
    """Have those look at a message whom it names, and the owner at what a customer writes."""
    dispute, message = event.dispute, event.message
    events: list[Event] = []
    for name in message.mentions:
        reason = f"You are named in a message about dispute {dispute.reference} of {dispute.number}."
        key = f"dispute-mention/{message.id}/{name}"
        events += open_task(account, stamp, kind=MENTION, key=key, reason=reason, owner=name, about_id=dispute.id)
    if message.by is ActorKind.CUSTOMER:
        reason = f"The customer has written about dispute {dispute.reference} of {dispute.number}. Read it, and answer."
        events += open_task(
            account,
            stamp,
            kind=ANSWERED,
            key=f"dispute-answered/{message.id}",
            reason=reason,
            owner=dispute.owner,
            about_id=dispute.id,
        )
    return events


def end_dispute(event: DisputeDecided | DisputeWithdrawn | DisputeCredited, account: Account, stamp: Stamp) -> Sequence[Event]:
    """Close the tasks of what is decided; what was granted is somebody's task until its credit memo is there."""
    dispute = event.dispute
    waits = dispute.status in AWAITING_CREDIT
    ending = _ENDING if waits else _ENDING | {CREDIT}
    closed = [
        TaskClosed(task=evolve(task, state=TaskState.DONE, outcome="done", note="It is decided.", closed_at=stamp.at))
        for task in _about(account, dispute)
        if task.kind in ending
    ]
    if not waits or account.find(Task, task_id(account.id, _credit(dispute))) is not None:
        return closed
    reason = f"Credit {dispute.standing} of {dispute.number} for dispute {dispute.reference}, and name it in the credit memo."
    opened = open_task(account, stamp, kind=CREDIT, key=_credit(dispute), reason=reason, owner=dispute.owner, about_id=dispute.id)
    return [*closed, *opened]


def _credit(dispute: Dispute) -> str:
    return f"dispute-credit/{dispute.id}/{dispute.granted}"


def _about(account: Account, dispute: Dispute) -> list[Task]:
    return [task for task in account.all(Task) if task.about_id == dispute.id and task.kind in ABOUT_DISPUTES]
