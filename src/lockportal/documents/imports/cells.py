"""The cells of one row to facts: every value checked, every fault with its line and column."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Final

from lockportal.core.errors import Refused
from lockportal.core.money import EXPONENTS, Money
from lockportal.documents.imports.mapping import FIELDS, REQUIRED, Clean, CsvMapping, Formats, parse_date
from lockportal.documents.imports.report import RowError
from lockportal.documents.imports.rows import ImportRow, TermsBook, checked, checked_text
from lockportal.documents.models import POSTED, CustomField, DocumentFacts, DocumentKind

_FREE: Final = frozenset({"notes"})
"""Fields whose text is kept as it stands, spaces and all."""
_CREDITED: Final = frozenset({DocumentKind.INVOICE, DocumentKind.CREDIT_MEMO})


class RowMaker:
    """Makes rows of one file's cells, by its header and mapping; `required` are the fields that every row must fill."""

    def __init__(self, mapping: CsvMapping, header: list[str], book: TermsBook, required: tuple[str, ...] = REQUIRED) -> None:
        """Find the columns; Refused names a mapped column that the file lacks."""
        self._mapping, self._book, self._required = mapping, book, required
        places = {name.strip(): place for place, name in enumerate(header)}
        columns = dict(mapping.columns) or {name: name for name in FIELDS if name in places}
        for name, column in (*columns.items(), *mapping.custom.items()):
            if column not in places:
                seen = ", ".join(header)
                raise Refused("mapping.column_missing", f"The file has no column {column!r}; it has {seen}.", field=name)
        self._width = len(header)
        self._columns = columns
        self._places = {name: places[column] for name, column in columns.items()}
        self._custom = tuple((name, places[column]) for name, column in sorted(mapping.custom.items()))
        self._number = number_pattern(mapping.formats)

    def check_required(self) -> None:
        """Refuse a header without a required field that nothing else fills."""
        for name in self._required:
            if name not in self._columns and name not in self._mapping.constants:
                raise Refused("mapping.field_missing", f"Map a column or a constant to {name!r}.", field=name)

    def make(self, line: int, cells: list[str]) -> ImportRow | RowError:
        """Make one row, or say what is wrong with it."""
        try:
            return checked(self._row(line, cells))
        except Refused as fault:
            name = fault.field or "row"
            column = self._columns.get(name) or self._mapping.custom.get(name) or name
            return RowError(line, column, fault.code, fault.message, self._external_id(cells))

    def _external_id(self, cells: list[str]) -> str:
        """Answer the external id of a row that is at fault elsewhere, or nothing."""
        if len(cells) == self._width:
            for name in ("external_id", "number"):
                try:
                    value = self._clean(name, cells[self._places[name]])
                except (KeyError, Refused):
                    continue
                if value:
                    return value
        return ""

    def _row(self, line: int, cells: list[str]) -> ImportRow:
        if len(cells) != self._width:
            raise Refused("row.width", f"{len(cells)} columns instead of {self._width}", field="row")
        text = {name: self._clean(name, cells[place]) for name, place in self._places.items()}
        text = {**self._mapping.constants, **{name: value for name, value in text.items() if value}}
        for name in self._required:
            if not text.get(name):
                raise Refused(f"{name}.missing", "a value is required", field=name)
        custom = [CustomField(name, checked_text(name, cells[place])) for name, place in self._custom]
        facts = self._facts(text, tuple(field for field in custom if field.value))
        return ImportRow(line, text["customer_number"], text.get("customer_name", ""), facts)

    def _facts(self, text: Mapping[str, str], custom: tuple[CustomField, ...]) -> DocumentFacts:
        kind, currency = self._kind(text.get("kind", "invoice")), text.get("currency", "").upper()
        if currency not in EXPONENTS and ("total" in text or "payable" in text):
            raise Refused("currency.unknown", f"{text.get('currency', '')!r} is not an ISO 4217 code", field="currency")
        total = self._money("total", text["total"], currency) if "total" in text else None
        payable = self._money("payable", text["payable"], currency) if "payable" in text else None
        if total is not None and total.minor < 0 and kind in _CREDITED:
            kind, total, payable = DocumentKind.CREDIT_MEMO, -total, None if payable is None else -payable
        issued_on = self._date("issued_on", text["issued_on"])
        due_on = self._date("due_on", text["due_on"]) if "due_on" in text else None
        if due_on is None and kind in POSTED and kind is not DocumentKind.CREDIT_MEMO:
            due_on = self._book.due_on(text.get("terms", ""), issued_on)
        return DocumentFacts(
            external_id=text.get("external_id") or text["number"],
            kind=kind,
            number=text["number"],
            total=total,
            payable=payable,
            issued_on=issued_on,
            due_on=due_on,
            posted_on=self._date("posted_on", text["posted_on"]) if "posted_on" in text else None,
            settled_on=self._date("settled_on", text["settled_on"]) if "settled_on" in text else None,
            terms=text.get("terms", ""),
            po_number=text.get("po_number", ""),
            notes=text.get("notes", ""),
            source_version=text.get("source_version", ""),
            custom=custom,
        )

    def _clean(self, name: str, value: str) -> str:
        value = checked_text(name, value if name in _FREE else value.strip())
        how = self._mapping.clean.get(name)
        if how == Clean.SPACES:
            return " ".join(value.split())
        if how == Clean.WHOLE and value:
            whole, point, rest = value.partition(".")
            if not whole.isdigit() or (point and rest.strip("0")):
                raise Refused(f"{name}.not_whole", f"not a whole number: {value[:40]!r}", field=name)
            return whole
        return value

    def _kind(self, value: str) -> DocumentKind:
        try:
            return DocumentKind(self._mapping.kinds.get(value, value).lower())
        except ValueError as error:
            known = ", ".join(kind.value for kind in DocumentKind)
            reason = f"{value[:40]!r} is not a kind of document; known are {known}"
            raise Refused("kind.unknown", reason, field="kind") from error

    def _money(self, name: str, value: str, currency: str) -> Money:
        found = self._number.fullmatch(value)
        if found is None:
            raise Refused(f"{name}.not_a_number", f"not an amount: {value[:40]!r}", field=name)
        whole = found["whole"].replace(self._mapping.formats.thousands, "")
        try:
            return Money.of(f"{found['sign']}{whole or 0}.{found['part'] or 0}", currency)
        except ValueError as error:
            raise Refused(f"{name}.invalid", str(error), field=name) from error

    def _date(self, name: str, value: str) -> date:
        try:
            return _parsed(value, self._mapping.formats.date)
        except ValueError as error:
            reason = f"{value[:40]!r} is not a date written as {self._mapping.formats.date}"
            raise Refused(f"{name}.not_a_date", reason, field=name) from error


def number_pattern(formats: Formats) -> re.Pattern[str]:
    """Answer what an amount looks like: thousands stand in groups, so that a decimal sign is never taken for theirs."""
    point, between = re.escape(formats.decimal), re.escape(formats.thousands)
    whole = f"[0-9]{{1,3}}(?:{between}[0-9]{{2,3}})*{between}[0-9]{{3}}|[0-9]*" if between else "[0-9]*"
    return re.compile(f"(?P<sign>[+-]?)(?=.?[0-9])(?P<whole>{whole})(?:{point}(?P<part>[0-9]*))?", re.ASCII | re.DOTALL)


@lru_cache(maxsize=4096)
def _parsed(value: str, written: str) -> date:
    """Read a date; a book has few different ones."""
    return parse_date(value, written)
