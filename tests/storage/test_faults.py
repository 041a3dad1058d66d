"""What a driver's error means is told by the database's own number, and every conflict is one."""

import sqlite3
from contextlib import suppress

import psycopg
import pymysql
import pytest
import sqlalchemy as sa

from lockportal.core.errors import Conflict
from lockportal.storage.engines import _tell_broken, open_engines
from lockportal.storage.faults import Fault, classify
from lockportal.testing.bench import Bench


def wrapped(original, *, invalidated=False):
    return sa.exc.DBAPIError("SELECT", None, original, connection_invalidated=invalidated)


def sqlite_error(code):
    error = sqlite3.OperationalError("message")
    error.sqlite_errorcode = code
    return error


def postgresql_error(state):
    return psycopg.errors.lookup(state)("message")


SQLITE_BUSY_RECOVERY, SQLITE_BUSY_SNAPSHOT, SQLITE_LOCKED_SHAREDCACHE = 261, 517, 262


@pytest.mark.parametrize(
    ("original", "fault"),
    [
        (sqlite_error(sqlite3.SQLITE_BUSY), Fault.CONFLICT),
        (sqlite_error(SQLITE_BUSY_RECOVERY), Fault.CONFLICT),
        (sqlite_error(SQLITE_BUSY_SNAPSHOT), Fault.CONFLICT),
        (sqlite_error(sqlite3.SQLITE_LOCKED), Fault.CONFLICT),
        (sqlite_error(SQLITE_LOCKED_SHAREDCACHE), Fault.CONFLICT),
        (sqlite_error(sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY), Fault.DUPLICATE),
        (sqlite_error(sqlite3.SQLITE_CONSTRAINT_UNIQUE), Fault.DUPLICATE),
        (sqlite_error(sqlite3.SQLITE_CONSTRAINT_NOTNULL), Fault.OTHER),
        (sqlite_error(sqlite3.SQLITE_FULL), Fault.UNWRITABLE),
        (sqlite_error(sqlite3.SQLITE_IOERR_WRITE), Fault.UNWRITABLE),
        (sqlite_error(sqlite3.SQLITE_IOERR_FSYNC), Fault.LOST),
        (sqlite3.ProgrammingError("no code"), Fault.OTHER),
        *((postgresql_error(state), Fault.CONFLICT) for state in ("40001", "40P01", "55P03")),
        (postgresql_error("23505"), Fault.DUPLICATE),
        (postgresql_error("53100"), Fault.UNWRITABLE),
        *((postgresql_error(state), Fault.LOST) for state in ("08006", "08003", "57P01", "57P02", "57P03")),
        *((postgresql_error(state), Fault.OTHER) for state in ("23502", "22001", "42P01", "57014")),
        (psycopg.OperationalError("no state"), Fault.OTHER),
        *((pymysql.err.OperationalError(number, "message"), Fault.CONFLICT) for number in (1020, 1205, 1213)),
        (pymysql.err.IntegrityError(1062, "message"), Fault.DUPLICATE),
        *((pymysql.err.OperationalError(number, "message"), Fault.UNWRITABLE) for number in (1021, 1114)),
        *((pymysql.err.OperationalError(number, "message"), Fault.LOST) for number in (1053, 1927, 2006, 2013, 2055)),
        *((pymysql.err.OperationalError(number, "message"), Fault.OTHER) for number in (1048, 1146, 1406)),
        (pymysql.err.InterfaceError("no number"), Fault.OTHER),
        (None, Fault.OTHER),
    ],
)
def test_every_number_that_matters_is_told(original, fault):
    assert classify(wrapped(original)) is fault


@pytest.mark.parametrize("original", [psycopg.OperationalError("x"), pymysql.err.OperationalError(1062, "x"), None])
def test_a_connection_that_the_driver_calls_broken_is_lost(original):
    assert classify(wrapped(original, invalidated=True)) is Fault.LOST


