"""What may be asked of tasks: open, assign, claim, reschedule, close."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import ClassVar, Final
from uuid import UUID

from attrs import evolve, frozen

from lockportal.activities.models import (
    ActivitiesSettings,
    Task,
    TaskAssigned,
    TaskClosed,
    TaskRescheduled,
    TaskState,
    check_kind,
    check_text,
    open_task,
    task_id,
)
from lockportal.activities.scoring import OVERDUE, PASSED
from lockportal.core.account import Account, Owner
from lockportal.core.actor import Audience
from lockportal.core.errors import Refused
from lockportal.core.record import Event, Record, Stamp

_OFFICE = Audience(staff=True, system=True)
_LONGEST_NAME = 128
_LONGEST_KEY = 200
STANDING: Final[Mapping[str, str]] = MappingProxyType(
    {
        OVERDUE: "Something is overdue. Ask when it will be paid.",
        PASSED: "The credit limit is passed. Decide whether new orders are held back.",
    }
)
"""What stands in the work list without a task, and the reason of the task that it becomes."""


@frozen(kw_only=True)
class OpenTask:
    """Open a task of an account; the same `key` again opens no second one."""

    audience: ClassVar[Audience] = _OFFICE
    owner: ClassVar[Owner | None] = None
    needs: ClassVar[tuple[type[Record], ...]] = ()
    opens: ClassVar[bool] = False

    account_id: UUID
    kind: str
    key: str
    reason: str
    assignee: str = ""
    due_on: date | None = None
    about_id: UUID | None = None

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """Answer the task, if it is new."""
        check_kind(self.kind)
        if not 0 < len(self.key) <= _LONGEST_KEY:
            raise Refused("task.key_length", f"A key has 1 to {_LONGEST_KEY} characters.", field="key")
        if not self.reason.strip():
            raise Refused("task.reason_missing", "Say why it is to be done.", field="reason")
        check_text(self.reason, "reason")
        check_text(self.assignee, "owner", _LONGEST_NAME)
        return open_task(
            account,
            stamp,
            kind=self.kind,
            key=self.key,
            reason=self.reason,
            owner=self.assignee,
            due_on=self.due_on,
            about_id=self.about_id,
        )


@frozen(kw_only=True)
class AssignTask:
    """Give an open task to a member of staff; to nobody by an empty name."""

    audience: ClassVar[Audience] = _OFFICE
    owner: ClassVar[Owner | None] = None
    needs: ClassVar[tuple[type[Record], ...]] = ()
    opens: ClassVar[bool] = False

    account_id: UUID
    task_id: UUID
    assignee: str

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:  # noqa: ARG002 - a command's signature
        """Answer the task with its new owner, if it is another."""
        check_text(self.assignee, "owner", _LONGEST_NAME)
        task = _open(account, self.task_id)
        return [] if task.owner == self.assignee else [TaskAssigned(task=evolve(task, owner=self.assignee))]


@frozen(kw_only=True)
class RescheduleTask:
    """Put an open task off to another day, today at the earliest."""

    audience: ClassVar[Audience] = _OFFICE
    owner: ClassVar[Owner | None] = None
    needs: ClassVar[tuple[type[Record], ...]] = ()
    opens: ClassVar[bool] = False

    account_id: UUID
    task_id: UUID
    due_on: date

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """Answer the task on its new day, if it is another."""
        task = _open(account, self.task_id)
        if self.due_on == task.due_on:
            return []
        if self.due_on < account.supplier.today(stamp.at):
            raise Refused("task.due_on_past", "Choose today or a later day.", field="due_on")
        return [TaskRescheduled(task=evolve(task, due_on=self.due_on))]


@frozen(kw_only=True)
class CloseTask:
    """Close an open task: with an outcome it is done, without one it is cancelled. Closing it alike again changes nothing."""

    audience: ClassVar[Audience] = _OFFICE
    owner: ClassVar[Owner | None] = None
    needs: ClassVar[tuple[type[Record], ...]] = ()
    opens: ClassVar[bool] = False

    account_id: UUID
    task_id: UUID
    outcome: str = ""
    note: str = ""

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """Answer the closed task."""
        check_text(self.note, "note")
        known = account.settings(ActivitiesSettings).outcomes
        if self.outcome and self.outcome not in known:
            message = f"There is no outcome {self.outcome!r}; known are {', '.join(known)}."
            raise Refused("task.outcome_unknown", message, field="outcome")
        task = account.get(Task, self.task_id)
        state = TaskState.DONE if self.outcome else TaskState.CANCELLED
        if (task.state, task.outcome, task.note) == (state, self.outcome, self.note):
            return []
        task = _open(account, self.task_id)
        closed = evolve(task, state=state, outcome=self.outcome, note=self.note, closed_at=stamp.at)
        return [TaskClosed(task=closed)]


def _open(account: Account, task_id: UUID) -> Task:
    task = account.get(Task, task_id)
    if task.state is not TaskState.OPEN:
        raise Refused("task.closed", "This task is closed already.")
    return task


@frozen(kw_only=True)
class ClaimWork:
    """Take a reason to act: a task that nobody has, or, without `task_id`, what of the account stands in the list without one.

    That is `kind`: what is overdue, or a credit limit that is passed; any other is Refused `task.kind_unknown`. What somebody
    else has taken meanwhile is Refused `task.taken`. Taking one's own again changes nothing.
    """

    audience: ClassVar[Audience] = _OFFICE
    owner: ClassVar[Owner | None] = None
    needs: ClassVar[tuple[type[Record], ...]] = ()
    opens: ClassVar[bool] = False

    account_id: UUID
    assignee: str
    task_id: UUID | None = None
    kind: str = OVERDUE

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """Answer the task with its new owner: of what stands in the list without one, a new one for the day."""
        check_text(self.assignee, "owner", _LONGEST_NAME)
        if self.kind not in STANDING:
            raise Refused("task.kind_unknown", f"Without a task only {', '.join(STANDING)} can be taken.", field="kind")
        key = f"{self.kind}/{account.supplier.today(stamp.at)}"
        found = account.find(Task, task_id(account.id, key)) if self.task_id is None else _open(account, self.task_id)
        if found is None:
            return open_task(account, stamp, kind=self.kind, key=key, reason=STANDING[self.kind], owner=self.assignee)
        if not found.live or found.owner not in {"", self.assignee}:
            raise Refused("task.taken", "Somebody else has taken this.")
        return [] if found.owner == self.assignee else [TaskAssigned(task=evolve(found, owner=self.assignee))]


def standing_task(account_id: UUID, kind: str, today: date) -> UUID:
    """Answer the id of the task that stands for what is overdue of an account, or passes its limit, on a day."""
    return task_id(account_id, f"{kind}/{today}")
