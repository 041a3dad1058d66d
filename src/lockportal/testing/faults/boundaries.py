"""The boundaries of a run: before and after each statement, at each begin and commit, and once a connection is given back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

Passed = Callable[[str, Any], object]
"""Hears what a boundary is called, and the connection it is passed on (None where there is none any more)."""


@contextmanager
def listening(passed: Passed) -> Iterator[None]:
    """Call `passed` at each boundary of every engine of this process, by SQLAlchemy's own events."""

    def before(connection: sa.Connection, _: object, statement: str, *__: object) -> None:
        passed(f"before {_short(statement)}", connection)

    def after(connection: sa.Connection, _: object, statement: str, *__: object) -> None:
        passed(f"after {_short(statement)}", connection)

    def begin(connection: sa.Connection) -> None:
        passed("begin", connection)

    def commit(connection: sa.Connection) -> None:
        passed("before COMMIT", connection)

    def back(*_: object) -> None:
        passed("given back", None)

    listeners: tuple[tuple[Any, str, Callable[..., object]], ...] = (
        (sa.Engine, "before_cursor_execute", before),
        (sa.Engine, "after_cursor_execute", after),
        (sa.Engine, "begin", begin),
        (sa.Engine, "commit", commit),
        (sa.pool.Pool, "checkin", back),  # what was committed is now, and its user does not know yet what comes next
    )
    for target, name, listener in listeners:
        sa.event.listen(target, name, listener)
    try:
        yield
    finally:
        for target, name, listener in listeners:
            sa.event.remove(target, name, listener)


def _short(statement: str) -> str:
    """Answer what a statement does and to which table."""
    words = statement.split()
    table = next((word for word in words if "lockportal_" in word), "")
    return f"{words[0]} {table.partition('.')[0]}".rstrip() if words else ""
