"""Disputing as a person does it: a real browser at both applications."""

import pytest

from given_contents import jpeg

pytest.importorskip("playwright.sync_api")
pytest.importorskip("lockportal_example_flask")
pytest.importorskip("lockportal_example_fastapi")
from web.served import BOTH, SERVERS, launched

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser():
    with launched() as made:
        yield made


@pytest.fixture(params=BOTH)
def world(request, tmp_path):
    from web.arguing import argument

    with SERVERS[request.param](lambda base_url: argument(tmp_path, base_url=base_url)) as made:
        yield made
        made.portal.close()


@pytest.mark.parametrize("script", [True, pytest.param(False, marks=pytest.mark.slow)], ids=["script", "no script"])
def test_two_lines_are_disputed_with_a_photo_asked_about_granted_in_part_credited_and_the_rest_is_paid(browser, world, script):
    from web import arguing as story

    _, _, total = story.standing(world)
    context = browser.new_context(java_script_enabled=script, locale="en-US")
    page = context.new_page()
    for name, value in world.signed_in().cookies.items():
        context.add_cookies([{"name": name, "value": value, "url": world.base_url}])
    page.goto(f"{world.base_url}/accounts/{world.harbour}/documents/{world.ids[story.NUMBER]}")
    page.get_by_role("button", name="Something is wrong").click()
    assert "You were billed 500; Proof of delivery POD-601 shows 455." in page.locator("main").inner_text()
    page.get_by_label("Choose Freight").uncheck()
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("What happened").fill("One pallet was left behind.")
    page.get_by_role("button", name="Work out the amount").click()
    assert "You dispute $127.80 in all." in page.locator("main").inner_text()
    page.get_by_role("button", name="Keep as a draft, and add photos").click()
    page.locator("input[name=content]").set_input_files({"name": "pallet.jpg", "mimeType": "image/jpeg", "buffer": jpeg()})
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_role("link", name="pallet.jpg").wait_for()
    page.get_by_role("button", name="Send the dispute").click()
    page.wait_for_url("**?done=dispute_opened")
    assert story.standing(world) == (story.WHOLE, story.WRONG, total)
    mail = story.ask(world, "Which pallet was it?")
    page.goto(next(line for line in mail.text.splitlines() if "/disputes/" in line))
    assert "Which pallet was it?" in page.locator("main").inner_text()
    story.answer(world, mail, "The second one.")
    page.reload()
    assert "The second one." in page.locator("main").inner_text()
    assert "In review" in page.locator("main").inner_text()
    story.accept_the_first_line(world)
    assert story.standing(world) == (story.WHOLE, story.GRANTED, total)
    story.import_the_memo(world)
    assert story.standing(world) == (story.CREDITED, story.NOTHING, total - story.GRANTED)
    page.reload()
    assert "The tape is 5.00 now." in page.locator("main").inner_text()
    assert "Closed" in page.locator("h1 + p").inner_text()
    page.get_by_role("button", name="Pay the undisputed $2,111.00").click()
    page.get_by_role("button", name="Pay $2,111.00").click()
    page.wait_for_url("**/payments/**")
    assert story.standing(world) == (story.NOTHING, story.NOTHING, total - story.WHOLE)
    context.close()
