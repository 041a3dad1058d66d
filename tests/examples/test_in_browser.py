"""Both applications as a person meets them: a real server, a real browser, and a mail that came over SMTP."""

import re
import runpy
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from ports import held_port
from waiting import patient

pytest.importorskip("playwright.sync_api")
SHOTS = runpy.run_path(str(Path(__file__).parents[1] / "screenshots.py"))
ANN = "ann@harbour.example"
MANY = 5_000
SERVING = """
import sys
from importlib import import_module

from lockportal import Config, Portal
from lockportal.core.settings import Supplier

app, database, base_url, mail, port = sys.argv[1:]
supplier = Supplier(name="Quayside Supply Co.", currencies=("USD",), languages=("en", "de", "fr", "es"))
portal = Portal(Config(supplier=supplier, database=database, base_url=base_url, mail=mail, secret_keys=("k" * 40,)))
portal.upgrade()
serve = import_module(f"lockportal_example_{app}").serve
serve(portal, host="127.0.0.1", port=int(port), ready=lambda address: print(address, flush=True))
"""
pytestmark = [pytest.mark.browser, pytest.mark.slow]


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


@pytest.fixture(scope="module")
def letters():
    from lockportal.testing import SmtpServer

    with SmtpServer() as server:
        yield server


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """A database with one customer who has five thousand invoices."""
    from lockportal import Config, Portal
    from lockportal.core.actor import SYSTEM, Right
    from lockportal.core.money import Money
    from lockportal.core.settings import Supplier
    from lockportal.documents.imports.rows import ImportRow
    from lockportal.documents.models import DocumentFacts, DocumentKind

    database = f"sqlite:///{tmp_path_factory.mktemp('book') / 'book.sqlite'}"
    supplier = Supplier(name="Quayside Supply Co.", currencies=("USD",))
    portal = Portal(Config(supplier=supplier, database=database, mail="folder:outbox", secret_keys=("k" * 40,)))
    portal.upgrade()
    day = date(2026, 1, 15)
    facts = (
        DocumentFacts(
            external_id=f"INV-{n:05}",
            kind=DocumentKind.INVOICE,
            number=f"INV-{n:05}",
            total=Money.of(f"{n}.25", "USD"),
            issued_on=day,
            due_on=day,
        )
        for n in range(1, MANY + 1)
    )
    rows = [ImportRow(n, "C-1041", "Harbour Foods Ltd", fact) for n, fact in enumerate(facts, 1)]
    assert not portal.documents.store(rows, SYSTEM, source="books").errors
    account = portal.profiles.customer_by_number("C-1041", by=SYSTEM).account_id
    portal.profiles.add_contact(account, ANN, "Ann", (Right.VIEW,), by=SYSTEM, invite=False)
    portal.close()
    return database


@pytest.fixture(scope="module", params=["flask", "fastapi"])
def address(request, book, letters):
    """Where an application answers, served as its own `serve` does."""
    with held_port() as port:
        yield from served(request.param, book, letters, port)


def served(app, book, letters, port):
    base_url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-c", SERVING, app, book, base_url, letters.address, str(port)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert server.stdout.readline().strip() == base_url
        yield base_url
    finally:
        server.terminate()  # what is started in the background ignores interrupts
        try:
            server.wait(60)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
        server.stdout.close()


@pytest.fixture
def page(browser):
    context = browser.new_context(locale="en-US")
    page = context.new_page()
    yield page
    context.close()


EVERY_PAGE = """async () => {
    const seen = [];
    let where = location.href;
    while (where) {
        const answer = await fetch(where);
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        page.querySelectorAll("tbody th a").forEach(one => seen.push(one.textContent));
        const next = page.querySelector("a[rel=next]");
        where = next && new URL(next.getAttribute("href"), where).href;
    }
    return seen;
}"""
"""Goes from page to page as the links lead, in the browser, with its cookies."""


def test_a_person_comes_in_by_the_mail_finds_reads_downloads_and_leaves(page, address, letters):
    said = []
    page.on("console", lambda message: said.append(message.text))
    # the language, before there is a session
    page.goto(f"{address}/sign-in")
    page.get_by_role("link", name="Deutsch").click()
    assert page.locator("h1").inner_text() == "Bei Ihrem Konto anmelden"
    page.get_by_role("link", name="English").click()
    # the mailed link, from a mail server
    page.fill("input[name=email]", ANN)
    before = len(letters.messages)
    page.click("button[type=submit]")
    page.wait_for_selector("strong.code")
    for _ in range(600):
        if len(letters.messages) > before:
            break
        page.wait_for_timeout(100)
    mail = letters.messages[-1]
    assert mail["To"] == ANN
    page.goto(re.search(rf"{re.escape(address)}/sign-in/\S+", mail.get_body(("plain",)).get_content()).group())
    page.click("button[type=submit]")
    page.wait_for_url("**/accounts/**")
    assert "$12,503,750.00" in page.locator(".figure").inner_text()
    # a search, as one types
    page.get_by_role("link", name="Documents", exact=True).click()
    page.wait_for_url("**/documents")  # whole, its script too: what is typed before is not looked for
    page.fill("[type=search]", "INV-04711")
    page.wait_for_url("**text=INV-04711**")
    page.wait_for_function("document.querySelectorAll('tbody tr').length === 1")
    assert page.locator("tbody th a").inner_text() == "INV-04711"
    # five thousand, page by page
    page.goto(page.url.partition("?")[0] + "?sort=number")
    page.click("a[rel=next]")
    page.wait_for_url("**after=**")
    page.get_by_text("Back to first").click()
    page.wait_for_url("**/documents?sort=number")
    assert page.evaluate(EVERY_PAGE) == [f"INV-{n:05}" for n in range(1, MANY + 1)]
    # the running total, and a download
    page.get_by_label("Choose INV-00001").check()
    page.get_by_label("Choose INV-00003").check()
    assert page.locator("[data-chosen]").inner_text() == "2 chosen · $4.50"
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download as ZIP").click()
    assert Path(waiting.value.path()).read_bytes()[:2] == b"PK"
    # out
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in?done=left")
    page.goto(f"{address}/")
    page.wait_for_url("**/sign-in")
    assert said == []


def test_without_scripts_the_total_is_added_up_by_the_server(browser, address, letters):
    context = browser.new_context(java_script_enabled=False, locale="de-DE")
    page = context.new_page()
    page.goto(f"{address}/sign-in")
    page.fill("input[name=email]", ANN)
    before = len(letters.messages)
    page.click("button[type=submit]")
    for _ in range(600):
        if len(letters.messages) > before:
            break
        page.wait_for_timeout(100)
    page.goto(re.search(rf"{re.escape(address)}/sign-in/\S+", letters.messages[-1].get_body(("plain",)).get_content()).group())
    page.click("button[type=submit]")
    page.wait_for_url("**/accounts/**")
    page.get_by_role("link", name="Belege", exact=True).click()
    page.goto(f"{page.url}?sort=number")
    page.get_by_label("INV-00002 auswählen").check()
    page.get_by_label("INV-00004 auswählen").check()
    page.get_by_role("button", name="Summe bilden").click()
    assert page.locator("[data-chosen]").inner_text() == "2 ausgewählt · 6,50\N{NO-BREAK SPACE}$"
    assert page.get_by_label("INV-00004 auswählen").is_checked()
    context.close()
