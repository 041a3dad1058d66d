"""What leaves the ordinary path for speed: rows go to the driver as tuples, many at once by COPY where there is one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from attrs import frozen

from lockportal.storage.faults import unanswered
from lockportal.storage.statements import paired_rows

_COPY_FROM = 200
"""From so many rows on, PostgreSQL takes them by COPY."""


_SIZES = (1, 8, 64, 512)
"""How many pairs a statement asks for; it is compiled once for each size, as SQLAlchemy would do it again and again."""
_compiled: dict[tuple[sa.Table, str, int, str], _Compiled] = {}


@frozen
class _Compiled:
    """A statement as the driver takes it, the order of its parameters (none where they have names), and its columns' readers."""

    text: str
    order: Sequence[str] | None
    read: tuple[Callable[[Any], Any] | None, ...]


def rows_by_pairs(
    connection: sa.Connection, kept: sa.Table, second: str, supplier_id: UUID, pairs: Collection[tuple[UUID, UUID]]
) -> Iterator[tuple[Any, ...]]:
    """Answer the rows of a table by (account, second key), some hundreds a statement; a row may come more than once."""
    left = list(pairs)
    raw = connection.dialect.name == "postgresql"
    while left:
        size = next((size for size in _SIZES if size >= len(left)), _SIZES[-1])
        asked, left = left[:size], left[size:]
        asked += asked[:1] * (size - len(asked))  # the statement has so many places: the first pair fills those left
        bound: dict[str, Any] = {"supplier_": supplier_id if raw else supplier_id.bytes}
        for n, (account_id, key) in enumerate(asked):
            bound[f"a{n}"], bound[f"b{n}"] = (account_id, key) if raw else (account_id.bytes, key.bytes)
        statement = _compile(connection.dialect, kept, second, size)
        given = bound if statement.order is None else tuple(bound[name] for name in statement.order)
        for row in connection.exec_driver_sql(statement.text, given):
            yield tuple(value if read is None else read(value) for value, read in zip(row, statement.read, strict=True))


def _compile(dialect: sa.Dialect, kept: sa.Table, second: str, size: int) -> _Compiled:
    key = (kept, second, size, dialect.name)
    if key not in _compiled:
        made = paired_rows(kept, second, size).compile(dialect=dialect)
        order = made.positiontup
        readers = tuple(column.type.dialect_impl(dialect).result_processor(dialect, None) for column in kept.columns)
        _compiled[key] = _Compiled(str(made), order, readers)
    return _compiled[key]


def insert_rows(connection: sa.Connection, kept: sa.Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows whose values are in the driver's form and the table's order."""
    quote = connection.dialect.identifier_preparer.quote
    names = ", ".join(quote(column.name) for column in kept.columns)
    if connection.dialect.name == "postgresql" and len(rows) >= _COPY_FROM:
        _copy(connection, f"COPY {kept.name} ({names}) FROM STDIN", rows)
        return
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    marks = ", ".join(mark for _ in kept.columns)
    connection.exec_driver_sql(f"INSERT INTO {kept.name} ({names}) VALUES ({marks})", list(rows))  # noqa: S608 - names only


def _copy(connection: sa.Connection, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Stream rows by COPY; a driver's error is raised as SQLAlchemy would, so that it is classified alike."""
    driver: Any = connection.connection.driver_connection
    failure = connection.dialect.loaded_dbapi.Error
    try:
        with driver.cursor() as cursor:
            for listener in connection.dispatch.before_cursor_execute:
                listener(connection, cursor, statement, (), None, True)  # noqa: FBT003 - as SQLAlchemy calls it
            with cursor.copy(statement) as copy:
                for row in rows:
                    copy.write_row(row)
    except failure as error:
        lost = unanswered(error, connection.dialect) or connection.dialect.is_disconnect(error, driver, None)
        if lost:
            connection.invalidate(error)
        raise sa.exc.DBAPIError.instance(statement, None, error, failure, connection_invalidated=lost) from error
