"""The supplier: who is owed, when its days begin and end, and how it presents itself.

Settings that concern one capability stand in that capability; these here concern them all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from attrs import Attribute, field, frozen
from attrs.validators import instance_of, optional

from lockportal.core.money import EXPONENTS

SUPPLIERS: Final = UUID("6d0f6f3a-5c0e-5f0b-9d55-0c8a3a6f4e21")
"""The namespace of suppliers' ids: the id of a supplier is the uuid5 of its key in it."""

_DAY: Final = timedelta(days=1)
_WEEK: Final = frozenset(range(7))
_KEY: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_COLOUR: Final = re.compile(r"#[0-9a-fA-F]{6}")
_COUNTRY: Final = re.compile(r"[A-Z]{2}")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}([_-][A-Za-z0-9]{2,8})*")
_UNSTORABLE: Final = re.compile(r"[\0\ud800-\udfff]")
_FILLED: Final = re.compile(r"\s*\S.*", re.DOTALL)
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+")

_Check = Callable[[Any, "Attribute[Any]", Any], None]


def _refuse(instance: object, name: str, reason: str) -> ValueError:
    return ValueError(f"{type(instance).__name__.lower()}.{name}: {reason}")


def _matches(pattern: re.Pattern[str], reason: str, *, blank: bool = False) -> _Check:
    def check(instance: object, attribute: Attribute[Any], value: object) -> None:
        if blank and value == "":
            return
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise _refuse(instance, attribute.name, f"{reason}, not {value!r}")

    return check


def whole_number(table: str, least: int, most: int) -> _Check:
    """Make the check of a setting that is a whole number; `table` is where it stands in lockportal.toml."""

    def check(_: object, attribute: Attribute[Any], value: object) -> None:
        if type(value) is not int or not least <= value <= most:
            message = f"{table}.{attribute.name}: must be a whole number from {least} to {most}, not {value!r}"
            raise ValueError(message)

    return check


def _text(instance: object, attribute: Attribute[Any], value: object) -> None:
    if not isinstance(value, str) or _UNSTORABLE.search(value):
        raise _refuse(instance, attribute.name, f"must be text without NUL and lone surrogates, not {value!r}")


def _each(check: _Check, *, least: int = 0) -> _Check:
    def checks(instance: object, attribute: Attribute[Any], values: tuple[object, ...]) -> None:
        if len(values) < least:
            raise _refuse(instance, attribute.name, f"needs at least {least}")
        for value in values:
            check(instance, attribute, value)
        if least and len(set(values)) < len(values):
            raise _refuse(instance, attribute.name, "names one twice")

    return checks


def _currency(instance: object, attribute: Attribute[Any], value: object) -> None:
    if value not in EXPONENTS:
        raise _refuse(instance, attribute.name, f"{value!r} is not an ISO 4217 code, in capitals")


def _weekdays(instance: object, attribute: Attribute[Any], value: frozenset[int]) -> None:
    if not value <= _WEEK:
        raise _refuse(instance, attribute.name, "days are 0 (Monday) to 6 (Sunday)")
    if value == _WEEK:
        raise _refuse(instance, attribute.name, "must leave one day to work")


def _dates(instance: object, attribute: Attribute[Any], value: frozenset[date]) -> None:
    if any(type(day) is not date for day in value):
        raise _refuse(instance, attribute.name, "must be dates without a time")


def _zone(instance: object, attribute: Attribute[Any], value: object) -> None:
    try:
        ZoneInfo(str(value))
    except (LookupError, OSError, ValueError):
        raise _refuse(instance, attribute.name, f"{value!r} is not an IANA time zone") from None


def _lines(values: Iterable[str]) -> tuple[str, ...]:
    return (values,) if isinstance(values, str) else tuple(values)


def _weekday_set(values: Iterable[int]) -> frozenset[int]:
    return frozenset(values)


def _date_set(values: Iterable[date]) -> frozenset[date]:
    return frozenset(values)


@frozen
class Calendar:
    """The days on which a supplier works: all but its weekend (Monday is 0) and its holidays."""

    weekend: frozenset[int] = field(default=frozenset({5, 6}), converter=_weekday_set, validator=_weekdays)
    holidays: frozenset[date] = field(default=frozenset(), converter=_date_set, validator=_dates)

    def is_business_day(self, day: date) -> bool:
        """Say whether the supplier works on this day."""
        return day.weekday() not in self.weekend and day not in self.holidays

    def next_business_day(self, day: date) -> date:
        """Answer this day if the supplier works on it, else the first day after it on which it does."""
        while not self.is_business_day(day):
            day += _DAY
        return day

    def add_business_days(self, day: date, n: int) -> date:
        """Answer the n-th business day after this day (before it for a negative n); for 0 the day itself."""
        step = _DAY if n > 0 else -_DAY
        for _ in range(abs(n)):
            day += step
            while not self.is_business_day(day):
                day += step
        return day


@frozen(kw_only=True)
class Branding:
    """How pages, mails and papers look: `colour` as #rrggbb, `logo` the path of an image file."""

    colour: str = field(default="#1f5f8b", validator=_matches(_COLOUR, "must be a colour such as #1f5f8b"))
    logo: str | None = field(default=None, validator=optional(_text))


@frozen(kw_only=True)
class Supplier:
    """The organisation that sells and is owed; a portal is bound to one.

    `currencies` and `languages` begin with the preferred one. ValueError names the field that cannot be.
    """

    key: str = field(
        default="default",
        validator=_matches(_KEY, "must be lower-case letters, digits, - and _, at most 63"),
    )
    name: str = field(validator=[_text, _matches(_FILLED, "must not be blank")])
    zone: str = field(default="UTC", validator=_zone)
    calendar: Calendar = field(default=Calendar(), validator=instance_of(Calendar))
    currencies: tuple[str, ...] = field(converter=_lines, validator=_each(_currency, least=1))
    languages: tuple[str, ...] = field(
        default=("en",),
        converter=_lines,
        validator=_each(_matches(_LANGUAGE, "must be language tags such as en or pt-BR"), least=1),
    )
    address: tuple[str, ...] = field(default=(), converter=_lines, validator=_each(_text))
    email: str = field(default="", validator=_matches(_EMAIL, "must be an address", blank=True))
    phone: str = field(default="", validator=_text)
    country: str = field(default="", validator=_matches(_COUNTRY, "must be a code of two capital letters such as DE", blank=True))
    """Where the address is: an ISO 3166 code, or empty."""
    tax_id: str = field(default="", validator=_text)
    bank: tuple[str, ...] = field(default=(), converter=_lines, validator=_each(_text))
    """How to pay by transfer, line by line, as it stands on papers."""
    branding: Branding = field(default=Branding(), validator=instance_of(Branding))
    footer: str = field(default="", validator=_text)

    @property
    def id(self) -> UUID:
        """The supplier's id, and that of its own account: always the same for the same key."""
        return uuid5(SUPPLIERS, self.key)

    def today(self, now: datetime) -> date:
        """Answer the supplier's date at this instant (aware)."""
        if now.tzinfo is None:
            raise ValueError("now: must bear a time zone")
        return now.astimezone(ZoneInfo(self.zone)).date()

    def end_of(self, day: date) -> datetime:
        """Answer the instant, in UTC, when the supplier's day is over: the first that is no longer of it."""
        midnight = datetime.combine(day + _DAY, time(), ZoneInfo(self.zone))
        # A clock that is changed around midnight strikes it twice or never: the day lasts to its last moment.
        one, other = sorted(midnight.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
        return other if self.today(other - datetime.resolution) <= day else one
