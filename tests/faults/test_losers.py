"""What each database tells who comes too late is known by its number as a conflict: shown on the databases themselves."""

import threading

import pytest
import sqlalchemy as sa

from faults.levels import mariadb_engines
from lockportal.storage.faults import Fault, classify
from lockportal.testing.bench import race


@pytest.mark.guarantee(33)
@pytest.mark.parametrize("level", ["REPEATABLE READ", "SERIALIZABLE"])
@pytest.mark.postgresql
def test_postgresql_s_serialization_failure_is_a_conflict(level, postgresql_url):
    assert loser(postgresql_url, level) == ("40001", Fault.CONFLICT)


@pytest.mark.guarantee(33)
@pytest.mark.mariadb
def test_mariadb_s_changed_record_is_a_conflict(mariadb_url):
    mariadb_engines(mariadb_url, "rr", "ON").dispose()
    assert loser(mariadb_url, "REPEATABLE READ", "SET SESSION innodb_snapshot_isolation = ON") == (1020, Fault.CONFLICT)


@pytest.mark.guarantee(33)
@pytest.mark.mariadb
def test_mariadb_s_lock_that_is_waited_for_too_long_is_a_conflict(mariadb_url):
    engine = rows(mariadb_url)
    with engine.connect() as first, engine.connect() as second:
        first.exec_driver_sql("UPDATE pair SET value = 1 WHERE id = 1")
        second.exec_driver_sql("SET SESSION innodb_lock_wait_timeout = 1")
        with pytest.raises(sa.exc.OperationalError) as caught:
            second.exec_driver_sql("UPDATE pair SET value = 2 WHERE id = 1")
        assert number(caught.value) == (1205, Fault.CONFLICT)
        first.rollback()
        second.rollback()
    engine.dispose()


@pytest.mark.guarantee(33)
@pytest.mark.parametrize(
    ("url", "code"),
    [
        pytest.param("postgresql_url", "40P01", id="postgresql", marks=pytest.mark.postgresql),
        pytest.param("mariadb_url", 1213, id="mariadb", marks=pytest.mark.mariadb),
    ],
)
def test_a_deadlock_is_a_conflict(url, code, request):
    engine = rows(request.getfixturevalue(url))
    together = threading.Barrier(2)

    def cross(first, second):
        with engine.connect() as connection:
            connection.exec_driver_sql(f"UPDATE pair SET value = 1 WHERE id = {first}")
            together.wait(120)
            connection.exec_driver_sql(f"UPDATE pair SET value = 1 WHERE id = {second}")
            connection.commit()

    answers = race(lambda: cross(1, 2), lambda: cross(2, 1))
    assert [number(answer) for answer in answers if answer is not None] == [(code, Fault.CONFLICT)]
    engine.dispose()


@pytest.mark.guarantee(33)
def test_sqlite_s_busy_and_its_old_snapshot_are_conflicts(sqlite_url):
    engine = rows(sqlite_url, connect_args={"isolation_level": None, "timeout": 0})
    seen = []
    with engine.connect() as first, engine.connect() as second:
        first.exec_driver_sql("PRAGMA journal_mode=WAL")
        second.exec_driver_sql("BEGIN")
        second.exec_driver_sql("SELECT * FROM pair").all()
        first.exec_driver_sql("BEGIN IMMEDIATE")
        for statement in ("UPDATE pair SET value = 1 WHERE id = 1", "COMMIT"):
            with pytest.raises(sa.exc.OperationalError) as caught:
                second.exec_driver_sql("UPDATE pair SET value = 2 WHERE id = 1")
            seen.append((caught.value.orig.sqlite_errorname, classify(caught.value)))
            first.exec_driver_sql(statement)
        with pytest.raises(sa.exc.OperationalError) as caught:
            second.exec_driver_sql("UPDATE pair SET value = 2 WHERE id = 1")
        seen.append((caught.value.orig.sqlite_errorname, classify(caught.value)))
        second.exec_driver_sql("ROLLBACK")
    engine.dispose()
    assert {name for name, _ in seen} == {"SQLITE_BUSY", "SQLITE_BUSY_SNAPSHOT"}
    assert {fault for _, fault in seen} == {Fault.CONFLICT}


def loser(url, level, *settings):
    """What one is told who changes a row that somebody else has changed since one began to read."""
    engine = rows(url).execution_options(isolation_level=level)
    with engine.connect() as first, engine.connect() as second:
        for setting in settings:
            second.exec_driver_sql(setting)
            second.rollback()
        second.exec_driver_sql("SELECT * FROM pair").all()
        first.exec_driver_sql("UPDATE pair SET value = 1 WHERE id = 1")
        first.commit()
        with pytest.raises(sa.exc.OperationalError) as caught:
            second.exec_driver_sql("UPDATE pair SET value = 2 WHERE id = 1")
        second.rollback()
    engine.dispose()
    return number(caught.value)


def rows(url, **options):
    """An engine over two rows to quarrel about."""
    engine = sa.create_engine(url, **options)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE pair (id INTEGER PRIMARY KEY, value INTEGER)")
        connection.exec_driver_sql("INSERT INTO pair VALUES (1, 0), (2, 0)")
    return engine


def number(error):
    first = error.orig.args[0]
    return first if isinstance(first, int) else error.orig.sqlstate, classify(error)
