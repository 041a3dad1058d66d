"""Many who come at once: the account's version lets one through. A naive variant runs each race too, and must lose it."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from lockportal.access.mailing import link_of
from lockportal.access.models import LinkRequested, LinkState, LoginLink, Session
from lockportal.core.errors import Refused
from lockportal.signing import digest

ANNA = "anna@example.com"
BROWSER = "the asking browser's own secret"
RACERS = 16


def race(run):
    with ThreadPoolExecutor(RACERS) as pool:
        return list(pool.map(run, range(RACERS)))


def hold_back(monkeypatch, store, verb):
    """Hold each racer's first write back until all of them have read and decided."""
    barrier, passed, write = threading.Barrier(RACERS), threading.local(), getattr(store, verb)

    def held(what):
        if not hasattr(passed, "by"):
            passed.by = True
            barrier.wait(120)
        write(what)

    monkeypatch.setattr(store, verb, held)


def requests(house):
    moments = [house.clock.now() + timedelta(milliseconds=number) for number in range(RACERS)]
    return [
        LinkRequested(
            id=house.clock.new_id(),
            account_id=house.supplier.id,
            email=ANNA,
            binding=digest(BROWSER),
            asked_at=moment,
            expires_at=moment + timedelta(minutes=10),
        )
        for moment in moments
    ]


@pytest.mark.guarantee(1)
def test_sixteen_clicks_on_one_link_start_one_session(house, monkeypatch):
    house.contact(house.customer())
    token = house.ask()
    hold_back(monkeypatch, house.shell.store, "commit")

    def click(_):
        try:
            return house.access.redeem(token, binding=BROWSER).cookie
        except Refused as error:
            return error.code

    answers = race(click)
    assert answers.count("link.used") == RACERS - 1
    assert len(house.rows(Session)) == 1
    (cookie,) = set(answers) - {"link.used"}
    assert house.access.authenticate(cookie).session_id == house.rows(Session)[0].id


def test_the_race_for_a_link_would_catch_whoever_reads_and_then_writes(house, monkeypatch):
    house.contact(house.customer())
    house.ask()
    (link,) = house.rows(LoginLink)
    hold_back(monkeypatch, house.shell.store, "observe")

    def click(_):
        if link_of(house.shell, link.account_id, link.id).state is LinkState.ISSUED:
            now = house.clock.now()
            session = Session(
                id=house.clock.new_id(),
                account_id=link.account_id,
                secret=digest("any"),
                created_at=now,
                seen_at=now,
                expires_at=now + timedelta(hours=12),
            )
            house.shell.observe(session)

    race(click)
    assert len(house.rows(Session)) > 1


@pytest.mark.guarantee(5)
def test_sixteen_requests_at_once_leave_the_newest_link_open(house):
    house.contact(house.customer())
    asked = requests(house)
    race(lambda number: house.access.answer(asked[number]))
    states = {row.id: row.state for row in house.rows(LoginLink)}
    assert [key for key, state in states.items() if state is LinkState.ISSUED] == [asked[-1].id]


def test_the_race_of_requests_would_catch_whoever_reads_and_then_writes(house, monkeypatch):
    contact = house.contact(house.customer())
    asked = requests(house)
    hold_back(monkeypatch, house.shell.store, "observe")

    def answer(number):
        one = asked[number]
        if not house.rows(LoginLink):
            link = LoginLink(
                id=one.id,
                account_id=contact.person_id,
                binding=one.binding,
                asked_at=one.asked_at,
                created_at=one.asked_at,
                expires_at=one.asked_at + timedelta(minutes=10),
            )
            house.shell.observe(link)

    race(answer)
    assert len([row for row in house.rows(LoginLink) if row.state is LinkState.ISSUED]) > 1
