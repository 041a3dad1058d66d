"""Turn a document's data into what a template prints: every figure and date as text, every string harmless.

Values are known by their shape or by the name of their field, so that a template of the application's own is
served like the built-in ones:

- `{"minor", "currency"}` gains `figure` (`1,234.50`) and `text` (`€1,234.50`)
- `date`, `as_of` and `…_on` become `{"iso", "text"}`
- `quantity`, `unit_price` and the like become numbers in words of the language
- `portal_url` becomes `{"href", "text"}`
- other strings lose what cannot be seen or printed
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final

import attrs

from lockportal import formats
from lockportal.core.money import Money, exponent
from lockportal.pdf.errors import PdfError

_MONEY: Final = {"minor", "currency"}
_DECIMALS: Final = {"ordered", "price_per", "quantity", "rate", "received", "unit_price"}
_LINE_ENDS: Final = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_INVISIBLE: Final = re.compile("[\u200b\u2060\ufeff]")  # else copied out of the PDF with every letter near by
_UNPRINTABLE: Final = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\uf8ff\ufdd0-\ufdef\ufffe\uffff\U000f0000-\U0010ffff]")
_LONG_RUN: Final = 40
_WEB: Final = re.compile(r"https?://[^\s\"'<>\\]+", re.IGNORECASE)


def present(data: Mapping[str, object], language: str) -> dict[str, object]:
    """Answer a document's data as it is printed in a language; PdfError names the field at fault."""
    currency = data.get("currency")
    digits = 0
    if isinstance(currency, str):
        try:
            digits = exponent(currency)
        except ValueError as error:
            raise PdfError("pdf.data_invalid", str(error), field="currency") from None
    return _Presenter(language, digits).mapping(data, "")


@attrs.frozen
class _Presenter:
    language: str
    digits: int

    def mapping(self, value: Mapping[str, object], path: str) -> dict[str, object]:
        if value.keys() == _MONEY:
            return self.money(value, path)
        return {str(key): self.value(key, inner, f"{path}.{key}") for key, inner in value.items()}

    def value(self, key: str, value: object, path: str) -> object:
        if isinstance(value, str):
            return self.text(key, value, path)
        if value is None or isinstance(value, int):
            return value
        if isinstance(value, Mapping):
            return self.mapping(value, path)
        if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
            return [self.value("", inner, f"{path}[{place}]") for place, inner in enumerate(value)]
        kind = type(value).__name__
        raise _invalid(path, f"a {kind} cannot be printed: data is text, whole numbers, lists and dictionaries")

    def money(self, value: Mapping[str, object], path: str) -> dict[str, object]:
        minor, currency = value["minor"], value["currency"]
        if type(minor) is not int or not isinstance(currency, str):
            raise _invalid(path, "minor must be a whole number and currency a code")
        try:
            figure = formats.amount(minor, currency, self.language)
            text = formats.money(Money(minor, currency), self.language)
        except ValueError as error:
            raise _invalid(path, str(error)) from None
        return {"minor": minor, "currency": currency, "figure": figure, "text": text}

    def text(self, key: str, value: str, path: str) -> object:
        try:
            if key in {"date", "as_of"} or key.endswith("_on"):
                return {"iso": value, "text": formats.day(date.fromisoformat(value), self.language)}
            if key in _DECIMALS:
                return formats.number(self.decimal(key, value), self.language)
        except (ValueError, InvalidOperation):
            raise _invalid(path, f"{value[:40]!r} cannot be read") from None
        if key == "portal_url":
            if not _WEB.fullmatch(value):
                raise _invalid(path, "a link begins with http:// or https:// and holds no blanks or quotes")
            return {"href": value, "text": clean(value)}
        return clean(value)

    def decimal(self, key: str, value: str) -> Decimal:
        number = Decimal(value)
        power = number.as_tuple().exponent
        if key == "unit_price" and isinstance(power, int) and power > -self.digits:
            # 5 beside 12.50 is 5.00; no digit is lost
            return number.quantize(Decimal(1).scaleb(-self.digits))
        return number


def clean(text: str) -> str:
    """Answer a text that can be set: one kind of line end, nothing invisible, � for what is no character."""
    if text.isprintable():
        return text
    text = _INVISIBLE.sub("", _LINE_ENDS.sub("\n", text).replace("\t", " "))
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def has_long_run(text: str) -> bool:
    """Tell whether some run without a blank may be longer than a line of a table."""
    return max(map(len, text.split()), default=0) >= _LONG_RUN


def _invalid(path: str, message: str) -> PdfError:
    return PdfError("pdf.data_invalid", message, field=path.lstrip("."))
