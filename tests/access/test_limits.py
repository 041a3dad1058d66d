"""How many links may be asked for: by an address, by a network, over all processes, and no longer than the window."""

import itertools
import multiprocessing
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from datetime import timedelta

import pytest
import sqlalchemy as sa

from forked import forked
from lockportal.access.limits.networks import network_of
from lockportal.access.limits.storage import TallyStorage
from lockportal.access.models import AccessSettings, LinkRequested
from lockportal.core.actor import VISITOR
from lockportal.core.errors import Limited
from lockportal.signing import digest
from lockportal.storage.engines import open_engines
from lockportal.storage.tables import QUOTA
from lockportal.testing.guard import counting
from waiting import AMPLE

ANNA = "anna@example.com"
BROWSER = "the asking browser's own secret"
CALLS, PROCESSES, LIMIT, MOST = 1_000, 4, 20, 100
WINDOW = timedelta(minutes=15)


def asked(house):
    return len(house.rows(LinkRequested))


def tallies(house):
    with house.engines.reading() as connection:
        return connection.execute(sa.select(QUOTA)).all()


@pytest.mark.parametrize(
    ("client", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("unix:", ""),
        ("192.0.2.7:80", ""),
    ],
)
def test_a_network_is_an_ipv4_address_or_the_first_half_of_an_ipv6_one(client, network):
    assert network_of(client) == network


@pytest.mark.guarantee(8)
def test_the_sixth_link_for_an_address_is_not_sent_and_nobody_is_told(house):
    house.contact(house.customer())
    codes = []
    for number in range(8):
        codes.append(house.access.request_link(ANNA.upper() if number % 2 else ANNA, binding=BROWSER).code)
        house.clock.forward(minutes=1)
    assert len(codes) == len(set(codes))
    assert asked(house) == 5
    house.clock.forward(minutes=6, seconds=59)
    house.access.request_link(ANNA, binding=BROWSER)
    assert asked(house) == 5
    house.clock.forward(seconds=1)
    house.access.request_link(ANNA, binding=BROWSER)
    assert asked(house) == 6


@pytest.mark.guarantee(7)
@pytest.mark.guarantee(8)
def test_beyond_the_limit_known_and_unknown_addresses_cost_the_same(house):
    house.contact(house.customer())
    counts = {}
    for address in ("warm@example.com", ANNA, "nobody@example.com"):
        counts[address] = []
        for _ in range(7):
            with counting(house.engines) as seen:
                house.access.request_link(address, binding=BROWSER, client="192.0.2.7" if address != ANNA else "192.0.2.8")
            counts[address].append([statement.split("(")[0] for statement in seen])
    assert counts[ANNA][0] == counts["nobody@example.com"][0]
    assert counts[ANNA] == counts["nobody@example.com"]
    assert len(counts[ANNA][6]) < len(counts[ANNA][0])


@pytest.mark.guarantee(8)
def test_the_twenty_first_link_of_a_network_is_refused_with_the_time_to_wait(house):
    house.contact(house.customer())
    house.access.request_link(ANNA, binding=BROWSER, client="2001:db8::")
    for number in range(1, 20):
        house.clock.forward(seconds=10)
        house.access.request_link(f"{number}@example.com", binding=BROWSER, client=f"2001:db8::{number:x}")
    house.clock.forward(seconds=10)
    for client in ("2001:db8::ffff", "2001:db8:0:0:1::"):
        with pytest.raises(Limited) as caught:
            house.access.request_link(ANNA, binding=BROWSER, client=client)
        assert caught.value.code == "link.too_many"
        assert caught.value.status == 429
        assert caught.value.retry_after == 900 - 200
        assert "12 minutes" in caught.value.message
    house.access.request_link(ANNA, binding=BROWSER, client="2001:db8:0:1::")
    house.access.request_link(ANNA, binding=BROWSER)
    assert asked(house) == 22
    house.clock.forward(seconds=699)
    with pytest.raises(Limited) as caught:
        house.access.request_link(ANNA, binding=BROWSER, client="2001:db8::")
    assert caught.value.retry_after == 1
    house.clock.forward(seconds=1)
    house.access.request_link(ANNA, binding=BROWSER, client="2001:db8::")


@pytest.mark.guarantee(8)
def test_spam_neither_ends_a_session_nor_keeps_anybody_out_for_longer_than_the_window(house):
    house.contact(house.customer())
    cookie = house.sign_in().cookie
    house.clock.forward(seconds=1)
    began = house.clock.now()
    for _ in range(40):
        house.access.request_link(ANNA, binding="an attacker's")
        house.shell.deliver()
        house.clock.forward(seconds=20)
        assert house.access.authenticate(cookie) != VISITOR
    house.clock.time = began + WINDOW
    house.access.redeem(house.ask(), binding=BROWSER)
    assert house.access.authenticate(cookie) != VISITOR


@pytest.mark.guarantee(3)
def test_neither_an_address_nor_a_network_stands_in_the_counters_and_old_ones_go(house):
    house.contact(house.customer())
    house.access.request_link(ANNA, binding=BROWSER, client="192.0.2.7")
    text = repr(tallies(house))
    assert len(tallies(house)) == 3
    assert not any(secret in text for secret in (ANNA, "anna", "192.0.2.7", digest(ANNA).hex(), repr(digest("192.0.2.7"))))
    house.clock.forward(minutes=15)
    house.ask("nobody@example.com")
    assert len(tallies(house)) == 1


