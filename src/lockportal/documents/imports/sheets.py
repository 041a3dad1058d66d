"""CSV files, read row by row."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import IO, Any, Final

from lockportal.core.errors import Refused
from lockportal.documents.imports.cells import RowMaker
from lockportal.documents.imports.inputs import opened
from lockportal.documents.imports.mapping import CsvMapping, Formats
from lockportal.documents.imports.report import RowError
from lockportal.documents.imports.rows import ImportRow, TermsBook

_HEARD: Final = 1000


def read_csv(path: Path, mapping: CsvMapping, book: TermsBook, advance: Callable[[int], None]) -> Iterator[ImportRow | RowError]:
    """Read a file row by row; `advance` hears how many bytes were read so far. Refused if the file itself cannot be read."""
    mapping.check()
    yield from read_sheet(opened(path), path.name, mapping, book, advance)


def read_sheet(
    raw: IO[bytes], name: str, mapping: CsvMapping, book: TermsBook, advance: Callable[[int], None]
) -> Iterator[ImportRow | RowError]:
    """Read the rows of a stream, which is closed afterwards."""
    with raw, cells_of(raw, name, mapping.formats) as numbered:
        _, header = next(numbered, (0, None))
        if header is None:
            raise Refused("import.empty", f"{name} is empty.", field="file")
        maker = RowMaker(mapping, header, book)
        maker.check_required()
        for number, (line, cells) in enumerate(numbered):
            if number % _HEARD == 0:
                advance(raw.tell())
            yield maker.make(line, cells)
        advance(raw.tell())


@contextmanager
def cells_of(raw: IO[bytes], name: str, formats: Formats) -> Iterator[Iterator[tuple[int, list[str]]]]:
    """Answer each row of a stream that is not blank with the line on which it begins."""
    with TextIOWrapper(raw, encoding=formats.encoding, newline="") as text:
        yield _numbered(csv.reader(text, delimiter=formats.delimiter, strict=True), name, formats.encoding)


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
