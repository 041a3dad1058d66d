"""Limits as a browser meets them, and whose address counts behind proxies."""

import pytest

from lockportal.config import Config
from lockportal.web import Request
from lockportal.web.clients import client_of

TRUSTED = ("10.0.0.0/8", "2001:db8:ffff::/48")


def asking(world, number, headers=None):
    browser = world.browser()
    browser.get("/sign-in")
    own = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}
    return browser.post("/sign-in", form={"email": f"{number}@example.com"}, headers={**own, **(headers or {})}), browser


@pytest.mark.guarantee(8)
def test_a_network_that_asks_too_often_is_told_how_long_to_wait_and_forged_addresses_do_not_help(world):
    visitor = world.signed_in()
    statuses = [asking(world, number % 3)[0].status for number in range(19)]
    assert statuses == [200] * 19
    for number in range(100):
        forged = {"X-Forwarded-For": f"203.0.113.{number}, 198.51.100.{number}", "Forwarded": f"for=203.0.113.{number}"}
        answer, browser = asking(world, number % 3, {**forged, "X-Real-IP": f"203.0.113.{number}"})
        assert answer.status == 429
    assert answer.header("Retry-After") == "900"
    assert "Try again in 15 minutes." in browser.text
    assert answer.header("Cache-Control") == "no-store"
    assert visitor.get(f"/accounts/{world.harbour}/").status == 200
    world.clock.forward(minutes=15)
    assert asking(world, 0)[0].status == 200


@pytest.mark.guarantee(7)
@pytest.mark.guarantee(8)
def test_an_address_that_is_asked_for_too_often_gets_the_page_as_ever(world):
    for email in ("ann@harbour.example", "nobody@harbour.example"):
        pages = set()
        for _ in range(7):
            browser = world.browser()
            browser.get("/sign-in")
            answer = browser.post("/sign-in", form={"email": email})
            pages.add((answer.status, len(browser.text), str(answer.headers)))
        assert len(pages) == 1
    world.portal.deliver()
    assert [mail.to for mail in world.letterbox.mails].count("ann@harbour.example") == 5


@pytest.mark.guarantee(8)
@pytest.mark.parametrize(
    ("remote", "forwarded", "client"),
    [
        ("192.0.2.7", "", "192.0.2.7"),
        ("192.0.2.7", "203.0.113.9", "192.0.2.7"),
        ("10.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", "198.51.100.1, 203.0.113.9, 10.2.3.4", "203.0.113.9"),
        ("::ffff:10.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", "203.0.113.9:4711", "203.0.113.9"),
        ("10.0.0.1", "[2001:db8::7]:443", "2001:db8::7"),
        ("2001:db8:ffff::1", "2001:db8::7", "2001:db8::7"),
        ("10.0.0.1", "10.0.0.2", "10.0.0.2"),
        ("10.0.0.1", "203.0.113.9, unknown", "10.0.0.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("", "203.0.113.9", ""),
    ],
)
def test_the_client_is_the_last_address_that_no_trusted_proxy_has(remote, forwarded, client):
    from ipaddress import ip_network

    request = Request(method="GET", path="/", remote=remote, headers={"X-Forwarded-For": forwarded})
    assert client_of(request, tuple(map(ip_network, TRUSTED))) == client


@pytest.mark.guarantee(8)
def test_behind_a_trusted_proxy_each_client_counts_for_itself(make_world):
    world = make_world(trusted_proxies=("192.0.2.0/24",))
    for number in range(25):
        assert asking(world, number, {"X-Forwarded-For": f"203.0.113.{number}"})[0].status == 200
    statuses = [
        asking(world, n % 3, {"X-Forwarded-For": f"198.51.100.{n}, 203.0.113.99"})[0].status for n in range(25)
    ]  # what a client writes itself stands left of what the proxy writes
    assert statuses == [200] * 20 + [429] * 5


def test_a_proxy_that_is_no_address_is_refused_by_name():
    with pytest.raises(ValueError, match=r"portal\.trusted_proxies: 'my proxy'"):
        Config(trusted_proxies=("my proxy",))


@pytest.mark.guarantee(8)
def test_a_browser_that_came_in_before_is_let_ask_whatever_strangers_have_used_up(world):
    visitor = world.signed_in()
    kept = visitor.cookies[world.site.guard.known_name]
    visitor.post("/sessions/end")
    for _ in range(3):
        world.clock.forward(minutes=15)
        for number in range(25):
            stranger = world.browser()
            stranger.get("/sign-in")
            email = "ann@harbour.example" if number % 2 else f"{number % 4}@example.com"
            answer = stranger.post("/sign-in", form={"email": email})
        assert answer.status == 429
        world.portal.deliver()
        visitor.cookies = {world.site.guard.known_name: kept}
        visitor.ask_for_link()
        token = world.letterbox.token(world.base_url)
        visitor.get(f"/sign-in/{token}")
        assert visitor.post(f"/sign-in/{token}").status == 303
        assert visitor.get(f"/accounts/{world.harbour}/").status == 200


@pytest.mark.guarantee(8)
def test_a_browser_that_comes_the_first_time_is_let_ask_whatever_others_of_its_network_have_asked_again(world):
    for _ in range(3):
        statuses = [asking(world, number % 3)[0].status for number in range(25)]
        assert statuses == [200] * 20 + [429] * 5
        assert world.browser().sign_in().status == 303
        world.clock.forward(minutes=15)


@pytest.mark.guarantee(8)
def test_who_opens_a_link_that_somebody_else_asked_for_has_one_sent_for_this_browser(world):
    attacker, person = world.browser(), world.browser()
    attacker.ask_for_link()
    token = world.letterbox.token(world.base_url)
    person.get(f"/sign-in/{token}")
    assert "Send me a new link" in person.text
    assert person.post(f"/sign-in/{token}/again").status == 200
    world.portal.deliver()
    own = world.letterbox.token(world.base_url)
    assert own != token
    person.get(f"/sign-in/{own}")
    assert person.post(f"/sign-in/{own}").status == 303
    assert world.site.guard.session_name not in attacker.cookies


@pytest.mark.parametrize(
    ("language", "told"),
    [("en", "Try again in 15 minutes."), ("de", "in 15 Minuten"), ("fr", "dans 15 minutes"), ("es", "dentro de 15 minutos")],
)
def test_whoever_has_to_wait_is_told_so_in_their_language(make_world, language, told):
    world = make_world(languages=("en", "de", "fr", "es"))
    pages = [asking(world, number % 3, {"Accept-Language": language})[1].text for number in range(21)]
    assert told not in pages[0]
    assert told in pages[-1]
