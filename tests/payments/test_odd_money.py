"""Money that is not as it was asked for, and money that goes back after it was used: the books have all of it, and no more."""

from uuid import UUID

import pytest

from books import OTTO, invoice, paper, usd
from lockportal.core.money import Money
from lockportal.documents.models import DocumentKind
from lockportal.ledger.models import Credit
from lockportal.payments import CreditUse, DepositStatus, MethodKind, PaymentState
from lockportal.payments.operations import OpKind, OpStatus
from payments.test_paying import balance, hook, opened, pay, position, ties
from payments.tills import event, seen


def taken(shop, account, payer, lines, money, **options):
    """Pay, and let the gateway say that so much was taken."""
    shop.till.next = [OpStatus.PENDING]
    made = pay(shop, account, payer, lines, **options)
    (operation,) = shop.portal.payments.payment(account, made.payment_id, OTTO).operations
    hook(shop, event("odd", seen(operation.id, OpKind.SALE, OpStatus.SUCCEEDED, money, event="odd")))
    return made


def stored(shop, account, made):
    return shop.portal.payments.payment(account, made.payment_id, OTTO).payment


def returned(shop, account, made, name="e-1", *, money=None):
    """Let the bank take money of a debit back, by webhook."""
    done = shop.portal.payments.payment(account, made.payment_id, OTTO).operations
    sale = next(one for one in done if one.kind is OpKind.SALE)
    told = seen(sale.id, OpKind.RETURN, OpStatus.SUCCEEDED, money or sale.amount, ref=f"return-{name}", event=name)
    hook(shop, event(name, told))


def review(shop):
    return [row.id for row in shop.portal.payments.payments(OTTO, review=True).items]


def credit(shop, account, key):
    found = shop.portal.shell.store.page(Credit, (account, UUID(int=0)), 100, {})
    return next(one.record.balance for one in found if one.record.id == key)


def apply(shop, account, credit_id, key, amount):
    use = CreditUse(credit_id=credit_id, document_id=key, amount=usd(amount))
    shop.portal.payments.apply(account, [use], OTTO)


def test_less_than_was_asked_pays_the_lines_in_their_order_and_is_looked_at(shop):
    account, payer, ids = opened(shop, invoice("R-1", "100.00"), invoice("R-2", "50.00"))
    made = taken(shop, account, payer, [ids["R-1"], ids["R-2"]], usd("120.00"))
    assert (balance(shop, account, ids["R-1"]), balance(shop, account, ids["R-2"])) == (usd("0"), usd("30.00"))
    assert stored(shop, account, made).state is PaymentState.PARTLY_PAID
    assert review(shop) == [made.payment_id]
    shop.portal.payments.review(account, made.payment_id, "The bank kept 30.00.", OTTO)
    assert pay(shop, account, payer, [ids["R-2"]], key="k2").amount == usd("30.00"), "only what did not come is payable again"
    assert stored(shop, account, made).refundable == 120_00
    ties(shop)


@pytest.mark.guarantee(19)
def test_more_than_was_asked_stands_as_credit_and_can_be_given_back(shop):
    account, payer, ids = opened(shop, invoice("R-1", "100.00"))
    made = taken(shop, account, payer, [ids["R-1"]], usd("110.00"))
    assert (balance(shop, account, ids["R-1"]), position(shop, account)) == (usd("0"), usd("-10.00"))
    assert stored(shop, account, made).state is PaymentState.PAID
    assert review(shop) == [made.payment_id]
    (unapplied,) = shop.portal.payments.credits(account, OTTO)
    assert unapplied.amount == usd("10.00")
    shop.portal.payments.refund(account, made.payment_id, OTTO, money=usd("10.00"), key="r")
    assert (balance(shop, account, ids["R-1"]), position(shop, account)) == (usd("0"), usd("0"))
    ties(shop)


def test_money_in_another_currency_stands_as_credit_in_that_one_until_it_goes_back(shop):
    account, payer, ids = opened(shop, invoice("R-1", "100.00"))
    made = taken(shop, account, payer, [ids["R-1"]], Money(92_00, "EUR"))
    assert balance(shop, account, ids["R-1"]) == usd("100.00")
    payment = stored(shop, account, made)
    assert (payment.state, payment.foreign_posted) == (PaymentState.PARTLY_PAID, (Money(92_00, "EUR"),))
    assert credit(shop, account, payment.foreign_id("EUR")) == Money(-92_00, "EUR")
    assert review(shop) == [made.payment_id]
    ties(shop)
    returned(shop, account, made, money=Money(92_00, "EUR"))
    assert credit(shop, account, payment.foreign_id("EUR")) == Money(0, "EUR")
    assert stored(shop, account, made).state is PaymentState.REVERSED
    ties(shop)


