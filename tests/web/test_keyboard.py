"""What people and the desk do beyond the main way, by keyboard alone: from filters and payments to disputes and tasks."""

import runpy
from pathlib import Path

import pytest

from given_contents import jpeg
from keyboard_alone import press, reach
from lockportal.core.actor import staff
from waiting import patient

pytest.importorskip("playwright.sync_api")
pytest.importorskip("lockportal_example_flask")
SHOTS = runpy.run_path(str(Path(__file__).parents[1] / "screenshots.py"))
KIT = "kit@harbour.example"
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
def world(tmp_path_factory):
    from lockportal.core.actor import SYSTEM, Right

    with SHOTS["served"](tmp_path_factory.mktemp("keyboard")) as made:
        made.portal.profiles.add_contact(made.harbour, KIT, "Kit", tuple(Right), by=SYSTEM)
        yield made


@pytest.fixture(scope="module")
def page(browser, world):
    """An administrator of a customer, in a browser in which somebody of the house is known, too."""
    context = browser.new_context(http_credentials=SHOTS["STAFF"], locale="en-US")
    page = context.new_page()
    for _ in SHOTS["sign_in"](page, world, KIT):
        pass
    yield page
    context.close()


def opened(page, world, path):
    page.goto(f"{world.base_url}{path}")
    page.evaluate("document.activeElement.blur()")


def typed(page, selector, text):
    """Reach a field and write into it what it is to hold."""
    reach(page, selector)
    press(page, "Control+A")
    page.keyboard.type(text)


def numbers(page):
    return page.locator("tbody th a").all_inner_texts()


def test_documents_are_filtered_by_kind_and_amount_and_ordered(page, world):
    home = f"/accounts/{world.harbour}/documents"
    opened(page, world, home)
    reach(page, "select[name=kind]")
    page.keyboard.type("Invoice")
    page.wait_for_url("**kind=invoice**")
    page.locator("tbody th", has_text="PO-7731").wait_for(state="detached")
    reach(page, "select[name=sort]")
    page.keyboard.type("Amount")
    page.wait_for_url("**sort=**")
    reach(page, ".filters summary")
    press(page, "Enter")
    typed(page, "[name=amount_from]", "1000")
    typed(page, "[name=amount_to]", "2500")
    press(page, "Enter")
    page.wait_for_url("**amount_to=2500**")
    page.locator("tbody th", has_text="INV-1003").wait_for(state="detached")
    assert set(numbers(page)) == {"INV-1001", "INV-1006"}
    opened(page, world, home)
    reach(page, ".tabs a[href*=overdue]")
    press(page, "Enter")
    page.wait_for_url("**state=overdue**")
    assert set(numbers(page)) == {"INV-1001", "INV-1002", "INV-1003"}


def test_an_administrator_invites_changes_and_removes_somebody(page, world):
    opened(page, world, f"/accounts/{world.harbour}/people")
    reach(page, ".invite summary")
    press(page, "Enter")
    typed(page, ".invite [name=email]", "mo@harbour.example")
    typed(page, ".invite [name=name]", "Mo")
    reach(page, ".invite [name='right.pay']")
    press(page, "Space")
    reach(page, ".invite button")
    press(page, "Enter")
    row = page.locator("tbody tr", has_text="mo@harbour.example")
    row.wait_for()
    assert "Pay" in row.inner_text()
    for name, key in (("change", "Enter"), ("remove", "Space")):
        page.evaluate("document.activeElement.blur()")
        place = page.locator("tbody tr").all_inner_texts().index(row.inner_text()) + 1
        reach(page, f"tbody tr:nth-child({place}) summary")
        press(page, "Enter")
        if name == "change":
            typed(page, f"tbody tr:nth-child({place}) [name=name]", "Mo Marsh")
        reach(page, f"tbody tr:nth-child({place}) button[value={name}]")
        with page.expect_navigation():
            press(page, key)
        assert page.locator("tbody tr", has_text="Mo Marsh").count() == (1 if name == "change" else 0)
    assert "mo@harbour.example" in page.locator(".former").inner_text()


def invoice(world, number):
    """An open invoice of the test's own over 100.00; answer its id."""
    world.store(world.invoice(number, "100.00", -3))
    world.ids |= world._ids(world.harbour)
    return world.ids[number]


