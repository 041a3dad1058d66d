"""Interest: the settings of rounding and day counts, statutory rates by date, agreed ones."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockportal.core.money import Money
from lockportal.dunning.interest import KNOWN_UNTIL, DayCount, Interest, InterestRounding, RateFrom, Statutory

FIVE_THOUSAND = Money.of("5000", "GBP")


def agreed(percent, **options):
    return Interest(rates=(RateFrom(on=date(2000, 1, 1), percent=Decimal(percent)),), **options)


@pytest.mark.parametrize(("rounding", "interest"), [(InterestRounding.TOTAL, "169.49"), (InterestRounding.DAILY, "169.68")])
def test_a_hundred_and_one_days_of_5000_at_twelve_and_a_quarter_per_cent(rounding, interest):
    since = date(2026, 1, 31)
    found = agreed("12.25", rounding=rounding).of(FIVE_THOUSAND, since, since + timedelta(days=101))
    assert found == Money.of(interest, "GBP")


def test_the_british_rate_of_the_second_half_of_2025_is_the_banks_and_eight():
    found = Interest(statutory=Statutory.UK).of(FIVE_THOUSAND, date(2025, 8, 1), date(2025, 8, 1) + timedelta(days=101))
    assert found == Money.of("169.49", "GBP")


@pytest.mark.parametrize(
    ("law", "day", "percent"),
    [
        (Statutory.EU, date(2015, 12, 31), None),
        (Statutory.EU, date(2016, 1, 1), "8.05"),
        (Statutory.EU, date(2022, 12, 31), "8"),
        (Statutory.EU, date(2023, 1, 1), "10.5"),
        (Statutory.EU, date(2024, 6, 30), "12.5"),
        (Statutory.EU, date(2024, 7, 1), "12.25"),
        (Statutory.EU, date(2026, 6, 30), "10.15"),
        (Statutory.EU, date(2026, 7, 1), "10.4"),
        (Statutory.EU, KNOWN_UNTIL, "10.4"),
        (Statutory.UK, date(2021, 12, 31), "8.1"),
        (Statutory.UK, date(2025, 6, 30), "12.75"),
        (Statutory.UK, date(2025, 12, 31), "12.25"),
        (Statutory.UK, date(2026, 1, 1), "11.75"),
        (Statutory.UK, KNOWN_UNTIL, "11.75"),
    ],
)
def test_a_statutory_rate_changes_with_the_half_year(law, day, percent):
    year = Money(365_00_00, "EUR")
    found = Interest(statutory=law).of(year, day - timedelta(days=1), day)
    assert found.minor == (0 if percent is None else Decimal(percent) * 100)


def test_a_newer_reference_rate_is_added_or_corrects_one():
    own = (RateFrom(on=date(2026, 1, 1), percent=Decimal("2.00")), RateFrom(on=date(2026, 7, 1), percent=Decimal("3.00")))
    law = Interest(statutory=Statutory.EU, rates=own)
    amount = Money(365_00_00, "EUR")
    assert [law.of(amount, day, day + timedelta(days=1)).minor for day in (date(2026, 2, 1), date(2026, 8, 1))] == [1000, 1100]


@pytest.mark.parametrize(
    ("count", "since", "until", "days", "year"),
    [
        (DayCount.ACTUAL_365, date(2024, 1, 31), date(2024, 3, 1), 30, 365),
        (DayCount.ACTUAL_360, date(2024, 1, 31), date(2024, 3, 1), 30, 360),
        (DayCount.ACTUAL_ACTUAL, date(2024, 1, 31), date(2024, 3, 1), 30, 366),
        (DayCount.ACTUAL_ACTUAL, date(2023, 1, 31), date(2023, 3, 1), 29, 365),
        (DayCount.THIRTY_360, date(2024, 1, 31), date(2024, 3, 1), 31, 360),
        (DayCount.THIRTY_360, date(2023, 12, 31), date(2024, 12, 31), 360, 360),
        (DayCount.THIRTY_360, date(2024, 1, 30), date(2024, 1, 31), 0, 360),
    ],
)
def test_a_day_count_says_how_many_days_a_stretch_and_a_year_have(count, since, until, days, year):
    amount = Money(10_000_00, "EUR")
    expected = round(Decimal(10_000_00) * 10 / 100 * days / year)
    assert agreed("10", day_count=count).of(amount, since, until).minor == expected


def test_over_a_new_year_each_day_counts_for_its_own_year():
    amount = Money(366_0_365, "EUR")
    found = agreed("100", day_count=DayCount.ACTUAL_ACTUAL).of(amount, date(2023, 12, 30), date(2024, 1, 1))
    assert found.minor == round(Decimal(366_0_365) / 365 + Decimal(366_0_365) / 366)


@pytest.mark.parametrize("amount", [0, -5_00])
def test_there_is_none_on_nothing_or_for_no_days(amount):
    since = date(2026, 1, 31)
    assert agreed("10").of(Money(amount, "EUR"), since, since + timedelta(days=9)).is_zero
    assert agreed("10").of(FIVE_THOUSAND, since, since).is_zero
    assert agreed("10").of(FIVE_THOUSAND, since, since - timedelta(days=1)).is_zero


@given(
    st.sampled_from([Statutory.EU, Statutory.UK]),
    st.sampled_from([DayCount.ACTUAL_365, DayCount.ACTUAL_360, DayCount.ACTUAL_ACTUAL]),
    st.dates(date(2016, 1, 1), date(2026, 12, 31)),
    st.integers(0, 900),
    st.integers(0, 900),
    st.integers(1, 10**9),
)
def test_two_stretches_of_days_come_to_the_whole_but_for_a_cents_rounding(law, count, since, first, more, minor):
    interest, amount = Interest(statutory=law, day_count=count), Money(minor, "EUR")
    middle = since + timedelta(days=first)
    last = middle + timedelta(days=more)
    parts = interest.of(amount, since, middle) + interest.of(amount, middle, last)
    assert abs((parts - interest.of(amount, since, last)).minor) <= 1
