"""Paying as a person does it: a real browser at both applications, the sandbox's page, webhooks over HTTP."""

import re
from http.client import HTTPConnection
from importlib.resources import files
from pathlib import Path
from urllib.parse import urlsplit

import pytest

pytest.importorskip("playwright.sync_api")
pytest.importorskip("lockportal_example_flask")
pytest.importorskip("lockportal_example_fastapi")
from web.served import BOTH, SERVERS, SHOTS, launched, state

pytestmark = pytest.mark.browser
EVERY_RULE = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="module")
def browser():
    with launched() as made:
        yield made


@pytest.fixture(scope="module", params=BOTH)
def world(request, tmp_path_factory):
    from web.conftest import World
    from web.payers import settings

    folder = tmp_path_factory.mktemp("paying")
    with SERVERS[request.param](lambda base_url: World(folder, base_url=base_url, settings=(settings("ask"),))) as made:
        made.number = 0
        yield made
        made.portal.close()


@pytest.fixture(autouse=True)
def later(world):
    world.clock.forward(minutes=16)


@pytest.fixture
def invoices(world):
    """Make invoices of the test's own, and answer their numbers."""

    def make(*amounts):
        numbers = []
        for amount in amounts:
            world.number += 1
            numbers.append(f"PAY-{world.number:03}")
            world.store(world.invoice(numbers[-1], amount, -3))
        world.ids |= world._ids(world.harbour)
        return numbers

    return make


@pytest.fixture
def come(browser, world):
    """Open a page for somebody who is signed in, or for nobody."""
    contexts = []

    def make(*, script=True, signed_in=True):
        context = browser.new_context(java_script_enabled=script)
        contexts.append(context)
        if signed_in:
            for name, value in world.signed_in().cookies.items():
                context.add_cookies([{"name": name, "value": value, "url": world.base_url}])
        return context.new_page()

    yield make
    for context in contexts:
        context.close()


def balance(world, number):
    from web import payers

    return payers.balance(world, number)


def checkout(page, world, *numbers):
    ids = "&".join(f"document={world.ids[number]}" for number in numbers)
    page.goto(f"{world.base_url}/accounts/{world.harbour}/pay?{ids}")


def confirm(page, way="Card"):
    """Choose a way to pay and press the button; without a script the changed figures are shown first."""
    page.get_by_role("radio", name=way).check()
    page.locator("button[value=pay]").click()


@pytest.mark.guarantee(13)
@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_three_invoices_are_paid_one_in_part_with_a_credit_and_no_second_time(world, come, invoices, script):
    first, second, third = invoices("100.00", "200.00", "300.00")
    credit = f"Wire {first}"
    day = world.clock.now().date()
    from lockportal.core.actor import SYSTEM
    from web.conftest import usd

    world.portal.ledger.record_credit(world.harbour, usd(50), day, SYSTEM, reference=credit)
    page = come(script=script)
    said = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(f"{world.base_url}/accounts/{world.harbour}/documents?text=PAY-")
    for number in (first, second, third):
        page.get_by_label(f"Choose {number}").check()
    page.get_by_role("button", name="Pay", exact=True).click()
    page.wait_for_url("**/pay?**")
    assert "Pay $600.00" in page.locator("#sum").inner_text()
    tab = page.context.new_page()
    tab.goto(page.url)
    page.get_by_label(f"Amount to pay of {second}").fill("80")
    page.get_by_label(re.compile(credit)).check()
    if not script:
        with page.expect_navigation():  # whole, its styles too: Chromium would ask for a picture of those that came first
            page.get_by_role("button", name="Update").click()
    page.get_by_role("button", name="Pay $430.00").click()
    page.wait_for_url("**/sandbox/**")
    page.get_by_role("button", name="Approve", exact=True).click()
    page.wait_for_url("**/payments/**")
    assert state(page) == "Paid"
    assert [balance(world, number) for number in (first, second, third)] == ["0.00", "120.00", "0.00"]
    tab.locator("button[value=pay]").click()
    assert f"Nothing is open of {first}." in tab.locator("main").inner_text()
    assert "Pay $120.00" in tab.locator("#sum").inner_text()
    assert [balance(world, number) for number in (first, second, third)] == ["0.00", "120.00", "0.00"]
    assert [text for text in said if "status of 4" not in text] == []


