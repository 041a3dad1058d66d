"""Database URLs: what is known, what is said when it is not, and how connections are set up."""

import sys
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import StaticPool

from lockportal.core.errors import Refused
from lockportal.storage.engines import open_engines, url_of
from lockportal.testing.bench import Bench


@pytest.mark.parametrize(
    ("given", "driver"),
    [
        ("sqlite:///book.db", "sqlite"),
        ("postgresql://u@h/d", "postgresql"),
        ("postgresql+psycopg://u@h/d", "postgresql+psycopg"),
        ("mariadb://u@h/d", "mariadb+pymysql"),
        ("mysql://u@h/d", "mariadb+pymysql"),
        ("mysql+pymysql://u@h/d", "mariadb+pymysql"),
    ],
)
def test_a_url_finds_its_driver(given, driver):
    assert url_of(given).drivername == driver


def test_mariadb_is_spoken_to_in_utf8mb4():
    assert url_of("mariadb://u@h/d").query["charset"] == "utf8mb4"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("book.db", "database.url_malformed"),
        ("", "database.url_malformed"),
        ("oracle://u@h/d", "database.unknown"),
        ("postgresql+nothing://u@h/d", "database.driver_unknown"),
    ],
)
def test_a_url_that_leads_nowhere_is_refused(given, code):
    with pytest.raises(Refused) as caught:
        open_engines(given)
    assert (caught.value.code, caught.value.field) == (code, "database")


@pytest.mark.parametrize(("url", "module"), [("postgresql://h/d", "psycopg"), ("mariadb://h/d", "pymysql")])
def test_a_driver_that_is_not_installed_is_named(url, module, monkeypatch):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(Refused) as caught:
        open_engines(url)
    assert caught.value.code == "database.driver_missing"
    assert "pip install" in caught.value.message


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_in_memory_there_is_one_connection_for_all(url):
    engines = open_engines(url)
    assert engines.reads is engines.writes
    assert isinstance(engines.writes.pool, StaticPool)
    engines.dispose()


def test_a_file_keeps_a_write_ahead_log(sqlite_url):
    engines = open_engines(sqlite_url)
    with engines.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
        assert connection.exec_driver_sql("PRAGMA wal_autocheckpoint").scalar_one() == 4000
    engines.dispose()


def test_a_file_that_cannot_be_opened_says_so(tmp_path):
    engines = open_engines(f"sqlite:///{tmp_path}/no/such/folder.db")
    with pytest.raises(sa.exc.OperationalError), engines.reading():
        pass
    engines.dispose()


def test_parameters_are_in_no_error(database_url):
    engines = open_engines(database_url)
    for engine in {engines.reads, engines.writes}:
        with pytest.raises(sa.exc.DBAPIError) as caught, engine.connect() as connection:
            connection.execute(sa.text("SELECT * FROM nowhere WHERE x = :secret"), {"secret": "s3cr3t-value"})
        assert "s3cr3t-value" not in str(caught.value)
    engines.dispose()


def test_an_error_undoes_the_whole_transaction(database_url):
    bench = Bench(engines=open_engines(database_url))
    bench.make_schema()
    account = bench.clock.new_id()
    bench.count(account)

    def fail():
        with bench.engines.writing() as connection:
            connection.exec_driver_sql("DELETE FROM lockportal_counter")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with bench.engines.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM lockportal_counter").scalar_one() == 1
    bench.engines.dispose()


@pytest.mark.postgresql
def test_the_calendar_s_ends_are_kept_whatever_the_server_s_zone(postgresql_url):
    setting = sa.create_engine(postgresql_url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    name = sa.make_url(postgresql_url).database
    for zone in ("America/New_York", "Asia/Tokyo"):
        with setting.connect() as connection:
            connection.exec_driver_sql(f"ALTER DATABASE {name} SET timezone = '{zone}'")
        bench = Bench(engines=open_engines(postgresql_url))
        bench.make_schema()
        ends = [datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, 999_999, UTC)]
        first = bench.specimen(at=ends[0])
        bench.keep(first, bench.specimen(first.account_id, at=ends[1]))
        found = bench.store().load([first.account_id], [type(first)], {})[first.account_id].records[type(first)]
        assert sorted(one.at for one in found.values()) == ends
        bench.engines.dispose()
        with setting.connect() as connection:
            connection.exec_driver_sql(f"ALTER DATABASE {name} RESET timezone")
    setting.dispose()
