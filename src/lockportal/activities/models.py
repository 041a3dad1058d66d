"""Tasks: something that a person has to do about a customer, with its reason, its day and what came of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar, Final
from uuid import UUID, uuid5

from attrs import field, frozen

from lockportal.activities.scoring import Scoring
from lockportal.core.account import Account
from lockportal.core.errors import Refused
from lockportal.core.record import PERSONAL, TEXT, Event, Index, Record, Stamp, length

_KIND: Final = re.compile(r"[a-z][a-z_]*\.[a-z][a-z_]*")
LONGEST: Final = 2000
"""The most characters of a reason or a note."""


class TaskState(StrEnum):
    """Where a task is; a closed one is never opened again, a new one is."""

    OPEN = "open"
    DONE = "done"
    CANCELLED = "cancelled"


@frozen(kw_only=True)
class Task(Record):
    """One thing to do about one customer. `owner` names a member of staff as the host does; empty, nobody has taken it."""

    indexes: ClassVar[tuple[Index, ...]] = (
        Index(("live", "owner", "due_on", "id"), wide=True),
        Index(("live", "due_on", "id")),
    )

    kind: str = field(metadata=length(64))
    """What it is, `<capability>.<noun>`, such as `messages.undeliverable`."""
    state: TaskState = TaskState.OPEN
    owner: str = field(default="", metadata=length(128))
    due_on: date
    reason: str = field(default="", metadata=TEXT)
    """Why it is to be done, in a sentence without personal details; further lines are for technicians."""
    about_id: UUID | None = None
    """The record that it is about: a document, a message."""
    opened_at: datetime
    closed_at: datetime | None = None
    outcome: str = field(default="", metadata=length(64))
    """What came of it: one of the supplier's outcome codes."""
    note: str = field(default="", metadata=PERSONAL | TEXT)

    @property
    def live(self) -> bool:
        """Only an open task takes part in decisions and lists."""
        return self.state is TaskState.OPEN


def task_id(account_id: UUID, key: str) -> UUID:
    """Answer the id of the task that a key stands for: the same reason makes one task, however often it is found."""
    return uuid5(account_id, f"task/{key}")


@frozen(kw_only=True)
class TaskOpened(Event):
    """There is something to do."""

    task: Task


@frozen(kw_only=True)
class TaskAssigned(Event):
    """A task was given to somebody, or to nobody."""

    task: Task


@frozen(kw_only=True)
class TaskRescheduled(Event):
    """A task was put off to another day."""

    task: Task


@frozen(kw_only=True)
class TaskClosed(Event):
    """A task was done, or is not to be done any more."""

    task: Task


def open_task(
    account: Account,
    stamp: Stamp,
    *,
    kind: str,
    key: str,
    reason: str,
    owner: str = "",
    due_on: date | None = None,
    about_id: UUID | None = None,
) -> Sequence[TaskOpened]:
    """Answer the opening of a task for a reaction or a command; nothing if this key has made one already, closed or not.

    Due today if no day is given. The key says what the task is for, such as `dead-letter/<id>`.
    """
    found = task_id(account.id, key)
    if account.find(Task, found) is not None:
        return ()
    task = Task(
        id=found,
        account_id=account.id,
        kind=kind,
        owner=owner,
        due_on=due_on or account.supplier.today(stamp.at),
        reason=reason,
        about_id=about_id,
        opened_at=stamp.at,
    )
    return (TaskOpened(task=task),)


def check_kind(kind: str) -> None:
    """Refuse what is not the name of a kind of task."""
    if not _KIND.fullmatch(kind) or len(kind) > 64:  # noqa: PLR2004 - the column's length
        message = "A kind of task is written like documents.missing, in at most 64 characters."
        raise Refused("task.kind_invalid", message, field="kind")


def check_text(text: str, name: str, most: int = LONGEST) -> None:
    """Refuse a text that is too long to be kept."""
    if len(text) > most:
        raise Refused(f"task.{name}_too_long", f"At most {most} characters.", field=name)


@frozen(kw_only=True)
class ActivitiesSettings:
    """`outcomes` are the codes of tasks that are done and of calls; `call_script` are the steps of a call.

    `scoring` says how the work list is scored.
    """

    outcomes: tuple[str, ...] = ("done", "reached", "not_reached", "left_message", "promised", "disputed", "wrong_contact")
    call_script: tuple[str, ...] = (
        "Say who you are, and which invoices you call about.",
        "Ask whether the invoices are there, and correct.",
        "Ask by which day they will be paid.",
        "Repeat the day and the amount, and thank.",
    )
    scoring: Scoring = field(factory=Scoring)