def test_the_sum_follows_what_is_typed_and_the_keyboard_stays_where_it_is(world, come, invoices):
    first, second = invoices("100.00", "200.00")
    page = come()
    checkout(page, world, first, second)
    page.get_by_label(f"Amount to pay of {first}").fill("10")
    for _ in range(2):  # past the link to the next document
        page.keyboard.press("Tab")
    page.keyboard.type("2")
    page.get_by_role("button", name="Pay $12.00").wait_for()
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == f"Amount to pay of {second}"
    page.keyboard.press("Control+a")
    page.keyboard.type("a lot")
    page.keyboard.press("Tab")
    page.wait_for_selector("#sum .fault")
    assert page.locator("button[value=pay]").count() == 0
    page.get_by_label(f"Amount to pay of {second}").fill("20")
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Pay $30.00").wait_for()


@pytest.fixture
def disputing(world):
    """Let the payer dispute, for a while."""
    from lockportal.core.actor import SYSTEM, Right

    contact = world.portal.profiles.contacts(world.harbour, by=SYSTEM)[0]

    def may(*rights):
        world.portal.profiles.change_contact(world.harbour, contact.id, by=SYSTEM, rights=rights)

    may(Right.VIEW, Right.PAY, Right.DISPUTE)
    yield
    may(Right.VIEW, Right.PAY)


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_some_lines_are_paid_and_the_rest_is_disputed_as_the_page_says(world, come, disputing, script):
    world.number += 1
    number = f"PAY-{world.number:03}"
    lines = (world.line("BX-40", "Carton, double wall", 30, "2.00"), world.line("TP-11", "Packing tape", 8, "5.00"))
    world.store(world.invoice(number, "100.00", -3, lines=lines))
    world.ids |= world._ids(world.harbour)
    page = come(script=script)
    checkout(page, world, number)
    page.get_by_text(f"Pay only a part of {number}").click()
    page.get_by_label(re.compile("Carton, double wall")).check()
    page.get_by_label("What is wrong with the rest").select_option("damage")
    page.get_by_label("Why not all of it").fill("The tape came wet")
    if not script:
        page.get_by_role("button", name="Update").click()
    page.get_by_role("button", name="Pay $60.00").wait_for()
    page.get_by_text("By paying you dispute $40.00 of it").wait_for()
    assert page.get_by_label("Why not all of it").input_value() == "The tape came wet"
    confirm(page)
    page.wait_for_url("**/sandbox/**")
    page.get_by_role("button", name="Approve", exact=True).click()
    page.wait_for_url("**/payments/**")
    assert state(page) == "Paid"
    assert f"You dispute $40.00 of {number} (Damaged)" in page.locator("main").inner_text()
    assert balance(world, number) == "40.00"
    page.get_by_role("link", name=re.compile(r"^D-\w+$")).click()
    page.get_by_role("heading", level=1, name=re.compile(r"^Dispute D-\w+$")).wait_for()


@pytest.mark.parametrize("first", ["browser", "webhook"])
def test_the_return_of_the_browser_and_the_webhook_come_in_either_order(world, come, invoices, first):
    from web.payers import operation, sandbox, webhooks

    (number,) = invoices("70.00")
    page = come()
    checkout(page, world, number)
    confirm(page)
    page.wait_for_url("**/sandbox/**")
    back = urlsplit(page.get_by_role("link", name="Back to the portal").get_attribute("href")).path
    there = back.removesuffix("/back")
    sandbox(world).press(operation(world, there), "ok")

    def returns():
        page.goto(world.base_url + back)
        assert state(page) == "Paid"

    def tells():
        for one in webhooks(world, there):
            address = urlsplit(world.base_url)
            connection = HTTPConnection(address.hostname, address.port)
            connection.request("POST", one.path, one.body, {**one.headers, "Content-Type": "application/json"})
            assert connection.getresponse().status == 200
            connection.close()
        page.goto(world.base_url + there)
        assert state(page) == "Paid"

    for step in (returns, tells) if first == "browser" else (tells, returns):
        step()
    assert balance(world, number) == "0.00"


