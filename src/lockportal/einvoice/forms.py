"""How values are spelt in XML: text, decimals, days, and bytes."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from binascii import Error
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

from attrs import field, frozen

_DECIMAL: Final = re.compile(r"[+-]?(?:[0-9]{1,30}(?:\.[0-9]{0,30})?|\.[0-9]{1,30})")
_DAY: Final = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:Z|[+-][0-9]{2}:[0-9]{2})?")
_COMPACT_DAY: Final = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")


@frozen
class Form:
    """One spelling: `read` takes text without blanks around it and raises ValueError; `attributes` are written beside it."""

    name: str
    read: Callable[[str], Any]
    write: Callable[[Any], str]
    attributes: Mapping[str, str] = field(factory=dict)
    currency: bool = False
    """Whether the invoice's currency is written beside it."""


def _decimal(text: str) -> Decimal | None:
    if not text:
        return None
    if not _DECIMAL.fullmatch(text):
        raise ValueError("digits, with a point")
    return Decimal(text)


def _plain(value: Decimal) -> str:
    return format(value, "f")


def _day(text: str) -> date | None:
    return _dated(_DAY, text, "YYYY-MM-DD")


def _compact_day(text: str) -> date | None:
    return _dated(_COMPACT_DAY, text, "YYYYMMDD")


def _dated(pattern: re.Pattern[str], text: str, spelling: str) -> date | None:
    if not text:
        return None
    found = pattern.fullmatch(text)
    if found is None:
        raise ValueError(spelling)
    year, month, day = (int(part) for part in found.groups())
    return date(year, month, day)


def _bytes(text: str) -> bytes:
    try:
        return b64decode("".join(text.split()), validate=True)
    except Error as error:
        raise ValueError(str(error)) from None


def _base64(value: bytes) -> str:
    return b64encode(value).decode("ascii")


TEXT: Final = Form("text", str, str)
DECIMAL: Final = Form("a number", _decimal, _plain)
AMOUNT: Final = Form("an amount", _decimal, _plain, currency=True)
"""An amount in UBL, which names the currency at each."""
DAY: Final = Form("a day", _day, date.isoformat)
COMPACT_DAY: Final = Form("a day", _compact_day, lambda day: f"{day:%Y%m%d}", {"format": "102"})
"""A day in CII."""
BYTES: Final = Form("base64", _bytes, _base64)


def renamed(codes: Mapping[str, str]) -> Form:
    """Answer the form of codes that a syntax calls by other names."""
    back = {theirs: ours for ours, theirs in codes.items()}
    return Form("a code", lambda text: back.get(text, text), lambda code: codes.get(code, code))
