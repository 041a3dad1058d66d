"""The end of the promised day in the supplier's zone: worked out by counting days and instants one by one, in eight zones."""

from datetime import UTC, date, datetime, timedelta
from random import Random
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from holidays import country_holidays

from lockportal.core.account import Account, Owner
from lockportal.core.actor import SYSTEM
from lockportal.core.money import Money
from lockportal.core.record import Stamp
from lockportal.core.settings import Calendar, Supplier
from lockportal.promises import Inflow, Part, Promise, PromisesSettings, PromiseStatus
from lockportal.promises.following import come
from lockportal.promises.models import Moved

ZONES = {
    "America/New_York": "US",
    "America/Sao_Paulo": "BR",
    "Europe/Berlin": "DE",
    "Europe/London": "GB",
    "Asia/Kolkata": "IN",
    "Asia/Tokyo": "JP",
    "Australia/Lord_Howe": "AU",
    "Pacific/Apia": "WS",
}
HOME, ID = UUID(int=1), UUID(int=2)
FIRST, LAST = date(2002, 1, 1), date(2030, 12, 31)
QUARTER = timedelta(minutes=15)


def over(zone, day):
    """The first instant of which no later one is of this day or before, found by walking through the hours around it."""
    at = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=3)
    while at.astimezone(zone).date() > day:
        at -= QUARTER
    return at + QUARTER


def business_days(day, n, holidays):
    """So many days of work later, told one after the other."""
    while n:
        day += timedelta(days=1)
        n -= day.weekday() < 5 and day not in holidays
    return day


def promised(zone, holidays, on, grace, made):
    supplier = Supplier(name="S", currencies=("EUR",), zone=zone, calendar=Calendar(holidays=holidays))
    account = Account(
        id=HOME, kind=Owner.CUSTOMER, supplier=supplier, options={PromisesSettings: PromisesSettings(grace_days=grace)}
    )
    money = Money(100, "EUR")
    promise = Promise(
        id=ID,
        account_id=HOME,
        amount=money,
        parts=(Part(on, money),),
        last_on=on,
        status=PromiseStatus.OPEN,
        made_at=made,
        made_on=on,
        reminded_on=on,
    )
    return account.holding([promise]), promise


def verdict(account, promise, at):
    events = come(promise, account, Stamp(UUID(int=3), at, SYSTEM))
    last = [event.promise for event in events]
    return last[-1] if last else promise


@pytest.mark.guarantee(30)
def test_no_verdict_is_a_day_off_in_any_zone(tier):
    draw = Random(20260302)
    calendars = {zone: frozenset(country_holidays(code, years=range(2001, 2032))) for zone, code in ZONES.items()}
    for n in range(tier.times(60, 400, 10_000)):
        zone = list(ZONES)[n % len(ZONES)]
        holidays, grace = calendars[zone], draw.randint(0, 3)
        on = FIRST + timedelta(days=draw.randint(0, (LAST - FIRST).days))
        if n < 8 * 4:  # days on which clocks change or that there never were: in each zone
            on = [date(2011, 12, 29), date(2018, 11, 3), date(2026, 3, 29), date(2026, 10, 25)][n // 8]
        end = over(ZoneInfo(zone), business_days(on, grace, holidays))
        account, promise = promised(zone, holidays, on, grace, end - timedelta(days=40))
        before = verdict(account, promise, end - timedelta(microseconds=1))
        assert (before.status, before.wake_at) == ("open", end), (zone, on, grace)
        assert verdict(account, promise, end).status == "broken", (zone, on, grace)
        last = end.astimezone(ZoneInfo(zone)).date()
        for value, expected in ((business_days(on, grace, holidays), "kept"), (last, "broken")):
            paid = Inflow(
                id=ID, account_id=HOME, number=1, value_on=value, moved=(Moved(item_id=HOME, currency="EUR", money=100),)
            )
            assert verdict(account.holding([paid]), promise, end).status == expected, (zone, on, grace, value)