def test_a_decline_says_what_to_do_and_the_same_choice_is_tried_again(world, come, invoices):
    (number,) = invoices("40.00")
    page = come(script=False)
    checkout(page, world, number)
    confirm(page)
    page.wait_for_url("**/sandbox/**")
    page.get_by_role("button", name="Expired card").click()
    page.wait_for_url("**/payments/**")
    assert state(page) == "Declined"
    assert "The card has expired. Pay with another card or another way." in page.locator("#progress").inner_text()
    page.get_by_role("button", name="Try again, or pay another way").click()
    confirm(page, "Bank transfer")
    page.wait_for_url("**/payments/**")
    assert state(page) == "Waiting for your money"
    page.get_by_role("button", name="Call it off").click()
    assert state(page) == "Called off"


def test_a_debit_that_comes_back_is_told_while_the_page_is_open(world, come, invoices):
    (number,) = invoices("55.00")
    page = come()
    checkout(page, world, number)
    confirm(page, "Bank debit (ACH)")
    page.wait_for_url("**/sandbox/**")
    hosted = page.url
    page.get_by_role("button", name="Agree; the money comes in three days").click()
    page.wait_for_url("**/payments/**")
    there = page.url
    assert state(page) == "Being processed"
    for button, wanted, left in (
        ("The bank lets it through now", "Paid", "0.00"),
        ("The bank takes it back: no funds", "Taken back by the bank", "55.00"),
    ):
        page.goto(hosted)
        page.get_by_role("button", name=button).click()
        page.goto(there)
        assert state(page) == wanted
        assert balance(world, number) == left
    assert "what it had paid is open again" in page.locator("#progress").inner_text()


def test_a_mailed_link_pays_its_one_invoice(world, come, invoices):
    from lockportal.access.sharing.models import Shareable
    from lockportal.core.actor import SYSTEM

    (number,) = invoices("33.00")
    contact = world.portal.profiles.contacts(world.harbour, by=SYSTEM)[0]
    shared = [Shareable(world.ids[number], number)]
    (link,) = world.portal.access.sharing.share(world.harbour, shared, contact.id, by=SYSTEM).values()
    page = come(signed_in=False)
    page.goto(link)
    page.get_by_role("button", name="Open the document").click()
    page.get_by_role("button", name="Pay", exact=True).click()
    confirm(page)
    page.wait_for_url("**/sandbox/**")
    page.get_by_role("button", name="Approve", exact=True).click()
    page.wait_for_url("**/payments/**")
    assert state(page) == "Paid"
    assert balance(world, number) == "0.00"
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Receipt (PDF)").click()
    assert Path(waiting.value.path()).read_bytes()[:4] == b"%PDF"
    page.goto(f"{world.base_url}/accounts/{world.harbour}/payments")
    assert "/sign-in" in page.url


@pytest.mark.slow
def test_axe_finds_nothing_on_what_a_payer_meets(world, come, invoices):
    first, second = invoices("12.00", "13.00")
    page = come()

    def looked():
        for width, height in SHOTS["SIZES"].values():
            page.set_viewport_size({"width": width, "height": height})
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                if not page.evaluate("typeof axe === 'object'"):
                    page.evaluate((files("axe_playwright_python") / "axe.min.js").read_text("utf-8"))
                options = {"resultTypes": ["violations"], "runOnly": EVERY_RULE}
                found = page.evaluate("async options => (await axe.run(options)).violations", options)
                assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []
            assert page.evaluate("document.documentElement.scrollWidth") <= width

    pytest.importorskip("axe_playwright_python")
    checkout(page, world, first, second, "INV-2001")
    looked()
    page.get_by_label(f"Amount to pay of {first}").fill("a lot")
    page.get_by_role("button", name="Update").click()
    looked()
    checkout(page, world, first)
    confirm(page)
    page.wait_for_url("**/sandbox/**")
    looked()
    page.get_by_role("button", name="Suspected fraud").click()
    page.wait_for_url("**/payments/**")
    looked()
    checkout(page, world, second)
    confirm(page, "Bank transfer")
    page.wait_for_url("**/payments/**")
    looked()
    page.goto(f"{world.base_url}/accounts/{world.harbour}/payments")
    looked()
    page.goto(f"{world.base_url}/accounts/{world.harbour}/")
    page.get_by_text("Pay otherwise").first.click()
    looked()
