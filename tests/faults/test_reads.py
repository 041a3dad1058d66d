"""Reads whose connection breaks, or that give way at SERIALIZABLE: repeated as a whole, or named; never mended in part."""

import threading
from uuid import UUID

import pytest
import sqlalchemy as sa

from lockportal.core.actor import SYSTEM
from lockportal.core.errors import Conflict
from lockportal.storage import access as access_module
from lockportal.storage.access import Access, Moment, repeated
from lockportal.storage.engines import open_engines
from lockportal.testing.bench import Bench
from lockportal.testing.faults import Act, Proxy
from lockportal.testing.storage.reading import TOTAL
from waiting import AMPLE

BEGINS = {"postgresql": "BEGIN ISOLATION LEVEL REPEATABLE READ", "mariadb": "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"}
CUTS = [Act.CUT_BEFORE, Act.CUT_SENT, Act.CUT_ANSWERED]
SURE = [Act.CUT_BEFORE, Act.CUT_ANSWERED]
"""Those by which the client hears nothing for certain."""


@pytest.fixture
def proxy(server_url):
    with Proxy(server_url) as made:
        yield made


@pytest.fixture
def straight(server_url):
    """The database, not by the proxy, with one specimen in it."""
    made = Bench(engines=open_engines(server_url))
    made.make_schema()
    made.keep(made.specimen(count=1))
    yield made
    made.engines.dispose()


@pytest.fixture
def bench(proxy, straight):
    made = Bench(engines=open_engines(proxy.url), supplier=straight.supplier)
    yield made
    made.engines.dispose()


def cut(proxy, what, *acts):
    """Act upon the next statements of a kind; answer those that are left."""
    left = list(acts)
    proxy.rule = lambda statement: left.pop(0) if left and what in statement else Act.PASS
    return left


def total(bench):
    return bench.shell().ask(TOTAL, SYSTEM)[0][1]


@pytest.mark.guarantee(27)
@pytest.mark.parametrize("act", CUTS)
def test_a_read_whose_connection_breaks_is_run_once_more(bench, proxy, act):
    left = cut(proxy, "lockportal_specimen", act)
    assert total(bench) == 1
    assert left == []


@pytest.mark.guarantee(27)
@pytest.mark.parametrize("act", SURE)
def test_a_read_whose_connection_breaks_twice_says_so(bench, proxy, act):
    left = cut(proxy, "lockportal_specimen", act, act)
    with pytest.raises(ConnectionError):
        total(bench)
    assert left == []
    assert total(bench) == 1


@pytest.mark.guarantee(27)
def test_a_read_whose_database_cannot_be_reached_any_more_says_so(bench, proxy):
    assert total(bench) == 1
    proxy.refusing = True
    proxy.cut()
    with pytest.raises(ConnectionError):
        total(bench)
    proxy.refusing = False
    assert total(bench) == 1


@pytest.mark.guarantee(27)
@pytest.mark.parametrize("act", SURE)
@pytest.mark.parametrize("where", ["begin", "first question"])
def test_a_moment_that_breaks_before_it_answered_is_begun_once_more(bench, proxy, act, where):
    left = cut(proxy, BEGINS[proxy.dialect] if where == "begin" else "lockportal_specimen", act)
    with bench.shell().moment(SYSTEM) as moment:
        assert [moment.ask(TOTAL)[0][1] for _ in range(2)] == [1, 1]
    assert left == []


@pytest.mark.guarantee(27)
@pytest.mark.parametrize("act", SURE)
@pytest.mark.parametrize("where", ["begin", "first question", "later question"])
def test_a_moment_that_breaks_again_or_after_it_answered_says_so(bench, proxy, act, where):
    with bench.shell().moment(SYSTEM) as moment:
        if where == "later question":
            assert moment.ask(TOTAL)[0][1] == 1
        acts = [act] if where == "later question" else [act, act]
        left = cut(proxy, BEGINS[proxy.dialect] if where == "begin" else "lockportal_specimen", *acts)
        with pytest.raises(ConnectionError):
            moment.ask(TOTAL)
    assert left == []
    assert total(bench) == 1


def test_a_moment_that_went_on_after_it_broke_would_answer_of_two(bench, straight, proxy, monkeypatch):
    monkeypatch.setattr(Moment, "read", lambda moment, run: repeated(lambda: moment._begin(run)))
    answers = []
    with bench.shell().moment(SYSTEM) as moment:
        answers.append(moment.ask(TOTAL)[0][1])
        straight.keep(straight.specimen(count=5))
        cut(proxy, "lockportal_specimen", Act.CUT_ANSWERED)
        answers.append(moment.ask(TOTAL)[0][1])
    assert answers == [1, 6]


