"""Engines: one for units that write, one for reads that take no transaction, and the lock that SQLite in memory needs."""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from attrs import frozen
from sqlalchemy.pool import StaticPool

from lockportal.core.errors import Refused
from lockportal.storage.faults import unanswered

if TYPE_CHECKING:
    from collections.abc import Iterator

_DRIVERS = {"mariadb": "mariadb+pymysql", "mysql": "mariadb+pymysql", "mysql+pymysql": "mariadb+pymysql"}
_DISCREET: dict[str, Any] = {"hide_parameters": True, "logging_name": "lockportal"}
_LOG = logging.getLogger("sqlalchemy.engine.Engine.lockportal")
_LOG.addFilter(lambda told: told.levelno > logging.DEBUG)  # SQLAlchemy tells statements at INFO, and every row at DEBUG
_POOL: dict[str, Any] = {"pool_size": 8, "max_overflow": 24}
_WAL_TRIES, _WAL_PAUSE = 600, 0.05
_MOMENTS = {"sqlite": "BEGIN", "mariadb": "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"}
_KNOWN = {"sqlite", "postgresql", "mariadb"}


@frozen
class Engines:
    """The two engines of one database. In memory they share a connection, and `lock` keeps its users apart."""

    writes: sa.Engine
    reads: sa.Engine
    lock: AbstractContextManager[object]

    @property
    def dialect(self) -> str:
        """Answer `sqlite`, `postgresql` or `mariadb`."""
        return self.writes.dialect.name

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """Open one write transaction: commits at the end, rolls back on any error."""
        # Begun in so many words: rows that go past SQLAlchemy, by COPY, would begin nothing that a commit could end.
        with self.lock, self.writes.connect() as connection, connection.begin():
            if self.dialect == "sqlite":
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield connection

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """Open a connection whose statements stand each for itself."""
        with self.lock, self.reads.connect() as connection:
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[sa.Connection]:
        """Open a transaction in which every answer is of the same moment."""
        with self.lock, self.writes.connect() as connection:
            if self.dialect in _MOMENTS:
                connection.exec_driver_sql(_MOMENTS[self.dialect])
            else:
                connection = connection.execution_options(isolation_level="REPEATABLE READ")  # PostgreSQL's BEGIN says so
            try:
                yield connection
            finally:
                with suppress(sa.exc.DBAPIError):  # nothing was written: however it ends, what was answered holds
                    connection.rollback()

    def dispose(self) -> None:
        """Close every pooled connection."""
        self.writes.dispose()
        self.reads.dispose()


def url_of(database: str) -> sa.URL:
    """Read a database URL and name the driver; Refused says which databases are known."""
    try:
        url = sa.make_url(database)
    except sa.exc.ArgumentError as error:
        message = "Write it like sqlite:///book.db, postgresql://user@host/name or mariadb://user@host/name."
        raise Refused("database.url_malformed", message, field="database") from error
    url = url.set(drivername=_DRIVERS.get(url.drivername, url.drivername))
    if url.get_backend_name() not in _KNOWN:
        message = f"{url.get_backend_name()} is not known here: use SQLite, PostgreSQL or MariaDB, or install a plugin for it."
        raise Refused("database.unknown", message, field="database")
    if url.get_backend_name() == "mariadb":
        url = url.update_query_dict({"charset": "utf8mb4"})
    return url


def open_engines(database: str) -> Engines:
    """Make the engines of a URL; no connection is opened yet."""
    url = url_of(database)
    makers = {"sqlite": _sqlite, "postgresql": _postgresql, "mariadb": _mariadb}
    try:
        return makers[url.get_backend_name()](url)
    except sa.exc.NoSuchModuleError as error:
        message = f"No driver is known as {url.drivername}: write {url.get_backend_name()}://… alone."
        raise Refused("database.driver_unknown", message, field="database") from error
    except ModuleNotFoundError as error:
        message = f'The driver {error.name} is not installed: pip install "lockportal[{url.get_backend_name()}]".'
        raise Refused("database.driver_missing", message, field="database") from error


def _postgresql(url: sa.URL) -> Engines:
    writes = sa.create_engine(url, **_DISCREET, pool_pre_ping=True, **_POOL)
    reads = sa.create_engine(url, **_DISCREET, isolation_level="AUTOCOMMIT", pool_reset_on_return=None, **_POOL)
    for engine in (writes, reads):
        sa.event.listen(engine, "connect", _prepare_postgresql)
        sa.event.listen(engine, "handle_error", _tell_broken)
    return Engines(writes, reads, nullcontext())


def _prepare_postgresql(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's connection
    """Answer times in UTC: in another zone the first and the last day of the calendar are none of Python's."""
    connection.execute("SET TIME ZONE 'UTC'")
    connection.commit()


def _tell_broken(context: sa.engine.ExceptionContext) -> None:
    """Take a connection for broken whose server did not answer; one that could not be opened has committed nothing."""
    if context.connection is not None and unanswered(context.original_exception, context.dialect):
        context.is_disconnect = True


def _mariadb(url: sa.URL) -> Engines:
    arguments = {"init_command": "SET SESSION sql_mode='STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,ERROR_FOR_DIVISION_BY_ZERO'"}
    common = {**_DISCREET, "connect_args": arguments, "pool_recycle": 3600, **_POOL}
    writes = sa.create_engine(url, isolation_level="READ COMMITTED", pool_pre_ping=True, **common)
    reads = sa.create_engine(url, isolation_level="AUTOCOMMIT", pool_reset_on_return=None, **common)
    return Engines(writes, reads, nullcontext())


def _sqlite(url: sa.URL) -> Engines:
    if url.database in {None, "", ":memory:"}:
        shared = sa.create_engine(
            url, **_DISCREET, poolclass=StaticPool, connect_args={"check_same_thread": False, "isolation_level": None}
        )
        sa.event.listen(shared, "connect", _prepare_any_sqlite)
        return Engines(shared, shared, threading.RLock())
    arguments = {"isolation_level": None, "timeout": 60.0, "check_same_thread": False}
    made = [sa.create_engine(url, **_DISCREET, connect_args=arguments, **_POOL) for _ in range(2)]
    for engine in made:
        sa.event.listen(engine, "connect", _prepare_any_sqlite)
        sa.event.listen(engine, "connect", _prepare_sqlite)
    return Engines(made[0], made[1], nullcontext())


def _prepare_any_sqlite(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's connection
    """Let triggers see rows that a REPLACE would take away: what is append-only stays so."""
    connection.execute("PRAGMA recursive_triggers=ON").close()


def _prepare_sqlite(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's connection
    """Turn on the write-ahead log. SQLite does not wait its time-out for this lock, so that the first ones wait here."""
    for left in reversed(range(_WAL_TRIES)):
        try:
            connection.execute("PRAGMA journal_mode=WAL").close()
            break
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or not left:
                raise
            time.sleep(_WAL_PAUSE)
    connection.execute("PRAGMA wal_autocheckpoint=4000").close()
