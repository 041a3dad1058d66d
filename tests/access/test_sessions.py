"""How long a session lasts, used or not; what is kept of its use; and where a person is signed in."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from crowds import crowd
from forked import forked
from lockportal.access.devices import device_of
from lockportal.access.models import AccessSettings, Session
from lockportal.core.actor import VISITOR
from lockportal.core.errors import Conflict, NotFound
from lockportal.storage.engines import open_engines
from lockportal.storage.tables import ACCOUNT
from lockportal.testing.guard import counting

ANNA = "anna@example.com"
BROWSER = "the asking browser's own secret"
DAY = timedelta(days=1)
KEPT = 10
"""One of so many sessions goes on, where the others are taken back."""
IDLE = AccessSettings(session_hours=24 * 30, idle_minutes=30)

AGENTS = {
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:141.0) Gecko/20100101 Firefox/141.0": ("Firefox", "Windows"),
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0 Safari/537.36 Edg/138.0": (
        "Edge",
        "Windows",
    ),
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15": (
        "Safari",
        "macOS",
    ),
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1 (KHTML, like Gecko) CriOS/138 Mobile Safari/6": (
        "Chrome",
        "iPhone",
    ),
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML) SamsungBrowser/28.0 Chrome/130.0 Mobile Safari/537.36": (
        "Samsung Internet",
        "Android",
    ),
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36": ("Chrome", "Linux"),
    "curl/8.5": ("", ""),
    "": ("", ""),
}


def seen(house):
    (row,) = house.rows(Session)
    return row.seen_at


@pytest.mark.parametrize("agent", AGENTS)
def test_browser_and_system_are_told_from_the_user_agent(agent):
    device = device_of(agent)
    assert (device.browser, device.system) == AGENTS[agent]


@pytest.mark.guarantee(12)
@pytest.mark.parametrize(("seconds", "fine"), [(-1, True), (0, False), (1, False)])
def test_a_session_that_is_not_used_is_over_after_an_hour_and_not_a_second_later(house, seconds, fine):
    house.contact(house.customer())
    signed_in = house.sign_in()
    house.clock.forward(hours=1, seconds=seconds)
    assert len(house.access.sessions(signed_in.actor.person_id, by=house.office)) == fine
    assert (house.access.authenticate(signed_in.cookie) != VISITOR) is fine


@pytest.mark.guarantee(12)
@pytest.mark.parametrize(("seconds", "fine"), [(-1, True), (0, False), (1, False)])
def test_a_session_that_is_used_is_over_at_its_absolute_end_and_not_a_second_later(house, seconds, fine):
    house.contact(house.customer())
    signed_in, start = house.sign_in(), house.clock.now()
    for half_hours in range(1, 24):
        house.clock.time = start + half_hours * timedelta(minutes=30)
        assert house.access.authenticate(signed_in.cookie) == signed_in.actor
    house.clock.time = start + timedelta(hours=12, seconds=seconds)
    assert len(house.access.sessions(signed_in.actor.person_id, by=house.office)) == fine
    assert (house.access.authenticate(signed_in.cookie) != VISITOR) is fine


@pytest.mark.guarantee(12)
@pytest.mark.parametrize(("seconds", "fine"), [(-1, True), (0, False), (1, False)])
def test_use_moves_the_idle_end(quick, seconds, fine):
    house = quick.again(options=(IDLE,))
    house.contact(house.customer())
    cookie = house.sign_in().cookie
    for _ in range(100):
        house.clock.forward(minutes=29, seconds=59)
        assert house.access.authenticate(cookie) != VISITOR
    house.clock.forward(minutes=30, seconds=seconds)
    assert (house.access.authenticate(cookie) != VISITOR) is fine


def test_use_is_written_once_a_minute_without_a_version_and_takes_one_statement_otherwise(house):
    house.contact(house.customer())
    signed_in, start = house.sign_in(), house.clock.now()
    with house.engines.reading() as connection:
        versions = connection.execute(sa.select(ACCOUNT.c.account_id, ACCOUNT.c.version)).all()
    written = []
    for second in range(0, 200, 5):
        house.clock.time = start + timedelta(seconds=second)
        with counting(house.engines) as sent:
            assert house.access.authenticate(signed_in.cookie) == signed_in.actor
        assert len([one for one in sent if one.startswith(("SELECT", "WITH"))]) == 1
        if any(one.startswith("UPDATE") for one in sent):
            written.append(second)
    assert written == [60, 120, 180]
    assert seen(house) == start + timedelta(seconds=180)
    with house.engines.reading() as connection:
        assert connection.execute(sa.select(ACCOUNT.c.account_id, ACCOUNT.c.version)).all() == versions
    assert not list(house.shell.verify(house.office))


def test_many_requests_at_once_write_once(house, database_url):
    house.contact(house.customer())
    cookie = house.sign_in().cookie
    house.clock.forward(minutes=5)
    house.engines.dispose()

    def request(number):
        mine = type(house)(open_engines(database_url), house.folder, house.clock)
        house.clock.forward(seconds=number)
        with counting(mine.engines) as sent:
            for _ in range(10):
                assert mine.access.authenticate(cookie) != VISITOR
        mine.engines.dispose()
        return len([one for one in sent if one.startswith("UPDATE")])

    assert max(forked(request)) <= 1
    assert timedelta(0) <= seen(house) - house.clock.now() <= timedelta(seconds=3)


def test_use_does_not_wake_an_ended_session_and_is_not_moved_back(house):
    house.contact(house.customer())
    signed_in, start = house.sign_in(), house.clock.now()
    person, session = signed_in.actor.person_id, signed_in.actor.session_id
    touch = house.shell.store.touch
    touch(Session, person, session, start + timedelta(minutes=10), timedelta(minutes=1))
    touch(Session, person, session, start + timedelta(minutes=5), timedelta(minutes=1))
    assert seen(house) == start + timedelta(minutes=10)
    house.access.sign_out(signed_in.actor)
    ended = house.rows(Session)
    touch(Session, person, session, start + DAY, timedelta(minutes=1))
    assert house.rows(Session) == ended
    assert house.access.authenticate(signed_in.cookie) == VISITOR


@pytest.mark.parametrize("error", [Conflict("account.changed"), ConnectionError("lost")])
def test_a_use_that_cannot_be_written_keeps_nobody_out(quick, monkeypatch, error):
    quick.contact(quick.customer())
    signed_in = quick.sign_in()
    quick.clock.forward(minutes=5)

    def broken(*_):
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(quick.shell.store, "touch", broken, raising=False)
        assert quick.access.authenticate(signed_in.cookie) == signed_in.actor
    before = seen(quick)
    quick.access.authenticate(signed_in.cookie)
    assert seen(quick) == before + timedelta(minutes=5)


def test_somebody_who_may_no_longer_come_leaves_no_trace_of_use(quick):
    account_id = quick.customer()
    contact = quick.contact(account_id)
    cookie = quick.sign_in().cookie
    before = seen(quick)
    quick.profiles.disable_contact(account_id, contact.id, by=quick.office)
    quick.clock.forward(minutes=5)
    assert quick.access.authenticate(cookie) == VISITOR
    assert seen(quick) == before


def test_a_person_sees_where_they_are_signed_in_and_signs_out_of_one(house):
    house.contact(house.customer())
    agents = list(AGENTS)[:2]
    signed_in = []
    for agent in agents:
        signed_in.append(house.access.redeem(house.ask(), binding=BROWSER, user_agent=agent))
        house.clock.forward(minutes=2)
        house.access.authenticate(signed_in[0].cookie)
    me = signed_in[0].actor
    newer, older = house.access.sessions(me.person_id, by=me)
    assert (newer.id, older.id) == (signed_in[1].actor.session_id, me.session_id)
    assert older.device.browser == "Firefox"
    assert older.seen_at - older.created_at == timedelta(minutes=4)
    assert newer.seen_at == newer.created_at
    house.access.end_session(me.person_id, newer.id, by=me)
    assert house.access.authenticate(signed_in[1].cookie) == VISITOR
    assert [line.id for line in house.access.sessions(me.person_id, by=me)] == [me.session_id]


# revocation, seen by other processes


@pytest.mark.guarantee(12)
@pytest.mark.parametrize("way", ["sign out", "disable", "everywhere"])
def test_what_is_taken_back_is_gone_at_once_in_every_process(house, database_url, way, tier):
    many = tier.times(12, 60, 1_120)
    people = [house.access.redeem(token, binding=BROWSER) for _, token, _ in crowd(house, many)]
    for number, signed_in in enumerate(people):
        if number % KEPT == 0:
            continue
        if way == "sign out":
            house.access.sign_out(signed_in.actor)
        elif way == "disable":
            (grant,) = signed_in.actor.grants
            house.profiles.disable_contact(grant.account_id, grant.contact_id, by=house.office)
        else:
            house.access.sign_out_everywhere(signed_in.actor.person_id, by=house.office)
    house.engines.dispose()

    def look(_):
        mine = type(house)(open_engines(database_url), house.folder, house.clock)
        let_in = [number for number, signed_in in enumerate(people) if mine.access.authenticate(signed_in.cookie) != VISITOR]
        mine.engines.dispose()
        return let_in

    assert forked(look) == [list(range(0, many, KEPT))] * 4


def test_the_look_of_other_processes_would_catch_whoever_remembers_sessions(house, database_url):
    """A process that keeps what it saw lets in whom another one has signed out."""
    house.contact(house.customer())
    signed_in = house.sign_in()
    remembered = {signed_in.cookie: house.access.authenticate(signed_in.cookie)}
    house.access.sign_out(signed_in.actor)
    house.engines.dispose()

    def look(_):
        mine = type(house)(open_engines(database_url), house.folder, house.clock)
        naive = remembered.get(signed_in.cookie) or mine.access.authenticate(signed_in.cookie)
        return naive != VISITOR

    assert forked(look) == [True] * 4


@pytest.mark.guarantee(34)
def test_a_session_of_nobody_is_not_found(quick):
    quick.contact(quick.customer())
    me = quick.sign_in().actor
    with pytest.raises(NotFound):
        quick.access.end_session(me.person_id, quick.clock.new_id(), by=me)
