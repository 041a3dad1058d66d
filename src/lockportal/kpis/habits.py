"""When an invoice will be paid, pure: from how late its customer's own invoices were settled lately, with an interval.

The statistic can be checked by hand: of the invoices settled last, each with its days after due (below zero before), the middle
one is expected; the interval leaves out a tenth on either side, by the ranks that hold for the next value, too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from attrs import frozen

from lockportal.core.money import Money

MOST: Final = 20
"""So many of a customer's invoices are looked at, those settled last."""
LEAST: Final = 3
"""With fewer, the due date is expected."""
_WEEK: Final = timedelta(days=7)
_TENTH: Final = 10


@frozen(kw_only=True)
class Habit:
    """How many days after due a customer pays: usually, and from `earliest` to `latest` eight times of ten; below zero before."""

    account_id: UUID
    invoices: int
    earliest: int
    usual: int
    latest: int


@frozen(kw_only=True)
class ExpectedPayment:
    """When one open invoice is expected to be paid, and between which days; without a habit (`invoices` 0) when it is due."""

    document_id: UUID
    number: str
    amount: Money
    due_on: date
    expected_on: date
    earliest_on: date
    latest_on: date
    invoices: int


@frozen(kw_only=True)
class ForecastWeek:
    """The cash of one week, Monday to Sunday, in one currency: due by then, promised for then, expected by habit.

    `late` holds what was due or promised before today; what is expected of that is expected in the first week or later.
    """

    first: date
    last: date
    due: Money
    promised: Money
    expected: Money
    late: bool = False


def ranks(count: int) -> tuple[int, int, int]:
    """Answer which of so many values in order, from 1 on, are the earliest, the middle and the latest."""
    return max(1, (count + 1) // _TENTH), (count + 1) // 2, min(count, (9 * (count + 1) + 9) // _TENTH)


def habit(account_id: UUID, delays: Sequence[int]) -> Habit | None:
    """Make a habit of days after due, those of the invoice that was settled last first; None of too few."""
    taken = sorted(delays[:MOST])
    if len(taken) < LEAST:
        return None
    earliest, usual, latest = (taken[rank - 1] for rank in ranks(len(taken)))
    return Habit(account_id=account_id, invoices=len(taken), earliest=earliest, usual=usual, latest=latest)


def expected(due_on: date, known: Habit | None, today: date) -> tuple[date, date, date]:
    """Answer when what is due on a day is expected, and the ends of the interval; none of them before today."""
    days = (0, 0, 0) if known is None else (known.usual, known.earliest, known.latest)
    usual, earliest, latest = (max(due_on + timedelta(days=one), today) for one in days)
    return usual, earliest, latest


def week_of(day: date, today: date) -> int:
    """Number the week of a day: 0 is the one that holds today, -1 is every day before today."""
    return -1 if day < today else (day - monday(today)).days // 7


def monday(today: date) -> date:
    """Answer the first day of the week of a day."""
    return today - timedelta(days=today.weekday())


def forecast_cells(
    dues: Iterable[tuple[UUID, str, date, int]], habits: Mapping[UUID, Habit], today: date, weeks: int
) -> list[tuple[str, int, str, int]]:
    """Sum (account, currency, due date, minor units) up to (which, week, currency, minor units): what the database answers."""
    sums: dict[tuple[str, int, str], int] = defaultdict(int)
    for account_id, currency, due_on, minor in dues:
        sums["due", week_of(due_on, today), currency] += minor
        sums["expected", week_of(expected(due_on, habits.get(account_id), today)[0], today), currency] += minor
    return sorted((*key, minor) for key, minor in sums.items() if key[1] < weeks)


def forecast(
    cells: Iterable[tuple[str, int, str, int]], promised: Iterable[tuple[date, str, int]], today: date, weeks: int
) -> tuple[ForecastWeek, ...]:
    """Make the weeks of a forecast of cells, and of (day, currency, minor units) that is promised; by currency, late ones first.

    Every week from this one on is told, also those in which nothing comes; nothing at all of a currency in which nothing does.
    """
    found: dict[str, dict[tuple[str, int], int]] = defaultdict(lambda: defaultdict(int))
    for which, week, currency, minor in cells:
        found[currency][which, week] += minor
    for day, currency, minor in promised:
        week = week_of(day, today)
        if week < weeks:
            found[currency]["promised", week] += minor
    made, first = [], monday(today)
    for currency, own in sorted(found.items()):
        for week in range(-1, weeks):
            due, said, hoped = (Money(own.get((which, week), 0), currency) for which in ("due", "promised", "expected"))
            if week >= 0 or not (due.is_zero and said.is_zero):
                start = first + max(week, 0) * _WEEK
                end = start + _WEEK - timedelta(days=1)
                made.append(ForecastWeek(first=start, last=end, due=due, promised=said, expected=hoped, late=week < 0))
    return tuple(made)
