"""Commits whose answer is lost on the way: what was committed is found, what was not is done, and nothing is done twice."""

import threading
from random import Random

import pytest
import sqlalchemy as sa

from lockportal.core.actor import SYSTEM
from lockportal.core.errors import Conflict
from lockportal.storage.engines import open_engines
from lockportal.testing.bench import Bench, fulfilled, race
from lockportal.testing.faults import Act, Proxy
from lockportal.testing.specimen import Count, Counter, counter_id


@pytest.fixture
def proxy(server_url):
    with Proxy(server_url) as made:
        yield made


@pytest.fixture
def bench(proxy):
    made = Bench(engines=open_engines(proxy.url))
    made.make_schema()
    made.store().observe([])  # the supplier's key of claims is drawn before anything breaks
    yield made
    made.engines.dispose()


@pytest.fixture
def straight(server_url):
    """The same database, not by the proxy."""
    made = Bench(engines=open_engines(server_url))
    yield made
    made.engines.dispose()


class AtCommit:
    """Acts upon the next commit of a unit: one of a connection that is only being set up passes."""

    def __init__(self, proxy):
        self.proxy, self.next, self.met = proxy, Act.PASS, 0
        proxy.rule = self

    def __call__(self, statement):
        if statement != "COMMIT" or self.proxy.seen[-2].startswith("SET "):
            return Act.PASS
        act, self.next = self.next, Act.PASS
        self.met += act is not Act.PASS
        return act


def value(bench, account):
    return bench.account(account, Counter).get(Counter, counter_id(account)).value


def versions(bench, account):
    return [row.version for row in bench.store().journal(account, 0, 10_000)]


@pytest.mark.guarantee(25)
def test_a_commit_whose_answer_is_cut_off_has_one_effect(bench, straight, proxy, tier):
    account, shell, at_commit = bench.clock.new_id(), bench.shell(), AtCommit(proxy)
    bench.count(account)
    many = tier.times(24, 500)
    for number in range(many):
        at_commit.next = (Act.CUT_ANSWERED, Act.CUT_SENT, Act.CUT_ANSWERED, Act.CUT_BEFORE)[number % 4]
        receipt = shell.run(Count(account_id=account), SYSTEM, key=f"k-{number}" if number % 3 else None)
        assert receipt.version == number + 2
    assert at_commit.met == many
    assert value(straight, account) == many + 1
    assert versions(straight, account) == list(range(1, many + 2))


@pytest.mark.guarantee(25)
def test_a_batch_whose_answer_is_cut_off_has_one_effect_for_each_account(bench, straight, proxy, tier):
    accounts, shell, at_commit = [bench.clock.new_id() for _ in range(5)], bench.shell(), AtCommit(proxy)
    many = tier.times(8, 100)
    for number in range(many):
        at_commit.next = (Act.CUT_ANSWERED, Act.CUT_SENT)[number % 2]
        receipts = shell.run_batch([Count(account_id=account) for account in accounts], SYSTEM)
        assert [receipt.version for receipt in receipts] == [number + 1] * 5
    assert at_commit.met == many
    assert [value(straight, account) for account in accounts] == [many] * 5


def test_who_takes_a_lost_answer_for_a_failure_does_it_twice(bench, straight, proxy):
    account, store, at_commit = bench.clock.new_id(), bench.store(), AtCommit(proxy)
    bench.count(account)
    store.committed = lambda unit: False
    for _ in range(5):
        at_commit.next = Act.CUT_ANSWERED
        bench.shell(store).run(Count(account_id=account), SYSTEM)
    assert value(straight, account) == 11


@pytest.mark.guarantee(25)
def test_threads_whose_connections_are_cut_anywhere_do_everything_once(bench, straight, proxy, seed, tier):
    accounts, many = [bench.clock.new_id() for _ in range(4)], tier.times(6, 40)
    cuts = dict.fromkeys((Act.CUT_BEFORE, Act.CUT_SENT, Act.CUT_ANSWERED), 0.02)
    draw, lock = Random(seed), threading.Lock()

    def rule(_):
        with lock:
            return draw.choices([*cuts, Act.PASS], weights=[*cuts.values(), 0.94])[0]

    def work(worker):
        shell = bench.shell()
        for number in range(many):
            while True:
                try:
                    shell.run(Count(account_id=accounts[number % 4]), SYSTEM, key=f"{worker}-{number}")
                    break
                except (sa.exc.DBAPIError, ConnectionError, Conflict):
                    continue

    for account in accounts:
        bench.count(account)
    proxy.rule = rule
    fulfilled(race(*(lambda worker=worker: work(worker) for worker in range(4))))
    assert sum(value(straight, account) for account in accounts) == 4 * many + 4
