"""A whole portal with two accounts at Stripe: a hook chooses, what was never sent goes to the other, secrets stay out."""

import json
from datetime import date
from uuid import UUID

import pytest
from lockportal_stripe import plugin
from lockportal_stripe.stub import StripeStub

from lockportal import Config, Money, Portal, hookimpl
from lockportal.core.actor import SYSTEM, staff
from lockportal.documents import DocumentFacts, DocumentKind
from lockportal.documents.imports.rows import ImportRow
from lockportal.payments import LineChoice, MerchantAccount, MethodKind, MethodRule, PaymentsSettings
from lockportal.payments.payers import Payer
from lockportal.payments.ports import Secret

DESK = staff("casey")
PAYER = Payer(return_url="https://pay.example.com/back", cancel_url="https://pay.example.com/")
KEYS = {"america": "sk_test_americanKey", "europe": "rk_test_europeanKey"}
SIGNS = {"america": Secret("whsec_american"), "europe": Secret("whsec_european")}


class Router:
    """Sends euros to Europe."""

    @hookimpl
    def lockportal_route_payment(self, request):
        return "europe" if request.money.currency == "EUR" else None


class Shop:
    def __init__(self, portal, stubs):
        self.portal, self.stubs = portal, stubs
        amounts = {"U-1": Money.of("100.00", "USD"), "E-1": Money.of("80.00", "EUR")}
        rows = [ImportRow(1, "C-17", "Harbour Foods", invoice(number, money)) for number, money in amounts.items()]
        portal.documents.store(rows, DESK, source="books")
        self.account = portal.profiles.customer_by_number("C-17", by=SYSTEM).account_id

    def start(self, currency="USD", key="button"):
        lines = [LineChoice(document_id=one) for one in self.portal.payments.payable(self.account, currency, DESK)]
        return self.portal.payments.start(
            self.account, DESK, key=key, currency=currency, method=MethodKind.CARD, lines=lines, payer=PAYER
        )

    def through(self, made):
        return self.portal.payments.payment(self.account, made.payment_id, DESK).payment.merchant_account

    def pay(self, name):
        """Let the payer pay on the page of the newest payment at one of the stubs, and that stub tell of it."""
        payer = self.stubs[name].payer()
        operation = UUID(next(iter(payer.books.of("checkout.session")))["client_reference_id"])
        payer.pay(operation)
        for event in payer.events(operation):
            self.portal.payments.receive(name, self.stubs[name].signed(json.dumps(event).encode()))

    def state(self, made):
        return self.portal.payments.progress(self.account, made.payment_id, DESK).state


def invoice(number, total):
    return DocumentFacts(
        external_id=number,
        kind=DocumentKind.INVOICE,
        number=number,
        total=total,
        issued_on=date(2026, 1, 5),
        due_on=date(2026, 2, 4),
    )


@pytest.fixture
def shop(tmp_path, monkeypatch):
    monkeypatch.setenv("LOCKPORTAL_PLUGINS", "")  # it is handed over instead
    monkeypatch.setenv("STRIPE_AMERICA", KEYS["america"])
    monkeypatch.setenv("STRIPE_AMERICA_HOOKS", SIGNS["america"].value)
    (tmp_path / "europe").write_text(f"{KEYS['europe']}\n")
    (tmp_path / "europe-hooks").write_text(f"{SIGNS['europe'].value}\n")
    stubs = {name: StripeStub(KEYS[name], secrets=(SIGNS[name],)).open() for name in KEYS}
    named = {
        "america": ("env:STRIPE_AMERICA", "env:STRIPE_AMERICA_HOOKS"),
        "europe": (f"file:{tmp_path / 'europe'}", f"file:{tmp_path / 'europe-hooks'}"),
    }
    merchants = {
        name: MerchantAccount(
            gateway="stripe", settings={"secret_key": key, "base_url": stubs[name].url}, webhook_secrets=(hooks,)
        )
        for name, (key, hooks) in named.items()
    }
    rules = tuple(MethodRule(method=MethodKind.CARD, merchant_account=name) for name in merchants)
    config = Config(
        database=f"sqlite:///{tmp_path}/book.db",
        secret_keys=("a secret of at least 32 characters",),
        settings=(PaymentsSettings(merchants=merchants, methods=rules),),
    )
    portal = Portal(config, plugins=[plugin, Router()])
    portal.upgrade()
    try:
        yield Shop(portal, stubs)
    finally:
        portal.close()
        for stub in stubs.values():
            stub.close()


def test_each_payment_goes_through_its_account_and_no_table_holds_a_secret(shop, tmp_path):
    dollars, euros = shop.start(), shop.start("EUR", "another button")
    assert (shop.through(dollars), shop.through(euros)) == ("america", "europe")
    for name in shop.stubs:
        shop.pay(name)
    assert (shop.state(dollars), shop.state(euros)) == ("paid", "paid")
    assert [stub.books().moved for stub in shop.stubs.values()] == [[(10000, "usd")], [(8000, "eur")]]
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("book.db*"))
    for secret in (*KEYS.values(), *(one.value for one in SIGNS.values())):
        assert secret.encode() not in stored


def test_what_the_one_account_never_received_is_paid_through_the_other(shop):
    shop.stubs["america"].close()
    made = shop.start()
    assert (made.state, shop.through(made)) == ("action_required", "europe")
    assert made.next_action.url.startswith(shop.stubs["europe"].url)
    assert shop.start() == made, "the same button again"
    shop.pay("europe")
    assert shop.state(made) == "paid"
    assert shop.stubs["america"].books().moved == []
    assert shop.portal.verify(SYSTEM) == ()
    shop.stubs["america"] = StripeStub(KEYS["america"]).open()  # which the fixture closes


def test_a_payment_that_is_called_off_closes_its_page(shop):
    made = shop.start()
    shop.portal.payments.cancel(shop.account, made.payment_id, DESK)
    assert shop.state(made) == "canceled"
    (page,) = shop.stubs["america"].books().of("checkout.session")
    assert page["status"] == "expired"
    assert shop.state(shop.start(key="another button")) == "action_required"
