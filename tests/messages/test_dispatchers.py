"""Four dispatchers beside each other, receivers that fail and kills: everything is told, in order, and hardly anything twice."""

import fcntl
import threading
from contextlib import contextmanager
from datetime import timedelta
from random import Random

import pytest
import sqlalchemy as sa
from attrs import evolve

from lockportal import outbox
from lockportal.core.actor import SYSTEM
from lockportal.core.messages import Retries
from lockportal.core.ports import Mark, Place
from lockportal.core.record import AT_ONCE
from lockportal.outbox import Delivered, hold
from lockportal.storage import statements as st
from lockportal.storage.engines import open_engines
from lockportal.storage.tables import OUTBOX
from lockportal.testing.bench import Bench, fulfilled, race
from lockportal.testing.faults import Dispatchers, Receiver, order_kept
from lockportal.testing.specimen import Count, Parcel
from lockportal.testing.world import Notes, VirtualClock

PROCESSES = 4
PATIENT = Retries(attempts=1000, first=timedelta(seconds=1), longest=timedelta(seconds=30))
A_MINUTE = timedelta(seconds=60)
SUBSCRIBER = "specimens.also"


def filled(url, clock, accounts, versions):
    """A bench with so many accounts, each with so many events."""
    bench = Bench(engines=open_engines(url), clock=clock)
    bench.make_schema()
    ids = [clock.new_id() for _ in range(accounts)]
    for _ in range(versions):
        bench.shell().run_many([Count(account_id=account) for account in ids], SYSTEM)
    return bench


class Turns:
    """Between processes: many are inside, or one is alone, who waits for those inside while nobody else comes in."""

    def __init__(self, folder):
        self._door, self._room = folder / "door", folder / "room"

    @contextmanager
    def take(self, how):
        """Come in, LOCK_SH, or be alone, LOCK_EX; whoever is killed has left."""
        with self._door.open("w") as door, self._room.open("w") as room:
            fcntl.flock(door, fcntl.LOCK_EX)
            fcntl.flock(room, how)
            fcntl.flock(door, fcntl.LOCK_UN)
            try:
                yield
            finally:
                fcntl.flock(room, fcntl.LOCK_UN)  # in so many words: a child that is forked meanwhile has the file open, too


def waiting(bench):
    with bench.engines.reading() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(OUTBOX)).scalar_one()


@pytest.mark.guarantee(28)
def test_four_dispatchers_that_fail_and_are_killed_tell_everything_once(database_url, tmp_path, seed, tier):
    accounts, versions, kills = tier.times(20, 100, 2000), tier.times(5, 10), tier.times(4, 20)
    clock, turns = VirtualClock(seed), Turns(tmp_path)
    bench = filled(database_url, clock, accounts, versions)
    bench.engines.dispose()
    receiver = Receiver(Notes(tmp_path / "heard"), failing=0.3, seed=seed)

    def make(name):
        handlers = {"also": receiver.branch(name)}
        child = Bench(engines=open_engines(database_url), clock=clock.branch(name), handlers=handlers)
        shell = evolve(child.shell(), retries=PATIENT)

        def deliver():
            with turns.take(fcntl.LOCK_SH):
                return shell.deliver(20)

        return deliver

    def most_heard():
        return len(receiver.ids()) >= accounts * versions * 0.9

    def rounds():
        while not ended.is_set():
            with turns.take(fcntl.LOCK_EX):  # no time passes while somebody delivers: else who is slow loses a lease
                clock.advance(timedelta(seconds=1))
            ended.wait(0.05)

    ended = threading.Event()
    passing = threading.Thread(target=rounds)
    with Dispatchers(make, processes=PROCESSES, folder=tmp_path) as dispatchers:
        passing.start()
        try:
            dispatchers.harass(kills=kills, every=0.2, random=Random(seed))
            dispatchers.wait(most_heard, seconds=1500)
        finally:
            ended.set()
            passing.join()
    failures = receiver.failures
    assert failures > accounts * versions * 0.05
    # The faults have ended: a minute later nothing waits any more.
    calm = Receiver(Notes(tmp_path / "heard"))
    after = Bench(engines=open_engines(database_url), clock=clock, handlers={"also": calm})
    clock.advance(A_MINUTE)
    while after.shell().deliver(1000).handled:
        pass
    assert waiting(after) == 0
    after.engines.dispose()
    heard = receiver.heard()
    assert len(receiver.ids()) == accounts * versions
    assert receiver.deliveries() - len(receiver.ids()) <= failures + kills
    assert all(order_kept(messages) for messages in heard.values())


# The controls: what these checks are for.


def told(store, mark, receiver):
    for row in store.journal(mark.account_id, 0, 100):
        receiver(row)


def test_who_keeps_the_place_before_telling_loses_what_fails(sqlite_url, tmp_path):
    bench = filled(sqlite_url, VirtualClock(1), 40, 1)
    receiver, store = Receiver(Notes(tmp_path / "heard"), failing=0.3, seed=1), bench.store()
    for mark in store.marks(SUBSCRIBER, A_MINUTE, 100):
        store.reached(mark, mark.version)
        try:
            told(store, mark, receiver)
        except ConnectionError:
            continue
    assert waiting(bench) == 0
    assert len(receiver.ids()) < 40
    bench.engines.dispose()


