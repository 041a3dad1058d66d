"""A whole portal takes money through PayPal: whoever tells first, and whatever comes back, the books come to the same."""

from datetime import date

import pytest
from lockportal_paypal import plugin
from lockportal_paypal.stub import PayPalStub, orders, payments
from lockportal_paypal.stub.demo import WEBHOOK_ID, account_of

from lockportal import Config, Money, Portal
from lockportal.core.actor import SYSTEM, staff
from lockportal.core.errors import Refused
from lockportal.documents import DocumentFacts, DocumentKind
from lockportal.documents.imports.rows import ImportRow
from lockportal.payments import LineChoice, MethodKind, MethodRule, PaymentsSettings
from lockportal.payments.payers import Payer
from lockportal.testing.gateways import Fault, FaultProxy

DESK = staff("casey")
PAYER = Payer(return_url="https://pay.example.com/back", cancel_url="https://pay.example.com/")


class Shop:
    """A portal with one invoice over 100 USD, and PayPal's other side."""

    def __init__(self, portal, stub, proxy):
        self.portal, self.stub, self.proxy = portal, stub, proxy
        facts = DocumentFacts(
            external_id="R-1",
            kind=DocumentKind.INVOICE,
            number="R-1",
            total=Money.of("100.00", "USD"),
            issued_on=date(2026, 1, 5),
            due_on=date(2026, 2, 4),
        )
        portal.documents.store([ImportRow(1, "C-17", "Harbour Foods", facts)], DESK, source="books")
        self.account = portal.profiles.customer_by_number("C-17", by=SYSTEM).account_id
        self.documents = portal.payments.payable(self.account, "USD", DESK)

    def start(self, key="button", pay="100.00"):
        lines = [LineChoice(document_id=one, pay=Money.of(pay, "USD")) for one in self.documents]
        wanted = {"currency": "USD", "method": MethodKind.PAYPAL, "lines": lines}
        seen = Money.of(pay, "USD")
        return self.portal.payments.start(self.account, DESK, key=key, expected=seen, payer=PAYER, **wanted)

    def agree(self, made):
        self.stub.choose(made.next_action.url.partition("token=")[2])

    def back(self, made):
        return self.portal.payments.complete(self.account, made.payment_id, DESK, {}).state

    def webhooks(self, since=0):
        for event in self.stub.events()[since:]:
            self.portal.payments.receive("paypal", self.stub.webhook(event, WEBHOOK_ID))

    def state(self, made):
        return self.portal.payments.progress(self.account, made.payment_id, DESK).state

    def open(self):
        return len(self.portal.payments.payable(self.account, "USD", DESK))


@pytest.fixture
def shop(tmp_path, monkeypatch):
    monkeypatch.setenv("LOCKPORTAL_PLUGINS", "")  # it is handed over instead
    with PayPalStub() as stub, FaultProxy(stub.url) as proxy:
        stub.reached_at(proxy.url)
        settings = PaymentsSettings(
            merchants={"paypal": account_of(stub, tmp_path)},
            methods=(MethodRule(method=MethodKind.PAYPAL, merchant_account="paypal"),),
        )
        keys = ("a secret of at least 32 characters",)
        config = Config(database=f"sqlite:///{tmp_path}/book.db", secret_keys=keys, settings=(settings,))
        portal = Portal(config, plugins=[plugin])
        portal.upgrade()
        try:
            yield Shop(portal, stub, proxy)
        finally:
            portal.close()


def test_the_browser_and_the_webhook_come_to_the_same_in_either_order(shop):
    made = shop.start()
    assert made.state == "action_required"
    shop.agree(made)
    assert shop.back(made) == "paid"
    shop.webhooks()
    shop.webhooks()
    assert shop.back(made) == "paid"
    assert (shop.open(), [str(one) for one in shop.stub.moved()]) == (0, ["USD 100.00"])


def test_who_agreed_and_never_came_back_has_paid_as_soon_as_the_webhook_tells_of_it(shop):
    made = shop.start()
    shop.agree(made)
    shop.webhooks()
    assert (shop.state(made), shop.open()) == ("paid", 0)
    assert shop.back(made) == "paid", "they come back after all"
    shop.webhooks()
    assert [str(one) for one in shop.stub.moved()] == ["USD 100.00"]


