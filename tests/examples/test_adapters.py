"""The examples: every route of the table is there, and what the site answers arrives as it was."""

import threading
from importlib.metadata import entry_points
from pathlib import Path
from urllib.request import urlopen

import lockportal_example_fastapi as fastapi_portal
import lockportal_example_flask as flask_portal
import pytest
import uvicorn
from flask import url_for
from lockportal_example_fastapi import serving as fastapi_serving
from lockportal_example_flask import serving as flask_serving

from examples.browsing import sign_in
from lockportal.web import Front
from waiting import AMPLE


def test_flask_registers_every_route(world):
    app = flask_portal.create_app(world.portal)
    rules = {(rule.endpoint, *(rule.methods - {"HEAD"})) for rule in app.url_map.iter_rules()}
    expected = {(f"lockportal.{route.name.replace('.', '_')}", route.method) for route in Front(world.portal).routes}
    assert rules == expected
    with app.test_request_context():
        assert url_for("lockportal.home", account=world.harbour) == f"/accounts/{world.harbour}/"


def test_fastapi_registers_every_route(world):
    made = fastapi_portal.router(Front(world.portal))
    routes = {(route.name, *(route.methods - {"HEAD"})) for route in made.routes}
    assert routes == {(route.name, route.method) for route in Front(world.portal).routes}
    assert made.url_path_for("home", account=world.harbour) == f"/accounts/{world.harbour}/"


@pytest.mark.parametrize("module", [flask_portal, fastapi_portal])
def test_an_adapter_is_thin(module):
    code = list(Path(module.__file__).parent.glob("*.py"))
    assert {path.stem for path in code} == {"__init__", "application", "serving", "translation"}
    assert sum(len(path.read_text("utf-8").splitlines()) for path in code) <= 350


def test_a_customer_signs_in_and_reads_every_page(client, world, addresses):
    arrived = sign_in(client, world)
    assert arrived.status_code == 303
    cookie = next(line for line in arrived.headers.get_list("set-cookie") if line.startswith("__Host-lockportal="))
    assert {"HttpOnly", "Secure", "SameSite=Lax", "Path=/"} <= {*cookie.split("; ")}
    home = client.get("/", follow_redirects=True)
    assert "$17,691.85" in home.text
    for name, path in addresses(world).items():
        if name not in {"sign_in", "inspect_link", "inspect_share_link", "download", "sandbox"}:
            keeps_users = name in {"people", "share_links"}  # which she does not
            assert client.get(path, follow_redirects=True).status_code == (403 if keeps_users else 200), name


@pytest.mark.guarantee(9)
def test_every_answer_bears_the_headers_whatever_the_framework_thinks_of_the_request(client, world, addresses):
    paths = [*addresses(world).values(), "/nowhere", "//evil.example/", "/sign-in/", "/%00"]
    answers = [client.get(path) for path in paths]
    answers += [client.request(method, "/sign-in") for method in ("OPTIONS", "DELETE", "TRACE")]
    answers.append(client.post("/sign-in", data={"email": "x" * 100_000}))
    answers.append(client.post("/sign-in", content=b"--x", headers={"Content-Type": "multipart/form-data; boundary=x"}))
    assert [answer.status_code for answer in answers[-2:]] == [413, 403]
    for answer in answers:
        assert answer.status_code < 500
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


def test_a_form_of_unknown_length_is_read_up_to_its_limit(client):
    pieces = iter([b"email="] + [b"x" * 10_000] * 10)
    answer = client.post("/sign-in", content=pieces, headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert answer.status_code in {403, 413}


def test_a_hostile_host_never_becomes_a_location(client, world):
    for path in ("/", "/sign-in", f"/accounts/{world.harbour}", f"/accounts/{world.harbour}/", "//x"):
        answer = client.get(path, headers={"Host": "evil.example"})
        assert "evil" not in answer.headers.get("Location", "")
        assert "evil" not in answer.text


def test_a_head_is_a_get_without_a_body(client):
    answer = client.head("/sign-in")
    assert answer.status_code == 200
    assert answer.content == b""


def test_a_list_is_sent_as_it_is_read(client, world):
    sign_in(client, world)
    answer = client.get(f"/accounts/{world.harbour}/documents.csv")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.content.decode("utf-8-sig").startswith("Kind,Number,")


@pytest.mark.parametrize(("name", "module"), [("flask", flask_portal), ("fastapi", fastapi_portal)])
def test_the_example_is_offered_as_an_application(name, module):
    (found,) = entry_points(group="lockportal.apps", name=name)
    assert found.load() is module.serve


def of_flask(monkeypatch):
    """Answer a function that ends Flask's server."""
    made = []
    real = flask_serving.make_server

    def make_server(*args, **kwargs):
        made.append(real(*args, **kwargs))
        return made[0]

    def end():
        made[0].shutdown()

    monkeypatch.setattr(flask_serving, "make_server", make_server)
    return end


def of_fastapi(monkeypatch):
    """Answer a function that ends uvicorn."""
    made = []

    class Server(uvicorn.Server):
        def __init__(self, config):
            super().__init__(config)
            made.append(self)

    monkeypatch.setattr(fastapi_serving.uvicorn, "Server", Server)

    def end():
        made[0].should_exit = True

    return end


@pytest.mark.parametrize(("module", "ending"), [(flask_portal, of_flask), (fastapi_portal, of_fastapi)], ids=["flask", "fastapi"])
def test_serving_answers_and_ticks(module, ending, world, monkeypatch):
    told, answered, ticked = [], threading.Event(), threading.Event()
    end = ending(monkeypatch)

    def ready(address):
        told.append(address)
        answered.set()

    monkeypatch.setattr(world.portal, "tick", ticked.set)
    thread = threading.Thread(target=module.serve, args=(world.portal,), kwargs={"host": "127.0.0.1", "port": 0, "ready": ready})
    thread.start()
    try:
        assert answered.wait(AMPLE)
        with urlopen(f"{told[0]}/health", timeout=AMPLE) as answer:
            assert answer.read() == b'{"status":"ok"}'
        assert ticked.wait(AMPLE)
    finally:
        end()
        thread.join(AMPLE)
    assert not thread.is_alive()
