"""The staging file of one import: a temporary SQLite file, so that memory does not grow with the input."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from attrs import frozen

from lockportal import codec
from lockportal.documents.models import DocumentFacts

_SCHEMA = """
CREATE TABLE customer (number TEXT PRIMARY KEY, name TEXT NOT NULL, first TEXT NOT NULL, account BLOB, known TEXT);
CREATE TABLE row (external_id TEXT PRIMARY KEY, line INTEGER NOT NULL, customer TEXT NOT NULL, digest BLOB NOT NULL,
                  facts BLOB NOT NULL, state TEXT NOT NULL DEFAULT 'new', document BLOB);
"""


@frozen
class StagedRow:
    """One staged document: its line, digest and facts, whether it is known, and the id it has here."""

    line: int
    known: bool
    document: UUID | None
    digest: bytes
    facts: DocumentFacts


class Staging:
    """Rows and customers of one input, checked but not yet applied."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Make the tables."""
        self._db = connection
        self._db.executescript(_SCHEMA)

    def add(self, rows: Sequence[tuple[str, int, str, str, bytes, bytes]]) -> list[tuple[int, str]]:
        """Stage (external id, line, customer number, name, digest, facts); answer (line, external id) of those given twice."""
        twice = []
        for external_id, line, customer, _, digest, facts in rows:
            put = "INSERT OR IGNORE INTO row (external_id, line, customer, digest, facts) VALUES (?, ?, ?, ?, ?)"
            if not self._db.execute(put, (external_id, line, customer, digest, facts)).rowcount:
                twice.append((line, external_id))
        named = (
            "INSERT INTO customer (number, name, first) VALUES (?, ?, ?) "
            "ON CONFLICT DO UPDATE SET name = excluded.name WHERE excluded.name <> ''"
        )
        self._db.executemany(named, [(row[2], row[3], row[3]) for row in rows])
        return twice

    def external_ids(self, size: int) -> Iterator[list[str]]:
        """Answer every staged external id, in pages."""
        return self._pages("SELECT external_id FROM row WHERE external_id > ? ORDER BY external_id LIMIT ?", size)

    def customer_numbers(self, size: int) -> Iterator[list[str]]:
        """Answer every customer number, in pages."""
        return self._pages("SELECT number FROM customer WHERE number > ? ORDER BY number LIMIT ?", size)

    def _pages(self, statement: str, size: int) -> Iterator[list[str]]:
        last = ""
        while page := [row[0] for row in self._db.execute(statement, (last, size))]:
            yield page
            last = page[-1]

    def match_customers(self, found: Iterable[tuple[str, UUID, str]]) -> None:
        """Note the accounts and names of customers that are known."""
        put = "UPDATE customer SET account = ?, known = ? WHERE number = ?"
        self._db.executemany(put, [(account.bytes, name, number) for number, account, name in found])

    def open_accounts(self, ids: Iterator[UUID]) -> None:
        """Give every unknown customer an account id; ids rise with the customer number."""
        unknown = self._db.execute("SELECT number FROM customer WHERE account IS NULL ORDER BY number").fetchall()
        put = "UPDATE customer SET account = ? WHERE number = ?"
        self._db.executemany(put, ((next(ids).bytes, number) for (number,) in unknown))

    def match_documents(self, found: Mapping[str, tuple[UUID, UUID, bytes]]) -> list[tuple[int, str]]:
        """Note what is known of documents; answer (line, external id) of those that another customer has."""
        moved = []
        get = "SELECT line, digest, account FROM row JOIN customer ON number = customer WHERE external_id = ?"
        for external_id, (account, document, digest) in found.items():
            line, staged, owner = self._db.execute(get, (external_id,)).fetchone()
            if owner != account.bytes:
                moved.append((line, external_id))
                state = "moved"
            else:
                state = "same" if staged == digest else "changed"
            put = "UPDATE row SET state = ?, document = ? WHERE external_id = ?"
            self._db.execute(put, (state, document.bytes, external_id))
        return moved

    def changed(self, size: int) -> Iterator[list[StagedRow]]:
        """Answer the rows that differ from what is known, in pages."""
        last = ""
        get = "SELECT line, document, digest, facts, external_id FROM row WHERE state = 'changed' AND external_id > ? ORDER BY external_id LIMIT ?"
        while page := self._db.execute(get, (last, size)).fetchall():
            yield [
                StagedRow(line, True, UUID(bytes=document), digest, codec.load_stored(DocumentFacts, facts))  # noqa: FBT003
                for line, document, digest, facts, _ in page
            ]
            last = page[-1][-1]

    def drop(self, external_id: str) -> None:
        """Leave out one row."""
        self._db.execute("DELETE FROM row WHERE external_id = ?", (external_id,))

    def count(self, state: str) -> int:
        """Count the rows of one state: new, changed, same."""
        (found,) = self._db.execute("SELECT count(*) FROM row WHERE state = ?", (state,)).fetchone()
        return int(found)

    def has(self, external_ids: Sequence[str]) -> set[str]:
        """Answer which of these ids are staged."""
        marks = ", ".join("?" * len(external_ids))
        found = self._db.execute(f"SELECT external_id FROM row WHERE external_id IN ({marks})", external_ids)  # noqa: S608 - marks only
        return {external_id for (external_id,) in found}

    def renamed(self) -> Iterator[tuple[str, str, str]]:
        """Answer (number, name before, name now) of customers whose last name seen is not the one known, or first seen."""
        yield from self._db.execute(
            "SELECT number, coalesce(known, first) AS before, name FROM customer "
            "WHERE name <> '' AND before <> '' AND before <> name ORDER BY number"
        )

    def new_customers(self) -> int:
        """Count the customers that are not known yet."""
        (found,) = self._db.execute("SELECT count(*) FROM customer WHERE known IS NULL").fetchone()
        return int(found)

    def work(self) -> Iterator[tuple[UUID, str, str, StagedRow | None]]:
        """Answer (account, customer number, name, row) in the order of the account; a customer only renamed has no row."""
        found = self._db.execute(
            "SELECT account, number, name, line, state, document, digest, facts FROM customer "
            "LEFT JOIN row ON customer = number AND state IN ('new', 'changed') "
            "WHERE state IS NOT NULL OR (known IS NOT NULL AND name <> '' AND known <> name) ORDER BY account, line"
        )
        for account, number, name, line, state, document, digest, facts in found:
            row = None
            if state is not None:
                known = None if document is None else UUID(bytes=document)
                row = StagedRow(line, state == "changed", known, digest, codec.load_stored(DocumentFacts, facts))
            yield UUID(bytes=account), number, name, row


@contextmanager
def staging() -> Iterator[Staging]:
    """Open a staging file that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="lockportal-import-") as folder:
        connection = sqlite3.connect(Path(folder) / "staging.db", isolation_level=None)
        try:
            connection.execute("PRAGMA journal_mode=OFF")
            connection.execute("PRAGMA synchronous=OFF")
            connection.execute("BEGIN")
            yield Staging(connection)
        finally:
            connection.close()
