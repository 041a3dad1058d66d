"""What is staged of one document: its facts as JSON, its files, where it stands, and the digest by which it is compared."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import Final
from uuid import UUID

from attrs import frozen

from lockportal import codec
from lockportal.documents.models import DocumentFacts, FileFacts

_PAGE: Final = 4_000_000


@frozen
class StagedRow:
    """One staged document: the account it belongs to, where it stands, its digest, facts and files, and the bytes they take."""

    account_id: UUID
    source: str
    line: int
    digest: bytes
    facts: DocumentFacts
    file: str
    files: tuple[FileFacts, ...]
    size: int


@frozen
class Place:
    """Where in an input a document is stated, by its file and line, and the document's external id."""

    file: str
    line: int
    external_id: str


Given = tuple[str, int, str, str, bytes, bytes, bytes | None]
"""A row to be staged: external id, line, customer number and name, digest, facts and files as JSON."""


def facts_digest(facts: DocumentFacts, files: Iterable[FileFacts] = ()) -> tuple[bytes, bytes]:
    """Answer the SHA-256 of what is stated, files included, and the JSON of the facts: equal digests need no look."""
    body = codec.dumps(facts)
    return stated_digest(body, files), body


def stated_digest(body: bytes, files: Iterable[FileFacts]) -> bytes:
    """Answer the SHA-256 of facts in their JSON form and of the contents of their files."""
    return hashlib.sha256(body + b"".join(sorted(file.sha256 for file in files))).digest()


def staged_row(account: bytes, source: str, line: int, digest: bytes, facts: bytes, file: str, files: bytes | None) -> StagedRow:
    """Answer a row of the staging file."""
    kept = () if files is None else codec.load_stored(tuple[FileFacts, ...], files)
    size = len(facts) + len(files or b"")
    return StagedRow(UUID(bytes=account), source, line, digest, codec.load_stored(DocumentFacts, facts), file, kept, size)


def bounded(rows: Iterable[StagedRow]) -> Iterator[StagedRow]:
    """Answer rows until they take much memory."""
    total = 0
    for row in rows:
        yield row
        total += row.size
        if total > _PAGE:
            return
