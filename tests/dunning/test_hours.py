"""When somebody may be written to: hours, weekends and holidays of the customer's own country and zone."""

from datetime import UTC, datetime, time

import pytest
from attrs import evolve

from books import ACME
from lockportal.core.settings import Calendar
from lockportal.dunning.settings import DunningSettings
from lockportal.messages.hours import awake, opens_at, zones_of

SETTINGS = DunningSettings()
BERLIN = evolve(ACME, zone="Europe/Berlin", calendar=Calendar(holidays=frozenset({datetime(2026, 3, 4, tzinfo=UTC).date()})))


def at(day, hour, minute=0):
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("country", "now", "expected"),
    [
        ("", at(2, 6, 59), False),
        ("", at(2, 7), True),
        ("", at(2, 18, 59), True),
        ("", at(2, 19), False),
        ("", at(4, 12), False),
        ("", at(7, 12), False),
        ("JP", at(2, 0), True),
        ("JP", at(1, 23), True),
        ("JP", at(2, 12), False),
        ("GB", at(2, 7, 59), False),
        ("GB", at(2, 8), True),
        ("GB", at(7, 12), False),
        ("US", at(2, 14), False),
        ("US", at(2, 20), True),
        ("US", at(3, 1), False),
        ("XX", at(2, 7), True),
        ("XX", at(2, 6), False),
    ],
)
def test_nobody_is_written_to_at_night_or_on_days_of_rest_of_their_own(country, now, expected):
    assert awake(country, now, SETTINGS, BERLIN) is expected


def test_public_holidays_of_the_customers_country_are_quiet():
    assert not awake("JP", datetime(2026, 2, 11, 3, tzinfo=UTC), SETTINGS, BERLIN)
    assert awake("GB", datetime(2026, 2, 11, 12, tzinfo=UTC), SETTINGS, BERLIN)
    assert awake("JP", datetime(2026, 2, 11, 3, tzinfo=UTC), evolve(SETTINGS, rest_days=False), BERLIN)


def test_the_settings_name_the_zone_of_a_country_that_has_several():
    one = evolve(SETTINGS, zones={"US": "America/New_York"}, awake_until=time(17))
    assert awake("US", at(2, 14), one, BERLIN)
    assert not awake("US", at(2, 22), one, BERLIN)
    assert len(zones_of("US")) > 4
    assert zones_of("XX") == ()


@pytest.mark.parametrize(
    ("country", "now", "opens"),
    [
        ("", at(2, 5, 7), at(2, 7)),
        ("", at(2, 19), at(3, 7)),
        ("", at(3, 19), at(5, 7)),
        ("", at(6, 20, 59), at(9, 7)),
        ("JP", at(2, 12), at(2, 23)),
        ("US", at(2, 14), at(2, 18)),
    ],
)
def test_who_is_asleep_may_be_written_to_from_the_next_quarter_of_an_hour_on(country, now, opens):
    assert opens_at(country, now, SETTINGS, BERLIN) == opens


def test_where_there_is_no_hour_a_fortnight_is_waited():
    days = frozenset(datetime(2026, 3, day, tzinfo=UTC).date() for day in range(1, 31))
    resting = evolve(BERLIN, calendar=Calendar(holidays=days))
    assert opens_at("", at(2, 12), SETTINGS, resting) == at(16, 12)
