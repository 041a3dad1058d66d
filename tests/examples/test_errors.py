"""Every kind of refusal, through both applications: by a page or as problem+json, as the path asks for it."""

import httpx2
import pytest

from examples.twins import OWN, Twins, held
from lockportal.shell import Shell
from lockportal.web import Front

JSON = {"Content-Type": "application/json"}
STAFF = {"X-Staff": "casey", **OWN}
BROKEN = {"Content-Type": "multipart/form-data; boundary=x", "Idempotency-Key": "k"}
LARGE = {"content": ("x.pdf", b"x" * 26_000_000, "application/pdf")}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture(scope="module")
def twins(tmp_path_factory):
    made = Twins(tmp_path_factory.mktemp("twins"))
    yield made
    made.close()


def account(twins):
    return f"/api/accounts/{twins.estate.own.account}"


KINDS = {
    "400, no key": (lambda t: ("POST", f"{account(t)}/credits", {"headers": {**STAFF, **JSON}, "content": b"{}"}), 400),
    "401 of a page": (lambda t: ("GET", "/desk", {}), 401),
    "401 of the API": (lambda t: ("GET", "/api/me", {}), 401),
    "403 of a page": (lambda t: ("POST", "/sign-in", {"data": {"email": "a@b.example"}}), 403),
    "403 of the API": (lambda t: ("POST", f"{account(t)}/credits", {"headers": {"X-Staff": "casey"}}), 403),
    "404 of a page": (lambda t: ("GET", "/nowhere", {}), 404),
    "404 of the API": (lambda t: ("GET", "/api/nowhere", {}), 404),
    "404 of another prefix": (lambda t: ("GET", "/apiary", {}), 404),
    "404 of a nameless part": (lambda t: ("GET", "/api/accounts//documents", {}), 404),
    "405 of a page": (lambda t: ("DELETE", "/sign-in", {}), 405),
    "405 of the API": (lambda t: ("PUT", "/api/me", {}), 405),
    "410": (lambda t: ("GET", f"/sign-in/{t.spent}", {}), 410),
    "413 of a page": (lambda t: ("POST", "/sign-in", {"content": b"email=" + b"x" * 70_000, "headers": FORM}), 413),
    "413 of the API": (lambda t: ("POST", "/api/sign-in", {"content": b" " * 1_100_000, "headers": JSON}), 413),
    "413 of a file": (
        lambda t: (
            "POST",
            "/api/papers",
            {"files": LARGE, "headers": STAFF},
        ),
        413,
    ),
    "415": (lambda t: ("POST", f"{account(t)}/credits", {"headers": {**STAFF, "Idempotency-Key": "k"}, "content": b"{}"}), 415),
    "422 of the API": (lambda t: ("GET", f"{account(t)}/documents", {"headers": STAFF, "params": {"limit": "x"}}), 422),
    "422, no JSON": (lambda t: ("POST", "/api/sign-in", {"headers": JSON, "content": b"{"}), 422),
    "422, a broken form": (
        lambda t: (
            "POST",
            "/api/papers",
            {
                "headers": {**STAFF, "Content-Type": "multipart/form-data; boundary=x", "Idempotency-Key": "k"},
                "content": b"--y\r\n",
            },
        ),
        422,
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_refusal_is_said_alike(twins, kind):
    twins.spent = twins.links[2]
    if kind == "410":
        for portal in twins.portals:
            portal.access.redeem(twins.spent, binding="an asking browser's own secret")
    make, status = KINDS[kind]
    method, path, given = make(twins)
    answers = twins.send(method, path, **given)
    assert held(answers) == status
    for answer in answers.values():
        told = "application/problem+json" if path.startswith("/api/") else "text/html; charset=utf-8"
        assert answer.headers["Content-Type"] == told
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_too_many_are_told_alike_when_to_come_again(twins):
    body = {"email": "nobody@nowhere.example", "binding": "b" * 32}
    for _ in range(20):
        held(twins.send("POST", "/api/sign-in", json=body))
    answers = twins.send("POST", "/api/sign-in", json=body)
    assert held(answers) == 429
    assert all(int(answer.headers["Retry-After"]) == answer.json()["retry_after"] > 0 for answer in answers.values())


@pytest.mark.parametrize("path", ["/desk/customers", "/api/tasks"])
def test_a_failure_inside_is_said_alike_and_without_detail(twins, monkeypatch, path):
    def fails(*_, **__):
        raise RuntimeError("the password is hunter2")

    monkeypatch.setattr(Shell, "ask", fails)
    answers = twins.send("GET", path, headers=STAFF)
    assert held(answers) == 500
    assert all("hunter2" not in answer.text for answer in answers.values())


@pytest.mark.parametrize("path", ["/sign-in", "/api/sign-in"])
def test_a_failure_while_a_request_is_read_is_said_alike_and_without_detail(twins, monkeypatch, path):
    def fails(*_, **__):
        raise RuntimeError("the password is hunter2")

    monkeypatch.setattr(Front, "largest", fails)
    answers = twins.send("POST", path, data={"email": "a@b.example"})
    assert held(answers) == 500
    for answer in answers.values():
        assert "hunter2" not in answer.text
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src" in answer.headers["Content-Security-Policy"]


def test_the_document_of_the_api_is_the_same_to_the_byte(twins):
    flask, fastapi = twins.send("GET", "/api/openapi.json").values()
    assert flask.content == fastapi.content
    assert flask.headers["Content-Type"] == fastapi.headers["Content-Type"] == "application/json"
    assert flask.json()["openapi"].startswith("3.1")


def test_what_is_held_would_see_a_difference(twins):
    """A control."""
    answers = twins.send("GET", "/health")
    other = twins.send("GET", "/nowhere")
    with pytest.raises(AssertionError):
        held({"flask": answers["flask"], "fastapi": other["fastapi"]})


def test_what_is_held_would_see_a_length_that_is_told_twice(twins):
    """A control: both tell the length of a page once, and an application that tells it twice is caught."""
    answers = twins.send("GET", "/sign-in")
    assert [answer.headers.get_list("content-length") for answer in answers.values()] == [
        [str(len(answer.content))] for answer in answers.values()
    ]
    fastapi = answers["fastapi"]
    twice = [*fastapi.headers.multi_items(), ("content-length", str(len(fastapi.content)))]
    answers["fastapi"] = httpx2.Response(fastapi.status_code, headers=twice, content=fastapi.content)
    assert len(answers["fastapi"].headers.get_list("content-length")) == 2
    with pytest.raises(AssertionError):
        held(answers)