def test_mariadb_s_numbers_count_though_its_driver_bears_a_state():
    error = pymysql.err.OperationalError(1020, "Record has changed since last read")
    error.sqlstate = "HY000"
    assert classify(wrapped(error)) is Fault.CONFLICT


def test_a_defect_is_raised_as_it_is(database_url):
    bench = Bench(engines=open_engines(database_url))
    bench.make_schema()
    with bench.engines.writing() as connection:
        connection.exec_driver_sql("DROP TABLE lockportal_counter")
    with pytest.raises(sa.exc.DBAPIError) as caught:
        bench.count(bench.clock.new_id())
    assert not isinstance(caught.value, Conflict)
    bench.engines.dispose()


KILL = {
    "postgresql": (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    ),
    "mariadb": "SELECT id FROM information_schema.processlist WHERE db = database() AND id <> connection_id()",
}


def kill_others(engines, killer):
    with killer.connect() as connection:
        rows = connection.exec_driver_sql(KILL[engines.dialect]).all()
        if engines.dialect == "mariadb":
            for row in rows:
                with suppress(sa.exc.OperationalError):  # one that was ended before goes by itself meanwhile
                    connection.exec_driver_sql(f"KILL {row[0]}")


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("postgresql_url", marks=pytest.mark.postgresql),
        pytest.param("mariadb_url", marks=pytest.mark.mariadb),
    ],
)
def test_a_broken_connection_is_survived_by_reads_and_writes(url, request):
    bench = Bench(engines=open_engines(request.getfixturevalue(url)))
    bench.make_schema()
    killer = sa.create_engine(bench.engines.writes.url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    account = bench.clock.new_id()
    for version in range(1, 6):
        assert bench.count(account).version == version
        kill_others(bench.engines, killer)
        assert bench.store().load([account], [], {})[account].version == version
        kill_others(bench.engines, killer)
    killer.dispose()
    bench.engines.dispose()


def close_under_the_commit(engines, monkeypatch):
    """Commit, and speak as the driver does where a reset closed the socket before libpq read from it."""
    commit = engines.writes.dialect.do_commit
    said = [psycopg.OperationalError("connection socket closed")]

    def do_commit(connection):
        commit(connection)
        if said:
            raise said.pop()

    monkeypatch.setattr(engines.writes.dialect, "do_commit", do_commit)


@pytest.mark.postgresql
def test_a_commit_whose_socket_closed_under_the_driver_has_one_effect(postgresql_url, monkeypatch):
    bench = Bench(engines=open_engines(postgresql_url))
    bench.make_schema()
    account = bench.clock.new_id()
    assert bench.count(account).version == 1
    close_under_the_commit(bench.engines, monkeypatch)
    assert bench.count(account).version == 2
    assert bench.count(account).version == 3
    bench.engines.dispose()


@pytest.mark.postgresql
def test_the_driver_s_own_flags_do_not_tell_that_the_socket_closed(postgresql_url, monkeypatch):
    bench = Bench(engines=open_engines(postgresql_url))
    bench.make_schema()
    sa.event.remove(bench.engines.writes, "handle_error", _tell_broken)
    close_under_the_commit(bench.engines, monkeypatch)
    with pytest.raises(sa.exc.OperationalError, match="socket closed"):
        bench.count(bench.clock.new_id())
    bench.engines.dispose()


@pytest.mark.postgresql
def test_a_connection_that_breaks_while_rows_are_copied_is_lost_and_tried_again(postgresql_url):
    bench = Bench(engines=open_engines(postgresql_url))
    bench.make_schema()
    killer = sa.create_engine(bench.engines.writes.url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    breaks = [True]

    def before(connection, cursor, statement, parameters, context, executemany):
        if breaks and statement.startswith("COPY"):
            breaks.clear()
            kill_others(bench.engines, killer)

    sa.event.listen(bench.engines.writes, "before_cursor_execute", before)
    first = bench.specimen()
    assert bench.keep(first, *(bench.specimen(first.account_id) for _ in range(250))).version == 1
    assert not breaks
    killer.dispose()
    bench.engines.dispose()
