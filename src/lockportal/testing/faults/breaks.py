"""Broken connections: the database ends its side of one at the n-th boundary of a run, as an administrator or a failover does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import sqlalchemy as sa

from lockportal.testing.faults.boundaries import listening

_WAIT: Final = 60_000
"""Milliseconds that PostgreSQL gives a backend to be gone."""


def count_boundaries(act: Callable[[], object]) -> int:
    """Run something to its end and count the boundaries at which its connection can be broken."""
    seen: list[str] = []

    def passed(name: str, connection: Any) -> None:  # noqa: ANN401 - a connection or None
        if connection is not None:
            seen.append(name)

    with listening(passed):
        act()
    return len(seen)


@contextmanager
def breaking(admin: sa.Engine, at: int) -> Iterator[list[str]]:
    """End the connection that passes boundary `at`, counted from 0; the list names the boundary once that has happened.

    `admin` is an engine in AUTOCOMMIT on the same server, of PostgreSQL or MariaDB, whose user may end connections.
    """
    broken: list[str] = []
    left = at

    def passed(name: str, connection: Any) -> None:  # noqa: ANN401 - a connection or None
        nonlocal left
        if connection is None or connection.engine is admin or broken:
            return
        if left == 0:
            broken.append(name)
            end_connection(admin, connection)
        left -= 1

    with listening(passed):
        yield broken


def end_connection(admin: sa.Engine, connection: sa.Connection) -> None:
    """Let the server end a connection, and wait until it has."""
    driver: Any = connection.connection.driver_connection
    with admin.connect() as ending:
        if connection.dialect.name == "postgresql":
            ending.exec_driver_sql("SELECT pg_terminate_backend(%s, %s)", (driver.info.backend_pid, _WAIT))
        else:
            ending.exec_driver_sql(f"KILL {driver.thread_id()}")
