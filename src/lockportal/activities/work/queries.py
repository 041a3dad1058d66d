"""The work list as one question: open tasks that are due, and whoever owes what is overdue, scored in the database."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa

from lockportal.activities.credit.queries import passed
from lockportal.activities.models import Task
from lockportal.activities.scoring import OVERDUE, PASSED, Scoring
from lockportal.core.actor import Audience
from lockportal.core.ports import Question
from lockportal.documents.settled.queries import Days, settled_items
from lockportal.ledger.models import DueBalance
from lockportal.profiles.models import Customer
from lockportal.storage.tables import Source

_OFFICE: Final = Audience(staff=True, system=True)
_TODAY: Final = sa.bindparam("last", type_=sa.Date())
_LEAST: Final = 3
"""Of fewer settled invoices no share is told."""


def _at_risk(source: Source) -> sa.Subquery:
    """Answer what each account owes past due in the currency in which it is most, and since when."""
    due = source(DueBalance)
    minor: Any = sa.func.sum(due.c.amount_minor)
    owed = (
        sa.select(
            due.c.account_id,
            due.c.amount_currency.label("currency"),
            minor.label("minor"),
            sa.func.min(due.c.due_on).label("oldest"),
        )
        .where(due.c.due_on < _TODAY)
        .group_by(due.c.account_id, due.c.amount_currency)
        .having(minor > 0)
        .subquery()
    )
    rank = sa.func.row_number().over(partition_by=owed.c.account_id, order_by=(owed.c.minor.desc(), owed.c.currency))
    ranked = sa.select(owed, rank.label("rank")).subquery()
    return sa.select(ranked).where(ranked.c.rank == 1).subquery()


def _pattern(source: Source) -> sa.Subquery:
    """Answer of how many of a hundred invoices that an account settled it did so late."""
    item = settled_items(source)
    count: Any = sa.func.count()
    late: Any = sa.func.sum(sa.case((item.c.late > 0, 100), else_=0))
    return (
        sa.select(item.c.account_id, (sa.cast(late, sa.BigInteger()) // count).label("percent"))
        .group_by(item.c.account_id)
        .having(count >= _LEAST)
        .subquery()
    )


def _reasons(source: Source, risk: sa.Subquery, *, whose: str) -> sa.Subquery:
    task, known = source(Task), source(Task)
    tasks = sa.select(task.c.account_id, task.c.id.label("task_id"), task.c.kind, task.c.owner, task.c.due_on, task.c.reason)
    tasks = tasks.where(task.c.live == sa.true(), task.c.due_on <= _TODAY)
    if whose == "mine":
        tasks = tasks.where(task.c.owner == sa.bindparam("owner", type_=sa.String()))
        return tasks.subquery()
    if whose == "free":
        tasks = tasks.where(task.c.owner == "")
    lately = sa.or_(known.c.live == sa.true(), known.c.opened_at > sa.bindparam("since", type_=known.c.opened_at.type))
    nothing, nobody = sa.literal_column("''", sa.String()), sa.cast(sa.null(), task.c.id.type)
    over = passed(source)

    def standing(of: sa.Subquery, kind: str, since: Any) -> sa.Select[Any]:  # noqa: ANN401 - an expression
        worked = sa.exists().where(known.c.account_id == of.c.account_id, known.c.kind == kind, lately)
        named = sa.literal_column(f"'{kind}'", sa.String())
        return sa.select(of.c.account_id, nobody, named, nothing, since, nothing).where(~worked)

    return sa.union_all(tasks, standing(risk, OVERDUE, risk.c.oldest), standing(over, PASSED, _TODAY)).subquery()


def _work(source: Source, *, scoring: Scoring, whose: str, after: bool = False) -> sa.Select[Any]:
    pattern = _pattern(source)
    risk = _at_risk(source)
    reason, customer = _reasons(source, risk, whose=whose), source(Customer)
    minor = sa.func.coalesce(risk.c.minor, 0)
    days = sa.func.coalesce(Days(_TODAY, risk.c.oldest), 0)
    percent = sa.func.coalesce(pattern.c.percent, 0)
    amount: Any = sa.case(
        (minor >= scoring.full_amount, scoring.amount),
        else_=scoring.amount * sa.cast(minor, sa.BigInteger()) // scoring.full_amount,
    )
    lateness: Any = sa.case((days >= scoring.full_days, scoring.lateness), else_=scoring.lateness * days // scoring.full_days)
    urgent: Any = sa.case((reason.c.kind.in_(sorted(scoring.urgent)), scoring.kind), else_=0)
    points = sa.cast(amount + lateness + scoring.pattern * percent // 100 + urgent, sa.BigInteger())
    key = sa.func.coalesce(reason.c.task_id, reason.c.account_id, type_=customer.c.id.type)
    scored = (
        sa.select(
            reason,
            risk.c.currency,
            risk.c.minor,
            days.label("days"),
            pattern.c.percent,
            customer.c.number.label("customer_number"),
            customer.c.name.label("customer_name"),
            points.label("score"),
            key.label("place"),
        )
        .select_from(
            reason.outerjoin(risk, risk.c.account_id == reason.c.account_id)
            .outerjoin(pattern, pattern.c.account_id == reason.c.account_id)
            .outerjoin(customer, customer.c.account_id == reason.c.account_id)
        )
        .subquery()
    )
    chosen = sa.select(scored)
    if after:
        at, last = sa.bindparam("score", type_=sa.BigInteger()), sa.bindparam("place", type_=customer.c.id.type)
        same = sa.and_(scored.c.place == last, scored.c.kind > sa.bindparam("kind", type_=sa.String()))
        chosen = chosen.where(sa.or_(scored.c.score < at, sa.and_(scored.c.score == at, sa.or_(scored.c.place > last, same))))
    return chosen.order_by(scored.c.score.desc(), scored.c.place, scored.c.kind).limit(sa.bindparam("limit", type_=sa.Integer()))


WORK = Question(name="activities.work", audience=_OFFICE, build=_work)
"""Reasons to act, the most pressing first. Shape: scoring, whose (all, free, mine: owner), after (score, place, kind).

Parameters: first, last, since, limit."""
