"""The schema of a test's database: migrated once a process, and copied into every other empty SQLite, which takes no time."""

from __future__ import annotations

import atexit
import sqlite3
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from lockportal.portal import Portal

_COPIES: Final[dict[tuple[str, ...], sqlite3.Connection]] = {}
"""Databases in memory as they were migrated, by the names of the capabilities and of their migrations."""


def upgrade(portal: Portal) -> None:
    """Bring the schema of a portal's database up, as `portal.upgrade()` does."""
    engine = portal.engines.writes
    if engine.dialect.name != "sqlite":
        portal.upgrade()
        return
    name = tuple(f"{capability.name}/{capability.migrations}" for capability in portal.capabilities)
    with engine.connect() as connection:
        empty = _driver(connection).execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
        if empty and name in _COPIES:
            _COPIES[name].backup(_driver(connection))
            return
    portal.upgrade()
    if empty:
        with engine.connect() as connection:
            copy = sqlite3.connect(":memory:", check_same_thread=False)
            atexit.register(copy.close)
            _driver(connection).backup(copy)
            _COPIES[name] = copy


def _driver(connection: Any) -> sqlite3.Connection:  # noqa: ANN401 - SQLAlchemy's, whatever it is named there
    found: sqlite3.Connection = connection.connection.driver_connection
    return found
