"""Working time against a table that was worked out by hand, and its inverses."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockportal.core.settings import Calendar
from lockportal.disputes.hours import WorkingHours

HOLIDAYS = {
    "America/New_York": [date(2026, 7, 3), date(2026, 11, 26), date(2026, 12, 25), date(2027, 1, 1)],
    "Europe/Berlin": [date(2026, 4, 3), date(2026, 4, 6)],
    "Asia/Tokyo": [date(2026, 5, 4), date(2026, 5, 5), date(2026, 5, 6)],
    "Australia/Sydney": [date(2026, 4, 3), date(2026, 4, 6)],
}


def office(zone, opens="09:00", closes="17:00", weekend=(5, 6)):
    calendar = Calendar(weekend=weekend, holidays=HOLIDAYS.get(zone, ()))
    return WorkingHours(zone=zone, calendar=calendar, opens=time.fromisoformat(opens), closes=time.fromisoformat(closes))


NEW_YORK = office("America/New_York")
ALL_DAY = office("America/New_York", "00:00", "00:00", ())
SMALL_HOURS = office("America/New_York", "01:00", "05:00", ())
BERLIN = office("Europe/Berlin", "08:00", "16:30")
RIYADH = office("Asia/Riyadh", "08:00", "16:00", (4, 5))
KATHMANDU = office("Asia/Kathmandu", "10:00", "17:00", (5,))
TOKYO = office("Asia/Tokyo", "09:00", "18:00")
SYDNEY = office("Australia/Sydney")
LONDON = office("Europe/London")
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
LORD_HOWE = office("Australia/Lord_Howe", "00:00", "00:00", ())
# of New York the clocks go forward on Sunday 8 March 2026 and back on 1 November; of Europe on 29 March and 25 October; of
# Sydney and Lord Howe (by half an hour) they go back on 5 April
CASES = [
    (NEW_YORK, "2026-03-02 09:00", 8, "2026-03-02 17:00"),
    (NEW_YORK, "2026-03-02 09:00", 1, "2026-03-02 10:00"),
    (NEW_YORK, "2026-03-02 09:00", 0.5, "2026-03-02 09:30"),
    (NEW_YORK, "2026-03-02 12:00", 8, "2026-03-03 12:00"),
    (NEW_YORK, "2026-03-02 16:00", 2, "2026-03-03 10:00"),
    (NEW_YORK, "2026-03-02 17:00", 1, "2026-03-03 10:00"),
    (NEW_YORK, "2026-03-02 18:30", 1, "2026-03-03 10:00"),
    (NEW_YORK, "2026-03-02 06:00", 1, "2026-03-02 10:00"),
    (NEW_YORK, "2026-03-02 09:00", 40, "2026-03-06 17:00"),
    # over a weekend, on which the clocks go forward
    (NEW_YORK, "2026-03-06 16:00", 2, "2026-03-09 10:00"),
    (NEW_YORK, "2026-03-06 17:00", 8, "2026-03-09 17:00"),
    (NEW_YORK, "2026-03-07 12:00", 8, "2026-03-09 17:00"),
    (NEW_YORK, "2026-03-08 23:00", 1, "2026-03-09 10:00"),
    (NEW_YORK, "2026-03-02 10:00", 40, "2026-03-09 10:00"),
    (NEW_YORK, "2026-03-04 12:00", 40, "2026-03-11 12:00"),
    (NEW_YORK, "2026-03-06 09:00", 80, "2026-03-19 17:00"),
    # over holidays
    (NEW_YORK, "2026-07-02 16:00", 2, "2026-07-06 10:00"),
    (NEW_YORK, "2026-11-25 12:00", 8, "2026-11-27 12:00"),
    (NEW_YORK, "2026-11-26 12:00", 1, "2026-11-27 10:00"),
    (NEW_YORK, "2026-12-24 16:30", 1, "2026-12-28 09:30"),
    (NEW_YORK, "2026-12-31 17:00", 8, "2027-01-04 17:00"),
    # around the clock, on days of 23 and of 25 hours
    (ALL_DAY, "2026-03-07 00:00", 24, "2026-03-08 00:00"),
    (ALL_DAY, "2026-03-08 00:00", 23, "2026-03-09 00:00"),
    (ALL_DAY, "2026-03-08 00:00", 24, "2026-03-09 01:00"),
    (ALL_DAY, "2026-03-08 01:30", 1, "2026-03-08 03:30"),
    (ALL_DAY, "2026-11-01 00:00", 24, "2026-11-01 23:00"),
    (ALL_DAY, "2026-11-01 00:00", 25, "2026-11-02 00:00"),
    (ALL_DAY, "2026-10-31 12:00", 24, "2026-11-01 11:00"),
    # a shift in which an hour is left out, or struck twice
    (SMALL_HOURS, "2026-03-08 01:00", 3, "2026-03-08 05:00"),
    (SMALL_HOURS, "2026-03-08 01:00", 4, "2026-03-09 02:00"),
    (SMALL_HOURS, "2026-11-01 01:00", 5, "2026-11-01 05:00"),
    (SMALL_HOURS, "2026-11-01 01:00", 4, "2026-11-01 04:00"),
    # other zones, other weekends
    (BERLIN, "2026-03-27 16:00", 1, "2026-03-30 08:30"),
    (BERLIN, "2026-10-23 16:30", 8.5, "2026-10-26 16:30"),
    (BERLIN, "2026-04-02 16:00", 1, "2026-04-07 08:30"),
    (RIYADH, "2026-03-05 15:00", 2, "2026-03-08 09:00"),
    (RIYADH, "2026-03-06 12:00", 8, "2026-03-08 16:00"),
    (KATHMANDU, "2026-03-06 16:30", 1, "2026-03-08 10:30"),
    (TOKYO, "2026-05-01 17:00", 2, "2026-05-07 10:00"),
    (SYDNEY, "2026-04-02 17:00", 8, "2026-04-07 17:00"),
    (LONDON, "2026-03-30 09:30", 8, "2026-03-31 09:30"),
    (LORD_HOWE, "2026-04-05 00:00", 24.5, "2026-04-06 00:00"),
]


def at(hours, text):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(hours.zone))


@pytest.mark.parametrize(("hours", "start", "work", "end"), CASES)
def test_working_time_ends_when_it_was_worked_out_by_hand(hours, start, work, end):
    begun, over, worked = at(hours, start), at(hours, end), timedelta(hours=work)
    assert hours.after(begun, worked) == over
    assert hours.between(begun, over) == worked
    assert hours.after(hours.before(over, worked), worked) == over


def test_the_table_is_as_long_as_it_should_be():
    assert len(CASES) >= 40


@given(
    hours=st.sampled_from([NEW_YORK, ALL_DAY, SMALL_HOURS, BERLIN, RIYADH, KATHMANDU, LORD_HOWE]),
    start=st.integers(0, 700_000).map(lambda minute: BEGIN + timedelta(minutes=minute)),
    minutes=st.integers(1, 12_000),
)
def test_what_was_counted_forward_is_counted_again_between_and_back(hours, start, minutes):
    work = timedelta(minutes=minutes)
    end = hours.after(start, work)
    assert hours.between(start, end) == work
    assert hours.between(end, start) == timedelta()
    back = hours.before(end, work)
    assert back >= start
    assert hours.between(start, back) == timedelta()