def balance(world, number):
    from lockportal.core.actor import SYSTEM

    return str(world.portal.documents.get(world.harbour, world.ids[number], SYSTEM).document.balance.decimal)


def chosen(page, world, number):
    """Choose a document in the list."""
    opened(page, world, f"/accounts/{world.harbour}/documents?text={number}")
    reach(page, "input[name=document]")
    press(page, "Space")


def test_a_document_is_paid_in_part(page, world):
    invoice(world, "KEYS-1")
    chosen(page, world, "KEYS-1")
    reach(page, "button[formaction$='/pay']")
    with page.expect_navigation():
        press(page, "Enter")
    typed(page, "[name^='pay.']", "60")
    reach(page, "button[value=update]")
    with page.expect_response(lambda answer: "/pay" in answer.url and answer.request.method == "POST"):
        press(page, "Enter")
    page.locator("button[value=pay]", has_text="$60.00").wait_for()
    reach(page, "input[name=method]")
    press(page, "ArrowDown")
    page.locator("button[value=pay]", has_text="$60.00").wait_for()
    assert page.locator("input[name=method]:checked").get_attribute("value") == "bank_transfer"
    reach(page, "button[value=pay]")
    press(page, "Enter")
    page.wait_for_url("**/payments/**")
    assert "Please state the reference." in page.locator("main").inner_text()


def test_a_document_is_promised_and_the_promise_called_off(page, world):
    invoice(world, "KEYS-2")
    chosen(page, world, "KEYS-2")
    reach(page, "button[formaction$='/promise']")
    with page.expect_navigation():
        press(page, "Enter")
    typed(page, "[name^='promise.']", "40")
    reach(page, "main form[method=post] button")
    press(page, "Enter")
    page.wait_for_url("**/promises?done=**")
    assert "$40.00" in page.locator("main").inner_text()
    page.evaluate("document.activeElement.blur()")
    reach(page, "main summary")
    press(page, "Enter")
    typed(page, "form:has(button[value=cancel]) [name=reason]", "Not by then.")
    reach(page, "button[value=cancel]")
    with page.expect_navigation():
        press(page, "Enter")
    assert "Called off" in page.locator("main").inner_text()


def test_a_line_is_disputed_written_about_with_a_photo_and_withdrawn(page, world):
    document = invoice(world, "KEYS-3")
    opened(page, world, f"/accounts/{world.harbour}/documents/{document}")
    reach(page, "main a[href$='/dispute']")
    with page.expect_navigation():
        press(page, "Enter")
    reach(page, "input[name=line][value=whole]")
    if not page.evaluate("document.activeElement.checked"):
        press(page, "Space")
    reach(page, "main form button")
    with page.expect_navigation():
        press(page, "Enter")
    reach(page, "select[name='category.0']")
    page.keyboard.type("Something")
    typed(page, "[name='amount.0']", "70")
    typed(page, "[name=note]", "It is too much.")
    reach(page, "button[value=open]")
    with page.expect_navigation():
        press(page, "Enter")
    assert "$30.00" in page.locator("main").inner_text(), "what of a hundred should not have been billed"
    page.evaluate("document.activeElement.blur()")
    reach(page, "input[type=file]")
    with page.expect_file_chooser() as asked:
        press(page, "Space")
    asked.value.set_files({"name": "pallet.jpg", "mimeType": "image/jpeg", "buffer": jpeg()})
    typed(page, "[name=text]", "Look at the photo.")
    reach(page, "form[action$='/messages'] button")
    with page.expect_navigation():
        press(page, "Enter")
    assert "Look at the photo." in page.locator("main").inner_text()
    page.evaluate("document.activeElement.blur()")
    reach(page, "button[value=withdraw]")
    with page.expect_navigation():
        press(page, "Enter")
    assert "Withdrawn" in page.locator("main").inner_text()


def test_a_file_is_sent(page, world):
    page.on("filechooser", lambda _: None)  # from the first, as Chromium asks the person until it is told to ask the test
    opened(page, world, f"/accounts/{world.harbour}/uploads")
    reach(page, "input[type=file]")
    with page.expect_file_chooser() as asked:
        press(page, "Space")
    asked.value.set_files({"name": "gate.jpg", "mimeType": "image/jpeg", "buffer": jpeg()})
    reach(page, "form[enctype] button")
    with page.expect_navigation():
        press(page, "Enter")
    assert "gate.jpg" in page.locator("main").inner_text()


