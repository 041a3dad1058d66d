"""A collector's morning: what to do first, a call with a promise in it, an order held back, the figures; in both applications."""

from datetime import timedelta

import pytest

pytest.importorskip("playwright.sync_api")
pytest.importorskip("lockportal_example_flask")
pytest.importorskip("lockportal_example_fastapi")
from web.served import BOTH, SERVERS, launched

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser():
    with launched() as made:
        yield made


@pytest.fixture(scope="module", params=BOTH)
def world(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("morning")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("LOCKPORTAL_STAFF", "casey:open sesame")
        yield from served(request.param, folder)


def served(app, folder):
    from web.conftest import World

    with SERVERS[app](lambda base_url: World(folder, base_url=base_url)) as made:
        yield made
        made.portal.close()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_collector_takes_the_next_calls_holds_orders_back_and_looks_whether_it_works(browser, world, script):
    from lockportal.core.actor import SYSTEM, staff
    from lockportal.documents.imports.rows import ImportRow

    casey = staff("casey")
    world.clock.forward(days=1)
    number = f"MORNING-{'J' if script else 'N'}"
    account = world.portal.profiles.open_customer(number, f"Early {number} Ltd", by=SYSTEM)
    world.portal.profiles.add_contact(account, f"{number.lower()}@x.example", "Vi Olsen", by=SYSTEM, phone="+1 555 0100")
    row = ImportRow(1, number, f"Early {number} Ltd", world.invoice(number, "90000.00", -100))
    assert not world.portal.documents.store([row], SYSTEM, source="later").errors
    today = world.portal.ledger.today()
    context = browser.new_context(
        java_script_enabled=script, locale="en-US", http_credentials={"username": "casey", "password": "open sesame"}
    )
    page = context.new_page()
    page.goto(f"{world.base_url}/desk/work")
    page.get_by_role("button", name="Take the next one").click()
    page.wait_for_url(f"**/desk/accounts/{account}?done=take")
    page.get_by_role("button", name="Call", exact=True).or_(page.get_by_role("link", name="Call", exact=True)).first.click()
    page.wait_for_url("**/call")
    assert "+1 555 0100" in page.locator("main").inner_text()
    page.select_option("select[name=contact]", label="Vi Olsen")
    page.select_option("select[name=outcome]", "promised")
    page.fill("textarea[name=text]", "Vi pays 500 on Friday. @robin, watch it.")
    page.select_option("select[name=promised]", index=1)
    page.fill("input[name=promised_amount]", "500.00")
    page.fill("input[name=promised_on]", str(today + timedelta(days=4)))
    page.select_option("select[name=task]", index=1)
    page.get_by_role("button", name="Save the call").click()
    page.wait_for_url("**?done=called**")
    assert "Vi pays 500 on Friday." in page.locator("main").inner_text()
    (promise,) = world.portal.promises.list(account, casey)
    assert str(promise.amount.decimal) == "500.00"
    page.locator("summary", has_text="Hold new orders back").click()
    page.locator("form:has(button[value=hold]) input[name=reason]").fill("Ninety thousand are late.")
    page.locator("button[value=hold]").click()
    page.wait_for_url("**?done=credit_hold**")
    assert "Ninety thousand are late." in page.locator("main").inner_text()
    page.fill("input[name=search]", "friday")
    page.locator("form[role=search] button").click()
    page.wait_for_url("**search=friday**")
    assert page.locator("table.timeline tbody tr").count() == 1
    page.goto(f"{world.base_url}/desk/work?owner=nobody")
    assert number not in page.locator("main").inner_text(), "nobody else is given it"
    page.goto(f"{world.base_url}/desk/figures")
    assert "Days sales outstanding" in page.locator("main").inner_text()
    assert world.portal.activities.tasks(staff("robin"), owner="robin").items
    context.close()
