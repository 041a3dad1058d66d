"""Many processes and threads on one SQLite file: nobody is told that the database is locked, and no increment is lost."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from lockportal.core.errors import LockportalError
from lockportal.storage.access import Access
from lockportal.storage.engines import Engines, open_engines
from lockportal.testing.bench import Bench, StillClock
from lockportal.testing.faults import Children
from lockportal.testing.specimen import Counter, counter_id
from lockportal.testing.world import Notes
from waiting import Meeting

PROCESSES, THREADS, ACCOUNTS = 4, 8, 8


def read_then_write(connection):
    """Count a row up in one transaction, by what was read of it."""
    (value,) = connection.exec_driver_sql("SELECT value FROM tally").one()
    connection.exec_driver_sql("UPDATE tally SET value = ?", (value + 1,))


def load(url, accounts, notes):
    """One round: every thread counts an account and the common row up."""
    bench = Bench(engines=open_engines(url), clock=StillClock())
    access = Access(bench.engines, bench.supplier.id)
    pool = ThreadPoolExecutor(THREADS)

    def one(thread):
        for what, act in (
            ("account", lambda: bench.count(accounts[thread % ACCOUNTS])),
            ("tally", lambda: access.write(read_then_write)),
        ):
            try:
                act()
                notes.add([what, thread % ACCOUNTS])
            except (LockportalError, ConnectionError) as error:
                notes.add(["error", f"{type(error).__name__}: {error.__cause__}"])

    return lambda: list(pool.map(one, range(THREADS)))


def run(url, tmp_path, until):
    """Let the processes work until that is so of what they noted; all that they noted, and the accounts."""
    bench = Bench(engines=open_engines(url))
    bench.make_schema()
    accounts = [bench.clock.new_id() for _ in range(ACCOUNTS)]
    with bench.engines.writing() as connection:
        connection.exec_driver_sql("CREATE TABLE tally (value INTEGER NOT NULL)")
        connection.exec_driver_sql("INSERT INTO tally VALUES (0)")
    bench.engines.dispose()
    notes = Notes(tmp_path / "notes")

    def reached():
        time.sleep(0.2)  # to read it again and again takes time from them
        return until(notes.all())

    with Children(lambda _: load(url, accounts, notes), processes=PROCESSES, folder=tmp_path) as children:
        children.wait(reached, seconds=600)
    found = notes.all()
    with bench.engines.reading() as connection:
        tally = connection.exec_driver_sql("SELECT value FROM tally").scalar_one()
    values = [bench.account(account, Counter).get(Counter, counter_id(account)).value for account in accounts]
    bench.engines.dispose()
    return found, tally, values


@pytest.mark.guarantee(31)
def test_four_processes_of_eight_threads_share_a_file_without_a_locked_database(sqlite_url, tmp_path, tier):
    many = tier.times(1_000, 10_000)
    found, tally, values = run(sqlite_url, tmp_path, lambda noted: len(noted) >= many or failed(noted))
    assert failed(found) == []
    assert tally == sum(note[0] == "tally" for note in found) > 0
    assert values == [found.count(["account", place]) for place in range(ACCOUNTS)]


def failed(noted):
    return [note for note in noted if note[0] == "error"]


def test_a_transaction_that_takes_its_lock_late_is_told_that_the_database_is_locked(sqlite_url, tmp_path, monkeypatch):
    """The control: two threads of each process have read before one of them writes, and the other's snapshot is an old one."""
    read = Meeting()

    def late(connection):
        (value,) = connection.exec_driver_sql("SELECT value FROM tally").one()
        read.wait()
        connection.exec_driver_sql("UPDATE tally SET value = ?", (value + 1,))

    @contextmanager
    def writing(self):
        with self.writes.connect() as connection, connection.begin():
            connection.exec_driver_sql("BEGIN")
            yield connection

    monkeypatch.setattr(Engines, "writing", writing)
    monkeypatch.setitem(globals(), "read_then_write", late)
    found, _, _ = run(sqlite_url, tmp_path, failed)
    assert any(note[0] == "error" and "database is locked" in note[1] for note in found)
