"""What disputes are about, and how long they take: pure, from disputes, and from what a database sums of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from itertools import groupby
from typing import Final

from attrs import frozen

from lockportal.core.money import Money
from lockportal.core.settings import Supplier
from lockportal.disputes.models import Dispute

YEAR: Final = timedelta(days=365)
MEDIAN: Final = 50
NINETIETH: Final = 90
_PLACES: Final = Decimal("0.0001")
_FIRST: Final = date(1900, 1, 1)
_LAST: Final = date(9000, 1, 1)


class Grouping(StrEnum):
    """By what disputes are told apart: the name of a field of theirs."""

    CATEGORY = "category"
    REASON = "reason"
    """What the customer says."""
    CAUSE = "cause"
    """What the supplier found."""
    DEPARTMENT = "department"
    OWNER = "owner"


@frozen(kw_only=True)
class ReasonShare:
    """What is disputed for one reason (or category, cause …; `key` may be empty), in one currency.

    `share` is its part of all that is disputed in this currency, `cumulative` its part and that of all larger ones together:
    per cent, half up at four places.
    """

    key: str
    currency: str
    disputes: int
    amount: Money
    granted: Money
    share: Decimal
    cumulative: Decimal


@frozen(kw_only=True)
class CycleTime:
    """How long disputes took from being opened to being closed, in seconds by the calendar, by nearest rank.

    Half of them took at most `median`, nine of ten at most `ninetieth`. `key` is the category, department …; empty for all.
    """

    key: str
    disputes: int
    median: int
    ninetieth: int


@frozen
class Period:
    """From an instant up to another, the latter not included."""

    begin: datetime
    end: datetime

    def has(self, at: datetime | None) -> bool:
        """Say whether an instant is in it."""
        return at is not None and self.begin <= at < self.end


def day_begins(supplier: Supplier, day: date) -> datetime:
    """Answer the instant, in UTC, when a supplier's day begins; days that are far away are as far as there are any disputes."""
    return supplier.end_of(max(_FIRST, min(day, _LAST)) - timedelta(days=1))


def day_ends(supplier: Supplier, day: date) -> datetime:
    """Answer the instant, in UTC, when a supplier's day is over."""
    return supplier.end_of(max(_FIRST, min(day, _LAST)))


def period_of(supplier: Supplier, now: datetime, first: date | None, last: date | None) -> Period:
    """Answer a period of days of the supplier's, both included: by default the year up to today."""
    last = last or supplier.today(now)
    return Period(day_begins(supplier, first or max(last, _FIRST) - YEAR), day_ends(supplier, last))


def reasons_of(disputes: Iterable[Dispute], period: Period, by: Grouping) -> tuple[ReasonShare, ...]:
    """Answer what the disputes that were opened in a period are about."""
    sums: dict[tuple[str, str], list[int]] = {}
    for one in disputes:
        if period.has(one.opened_at):
            group = sums.setdefault((one.amount.currency, key_of(one, by)), [0, 0, 0])
            for place, more in enumerate((1, one.amount.minor, one.granted.minor)):
                group[place] += more
    return shares_of((currency, key, *group) for (currency, key), group in sums.items())  # type: ignore[misc]


def shares_of(groups: Iterable[tuple[str, str, int, int, int]]) -> tuple[ReasonShare, ...]:
    """Order groups, each (currency, key, disputes, disputed, granted), by currency, the largest first, and say their shares."""
    found = []
    ordered = sorted(groups, key=lambda one: (one[0], -one[3], -one[2], one[1]))
    for currency, group in groupby(ordered, key=lambda one: one[0]):
        rows = list(group)
        whole, so_far = sum(row[3] for row in rows), 0
        for _, key, disputes, minor, granted in rows:
            so_far += minor
            found.append(
                ReasonShare(
                    key=key,
                    currency=currency,
                    disputes=disputes,
                    amount=Money(minor, currency),
                    granted=Money(granted, currency),
                    share=_percent(minor, whole),
                    cumulative=_percent(so_far, whole),
                )
            )
    return tuple(found)


def cycles_of(disputes: Iterable[Dispute], period: Period, by: Grouping | None) -> tuple[CycleTime, ...]:
    """Answer how long the disputes took that were closed in a period; what was never opened took no time."""
    times: dict[str, list[int]] = {}
    for one in disputes:
        if one.opened_at is not None and period.has(one.closed_at):
            times.setdefault("" if by is None else key_of(one, by), []).append(one.cycle)
    return tuple(
        CycleTime(key=key, disputes=len(took), median=_ranked(took, MEDIAN), ninetieth=_ranked(took, NINETIETH))
        for key, took in sorted(times.items())
    )


def key_of(dispute: Dispute, by: Grouping) -> str:
    """Answer to which group a dispute belongs."""
    return str(getattr(dispute, by.value))


def _ranked(took: list[int], percent: int) -> int:
    """Answer the least time that so many per cent of them took at most."""
    return sorted(took)[-(-len(took) * percent // 100) - 1]


def _percent(part: int, whole: int) -> Decimal:
    return (Decimal(part) * 100 / whole).quantize(_PLACES, ROUND_HALF_UP) if whole else Decimal(0)
