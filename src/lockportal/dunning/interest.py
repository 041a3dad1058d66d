"""Interest on what is paid late: statutory or agreed rates by date, day counts, and where it is rounded. Pure.

Simple interest: amount x rate x days / days of the year, for each stretch of days with one rate. The day after the due date is
the first that bears interest, the last day counted is the last one too.
"""

from __future__ import annotations

from bisect import bisect_right
from calendar import isleap
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from typing import Any, Final

from attrs import Attribute, field, frozen

from lockportal.core.money import Money, Rounding, divide

_DAY: Final = timedelta(days=1)
_MOST: Final = 1000


class Statutory(StrEnum):
    """Whose law says the rate: a central bank's rate, as it stood at the half-year's start, and eight points above it."""

    EU = "eu"
    """Directive 2011/7/EU, articles 2 and 3: the European Central Bank's main refinancing rate of 1 January and 1 July."""
    UK = "uk"
    """Late Payment of Commercial Debts (Interest) Act 1998 with S.I. 2002/1675: the Bank of England's rate of the day before."""


MARGIN: Final = Decimal(8)
"""Percentage points above the reference rate, in both laws."""


class DayCount(StrEnum):
    """How many days a year has, and a stretch of it."""

    ACTUAL_365 = "actual_365"
    ACTUAL_360 = "actual_360"
    ACTUAL_ACTUAL = "actual_actual"
    """Each day counts for its own year: 365 days, or 366."""
    THIRTY_360 = "thirty_360"
    """Months of 30 days (30E/360)."""


class InterestRounding(StrEnum):
    """Where interest is rounded to the minor unit, half up."""

    TOTAL = "total"
    """Once, at the end."""
    DAILY = "daily"
    """Each day's interest."""


@frozen(kw_only=True)
class RateFrom:
    """A yearly rate in per cent, from a day on."""

    on: date
    percent: Decimal


def _table(*rates: tuple[int, int, str]) -> tuple[RateFrom, ...]:
    return tuple(RateFrom(on=date(year, month, 1), percent=Decimal(percent)) for year, month, percent in rates)


REFERENCE: Final = {
    Statutory.EU: _table(
        (2016, 1, "0.05"),
        (2016, 7, "0"),
        (2023, 1, "2.50"),
        (2023, 7, "4.00"),
        (2024, 1, "4.50"),
        (2024, 7, "4.25"),
        (2025, 1, "3.15"),
        (2025, 7, "2.15"),
        (2026, 7, "2.40"),
    ),
    Statutory.UK: _table(
        (2016, 1, "0.5"),
        (2017, 1, "0.25"),
        (2018, 1, "0.5"),
        (2019, 1, "0.75"),
        (2020, 7, "0.1"),
        (2022, 1, "0.25"),
        (2022, 7, "1.25"),
        (2023, 1, "3.5"),
        (2023, 7, "5"),
        (2024, 1, "5.25"),
        (2025, 1, "4.75"),
        (2025, 7, "4.25"),
        (2026, 1, "3.75"),
    ),
}
"""The reference rates by the day from which they count, as the banks published them; a half-year that is left out has the rate of
the one before. Later ones are added by `Interest.rates`."""
KNOWN_UNTIL: Final = date(2026, 12, 31)
"""The last day of the half-year whose rates were looked up; what comes after goes on with the last rate."""


def _rates(_: object, attribute: Attribute[Any], value: tuple[RateFrom, ...]) -> None:
    if any(one.on >= other.on for one, other in pairwise(value)):
        message = f"dunning.interest.{attribute.name}: the days must rise"
        raise ValueError(message)
    if any(not 0 <= one.percent <= _MOST for one in value):
        message = f"dunning.interest.{attribute.name}: a rate is 0 to {_MOST} per cent a year"
        raise ValueError(message)


@frozen(kw_only=True)
class Interest:
    """How interest is worked out.

    With `statutory` the law's rate holds, and `rates` are reference rates that are newer than those that came with the library,
    or correct them; without it `rates` are the agreed yearly rates. Before the first rate there is no interest.
    """

    statutory: Statutory | None = None
    rates: tuple[RateFrom, ...] = field(default=(), validator=_rates)
    day_count: DayCount = DayCount.ACTUAL_365
    rounding: InterestRounding = InterestRounding.TOTAL

    def __attrs_post_init__(self) -> None:
        """Refuse one that has no rate at all."""
        if self.statutory is None and not self.rates:
            message = "dunning.interest.rates: name the agreed rates, or a `statutory` one"
            raise ValueError(message)

    @property
    def yearly(self) -> tuple[RateFrom, ...]:
        """Answer the yearly rates by the day from which they count."""
        if self.statutory is None:
            return self.rates
        own = {one.on: one for one in (*REFERENCE[self.statutory], *self.rates)}
        return tuple(RateFrom(on=on, percent=own[on].percent + MARGIN) for on in sorted(own))

    def of(self, amount: Money, since: date, until: date) -> Money:
        """Answer the interest on an amount for the days after `since` up to `until`, both at their ends."""
        if amount.minor <= 0 or until <= since:
            return Money(0, amount.currency)
        exact = ((days, amount.minor * rate * Fraction(days, year)) for days, rate, year in self._stretches(since, until))
        if self.rounding is InterestRounding.TOTAL:
            return Money(_half_up(sum((part for _, part in exact), Fraction())), amount.currency)
        return Money(sum(days * _half_up(part / days) for days, part in exact), amount.currency)

    def _stretches(self, since: date, until: date) -> Iterator[tuple[int, Fraction, int]]:
        """Answer the days, the rate as a fraction of one, and the days of the year, of each stretch without a change."""
        rates = self.yearly
        edges = {one.on - _DAY for one in rates}
        if self.day_count is DayCount.ACTUAL_ACTUAL:
            edges |= {date(year, 12, 31) for year in range(since.year, until.year)}
        inner = sorted(edge for edge in edges if since < edge < until)
        for first, last in pairwise((since, *inner, until)):
            days = _thirty(first, last) if self.day_count is DayCount.THIRTY_360 else (last - first).days
            if days > 0:
                yield days, _rate_at(rates, first + _DAY), self._year(last)

    def _year(self, day: date) -> int:
        if self.day_count in {DayCount.ACTUAL_360, DayCount.THIRTY_360}:
            return 360
        return 366 if self.day_count is DayCount.ACTUAL_ACTUAL and isleap(day.year) else 365


def _rate_at(rates: Sequence[RateFrom], day: date) -> Fraction:
    place = bisect_right([one.on for one in rates], day)
    return Fraction(rates[place - 1].percent) / 100 if place else Fraction()


def _thirty(first: date, last: date) -> int:
    years, months = last.year - first.year, last.month - first.month
    return 360 * years + 30 * months + min(last.day, 30) - min(first.day, 30)


def _half_up(exact: Fraction) -> int:
    return divide(exact.numerator, exact.denominator, Rounding.HALF_UP)
