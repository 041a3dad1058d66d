"""Money, numbers and dates in the words of a language, alike in PDFs, pages and mails.

The data (symbols, separators, patterns) is CLDR's, read through Babel; the digits are written here, for two
reasons. Babel rounds money to the digits that CLDR finds usual (RSD 10.50 loses its paras), where a
receivable has the digits of ISO 4217; and an amount is written about six times as fast once its separators
are known. A language that is not known falls back to its parent, then to English. Babel is imported when
first needed.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal

import attrs

from lockportal.core.money import Money, exponent

if TYPE_CHECKING:
    from babel import Locale

Style = Literal["short", "medium", "long", "full"]

_FALLBACK: Final = "en"
_LONGEST: Final = 200  # digits on either side of the point; a hostile 1E+999999999 would fill the memory
_WIDE: Final = Context(prec=3 * _LONGEST, Emax=MAX_EMAX, Emin=MIN_EMIN)  # no digit is ever rounded away


def money(amount: Money, locale: str = _FALLBACK) -> str:
    """Write an amount with its currency's symbol and its exact digits: `€1,234.50`, `RSD 10.50`, `¥1,050`."""
    return _shape(locale, amount.currency).write(amount.minor, exponent(amount.currency))


def amount(minor: int, currency: str, locale: str = _FALLBACK) -> str:
    """Write minor units as a bare figure, for a column whose head names the currency: `1,234.50`."""
    return _shape(locale, None).write(minor, exponent(currency))


def number(value: Decimal, locale: str = _FALLBACK) -> str:
    """Write a decimal number with every digit it has, trailing zeros too; ValueError unless it is finite."""
    if not value.is_finite():
        raise ValueError(f"a number must be finite, not {value}")
    power = int(value.as_tuple().exponent)
    if max(abs(value.adjusted()), abs(power)) > _LONGEST:
        raise ValueError(f"a number has at most {_LONGEST} digits on one side of its point")
    digits = max(0, -power)
    return _shape(locale, None).write(int(value.scaleb(digits, _WIDE)), digits)


def day(value: date, locale: str = _FALLBACK, style: Style = "medium") -> str:
    """Write a date: `Jan 2, 2026`, `02.01.2026`."""
    return _day(value.toordinal(), locale, style)


def month(value: date, locale: str = _FALLBACK) -> str:
    """Write the month of a date: `January 2026`."""
    from babel.dates import format_skeleton  # noqa: PLC0415 - costs 30 ms, and not everyone formats

    return format_skeleton("yMMMM", value, locale=_locale(locale))


def instant(value: datetime, locale: str = _FALLBACK, zone: str = "UTC") -> str:
    """Write a moment as the clocks of a zone show it: `Jan 2, 2026, 3:04 PM`.

    The moment must know its offset, the zone be an IANA name such as `Europe/Berlin`; else ValueError.
    """
    from babel.dates import format_date, format_time, get_timezone  # noqa: PLC0415 - as in month()

    if value.utcoffset() is None:
        raise ValueError("a moment without an offset has no time in any zone")
    try:
        local = value.astimezone(get_timezone(zone))
    except LookupError:
        raise ValueError(f"{zone!r} is not a time zone") from None
    words = _locale(locale)
    glue = str(words.datetime_formats["medium"]).replace("'", "")
    return glue.format(format_time(local.time(), "short", locale=words), format_date(local, locale=words))


def minutes(count: int, locale: str = _FALLBACK) -> str:
    """Write how long something lasts: `10 minutes`."""
    from babel.units import format_unit  # noqa: PLC0415 - as in month()

    return format_unit(count, "duration-minute", locale=_locale(locale))


@attrs.frozen
class _Shape:
    """How a language writes numbers: what stands before and after (positive, negative), groups and point."""

    before: tuple[str, str]
    after: tuple[str, str]
    group: str
    sizes: tuple[int, int]
    point: str

    def write(self, units: int, digits: int) -> str:
        """Write `units` of which the last `digits` stand behind the point."""
        text = f"{abs(units):0{digits + 1}d}"
        whole, part = (text[:-digits], self.point + text[-digits:]) if digits else (text, "")
        below = units < 0
        return self.before[below] + self._grouped(whole) + part + self.after[below]

    def _grouped(self, whole: str) -> str:
        last, other = self.sizes
        if len(whole) <= last:
            return whole
        groups = [whole[-last:]]
        whole = whole[:-last]
        while whole:
            groups.append(whole[-other:])
            whole = whole[:-other]
        return self.group.join(reversed(groups))


def language(tag: str) -> str:
    """Write the name of a language in that language, as `Deutsch`; a tag that is not known stays as it is."""
    found = _locale(tag)
    return str(found.get_display_name() or tag) if found.language == tag.replace("_", "-").split("-")[0].lower() else tag


def direction(tag: str) -> str:
    """Answer in which direction a language is written: `ltr` or `rtl`."""
    return str(_locale(tag).text_direction)


@lru_cache(maxsize=256)
def _locale(tag: str) -> Locale:
    from babel import Locale, UnknownLocaleError  # noqa: PLC0415 - as in month()

    parts = tag.replace("_", "-").split("-")
    for length in range(len(parts), 0, -1):
        try:
            return Locale.parse("-".join(parts[:length]), sep="-")
        except (UnknownLocaleError, ValueError):
            continue
    return Locale.parse(_FALLBACK)


@lru_cache(maxsize=4096)
def _shape(tag: str, currency: str | None) -> _Shape:
    from babel.numbers import (  # noqa: PLC0415 - as in month()
        get_currency_symbol,
        get_decimal_symbol,
        get_group_symbol,
        parse_pattern,
    )

    locale = _locale(tag)
    standard = locale.currency_formats["standard"] if currency else locale.decimal_formats[None]
    pattern = parse_pattern(standard.pattern)
    pattern.frac_prec = (0, 0)
    # Babel writes 1 and -1: what stands around the digit stands around every number of this shape.
    around = [pattern.apply(Decimal(one), locale, currency=currency, currency_digits=False).partition("1") for one in (1, -1)]
    before, after = [text for text, _, _ in around], [text for _, _, text in around]
    symbol = get_currency_symbol(currency, locale) if currency else ""
    if symbol and symbol[-1].isalpha():  # letters would run into the digits: CLDR asks for a space
        before = [text + "\xa0" if text.endswith(symbol) else text for text in before]
    if symbol and symbol[0].isalpha():
        after = ["\xa0" + text if text.startswith(symbol) else text for text in after]
    return _Shape(
        before=(before[0], before[1]),
        after=(after[0], after[1]),
        group=get_group_symbol(locale),
        sizes=pattern.grouping,
        point=get_decimal_symbol(locale),
    )


@lru_cache(maxsize=8192)
def _day(ordinal: int, tag: str, style: Style) -> str:
    from babel.dates import format_date  # noqa: PLC0415 - as in month()

    return format_date(date.fromordinal(ordinal), style, locale=_locale(tag))
