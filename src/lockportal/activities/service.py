"""What an application does with tasks and timelines: `portal.activities`."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from attrs import evolve, frozen

from lockportal.activities import queries
from lockportal.activities.commands import AssignTask, ClaimWork, CloseTask, OpenTask, RescheduleTask, standing_task
from lockportal.activities.credit.desk import Credit
from lockportal.activities.history.commands import RecordCall, WriteNote
from lockportal.activities.history.models import CallDispute, CallPromise
from lockportal.activities.history.printing import HistoryPaper, Tell
from lockportal.activities.history.timeline import Timeline
from lockportal.activities.history.views import TimelineRow
from lockportal.activities.models import Task, task_id
from lockportal.activities.scoring import OVERDUE
from lockportal.activities.views import TaskRow
from lockportal.activities.work.listing import WorkList
from lockportal.activities.work.models import WorkItem
from lockportal.context import Context
from lockportal.core.actor import Actor
from lockportal.core.errors import NotFound, Refused
from lockportal.core.page import Page
from lockportal.disputes.asking import Owners
from lockportal.disputes.deadlines import soon_after
from lockportal.disputes.settings import DisputesSettings
from lockportal.disputes.views import sla_of
from lockportal.documents.views import Paper

_MOST: Final = 200
_AT_ONCE: Final = 50
_TASKS: Final = "tasks"


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
        self._work = WorkList(context)
        self._timeline = Timeline(context)
        self._paper = HistoryPaper(context)
        self._owners = Owners(context)
        self.credit = Credit(context)

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

    def close(
        self, account_id: UUID, task: UUID, by: Actor, *, outcome: str = "", note: str = "", key: str | None = None
    ) -> Task:
        """Close a task: done with an outcome, cancelled without one."""
        self._shell.run(CloseTask(account_id=account_id, task_id=task, outcome=outcome, note=note), by, key=key)
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
        limit, now = max(1, min(limit, _MOST)), self._clock.now()
        soon = soon_after(self._shell.supplier, self._shell.settings(DisputesSettings), now)
        rows = self._shell.ask(
            queries.TASKS,
            by,
            account_id=account_id,
            shape={"owner": owner is not None, "after": after is not None},
            limit=limit + 1,
            **params,
        )
        shown = tuple(_task_row(row, self._today(), now, soon) for row in rows[:limit])
        more = len(rows) > limit
        return Page(shown, self._signer.cursor(_TASKS, shown[-1].due_on.isoformat(), str(shown[-1].id)) if more else None)

    def owners(self, by: Actor) -> tuple[Load, ...]:
        """Say how much each owner has to do."""
        rows = self._shell.ask(queries.OWNERS, by, today=self._today())
        return tuple(Load(row.owner, row.tasks, int(row.overdue)) for row in rows)

    # the work list

    def work(self, by: Actor, *, owner: str | None = None, after: str | None = None, limit: int = 25) -> Page[WorkItem]:
        """List the reasons to act, the most pressing first: everybody's, one's own, or ("") those that nobody has taken.

        Open tasks that are due, and customers who owe what is overdue, or more than their limit, and were not worked on lately.
        What is put off to a later day stands in it from that day on. One statement, scored by `[activities.scoring]` or the hook
        `lockportal_score_work`; with the hook there is no further page. Another one's list is Refused `work.owner`.
        """
        if owner not in {None, "", by.id}:
            raise Refused("work.owner", "Choose your own list, that of nobody, or everybody's.", field="owner")
        whose = "all" if owner is None else "mine" if owner else "free"
        return self._work.page(by, whose, after, max(1, min(limit, _MOST)))

    def claim(self, account_id: UUID, by: Actor, *, task: UUID | None = None, kind: str = OVERDUE) -> Task:
        """Take a task that nobody has, or without `task` what stands in the list without one.

        That is what is overdue of the account, or by `kind` "credit.passed" its credit limit; another is Refused
        `task.kind_unknown`, and what somebody has taken `task.taken`.
        """
        self._shell.run(ClaimWork(account_id=account_id, task_id=task, kind=kind, assignee=by.id), by)
        return self.get(account_id, task or standing_task(account_id, kind, self._today()), by)

    def claim_next(self, by: Actor) -> Task | None:
        """Take the most pressing reason that nobody has taken; None where none is left. Several may ask at once."""
        after: str | None = None
        while True:
            page = self.work(by, owner="", after=after, limit=_AT_ONCE)
            for item in page.items:
                try:
                    if item.task_id is None:
                        return self.claim(item.account_id, by, kind=item.kind)
                    return self.claim(item.account_id, by, task=item.task_id)
                except (NotFound, Refused):  # somebody was faster
                    continue
            after = page.after
            if after is None:
                return None

    # the timeline

    def note(self, account_id: UUID, by: Actor, *, text: str, document_id: UUID | None = None, key: str | None = None) -> UUID:
        """Write a note about a customer or one of its documents, and answer its id; whom it names by an @ has a task."""
        command = WriteNote(account_id=account_id, text=text, document_id=document_id)
        return self._shell.run(command, by, key=key).id

    def call(
        self,
        account_id: UUID,
        by: Actor,
        *,
        outcome: str,
        text: str = "",
        contact_id: UUID | None = None,
        task_id: UUID | None = None,
        promise: CallPromise | None = None,
        dispute: CallDispute | None = None,
        again_on: date | None = None,
        key: str | None = None,
    ) -> UUID:
        """Write down a call and answer its id: what came of it, what was promised and disputed in it; all or nothing.

        With `task_id` that task is done; `again_on` makes one for the caller on that day. Refused `call.…`, `note.too_long`,
        `task.…`, and as `promises.make` and `disputes.open` are.
        """
        command = RecordCall(
            account_id=account_id,
            outcome=outcome,
            text=text,
            contact_id=contact_id,
            task_id=task_id,
            promise=promise,
            dispute=dispute,
            again_on=again_on,
        )
        if command.opening is not None:
            command = evolve(command, assignment=self._owners.routed(command.opening, by).assignment)
        return self._shell.run(command, by, key=key).id

    def timeline(
        self, account_id: UUID, by: Actor, *, search: str = "", after: str | None = None, limit: int = 25
    ) -> Page[TimelineRow]:
        """Tell what happened with a customer, the newest first: the journal, notes, calls and mails. Three statements.

        `search` finds words of notes, names, outcomes, and what an event is called. Refused `search.text`.
        """
        return self._timeline.page(account_id, by, search, after, max(1, min(limit, _MOST)))

    def history(
        self, account_id: UUID, by: Actor, *, first: date | None = None, last: date | None = None, tell: Tell | None = None
    ) -> Paper:
        """Make the timeline from a day to another a PDF, the oldest first, such as for a lawyer; `tell` says a row in words.

        Refused `timeline.too_long` beyond twenty thousand rows.
        """
        return self._paper.of(account_id, by, self._timeline.between(account_id, by, first, last), (first, last), tell)

    def _today(self) -> date:
        return self._shell.supplier.today(self._clock.now())


def _task_row(row: Any, today: date, now: datetime, soon: datetime) -> TaskRow:  # noqa: ANN401 - a row of TASKS
    status, due = row.dispute_status, [by for by in (row.answer_by, row.decide_by) if by is not None]
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
        sla=None if status is None else sla_of(status, row.answer_by, row.decide_by, now, soon),
        due_at=min(due, default=None),
    )
