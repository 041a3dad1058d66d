"""Paying at Stripe as a person does it: a real browser, both applications, the stub's pages, webhooks over HTTP."""

from contextlib import contextmanager

import pytest
from lockportal_stripe.stub import StripeStub
from lockportal_stripe.stub.demo import account_of

from lockportal.core.actor import SYSTEM
from lockportal.payments import MethodKind

for needed in ("playwright.sync_api", "lockportal_example_flask", "lockportal_example_fastapi"):
    pytest.importorskip(needed)
served = pytest.importorskip("web.served", reason="the portal's own tests are not beside this plugin")
pytestmark = pytest.mark.browser
CARD, DEBIT, SEPA = MethodKind.CARD, MethodKind.ACH_DEBIT, MethodKind.SEPA_DEBIT


@pytest.fixture(scope="module")
def browser():
    with served.launched() as made:
        yield made


@pytest.fixture(scope="module", params=served.BOTH)
def served_till(request, browser, tmp_path_factory):
    folder = tmp_path_factory.mktemp("stripe")

    @contextmanager
    def stand(now, endpoint):
        with StripeStub(now=now, endpoint=endpoint) as stub:
            yield stub, account_of(stub, folder)

    with served.till_of(request.param, browser, folder, "stripe", stand, (CARD, DEBIT, SEPA)) as made:
        yield made


@pytest.fixture
def till(served_till):
    yield served_till
    served_till.close()


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def test_a_card_is_paid_after_its_bank_asked_who_its_holder_is(till):
    number, page = till.invoice("70.00"), till.come()
    till.pay(page, "Card", number)
    press(page, "Pay, the bank asking who I am")
    press(page, "No")
    page.get_by_role("heading", name="70.00").wait_for()  # Stripe's page again: another card, or the same once more
    press(page, "Pay, the bank asking who I am")
    press(page, "Yes, it is right")
    till.back(page)
    assert served.state(page) == "Paid"
    assert till.balance(number) == "0.00"


def test_a_declined_payer_tries_again_on_the_same_page(till):
    number, page = till.invoice("40.00"), till.come()
    till.pay(page, "Card", number)
    press(page, "Pay: insufficient funds")
    page.get_by_text("Try another one.").wait_for()
    assert till.balance(number) == "40.00"
    press(page, "Pay")
    till.back(page)
    assert served.state(page) == "Paid"
    assert till.balance(number) == "0.00"


def test_a_debit_is_pending_then_settled_then_returned(till):
    number, page = till.invoice("55.00"), till.come()
    till.pay(page, "Bank debit (ACH)", number)
    press(page, "Pay")
    there = till.back(page)
    assert served.state(page) == "Being processed"
    assert till.balance(number) == "55.00"
    operation, payer = till.operation(there), till.world.stub.payer()
    payer.settle(operation)
    till.told(page, there, "Paid")
    assert till.balance(number) == "0.00"
    payer.dispute(operation, "insufficient_funds")
    till.told(page, there, "Taken back by the bank")
    assert "what it had paid is open again" in page.locator("#progress").inner_text()
    assert till.balance(number) == "55.00"


def test_a_payer_who_goes_back_without_paying_goes_on_later(till):
    number, page = till.invoice("35.00"), till.come()
    till.pay(page, "Card", number)
    press(page, "Go back")
    there = till.back(page)
    page.goto(there.removesuffix("/back"))
    page.get_by_role("button", name="Go on to pay").click()
    page.wait_for_url(f"{till.world.stub.url}/**")
    press(page, "Pay")
    till.back(page)
    assert served.state(page) == "Paid"


def test_a_payer_who_calls_a_debit_off_cannot_pay_on_the_page_that_was_left_open(till):
    number, page = till.invoice("30.00"), till.come()
    till.pay(page, "Bank debit (ACH)", number)
    hosted = page.url
    press(page, "Go back")
    till.back(page)
    press(page, "Call it off")
    page.get_by_role("heading", name="Called off").wait_for()
    page.goto(hosted)
    page.get_by_text("This page is not open any more.").wait_for()
    assert till.balance(number) == "30.00"


def test_the_ways_to_pay_are_those_that_the_gateway_takes_in_the_currency(till):
    page = till.come()
    till.go(page, f"pay?document={till.world.ids['INV-1004']}")
    assert till.ways(page) == [CARD, DEBIT]
    till.go(page, f"pay?document={till.world.ids['INV-2001']}")
    assert till.ways(page) == [CARD, SEPA]


def test_a_saved_card_pays_by_itself_what_falls_due(till):
    page = till.come()
    till.go(page, "methods")
    page.get_by_role("button", name="Card", exact=True).click()
    page.wait_for_url(f"{till.world.stub.url}/**")
    press(page, "Save")
    till.back(page)
    page.get_by_text("Saved: you can pay by it from now on.").wait_for()
    number = till.invoice("25.00", due_in=9)
    assert till.autopay(page, number, days=4) == "0.00"
    books = till.world.stub.books()
    by_itself = [one for one in books.of("payment_intent") if not list(books.of("checkout.session", payment_intent=one["id"]))]
    assert {one["status"] for one in by_itself} == {"succeeded"}
    assert till.world.portal.verify(SYSTEM) == ()
