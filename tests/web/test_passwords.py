"""Wrong passwords at the desk: so many for a name from a network, over all processes, and no stranger keeps the staff out."""

import base64
from contextlib import closing

import pytest

from forked import forked
from lockportal.access.limits.known import KnownBrowsers
from lockportal.access.limits.passwords import PasswordLimit
from lockportal.access.models import AccessSettings
from lockportal.config import Config
from lockportal.portal import Portal
from lockportal.storage.copies import upgrade
from lockportal.web import BasicLogin, Front, Request

TRIES, MOST, HERE, ELSEWHERE = 20, 100, "192.0.2.7", "198.51.100.7"
RIGHT = "open sesame"
LOGIN = BasicLogin({"casey": RIGHT, "robin": "another sesame"})
WINDOWS = 3


def ask(front, password, *, remote=HERE, path="/desk", name="casey", cookies=None, **headers):
    told = {"Authorization": f"Basic {base64.b64encode(f'{name}:{password}'.encode()).decode()}", **headers}
    return front.handle(Request(method="GET", path=path, headers=told, remote=remote, secure=True, cookies=cookies or {}))


@pytest.fixture
def front(world):
    return Front(world.portal, staff=LOGIN)


def kept(front, name="casey", password=RIGHT):
    """Answer what a browser keeps once somebody came in there."""
    (cookie,) = ask(front, password, name=name, remote="203.0.113.77").cookies
    assert cookie.name == "__Host-lockportal-desk"
    return {cookie.name: cookie.value}


@pytest.mark.guarantee(8)
@pytest.mark.parametrize("remote", [HERE, ""], ids=["a network", "no address"])
@pytest.mark.parametrize("path", ["/desk", "/api/tasks"])
def test_whoever_tries_too_many_passwords_for_a_name_is_told_to_wait_even_with_a_right_one(world, front, path, remote):
    for _ in range(WINDOWS):
        assert [ask(front, f"wrong {n}", path=path, remote=remote).status for n in range(TRIES)] == [401] * TRIES
        for password in ("wrong", RIGHT):
            answer = ask(front, password, path=path, remote=remote)
            assert answer.status == 429
            assert answer.header("Retry-After") == "900"
        assert ask(front, RIGHT, remote=ELSEWHERE).status == 200
        assert ask(front, "another sesame", name="robin", path=path, remote=remote).status == 200
        world.clock.forward(minutes=15)
        assert ask(front, RIGHT, path=path, remote=remote).status == 200


@pytest.mark.guarantee(8)
def test_a_network_tries_so_many_passwords_for_all_names_and_what_one_name_has_too_many_of_counts_for_no_other(front):
    for _ in range(MOST):
        ask(front, "wrong", name="somebody's script")
    assert [ask(front, "wrong", name=f"name {n}").status for n in range(MOST - TRIES)] == [401] * (MOST - TRIES)
    assert [ask(front, password, name="robin").status for password in ("wrong", "another sesame")] == [429, 429]
    assert ask(front, RIGHT, remote=ELSEWHERE).status == 200


@pytest.mark.guarantee(8)
def test_clients_without_an_address_share_nothing_but_a_name(front):
    statuses = [ask(front, "wrong", name=f"name {n}", remote=remote).status for n in range(2 * MOST) for remote in ("", "unix:")]
    assert {*statuses} == {401}
    assert ask(front, RIGHT, remote="").status == 200


def shut(front, remote, name="casey"):
    """As strangers do who share the network: every try of the name, and every try of the network."""
    for _ in range(TRIES + 1):
        ask(front, "wrong", name=name, remote=remote)
    for n in range(MOST):
        ask(front, "wrong", name=f"name {n}", remote=remote)


@pytest.mark.guarantee(8)
@pytest.mark.parametrize("remote", [HERE, ""], ids=["a network", "no address"])
def test_a_browser_in_which_a_name_came_in_before_comes_in_whatever_strangers_try_window_after_window(world, front, remote):
    mine = kept(front)
    for _ in range(WINDOWS):
        shut(front, remote)
        assert ask(front, RIGHT, remote=remote, cookies=mine).status == 200
        assert ask(front, RIGHT, remote=remote, cookies=mine, path="/api/tasks").status == 200
        assert ask(front, RIGHT, remote=remote).status == 429, "strangers have used up what strangers have"
        world.clock.forward(minutes=15)


@pytest.mark.parametrize("remote", [HERE, ""], ids=["a network", "no address"])
def test_the_strangers_would_catch_a_limit_that_knows_no_browser(world, front, monkeypatch, remote):
    """A control."""
    monkeypatch.setattr(KnownBrowsers, "knows", lambda *_: False)
    with pytest.raises(AssertionError):
        test_a_browser_in_which_a_name_came_in_before_comes_in_whatever_strangers_try_window_after_window(world, front, remote)


