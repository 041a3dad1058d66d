"""Working time: so many hours after an instant, counted only while the supplier works. Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from attrs import frozen

from lockportal.core.settings import Calendar, Supplier

_DAY: Final = timedelta(days=1)
_NOTHING: Final = timedelta()


@frozen(kw_only=True)
class WorkingHours:
    """When a supplier works: on the business days of its calendar, from `opens` to `closes` by the clocks of its zone.

    `closes` at 00:00 is the end of the day. A day on which the clocks change has as many hours as really pass.
    """

    zone: str
    calendar: Calendar
    opens: time
    closes: time

    def after(self, start: datetime, work: timedelta) -> datetime:
        """Answer the instant, in UTC, when so much working time has passed since `start` (aware)."""
        start = start.astimezone(UTC)  # sums of instants in a zone of their own would go by its clocks
        day = start.astimezone(ZoneInfo(self.zone)).date()
        while True:
            begins, ends = self._shift(day)
            begins = max(begins, start)
            if begins <= ends and work <= ends - begins:
                return begins + work
            work -= max(ends - begins, _NOTHING)
            day = self.calendar.next_business_day(day + _DAY)

    def before(self, end: datetime, work: timedelta) -> datetime:
        """Answer the instant, in UTC, from which so much working time passes until `end` (aware)."""
        end = end.astimezone(UTC)
        day = end.astimezone(ZoneInfo(self.zone)).date()
        while True:
            begins, ends = self._shift(day)
            ends = min(ends, end)
            if begins <= ends and work <= ends - begins:
                return ends - work
            work -= max(ends - begins, _NOTHING)
            day -= _DAY

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Answer how much working time passes from one instant to another; nothing if `end` is not later."""
        zone, start, end = ZoneInfo(self.zone), start.astimezone(UTC), end.astimezone(UTC)
        day, last, passed = start.astimezone(zone).date(), end.astimezone(zone).date(), _NOTHING
        while day <= last:
            begins, ends = self._shift(day)
            passed += max(min(ends, end) - max(begins, start), _NOTHING)
            day += _DAY
        return passed

    def _shift(self, day: date) -> tuple[datetime, datetime]:
        """Answer from when to when is worked on a day, in UTC: no time at all where it is none to work."""
        zone = ZoneInfo(self.zone)
        begins = datetime.combine(day, self.opens, zone).astimezone(UTC)
        if not self.calendar.is_business_day(day):
            return begins, begins - _DAY
        over = day + _DAY if self.closes == time() else day
        # Where the clocks strike an hour twice, work ends when it is struck the second time.
        return begins, datetime.combine(over, self.closes, zone).replace(fold=1).astimezone(UTC)


def working_hours(supplier: Supplier, opens: time, closes: time) -> WorkingHours:
    """Answer when a supplier works."""
    return WorkingHours(zone=supplier.zone, calendar=supplier.calendar, opens=opens, closes=closes)