def test_a_refund_of_another_amount_is_posted_as_the_gateway_made_it_and_looked_at(shop):
    account, payer, ids = opened(shop, invoice("R-1", "100.00"))
    made = pay(shop, account, payer, [ids["R-1"]])
    shop.till.next = [OpStatus.PENDING]
    shop.portal.payments.refund(account, made.payment_id, OTTO, money=usd("30.00"), key="r")
    done = shop.portal.payments.payment(account, made.payment_id, OTTO).operations
    refund = next(one for one in done if one.kind is OpKind.REFUND)
    hook(shop, event("odd", seen(refund.id, OpKind.REFUND, OpStatus.SUCCEEDED, usd("20.00"), event="odd")))
    assert balance(shop, account, ids["R-1"]) == usd("20.00")
    assert (stored(shop, account, made).refundable, review(shop)) == (80_00, [made.payment_id])
    ties(shop)


def test_more_than_was_to_be_authorized_is_no_more_to_capture(shop):
    account, _, ids = opened(shop, invoice("R-1", "100.00"))
    shop.till.next = [OpStatus.PENDING]
    made = pay(shop, account, OTTO, [ids["R-1"]], authorize=True)
    (operation,) = shop.till.bank
    hook(shop, event("odd", seen(operation, OpKind.AUTHORIZE, OpStatus.SUCCEEDED, usd("130.00"), event="odd")))
    assert stored(shop, account, made).totals.authorized == 100_00
    assert review(shop) == [made.payment_id]


@pytest.mark.guarantee(19)
def test_money_on_account_that_comes_back_opens_again_what_it_was_used_for_the_last_first(shop):
    account, payer, ids = opened(shop, invoice("R-1", "50.00"), invoice("R-2", "50.00"))
    made = pay(shop, account, payer, on_account=usd("100.00"), method=MethodKind.ACH_DEBIT)
    rest = stored(shop, account, made).rest_id
    apply(shop, account, rest, ids["R-2"], "50.00")
    apply(shop, account, rest, ids["R-1"], "50.00")
    returned(shop, account, made, "e-1", money=usd("60.00"))
    assert (balance(shop, account, ids["R-1"]), balance(shop, account, ids["R-2"])) == (usd("50.00"), usd("10.00"))
    assert credit(shop, account, rest) == usd("0")
    returned(shop, account, made, "e-2", money=usd("40.00"))
    assert (balance(shop, account, ids["R-2"]), credit(shop, account, rest)) == (usd("50.00"), usd("0"))
    assert position(shop, account) == usd("100.00")
    ties(shop)
    assert pay(shop, account, payer, [ids["R-1"], ids["R-2"]], key="k2").amount == usd("100.00"), "both are payable again"


def test_what_is_left_of_the_credit_goes_before_what_was_used_of_it(shop):
    account, payer, ids = opened(shop, invoice("R-1", "50.00"))
    made = pay(shop, account, payer, on_account=usd("100.00"), method=MethodKind.ACH_DEBIT)
    apply(shop, account, stored(shop, account, made).rest_id, ids["R-1"], "50.00")
    returned(shop, account, made, "e-1", money=usd("50.00"))
    assert (balance(shop, account, ids["R-1"]), position(shop, account)) == (usd("0"), usd("0"))
    returned(shop, account, made, "e-2", money=usd("50.00"))
    assert (balance(shop, account, ids["R-1"]), position(shop, account)) == (usd("50.00"), usd("50.00"))
    ties(shop)


def test_a_deposit_that_comes_back_after_it_was_applied_opens_its_invoice_and_is_asked_for_again(shop):
    account, payer, ids = opened(shop, paper(DocumentKind.PURCHASE_ORDER, "PO-1"), invoice("R-1", "90.00", po_number="PO-1"))
    key = shop.portal.payments.deposits.ask(account, ids["PO-1"], OTTO, amount=usd("40.00"))
    made = pay(shop, account, payer, deposit=key)
    assert balance(shop, account, ids["R-1"]) == usd("50.00")
    returned(shop, account, made)
    (asked,) = shop.portal.payments.deposits.list(account, payer)
    assert (asked.status, balance(shop, account, ids["R-1"])) == (DepositStatus.ASKED, usd("90.00"))
    assert position(shop, account) == usd("90.00")
    ties(shop)