# at SERIALIZABLE


class Pivot:
    """Two writers and a reader, of which at SERIALIZABLE one must give way; the writers have committed when the reader looks.

    The one reads the batch and adds to it, the other closes it meanwhile: who then sees the batch closed, and not what was added,
    sees what no order of the three explains.
    """

    def __init__(self, url):
        self.writers = sa.create_engine(url, isolation_level="SERIALIZABLE", poolclass=sa.NullPool)
        with self.writers.begin() as connection:
            for statement in (
                "CREATE TABLE batch (number int)",
                "CREATE TABLE receipt (batch int)",
                "INSERT INTO batch VALUES (1)",
            ):
                connection.exec_driver_sql(statement)

    def disturb(self, reader):
        """Go through it once while the reader of another thread waits in the middle of its statement."""
        with self.writers.connect() as adding, self.writers.connect() as gate:
            gate.exec_driver_sql("SELECT pg_advisory_lock(1)")
            batch = adding.exec_driver_sql("SELECT number FROM batch").scalar_one()
            with self.writers.begin() as closing:
                closing.exec_driver_sql("UPDATE batch SET number = number + 1")
            adding.exec_driver_sql(f"INSERT INTO receipt VALUES ({batch})")
            yield  # the reader begins: its moment is before the second commit
            self._await(reader)
            adding.commit()
            gate.exec_driver_sql("SELECT pg_advisory_unlock(1)")

    def _await(self, reader):
        """Wait until the reader waits: in this database, as the server's others have locks and waits of their own."""
        here = "database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        waiting = f"SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND {here}"
        with self.writers.connect() as looking:
            while reader.is_alive() and not looking.exec_driver_sql(waiting).scalar_one():
                looking.rollback()


READ = (
    "SELECT (SELECT number FROM batch), (SELECT 1 FROM (SELECT pg_advisory_lock_shared(1)) AS waited),"
    " (SELECT count(*) FROM receipt)"
)


class Reader:
    """Reads twice in one unit; it waits in its second statement the first time, and counts what it ran."""

    def __init__(self):
        self.ran = []

    def __call__(self, connection):
        self.ran.append("first")
        connection.exec_driver_sql("SELECT 1 FROM batch").all()
        self.ran.append("second")
        row = connection.exec_driver_sql(READ).one()
        connection.exec_driver_sql("SELECT pg_advisory_unlock_all()")
        return row[0], row[2]


@pytest.fixture
def serializable(postgresql_url):
    url = sa.make_url(postgresql_url).update_query_dict({"options": "-c default_transaction_isolation=serializable"})
    made = open_engines(url.render_as_string(hide_password=False))
    yield made
    made.dispose()


def disturbed(engines, read):
    """What a reader answers, or raises, that is met in the middle."""
    pivot, answers = Pivot(engines.writes.url), []

    def answer():
        try:
            answers.append(read())
        except Exception as error:  # noqa: BLE001 - what the reader meets is its answer
            answers.append(error)

    thread = threading.Thread(target=answer)
    steps = pivot.disturb(thread)
    next(steps)
    thread.start()
    next(steps, None)
    thread.join(AMPLE)
    return answers[0]


@pytest.mark.postgresql
@pytest.mark.guarantee(33)
def test_a_read_that_gives_way_is_run_again_as_a_whole(serializable):
    reader, access = Reader(), Access(serializable, UUID(int=1))
    assert disturbed(serializable, lambda: access.read(reader)) == (2, 1)
    assert reader.ran == ["first", "second"] * 2


@pytest.mark.postgresql
def test_a_read_that_is_not_repeated_fails_there(serializable):
    def read():
        with serializable.reading() as connection:
            return Reader()(connection)

    error = disturbed(serializable, read)
    assert isinstance(error, sa.exc.OperationalError)
    assert error.orig.sqlstate == "40001"


@pytest.mark.postgresql
@pytest.mark.guarantee(33)
def test_a_read_that_never_wins_is_a_conflict(serializable, monkeypatch):
    monkeypatch.setattr(access_module, "_TRIES", 1)
    access = Access(serializable, UUID(int=1))
    assert isinstance(disturbed(serializable, lambda: access.read(Reader())), Conflict)
