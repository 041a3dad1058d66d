"""Questions of when money will come: customers' habits by the ranks of their delays, and the cash of the coming weeks."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa

from lockportal.core.actor import Audience
from lockportal.core.ports import Question
from lockportal.documents.settled.queries import Days, settled_items
from lockportal.kpis.habits import LEAST, MOST
from lockportal.ledger.models import DueBalance
from lockportal.storage.tables import Source

_OFFICE: Final = Audience(staff=True, system=True)
_TODAY: Final = sa.bindparam("today", type_=sa.Date())
_MONDAY: Final = sa.bindparam("monday", type_=sa.Date())


def _habits(source: Source) -> sa.Subquery:
    """Answer each account's habit: the last invoices by their settlement, then the ranks of their delays."""
    item = settled_items(source)
    newest = sa.func.row_number().over(
        partition_by=item.c.account_id, order_by=(item.c.settled_on.desc(), item.c.delay, item.c.item_id)
    )
    numbered = (
        sa.select(item.c.account_id, item.c.item_id, item.c.delay, newest.label("newest"))
        .where(item.c.delay.is_not(None), item.c.minor > 0)
        .subquery()
    )
    lately = sa.select(numbered).where(numbered.c.newest <= MOST).subquery()
    place: Any = sa.func.row_number().over(partition_by=lately.c.account_id, order_by=(lately.c.delay, lately.c.item_id))
    count: Any = sa.func.count().over(partition_by=lately.c.account_id)
    ranked = sa.select(lately.c.account_id, lately.c.delay, place.label("place"), count.label("invoices")).subquery()
    one = ranked.c.invoices + 1
    tenth = sa.case((one < 20, 1), else_=one // 10)  # noqa: PLR2004 - two tenths begin at twenty
    last = sa.case(((9 * one + 9) // 10 > ranked.c.invoices, ranked.c.invoices), else_=(9 * one + 9) // 10)

    def at(rank: Any) -> Any:  # noqa: ANN401 - expressions
        return sa.func.max(sa.case((ranked.c.place == rank, ranked.c.delay)))

    return (
        sa.select(
            ranked.c.account_id,
            ranked.c.invoices,
            at(tenth).label("earliest"),
            at(one // 2).label("usual"),
            at(last).label("latest"),
        )
        .group_by(ranked.c.account_id, ranked.c.invoices)
        .having(ranked.c.invoices >= LEAST)
        .subquery()
    )


def _of_accounts(source: Source) -> sa.Select[Any]:
    return sa.select(_habits(source))


def _forecast(source: Source) -> sa.Select[Any]:
    """Sum the due balances up by the week of their day, and by that of the day on which their customer will have paid."""
    habits = _habits(source)
    due = source(DueBalance)
    ahead = Days(due.c.due_on, _MONDAY)
    by_due: Any = sa.case((due.c.due_on < _TODAY, -1), else_=ahead // 7)
    hoped = ahead + sa.func.coalesce(habits.c.usual, 0)
    by_habit: Any = sa.case((hoped < 0, 0), else_=hoped // 7)
    placed = (
        sa.select(
            due.c.amount_currency.label("currency"),
            by_due.label("due_week"),
            by_habit.label("expected_week"),
            due.c.amount_minor.label("minor"),
        )
        .select_from(due.outerjoin(habits, habits.c.account_id == due.c.account_id))
        .where(due.c.due_on.is_not(None))
        .subquery()
    )
    weeks = sa.bindparam("weeks", type_=sa.Integer())
    return (
        sa.select(placed.c.currency, placed.c.due_week, placed.c.expected_week, sa.func.sum(placed.c.minor).label("minor"))
        .where(sa.or_(placed.c.due_week < weeks, placed.c.expected_week < weeks))
        .group_by(placed.c.currency, placed.c.due_week, placed.c.expected_week)
    )


HABITS = Question(name="kpis.habits", audience=_OFFICE, build=_of_accounts)
"""How late each account pays, of what it settled in a period. Parameters: first, last."""
FORECAST = Question(name="kpis.forecast", audience=_OFFICE, build=_forecast)
"""What is open by the week of its due date and that in which it is expected. Parameters: first, last, today, monday, weeks."""
