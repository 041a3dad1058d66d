"""The manifest of a folder or ZIP: which file is which document, or goes with which, for files that do not say so themselves."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import IO, Final

from attrs import evolve, frozen

from lockportal import codec
from lockportal.core.errors import Refused
from lockportal.documents.facts import check_facts
from lockportal.documents.imports.cells import RowMaker
from lockportal.documents.imports.mapping import FIELDS, CsvMapping
from lockportal.documents.imports.report import RowError
from lockportal.documents.imports.rows import ImportRow, TermsBook, checked_text
from lockportal.documents.imports.sheets import cells_of
from lockportal.documents.imports.staged import Place
from lockportal.documents.imports.staged_files import StagedFiles
from lockportal.documents.models import DocumentFacts, DocumentKind, FileRole

MANIFEST: Final = "manifest.csv"
_COLUMNS: Final = FIELDS | {"file", "document", "role", "title"}
_REQUIRED: Final = ("kind", "number", "customer_number", "issued_on")
_OF_ITS_OWN: Final = ("number", "issued_on")


@frozen(kw_only=True)
class Listed:
    """What a manifest says of one file: the facts of a document of its own, or the document that it goes with.

    With neither, only the customer of a file that says the rest itself.
    """

    manifest: str
    line: int
    customer_number: str
    customer_name: str = ""
    kind: str = ""
    document: str = ""
    role: FileRole = FileRole.ORIGINAL
    title: str = ""
    facts: DocumentFacts | None = None


def is_manifest(name: str) -> bool:
    """Say whether this file of an input is a manifest: of the files beside it and below."""
    return PurePosixPath(name).name.lower() == MANIFEST


def key_of(name: str) -> str:
    """Answer a name as manifests are searched for it: systems spell the same letters in two ways."""
    return unicodedata.normalize("NFC", name)


def read_manifest(raw: IO[bytes], name: str, book: TermsBook, files: StagedFiles) -> Iterator[RowError]:
    """Stage what a manifest lists; answer the lines that cannot be understood. Refused for one that is no manifest."""
    with raw, cells_of(raw, name, CsvMapping().formats) as numbered:
        _, header = next(numbered, (0, []))
        header = [column.strip() for column in header]
        unknown = sorted(set(header) - _COLUMNS)
        if unknown or "file" not in header:
            known = ", ".join(sorted(_COLUMNS))
            reason = f"knows no column {unknown[0]!r}" if unknown else "needs a column 'file'"
            raise Refused("manifest.columns", f"A manifest {reason}; known are {known}.", field="file")
        reader = _Reader(name, header, book)
        for line, cells in numbered:
            file, body = "", b""
            try:
                file = reader.name(cells)
                body = codec.dumps(reader.read(line, cells))
            except Refused as fault:
                yield RowError(line, fault.field or "row", fault.code, fault.message, "", name)
            first = files.list_file(key_of(file), Place(name, line, file), body) if file else None
            if first is not None:
                reason = f"{file} is listed in line {first.line} of {first.file} already"
                yield RowError(line, "file", "file.listed_twice", reason, "", name)


class _Reader:
    """Reads the lines of one manifest."""

    def __init__(self, name: str, header: list[str], book: TermsBook) -> None:
        self._name, self._header = name, header
        self._maker = RowMaker(CsvMapping(), header, book, _REQUIRED)

    def name(self, cells: list[str]) -> str:
        """Answer a file's name within the input."""
        if len(cells) != len(self._header):
            raise Refused("row.width", f"{len(cells)} columns instead of {len(self._header)}", field="row")
        return self._within(checked_text("file", cells[self._header.index("file")].strip()))

    def read(self, line: int, cells: list[str]) -> Listed:
        """Answer what is said of the file."""
        named = zip(self._header, cells, strict=True)
        text = {column: checked_text(column, cell.strip()) for column, cell in named if cell.strip()}
        listed = Listed(
            manifest=self._name,
            line=line,
            customer_number=text.get("customer_number", ""),
            customer_name=text.get("customer_name", ""),
            role=_role(text),
            title=text.get("title", ""),
        )
        if "document" in text:
            if any(column in text for column in _OF_ITS_OWN):
                reason = "a file is a document of its own, with number and issued_on, or goes with another document"
                raise Refused("manifest.both", reason, field="document")
            listed = evolve(listed, document=text["document"], kind=_kind(text))
        elif any(column in text for column in _OF_ITS_OWN):
            listed = self._own(listed, line, cells, text)
        if not listed.customer_number:
            raise Refused("customer_number.missing", "a value is required", field="customer_number")
        return listed

    def _own(self, listed: Listed, line: int, cells: list[str], text: Mapping[str, str]) -> Listed:
        row = self._maker.make(line, cells)
        if not isinstance(row, ImportRow):
            raise Refused(row.code, row.reason, field=row.column)
        facts = row.facts
        if "external_id" not in text:
            # Papers of several customers may bear the same number, orders for one, and so may papers of several kinds.
            facts = evolve(facts, external_id=f"{facts.kind}/{row.customer_number}/{facts.number}")
            check_facts(facts)
        return evolve(listed, facts=facts)

    def _within(self, file: str) -> str:
        path = PurePosixPath(file.replace("\\", "/"))
        if not path.parts or path.is_absolute() or ".." in path.parts or ":" in path.parts[0]:
            raise Refused("file.outside", f"{file!r} is no file beside the manifest or below it", field="file")
        return (PurePosixPath(self._name).parent / path).as_posix()


def _role(text: Mapping[str, str]) -> FileRole:
    default = FileRole.ATTACHMENT if "document" in text else FileRole.ORIGINAL
    try:
        return FileRole(text.get("role", default).lower())
    except ValueError as error:
        known = " and ".join(FileRole)
        raise Refused("role.unknown", f"{text['role'][:40]!r} is no role; known are {known}", field="role") from error


def _kind(text: Mapping[str, str]) -> str:
    try:
        return DocumentKind(text["kind"].lower()).value if "kind" in text else ""
    except ValueError as error:
        known = ", ".join(kind.value for kind in DocumentKind)
        reason = f"{text['kind'][:40]!r} is not a kind of document; known are {known}"
        raise Refused("kind.unknown", reason, field="kind") from error
