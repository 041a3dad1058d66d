"""A file is sent by a real browser, without scripts; and what means harm, though it came to rest, runs in none."""

import hashlib
import runpy
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from given_contents import jpeg, pdf_of
from ports import held_port
from waiting import patient

pytest.importorskip("playwright.sync_api")
SHOTS = runpy.run_path(str(Path(__file__).parents[1] / "screenshots.py"))
SERVING = """
import sys
from importlib import import_module

sys.path.insert(0, sys.argv[5])
from examples.test_uploads_in_browser import portal_of

app, database, files, port = sys.argv[1:5]
portal = portal_of(database, files, port)
serve = import_module(f"lockportal_example_{app}").serve
serve(portal, host="127.0.0.1", port=int(port), ready=lambda address: print(address, flush=True))
"""
CANARY = "https://canary.example/ran"
ANN = "ann@harbour.example"
pytestmark = [pytest.mark.browser, pytest.mark.slow]


class Box:
    """Keeps every mail."""

    def __init__(self):
        self.mails = []

    def send(self, mail):
        self.mails.append(mail)


def portal_of(database, files, port):
    from lockportal import Config, Portal
    from lockportal.core.settings import Supplier

    supplier = Supplier(name="Quayside Supply Co.", currencies=("USD",))
    config = Config(
        supplier=supplier, database=database, files=files, base_url=f"http://127.0.0.1:{port}", secret_keys=("k" * 40,)
    )
    portal = Portal(config, notifier=Box())
    portal.upgrade()
    return portal


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    path = SHOTS["chromium"]()
    if path is None:
        pytest.skip("no Chromium: set LOCKPORTAL_CHROMIUM")
    with sync_playwright() as playwright:
        made = patient(playwright.chromium.launch(executable_path=path, args=list(SHOTS["FLAGS"])))
        yield made
        made.close()


class House:
    """An application that answers at an address, its portal in this process too, and Ann signed in."""

    def __init__(self, app, folder, port):
        from estate import sign_in
        from lockportal import Right
        from lockportal.core.actor import SYSTEM

        self.address = f"http://127.0.0.1:{port}"
        database, files = f"sqlite:///{folder / 'book.sqlite'}", f"folder:{folder / 'files'}"
        self.portal = portal_of(database, files, port)
        self.account = self.portal.profiles.open_customer("C-1", "Harbour", by=SYSTEM)
        self.portal.profiles.add_contact(self.account, ANN, "Ann", (Right.VIEW,), by=SYSTEM, invite=False)
        self.cookie = {"name": "lockportal", "value": sign_in(self.portal, ANN).cookie, "url": self.address}
        here = str(Path(__file__).parents[1])
        command = [sys.executable, "-c", SERVING, app, database, files, str(port), here]
        self.server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.server.stdout.readline().strip() == self.address

    @property
    def page(self):
        return f"{self.address}/accounts/{self.account}/uploads"

    def close(self):
        self.portal.close()
        self.server.terminate()  # what is started in the background ignores interrupts
        try:
            self.server.wait(60)
        except subprocess.TimeoutExpired:
            self.server.kill()
            self.server.wait()
        self.server.stdout.close()


@pytest.fixture(scope="module", params=["flask", "fastapi"])
def house(request, tmp_path_factory):
    with held_port() as port, closing(House(request.param, tmp_path_factory.mktemp(request.param), port)) as made:
        yield made


def test_a_photo_is_sent_and_had_back_without_any_script(house, browser, tmp_path):
    (tmp_path / "pallet 3.jpg").write_bytes(jpeg("three pallets"))
    (tmp_path / "letter.pdf").write_bytes(b"Dear all")
    with browser.new_context(java_script_enabled=False, locale="en-US") as context:
        context.add_cookies([house.cookie])
        page = context.new_page()
        page.goto(house.page)
        page.get_by_label("File").set_input_files(tmp_path / "letter.pdf")
        page.get_by_label("Note").fill("As it came.")
        page.get_by_role("button", name="Send").click()
        assert "of a kind that is not taken here" in page.get_by_role("alert").inner_text()
        assert page.get_by_label("Note").input_value() == "As it came."
        page.get_by_label("File").set_input_files(tmp_path / "pallet 3.jpg")
        page.get_by_role("button", name="Send").click()
        assert page.get_by_role("status").inner_text() == "The file was sent."
        with page.expect_download() as taken:
            page.get_by_role("link", name="pallet 3.jpg").click()
        assert taken.value.suggested_filename == "pallet 3.jpg"
        assert Path(taken.value.path()).read_bytes() == jpeg("three pallets")
        page.goto(f"{house.address}/accounts/{house.account}/uploads?document=nonsense")
        assert "There is no such page" in page.content()


