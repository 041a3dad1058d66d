"""Questions about tasks and timelines: lists by keyset, over the whole book or of one account."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from lockportal.activities.credit.queries import CREDIT_DECISIONS, EXPOSURE
from lockportal.activities.history.queries import MAILS, NOTES, TIMELINE
from lockportal.activities.models import Task
from lockportal.activities.work.queries import WORK
from lockportal.core.actor import Audience
from lockportal.core.ports import Question
from lockportal.disputes.models import Dispute
from lockportal.profiles.models import Customer
from lockportal.storage.tables import Source, record_of

_OFFICE = Audience(staff=True, system=True)
_LIMIT = sa.bindparam("limit", type_=sa.Integer())


def _tasks(source: Source, *, owner: bool = False, after: bool = False) -> sa.Select[Any]:
    task, customer, dispute = source(Task), source(Customer), source(Dispute)
    chosen = (
        sa.select(
            task.c.id,
            task.c.account_id,
            task.c.kind,
            task.c.owner,
            task.c.due_on,
            task.c.reason,
            task.c.about_id,
            customer.c.number.label("customer_number"),
            customer.c.name.label("customer_name"),
            dispute.c.status.label("dispute_status"),
            dispute.c.answer_by,
            dispute.c.decide_by,
        )
        .select_from(
            task.outerjoin(customer, customer.c.account_id == task.c.account_id).outerjoin(
                dispute, sa.and_(dispute.c.account_id == task.c.account_id, dispute.c.id == task.c.about_id)
            )
        )
        .where(task.c.live == sa.true())
    )
    if owner:
        chosen = chosen.where(task.c.owner == sa.bindparam("owner", type_=sa.String()))
    if after:
        due_on, last = sa.bindparam("due_on", type_=sa.Date()), sa.bindparam("last_id", type_=task.c.id.type)
        beyond = sa.or_(task.c.due_on > due_on, task.c.id > last)
        chosen = chosen.where(task.c.due_on >= due_on, beyond)
    return chosen.order_by(task.c.due_on, task.c.id).limit(_LIMIT)


def _task(source: Source) -> sa.Select[Any]:
    task = source(Task)
    return sa.select(task).where(task.c.id == sa.bindparam("task_id", type_=task.c.id.type))


def _owners(source: Source) -> sa.Select[Any]:
    task = source(Task)
    late = sa.func.sum(sa.case((task.c.due_on < sa.bindparam("today", type_=sa.Date()), 1), else_=0))
    counted: Any = sa.func.count()
    return (
        sa.select(task.c.owner, counted.label("tasks"), late.label("overdue"))
        .where(task.c.live == sa.true())
        .group_by(task.c.owner)
        .order_by(task.c.owner)
    )


def task_of(row: Any) -> Task:  # noqa: ANN401 - a row of TASK
    """Make the task of a row."""
    return record_of(Task, row)


__all__ = ["CREDIT_DECISIONS", "EXPOSURE", "MAILS", "NOTES", "OWNERS", "TASK", "TASKS", "TIMELINE", "WORK", "task_of"]

TASKS = Question(name="activities.tasks", audience=_OFFICE, build=_tasks)
"""Open tasks, the earliest due first. Shape: owner (parameter owner), after (due_on, last_id). Parameter: limit."""
TASK = Question(name="activities.task", audience=_OFFICE, build=_task)
"""One task, open or closed."""
OWNERS = Question(name="activities.owners", audience=_OFFICE, build=_owners)
"""How many open tasks each owner has, and how many are overdue on a day."""
