"""The schema of a test's database: migrated once a process, and copied into every other empty SQLite, which takes no time."""

from __future__ import annotations

import atexit
import sqlite3
from collections.abc import Sequence
from typing import Any, Final

from lockportal.core.account import Capability
from lockportal.storage.engines import Engines
from lockportal.storage.migrations import running

_COPIES: Final[dict[tuple[str, ...], sqlite3.Connection]] = {}
"""Databases in memory as they were migrated, by the names of the capabilities and of their migrations."""


def upgrade(engines: Engines, capabilities: Sequence[Capability]) -> None:
    """Bring the schema of a database up, as `portal.upgrade()` does."""
    engine = engines.writes
    if engine.dialect.name != "sqlite":
        running.upgrade(engines, capabilities)
        return
    name = tuple(f"{capability.name}/{capability.migrations}" for capability in capabilities)
    with engine.connect() as connection:
        empty = _driver(connection).execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
        if empty and name in _COPIES:
            _COPIES[name].backup(_driver(connection))
            return
    running.upgrade(engines, capabilities)
    if empty:
        with engine.connect() as connection:
            copy = sqlite3.connect(":memory:", check_same_thread=False)
            atexit.register(copy.close)
            _driver(connection).backup(copy)
            _COPIES[name] = copy


def _driver(connection: Any) -> sqlite3.Connection:  # noqa: ANN401 - SQLAlchemy's, whatever it is named there
    found: sqlite3.Connection = connection.connection.driver_connection
    return found