_SCRIPTS = (
    f"fetch('{CANARY}')",
    f"new Image().src='{CANARY}'",
    f"location='{CANARY}'",
    "alert(1)",
    f"navigator.sendBeacon('{CANARY}')",
)
_SHAPES = (
    ("text/html", "<!doctype html><script>{}</script>"),
    ("image/png", '<html><body onload="{}">'),
    ("image/svg+xml", '<svg xmlns="http://www.w3.org/2000/svg"><script>{}</script></svg>'),
    ("image/jpeg", '<svg xmlns="http://www.w3.org/2000/svg" onload="{}"/>'),
    ("application/xml", '<?xml version="1.0"?><x:html xmlns:x="http://www.w3.org/1999/xhtml"><x:script>{}</x:script></x:html>'),
    ("text/xml", '<?xml version="1.0"?><a xmlns="http://www.w3.org/1999/xhtml"><img src="x" onerror="{}"/></a>'),
    ("application/xhtml+xml", '<html xmlns="http://www.w3.org/1999/xhtml"><head><script>{}</script></head></html>'),
    ("application/pdf", "%PDF-1.7\n<script>{}</script>"),
    ("text/plain", "<script>{}</script>"),
)


def hostile():
    """Fifty pages, pictures, papers that would run something, under types that are true and others."""
    made = [(kind, shape.replace("{}", script).encode()) for script in _SCRIPTS for kind, shape in _SHAPES]
    page, pages = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>", b"<</Type/Pages/Count 1/Kids[3 0 R]>>"
    for script in _SCRIPTS:
        words = b"<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(%b)>> >>" % script.replace("(", "\\(").encode()
        made.append(("application/pdf", pdf_of(words, pages, page)))
    return made


def plant(house, media_type, content):
    """Keep a content as if it had been looked through and found well."""
    from lockportal.core.actor import SYSTEM, staff
    from lockportal.uploads import Subject, UploadFacts
    from lockportal.uploads.commands import ReceiveUpload, StartUpload

    portal, stored = house.portal, b"h" * 32 + content
    digest = hashlib.sha256(content).digest()
    facts = UploadFacts(name="a.html", media_type=media_type, size=len(content), sha256=digest)
    key = hashlib.sha256(stored).digest()
    command = StartUpload(account_id=house.account, subject=Subject("account", house.account), file=facts, storage_key=key)
    upload = portal.shell.run(command, staff("casey")).id
    portal.context.uploads.put(iter((stored,)), limit=len(stored))
    portal.shell.run(ReceiveUpload(account_id=house.account, upload_id=upload, storage_key=key, scanned=False), SYSTEM)
    return f"{house.page}/{upload}"


class Watching:
    """A page of a browser in which Ann is signed in; it keeps what ran."""

    def __init__(self, context):
        self.ran = []
        self.page = context.new_page()
        context.route(f"{CANARY}**", lambda route: (self.ran.append(route.request.url), route.abort()))
        self.page.on("dialog", lambda dialog: (self.ran.append("a dialog"), dialog.dismiss()))


@pytest.mark.guarantee(39)
def test_nothing_that_was_sent_runs_in_a_browser(house, browser, tier):
    from playwright.sync_api import Error

    files = hostile()
    assert len(files) == 50
    with browser.new_context() as context:
        context.add_cookies([house.cookie])
        watching = Watching(context)
        for number in tier.some(len(files), 5, 10):
            address = plant(house, *files[number])
            answer = context.request.get(address)
            assert answer.headers["content-disposition"].startswith("attachment;")
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["content-security-policy"].startswith("sandbox;")
            assert answer.headers["cache-control"] == "no-store"
            with pytest.raises(Error, match="Download is starting"):
                watching.page.goto(address)
            watching.page.goto(f"{house.address}/health")
            for tag in ("iframe", "embed", "img"):
                watching.page.evaluate(
                    "([tag, src]) => new Promise(done => { const one = document.createElement(tag); one.src = src;"
                    " one.onload = one.onerror = done; document.documentElement.append(one); setTimeout(done, 300) })",
                    [tag, address],
                )
        assert watching.ran == []


def test_a_page_that_is_shown_as_one_would_run(browser):
    """The control: what the test above looks for is seen where a page is handed out as a page."""
    with browser.new_context() as context:
        watching = Watching(context)
        shown = {"/a": hostile()[0], "/b": hostile()[2]}

        def inline(route):
            kind, content = shown["/" + route.request.url[-1]]
            route.fulfill(body=content, content_type=kind)

        context.route("https://inline.example/**", inline)
        for path in shown:
            with watching.page.expect_request(f"{CANARY}**"):
                watching.page.goto(f"https://inline.example{path}")
        assert len(watching.ran) == 2
