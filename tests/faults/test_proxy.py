"""The proxy does what it is told to the statement it is told to, and lets everything else pass."""

import time

import pytest
import sqlalchemy as sa

from lockportal.storage.engines import open_engines
from lockportal.testing.faults import Act, Proxy
from waiting import soon

INSERT = "INSERT INTO note (id) VALUES (%s)"


@pytest.fixture
def proxy(server_url):
    with Proxy(server_url) as made:
        yield made


@pytest.fixture
def straight(server_url):
    engine = sa.create_engine(server_url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE note (id INTEGER)")
    yield engine
    engine.dispose()


@pytest.fixture
def through(proxy):
    engine = sa.create_engine(proxy.url, poolclass=sa.NullPool)
    yield engine
    engine.dispose()


def insert(engine, number):
    with engine.begin() as connection:
        connection.exec_driver_sql(INSERT, (number,))


def numbers(engine):
    with engine.connect() as connection:
        return [row.id for row in connection.exec_driver_sql("SELECT id FROM note ORDER BY id")]


def told(act, word):
    return lambda statement: act if statement.startswith(word) else Act.PASS


def test_what_passes_is_as_without_it(proxy, through, straight):
    for number in range(20):
        insert(through, number)
    assert numbers(through) == numbers(straight) == list(range(20))
    assert sum(statement == "COMMIT" for statement in proxy.seen) == 20
    with through.connect() as connection:
        assert connection.exec_driver_sql("SELECT %s", ("ä" * 200_000,)).scalar_one() == "ä" * 200_000


@pytest.mark.parametrize(
    ("act", "word", "there"),
    [
        (Act.CUT_BEFORE, "INSERT", []),
        (Act.CUT_SENT, "INSERT", []),
        (Act.CUT_ANSWERED, "INSERT", []),
        (Act.CUT_BEFORE, "COMMIT", []),
        (Act.CUT_SENT, "COMMIT", [1]),
        (Act.CUT_ANSWERED, "COMMIT", [1]),
    ],
)
def test_a_cut_is_a_lost_connection_to_the_client_and_none_to_what_the_server_was_sent(
    act, word, there, proxy, through, straight
):
    proxy.rule = told(act, word)
    with pytest.raises(sa.exc.OperationalError):
        insert(through, 1)
    soon(lambda: numbers(straight) == there)  # a commit that was sent takes its time
    proxy.rule = lambda _: Act.PASS
    insert(through, 2)
    assert numbers(straight) == [*there, 2]


def test_a_delay_is_waited_for(proxy, through, straight):
    proxy.delay, proxy.rule = 0.3, told(Act.DELAY, "INSERT")
    begun = time.monotonic()
    insert(through, 1)
    assert time.monotonic() - begun >= 0.3
    assert numbers(straight) == [1]


@pytest.mark.mariadb
def test_an_answer_that_is_swallowed_is_waited_for_in_vain(mariadb_url):
    with Proxy(mariadb_url) as proxy:
        engine = sa.create_engine(proxy.url, poolclass=sa.NullPool, connect_args={"read_timeout": 1})
        proxy.rule = told(Act.SWALLOW, "SELECT SLEEP")
        with pytest.raises(sa.exc.OperationalError) as caught, engine.connect() as connection:
            connection.exec_driver_sql("SELECT SLEEP(0)")
        assert caught.value.orig.args[0] == 2013
        engine.dispose()


def test_refused_and_cut_connections_are_lost_and_come_again(proxy, server_url):
    engines = open_engines(proxy.url)
    with engines.reading() as connection:
        assert connection.exec_driver_sql("SELECT 1").scalar_one() == 1
    proxy.refusing = True
    proxy.cut()
    with pytest.raises(sa.exc.OperationalError), engines.reading() as connection:
        connection.exec_driver_sql("SELECT 1")
    proxy.refusing = False
    with engines.reading() as connection:
        assert connection.exec_driver_sql("SELECT 1").scalar_one() == 1
    engines.dispose()
