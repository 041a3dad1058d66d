"""CSV rows to facts, one at a time: every value checked, every fault with its line and column."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from pathlib import Path

from attrs import frozen

from lockportal import codec
from lockportal.core.errors import Refused
from lockportal.core.money import Money
from lockportal.core.terms import Terms
from lockportal.documents.imports.mapping import FIELDS, REQUIRED, Clean, CsvMapping
from lockportal.documents.imports.report import RowError
from lockportal.documents.models import POSTED, CustomField, DocumentFacts, DocumentKind

_LONGEST = {"number": 128, "external_id": 128, "customer_number": 128, "customer_name": 255, "po_number": 128, "terms": 64}
csv.field_size_limit(1_000_000)


@frozen
class ImportRow:
    """One document as an input states it, with the customer it belongs to."""

    line: int
    customer_number: str
    customer_name: str
    facts: DocumentFacts


class RowFault(Exception):  # noqa: N818 - it becomes a RowError
    """One value that cannot be taken: its field, a code and the reason."""

    def __init__(self, name: str, code: str, reason: str) -> None:
        """Name the field, the code and the reason."""
        super().__init__(name, code, reason)
        self.name, self.code, self.reason = name, code, reason


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
            raise RowFault("due_on", "due_on.missing", reason)
        return found.due_on(issued_on)


def read_csv(path: Path, mapping: CsvMapping, book: TermsBook, advance: Callable[[int], None]) -> Iterator[ImportRow | RowError]:
    """Read a file row by row; `advance` hears how many bytes were read so far. Refused if the file itself cannot be read."""
    try:
        with path.open(encoding=mapping.formats.encoding, newline="") as text:
            reader = csv.reader(text, delimiter=mapping.formats.delimiter, strict=True)
            header = next(reader, None)
            if header is None:
                raise Refused("import.empty", f"{path.name} is empty.", field="file")
            maker = RowMaker(mapping, header, book)
            for number, cells in enumerate(reader):
                if number % 1000 == 0:
                    advance(text.buffer.tell())
                if cells:
                    yield maker.make(reader.line_num, cells)
    except (OSError, LookupError) as error:
        raise Refused("import.unreadable", f"{path.name} cannot be read: {error}", field="file") from error
    except UnicodeDecodeError as error:
        message = f"{path.name} is not {mapping.formats.encoding}; name its encoding in [formats] of the mapping."
        raise Refused("import.encoding", message, field="formats.encoding") from error
    except csv.Error as error:
        raise Refused("import.malformed", f"{path.name} is not a CSV file: {error}", field="file") from error


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
                message = f"Map a column or a constant to {name!r}."
                raise Refused("mapping.field_missing", message, field=name)
        self._width = len(header)
        self._columns = columns
        self._places = {name: places[column] for name, column in columns.items()}
        self._custom = tuple((name, places[column]) for name, column in sorted(mapping.custom.items()))

    def make(self, line: int, cells: list[str]) -> ImportRow | RowError:
        """Make one row, or say what is wrong with it."""
        try:
            if len(cells) != self._width:
                raise RowFault("row", "row.width", f"{len(cells)} columns instead of {self._width}")
            return self._row(line, cells)
        except RowFault as fault:
            return RowError(line, self._columns.get(fault.name, fault.name), fault.code, fault.reason)

    def _row(self, line: int, cells: list[str]) -> ImportRow:
        text = {name: self._clean(name, cells[place]) for name, place in self._places.items()}
        text = {**self._mapping.constants, **{name: value for name, value in text.items() if value}}
        for name in REQUIRED:
            if not text.get(name):
                raise RowFault(name, f"{name}.missing", "a value is required")
        for name, most in _LONGEST.items():
            if len(text.get(name, "")) > most:
                raise RowFault(name, f"{name}.too_long", f"at most {most} characters")
        custom = tuple(CustomField(name, self._clean(name, cells[place])) for name, place in self._custom)
        return ImportRow(line, text["customer_number"], text.get("customer_name", ""), self._facts(text, custom))

    def _facts(self, text: Mapping[str, str], custom: tuple[CustomField, ...]) -> DocumentFacts:
        kind, currency = self._kind(text.get("kind", "invoice")), text["currency"].upper()
        total = self._money("total", text["total"], currency)
        if kind is DocumentKind.INVOICE and total.minor < 0:
            kind, total = DocumentKind.CREDIT_MEMO, -total
        payable = self._money("payable", text["payable"], currency) if "payable" in text else None
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
            custom=tuple(pair for pair in custom if pair.value),
        )

    def _clean(self, name: str, value: str) -> str:
        value = value.strip()
        try:
            codec.check_text(value)
        except ValueError as error:
            raise RowFault(name, f"{name}.character", str(error)) from error
        how = self._mapping.clean.get(name)
        if how == Clean.SPACES:
            return " ".join(value.split())
        if how == Clean.WHOLE and value:
            whole, point, rest = value.partition(".")
            if not whole.isdigit() or (point and rest.strip("0")):
                raise RowFault(name, f"{name}.not_whole", f"not a whole number: {value!r}")
            return whole
        return value

    def _kind(self, value: str) -> DocumentKind:
        try:
            return DocumentKind(self._mapping.kinds.get(value, value).lower())
        except ValueError as error:
            known = ", ".join(kind.value for kind in DocumentKind)
            raise RowFault("kind", "kind.unknown", f"{value!r} is not a kind of document; known are {known}") from error

    def _money(self, name: str, value: str, currency: str) -> Money:
        formats = self._mapping.formats
        plain = value.replace(formats.thousands, "") if formats.thousands else value
        try:
            number = Decimal(plain.replace(formats.decimal, ".") if formats.decimal != "." else plain)
        except InvalidOperation as error:
            raise RowFault(name, f"{name}.not_a_number", f"not an amount: {value!r}") from error
        try:
            return Money.of(number, currency)
        except (ValueError, TypeError) as error:
            at = "currency" if "currency" in str(error).lower() else name
            raise RowFault(at, f"{at}.invalid", str(error)) from error

    def _date(self, name: str, value: str) -> date:
        try:
            return _parsed(value, self._mapping.formats.date)
        except ValueError as error:
            reason = f"{value!r} is not a date written as {self._mapping.formats.date}"
            raise RowFault(name, f"{name}.not_a_date", reason) from error


@lru_cache(maxsize=4096)
def _parsed(value: str, written: str) -> date:
    """Read a date; a book has few different ones."""
    if written == "%Y-%m-%d":
        return date.fromisoformat(value)
    return datetime.strptime(value, written).date()  # noqa: DTZ007 - a date without a time
