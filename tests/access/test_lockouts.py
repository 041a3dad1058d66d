"""Strangers who ask for somebody's links, window after window, keep out nobody who ever came in, or who reads the mail."""

import contextlib
from datetime import timedelta

import pytest

from forked import forked
from lockportal.access.limits.known import KNOWN_FOR, KnownBrowsers
from lockportal.access.limits.limiter import Asker, Limiter
from lockportal.access.models import LinkRequested
from lockportal.core.actor import VISITOR
from lockportal.core.errors import Limited, Refused
from lockportal.signing import Purpose
from lockportal.storage.engines import open_engines
from lockportal.testing.guard import counting

ANNA = "anna@example.com"
BROWSER = "the asking browser's own secret"
HERS = "192.0.2.7"
WINDOW = timedelta(minutes=15)
WINDOWS = 4


def came_in(house):
    """Anna signed in once; answer what her browser keeps of it."""
    house.contact(house.customer())
    known = house.sign_in().known_browser
    house.clock.forward(minutes=20)
    return known


def spam(house):
    """Use up everything that strangers may ask for: the address from anywhere, and the network of its person."""
    for number in range(12):
        house.access.request_link(ANNA, binding="an attacker's", client=f"198.51.100.{number}")
    for number in range(105):
        try:
            house.access.request_link(f"{number}@example.com", binding="an attacker's", client=HERS)
        except Limited:
            break
    house.shell.deliver(100)


def comes_in(house, **more):
    """Say whether Anna gets a link in her browser and comes in by it."""
    before = house.mails().keys()
    try:
        house.access.request_link(ANNA, binding=BROWSER, client=HERS, **more)
    except Limited:
        return False
    house.shell.deliver(100)
    (new,) = (house.mails().keys() - before) or ("",)
    return bool(new) and house.access.authenticate(redeemed(house, house.mails()[new]).cookie) != VISITOR


def redeemed(house, mail):
    text = mail.get_body(("plain",)).get_content()
    return house.access.redeem(text.partition("/sign-in/")[2].split()[0], binding=BROWSER)


@pytest.mark.guarantee(8)
def test_an_attacker_who_asks_first_in_every_window_keeps_no_known_browser_out(house):
    known = came_in(house)
    for _ in range(WINDOWS):
        spam(house)
        assert comes_in(house, known_browser=known)
        assert not comes_in(house), "the attacker has used up what strangers have"
        house.clock.forward(minutes=15)


def test_the_spam_would_catch_a_limiter_that_counts_everybody_together(house, monkeypatch):
    """The naive limiter has one counter for an address, and one for a network, whoever asks."""
    known = came_in(house)
    monkeypatch.setattr(KnownBrowsers, "knows", lambda *_: False)
    for _ in range(WINDOWS):
        spam(house)
        assert not comes_in(house, known_browser=known)
        house.clock.forward(minutes=15)


def repeat(house):
    """Use up what a network may ask again: strangers ask for the same few other addresses, until they are told to wait."""
    for number in range(21):
        told = contextlib.nullcontext() if number < 20 else pytest.raises(Limited)
        with told:
            house.access.request_link(f"{number % 3}@example.com", binding="an attacker's", client=HERS)


@pytest.mark.guarantee(8)
def test_strangers_of_the_same_network_who_ask_for_others_again_and_again_keep_no_new_browser_out(house):
    house.contact(house.customer())
    for _ in range(WINDOWS):
        repeat(house)
        for number in range(10):
            house.access.request_link(f"another{number}@example.com", binding="an attacker's", client=HERS)
        house.shell.deliver(100)
        assert comes_in(house)
        assert not comes_in(house), "it has asked for this address already"
        house.clock.forward(minutes=15)


def test_the_repeats_would_catch_a_limiter_that_has_one_counter_for_a_network(house, monkeypatch):
    """A control: the window that the naive limiter has."""
    house.contact(house.customer())
    monkeypatch.setattr(Limiter, "_more", 0)
    for _ in range(WINDOWS):
        repeat(house)
        assert not comes_in(house)
        house.clock.forward(minutes=15)


@pytest.mark.guarantee(7)
def test_when_a_network_has_used_up_what_it_may_ask_again_known_and_unknown_addresses_still_cost_the_same(house):
    house.contact(house.customer())
    seen = {}
    for address in ("warm@example.com", ANNA, "nobody@example.com"):
        repeat(house)
        seen[address] = []
        for _ in range(3):
            with counting(house.engines) as statements, contextlib.suppress(Limited):
                house.access.request_link(address, binding=BROWSER, client=HERS)
            seen[address].append([statement.split("(")[0] for statement in statements])
        house.clock.forward(minutes=15)
    assert seen[ANNA] == seen["nobody@example.com"]
    assert len(seen[ANNA][0]) > len(seen[ANNA][1]) == len(seen[ANNA][2]), "the first is let ask"


