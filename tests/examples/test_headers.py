"""No leak by an address: every page of both applications, signed in, at the desk and signed out, with its headers."""

import base64
import re

import pytest

from examples.browsing import OURS, sign_in, token_of
from examples.conftest import CLIENTS, WORLDS
from lockportal.core.routes import Entrance
from lockportal.web import ROUTES
from lockportal.web.security import Guard

NAME, PASSWORD = "casey", "open sesame"
DESK = {"Authorization": f"Basic {base64.b64encode(f'{NAME}:{PASSWORD}'.encode()).decode()}"}
SHOWN = re.compile(r"[a-z]+://[^\s\"'<>]+")
ENDPOINT = "https://127.0.0.1/hooks"  # which the house has typed itself


@pytest.fixture(params=list(CLIENTS))
def app(request, world, monkeypatch):
    monkeypatch.setenv("LOCKPORTAL_STAFF", f"{NAME}:{PASSWORD}")
    with CLIENTS[request.param](world.portal) as made:
        yield made


def crawled(app, world):
    """Every GET route there is, asked for by whom it is for and by nobody."""
    paths, desk = WORLDS["addresses"](world), WORLDS["desk_addresses"](world)
    assert paths.keys() | desk.keys() == {route.name for route in ROUTES if route.method == "GET"}
    assert desk.keys() == {route.name for route in ROUTES if route.method == "GET" and route.entrance is Entrance.STAFF}
    answers = {f"nobody {name}": app.get(path) for name, path in (paths | desk).items()}
    answers |= {f"desk {name}": app.get(path, headers=DESK) for name, path in desk.items()}
    assert sign_in(app, world).status_code == 303
    answers |= {f"customer {name}": app.get(path) for name, path in paths.items()}
    assert sum(answer.status_code == 200 for answer in answers.values()) > len(paths)
    return answers


def look(answers):
    """Hold every answer against what a page that may have a secret in its address has to say."""
    for name, answer in answers.items():
        headers = answer.headers
        policy = {part.strip() for part in headers["Content-Security-Policy"].split(";")}
        assert "frame-ancestors 'none'" in policy, name
        assert "sandbox" in policy or {"object-src 'none'", "base-uri 'none'", "form-action 'self'"} <= policy, name
        assert "unsafe" not in headers["Content-Security-Policy"], name
        assert headers["Referrer-Policy"] == "no-referrer", name
        assert headers["X-Content-Type-Options"] == "nosniff", name
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin", name
        assert headers["Cache-Control"] == "no-store" or name.endswith(" static"), name
        for cookie in headers.get_list("set-cookie"):
            assert cookie.startswith("__Host-"), name
            assert {"Secure", "HttpOnly", "Path=/"} <= {*cookie.split("; ")}, name
            assert "Domain" not in cookie, name
        if headers.get("Content-Type", "").startswith("text/html"):
            assert [one for one in SHOWN.findall(answer.text) if one != ENDPOINT] == [], name


@pytest.mark.guarantee(9)
def test_no_page_of_either_application_leaks_its_address(app, world):
    look(crawled(app, world))


@pytest.mark.guarantee(9)
def test_no_page_behind_a_token_of_a_link_leaks_it(app, world):
    world.store(world.invoice(f"INV-{world.clock.new_id().hex[:6]}", "120.00", 29))
    world.portal.deliver()
    shared = [link for mail in world.letterbox.mails for link in re.findall(r"https://portal\.example(/d/\S+)", mail.text)][-1]
    app.post("/sign-in", data={"email": "ann@harbour.example", "form_token": token_of(app.get("/sign-in"))}, headers=OURS)
    world.portal.deliver()
    mailed = f"/sign-in/{world.letterbox.token('https://portal.example')}"
    answers = {link: app.get(link) for link in (shared, mailed, f"{mailed}x", f"{shared}x")}
    assert [answer.status_code for answer in answers.values()] == [200, 200, 404, 404]
    look(answers)


@pytest.mark.parametrize("lacking", ["Content-Security-Policy", "Referrer-Policy", "Cross-Origin-Opener-Policy", "Cache-Control"])
def test_the_look_would_catch_a_page_without_one_of_the_headers(world, lacking, monkeypatch):
    given = Guard.headers
    monkeypatch.setattr(Guard, "headers", lambda guard: tuple(pair for pair in given(guard) if pair[0] != lacking))
    with CLIENTS["flask"](world.portal) as app, pytest.raises((AssertionError, KeyError)):
        look({"sign_in": app.get("/sign-in")})


def test_the_look_would_catch_a_cookie_that_is_not_of_this_host_alone(world, monkeypatch):
    monkeypatch.setattr(Guard, "session_name", "lockportal")
    with CLIENTS["flask"](world.portal) as app, pytest.raises(AssertionError):
        look({"sign_in": app.get("/sign-in")})
