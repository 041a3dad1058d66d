"""What an application does with tasks and timelines: `portal.activities`."""

from __future__ import annotations

from datetime import date
from typing import Any, Final
from uuid import UUID

from attrs import frozen

from lockportal.activities import queries
from lockportal.activities.commands import AssignTask, CloseTask, OpenTask, RescheduleTask
from lockportal.activities.models import Task, task_id
from lockportal.activities.views import TaskRow, TimelineRow, told
from lockportal.context import Context
from lockportal.core.actor import Actor
from lockportal.core.errors import NotFound
from lockportal.core.page import Page

_MOST: Final = 200
_TASKS: Final = "tasks"
_TIMELINE: Final = "timeline"


@frozen
class Load:
    """How much somebody has to do: open tasks, and how many of them are overdue. An empty owner: nobody has taken them."""

    owner: str
    tasks: int
    overdue: int


class Activities:
    """The tasks and timelines of one supplier's customers; for staff."""

    def __init__(self, context: Context) -> None:
        """Keep the shell."""
        self._shell = context.shell
        self._clock = context.clock
        self._signer = context.signer
        self._told = told(context.shell.capabilities)

    # tasks

    def open(
        self,
        account_id: UUID,
        by: Actor,
        *,
        kind: str,
        key: str,
        reason: str,
        owner: str = "",
        due_on: date | None = None,
        about_id: UUID | None = None,
    ) -> Task:
        """Open a task, due today unless a day is given; the same key again answers the task that it has made."""
        command = OpenTask(
            account_id=account_id,
            kind=kind,
            key=key,
            reason=reason,
            assignee=owner,
            due_on=due_on,
            about_id=about_id,
        )
        self._shell.run(command, by)
        return self.get(account_id, task_id(account_id, key), by)

    def assign(self, account_id: UUID, task: UUID, by: Actor, *, owner: str) -> Task:
        """Give an open task to a member of staff; to nobody by an empty name."""
        self._shell.run(AssignTask(account_id=account_id, task_id=task, assignee=owner), by)
        return self.get(account_id, task, by)

    def reschedule(self, account_id: UUID, task: UUID, by: Actor, *, due_on: date) -> Task:
        """Put an open task off to another day."""
        self._shell.run(RescheduleTask(account_id=account_id, task_id=task, due_on=due_on), by)
        return self.get(account_id, task, by)

    def close(self, account_id: UUID, task: UUID, by: Actor, *, outcome: str = "", note: str = "") -> Task:
        """Close a task: done with an outcome, cancelled without one."""
        self._shell.run(CloseTask(account_id=account_id, task_id=task, outcome=outcome, note=note), by)
        return self.get(account_id, task, by)

    def get(self, account_id: UUID, task: UUID, by: Actor) -> Task:
        """Answer one task; NotFound `task.not_found` for none."""
        rows = self._shell.ask(queries.TASK, by, account_id=account_id, task_id=task)
        if not rows:
            raise NotFound("task.not_found", "There is no such task.")
        return queries.task_of(rows[0])

    def tasks(
        self,
        by: Actor,
        *,
        owner: str | None = None,
        account_id: UUID | None = None,
        after: str | None = None,
        limit: int = 25,
    ) -> Page[TaskRow]:
        """List open tasks, the earliest due first: everybody's, or one owner's ("" for what nobody has taken). One statement."""
        params: dict[str, Any] = {} if owner is None else {"owner": owner}
        if after is not None:
            due_on, last = self._signer.place(_TASKS, after)
            params |= {"due_on": date.fromisoformat(due_on), "last_id": UUID(last)}
        limit, today = max(1, min(limit, _MOST)), self._today()
        rows = self._shell.ask(
            queries.TASKS,
            by,
            account_id=account_id,
            shape={"owner": owner is not None, "after": after is not None},
            limit=limit + 1,
            **params,
        )
        shown = tuple(_task_row(row, today) for row in rows[:limit])
        more = len(rows) > limit
        return Page(shown, self._signer.cursor(_TASKS, shown[-1].due_on.isoformat(), str(shown[-1].id)) if more else None)

    def owners(self, by: Actor) -> tuple[Load, ...]:
        """Say how much each owner has to do."""
        rows = self._shell.ask(queries.OWNERS, by, today=self._today())
        return tuple(Load(row.owner, row.tasks, int(row.overdue)) for row in rows)

    # the timeline

    def timeline(self, account_id: UUID, by: Actor, *, after: str | None = None, limit: int = 25) -> Page[TimelineRow]:
        """Tell what happened with a customer, the newest first. One statement."""
        params: dict[str, Any] = {}
        if after is not None:
            version, n = self._signer.place(_TIMELINE, after)
            params = {"version": version, "n": n}
        limit = max(1, min(limit, _MOST))
        shape = {"after": after is not None}
        rows = self._shell.ask(queries.TIMELINE, by, account_id=account_id, shape=shape, limit=limit + 1, **params)
        shown = tuple(
            TimelineRow(
                version=row.version,
                n=row.n,
                at=row.at,
                by=row.by,
                type=row.type,
                text=self._told.get(row.type, row.type),
                ids=row.ids,
            )
            for row in rows[:limit]
        )
        more = len(rows) > limit
        return Page(shown, self._signer.cursor(_TIMELINE, shown[-1].version, shown[-1].n) if more else None)

    def _today(self) -> date:
        return self._shell.supplier.today(self._clock.now())


def _task_row(row: Any, today: date) -> TaskRow:  # noqa: ANN401 - a row of TASKS
    return TaskRow(
        id=row.id,
        account_id=row.account_id,
        customer_number=row.customer_number or "",
        customer_name=row.customer_name or "",
        kind=row.kind,
        owner=row.owner,
        due_on=row.due_on,
        overdue=row.due_on < today,
        reason=row.reason,
        about_id=row.about_id,
    )
