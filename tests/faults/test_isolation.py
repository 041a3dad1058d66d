"""Right at any isolation level: the races end alike."""

import threading

import pytest

from faults.flows import BROWSER, link
from faults.levels import LEVELS, engines_at
from lockportal.core.actor import SYSTEM
from lockportal.core.errors import LockportalError, Refused
from lockportal.plugins import hookimpl
from lockportal.testing.bench import Bench, fulfilled, race
from lockportal.testing.specimen import Count, Counter, counter_id
from lockportal.testing.storage.versions import Careless
from lockportal.testing.world import World

RACERS = 16


@pytest.fixture(scope="module", params=LEVELS)
def engines(request):
    with engines_at(request, request.param) as made:
        yield made


class Shared:
    """Hands these engines to a portal."""

    def __init__(self, engines):
        self._engines = engines

    @hookimpl
    def lockportal_engines(self, database):
        return self._engines


@pytest.fixture(scope="module")
def house(engines):
    with World(0, plugins=[Shared(engines)]) as made:
        yield made


@pytest.fixture
def bench(engines):
    made = Bench(engines=engines)
    made.make_schema()
    return made


def level_of(engines):
    with engines.writing() as connection:
        statement = "SHOW transaction_isolation" if engines.dialect == "postgresql" else "SELECT @@tx_isolation"
        return connection.exec_driver_sql(statement).scalar_one()


def test_the_levels_are_what_they_are_called(engines, request):
    name = request.node.callspec.id
    wanted = {"rc": "read committed", "rr": "repeatable read", "ser": "serializable"}[name.split("-")[1]]
    assert level_of(engines).lower().replace("-", " ") == wanted


def click_at_once(house, seed, key):
    """Sixteen clicks on one link, of a world of its own."""
    with World(seed, key=key, beside=house) as world:
        token = link(world)

        def click():
            try:
                return world.portal.access.redeem(token, binding=BROWSER).cookie
            except Refused as refused:
                return refused.code

        answers = fulfilled(race(*[click] * RACERS))
        assert answers.count("link.used") == RACERS - 1
        assert world.books().rows["lockportal_session"] == 1


@pytest.mark.guarantee(33)
def test_sixteen_clicks_on_one_link_start_one_session_at_any_level(house, seed, tier):
    for number in range(tier.times(1, 4, 12)):
        click_at_once(house, seed, f"race-{number}")


@pytest.mark.guarantee(33)
def test_no_increment_is_lost_and_no_key_counts_twice_at_any_level(bench, tier):
    account, many = bench.clock.new_id(), tier.times(3, 10, 30)

    def count():
        for number in range(many):
            bench.count(account)
            bench.shell().run(Count(account_id=account), SYSTEM, key=f"k-{number}")

    fulfilled(race(*[count] * 8))
    assert value(bench, account) == 8 * many + many


@pytest.mark.guarantee(33)
def test_one_of_many_who_want_a_number_has_it_at_any_level(house, seed):
    world = World(seed, key="numbers", beside=house)

    def claim():
        try:
            return str(world.portal.profiles.open_customer("C-1", "Alpha", by=SYSTEM))
        except LockportalError as error:
            return error.code

    answers = fulfilled(race(*[claim] * RACERS))
    assert answers.count("customer.number_taken") == RACERS - 1
    assert world.books().rows["lockportal_customer"] == 1
    world.close()


def test_without_the_check_of_the_version_increments_are_lost_at_any_level(bench, monkeypatch):
    account, together, alone = bench.clock.new_id(), threading.Barrier(4), threading.Lock()
    bench.count(account)
    monkeypatch.setattr("lockportal.storage.store.Writer", Careless)

    def count():
        store = bench.store()
        monkeypatch.setattr(store, "commit", lambda units, commit=store.commit: _after(together, alone, commit, units))
        bench.shell(store).run(Count(account_id=account), SYSTEM)

    fulfilled(race(*[count] * 4))
    assert value(bench, account) == 2


def _after(together, alone, commit, units):
    """Commit one after the other, when everybody has read."""
    together.wait(120)
    with alone:
        commit(units)


def value(bench, account):
    return bench.account(account, Counter).get(Counter, counter_id(account)).value


@pytest.mark.tier_c
@pytest.mark.guarantee(33)
@pytest.mark.parametrize("strict", ["OFF", "ON"])
def test_a_server_s_own_default_changes_no_write_and_no_race(strict, own_server, seed):
    options = ("--transaction-isolation=SERIALIZABLE", f"--innodb-snapshot-isolation={strict}")
    with own_server("mariadb", *options) as server, World(seed, database=server.url) as world:
        assert level_of(world.portal.engines) == "READ-COMMITTED"
        for number in range(3):
            click_at_once(world, seed, f"race-{number}")
