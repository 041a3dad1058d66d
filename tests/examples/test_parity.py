"""Both examples answer alike to whom is nobody, to forms that are wrong, and to who signs out."""

import re

import pytest

from examples.browsing import OURS, sign_in, token_of
from lockportal.web import ROUTES

DRAWN = [
    (re.compile(r'(name="form_token" value=")[^"]+'), r"\1…"),
    (re.compile(r"(__Host-lockportal(?:-asking)?=)[^;]+"), r"\1…"),
    (re.compile(r'(href="/download/)[^"]+'), r"\1…"),
    (re.compile(r'<strong class="code">[0-9]{3} [0-9]{3}'), "a code"),
    (re.compile(r'<span class="badge">This browser</span>\s*'), ""),
]


def plain(text):
    """Leave out what is drawn anew for each browser."""
    for pattern, instead in DRAWN:
        text = pattern.sub(instead, text)
    return text


def said(answer):
    """Everything that was said; what is drawn anew is of another length each time, of which an answer must tell its own."""
    headers = [(name.lower(), plain(value)) for name, value in answer.headers.multi_items() if name.lower() != "content-length"]
    lengths = answer.headers.get_list("content-length")
    if answer.request.method != "HEAD":
        assert lengths in ([], [str(len(answer.content))])
    headers = sorted(headers + [("content-length", "told")] * len(lengths))
    text = plain(answer.text) if answer.headers.get("Content-Type", "").startswith("text/") else answer.content
    return answer.status_code, headers, text


def held(both, method, path, **given):
    flask, fastapi = (said(client.request(method, path, **given)) for client in both.values())
    assert flask == fastapi, (method, path)
    return flask


@pytest.fixture
def signed_in(both, world):
    for client in both.values():
        assert sign_in(client, world).status_code == 303
    return both


def test_a_visitor_is_answered_alike_everywhere(both, world, addresses):
    for path in [
        *addresses(world).values(),
        "/nowhere",
        "//evil.example/",
        "/sign-in/",
        "/%00",
        "/static/nothing.css",
        "/sign-in/x",
    ]:
        for method in ("GET", "HEAD", "POST", "PUT", "OPTIONS"):
            held(both, method, path)


@pytest.mark.parametrize("route", [pytest.param(route, id=route.name) for route in ROUTES if route.method == "POST"])
def test_a_form_from_elsewhere_is_refused_alike(signed_in, route, world):
    path = route.path.format_map(dict.fromkeys(re.findall(r"\{(\w+)\}", route.path), str(world.harbour)))
    # Gateways send browsers back by POST, too: that does nothing but lead on, to a page that is asked for by GET.
    refused = {303} if route.name.endswith("_returned") else {401, 403, 404}
    assert held(signed_in, "POST", path, data={"form_token": "forged"}, headers=OURS)[0] in refused


def test_a_form_that_is_wrong_or_too_large_is_refused_alike(both):
    for client in both.values():
        client.get("/sign-in")
    token = {name: token_of(client.get("/sign-in")) for name, client in both.items()}
    for email in ("nobody", ""):
        answers = {
            name: said(client.post("/sign-in", data={"email": email, "form_token": token[name]}, headers=OURS))
            for name, client in both.items()
        }
        assert answers["flask"] == answers["fastapi"]
        assert answers["flask"][0] == 422
    assert held(both, "POST", "/sign-in", data={"email": "x" * 100_000})[0] == 413
    broken = {"Content-Type": "multipart/form-data; boundary=x"}
    assert held(both, "POST", "/sign-in", content=b"--x", headers=broken)[0] == 403


def test_signing_out_is_answered_alike(signed_in):
    answers = {}
    for name, client in signed_in.items():
        token = token_of(client.get("/preferences"))
        answers[name] = said(client.post("/sign-out", data={"form_token": token}, headers=OURS))
        assert client.get("/preferences").status_code == 303
    assert answers["flask"] == answers["fastapi"]
    assert answers["flask"][0] == 303