def test_another_browser_is_signed_out(page, browser, world):
    world.clock.forward(minutes=16)
    context = browser.new_context()
    other = context.new_page()
    for _ in SHOTS["sign_in"](other, world, KIT):
        pass
    opened(page, world, "/sessions")
    reach(page, "form[action*='/sessions/'][action$='/end']:not([action='/sessions/end']) button")
    with page.expect_navigation():
        press(page, "Enter")
    opened(page, world, f"/accounts/{world.harbour}/")
    assert page.url.endswith(f"/accounts/{world.harbour}/")
    assert other.goto(f"{world.base_url}/accounts/{world.harbour}/").url.partition("?")[0].endswith("/sign-in")
    context.close()


def test_a_code_is_typed_in_another_browser(browser, world):
    desk, phone = browser.new_context(), browser.new_context()
    shown, page = desk.new_page(), phone.new_page()
    opened(shown, world, "/sign-in")
    typed(shown, "input[name=email]", KIT)
    with shown.expect_navigation():
        press(shown, "Enter")
    code = shown.locator("strong.code").inner_text()
    world.portal.deliver()
    opened(page, world, f"/sign-in/{world.letterbox.token(world.base_url)}")
    typed(page, "input[name=code]", code)
    with page.expect_navigation():
        press(page, "Enter")
    assert "/accounts/" in page.url
    desk.close()
    phone.close()


def test_a_document_is_opened_by_its_link_downloaded_and_its_payment_begun(browser, world):
    from lockportal.access.sharing.models import Shareable
    from lockportal.core.actor import SYSTEM

    kit = next(one for one in world.portal.profiles.contacts(world.harbour, by=SYSTEM) if one.email == KIT)
    shared = [Shareable(world.ids["INV-1001"], "INV-1001")]
    address = world.portal.access.sharing.share(world.harbour, shared, kit.id, by=SYSTEM)[world.ids["INV-1001"]]
    context = browser.new_context()
    page = context.new_page()
    page.goto(address)
    reach(page, "main button")
    with page.expect_navigation():
        press(page, "Enter")
    page.evaluate("document.activeElement.blur()")
    reach(page, "main a[href*='/pdf']")
    with page.expect_download() as download:
        press(page, "Enter")
    assert download.value.suggested_filename.endswith(".pdf")
    reach(page, "main a[href*='/pay']")
    with page.expect_navigation():
        press(page, "Enter")
    assert page.locator("main form[method=post]").count()
    context.close()


def test_a_link_to_a_document_is_taken_back(page, world):
    from lockportal.access.sharing.models import Shareable
    from lockportal.core.actor import SYSTEM

    kit = next(one for one in world.portal.profiles.contacts(world.harbour, by=SYSTEM) if one.email == KIT)
    documents = [Shareable(world.ids[number], number) for number in ("INV-1001", "INV-1002")]
    world.portal.access.sharing.share(world.harbour, documents, kit.id, by=SYSTEM)
    opened(page, world, f"/accounts/{world.harbour}/links")
    reach(page, "input[name=link]")
    press(page, "Space")
    chosen = page.evaluate("document.activeElement.getAttribute('aria-label')").partition(",")[0]
    typed(page, "[name=reason]", "It went to the wrong address.")
    with page.expect_navigation():
        press(page, "Enter")
    assert "Taken back" in page.locator("tbody tr", has_text=chosen).first.inner_text()
    assert page.locator("input[name=link][aria-label]").count() == 1


def test_messages_and_their_language_are_chosen(page, world):
    opened(page, world, "/preferences")
    reach(page, "input[type=checkbox]")
    press(page, "Space")
    name = page.evaluate("document.activeElement.name")
    reach(page, "select[name=language]")
    page.keyboard.type("Deutsch")
    reach(page, "main button, form button")
    with page.expect_navigation():
        press(page, "Enter")
    assert not page.locator(f"input[name='{name}']").is_checked()
    assert page.locator("select[name=language]").input_value() == "de"


