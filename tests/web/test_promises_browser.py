"""Promising as a person does it: a real browser at both applications."""

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
    from lockportal.core.actor import SYSTEM, Right
    from lockportal.promises import PromisesSettings
    from web.conftest import World
    from web.payers import settings

    rules = (settings("ask"), PromisesSettings(latest_days=20))
    folder = tmp_path_factory.mktemp("promising")
    with SERVERS[request.param](lambda base_url: World(folder, base_url=base_url, settings=rules)) as made:
        for contact in made.portal.profiles.contacts(made.harbour, by=SYSTEM):
            made.portal.profiles.change_contact(made.harbour, contact.id, by=SYSTEM, rights=tuple(Right))
        yield made
        made.portal.close()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_selection_is_promised_put_off_followed_as_money_comes_and_the_rest_called_off(browser, world, script):
    from lockportal.core.actor import SYSTEM
    from lockportal.payments import LineChoice, MethodKind
    from web.conftest import usd

    numbers = [f"PROMISE-{'J' if script else 'N'}-{n}" for n in (1, 2)]
    world.store(*(world.invoice(number, "100.00", -3) for number in numbers))
    world.ids |= world._ids(world.harbour)
    world.clock.forward(minutes=16)
    today = world.portal.supplier.today(world.clock.now())
    context = browser.new_context(java_script_enabled=script, locale="en-US")
    page = context.new_page()
    for name, value in world.signed_in().cookies.items():
        context.add_cookies([{"name": name, "value": value, "url": world.base_url}])
    page.goto(f"{world.base_url}/accounts/{world.harbour}/documents?text={numbers[0][:-1]}")
    for number in numbers:
        page.get_by_label(f"Choose {number}").check()
    page.get_by_role("button", name="Promise to pay").click()
    page.fill("input[name=on]", str(today + timedelta(days=5)))
    page.get_by_label(f"Promised amount of {numbers[1]}").fill("60")
    page.get_by_role("button", name="Promise", exact=True).click()
    page.wait_for_url("**/promises?done=promise_made")
    assert "$160.00 by" in page.locator("article:has(details) h2").inner_text()
    page.locator("summary", has_text="Change").first.click()
    page.locator("form:has(button[value=reschedule]) input[name=on]").first.fill(str(today + timedelta(days=10)))
    page.locator("button[value=reschedule]").first.click()
    page.wait_for_url("**/promises?done=promise_changed")
    line = [LineChoice(document_id=world.ids[numbers[0]], pay=usd(100))]
    given = {"money": usd(100), "received_on": today, "method": MethodKind.CHEQUE, "lines": line}
    world.portal.payments.record(world.harbour, SYSTEM, **given)
    page.reload()
    assert page.locator("article:has(details) progress").get_attribute("value") == "10000"
    page.locator("summary", has_text="Change").first.click()
    page.locator("form:has(button[value=cancel]) input[name=reason]").first.fill("The rest is disputed.")
    page.locator("button[value=cancel]").first.click()
    page.wait_for_url("**/promises?done=**")
    assert "Called off" in page.locator("main").inner_text()
    context.close()
