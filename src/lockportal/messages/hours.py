"""When somebody may be written to: the hours of their own zone, but for weekends and public holidays of their country."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import cache, lru_cache
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from lockportal.core.settings import Supplier

_STEP: Final = timedelta(minutes=15)
_MOST_STEPS: Final = 14 * 24 * 4
"""Nobody rests for more than a fortnight."""


class Hours(Protocol):
    """The hours in which somebody is written to; `zones` says by country (ISO 3166) which zone of several counts."""

    @property
    def awake_from(self) -> time:
        """The first."""
        ...

    @property
    def awake_until(self) -> time:
        """The end."""
        ...

    @property
    def rest_days(self) -> bool:
        """Whether weekends and public holidays are quiet."""
        ...

    @property
    def zones(self) -> Mapping[str, str]:
        """By country, the zone that counts."""
        ...


def awake(country: str, now: datetime, settings: Hours, supplier: Supplier) -> bool:
    """Say whether a customer in a country (ISO 3166, or empty) may be written to at a time.

    Of a country with several zones it has to be day in all of them, unless the settings name the one that counts; where the
    country is not known, the supplier's zone and calendar count.
    """
    return all(
        _awake(country, now.astimezone(ZoneInfo(zone)), settings, supplier) for zone in _zones(country, settings, supplier)
    )


def opens_at(country: str, now: datetime, settings: Hours, supplier: Supplier) -> datetime:
    """Answer the next quarter of an hour in which a customer may be written to; in a fortnight, if there is none before."""
    at = datetime.fromtimestamp(now.timestamp() // _STEP.total_seconds() * _STEP.total_seconds(), now.tzinfo)
    for _ in range(_MOST_STEPS):
        at += _STEP
        if awake(country, at, settings, supplier):
            break
    return at


def _zones(country: str, settings: Hours, supplier: Supplier) -> Sequence[str]:
    named = settings.zones.get(country)
    return (named,) if named else zones_of(country) or (supplier.zone,)


def _awake(country: str, local: datetime, settings: Hours, supplier: Supplier) -> bool:
    if not settings.awake_from <= local.time() < settings.awake_until:
        return False
    day = local.date()
    if not settings.rest_days:
        return True
    if not country:
        return supplier.calendar.is_business_day(day)
    return day.weekday() not in supplier.calendar.weekend and day not in _holidays(country, day.year)


@cache
def zones_of(country: str) -> tuple[str, ...]:
    """Answer the time zones of a country, as the Unicode consortium has them; none where it is not known."""
    from babel.core import get_global  # noqa: PLC0415 - slow, and not always needed

    return tuple(sorted(zone for zone, territory in get_global("zone_territories").items() if territory == country))


@lru_cache(maxsize=512)
def _holidays(country: str, year: int) -> frozenset[date]:
    import holidays  # noqa: PLC0415 - slow, and not always needed

    try:
        return frozenset(holidays.country_holidays(country, years=year))
    except NotImplementedError:
        return frozenset()
