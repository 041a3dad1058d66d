"""CSV rows to facts, one at a time: every value checked, every fault with its line and column."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from functools import lru_cache
from io import TextIOWrapper
from pathlib import Path
from typing import Any

from attrs import evolve, frozen

from lockportal import codec
from lockportal.core.errors import Refused
from lockportal.core.money import EXPONENTS, Money
from lockportal.core.terms import Terms
from lockportal.documents.facts import check_facts
from lockportal.documents.imports.mapping import FIELDS, REQUIRED, Clean, CsvMapping, Formats, parse_date
from lockportal.documents.imports.report import RowError
from lockportal.documents.models import POSTED, CustomField, DocumentFacts, DocumentKind

_LONGEST_NUMBER = 128
_LONGEST_NAME = 255
_HEARD = 1000
_FREE = frozenset({"notes"})
"""Fields whose text is kept as it stands, spaces and all."""
_CREDITED = frozenset({DocumentKind.INVOICE, DocumentKind.CREDIT_MEMO})


@frozen
class ImportRow:
    """One document as an input states it, with the customer it belongs to."""

    line: int
    customer_number: str
    customer_name: str
    facts: DocumentFacts


@frozen(kw_only=True)
class TermsBook:
    """What the codes of payment terms mean, for rows without a due date."""

    terms: Mapping[str, Terms]
    default: str = ""

    def due_on(self, code: str, issued_on: date) -> date:
        """Answer when a row without a due date is due."""
        found = self.terms.get(code or self.default)
        if found is None:
            reason = f"no due date, and no terms {code or self.default!r} are configured in [documents.terms]"
            raise Refused("due_on.missing", reason, field="due_on")
        try:
            return found.due_on(issued_on)
        except (OverflowError, ValueError) as error:
            raise Refused("due_on.out_of_range", f"{found.code} after {issued_on} is no date", field="due_on") from error


def read_csv(path: Path, mapping: CsvMapping, book: TermsBook, advance: Callable[[int], None]) -> Iterator[ImportRow | RowError]:
    """Read a file row by row; `advance` hears how many bytes were read so far. Refused if the file itself cannot be read."""
    mapping.check()
    try:
        raw = path.open("rb")
    except OSError as error:
        raise Refused("import.unreadable", f"{path.name} cannot be read: {error}", field="file") from error
    with raw, TextIOWrapper(raw, encoding=mapping.formats.encoding, newline="") as text:
        reader = csv.reader(text, delimiter=mapping.formats.delimiter, strict=True)
        numbered = _numbered(reader, path.name, mapping.formats.encoding)
        _, header = next(numbered, (0, None))
        if header is None:
            raise Refused("import.empty", f"{path.name} is empty.", field="file")
        maker = RowMaker(mapping, header, book)
        for number, (line, cells) in enumerate(numbered):
            if number % _HEARD == 0:
                advance(raw.tell())
            yield maker.make(line, cells)
        advance(raw.tell())


def _numbered(reader: Any, name: str, encoding: str) -> Iterator[tuple[int, list[str]]]:  # noqa: ANN401 - a csv reader
    """Answer each row that is not blank with the line on which it begins."""
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except UnicodeError as error:
            message = f"{name} is not {encoding}, from line {line} on; name its encoding in [formats] of the mapping."
            raise Refused("import.encoding", message, field="formats.encoding") from error
        except csv.Error as error:
            raise Refused("import.malformed", f"{name} is not a CSV file: line {line}: {error}", field="file") from error
        if any(cell and not cell.isspace() for cell in cells):
            yield line, cells


def checked(row: ImportRow) -> ImportRow:
    """Answer a row whose values can be stored, or refuse it, naming the field."""
    if not row.customer_number.strip():
        raise Refused("customer_number.missing", "a value is required", field="customer_number")
    for name, value, most in (
        ("customer_number", row.customer_number, _LONGEST_NUMBER),
        ("customer_name", row.customer_name, _LONGEST_NAME),
    ):
        if len(value) > most:
            raise Refused(f"{name}.too_long", f"at most {most} characters", field=name)
    check_facts(row.facts)
    return row


def check_rows(rows: Iterable[ImportRow]) -> Iterator[ImportRow | RowError]:
    """Check rows that the host made as strictly as those of a file."""
    for row in rows:
        try:
            for name in ("customer_number", "customer_name"):
                _checked_text(name, getattr(row, name))
            yield checked(evolve(row, facts=codec.structure(DocumentFacts, codec.plain(row.facts))))
        except Refused as fault:
            yield RowError(row.line, fault.field or "row", fault.code, fault.message, row.facts.external_id)


class RowMaker:
    """Makes rows of one file's cells, by its header and mapping."""

    def __init__(self, mapping: CsvMapping, header: list[str], book: TermsBook) -> None:
        """Find the columns; Refused names a mapped column that the file lacks, or a required field that nothing fills."""
        self._mapping, self._book = mapping, book
        places = {name.strip(): place for place, name in enumerate(header)}
        columns = dict(mapping.columns) or {name: name for name in FIELDS if name in places}
        for name, column in (*columns.items(), *mapping.custom.items()):
            if column not in places:
                seen = ", ".join(header)
                raise Refused("mapping.column_missing", f"The file has no column {column!r}; it has {seen}.", field=name)
        for name in REQUIRED:
            if name not in columns and name not in mapping.constants:
                raise Refused("mapping.field_missing", f"Map a column or a constant to {name!r}.", field=name)
        self._width = len(header)
        self._columns = columns
        self._places = {name: places[column] for name, column in columns.items()}
        self._custom = tuple((name, places[column]) for name, column in sorted(mapping.custom.items()))
        self._number = number_pattern(mapping.formats)

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
        for name in REQUIRED:
            if not text.get(name):
                raise Refused(f"{name}.missing", "a value is required", field=name)
        custom = [CustomField(name, _checked_text(name, cells[place])) for name, place in self._custom]
        facts = self._facts(text, tuple(field for field in custom if field.value))
        return ImportRow(line, text["customer_number"], text.get("customer_name", ""), facts)

    def _facts(self, text: Mapping[str, str], custom: tuple[CustomField, ...]) -> DocumentFacts:
        kind, currency = self._kind(text.get("kind", "invoice")), text["currency"].upper()
        if currency not in EXPONENTS:
            raise Refused("currency.unknown", f"{text['currency']!r} is not an ISO 4217 code", field="currency")
        total = self._money("total", text["total"], currency)
        payable = self._money("payable", text["payable"], currency) if "payable" in text else None
        if total.minor < 0 and kind in _CREDITED:
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
        value = _checked_text(name, value if name in _FREE else value.strip())
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


def _checked_text(name: str, value: str) -> str:
    try:
        return codec.check_text(value)
    except ValueError as error:
        raise Refused(f"{name}.character", str(error), field=name) from error


@lru_cache(maxsize=4096)
def _parsed(value: str, written: str) -> date:
    """Read a date; a book has few different ones."""
    return parse_date(value, written)
