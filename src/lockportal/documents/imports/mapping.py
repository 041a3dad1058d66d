"""How the columns of a file become fields: a mapping that stands in a TOML file, or none for files with our own names."""

from __future__ import annotations

import re
from collections.abc import Mapping
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


@frozen(kw_only=True)
class CsvMapping:
    """The mapping of one source. `columns`: field → column; `constants`: field → value for every row; `custom`: name → column.

    `kinds` translates the file's words for document kinds; `clean` names fields whose text is put right first.
    """

    source: str = "csv"
    columns: Mapping[str, str] = field(factory=dict)
    constants: Mapping[str, str] = field(factory=dict)
    custom: Mapping[str, str] = field(factory=dict)
    kinds: Mapping[str, str] = field(factory=dict)
    clean: Mapping[str, Clean] = field(factory=dict)
    formats: Formats = Formats()

    def __attrs_post_init__(self) -> None:
        """Refuse names of fields that do not exist."""
        for table in ("columns", "constants", "clean"):
            unknown = sorted(set(getattr(self, table)) - FIELDS)
            if unknown:
                known = ", ".join(sorted(FIELDS))
                message = f"There is no field {unknown[0]!r}; known are {known}."
                raise Refused("mapping.unknown_field", message, field=f"{table}.{unknown[0]}")
        if not re.fullmatch(r"[a-z0-9][a-z0-9_.-]{0,63}", self.source):
            raise Refused("mapping.source", "Name the source in lower-case letters, digits, - and _.", field="source")


def load_mapping(path: Path) -> CsvMapping:
    """Read a mapping file; Refused names the field at fault."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Refused("mapping.unreadable", f"{path.name} cannot be read: {error}", field="mapping") from error
    return codec.structure(CsvMapping, codec.load_toml(text))