@pytest.mark.guarantee(8)
def test_who_reads_a_mail_that_an_attacker_asked_for_has_a_link_sent_for_their_own_browser(house):
    house.contact(house.customer())
    for _ in range(WINDOWS):
        spam(house)
        (token, *_) = (mail.get_body(("plain",)).get_content().partition("/sign-in/")[2].split()[0] for mail in sent(house))
        assert house.access.inspect(token, BROWSER).state in {"code_needed", "superseded"}
        before = house.mails().keys()
        house.access.request_again(token, binding=BROWSER)
        house.shell.deliver(100)
        (new,) = house.mails().keys() - before
        assert house.access.authenticate(redeemed(house, house.mails()[new]).cookie) != VISITOR
        house.clock.forward(minutes=15)


def test_the_mails_would_catch_a_limiter_that_counts_their_readers_among_the_strangers(house, monkeypatch):
    admits = Limiter.admits
    monkeypatch.setattr(Limiter, "admits", lambda self, address, _=None: admits(self, address))
    with pytest.raises(ValueError, match="unpack"):
        test_who_reads_a_mail_that_an_attacker_asked_for_has_a_link_sent_for_their_own_browser(house)


def sent(house):
    return [mail for mail in house.mails().values() if mail["To"] == ANNA]


@pytest.mark.guarantee(8)
def test_an_address_is_sent_so_many_links_for_strangers_known_browsers_and_readers_each_and_no_more(house, database_url):
    known = came_in(house)
    token = house.ask()
    house.clock.forward(minutes=20)
    before = len(house.rows(LinkRequested))
    house.engines.dispose()

    def call(_):
        mine = type(house)(open_engines(database_url), house.folder, house.clock)
        for number in range(25):
            mine.access.request_link(ANNA, binding=BROWSER, known_browser=known, client=HERS)
            mine.access.request_link(ANNA, binding=BROWSER, client=f"198.51.100.{number}")
            mine.access.request_again(token, binding=BROWSER)
        mine.engines.dispose()

    forked(call, 4)
    assert len(house.rows(LinkRequested)) - before == 3 * 5


@pytest.mark.guarantee(7)
def test_with_a_known_browser_too_any_other_address_costs_the_same(house):
    known = came_in(house)
    house.contact(house.customer("C-2", "Beta"), "ben@example.com")
    seen = {}
    for address in ("warm@example.com", "ben@example.com", "nobody@example.com"):
        seen[address] = []
        for _ in range(7):
            with counting(house.engines) as statements:
                house.access.request_link(address, binding=BROWSER, known_browser=known)
            seen[address].append([statement.split("(")[0] for statement in statements])
    assert seen["ben@example.com"] == seen["nobody@example.com"]


def asks_as(house, token, email=ANNA):
    """Say as whom somebody with a token is counted."""
    return Asker.KNOWN_BROWSER if house.access._known.knows(token, email, house.clock.now()) else Asker.STRANGER


def test_a_browser_is_known_for_its_own_address_under_any_spelling_for_a_year_and_to_its_supplier_alone(quick):
    known, now = came_in(quick), quick.clock.now()
    quick.clock.time = now - timedelta(minutes=20) + KNOWN_FOR - timedelta(seconds=1)
    assert asks_as(quick, known) is Asker.KNOWN_BROWSER
    assert asks_as(quick, known, "ben@example.com") is Asker.STRANGER
    assert asks_as(quick, known, "") is Asker.STRANGER
    assert asks_as(quick.again(key="south"), known) is Asker.STRANGER
    quick.clock.forward(seconds=1)
    assert asks_as(quick, known) is Asker.STRANGER
    quick.clock.time = now
    for _ in range(6):
        quick.access.request_link(ANNA, binding=BROWSER)
    count = len(quick.rows(LinkRequested))
    quick.access.request_link(f" {ANNA.upper()} ", binding=BROWSER, known_browser=known)
    assert len(quick.rows(LinkRequested)) == count + 1


@pytest.mark.guarantee(11)
def test_a_known_browser_stays_known_while_its_key_is_listed_and_what_is_forged_knows_nobody(quick):
    known = came_in(quick)
    newer = quick.again(keys=(*quick.context.signer._given, "a newer key of the tests, long enough"))
    assert asks_as(newer, known) is Asker.KNOWN_BROWSER
    without = quick.again(keys=("a newer key of the tests, long enough",))
    assert asks_as(without, known) is Asker.STRANGER
    signer = quick.context.signer
    mark, since = signer.read(Purpose.KNOWN_BROWSER, known)
    for forged in (
        "",
        "junk",
        f"{known}x",
        signer.sign(Purpose.ASKING, [mark, since]),
        *(signer.sign(Purpose.KNOWN_BROWSER, wrong) for wrong in ([mark[::-1], since], [mark, str(since)], mark)),
    ):
        assert asks_as(quick, forged) is Asker.STRANGER


@pytest.mark.guarantee(3)
def test_what_a_browser_keeps_rests_nowhere_tells_no_address_and_opens_nothing(house):
    known = came_in(house)
    assert known not in house.dump()
    for mark in house.context.signer.read(Purpose.KNOWN_BROWSER, known):
        assert str(mark) not in house.dump()
        assert ANNA not in str(mark)
    assert house.access.authenticate(known) == VISITOR
    with pytest.raises(Refused):
        house.access.redeem(known, binding=BROWSER)
