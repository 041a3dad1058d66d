"""What an import knows of files until they are written: what manifests list, what goes with which document, where it lies."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from attrs import frozen

from lockportal import codec
from lockportal.documents.imports.report import RowError
from lockportal.documents.imports.staged import Place, stated_digest
from lockportal.documents.imports.staging import Staging
from lockportal.documents.models import FileFacts

_SCHEMA: Final = """
CREATE TABLE listed (name TEXT PRIMARY KEY, file TEXT NOT NULL, line INTEGER NOT NULL, body BLOB NOT NULL,
                     met INTEGER NOT NULL DEFAULT 0);
CREATE TABLE attachment (id INTEGER PRIMARY KEY, file TEXT NOT NULL, line INTEGER NOT NULL, customer TEXT NOT NULL,
                         kind TEXT NOT NULL, number TEXT NOT NULL, facts BLOB NOT NULL, account BLOB, document BLOB,
                         state TEXT NOT NULL DEFAULT 'open');
CREATE TABLE content (sha256 BLOB PRIMARY KEY, place TEXT NOT NULL);
"""
NUMBER: Final = "json_extract(CAST(facts AS TEXT), '$.number')"
KIND: Final = "json_extract(CAST(facts AS TEXT), '$.kind')"
BY_NUMBER: Final = f"CREATE INDEX IF NOT EXISTS row_number ON row (customer, {NUMBER})"
"""Lets rows be found by the number of the document; made only where that is asked."""
_PAGE: Final = 500


@frozen
class Attachment:
    """A file that goes with a document which its own line of a manifest does not state; any kind of it, where `kind` is empty."""

    place: Place
    customer_number: str
    kind: str
    number: str
    file: FileFacts

    def names(self, customer_number: str, kind: str, number: str) -> bool:
        """Say whether this is the document that is meant."""
        return (self.customer_number, self.number) == (customer_number, number) and self.kind in {"", kind}


@frozen
class LeftOut:
    """A file within a file that is not kept by itself, and why."""

    error: RowError


class StagedFiles:
    """The files of one import, beside its staged rows."""

    def __init__(self, staged: Staging) -> None:
        """Make the tables."""
        self._staged, self._db = staged, staged.db
        self._db.executescript(_SCHEMA)

    # what manifests list

    def list_file(self, name: str, place: Place, body: bytes) -> Place | None:
        """Note what a manifest says of a file; if one said something before, answer where."""
        put = "INSERT OR IGNORE INTO listed (name, file, line, body) VALUES (?, ?, ?, ?)"
        if self._db.execute(put, (name, place.file, place.line, body)).rowcount:
            return None
        file, line = self._db.execute("SELECT file, line FROM listed WHERE name = ?", (name,)).fetchone()
        return Place(file, line, name)

    def listed(self, name: str) -> bytes | None:
        """Answer what a manifest says of a file that was met; empty where that could not be understood."""
        found = self._db.execute("UPDATE listed SET met = 1 WHERE name = ? RETURNING body", (name,)).fetchone()
        return None if found is None else bytes(found[0])

    def missing(self) -> Iterator[Place]:
        """Answer what is listed and was not met: the manifest, the line, and in the id's place the name."""
        found = self._db.execute("SELECT file, line, name FROM listed WHERE met = 0 AND body <> x'' ORDER BY file, line")
        yield from (Place(*row) for row in found)

    # contents

    def put_down(self, sha256: bytes, place: str) -> None:
        """Note where in the input a content is."""
        self._db.execute("INSERT OR IGNORE INTO content VALUES (?, ?)", (sha256, place))

    def take_out(self, content: bytes) -> bytes:
        """Keep a content that is within a file of the input until it is written; answer its SHA-256."""
        sha256 = hashlib.sha256(content).digest()
        path = self._path(sha256)
        if not path.exists():
            path.write_bytes(content)
        return sha256

    def find(self, sha256: bytes) -> Path | str:
        """Answer where a content is: a file of this import, or a place in the input, empty where it has none."""
        if self._path(sha256).exists():
            return self._path(sha256)
        found = self._db.execute("SELECT place FROM content WHERE sha256 = ?", (sha256,)).fetchone()
        return "" if found is None else str(found[0])

    def _path(self, sha256: bytes) -> Path:
        return self._staged.folder / f"{sha256.hex()}.content"

    # attachments

    def attach(self, attachment: Attachment) -> None:
        """Stage a file for a document that is stated elsewhere."""
        put = "INSERT INTO attachment (file, line, customer, kind, number, facts) VALUES (?, ?, ?, ?, ?, ?)"
        place, facts = attachment.place, codec.dumps(attachment.file)
        given = (place.file, place.line, attachment.customer_number, attachment.kind, attachment.number, facts)
        self._db.execute(put, given)

    def ambiguous(self) -> Iterator[Attachment]:
        """Join files to the documents of this input that they go with; answer those that could go with several."""
        for attachments in self.elsewhere(_PAGE):
            self._db.execute(BY_NUMBER)
            for key, one in attachments.items():
                get = (
                    f"SELECT source, external_id, facts, files FROM row WHERE customer = ? AND {NUMBER} = ? "  # noqa: S608 - names only
                    f"AND state = 'new' AND (? = '' OR {KIND} = ?)"
                )
                found = self._db.execute(get, (one.customer_number, one.number, one.kind, one.kind)).fetchall()
                if len(found) > 1:
                    self._mark(key, "refused")
                    yield one
                elif found:
                    self._mark(key, "joined")
                    self._join(one.file, *found[0])

    def _join(self, file: FileFacts, source: str, external_id: str, facts: bytes, files: bytes | None) -> None:
        kept: tuple[FileFacts, ...] = () if files is None else codec.load_stored(tuple[FileFacts, ...], files)
        if file.sha256 not in {one.sha256 for one in kept}:
            kept = (*kept, file)
        put = "UPDATE row SET files = ?, digest = ? WHERE source = ? AND external_id = ?"
        self._db.execute(put, (codec.dumps(kept), stated_digest(bytes(facts), kept), source, external_id))

    def elsewhere(self, size: int) -> Iterator[dict[int, Attachment]]:
        """Answer, in pages, the files whose documents are not found yet."""
        last = 0
        get = (
            "SELECT id, file, line, customer, kind, number, facts FROM attachment "
            "WHERE state = 'open' AND id > ? ORDER BY id LIMIT ?"
        )
        while page := {row[0]: _attachment(*row[1:]) for row in self._db.execute(get, (last, size))}:
            yield page
            last = max(page)

    def match(self, key: int, account_id: UUID, document_id: UUID, state: str) -> None:
        """Note the document that a file goes with: the file is new to it, or the same as one that it has."""
        put = "UPDATE attachment SET account = ?, document = ? WHERE id = ?"
        self._db.execute(put, (account_id.bytes, document_id.bytes, key))
        self._mark(key, state)

    def added(self, key: int) -> None:
        """Note that a file was written."""
        self._mark(key, "added")

    def _mark(self, key: int, state: str) -> None:
        self._db.execute("UPDATE attachment SET state = ? WHERE id = ?", (state, key))

    def count(self, state: str) -> int:
        """Count the attachments in a state."""
        (found,) = self._db.execute("SELECT count(*) FROM attachment WHERE state = ?", (state,)).fetchone()
        return int(found)

    def work(self, size: int) -> Iterator[list[tuple[int, UUID, UUID, FileFacts]]]:
        """Answer (key, account, document, file) of what is to be written, at most one of an account in each page."""
        get = (
            "SELECT id, account, document, facts FROM attachment WHERE id IN "
            "(SELECT min(id) FROM attachment WHERE state = 'new' GROUP BY account LIMIT ?) ORDER BY account"
        )
        while page := [_work(*row) for row in self._db.execute(get, (size,))]:
            yield page


def _attachment(file: str, line: int, customer: str, kind: str, number: str, facts: bytes) -> Attachment:
    return Attachment(Place(file, line, ""), customer, kind, number, codec.load_stored(FileFacts, facts))


def _work(key: int, account: bytes, document: bytes, facts: Any) -> tuple[int, UUID, UUID, FileFacts]:  # noqa: ANN401 - bytes
    return key, UUID(bytes=account), UUID(bytes=document), codec.load_stored(FileFacts, facts)
