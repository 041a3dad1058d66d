"""The staging file of one import: a temporary SQLite file, so that memory does not grow with the input."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from uuid import UUID

from lockportal.core.errors import GatewayError
from lockportal.documents.imports.staged import Given, Place, StagedRow, bounded, staged_row

_SCHEMA = """
CREATE TABLE customer (number TEXT PRIMARY KEY, name TEXT NOT NULL, first TEXT NOT NULL, account BLOB, known TEXT,
                       opened INTEGER NOT NULL DEFAULT 0);
CREATE TABLE row (source TEXT NOT NULL, external_id TEXT NOT NULL, line INTEGER NOT NULL, customer TEXT NOT NULL,
                  digest BLOB NOT NULL, facts BLOB NOT NULL, file TEXT NOT NULL, files BLOB,
                  state TEXT NOT NULL DEFAULT 'new', PRIMARY KEY (source, external_id));
CREATE INDEX customer_account ON customer (account);
CREATE INDEX row_customer ON row (customer);
CREATE TABLE bad (source TEXT NOT NULL, external_id TEXT NOT NULL, PRIMARY KEY (source, external_id));
"""
_MARK = "UPDATE row SET state = ? WHERE source = ? AND external_id = ?"
_ROW = "source, line, digest, facts, file, files"


class Staging:
    """Rows and customers of one input, checked. A row is new, changed, same or refused; when written, added or updated."""

    def __init__(self, connection: sqlite3.Connection, folder: Path) -> None:
        """Make the tables; `folder` is where the import may keep what does not fit them."""
        self.db, self.folder = connection, folder
        self.sources: set[str] = set()
        self.unclear: set[str] = set()
        """The sources of which a file could not be read so far that it told which documents it states."""
        self.db.executescript(_SCHEMA)

    def add(self, source: str, file: str, rows: Sequence[Given]) -> list[tuple[Place, Place]]:
        """Stage rows of one file; answer the places of those that were stated before, and where that was."""
        put = (
            "INSERT OR IGNORE INTO row (external_id, line, customer, digest, facts, files, source, file) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
        )
        (last,) = self.db.execute("SELECT coalesce(max(rowid), 0) FROM row").fetchone()
        given = [
            (key, line, customer, digest, facts, files, source, file) for key, line, customer, _, digest, facts, files in rows
        ]
        put_all = self.db.executemany(put, given).rowcount == len(rows)
        twice = [] if put_all else list(self._stated_twice(source, rows, last))
        self.sources.add(source)
        passed = {id(row) for row in twice}
        self._name([row for row in rows if id(row) not in passed])
        return [(Place(file, row[1], row[0]), self._place(source, row[0])) for row in twice]

    def _stated_twice(self, source: str, rows: Sequence[Given], last: int) -> Iterator[Given]:
        """Answer the rows that were not put: those whose document was staged before them."""
        get = "SELECT rowid FROM row WHERE source = ? AND external_id = ?"
        met = set()
        for row in rows:
            (place,) = self.db.execute(get, (source, row[0])).fetchone()
            if place <= last or place in met:
                yield row
            met.add(place)

    def _place(self, source: str, external_id: str) -> Place:
        get = "SELECT file, line, external_id FROM row WHERE source = ? AND external_id = ?"
        return Place(*self.db.execute(get, (source, external_id)).fetchone())

    def _name(self, rows: Sequence[Given]) -> None:
        """Note the customers of rows: the last name seen stands."""
        put = (
            "INSERT INTO customer (number, name, first) VALUES (?, ?, ?) "
            "ON CONFLICT DO UPDATE SET name = excluded.name WHERE excluded.name <> ''"
        )
        named = (pair for pair, _ in groupby((row[2], row[3]) for row in rows))
        self.db.executemany(put, ((number, name, name) for number, name in named))

    def add_bad(self, source: str, external_id: str, *, known: bool) -> None:
        """Note a document whose row cannot be taken, or a file of which not even the documents are `known`."""
        if not known:
            self.unclear.add(source)
        self.db.execute("INSERT OR IGNORE INTO bad VALUES (?, ?)", (source, external_id))

    def external_ids(self, source: str, size: int) -> Iterator[list[str]]:
        """Answer every staged external id of a source, in pages."""
        get = "SELECT external_id FROM row WHERE source = ? AND external_id > ? ORDER BY external_id LIMIT ?"
        return self._pages(get, size, source)

    def customer_numbers(self, size: int) -> Iterator[list[str]]:
        """Answer every customer number, in pages."""
        return self._pages("SELECT number FROM customer WHERE number > ? ORDER BY number LIMIT ?", size)

    def _pages(self, statement: str, size: int, *given: str) -> Iterator[list[str]]:
        last = ""
        while page := [row[0] for row in self.db.execute(statement, (*given, last, size))]:
            yield page
            last = page[-1]

    def match_customers(self, found: Iterable[tuple[str, UUID, str]]) -> None:
        """Note the accounts and names of customers that are known."""
        put = "UPDATE customer SET account = ?, known = ? WHERE number = ?"
        self.db.executemany(put, [(account.bytes, name, number) for number, account, name in found])

    def open_accounts(self, ids: Iterator[UUID]) -> None:
        """Give every unknown customer an account id; ids rise with the customer number."""
        unknown = self.db.execute("SELECT number FROM customer WHERE account IS NULL ORDER BY number").fetchall()
        put = "UPDATE customer SET account = ? WHERE number = ?"
        self.db.executemany(put, ((next(ids).bytes, number) for (number,) in unknown))

    def match_documents(self, source: str, found: Iterable[tuple[str, str, UUID, bytes]]) -> list[Place]:
        """Note what is known of a source, as (external id, customer number, account, digest); answer what moved.

        A customer whose documents are known is known: another import may have opened it since customers were matched.
        """
        moved, states = [], []
        get = (
            "SELECT line, file, digest, number, state, account FROM row JOIN customer ON number = customer "
            "WHERE source = ? AND external_id = ?"
        )
        known = "UPDATE customer SET account = ?, known = coalesce(known, '') WHERE number = ?"
        for external_id, customer, account, digest in found:
            line, file, staged, number, state, drawn = self.db.execute(get, (source, external_id)).fetchone()
            if state not in {"new", "changed"}:
                continue
            if customer != number:
                moved.append(Place(file, line, external_id))
                state = "refused"
            else:
                state = "same" if staged == digest else "changed"
                if drawn != account.bytes:
                    self.db.execute(known, (account.bytes, number))
            states.append((state, source, external_id))
        self.db.executemany(_MARK, states)
        return moved

    def changed(self, source: str, size: int) -> Iterator[list[StagedRow]]:
        """Answer the rows of a source that differ from what is known, in pages."""
        last = ""
        get = (
            f"SELECT account, {_ROW} FROM row JOIN customer ON number = customer "  # noqa: S608 - columns only
            "WHERE source = ? AND state = 'changed' AND external_id > ? ORDER BY external_id LIMIT ?"
        )
        while page := list(bounded(staged_row(*row) for row in self.db.execute(get, (source, last, size)))):
            yield page
            last = page[-1].facts.external_id

    def mark(self, state: str, source: str, external_id: str) -> None:
        """Put one row into a state."""
        self.db.execute(_MARK, (state, source, external_id))

    def written(self, account_id: UUID, source: str, external_ids: Iterable[str]) -> None:
        """Note that rows of an account were written."""
        put = "UPDATE row SET state = CASE state WHEN 'new' THEN 'added' ELSE 'updated' END WHERE source = ? AND external_id = ?"
        self.db.executemany(put, [(source, external_id) for external_id in external_ids])
        self.db.execute("UPDATE customer SET opened = 1 WHERE account = ? AND known IS NULL", (account_id.bytes,))

    def count(self, *states: str) -> int:
        """Count the rows of some states."""
        marks = ", ".join("?" * len(states))
        (found,) = self.db.execute(f"SELECT count(*) FROM row WHERE state IN ({marks})", states).fetchone()  # noqa: S608 - marks only
        return int(found)

    def has_files(self) -> bool:
        """Say whether any staged document has files."""
        return self.db.execute("SELECT 1 FROM row WHERE files IS NOT NULL LIMIT 1").fetchone() is not None

    def opened(self) -> int:
        """Count the customers whose accounts were opened."""
        (found,) = self.db.execute("SELECT coalesce(sum(opened), 0) FROM customer").fetchone()
        return int(found)

    def unopened(self) -> int:
        """Count the customers that are not known and whose accounts were not opened."""
        (found,) = self.db.execute("SELECT count(*) FROM customer WHERE known IS NULL AND opened = 0").fetchone()
        return int(found)

    def has(self, source: str, external_ids: Sequence[str]) -> set[str]:
        """Answer which of these ids stand in the input, in a good row or a bad one."""
        marks = ", ".join("?" * len(external_ids))
        get = (
            "SELECT external_id FROM row WHERE source = ? AND external_id IN ({0}) "
            "UNION SELECT external_id FROM bad WHERE source = ? AND external_id IN ({0})"
        )
        found = self.db.execute(get.format(marks), (source, *external_ids, source, *external_ids))
        return {external_id for (external_id,) in found}

    def renamed(self) -> Iterator[tuple[str, str, str]]:
        """Answer (number, name before, name now) of customers whose last name seen is not the one known, or first seen."""
        yield from self.db.execute(
            "SELECT number, coalesce(known, first) AS before, name FROM customer "
            "WHERE name <> '' AND before <> '' AND before <> name ORDER BY number"
        )

    def work(self) -> Iterator[tuple[UUID, str, str, StagedRow | None]]:
        """Answer (account, customer number, name, row) by account and source; a customer only renamed has no row."""
        found = self.db.execute(
            f"SELECT number, name, account, {_ROW} FROM customer "  # noqa: S608 - columns only
            "LEFT JOIN row ON customer = number AND state IN ('new', 'changed') "
            "WHERE state IS NOT NULL OR (known IS NOT NULL AND name <> '' AND known <> name) ORDER BY account, source, line"
        )
        for number, name, account, source, *row in found:
            yield UUID(bytes=account), number, name, None if source is None else staged_row(account, source, *row)


@contextmanager
def staging() -> Iterator[Staging]:
    """Open a staging file that is gone afterwards. GatewayError `files.unavailable`: there is no room for it."""
    with tempfile.TemporaryDirectory(prefix="lockportal-import-") as folder:
        connection = sqlite3.connect(Path(folder) / "staging.db", isolation_level=None)
        try:
            connection.execute("PRAGMA journal_mode=OFF")
            connection.execute("PRAGMA synchronous=OFF")
            connection.execute("BEGIN")
            yield Staging(connection, Path(folder))
        except sqlite3.OperationalError as error:
            message = f"The temporary folder {tempfile.gettempdir()} cannot be used: {error}. Make room there, or set TMPDIR."
            raise GatewayError("files.unavailable", message) from error
        finally:
            connection.close()
