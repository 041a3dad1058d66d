"""A reminder on its whole way: sent by SMTP, read as it arrived, and its links clicked in a real browser at both applications."""

from datetime import time

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
def reminded(request, tmp_path_factory):
    """A portal whose customers were reminded by a real mail server, the mails there by recipient, and Ann's cookies."""
    from lockportal import SYSTEM
    from lockportal.dunning import DunningSettings, Level, Policy, Telling, Template
    from lockportal.mail import notifier
    from lockportal.testing import Script, SmtpServer
    from web.conftest import PAYMENTS, TOLD, World

    policy = Policy(name="soon", levels=(Level(name="first", days=3, tell=(Telling(template=Template.FRIENDLY),)),))
    always = {"awake_from": time(0), "awake_until": time.max, "rest_days": False}
    settings = (PAYMENTS, TOLD, DunningSettings(active=True, policies=(policy,), **always))
    folder = tmp_path_factory.mktemp("reminded")
    with (
        SmtpServer(Script()) as server,
        SERVERS[request.param](lambda base_url: World(folder, base_url=base_url, settings=settings)) as world,
    ):
        cookies = [{"name": name, "value": value, "url": world.base_url} for name, value in world.signed_in().cookies.items()]
        world.letterbox.send = notifier(server.address).send
        assert world.portal.dunning.run(SYSTEM).reminders == 2
        while world.portal.deliver().handled:
            pass
        yield world, {str(message["To"]): message for message in server.messages}, cookies
        world.portal.close()


def opened(browser, message, *cookies):
    """The mail as a mail program shows it: its HTML part, in a page of its own."""
    context = browser.new_context(locale="en-US")
    context.add_cookies(cookies)
    page = context.new_page()
    page.set_content(message.get_body(("html",)).get_content())
    return page


def pressed(page):
    """What the button opens, which is a page of its own beside the mail."""
    with page.context.expect_page() as there:
        page.get_by_role("link", name="See it and pay").click()
    return there.value


def shown(page):
    """The number of the document to which a link leads, once it was opened as a person does."""
    page.wait_for_url("**/d/**")
    page.get_by_role("button", name="Open the document").click()
    page.wait_for_url("**/documents/**")
    return page.locator("h1").inner_text().split()[-1]


def test_the_button_of_a_reminder_of_one_invoice_leads_to_that_invoice_without_signing_in(browser, reminded):
    _, mails, _ = reminded
    page = opened(browser, mails["bob@mill.example"])
    there = pressed(page)
    assert shown(there) == "INV-9001"
    page.context.close()


def test_each_line_of_a_reminder_of_several_leads_to_its_own_invoice(browser, reminded):
    _, mails, _ = reminded
    for number in ("INV-1002", "INV-1003"):
        page = opened(browser, mails["ann@harbour.example"])
        page.get_by_role("link", name=number, exact=True).click()
        assert shown(page) == number
        page.context.close()


def test_the_button_of_a_reminder_of_several_leads_to_the_documents_of_who_is_signed_in(browser, reminded):
    world, mails, cookies = reminded
    page = opened(browser, mails["ann@harbour.example"], *cookies)
    there = pressed(page)
    there.wait_for_url(f"{world.base_url}/accounts/{world.harbour}/documents")
    assert "INV-1003" in there.locator("main").inner_text()
    page.context.close()
