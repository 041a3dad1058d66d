"""Servers that are killed under load: what was acknowledged is there when they are back."""

import threading
import time

import pytest
import sqlalchemy as sa

from lockportal.core.actor import SYSTEM
from lockportal.core.errors import Conflict
from lockportal.storage.engines import open_engines
from lockportal.testing.bench import Bench
from lockportal.testing.specimen import Count, Counter, counter_id
from waiting import soon

DURABLE = {
    "postgresql": ("fsync=on", "synchronous_commit=on"),
    "mariadb": ("--innodb-flush-log-at-trx-commit=1", "--sync-binlog=1"),
}
FORGETFUL = {
    "postgresql": ("fsync=on", "synchronous_commit=off", "wal_writer_delay=10s"),
    "mariadb": ("--innodb-flush-log-at-trx-commit=0", "--innodb-flush-log-at-timeout=100"),
}
THREADS = 4
LOAD = 20
"""So many increments of each thread are acknowledged between one kill and the next."""


class Load:
    """Threads that count accounts up, each increment by a key of its own until it is acknowledged."""

    def __init__(self, bench):
        self.bench, self.accounts = bench, [bench.clock.new_id() for _ in range(THREADS)]
        self.acknowledged, self.errors = [[] for _ in range(THREADS)], []
        self._ended = threading.Event()
        self._threads = [threading.Thread(target=self._work, args=(n,)) for n in range(THREADS)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._ended.set()
        for thread in self._threads:
            thread.join()
        assert self.errors == []

    def _work(self, place):
        account, shell, mine = self.accounts[place], self.bench.shell(), self.acknowledged[place]
        while not self._ended.is_set():
            try:
                mine.append(shell.run(Count(account_id=account), SYSTEM, key=f"k-{len(mine)}").version)
            except (sa.exc.DBAPIError, ConnectionError, Conflict):
                time.sleep(0.02)
            except Exception as error:  # noqa: BLE001 - told by the test
                self.errors.append(error)
                return

    def goes_on(self):
        """Wait until each thread has had some more acknowledged, or has failed."""
        wanted = [len(versions) + LOAD for versions in self.acknowledged]
        soon(lambda: self.errors or all(len(mine) >= many for mine, many in zip(self.acknowledged, wanted, strict=True)))

    def lost(self, acknowledged):
        """The acknowledged versions that are not in the journal."""
        found = []
        for account, versions in zip(self.accounts, acknowledged, strict=True):
            there = {row.version for row in self.bench.store().journal(account, 0, 1_000_000)}
            found += [version for version in versions if version not in there]
        return found


def kill_under_load(server, bench, load):
    """Kill the server; what had been acknowledged by then and is not there once it is back."""
    load.goes_on()
    acknowledged = [list(versions) for versions in load.acknowledged]
    server.kill()
    server.start()
    return load.lost(acknowledged)


@pytest.mark.tier_c
@pytest.mark.guarantee(24)
@pytest.mark.parametrize("kind", ["postgresql", "mariadb"])
def test_what_a_killed_server_had_acknowledged_is_there_when_it_is_back(kind, own_server, tier):
    with own_server(kind, *DURABLE[kind]) as server:
        bench = Bench(engines=open_engines(server.url))
        bench.make_schema()
        with Load(bench) as load:
            for _ in range(tier.times(1, 4, 50)):
                assert kill_under_load(server, bench, load) == []
            load.goes_on()
        assert load.lost(load.acknowledged) == []
        for account, versions in zip(load.accounts, load.acknowledged, strict=True):
            counted = bench.account(account, Counter).get(Counter, counter_id(account)).value
            assert versions == list(range(1, len(versions) + 1))
            assert counted - len(versions) in {0, 1}  # one may be committed whose answer was not waited for any more
        bench.engines.dispose()


@pytest.mark.tier_c
@pytest.mark.parametrize("kind", ["postgresql", "mariadb"])
def test_a_server_that_acknowledges_before_it_has_written_loses_some(kind, own_server):
    with own_server(kind, *FORGETFUL[kind]) as server:
        bench = Bench(engines=open_engines(server.url))
        bench.make_schema()
        with Load(bench) as load:
            lost = next((found for _ in range(50) if (found := kill_under_load(server, bench, load))), [])
        assert lost
        bench.engines.dispose()
