"""Dispatchers that are killed while they deliver, to receivers that fail: everything is heard, in each account's order."""

from contextlib import suppress
from datetime import timedelta
from random import Random

import pytest

from lockportal.storage.engines import open_engines
from lockportal.testing.bench import Bench
from lockportal.testing.faults import Dispatchers, Receiver, order_kept
from lockportal.testing.world import Notes, VirtualClock

PROCESSES, ACCOUNTS = 3, 12


class House:
    """Accounts with news in a database, dispatchers of them, and what their receiver heard."""

    def __init__(self, url, folder, seed, versions, failing=0.3):
        self.url, self.folder, self.seed = url, folder, seed
        self.clock = VirtualClock(seed)
        self.bench = Bench(engines=open_engines(url), clock=self.clock)
        self.bench.make_schema()
        self.accounts = [self.clock.new_id() for _ in range(ACCOUNTS)]
        for account in self.accounts * versions:
            self.bench.count(account)
        self.bench.engines.dispose()
        self.receiver = Receiver(Notes(folder / "heard"), failing=failing, seed=seed)

    def run(self, kills, until, handler=lambda receiver: receiver):
        """Let dispatchers deliver, and be killed, until something is so."""

        def make(name):
            handlers = {"also": handler(self.receiver.branch(name))}
            shell = Bench(engines=open_engines(self.url), clock=self.clock.branch(name), handlers=handlers).shell()
            return lambda: shell.deliver(3)

        with Dispatchers(make, processes=PROCESSES, folder=self.folder) as dispatchers:
            dispatchers.harass(kills=kills, every=0.1, random=Random(self.seed))
            dispatchers.wait(until, seconds=600)

    def later(self):
        """Let whatever was leased by the killed, or waits after a failure, be free again."""
        self.clock.advance(timedelta(minutes=2))

    def marks(self):
        """How many accounts have news that nobody has had."""
        with self.bench.engines.reading() as connection:
            found = connection.exec_driver_sql(
                "SELECT count(*) FROM lockportal_outbox WHERE subscriber = 'specimens.also'"
            ).scalar()
        self.bench.engines.dispose()
        return found


@pytest.mark.guarantee(28)
def test_what_killed_dispatchers_leave_is_delivered_by_others(database_url, tmp_path, seed, tier):
    versions = tier.times(4, 25)
    house = House(database_url, tmp_path, seed, versions)

    def all_heard():
        house.later()
        return len(house.receiver.ids()) == ACCOUNTS * versions

    house.run(tier.times(4, 20), all_heard)
    heard = house.receiver.heard()
    assert set(heard) == set(house.accounts)
    assert all(order_kept(messages) for messages in heard.values())
    house.clock.advance(timedelta(hours=2))
    assert house.bench.shell().deliver().failed == 0
    assert house.marks() == 0


def test_a_subscriber_that_takes_a_failure_for_success_loses_what_it_was_told(database_url, tmp_path, seed):
    house = House(database_url, tmp_path, seed, 4, failing=0.6)

    def careless(receiver):
        def hear(*rows):
            with suppress(ConnectionError):
                receiver(*rows)

        return hear

    def nothing_left():
        house.later()
        return house.marks() == 0

    house.run(2, nothing_left, careless)
    assert len(house.receiver.ids()) < ACCOUNTS * 4
