"""Storage contract: subscribers hear every event at least once, whatever order commits end in and whoever fails."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from attrs import evolve

from lockportal.clock import SystemClock
from lockportal.core.actor import SYSTEM
from lockportal.core.errors import Limited
from lockportal.core.messages import Undelivered
from lockportal.core.ports import JournalRow, Place, Unit
from lockportal.core.record import AT_ONCE
from lockportal.outbox import Delivered
from lockportal.storage.store import SqlStore
from lockportal.storage.tables import JOURNAL
from lockportal.testing.bench import NOON, Bench, StillClock, fulfilled, nothing, race
from lockportal.testing.specimen import Count, Parcel, capability
from lockportal.testing.storage.ground import Ground

_LEASE = timedelta(minutes=1)


class OutboxContract(Ground):
    """The journal is read account by account; there is no global order to trust."""

    def test_a_subscriber_hears_its_events_in_order_and_once(self, bench: Bench) -> None:
        """Those that it named and no others, while nothing fails."""
        heard = Heard()
        bench = evolve(bench, handlers={"hear": heard})
        specimen = bench.specimen()
        bench.keep(specimen)
        bench.count(specimen.account_id)
        bench.keep(specimen, bench.specimen(specimen.account_id))
        assert bench.shell().deliver() == Delivered(handled=2, failed=0)  # one account for each of two subscribers
        assert bench.shell().deliver() == Delivered(handled=0, failed=0)
        assert [(row.version, row.n, row.type) for row in heard.rows] == [
            (1, 0, "specimens.specimen_kept"),
            (3, 0, "specimens.specimen_kept"),
            (3, 1, "specimens.specimen_kept"),
        ]
        assert heard.rows[0].ids == (specimen.id,)

    def test_a_commit_that_ends_late_is_heard(self, bench: Bench) -> None:
        """One decides first and commits last: a reader that remembers the latest time it saw passes it over."""
        early, late = bench.clock.new_id(), bench.clock.new_id()
        heard = Heard()
        bench = evolve(bench, handlers={"also": heard})
        careless = LatestTime(bench)

        def overtake() -> None:
            bench.clock.advance(timedelta(seconds=1))
            bench.count(early)
            careless.read()
            bench.shell().deliver()

        store = Overtaken(bench.engines, bench.supplier.id, bench.shell().capabilities)
        store.before_commit = overtake
        bench.shell(store).run(Count(account_id=late), SYSTEM)
        careless.read()
        bench.shell().deliver()
        assert {row.account_id for row in heard.rows} == {early, late}
        assert careless.seen == {early}  # the control: it has lost an event

    def test_no_event_is_missed_under_load(self, bench: Bench) -> None:
        """Four writers on twelve accounts, two dispatchers beside them: every version is heard, in its account's order."""
        accounts = [bench.clock.new_id() for _ in range(12)]
        heard, writing = Heard(), threading.Event()
        writing.set()
        bench = evolve(bench, handlers={"also": heard})

        def write(mine: Sequence[UUID]) -> None:
            for account in [*mine] * 3:
                bench.count(account)

        def dispatch() -> None:
            while writing.is_set():
                bench.shell().deliver(5)

        def finish() -> None:
            try:
                fulfilled(race(*(lambda n=n: write(accounts[n:] + accounts[:n]) for n in range(4))))
            finally:
                writing.clear()

        fulfilled(race(dispatch, dispatch, finish))
        bench.clock.advance(_LEASE)
        while bench.shell().deliver().handled:
            pass
        expected = list(range(1, 13))
        for account in accounts:
            versions = [row.version for row in heard.rows if row.account_id == account]
            assert list(dict.fromkeys(versions)) == expected

    def test_news_that_come_while_a_mark_is_handled_keep_it(self, bench: Bench) -> None:
        """A mark is dropped only when its version is the one that was reached."""
        account = bench.clock.new_id()
        heard = Heard()
        shell = bench.shell()

        def hear(row: JournalRow) -> None:
            heard(row)
            if len(heard.rows) == 1:
                shell.run(Count(account_id=account), SYSTEM)

        bench = evolve(bench, handlers={"also": hear})
        bench.count(account)
        bench.shell().deliver(1)
        assert [row.version for row in heard.rows] == [1]
        bench.shell().deliver(1)
        assert [row.version for row in heard.rows] == [1, 2]
        assert bench.shell().deliver() == Delivered(0, 0)

    def test_a_failing_row_is_tried_again_and_stops_nobody(self, bench: Bench) -> None:
        """Neither another subscriber nor another account; later it hears all that it missed."""
        heard, also = Heard(), Heard()
        bad, good = bench.specimen(), bench.specimen()
        heard.refuses = bad.account_id
        bench = evolve(bench, handlers={"hear": heard, "also": also})
        for specimen in (bad, good, bad):
            bench.keep(specimen)
        assert bench.shell().deliver() == Delivered(handled=3, failed=1)
        assert {row.account_id for row in heard.rows} == {good.account_id}
        assert {row.account_id for row in also.rows} == {bad.account_id, good.account_id}
        assert bench.shell().deliver() == Delivered(0, 0)  # not at once again
        heard.refuses = None
        bench.clock.advance(_LEASE)
        assert bench.shell().deliver() == Delivered(handled=1, failed=0)
        assert [row.version for row in heard.rows if row.account_id == bad.account_id] == [1, 2]

    def test_rows_that_were_handled_before_one_that_fails_are_not_handled_again(self, bench: Bench) -> None:
        """A subscriber's place is kept row by row, within a version too; the tries are those of the row that fails."""
        heard = Heard()
        bench = evolve(bench, handlers={"hear": heard})
        first = bench.specimen()
        bench.keep(first, bench.specimen(first.account_id), bench.specimen(first.account_id))
        heard.stops_at = (1, 1)
        assert bench.shell().deliver() == Delivered(handled=1, failed=1)
        bench.clock.advance(_LEASE)
        (mark,) = bench.store().marks("specimens.hear", timedelta(0), 10)
        assert (mark.place, mark.attempts) == (Place(0, 1), 2)
        heard.stops_at = None
        assert bench.shell().deliver().failed == 0
        assert [(row.version, row.n) for row in heard.rows] == [(1, 0), (1, 1), (1, 2)]

    def test_a_row_that_always_fails_is_given_up_and_the_account_goes_on(self, bench: Bench) -> None:
        """Later each time, up to the last try; then whoever keeps dead letters has it with its reason."""
        heard, buried = Heard(), list[Undelivered]()
        bench = evolve(bench, handlers={"hear": heard, "bury": buried.append})
        specimen = bench.specimen()
        for _ in range(3):
            bench.keep(specimen)
        heard.stops_at = (2, 0)
        retries, waited = bench.shell().retries, []
        while not buried:
            assert bench.shell().deliver().dead == 0 or buried
            waited.append(bench.clock.now())
            bench.clock.advance(retries.delay(len(waited)) - timedelta(seconds=1))
            assert bench.shell().deliver() == Delivered(0, 0)
            bench.clock.advance(timedelta(seconds=1))
        assert len(waited) == retries.attempts
        (given,) = buried
        assert (given.receiver, given.type, given.account_id) == (
            "specimens.hear",
            "specimens.specimen_kept",
            specimen.account_id,
        )
        assert (given.version, given.n, given.attempts, given.reason) == (2, 0, retries.attempts, "RuntimeError")
        assert [row.version for row in heard.rows] == [1, 3]
        heard.stops_at = None
        bench.shell().outbox.redeliver(given.receiver, given.account_id, given.version, given.n)
        assert [row.version for row in heard.rows] == [1, 3, 2]

    def test_a_dead_letter_that_cannot_be_kept_stays(self, bench: Bench) -> None:
        """Nothing is lost where the keeper of dead letters fails: it is asked again."""
        heard = Heard()

        def bury(_: Undelivered) -> None:
            raise RuntimeError("no room")

        bench = evolve(bench, handlers={"hear": heard, "bury": bury})
        specimen = bench.specimen()
        heard.refuses = specimen.account_id
        bench.keep(specimen)
        for _ in range(20):
            assert bench.shell().deliver().dead == 0
            bench.clock.advance(bench.shell().retries.longest)
        bench = evolve(bench, handlers={"hear": heard, "bury": nothing})
        assert bench.shell().deliver() == Delivered(1, 0, 1)
        assert bench.shell().deliver() == Delivered(0, 0)

    def test_a_row_at_which_every_process_ends_is_given_up_untried(self, bench: Bench) -> None:
        """A lease that was taken and never answered counts as a try."""
        heard, buried = Heard(), list[Undelivered]()
        bench = evolve(bench, handlers={"also": heard, "bury": buried.append})
        bench.count(bench.clock.new_id())
        for _ in range(bench.shell().retries.attempts):
            assert bench.store().marks("specimens.also", _LEASE, 1)
            bench.clock.advance(_LEASE)
        assert bench.shell().deliver() == Delivered(handled=1, failed=0, dead=1)
        assert heard.rows == []
        assert buried[0].reason.startswith("outbox.unfinished")

    def test_leases_are_held_by_the_database_s_own_clock(self, bench: Bench) -> None:
        """Users whose clocks are hours apart never have one lease together; with clocks of their own they would."""
        bench.count(bench.clock.new_id())
        fast, slow = StillClock(NOON + timedelta(hours=1)), StillClock(NOON - timedelta(hours=1))
        owned = [SqlStore(bench.engines, bench.supplier.id, [capability], clock) for clock in (slow, fast)]
        assert [len(store.marks("specimens.also", _LEASE, 10)) for store in owned] == [1, 1]  # the control
        bench.count(bench.clock.new_id())
        stores = [SqlStore(bench.engines, bench.supplier.id, [capability]) for _ in range(2)]
        assert abs(stores[0].now() - SystemClock().now()) < timedelta(minutes=10)
        taken = stores[0].marks("specimens.also", 60 * _LEASE, 10)  # by a real clock: longer than the test may take
        assert len(taken) == 2  # noqa: PLR2004 - by the database's clock both are free
        assert stores[1].marks("specimens.also", _LEASE, 10) == []
        assert all(stores[0].held(mark, timedelta(0)) for mark in taken)
        assert len(stores[1].marks("specimens.also", _LEASE, 10)) == 2  # noqa: PLR2004 - given back

    def test_a_lease_keeps_others_away_until_it_ends(self, bench: Bench) -> None:
        """Who comes late with a lease that has ended changes nothing any more."""
        account = bench.clock.new_id()
        bench.count(account)
        store, name = bench.store(), "specimens.also"
        (slow,) = store.marks(name, _LEASE, 10)
        assert store.marks(name, _LEASE, 10) == []
        bench.count(account)
        bench.clock.advance(_LEASE)
        (quick,) = store.marks(name, _LEASE, 10)
        assert (quick.version, quick.attempts) == (2, slow.attempts + 1)
        store.reached(slow, 1)
        store.failed(slow, timedelta(0), "too late")
        assert store.held(slow, timedelta(0)) is None
        assert store.advanced(slow, Place(1), timedelta(0)) is None
        assert store.marks(name, _LEASE, 10) == []
        held = store.held(quick, 3 * _LEASE)
        assert held is not None
        assert held == evolve(quick, until=bench.clock.now() + 3 * _LEASE)
        bench.clock.advance(2 * _LEASE)
        assert store.marks(name, _LEASE, 10) == []
        store.reached(held, 2)
        bench.clock.advance(2 * _LEASE)
        assert store.marks(name, _LEASE, 10) == []
        bench.count(account)
        (fresh,) = store.marks(name, _LEASE, 10)
        assert (fresh.place, fresh.version, fresh.attempts) == (Place(2), 3, 1)

    def test_racing_dispatchers_never_lease_one_mark_twice(self, bench: Bench) -> None:
        """Eight of them take what waits of forty accounts."""
        for _ in range(40):
            bench.count(bench.clock.new_id())
        taken = fulfilled(race(*[lambda: bench.store().marks("specimens.also", _LEASE, 10)] * 8))
        accounts = [mark.account_id for marks in taken for mark in marks]
        assert len(accounts) == len(set(accounts))
        left = bench.store().marks("specimens.also", _LEASE, 100)
        assert len(accounts) + len(left) == 40  # noqa: PLR2004 - all there are

    def test_errands_are_done_at_least_once_and_forgotten(self, bench: Bench) -> None:
        """One that fails is tried again when its lease has ended; one whose time has not come waits."""
        account = bench.specimen()
        bench.keep(account)
        parcels = [
            Parcel(id=bench.clock.new_id(), account_id=account.account_id, wake_at=wake_at, address="Zoë, 1 Rue X")
            for wake_at in (NOON, NOON, NOON + timedelta(days=1))
        ]
        bench.shell().observe(*parcels)
        carried: list[Parcel] = []

        def carry(parcel: Parcel) -> None:
            if parcel.id == parcels[0].id and not carried:
                raise ConnectionError("nobody at home")
            carried.append(parcel)

        bench = evolve(bench, handlers={"carry": carry})
        assert bench.shell().deliver() == Delivered(handled=3, failed=1)  # two of them the specimen's news
        assert bench.shell().deliver() == Delivered(0, 0)
        bench.clock.advance(_LEASE)
        assert bench.shell().deliver() == Delivered(1, 0)
        assert [parcel.id for parcel in carried] == [parcels[1].id, parcels[0].id]
        bench.clock.advance(timedelta(days=1))
        assert bench.shell().deliver() == Delivered(1, 0)
        assert carried[-1].address == "Zoë, 1 Rue X"

    def test_an_errand_that_always_fails_is_given_up_and_may_be_revived(self, bench: Bench) -> None:
        """It lies there untouched until it is."""
        buried, fails = list[Undelivered](), [True]

        def carry(_: Parcel) -> None:
            if fails:
                raise ConnectionError("nobody at home")

        bench = evolve(bench, handlers={"carry": carry, "bury": buried.append})
        parcel = Parcel(id=bench.clock.new_id(), account_id=bench.clock.new_id(), wake_at=AT_ONCE)
        bench.store().observe([parcel])
        retries = bench.shell().retries
        rounds = [bench.shell().deliver()]
        while not buried:
            bench.clock.advance(retries.longest)
            rounds.append(bench.shell().deliver())
        assert rounds == [Delivered(0, 1)] * (retries.attempts - 1) + [Delivered(0, 0, 1)]
        (given,) = buried
        assert (given.receiver, given.record_id, given.attempts) == ("parcel", parcel.id, retries.attempts)
        bench.clock.advance(timedelta(days=365))
        assert bench.shell().deliver() == Delivered(0, 0)
        fails.clear()
        bench.shell().outbox.revive("parcel", parcel.account_id, parcel.id)
        assert bench.shell().deliver() == Delivered(1, 0)
        assert not bench.store().revive(Parcel, parcel.account_id, parcel.id)

    def test_what_waits_for_its_turn_is_no_failure_and_never_given_up(self, bench: Bench) -> None:
        """Neither an errand nor a subscriber's news, however often it is told to come later; what was tried before counts on."""
        buried, waits = list[Undelivered](), [True]

        def wait(_: object) -> None:
            if waits:
                raise Limited("parcels.queue", "Not yet.", retry_after=60)

        bench = evolve(bench, handlers={"carry": wait, "hear": wait, "bury": buried.append})
        bench.store().observe([Parcel(id=bench.clock.new_id(), account_id=bench.clock.new_id(), wake_at=AT_ONCE)])
        bench.keep(bench.specimen())
        rounds = []
        for _ in range(bench.shell().retries.attempts + 2):
            rounds.append(bench.shell().deliver())
            bench.clock.advance(timedelta(minutes=1))
        assert {one.waiting for one in rounds} == {2}
        assert not any(one.failed or one.dead for one in rounds)
        waits.clear()
        assert bench.shell().deliver() == Delivered(2, 0)
        assert buried == []

    def test_racing_takers_never_take_one_errand_twice(self, bench: Bench) -> None:
        """Eight of them take what waits of thirty."""
        account = bench.clock.new_id()
        parcels = [Parcel(id=bench.clock.new_id(), account_id=account, wake_at=NOON) for _ in range(30)]
        bench.store().observe(parcels)
        taken = fulfilled(race(*[lambda: bench.store().errands(Parcel, _LEASE, 10)] * 8))
        ids = [parcel.id for some in taken for parcel in some]
        left = bench.store().errands(Parcel, _LEASE, 100)
        assert len(ids) == len(set(ids))
        assert {*ids, *(parcel.id for parcel in left)} == {parcel.id for parcel in parcels}