def test_who_agreed_and_never_came_back_has_paid_when_paypal_is_asked_though_no_webhook_came(shop):
    waits, left = shop.start("one", pay="30.00"), shop.start("two", pay="70.00")
    shop.agree(left)
    shop.portal.payments.reconcile(DESK)
    shop.portal.payments.reconcile(DESK)
    assert (shop.state(waits), shop.state(left)) == ("action_required", "paid")
    assert [str(one) for one in shop.stub.moved()] == ["USD 70.00"]


def test_no_table_holds_the_secret_of_the_account(shop, tmp_path):
    made = shop.start()
    shop.agree(made)
    shop.back(made)
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("book.db*"))
    assert shop.stub.secret.encode() not in stored
    assert made.reference.encode() in stored, "and it was looked at in the right place"


def test_a_webhook_of_a_payment_that_is_over_asks_nothing(shop):
    made = shop.start()
    shop.agree(made)
    shop.back(made)
    before = len(shop.stub.asked)
    shop.webhooks()
    assert [path for _, path in shop.stub.asked[before:] if "/notifications/certs/" not in path] == []
    assert shop.state(made) == "paid"


def test_a_reversal_of_a_captured_authorization_finds_its_payment(shop):
    lines = [LineChoice(document_id=one, pay=Money.of("100.00", "USD")) for one in shop.documents]
    made = shop.portal.payments.start(
        shop.account, DESK, key="held", currency="USD", method=MethodKind.PAYPAL, lines=lines, payer=PAYER, authorize=True
    )
    shop.agree(made)
    assert shop.back(made) == "authorized"
    shop.portal.payments.capture(shop.account, made.payment_id, DESK, money=Money.of("60.00", "USD"), key="some")
    (capture,) = shop.stub.books.captures.values()
    before = len(shop.stub.events())
    payments.reverse(shop.stub.books, capture)
    shop.webhooks(since=before)
    details = shop.portal.payments.payment(shop.account, made.payment_id, DESK)
    assert [(one.kind, str(one.amount)) for one in details.operations if one.kind == "chargeback"] == [
        ("chargeback", "USD 60.00")
    ]
    assert shop.portal.verify(SYSTEM) == ()


def test_a_capture_whose_answer_was_lost_is_told_by_its_webhook(shop):
    made = shop.start()
    shop.agree(made)
    capture = len(shop.stub.events())
    shop.proxy.fail(Fault.CUT_AFTER)  # of asking for the order: nothing happens
    shop.back(made)
    order = next(iter(shop.stub.books.orders.values()))
    orders.finish(shop.stub.books, order, {}, "CAPTURE")  # as if its answer had been lost
    assert shop.state(made) == "action_required"
    shop.webhooks(since=capture)
    assert (shop.state(made), shop.open()) == ("paid", 0)


def test_a_first_answer_that_was_lost_holds_the_balance_and_the_same_button_goes_on(shop):
    shop.start("another", pay="10.00")  # and so there is a token
    shop.proxy.fail(Fault.CUT_AFTER)
    lost = shop.start("button", pay="90.00")
    assert (lost.state, lost.next_action) == ("processing", None)
    with pytest.raises(Refused):
        shop.start("a second tab", pay="1.00")
    again = shop.start("button", pay="90.00")
    assert again.payment_id == lost.payment_id
    assert len(shop.stub.books.orders) == 2
    shop.agree(again)
    assert shop.back(again) == "paid"
    assert [str(one) for one in shop.stub.moved()] == ["USD 90.00"]


def test_a_reversal_opens_the_invoice_again(shop):
    made = shop.start()
    shop.agree(made)
    assert shop.back(made) == "paid"
    (capture,) = shop.stub.books.captures.values()
    before = len(shop.stub.events())
    payments.reverse(shop.stub.books, capture)
    shop.webhooks(since=before)
    shop.webhooks(since=before)
    assert (shop.state(made), shop.open()) == ("reversed", 1)


def test_a_refund_made_at_paypal_opens_what_it_gave_back(shop):
    made = shop.start()
    shop.agree(made)
    shop.back(made)
    (capture,) = shop.stub.books.captures.values()
    payments.refund(shop.stub.books, capture, {"amount": {"currency_code": "USD", "value": "30.00"}})
    shop.webhooks()
    assert (shop.state(made), shop.open()) == ("partly_refunded", 1)
