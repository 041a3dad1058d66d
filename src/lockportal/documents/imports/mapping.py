"""What an import must be told of its input: which column is which field, who the customer of a file is. In TOML, or nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path

from attrs import field, frozen

from lockportal import codec
from lockportal.core.errors import Refused

FIELDS = frozenset(
    {
        "external_id",
        "kind",
        "number",
        "customer_number",
        "customer_name",
        "currency",
        "total",
        "payable",
        "issued_on",
        "due_on",
        "posted_on",
        "settled_on",
        "terms",
        "po_number",
        "notes",
        "source_version",
    }
)
"""The fields that a row may fill."""
REQUIRED = ("number", "customer_number", "currency", "total", "issued_on")
"""The fields that every row must fill, from a column or a constant."""

_SAMPLE = datetime(2001, 12, 31, tzinfo=UTC)
_SOURCE = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}")
_SCHEME = re.compile(r"[a-z][a-z0-9_.-]*")


class Clean(StrEnum):
    """How a column's text is put right before it is read."""

    WHOLE = "whole"
    """A whole number that went through a spreadsheet: `1930581131.0` → `1930581131`."""
    SPACES = "spaces"
    """Runs of spaces become one."""


@frozen(kw_only=True)
class Formats:
    """How dates (strptime's signs) and numbers are written, and the file itself: encoding and delimiter."""

    date: str = "%Y-%m-%d"
    decimal: str = "."
    thousands: str = ""
    encoding: str = "utf-8-sig"
    delimiter: str = ","

    def fault(self) -> tuple[str, str] | None:
        """Answer the name of a format that cannot be, with the reason, or None."""
        if len(self.delimiter) != 1 or self.delimiter in '\r\n"':
            return "delimiter", "the delimiter is one sign, neither a quote nor a line end"
        if len(self.decimal) != 1 or self.decimal in "0123456789+-":
            return "decimal", "the decimal sign is one sign and no digit"
        if len(self.thousands) > 1 or self.thousands in {*"0123456789+-", self.decimal}:
            return "thousands", "the sign between thousands is one sign, no digit, and not the decimal sign"
        try:
            "".encode(self.encoding)
        except (LookupError, ValueError):
            return "encoding", f"{self.encoding!r} is not an encoding that is known here"
        try:
            read = parse_date(_SAMPLE.strftime(self.date), self.date)
        except (ValueError, re.error):
            read = None
        if read != _SAMPLE.date():
            return "date", f"{self.date!r} does not write a whole date; write it like %Y-%m-%d or %m/%d/%Y"
        return None


def parse_date(value: str, written: str) -> date:
    """Read a date as it is written; ValueError for what is none."""
    return datetime.strptime(value, written).date()  # noqa: DTZ007 - a date without a time


@frozen(kw_only=True)
class FilesMapping:
    """What files need that are no CSV. `source`: what their documents are known by, apart from the rows of a CSV file.

    `customer`: which of the ways in which a file names the customer is the customer number, the first that it has. `whole`: a
    folder or ZIP holds all that its sources have, so that what is no longer in it is reported. `other_sellers`: files are taken
    whose seller has another tax id than the supplier.
    """

    source: str = "files"
    customer: tuple[str, ...] = ("buyer",)
    whole: bool = False
    other_sellers: bool = False


@frozen(kw_only=True)
class CsvMapping:
    """The mapping of one source. `columns`: field → column; `constants`: field → value for every row; `custom`: name → column.

    `kinds` translates the file's words for document kinds; `clean` names fields whose text is put right first. A field with
    both a column and a constant takes the constant where the column is empty. `files` is for what is no CSV, and `customers`
    translates what such a file calls a customer, `scheme:value`, to the customer number.
    """

    source: str = "csv"
    columns: Mapping[str, str] = field(factory=dict)
    constants: Mapping[str, str] = field(factory=dict)
    custom: Mapping[str, str] = field(factory=dict)
    kinds: Mapping[str, str] = field(factory=dict)
    clean: Mapping[str, Clean] = field(factory=dict)
    formats: Formats = Formats()
    files: FilesMapping = FilesMapping()
    customers: Mapping[str, str] = field(factory=dict)

    def check(self) -> None:
        """Refuse what no file can be read by: names of fields that do not exist, formats that cannot be."""
        for table in ("columns", "constants", "clean"):
            unknown = sorted(set(getattr(self, table)) - FIELDS)
            if unknown:
                known = ", ".join(sorted(FIELDS))
                message = f"There is no field {unknown[0]!r}; known are {known}."
                raise Refused("mapping.unknown_field", message, field=f"{table}.{unknown[0]}")
        for name, source in (("source", self.source), ("files.source", self.files.source)):
            if not _SOURCE.fullmatch(source):
                raise Refused("mapping.source", "Name the source in lower-case letters, digits, - and _.", field=name)
        fault = self.formats.fault()
        if fault is not None:
            raise Refused("mapping.format", f"{fault[1].capitalize()}.", field=f"formats.{fault[0]}")
        for scheme in self.files.customer:
            if not _SCHEME.fullmatch(scheme):
                raise Refused(
                    "mapping.scheme", f"{scheme!r} names no id of a customer, as buyer or tax do.", field="files.customer"
                )
        for said, number in self.customers.items():
            scheme, colon, value = said.partition(":")
            if not (colon and value.strip() and number.strip() and _SCHEME.fullmatch(scheme)):
                message = 'Write it like "tax:DE123456789" = "C-17".'
                raise Refused("mapping.customer", message, field=f"customers.{said}")


def load_mapping(path: Path) -> CsvMapping:
    """Read a mapping file; Refused names the field at fault."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Refused("mapping.unreadable", f"{path.name} cannot be read: {error}", field="mapping") from error
    mapping = codec.structure(CsvMapping, codec.load_toml(text))
    mapping.check()
    return mapping
