"""What is given to an import, opened and read file by file: CSV, what a reader recognises, and what a manifest lists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Final

from attrs import define, evolve, field

from lockportal import codec
from lockportal.core.errors import Refused
from lockportal.core.progress import Progress
from lockportal.documents.files.media import HEAD, XML, media_type_of
from lockportal.documents.imports.archive import zip_input
from lockportal.documents.imports.filing import Filing, Found, refused
from lockportal.documents.imports.folder import folder_input
from lockportal.documents.imports.inputs import Entry, Input, Limits, is_zip, opened, pieces, single
from lockportal.documents.imports.manifest import Listed, is_manifest, key_of, read_manifest
from lockportal.documents.imports.mapping import CsvMapping
from lockportal.documents.imports.report import RowError
from lockportal.documents.imports.rows import TermsBook
from lockportal.documents.imports.run import Sheet
from lockportal.documents.imports.sheets import read_sheet
from lockportal.documents.imports.staged import Place
from lockportal.documents.imports.staged_files import StagedFiles
from lockportal.documents.models import DocumentsSettings
from lockportal.documents.ports import Reader

_BLANK: Final = b"\xef\xbb\xbf \t\r\n"
_WHOLE: Final = "archive."
"""What is wrong with the input as a whole is refused, whatever is to be skipped."""


@contextmanager
def open_input(path: Path, limits: Limits) -> Iterator[Input]:
    """Open a file, a folder or a ZIP; Refused says what of it cannot be taken."""
    if path.is_dir():
        yield folder_input(path)
        return
    with opened(path) as raw:
        zipped = is_zip(raw.read(4))
    if zipped:
        with zip_input(path, limits) as given:
            yield given
    else:
        yield single(path)


@define(kw_only=True)
class Intake:
    """One input, read once; its contents can be read again as long as it is open. `tax_id` is the supplier's, or empty."""

    given: Input
    mapping: CsvMapping
    tax_id: str
    book: TermsBook
    readers: Sequence[Reader]
    settings: DocumentsSettings
    progress: Progress
    _entries: dict[str, Entry] = field(init=False)
    _done: int = field(init=False, default=0)
    _total: int = field(init=False, default=0)
    _tables: bool = field(init=False, default=False)

    def __attrs_post_init__(self) -> None:
        """Let contents be found by their names."""
        self._entries = {entry.name: entry for entry in self.given.entries}
        self._total = sum(entry.size for entry in self.given.entries)

    def sheets(self, files: StagedFiles) -> Iterator[Sheet]:
        """Read everything, manifests first; then tell what they list and nobody met."""
        filing = Filing(
            mapping=self.mapping, tax_id=self.tax_id, book=self.book, readers=self.readers, settings=self.settings, files=files
        )
        source = self.mapping.files.source
        manifests = [entry for entry in self.given.entries if self.given.many and is_manifest(entry.name)]
        for entry in manifests:
            yield Sheet(source, entry.name, _named(entry.name, read_manifest(entry.open(), entry.name, self.book, files)))
            self._pass(entry)
        for entry in self.given.entries:
            if entry not in manifests:
                yield self._sheet(entry, filing)
                self._pass(entry)
        if manifests:
            yield Sheet(source, "", (_missing(place) for place in files.missing()))

    def is_whole(self, source: str) -> bool:  # noqa: ARG002 - all of them alike
        """Say so of one CSV file, and of a folder or ZIP of which the mapping says it."""
        return self.mapping.files.whole if self.given.many else self._tables

    def content(self, place: str) -> Iterator[bytes]:
        """Answer a content once more."""
        return pieces(self._entries[place].open)

    def _sheet(self, entry: Entry, filing: Filing) -> Sheet:
        try:
            found = self._found(entry, filing)
        except Refused as fault:
            if fault.code.startswith(_WHOLE):
                raise
            found = [refused(entry.name, fault)]
        if found is not None:
            return Sheet(self.mapping.files.source, entry.name, found)
        self._tables = True
        rows = read_sheet(entry.open(), entry.name, self.mapping, self.book, partial(self._hear, entry))
        if self.given.many:
            return Sheet(self.mapping.source, entry.name, _named(entry.name, rows))
        return Sheet(self.mapping.source, "", rows)

    def _found(self, entry: Entry, filing: Filing) -> list[Found] | None:
        """Answer what a file states; None for a CSV file, which is read row by row."""
        body = filing.files.listed(key_of(entry.name))
        if body == b"":
            return []  # its line was refused
        listed: Listed | None = None if body is None else codec.load_stored(Listed, body)
        if listed is not None and (listed.facts is not None or listed.document):
            return [filing.take(entry, listed)]
        with entry.open() as raw:
            head = raw.read(HEAD)
        reader = filing.reader_of(entry.name, head)
        if reader is not None:
            found = filing.read(entry, reader, listed)
            if found:
                return found
        elif listed is None and self._is_table(entry.name, head):
            return None
        elif is_zip(head) and entry.name.lower().endswith(".zip"):
            raise Refused("archive.nested", f"{entry.name} is a ZIP within the input; unpack it first.", field="file")
        raise _unlisted(listed)

    def _is_table(self, name: str, head: bytes) -> bool:
        """Say whether to read a file as CSV: by its ending among others, by its beginning if it is the only one."""
        if self.given.many:
            return name.lower().endswith(".csv")
        try:
            return media_type_of(head) in {None, XML} and not head.lstrip(_BLANK).startswith(b"<?xml")
        except Refused:
            return True  # whatever it begins with, its rows will tell

    def _hear(self, entry: Entry, done: int) -> None:
        self.progress("reading", self._done + min(done, entry.size), self._total)

    def _pass(self, entry: Entry) -> None:
        self._done += entry.size
        self.progress("reading", self._done, self._total)


def _named(name: str, found: Iterable[Found]) -> Iterator[Found]:
    """Put the name of the file to whatever is said of it."""
    try:
        for one in found:
            yield evolve(one, file=name) if isinstance(one, RowError) else one
    except Refused as fault:
        if fault.code.startswith(_WHOLE):
            raise
        raise Refused(fault.code, f"{name}: {fault.message}", field=fault.field) from fault


def _missing(place: Place) -> RowError:
    reason = f"there is no {place.external_id} in the input"
    return RowError(place.line, "file", "file.missing", reason, "", place.file)


def _unlisted(listed: Listed | None) -> Refused:
    lacking = "a line in manifest.csv must say what it is: file, customer_number, kind, number and issued_on, or document"
    known = "no reader knows it, and " if listed is None else "the manifest says only whose it is; "
    return Refused("file.unlisted", known + lacking, field="file")