def test_a_task_is_taken_and_closed_with_a_note_at_the_desk(page, world):
    from lockportal.core.actor import SYSTEM

    opened(page, world, "/desk?owner=nobody")
    reach(page, "button[value=take]")
    with page.expect_navigation():
        press(page, "Enter")
    opened(page, world, "/desk")
    before = page.locator("tbody tr").count()
    reach(page, ".do summary")
    press(page, "Enter")
    reach(page, "select[name=outcome]")
    press(page, "ArrowDown")
    typed(page, "[name=note]", "Called; settled.")
    with page.expect_navigation():
        press(page, "Enter")
    assert page.locator("tbody tr").count() == before - 1
    closed = [
        line.text
        for account in (world.harbour, world.mill, world.empty)
        for line in world.portal.activities.timeline(account, SYSTEM).items
        if "closed" in line.text
    ]
    assert closed


def test_money_is_recorded_given_back_and_applied_at_the_desk(page, world):
    from lockportal.core.actor import SYSTEM

    home, lists = f"/desk/accounts/{world.harbour}", world.portal.payments.lists
    opened(page, world, f"{home}/cash")
    typed(page, "[name=amount]", "12.34")
    typed(page, "[name=reference]", "CHQ 77")
    with page.expect_navigation():
        press(page, "Enter")
    assert "$12.34" in page.locator("main").inner_text()
    recorded = world.portal.payments.payments(SYSTEM, account_id=world.harbour).items[0].id
    opened(page, world, f"{home}/payments/{recorded}/refund")
    typed(page, "[name=amount]", "1.00")
    typed(page, "[name=reason]", "It was too much.")
    with page.expect_navigation():
        press(page, "Enter")
    page.evaluate("document.activeElement.blur()")
    reach(page, "main form[method=post] button")
    with page.expect_navigation():
        press(page, "Space")
    assert "Refund · $1.00" in page.locator("main").inner_text()
    assert "It was too much." in page.locator("main").inner_text()
    (credit,) = [one for one in lists.unapplied(SYSTEM, account_id=world.harbour).items if one.amount.minor == 1134]
    opened(page, world, f"{home}/credits/{credit.id}")
    typed(page, "table input[inputmode=decimal]", "11.34")
    with page.expect_navigation():
        press(page, "Enter")
    assert credit.id not in {one.id for one in lists.unapplied(SYSTEM, account_id=world.harbour).items}


def test_a_dispute_is_opened_for_a_customer_answered_and_decided_at_the_desk(page, world):
    document = invoice(world, "KEYS-4")
    opened(page, world, f"/desk/accounts/{world.harbour}/documents/{document}")
    reach(page, "main a[href$='/dispute']")
    with page.expect_navigation():
        press(page, "Enter")
    reach(page, "main form button")
    with page.expect_navigation():
        press(page, "Enter")
    reach(page, "select[name='category.0']")
    page.keyboard.type("Something")
    typed(page, "[name='amount.0']", "75")
    reach(page, "button[value=open]")
    with page.expect_navigation():
        press(page, "Enter")
    assert "The dispute is open" in page.locator("main").inner_text()
    page.evaluate("document.activeElement.blur()")
    typed(page, "[name=text]", "We look into it.")
    reach(page, "button[value=write]")
    with page.expect_navigation():
        press(page, "Enter")
    assert "We look into it." in page.locator("main").inner_text()
    page.evaluate("document.activeElement.blur()")
    reach(page, "button[value=accept]")
    with page.expect_navigation():
        press(page, "Enter")
    assert "Accepted" in page.locator("main").inner_text()


def test_the_next_customer_of_the_work_list_is_taken(page, world):
    opened(page, world, "/desk/work")
    reach(page, "button[value=next]")
    with page.expect_navigation():
        press(page, "Enter")
    assert page.locator("h1").count() == 1
    assert [one.owner for one in world.portal.activities.tasks(staff("casey"), owner="casey").items]


def test_a_field_that_the_keyboard_does_not_come_to_is_missed(page, world):
    """A control."""
    opened(page, world, "/preferences")
    page.evaluate("document.querySelector('select[name=language]').tabIndex = -1")
    with pytest.raises(AssertionError, match="select"):
        reach(page, "select[name=language]")