class Heard:
    """A subscriber that keeps what it hears, and refuses one account's news if it is told to."""

    def __init__(self) -> None:
        self.rows: list[JournalRow] = []
        self.refuses: UUID | None = None
        self.stops_at: tuple[int, int] | None = None

    def __call__(self, row: JournalRow) -> None:
        """Keep the row, or fail."""
        if self.refuses == row.account_id or self.stops_at == (row.version, row.n):
            raise RuntimeError("not today")
        self.rows.append(row)


class Overtaken(SqlStore):
    """A store whose first commit is overtaken by something else, between the decision and the writing."""

    before_commit: Callable[[], None] | None = None

    def commit(self, units: Sequence[Unit]) -> None:
        """Let the others pass first."""
        first, self.before_commit = self.before_commit, None
        if first is not None:
            first()
        super().commit(units)


class LatestTime:
    """The control: a reader that remembers the latest time that it saw and reads what is after it."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._latest: datetime | None = None
        self.seen: set[UUID] = set()

    def read(self) -> None:
        """Read on from the latest time."""
        ours = JOURNAL.c.supplier_id == self._bench.supplier.id
        statement = sa.select(JOURNAL.c.account_id, JOURNAL.c.at).where(ours)
        if self._latest is not None:
            statement = statement.where(JOURNAL.c.at > self._latest)
        with self._bench.engines.reading() as connection:
            for row in connection.execute(statement):
                self.seen.add(row.account_id)
                self._latest = max(self._latest or row.at, row.at)
