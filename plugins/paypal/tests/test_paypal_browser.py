"""Paying with PayPal as a person does it: a real browser, both applications, the stub's page, webhooks over HTTP."""

from contextlib import contextmanager

import pytest
from lockportal_paypal.stub import PayPalStub
from lockportal_paypal.stub.demo import account_of

from lockportal.core.actor import SYSTEM
from lockportal.payments import MethodKind

for needed in ("playwright.sync_api", "lockportal_example_flask", "lockportal_example_fastapi"):
    pytest.importorskip(needed)
served = pytest.importorskip("web.served", reason="the portal's own tests are not beside this plugin")
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser():
    with served.launched() as made:
        yield made


@pytest.fixture(scope="module", params=served.BOTH)
def served_till(request, browser, tmp_path_factory):
    folder = tmp_path_factory.mktemp("paypal")

    @contextmanager
    def stand(now, endpoint):
        with PayPalStub(now=now, endpoint=endpoint) as stub:
            yield stub, account_of(stub, folder)

    with served.till_of(request.param, browser, folder, "paypal", stand, (MethodKind.PAYPAL,)) as made:
        yield made


@pytest.fixture
def till(served_till):
    yield served_till
    served_till.close()


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def test_a_payer_agrees_and_has_paid_when_they_are_back(till):
    number, page = till.invoice("70.00"), till.come()
    till.pay(page, "PayPal", number)
    press(page, "Agree and pay")
    till.back(page)
    assert served.state(page) == "Paid"
    assert till.balance(number) == "0.00"


def test_a_payer_who_agrees_and_closes_the_browser_has_paid_all_the_same(till):
    number, page = till.invoice("20.00"), till.come()
    till.pay(page, "PayPal", number)
    page.route(f"{till.world.base_url}/**", lambda route: route.abort())  # they never come back
    page.get_by_role("button", name="Agree and pay", exact=True).click(no_wait_after=True)
    for _ in range(600):
        if till.balance(number) == "0.00":
            break
        page.wait_for_timeout(100)
    assert till.balance(number) == "0.00"


def test_a_payer_who_cancels_has_paid_nothing_and_goes_on_later(till):
    number, page = till.invoice("40.00"), till.come()
    till.pay(page, "PayPal", number)
    press(page, "Cancel and go back")
    till.back(page)
    assert till.balance(number) == "40.00"
    page.get_by_role("button", name="Go on to pay").click()
    page.wait_for_url(f"{till.world.stub.url}/**")
    press(page, "Agree and pay")
    till.back(page)
    assert served.state(page) == "Paid"


def test_a_declined_payer_reads_why_and_tries_again(till):
    number, page = till.invoice("45.00"), till.come()
    till.pay(page, "PayPal", number)
    press(page, "Agree; the bank says no")
    till.back(page)
    assert served.state(page) == "Declined"
    page.get_by_role("button", name="Try again, or pay another way").click()
    page.get_by_role("radio", name="PayPal").check()
    page.locator("button[value=pay]").click()
    page.wait_for_url(f"{till.world.stub.url}/**")
    press(page, "Agree and pay")
    till.back(page)
    assert served.state(page) == "Paid"
    assert till.balance(number) == "0.00"


def test_a_saved_account_pays_by_itself_what_falls_due(till):
    page = till.come()
    till.go(page, "methods")
    page.get_by_role("button", name="PayPal", exact=True).click()
    page.wait_for_url(f"{till.world.stub.url}/**")
    press(page, "Agree and pay")
    till.back(page)
    page.get_by_text("Saved: you can pay by it from now on.").wait_for()
    number, before = till.invoice("25.00", due_in=9), len(till.world.stub.moved())
    assert till.autopay(page, number, days=4) == "0.00"
    assert len(till.world.stub.moved()) > before
    assert till.world.portal.verify(SYSTEM) == ()
