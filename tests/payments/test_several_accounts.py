"""Several accounts with gateways: a hook chooses among them, and only what was never sent goes on through another one."""

from collections import defaultdict

import pytest
from attrs import evolve

from books import OTTO, account_of, customer, invoice, open_portal, store, usd
from lockportal.core.actor import Right
from lockportal.core.money import Money
from lockportal.documents.models import document_id
from lockportal.payments import DeclineCode, LineChoice, MerchantAccount, MethodKind, MethodRule, OpStatus, PaymentState
from lockportal.payments.calling import Payer
from lockportal.payments.ports import PolicyDecision, Verdict
from lockportal.plugins import hookimpl
from payments.sandbox import BACK, open_bank
from payments.tills import DESCRIPTOR, SETTINGS, Till

THERE = Payer(return_url="https://shop.test/back", cancel_url="https://shop.test/no")
CARD, DEBIT = MethodKind.CARD, MethodKind.ACH_DEBIT


class Tills:
    """A till for each account."""

    def __init__(self):
        self.of = defaultdict(Till)

    @hookimpl
    def lockportal_payment_gateways(self, register):
        register(DESCRIPTOR, lambda config: self.of[config.merchant_account])


class Shop:
    def __init__(self, url, names, *plugins, rules=()):
        self.tills = Tills()
        rules = rules or tuple(MethodRule(method=kind, merchant_account=name) for kind in (CARD, DEBIT) for name in names)
        merchants = {name: MerchantAccount(gateway="till") for name in names}
        settings = evolve(SETTINGS, merchants=merchants, methods=rules)
        self.portal = open_portal(url, settings=(settings,), plugins=(self.tills, *plugins))
        facts = (invoice("R-1", "100.00"), invoice("R-2", "4000.00"), invoice("E-1", Money.of("100.00", "EUR")))
        store(self.portal, *facts)
        self.account = account_of(self.portal)
        self.ids = {fact.number: document_id(self.account, "books", fact.external_id) for fact in facts}
        self.payer = customer(self.account, rights=(Right.VIEW, Right.PAY))

    def pay(self, number="R-1", method=CARD, currency="USD", key="k1", payer=THERE, by=None, **more):
        lines = (LineChoice(document_id=self.ids[number]),)
        return self.portal.payments.start(
            self.account, by or self.payer, key=key, currency=currency, method=method, lines=lines, payer=payer, **more
        )

    def through(self, progress):
        return self.portal.payments.payment(self.account, progress.payment_id, OTTO).payment.merchant_account

    def every(self):
        rows = self.portal.payments.payments(OTTO, account_id=self.account).items
        found = [self.portal.payments.payment(self.account, row.id, OTTO) for row in rows]
        return sorted(found, key=lambda one: one.payment.merchant_account)  # two at one time have no order of their own


@pytest.fixture
def shop(sqlite_url):
    made = []

    def make(*names, plugins=(), rules=()):
        made.append(Shop(sqlite_url, names, *plugins, rules=rules))
        return made[-1]

    yield make
    for one in made:
        assert one.portal.verify(OTTO) == ()
        one.portal.close()


def test_a_hook_chooses_by_currency_method_and_amount(shop):
    class Router:
        @hookimpl
        def lockportal_route_payment(self, request):
            if request.money.currency == "EUR":
                return "europe"
            if request.kind is DEBIT:
                return "bank"
            return "large" if request.money >= usd("1000.00") else None

    here = shop("first", "europe", "bank", "large", plugins=(Router(),))
    assert here.through(here.pay("R-1", key="1")) == "first"
    assert here.through(here.pay("E-1", currency="EUR", key="2")) == "europe"
    assert here.through(here.pay("R-2", key="3")) == "large"
    store(here.portal, invoice("R-3", "10.00"))
    here.ids["R-3"] = document_id(here.account, "books", "R-3")
    assert here.through(here.pay("R-3", DEBIT, key="4")) == "bank"
    assert {name: len(till.bank) for name, till in here.tills.of.items()} == {"first": 1, "europe": 1, "bank": 1, "large": 1}


