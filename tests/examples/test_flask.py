"""The Flask example: every route of the table is there, and what the site answers arrives as it was."""

import re
import runpy
import threading
from importlib.metadata import entry_points
from pathlib import Path
from urllib.request import urlopen

import httpx2
import pytest

flask_portal = pytest.importorskip("lockportal_example_flask")
from lockportal.web import ROUTES  # noqa: E402 - after the example is known to be there

WORLDS = runpy.run_path(str(Path(__file__).parents[1] / "web" / "conftest.py"))
OURS = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    made = WORLDS["World"](tmp_path_factory.mktemp("flask"))
    yield made
    made.portal.close()


@pytest.fixture
def client(world):
    transport = httpx2.WSGITransport(app=flask_portal.create_app(world.portal), remote_addr="192.0.2.1")
    with httpx2.Client(transport=transport, base_url="https://portal.example") as client:
        yield client


def token_of(answer):
    return re.search(r'name="form_token" value="([^"]+)"', answer.text).group(1)


def sign_in(client, world, email="ann@harbour.example"):
    asked = client.post("/sign-in", data={"email": email, "form_token": token_of(client.get("/sign-in"))}, headers=OURS)
    assert asked.status_code == 200
    world.portal.deliver()
    link = f"/sign-in/{world.letterbox.token('https://portal.example')}"
    return client.post(link, data={"form_token": token_of(client.get(link))}, headers=OURS)


def test_every_route_of_the_table_is_registered(world):
    app = flask_portal.create_app(world.portal)
    rules = {(rule.endpoint, *(rule.methods - {"HEAD"})) for rule in app.url_map.iter_rules()}
    assert rules == {(route.name, route.method) for route in ROUTES}


def test_a_customer_signs_in_and_reads_every_page(client, world):
    arrived = sign_in(client, world)
    assert arrived.status_code == 303
    cookie = next(line for line in arrived.headers.get_list("set-cookie") if line.startswith("__Host-lockportal="))
    assert {"HttpOnly", "Secure", "SameSite=Lax", "Path=/"} <= {*cookie.split("; ")}
    home = client.get("/", follow_redirects=True)
    assert "$17,691.85" in home.text
    for name, path in WORLDS["addresses"](world).items():
        if name not in {"sign_in", "inspect_link"}:
            assert client.get(path, follow_redirects=True).status_code == 200, name


@pytest.mark.guarantee(9)
def test_every_answer_bears_the_headers_whatever_flask_thinks_of_the_request(client, world):
    paths = [*WORLDS["addresses"](world).values(), "/nowhere", "//evil.example/", "/sign-in/", "/%00"]
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


def test_the_example_is_offered_as_an_application():
    (found,) = entry_points(group="lockportal.apps", name="flask")
    assert found.load() is flask_portal.serve


def test_serving_answers_and_ticks(world, monkeypatch):
    told, ticked = [], threading.Event()
    answered = threading.Event()
    made = []
    real = flask_portal.make_server

    def make_server(*args, **kwargs):
        made.append(real(*args, **kwargs))
        return made[0]

    def ready(address):
        told.append(address)
        answered.set()

    monkeypatch.setattr(flask_portal, "make_server", make_server)
    monkeypatch.setattr(world.portal, "tick", ticked.set)
    thread = threading.Thread(
        target=flask_portal.serve, args=(world.portal,), kwargs={"host": "127.0.0.1", "port": 0, "ready": ready}
    )
    thread.start()
    try:
        assert answered.wait(5)
        with urlopen(f"{told[0]}/health", timeout=5) as answer:
            assert answer.read() == b'{"status":"ok"}'
        assert ticked.wait(5)
    finally:
        made[0].shutdown()
        thread.join(5)
    assert not thread.is_alive()
