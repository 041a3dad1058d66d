"""The demo: it walks its whole path by itself, lets one browser in by its door, and leaves nothing behind."""

import subprocess
import sys
import tempfile
import threading
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import ModuleType
from urllib.parse import urlsplit

import pytest

from lockportal import Config, Portal
from lockportal.demo import run, running
from lockportal.demo.browser import Browser
from lockportal.demo.door import Door
from lockportal.demo.mailbox import Mailbox
from lockportal.signing import draw_secret
from lockportal.testing.book import DEMO_EMAIL, Book, settings, supplier, write

BASE = "http://127.0.0.1:8123"


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def app(monkeypatch):
    """Install an application under the name `tried`: a function as `serve` must be."""

    def install(serve):
        module = ModuleType("tried")
        module.serve = serve
        monkeypatch.setitem(sys.modules, "tried", module)
        return "tried:serve"

    return install


def test_the_demo_walks_its_whole_path_and_keeps_a_book_that_is_there(temporary, sqlite_url):
    pytest.importorskip("lockportal_example_flask")
    pytest.importorskip("typst")

    def walk():
        told = []
        code = run(app="lockportal_example_flask:serve", check=True, database=sqlite_url, customers=12, echo=told.append)
        assert (code, [line for line in told if line.startswith("FAILED")]) == (0, [])
        assert told[-1] == "ok the books tie out"
        assert "ok the bank says no, and the page says what to do" in told
        assert "ok the receipt is there as PDF" in told
        assert "ok the money comes, and the promise is kept" in told
        assert "ok its days pass without money, and the promise is broken" in told
        assert "ok the desk asks, and the customer answers" in told
        assert "ok it is granted, and closed by its credit memo" in told
        return told

    assert walk()[0].startswith("A book of 12 customers")
    assert walk()[0] == "The book is in the database already and stays as it is."
    assert list(temporary.iterdir()) == []


def test_the_demo_walks_in_fastapi_too(temporary):
    pytest.importorskip("lockportal_example_fastapi")
    pytest.importorskip("typst")
    told = []
    assert run(app="lockportal_example_fastapi:serve", check=True, customers=4, echo=told.append) == 0, told
    assert told[-1] == "ok the books tie out"


def test_a_failed_step_is_named_and_ends_with_1(temporary, app):
    class Broken(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_error(500)

        def log_message(self, *_):
            pass

    def serve(portal, *, host, port, ready=None):
        with ThreadingHTTPServer((host, port), Broken) as server:
            ready(f"http://{host}:{port}")
            server.serve_forever(poll_interval=0.05)

    told = []
    assert run(app=app(serve), check=True, customers=3, echo=told.append) == 1
    assert told[-1].startswith("FAILED the server is alive: ")
    assert list(temporary.iterdir()) == []


def test_a_server_that_ends_early_is_a_failure(temporary, app):
    told = []
    assert run(app=app(lambda portal, **_: None), check=True, customers=3, echo=told.append) == 1
    assert told[-1] == "FAILED the server ended before the walk did"


def test_ctrl_c_ends_the_demo_well_and_leaves_nothing_behind(temporary, app):
    told = []

    def serve(portal, *, host, port, ready=None):
        ready(f"http://{host}:{port}")
        raise KeyboardInterrupt

    assert run(app=app(serve), port=0, customers=3, echo=told.append) == 0
    assert any(DEMO_EMAIL in line and "http://127.0.0.1:" in line for line in told)
    assert any("outbox" in line for line in told)
    assert told[-1] == "The demo is over."
    assert list(temporary.iterdir()) == []


def test_a_missing_application_ends_with_2_and_says_what_to_install():
    told = []
    assert run(app="nowhere", echo=told.append) == 2
    assert "pip install lockportal-example-nowhere" in told[0]


def test_a_missing_stub_ends_with_2_and_says_what_to_install(app):
    told = []
    assert run(app=app(print), gateway="nowhere-stub", echo=told.append) == 2
    assert told == ["The gateway 'nowhere-stub' cannot be loaded: pip install lockportal-nowhere"]


def test_without_typst_the_demo_ends_with_2_and_says_what_to_install(monkeypatch, app):
    monkeypatch.setattr(running, "find_spec", lambda _: None)
    told = []
    assert run(app=app(print), echo=told.append) == 2
    assert told == ['Invoices and statements need Typst: pip install "lockportal[pdf]"']


def test_a_port_that_is_taken_is_named(app):
    told = []
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        assert run(app=app(print), port=server.server_port, echo=told.append) == 1
        assert f"Port {server.server_port} of 127.0.0.1 is taken" in told[0]


@pytest.fixture
def told():
    return []


@pytest.fixture
def portal(sqlite_url, tmp_path, told):
    config = Config(
        supplier=supplier(),
        settings=settings(),
        database=sqlite_url,
        base_url=BASE,
        files=f"folder:{tmp_path / 'files'}",
        secret_keys=(draw_secret(),),
    )
    portal = Portal(config, notifier=Mailbox(tmp_path / "outbox", BASE, told.append))
    portal.upgrade()
    write(portal, Book(customers=2, as_of=portal.ledger.today()))
    yield portal
    portal.close()


def test_each_mailed_link_is_told_and_unknown_addresses_get_none(portal, told, tmp_path):
    for email in (DEMO_EMAIL, "nobody@example.com"):
        portal.access.request_link(email, binding="the mark of a browser")
    portal.deliver()
    assert len(told) == 1
    assert told[0].startswith(f"mail for {DEMO_EMAIL}: {BASE}/sign-in/")
    assert len([path for path in (tmp_path / "outbox").glob("*.eml") if path.name != "latest.eml"]) == 1


def test_the_door_opens_once_and_only_by_its_own_path(portal):
    door = Door(portal, portal.context.notifier, DEMO_EMAIL)
    assert door.open("/") == (f"{BASE}/", "")
    assert door.open(f"/{door.key}x") == (f"{BASE}/", "")
    link, cookie = door.open(f"/{door.key}")
    assert link.startswith(f"{BASE}/sign-in/")
    assert "HttpOnly" in cookie
    assert door.open(f"/{door.key}") == (f"{BASE}/", "")


def test_many_browsers_at_once_do_not_get_through_the_door_together(portal):
    door = Door(portal, portal.context.notifier, DEMO_EMAIL)
    cookies = []
    threads = [threading.Thread(target=lambda: cookies.append(door.open(f"/{door.key}")[1])) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(bool(cookie) for cookie in cookies) == 1


def test_looking_at_the_door_with_head_does_not_open_it(portal):
    door = Door(portal, portal.context.notifier, DEMO_EMAIL)
    with door.standing("127.0.0.1") as address:
        place = urlsplit(address)
        connection = HTTPConnection(place.hostname, place.port)
        connection.request("HEAD", place.path)
        assert connection.getresponse().getheader("Set-Cookie") is None
        connection.close()
        answer = Browser(BASE).get(address)
        assert answer.status == 303
        assert "set-cookie" in answer.headers


def test_a_link_that_the_door_asked_for_serves_only_with_the_cookie_it_gave(portal):
    door = Door(portal, portal.context.notifier, DEMO_EMAIL)
    link, _ = door.open(f"/{door.key}")
    token = link.rpartition("/")[2]
    assert portal.access.inspect(token, draw_secret()).state == "code_needed"


def test_the_demo_needs_none_of_the_tools_of_tests():
    code = "import sys, lockportal.demo; print(sorted({'pytest', 'hypothesis'} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert found.strip() == "[]"
