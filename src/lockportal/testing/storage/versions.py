"""Storage contract: one optimistic version for each account, won by one writer at a time."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
import sqlalchemy as sa

from lockportal.core.account import Change, Decision, Owner
from lockportal.core.actor import SYSTEM
from lockportal.core.errors import Conflict
from lockportal.core.ports import Unit
from lockportal.core.record import Stamp
from lockportal.storage.engines import Engines, open_engines
from lockportal.storage.unit import Writer
from lockportal.testing.bench import NOON, Bench, fulfilled, race
from lockportal.testing.specimen import Counted, Counter, counter_id
from lockportal.testing.storage.ground import Ground

_THREADS = 16
_PROCESSES = 4


class VersionsContract(Ground):
    """Nothing that was committed is lost, and nothing is committed on what has changed."""

    def test_a_unit_on_an_old_version_is_a_conflict(self, bench: Bench) -> None:
        """Both on a new account and on a known one, and nothing of it is written."""
        account = bench.clock.new_id()
        bench.store().commit([_unit(bench, account, 0, 1)])
        for version in (0, 0, 7):
            with pytest.raises(Conflict):
                bench.store().commit([_unit(bench, account, version, 99)])
        assert _value(bench, account) == 1

    def test_a_conflict_of_one_unit_undoes_the_whole_commit(self, bench: Bench) -> None:
        """Units that are committed together are written together or not at all."""
        good, bad = sorted([bench.clock.new_id(), bench.clock.new_id()])
        bench.count(bad)
        with pytest.raises(Conflict):
            bench.store().commit([_unit(bench, good, 0, 1), _unit(bench, bad, 0, 9)])
        assert bench.store().load([good], [], {}) == {}
        assert _value(bench, bad) == 1

    def test_no_increment_is_lost_among_threads(self, bench: Bench) -> None:
        """Sixteen threads count one account up, three times each."""
        account = bench.clock.new_id()

        def count() -> None:
            for _ in range(3):
                bench.count(account)

        fulfilled(race(*[count] * _THREADS))
        assert _value(bench, account) == _THREADS * 3
        assert bench.store().load([account], [], {})[account].version == _THREADS * 3

    def test_without_the_check_of_the_version_increments_are_lost(self, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        """The control of the test above: the same race over a store that does not check."""
        account = bench.clock.new_id()
        bench.count(account)
        monkeypatch.setattr("lockportal.storage.store.Writer", Careless)
        together = threading.Barrier(_THREADS)

        def count() -> None:
            read = bench.store().load([account], [Counter], {})[account]
            together.wait()
            value = next(iter(read.records[Counter].values()))
            assert isinstance(value, Counter)
            bench.store().commit([_unit(bench, account, read.version, value.value + 1, before=value)])

        fulfilled(race(*[count] * _THREADS))
        assert _value(bench, account) == 2  # noqa: PLR2004 - sixteen wrote what the first one wrote

    def test_the_journal_counts_every_version_once(self, bench: Bench) -> None:
        """Versions are gapless: 1, 2, 3 … each with its events from 0."""
        account = bench.clock.new_id()
        fulfilled(race(*[lambda: bench.count(account)] * 8))
        rows = bench.store().journal(account, 0, 100)
        assert [(row.version, row.n) for row in rows] == [(version, 0) for version in range(1, 9)]
        assert {row.type for row in rows} == {"specimens.counted"}

    def test_accounts_do_not_wait_for_each_other_for_ever(self, bench: Bench) -> None:
        """Units of several accounts, committed at once in opposite orders, all get through."""
        accounts = [bench.clock.new_id() for _ in range(6)]

        def both(order: Sequence[UUID]) -> None:
            for _ in range(5):
                _retried(bench, order)

        fulfilled(race(*(lambda order=order: both(order) for order in (accounts, accounts[::-1]) * 2)))
        assert [_value(bench, account) for account in accounts] == [20] * 6

    def test_processes_share_a_file_without_a_locked_database(self, bench: Bench, engines: Engines) -> None:
        """Four processes of three threads each count one account of an SQLite file: no error, none lost."""
        url = _file(engines)
        account = bench.clock.new_id()
        context = multiprocessing.get_context("spawn")
        workers = [context.Process(target=_work, args=(url, account, 3, 5)) for _ in range(_PROCESSES)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        assert [worker.exitcode for worker in workers] == [0] * _PROCESSES
        assert _value(bench, account) == _PROCESSES * 3 * 5

    def test_a_plain_begin_surfaces_a_locked_database(self, bench: Bench, engines: Engines) -> None:
        """The control of the test above: who reads first and writes then is told that the database is locked."""
        _file(engines)
        account = bench.clock.new_id()
        bench.count(account)
        with engines.writes.connect() as connection:
            connection.exec_driver_sql("BEGIN")
            connection.exec_driver_sql("SELECT count(*) FROM lockportal_counter WHERE supplier_id = ?", (b"",))
            bench.count(account)
            with pytest.raises(sa.exc.OperationalError, match="database is locked"):
                connection.exec_driver_sql("UPDATE lockportal_counter SET value = 0 WHERE supplier_id = ?", (b"",))


class Careless(Writer):
    """A writer that checks no version: the control of the races."""

    def _versions(self, units: Sequence[Unit]) -> None:
        """Check nothing."""

    def _journal(self, units: Sequence[Unit], salts: object) -> None:
        """Write nothing: the journal's key would notice."""

    def _marks(self, units: Sequence[Unit]) -> None:
        """Write nothing."""


def _unit(bench: Bench, account: UUID, version: int, value: int, before: Counter | None = None) -> Unit:
    counter = Counter(id=counter_id(account), account_id=account, value=value)
    stamp = Stamp(bench.clock.new_id(), NOON, SYSTEM)
    decision = Decision((Counted(counter=counter),), (Change(before, counter),), ())
    return Unit(account_id=account, kind=Owner.CUSTOMER, version=version, stamp=stamp, decision=decision)


def _value(bench: Bench, account: UUID) -> int:
    found = bench.account(account, Counter).get(Counter, counter_id(account))
    return found.value


def _retried(bench: Bench, accounts: Sequence[UUID]) -> None:
    """Count several accounts up in one commit, again and again until it holds."""
    store = bench.store()
    for _ in range(400):
        known = store.load(accounts, [Counter], {})
        units = []
        for account in accounts:
            found = known.get(account)
            before = None if found is None else found.records[Counter][counter_id(account)]
            old = before if isinstance(before, Counter) else None
            value = 0 if old is None else old.value
            units.append(_unit(bench, account, 0 if found is None else found.version, value + 1, before=old))
        try:
            store.commit(units)
        except Conflict:
            continue
        return
    raise AssertionError("four hundred conflicts in a row")


def _file(engines: Engines) -> str:
    database = engines.writes.url.database
    if engines.dialect != "sqlite" or database in {None, "", ":memory:"}:
        pytest.skip("a matter of SQLite's files")
    return engines.writes.url.render_as_string(hide_password=False)


def _work(url: str, account: UUID, threads: int, times: int) -> None:
    """Count in a process of its own."""
    bench = Bench(engines=open_engines(url))

    def count(_: int) -> None:
        for _ in range(times):
            bench.count(account)

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(count, range(threads)))