def test_the_settings_say_how_many(quick):
    strict = quick.again(
        options=(AccessSettings(links_per_address=1, links_per_network=2, links_per_network_most=3, limit_minutes=1),)
    )
    for _ in range(2):
        strict.access.request_link(ANNA, binding=BROWSER, client="192.0.2.7")
    with pytest.raises(Limited):
        strict.access.request_link(ANNA, binding=BROWSER, client="192.0.2.7")
    strict.access.request_link("ben@example.com", binding=BROWSER, client="192.0.2.7")
    with pytest.raises(Limited) as caught:
        strict.access.request_link("cleo@example.com", binding=BROWSER, client="192.0.2.7")
    assert caught.value.retry_after == 60
    assert asked(strict) == 2
    strict.clock.forward(minutes=1)
    strict.access.request_link(ANNA, binding=BROWSER, client="192.0.2.7")
    assert asked(strict) == 3
    stricter = quick.again(options=(AccessSettings(links_per_network=2, links_per_network_most=1),))
    for email, passes in (("1@example.com", True), ("2@example.com", True), ("3@example.com", False)):
        with nullcontext() if passes else pytest.raises(Limited):
            stricter.access.request_link(email, binding=BROWSER, client="192.0.2.8")


@pytest.mark.parametrize(
    "wrong",
    [
        {"limit_minutes": 16},
        {"links_per_address": 0},
        {"links_per_network": 0},
        {"links_per_network_most": 0},
        {"code_tries": 11},
    ],
)
def test_limits_out_of_bounds_are_refused_by_name(wrong):
    with pytest.raises(ValueError, match=f"access.{next(iter(wrong))}"):
        AccessSettings(**wrong)


@pytest.mark.guarantee(34)
def test_a_neighbour_supplier_counts_for_itself(house):
    for _ in range(6):
        house.access.request_link(ANNA, binding=BROWSER)
    neighbour = house.again(key="south")
    before = asked(house)
    neighbour.access.request_link(ANNA, binding=BROWSER)
    assert asked(house) == before + 1
    neighbour.shell.tallies.drop()
    assert len(tallies(house)) == 1


# the storage that the library is given


def test_the_storage_of_the_library_keeps_what_it_promises(house):
    storage, start = TallyStorage(house.shell.tallies), house.clock.now()
    assert (storage.get("a"), storage.get_expiry("a"), storage.check()) == (0, 0.0, True)
    assert [storage.incr("a", 60), storage.incr("a", 60, 3), storage.incr("b", 60)] == [1, 4, 1]
    house.clock.forward(seconds=59)
    assert storage.incr("a", 60) == 5
    assert storage.get_expiry("a") == (start + timedelta(seconds=60)).timestamp()
    house.clock.forward(seconds=1)
    assert storage.get("a") == 0
    assert storage.incr("a", 60, 2) == 2
    assert storage.get_expiry("a") == (start + timedelta(seconds=120)).timestamp()
    storage.clear("a")
    assert (storage.get("a"), len(tallies(house))) == (0, 1)
    storage.incr("a", 60)
    house.shell.tallies.sweep()
    assert len(tallies(house)) == 1
    assert storage.reset() is None
    assert tallies(house) == []
    assert issubclass(ConnectionError, storage.base_exceptions)


def elsewhere(house, url):
    """The same house in another process, with engines of its own."""
    return type(house)(open_engines(url), house.folder, house.clock)


@pytest.mark.guarantee(8)
def test_a_thousand_calls_of_four_processes_let_the_limit_pass_and_no_more(house, database_url):
    house.engines.dispose()

    def call(_):
        mine, passed = elsewhere(house, database_url), 0
        for _ in range(CALLS // PROCESSES):
            try:
                mine.access.request_link(ANNA, binding=BROWSER, client="192.0.2.7")
                passed += 1
            except Limited:
                pass
        mine.engines.dispose()
        return passed

    assert sum(forked(call, PROCESSES)) == LIMIT
    assert asked(house) == 5


@pytest.mark.guarantee(8)
def test_for_any_addresses_four_processes_let_a_network_ask_so_often_and_no_more(house, database_url):
    house.engines.dispose()

    def call(number):
        mine, passed = elsewhere(house, database_url), 0
        for place in range(MOST):
            try:
                mine.access.request_link(f"{place}@example.com", binding=BROWSER, client="192.0.2.7")
                passed += 1
            except Limited:
                pass
        mine.engines.dispose()
        return passed

    assert sum(forked(call, PROCESSES)) == MOST


@pytest.mark.guarantee(8)
def test_threads_of_one_process_let_the_limit_pass_and_no_more(house):
    barrier = threading.Barrier(16)

    def call(_):
        barrier.wait(120)
        return [house.access._limiter.admits(ANNA) for _ in range(5)]

    with ThreadPoolExecutor(16) as pool:
        assert sum(itertools.chain(*pool.map(call, range(16)))) == 5


def test_the_race_of_processes_would_catch_whoever_reads_and_then_writes(house, database_url):
    """A counter that is read and compared by all four before any of them counts, on the same table."""
    first = digest("naive")
    house.shell.tallies.add(first, 1, WINDOW)
    house.engines.dispose()
    read = multiprocessing.get_context("fork").Barrier(PROCESSES, timeout=AMPLE)

    def call(_):
        mine, passed = elsewhere(house, database_url), 0
        for _ in range(LIMIT):
            lets = mine.shell.tallies.read(first).count < LIMIT
            read.wait()
            if lets:
                mine.shell.tallies.add(first, 1, WINDOW)
                passed += 1
            read.wait()
        mine.engines.dispose()
        return passed

    assert 1 + sum(forked(call, PROCESSES)) == LIMIT + 1
