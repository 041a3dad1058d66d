"""Lists as CSV that a spreadsheet opens as they are: no cell of text ever becomes a formula, and every number stays one."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from io import StringIO
from typing import Final

from lockportal.core.money import Money

Cell = str | int | Decimal | Money | date | None

_NUMBER: Final = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?", re.ASCII)
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
# A spreadsheet set to split at semicolons or tabs is blind to our quotes: what follows such a sign may begin a cell.
# The last four signs are full-width forms of the first.
_FORMULA: Final = re.compile(r"(^|[;\t\r\n\"])([\s\u200b\ufeff]*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])")
_BOM: Final = "\ufeff"  # by which spreadsheets know UTF-8
_BATCH: Final = 200


def safe_text(text: str) -> str:
    """Answer a text that no spreadsheet takes for a formula: an apostrophe stands before what could begin one."""
    if _NUMBER.fullmatch(text):
        return text
    marked = _FORMULA.sub(r"\1\2'", _CONTROL.sub("", text))
    return f"'{marked}" if marked.startswith(("\t", "\r", "\n")) else marked


def csv_lines(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """Write rows as CSV (RFC 4180, UTF-8 with a mark), some hundred at a time; money as plain digits with a point."""
    buffer = StringIO()
    writer = csv.writer(buffer, quoting=csv.QUOTE_MINIMAL, lineterminator="\r\n")
    buffer.write(_BOM)
    writer.writerow([safe_text(name) for name in head])
    for count, row in enumerate(rows, 1):
        writer.writerow([_written(cell) for cell in row])
        if count % _BATCH == 0:
            yield _drain(buffer)
    yield _drain(buffer)


def _written(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, Money):
        return str(cell.decimal)
    if isinstance(cell, date):
        return cell.isoformat()
    return safe_text(cell) if isinstance(cell, str) else str(cell)


def _drain(buffer: StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode("utf-8", "replace")