def test_what_was_never_sent_is_closed_and_goes_on_through_the_next_account(shop):
    here = shop("first", "second")
    here.tills.of["first"].next = ["not_sent"]
    made = here.pay()
    assert (made.state, here.through(made)) == (PaymentState.PAID, "second")
    first, second = here.every()
    assert first.payment.state is PaymentState.FAILED
    assert first.operations[0].merged.decline.code is DeclineCode.NOT_RECEIVED
    assert [one.sent for one in first.exchanges] == [False]
    assert first.operations[0].id != second.operations[0].id
    assert first.operations[0].observations[0].occurred_at <= second.operations[0].created_at
    again = here.pay()
    assert again == made, "the same button again goes the same way"
    assert [len(till.bank) for till in (here.tills.of["first"], here.tills.of["second"])] == [0, 1]
    assert len(here.every()) == 2


def test_where_no_account_is_reached_the_payer_is_told_and_nothing_is_held(shop):
    here = shop("first", "second")
    for name in ("first", "second"):
        here.tills.of[name].default = "not_sent"
    assert here.pay().state is PaymentState.FAILED
    for till in here.tills.of.values():
        till.default = OpStatus.SUCCEEDED
    assert here.pay(key="another button").state is PaymentState.PAID


@pytest.mark.parametrize("how", ["before", "after", "garbage", "rejected", OpStatus.FAILED, OpStatus.PENDING])
def test_whatever_may_have_been_received_goes_nowhere_else(shop, how):
    here = shop("first", "second")
    here.tills.of["first"].next = [how]
    made = here.pay()
    assert here.through(made) == "first"
    assert here.tills.of["second"].calls == []
    assert here.pay().payment_id == made.payment_id
    assert here.tills.of["second"].calls == []


def test_with_nobody_there_the_same_account_is_tried_again(shop):
    here = shop("first", "second")
    here.tills.of["first"].next = ["not_sent"]
    made = here.pay(by=OTTO, payer=evolve(THERE, present=False))
    assert (made.state, here.through(made)) == (PaymentState.PROCESSING, "first")
    here.portal.payments.reconcile(OTTO)
    assert here.portal.payments.progress(here.account, made.payment_id, OTTO).state is PaymentState.PAID
    assert here.tills.of["second"].calls == []


def test_an_account_that_does_not_take_so_much_is_passed_over(shop):
    rules = (
        MethodRule(method=CARD, merchant_account="first"),
        MethodRule(method=CARD, merchant_account="small", most=50),
        MethodRule(method=CARD, merchant_account="third"),
    )
    here = shop("first", "small", "third", rules=rules)
    here.tills.of["first"].next = ["not_sent"]
    assert here.through(here.pay()) == "third"


def test_a_policy_is_asked_of_the_other_account_too(shop):
    class Policy:
        forbidden = "second"

        @hookimpl
        def lockportal_payment_policy(self, draft):
            denied = draft.merchant_account == self.forbidden
            return PolicyDecision(verdict=Verdict.DENY if denied else Verdict.ALLOW)

    here = shop("first", "second", "third", plugins=(Policy(),))
    here.tills.of["first"].next = ["not_sent"]
    assert here.through(here.pay()) == "third"
    assert here.tills.of["second"].calls == []


def test_a_saved_method_rests_with_its_account(sqlite_url):
    merchants = {name: MerchantAccount(gateway="fake") for name in ("main", "other")}
    rules = tuple(MethodRule(method=CARD, merchant_account=name) for name in merchants)
    bank = open_bank(sqlite_url, invoice("R-1", "100.00"), merchants=merchants, methods=rules)
    card = bank.save("not_sent")
    made = bank.payments.start(
        bank.account,
        bank.payer,
        key="k1",
        currency="USD",
        method=CARD,
        lines=bank.lines("R-1"),
        payer=evolve(THERE, return_url=BACK, cancel_url=BACK),
        saved_method=card,
    )
    assert made.state is PaymentState.FAILED
    (only,) = bank.payments.payments(OTTO, account_id=bank.account).items
    assert only.id == made.payment_id
    assert bank.balance("R-1") == usd("100.00")