@pytest.mark.guarantee(8)
def test_what_a_browser_keeps_is_of_one_name_gives_so_many_tries_and_lets_nobody_in(world, front):
    mine = kept(front)
    assert ask(front, RIGHT, cookies=mine).cookies == ()
    assert front.handle(Request(method="GET", path="/desk", remote=HERE, cookies=mine)).status == 401
    assert [ask(front, "wrong", cookies=mine, remote=f"198.51.100.{n}").status for n in range(TRIES)] == [401] * TRIES
    assert ask(front, RIGHT, cookies=mine).status == 429
    assert ask(front, RIGHT).status == 200
    shut(front, HERE, "robin")
    forged = {name: f"{value}x" for name, value in mine.items()}
    for cookies in (mine, forged, {**mine, "__Host-lockportal-desk": kept_of_a_customer(world)}):
        assert ask(front, "another sesame", name="robin", cookies=cookies).status == 429, "it is not robin's"


def kept_of_a_customer(world):
    """What a browser keeps of an address at the sign-in page serves at no desk, whoever is called like it."""
    access = world.portal.access
    return access._known.token("robin", world.clock.now())


@pytest.mark.guarantee(8)
def test_the_tries_of_all_processes_count_together_for_pages_and_api(world, front):
    with closing(Portal(world.portal.config, clock=world.clock)) as other:
        fronts = (front, Front(other, staff=LOGIN))
        for n in range(TRIES):
            assert ask(fronts[n % 2], "wrong", path="/desk" if n % 3 else "/api/tasks").status == 401
        assert [ask(one, RIGHT).status for one in fronts] == [429, 429]


@pytest.mark.guarantee(8)
def test_of_four_processes_exactly_the_limit_of_wrong_passwords_is_let_try(database_url):
    config = Config(
        database=database_url, secret_keys=("a key of the tests, which is long enough",), base_url="https://portal.example"
    )
    with closing(Portal(config)) as portal:
        upgrade(portal.engines, portal.capabilities)

    def call(_):
        with closing(Portal(config)) as portal:
            front = Front(portal, staff=LOGIN)
            return [ask(front, f"wrong {n}").status for n in range(50)]

    statuses = [status for each in forked(call, 4) for status in each]
    assert {*statuses} == {401, 429}
    assert statuses.count(401) == TRIES


def test_the_settings_say_how_many(make_world):
    world = make_world(settings=(AccessSettings(links_per_network=2, links_per_network_most=3, limit_minutes=1),))
    front = Front(world.portal, staff=LOGIN)
    assert [ask(front, "wrong").status for _ in range(3)] == [401, 401, 429]
    assert [ask(front, "wrong", name="robin").status for _ in range(2)] == [401, 429]
    assert ask(front, "wrong", name="robin").header("Retry-After") == "60"
    world.clock.forward(minutes=1)
    assert ask(front, RIGHT).status == 200


def test_right_passwords_and_none_use_up_no_tries(front):
    for _ in range(2 * TRIES):
        assert ask(front, RIGHT).status == 200
        assert front.handle(Request(method="GET", path="/desk", remote=HERE)).status == 401
    assert [ask(front, "wrong").status for _ in range(TRIES + 1)] == [401] * TRIES + [429]


@pytest.mark.guarantee(8)
def test_what_a_stranger_writes_into_headers_gives_no_more_tries(front):
    statuses = [ask(front, "wrong", **{"X-Forwarded-For": f"203.0.113.{n}"}).status for n in range(TRIES + 1)]
    assert statuses == [401] * TRIES + [429]


def test_what_cannot_be_read_as_name_and_password_is_a_wrong_one(front):
    def junk():
        return front.handle(Request(method="GET", path="/desk", headers={"Authorization": "Basic !"}, remote=HERE, secure=True))

    assert [junk().status for _ in range(TRIES + 1)] == [401] * TRIES + [429]
    assert ask(front, RIGHT).status == 200


def test_whom_the_host_knows_itself_is_not_counted(world):
    front = Front(world.portal, staff=LOGIN.__call__)
    assert {ask(front, "wrong").status for _ in range(2 * TRIES)} == {404}


@pytest.mark.parametrize("broken", ["count", "check"])
def test_a_limit_that_does_not_hold_is_caught(world, front, monkeypatch, broken):
    """A control."""
    monkeypatch.setattr(PasswordLimit, broken, lambda *_: None)
    with pytest.raises(AssertionError):
        test_whoever_tries_too_many_passwords_for_a_name_is_told_to_wait_even_with_a_right_one(world, front, "/desk", HERE)
