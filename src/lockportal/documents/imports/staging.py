"""The staging file of one import: a temporary SQLite file, so that memory does not grow with the input."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from attrs import frozen

from lockportal import codec
from lockportal.documents.models import DocumentFacts

_SCHEMA = """
CREATE TABLE customer (number TEXT PRIMARY KEY, name TEXT NOT NULL, first TEXT NOT NULL, account BLOB, known TEXT,
                       opened INTEGER NOT NULL DEFAULT 0);
CREATE TABLE row (external_id TEXT PRIMARY KEY, line INTEGER NOT NULL, customer TEXT NOT NULL, digest BLOB NOT NULL,
                  facts BLOB NOT NULL, state TEXT NOT NULL DEFAULT 'new');
CREATE INDEX customer_account ON customer (account);
CREATE INDEX row_customer ON row (customer);
CREATE TABLE bad (external_id TEXT PRIMARY KEY);
"""


@frozen
class StagedRow:
    """One staged document: the account it belongs to, its line, digest and facts, and how many bytes they take."""

    account_id: UUID
    line: int
    digest: bytes
    facts: DocumentFacts
    size: int


class Staging:
    """Rows and customers of one input, checked. A row is new, changed, same or refused; when written, added or updated."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Make the tables."""
        self._db = connection
        self._db.executescript(_SCHEMA)

    def add(self, rows: Sequence[tuple[str, int, str, str, bytes, bytes]]) -> list[tuple[int, str]]:
        """Stage (external id, line, customer number, name, digest, facts); answer (line, external id) of those given twice."""
        twice = []
        put = "INSERT OR IGNORE INTO row (external_id, line, customer, digest, facts) VALUES (?, ?, ?, ?, ?)"
        named = (
            "INSERT INTO customer (number, name, first) VALUES (?, ?, ?) "
            "ON CONFLICT DO UPDATE SET name = excluded.name WHERE excluded.name <> ''"
        )
        for external_id, line, customer, name, digest, facts in rows:
            if self._db.execute(put, (external_id, line, customer, digest, facts)).rowcount:
                self._db.execute(named, (customer, name, name))
            else:
                twice.append((line, external_id))
        return twice

    def add_bad(self, external_id: str) -> None:
        """Note a document whose row cannot be taken."""
        self._db.execute("INSERT OR IGNORE INTO bad VALUES (?)", (external_id,))

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

    def match_documents(self, found: Iterable[tuple[str, str, UUID, bytes]]) -> list[tuple[int, str]]:
        """Note what is known, as (external id, customer number, account, digest); answer (line, external id) of what moved.

        A customer whose documents are known is known: another import may have opened it since customers were matched.
        """
        moved = []
        get = "SELECT line, digest, number, state, account FROM row JOIN customer ON number = customer WHERE external_id = ?"
        known = "UPDATE customer SET account = ?, known = coalesce(known, '') WHERE number = ?"
        for external_id, customer, account, digest in found:
            line, staged, number, state, drawn = self._db.execute(get, (external_id,)).fetchone()
            if state not in {"new", "changed"}:
                continue
            if customer != number:
                moved.append((line, external_id))
                state = "refused"
            else:
                state = "same" if staged == digest else "changed"
                if drawn != account.bytes:
                    self._db.execute(known, (account.bytes, number))
            self._mark(state, external_id)
        return moved

    def changed(self, size: int) -> Iterator[list[StagedRow]]:
        """Answer the rows that differ from what is known, in pages."""
        last = ""
        get = (
            "SELECT account, line, digest, facts FROM row JOIN customer ON number = customer "
            "WHERE state = 'changed' AND external_id > ? ORDER BY external_id LIMIT ?"
        )
        while page := [_staged(*row) for row in self._db.execute(get, (last, size))]:
            yield page
            last = page[-1].facts.external_id

    def refuse(self, external_id: str) -> None:
        """Leave out one row."""
        self._mark("refused", external_id)

    def written(self, account_id: UUID, external_ids: Iterable[str]) -> None:
        """Note that rows of an account were written."""
        put = "UPDATE row SET state = CASE state WHEN 'new' THEN 'added' ELSE 'updated' END WHERE external_id = ?"
        self._db.executemany(put, [(external_id,) for external_id in external_ids])
        self._db.execute("UPDATE customer SET opened = 1 WHERE account = ? AND known IS NULL", (account_id.bytes,))

    def _mark(self, state: str, external_id: str) -> None:
        self._db.execute("UPDATE row SET state = ? WHERE external_id = ?", (state, external_id))

    def count(self, *states: str) -> int:
        """Count the rows of some states."""
        marks = ", ".join("?" * len(states))
        (found,) = self._db.execute(f"SELECT count(*) FROM row WHERE state IN ({marks})", states).fetchone()  # noqa: S608 - marks only
        return int(found)

    def opened(self) -> int:
        """Count the customers whose accounts were opened."""
        (found,) = self._db.execute("SELECT coalesce(sum(opened), 0) FROM customer").fetchone()
        return int(found)

    def unopened(self) -> int:
        """Count the customers that are not known and whose accounts were not opened."""
        (found,) = self._db.execute("SELECT count(*) FROM customer WHERE known IS NULL AND opened = 0").fetchone()
        return int(found)

    def has(self, external_ids: Sequence[str]) -> set[str]:
        """Answer which of these ids stand in the input, in a good row or a bad one."""
        marks = ", ".join("?" * len(external_ids))
        get = (
            "SELECT external_id FROM row WHERE external_id IN ({0}) UNION SELECT external_id FROM bad WHERE external_id IN ({0})"
        )
        found = self._db.execute(get.format(marks), (*external_ids, *external_ids))
        return {external_id for (external_id,) in found}

    def renamed(self) -> Iterator[tuple[str, str, str]]:
        """Answer (number, name before, name now) of customers whose last name seen is not the one known, or first seen."""
        yield from self._db.execute(
            "SELECT number, coalesce(known, first) AS before, name FROM customer "
            "WHERE name <> '' AND before <> '' AND before <> name ORDER BY number"
        )

    def work(self) -> Iterator[tuple[UUID, str, str, StagedRow | None]]:
        """Answer (account, customer number, name, row) in the order of the account; a customer only renamed has no row."""
        found = self._db.execute(
            "SELECT account, number, name, line, digest, facts FROM customer "
            "LEFT JOIN row ON customer = number AND state IN ('new', 'changed') "
            "WHERE state IS NOT NULL OR (known IS NOT NULL AND name <> '' AND known <> name) ORDER BY account, line"
        )
        for account, number, name, line, digest, facts in found:
            yield UUID(bytes=account), number, name, None if line is None else _staged(account, line, digest, facts)


def _staged(account: bytes, line: int, digest: bytes, facts: bytes) -> StagedRow:
    return StagedRow(UUID(bytes=account), line, digest, codec.load_stored(DocumentFacts, facts), len(facts))


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