@pytest.mark.slow
def test_who_keeps_the_place_of_whole_accounts_only_tells_rows_twice_that_never_failed(sqlite_url, tmp_path):
    bench = filled(sqlite_url, VirtualClock(1), 10, 8)
    receiver, store = Receiver(Notes(tmp_path / "heard"), failing=0.3, seed=1), bench.store()
    while waiting(bench):
        for mark in store.marks(SUBSCRIBER, timedelta(0), 100):
            try:
                told(store, mark, receiver)
            except ConnectionError:
                continue
            store.reached(mark, mark.version)
    assert receiver.deliveries() - len(receiver.ids()) > receiver.failures
    bench.engines.dispose()


def test_dispatchers_without_a_lease_tell_everything_twice(database_url, tmp_path):
    bench = filled(database_url, VirtualClock(1), 10, 1)
    receiver, met = Receiver(Notes(tmp_path / "heard")), threading.Barrier(2)

    def dispatch():
        store = bench.store()
        found = store._access.all(st.MARKS, subscriber_=SUBSCRIBER, time_=bench.clock.now(), limit_=100)
        met.wait(120)
        for row in found:
            mark = Mark(SUBSCRIBER, row.account_id, row.version, Place(), 1, AT_ONCE)
            told(store, mark, receiver)
            store.reached(mark, mark.version)

    fulfilled(race(dispatch, dispatch))
    assert receiver.failures == 0
    assert receiver.deliveries() == 2 * len(receiver.ids()) == 20
    bench.engines.dispose()


def test_dispatchers_with_a_lease_tell_everything_once(database_url, tmp_path):
    bench = filled(database_url, VirtualClock(1), 10, 3)
    receiver = Receiver(Notes(tmp_path / "heard"))
    bench = evolve(bench, handlers={"also": receiver})
    fulfilled(race(*[lambda: bench.shell().deliver()] * 4))
    assert receiver.deliveries() == len(receiver.ids()) == 30
    assert waiting(bench) == 0
    bench.engines.dispose()


def test_a_handler_that_takes_long_keeps_its_lease_if_it_asks(bench_of_two):
    bench, other, heard = bench_of_two
    assert bench.shell().deliver().handled == 1
    assert heard == ["begun", "not taken", "done"]
    assert other.shell().deliver().handled == 0


def test_a_handler_that_was_overtaken_is_told_and_leaves_the_mark_alone(sqlite_url):
    clock, heard = VirtualClock(1), []
    bench = filled(sqlite_url, clock, 1, 2)
    other = Bench(engines=bench.engines, clock=clock, handlers={"also": lambda row: heard.append(("other", row.version))})

    def slow(row):
        clock.advance(2 * A_MINUTE)
        assert other.shell().deliver() == Delivered(1, 0)
        heard.append(("slow", row.version))
        hold()

    bench = evolve(bench, handlers={"also": slow})
    assert bench.shell().deliver() == Delivered(0, 1)
    assert heard == [("other", 1), ("other", 2), ("slow", 1)]
    clock.advance(timedelta(days=1))
    assert bench.shell().deliver() == Delivered(0, 0)
    assert waiting(bench) == 0
    bench.engines.dispose()


def test_a_dispatcher_that_was_overtaken_stops_at_the_next_row(sqlite_url):
    clock, heard = VirtualClock(1), []
    bench = filled(sqlite_url, clock, 1, 3)
    other = Bench(engines=bench.engines, clock=clock, handlers={"also": lambda row: heard.append(("other", row.version))})

    def slow(row):
        heard.append(("slow", row.version))
        clock.advance(2 * A_MINUTE)
        other.shell().deliver()

    bench = evolve(bench, handlers={"also": slow})
    assert bench.shell().deliver() == Delivered(0, 0)
    assert heard == [("slow", 1), ("other", 1), ("other", 2), ("other", 3)]
    bench.engines.dispose()


@pytest.mark.parametrize("taken", [False, True])
def test_what_waits_in_a_lot_is_held_anew_before_its_turn_unless_it_was_taken(sqlite_url, monkeypatch, taken):
    clock, heard, times = VirtualClock(1), [], iter(range(0, 1000, 25))
    monkeypatch.setattr(outbox.time, "monotonic", lambda: next(times))
    bench = filled(sqlite_url, clock, 3, 1)
    parcels = [Parcel(id=clock.new_id(), account_id=clock.new_id(), wake_at=AT_ONCE) for _ in range(3)]
    bench.shell().observe(*parcels)
    other = Bench(engines=bench.engines, clock=clock)

    def slow(what):
        heard.append(what)
        if taken:
            clock.advance(2 * A_MINUTE)
            store, nine = other.store(), timedelta(hours=9)
            store.errands(Parcel, nine, 10) if isinstance(what, Parcel) else store.marks(SUBSCRIBER, nine, 10)

    bench = evolve(bench, handlers={"also": slow, "carry": slow})
    done = bench.shell().deliver()
    assert (len(heard), done.handled) == ((2, 2) if taken else (6, 6))
    bench.engines.dispose()


@pytest.fixture
def bench_of_two(sqlite_url):
    clock, heard = VirtualClock(1), []
    bench = filled(sqlite_url, clock, 1, 1)
    other = Bench(engines=bench.engines, clock=clock, handlers={"also": lambda row: heard.append("taken")})

    def slow(row):
        heard.append("begun")
        for _ in range(3):
            hold()
            clock.advance(timedelta(seconds=50))
        heard.append("taken" if other.shell().deliver().handled else "not taken")
        heard.append("done")

    yield evolve(bench, handlers={"also": slow}), other, heard
    bench.engines.dispose()
