"""What a driver's error means, by the database's own error number: a conflict, a lost connection, a full disk, or a defect."""

from __future__ import annotations

import sqlite3
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Dialect
    from sqlalchemy.exc import DBAPIError


class Fault(StrEnum):
    """What to do about a database error."""

    CONFLICT = "conflict"
    """Somebody else was faster: the whole unit is tried again."""
    DUPLICATE = "duplicate"
    """A key exists already: somebody else wrote it first."""
    UNWRITABLE = "unwritable"
    """The database's disk is full or takes no write: nothing of the unit was kept."""
    LOST = "lost"
    """The connection broke: whether the commit happened is not known."""
    OTHER = "other"


_POSTGRESQL = {
    "40001": Fault.CONFLICT,
    "40P01": Fault.CONFLICT,
    "55P03": Fault.CONFLICT,
    "23505": Fault.DUPLICATE,
    "53100": Fault.UNWRITABLE,
}
_MARIADB = {
    1020: Fault.CONFLICT,
    1205: Fault.CONFLICT,
    1213: Fault.CONFLICT,
    1062: Fault.DUPLICATE,
    1021: Fault.UNWRITABLE,
    1114: Fault.UNWRITABLE,
    1053: Fault.LOST,
    1927: Fault.LOST,
    2006: Fault.LOST,
    2013: Fault.LOST,
    2055: Fault.LOST,
}


def classify(error: DBAPIError) -> Fault:
    """Answer what a SQLAlchemy error stands for, by number and never by the text of its message."""
    if error.connection_invalidated:
        return Fault.LOST
    original = error.orig
    if isinstance(original, sqlite3.Error):
        return _sqlite(original)
    number = original.args[0] if original is not None and original.args else None
    if isinstance(number, int):  # MariaDB's drivers bear a sqlstate too, but lock conflicts share HY000 with others
        return _MARIADB.get(number, Fault.OTHER)
    state = getattr(original, "sqlstate", None) or ""
    return _POSTGRESQL.get(state) or (Fault.LOST if state[:2] == "08" or state[:3] == "57P" else Fault.OTHER)


def unanswered(error: BaseException | None, dialect: Dialect) -> bool:
    """Tell whether PostgreSQL's driver speaks for itself in the midst of a statement: the server gave no SQLSTATE.

    libpq may hold a connection for good whose socket is gone, so that the driver's own flags do not tell.
    """
    return isinstance(error, dialect.loaded_dbapi.OperationalError) and getattr(error, "sqlstate", None) is None


def _sqlite(original: sqlite3.Error) -> Fault:
    number = getattr(original, "sqlite_errorcode", 0)
    if number & 0xFF in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return Fault.CONFLICT
    if number in {sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_UNIQUE}:
        return Fault.DUPLICATE
    if number in {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE}:
        return Fault.UNWRITABLE
    # Where the disk fails at anything else, as at fsync, a commit may be there or not: nobody knows, as of a lost connection.
    return Fault.LOST if number & 0xFF == sqlite3.SQLITE_IOERR else Fault.OTHER
