"""When cash is applied: as it is begun, as it succeeds, or as it is paid out, by the policy of its way to pay."""

import pytest
from attrs import evolve

from books import NOON, OTTO, closing, credit_memo, invoice, usd
from lockportal.core.errors import Refused
from lockportal.core.money import Money
from lockportal.payments import ApplyOn, CreditChoice, LineChoice, PaymentState, Settlement
from lockportal.payments.operations import OpKind, OpStatus
from payments.test_paying import balance, hook, opened, pay, position, returned, ties
from payments.tills import SETTINGS, event, open_shop, seen


@pytest.fixture
def applied(database_url):
    shops = []

    def made(apply_on):
        rules = tuple(evolve(one, apply_on=apply_on) for one in SETTINGS.methods)
        shops.append(open_shop(database_url, settings=evolve(SETTINGS, methods=rules)))
        return shops[-1]

    yield made
    for shop in shops:
        shop.portal.close()


def begin(shop, money=None):
    """Begin a payment that its gateway takes its time for; answer the account, the payer, the document and the operation."""
    account, payer, ids = opened(shop, invoice("R-1", "100.00"))
    shop.till.default = OpStatus.PENDING
    made = pay(shop, account, payer, [LineChoice(document_id=ids["R-1"], pay=money)])
    (operation,) = shop.till.bank
    return account, payer, ids["R-1"], made, operation


def told(shop, operation, status, name, money=None, **changes):
    one = evolve(seen(operation, OpKind.SALE, status, money or usd("100.00"), event=name), **changes)
    hook(shop, event(name, one))


@pytest.mark.parametrize("status", [OpStatus.SUCCEEDED, OpStatus.FAILED])
def test_what_is_applied_as_it_is_begun_is_taken_back_where_it_fails(applied, status):
    shop = applied(ApplyOn.INITIATED)
    account, payer, document, made, operation = begin(shop)
    assert (made.state, balance(shop, account, document)) == (PaymentState.PROCESSING, usd("0"))
    ties(shop)
    with pytest.raises(Refused, match=r"payment\.nothing_open"):
        pay(shop, account, payer, [document], key="again")
    for name in ("e1", "e1"):
        told(shop, operation, status, name)
    left = usd("0") if status is OpStatus.SUCCEEDED else usd("100.00")
    assert (balance(shop, account, document), position(shop, account)) == (left, left)
    ties(shop)


def test_what_is_applied_as_it_is_paid_out_holds_its_document_until_then(applied):
    shop = applied(ApplyOn.SETTLED)
    account, payer, document, made, operation = begin(shop)
    told(shop, operation, OpStatus.SUCCEEDED, "e1")
    state = shop.portal.payments.progress(account, made.payment_id, payer).state
    assert (state, balance(shop, account, document)) == (PaymentState.PAID, usd("100.00"))
    ties(shop)
    with pytest.raises(Refused, match=r"payment\.under_way"):
        pay(shop, account, payer, [document], key="again")
    paid_out = Settlement(fee=usd("2.90"), net=usd("97.10"), payout_ref="po_1")
    told(shop, operation, OpStatus.SUCCEEDED, "e2", settlement=paid_out)
    assert (balance(shop, account, document), position(shop, account)) == (usd("0"), usd("0"))
    ties(shop)
    returned(shop, account, made)
    assert balance(shop, account, document) == usd("100.00")
    ties(shop)


def test_what_came_in_another_currency_is_posted_once_however_often_it_is_told_of(applied):
    shop = applied(ApplyOn.SUCCEEDED)
    account, _, document, made, operation = begin(shop)
    foreign = Money(92_00, "EUR")
    told(shop, operation, OpStatus.SUCCEEDED, "e1", foreign)
    told(shop, operation, OpStatus.SUCCEEDED, "e2", foreign, occurred_at=NOON.replace(hour=13))
    payment = shop.portal.payments.payment(account, made.payment_id, OTTO).payment
    assert (payment.foreign_posted, balance(shop, account, document)) == ((foreign,), usd("100.00"))
    (credit,) = shop.portal.payments.credits(account, OTTO)
    assert credit.amount == foreign
    ties(shop)


def test_parts_of_a_payment_in_two_currencies_are_each_posted_once(sqlite_shop):
    shop = sqlite_shop
    account, _, ids = opened(shop, invoice("R-1", "100.00"))
    made = pay(shop, account, OTTO, [ids["R-1"]], authorize=True)
    shop.till.next = [OpStatus.PENDING]
    shop.portal.payments.capture(account, made.payment_id, OTTO, money=usd("60.00"), key="c1")
    operation, foreign = list(shop.till.bank)[-1], Money(55_00, "EUR")
    hook(shop, event("e1", seen(operation, OpKind.CAPTURE, OpStatus.SUCCEEDED, foreign, event="e1")))
    shop.portal.payments.capture(account, made.payment_id, OTTO, money=usd("40.00"), key="c2")
    payment = shop.portal.payments.payment(account, made.payment_id, OTTO).payment
    assert (payment.posted, payment.foreign_posted, balance(shop, account, ids["R-1"])) == (40_00, (foreign,), usd("60.00"))
    ties(shop)


def test_credit_that_a_payment_under_way_uses_is_held_with_its_document(sqlite_shop):
    shop = sqlite_shop
    account, payer, ids = opened(shop, invoice("R-1", "100.00"), invoice("R-2", "50.00"), credit_memo("C-1", "30.00"))
    used = (CreditChoice(credit_id=ids["C-1"]),)
    shop.till.default = OpStatus.PENDING
    made = pay(shop, account, payer, [ids["R-1"]], credits=used)
    payment = shop.portal.payments.payment(account, made.payment_id, OTTO).payment
    assert payment.holds == {ids["C-1"]: 30_00, ids["R-1"]: 100_00}
    with pytest.raises(Refused, match=r"credit\.spent"):
        pay(shop, account, payer, [ids["R-2"]], key="k2", credits=used)
    shop.till.set(*shop.till.bank, OpStatus.FAILED)
    shop.portal.payments.reconcile(OTTO)
    assert pay(shop, account, payer, [ids["R-2"]], key="k3", credits=used).amount == usd("20.00")
    ties(shop)


def test_what_is_on_its_way_back_holds_nothing(sqlite_shop):
    shop = sqlite_shop
    account, payer, ids = opened(shop, invoice("R-1", "100.00"), invoice("R-2", "50.00"))
    made = pay(shop, account, payer, [ids["R-1"]])
    shop.till.next = [OpStatus.PENDING]
    shop.portal.payments.refund(account, made.payment_id, OTTO, money=usd("30.00"), key="r")
    payment = shop.portal.payments.payment(account, made.payment_id, OTTO).payment
    assert (payment.live, payment.held, dict(payment.holds)) == (True, 0, {})
    assert pay(shop, account, payer, [ids["R-2"]], key="k2").state is PaymentState.PAID
    ties(shop)


def test_the_default_is_to_apply_what_has_succeeded(sqlite_shop):
    with closing(sqlite_shop.portal):
        account, _, document, _, operation = begin(sqlite_shop)
        assert balance(sqlite_shop, account, document) == usd("100.00")
        told(sqlite_shop, operation, OpStatus.SUCCEEDED, "e1")
        assert balance(sqlite_shop, account, document) == usd("0")
