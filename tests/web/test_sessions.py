"""The page of where a person is signed in, and its buttons."""

import re
from uuid import uuid4

import pytest

from lockportal.core.actor import staff
from lockportal.core.errors import NotFound
from lockportal.web import Request
from lockportal.web.pages import sessions

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0"
ENDS = re.compile(r'action="(/sessions/[0-9a-f-]{36}/end)"')


def by_agent(world, agent):
    browser = world.browser()
    browser.ask_for_link()
    token = world.letterbox.token(world.base_url)
    browser.get(f"/sign-in/{token}")
    own = {"Origin": "null", "Sec-Fetch-Site": "same-origin", "User-Agent": agent}
    assert browser.post(f"/sign-in/{token}", headers=own).status == 303
    world.clock.forward(minutes=5)
    return browser


def test_a_person_sees_each_browser_and_which_one_is_theirs(world):
    laptop, phone = by_agent(world, FIREFOX), by_agent(world, "Mozilla/5.0 (iPhone; like Mac OS X) CriOS/138.0 Safari/604")
    assert laptop.get("/sessions").status == 200
    assert "Firefox on Linux" in laptop.text
    assert "Chrome on iPhone" in laptop.text
    assert laptop.text.count("This browser") == 1
    assert laptop.text.index("Chrome on iPhone") < laptop.text.index("This browser")
    assert phone.get("/preferences").status == 200
    assert 'href="/sessions"' in phone.text
    phone.get(f"/accounts/{world.harbour}/")
    assert 'href="/sessions"' in phone.text


@pytest.mark.guarantee(12)
def test_a_button_signs_another_browser_out_and_the_own_one(world):
    laptop, phone = by_agent(world, FIREFOX), by_agent(world, "")
    laptop.get("/sessions")
    assert "Unknown browser" in laptop.text
    newer, older = ENDS.findall(laptop.text)
    assert laptop.post(newer).header("Location") == "/sessions?done=ended"
    assert phone.get("/sessions").header("Location") == "/sign-in?next=%2Fsessions"
    laptop.get("/sessions?done=ended")
    assert "Signed out there." in laptop.text
    assert ENDS.findall(laptop.text) == [older]
    assert laptop.post(older).header("Location") == "/sign-in?done=left"
    assert world.site.guard.session_name not in laptop.cookies
    assert laptop.get("/sessions").status == 303


@pytest.mark.guarantee(12)
def test_signing_out_everywhere_ends_all_and_leaves_others_alone(world):
    laptop, phone, bob = by_agent(world, FIREFOX), by_agent(world, FIREFOX), world.signed_in("bob@mill.example")
    laptop.get("/sessions")
    assert laptop.post("/sessions/end").header("Location") == "/sign-in?done=left_all"
    laptop.get("/sign-in?done=left_all")
    assert "You are signed out everywhere." in laptop.text
    assert [browser.get("/sessions").status for browser in (laptop, phone, bob)] == [303, 303, 200]


@pytest.mark.guarantee(34)
def test_another_persons_session_is_not_there(world):
    ann, bob = world.signed_in(), world.signed_in("bob@mill.example")
    bob.get("/sessions")
    (theirs,) = ENDS.findall(bob.text)
    for path in (theirs, f"/sessions/{uuid4()}/end", "/sessions/nonsense/end"):
        ann.get("/sessions")
        assert ann.post(path).status == 404
    assert bob.get("/sessions").status == 200


@pytest.mark.guarantee(6)
def test_the_buttons_need_the_sessions_own_form(world):
    ann = world.signed_in()
    ann.get("/sessions")
    (own,) = ENDS.findall(ann.text)
    page = ann.page
    for path in (own, "/sessions/end"):
        ann.page = None
        assert ann.post(path).status == 403
        ann.page = page
        foreign = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
        assert ann.post(path, headers=foreign).status == 403
        ann.page = page
    assert ann.get("/sessions").status == 200


def test_staff_are_signed_in_elsewhere_and_have_no_sessions_here(world):
    with pytest.raises(NotFound):
        sessions.show(world.site, Request(method="GET", path="/sessions"), staff("casey"))
