"""Tables that are made once a process, as making them costs half a second: copied into each SQLite file, emptied on a server."""

import sqlite3

import sqlalchemy as sa

from lockportal.storage.tables import METADATA

STANDING: dict[str, set[str]] = {}
"""The names of the tables that this process has made and left, by the name of the database."""


COPIES: dict[tuple[str, ...], sqlite3.Connection] = {}
"""Databases in memory as they were made, by the names of what is in them."""


def stand(engines, tables=None):
    """Make these tables, or all that there are, as far as they do not stand."""
    engine = engines.writes
    if engine.dialect.name == "sqlite":
        wanted = METADATA.sorted_tables if tables is None else tables
        _once(engine, tuple(sorted(one.name for one in wanted)), lambda: METADATA.create_all(engine, tables=tables))
        return
    standing = STANDING.setdefault(engine.url.database, set())
    wanted = [one for one in (METADATA.sorted_tables if tables is None else tables) if one.name not in standing]
    METADATA.create_all(engine, tables=wanted)
    standing.update(one.name for one in wanted)


def _once(engine, name, make):
    """Make what is in a SQLite file, or copy it there, if it was made before and the file is empty."""
    with engine.connect() as connection:
        driver = connection.connection.driver_connection
        empty = not sa.inspect(connection).get_table_names()
        if empty and name in COPIES:
            COPIES[name].backup(driver)
            return
    make()
    if empty:
        COPIES[name] = sqlite3.connect(":memory:", check_same_thread=False)
        with engine.connect() as connection:
            connection.connection.driver_connection.backup(COPIES[name])


def emptied(connection, database):
    """Delete the rows of all tables of a database, if no others are there than `stand` has made; say whether that was so."""
    standing = STANDING.get(database, set())
    if not standing or set(sa.inspect(connection).get_table_names()) != standing:
        STANDING.pop(database, None)
        return False
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("; ".join(f"DELETE FROM {name}" for name in sorted(standing)))
    else:
        for name in sorted(standing):
            connection.exec_driver_sql(f"DELETE FROM {name}")
    return True
