"""What the supplier's people do by hand: money recorded and given back, credit applied, and what of it is refused."""

from datetime import date

import pytest
from attrs import evolve

from books import OTTO, TODAY, credit_memo, day, invoice, store, usd
from lockportal.core.errors import Denied, NotFound, Refused
from lockportal.core.money import MOST, Money
from lockportal.payments import CreditChoice, CreditUse, LineChoice, MethodKind, MethodRule, PaymentState
from lockportal.payments.operations import OpStatus
from payments.test_paying import balance, opened, pay, position, ties
from payments.tills import SETTINGS, open_shop


@pytest.fixture
def here():
    rules = (*SETTINGS.methods, MethodRule(method=MethodKind.BANK_TRANSFER))
    shop = open_shop("sqlite://", settings=evolve(SETTINGS, methods=rules))
    yield shop
    shop.portal.close()


def cheque(shop, account, lines=(), **options):
    given = {"money": usd("100.00"), "received_on": TODAY, "method": MethodKind.CHEQUE, **options}
    return shop.portal.payments.record(account, OTTO, lines=lines, **given)


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"money": usd("0")}, "payment.below_zero"),
        ({"money": usd("-1.00")}, "payment.below_zero"),
        ({"money": Money(MOST + 1, "USD")}, "payment.too_large"),
        ({"received_on": day(1)}, "payment.received_later"),
        ({"received_on": date.max}, "payment.received_later"),
        ({"reference": "x" * 256}, "payment.reference_too_long"),
        ({"money": usd("99.99"), "whole": True}, "payment.too_little"),
    ],
)
def test_money_that_cannot_have_come_is_not_recorded(here, options, code):
    account, _, ids = opened(here, invoice("R-1", "100.00"))
    options = dict(options)
    lines = [LineChoice(document_id=ids["R-1"])] if options.pop("whole", False) else []
    with pytest.raises(Refused) as refused:
        cheque(here, account, lines=lines, **options)
    assert refused.value.code == code
    assert position(here, account) == usd("100.00")


def test_a_cheque_is_given_back_at_once_as_nobody_is_asked(here):
    account, _, ids = opened(here, invoice("R-1", "100.00"))
    made = cheque(here, account, lines=[LineChoice(document_id=ids["R-1"])])
    assert balance(here, account, ids["R-1"]) == usd("0")
    part = here.portal.payments.refund(account, made, OTTO, money=usd("40.00"), reason="Too much")
    assert (part.state, balance(here, account, ids["R-1"])) == (PaymentState.PARTLY_REFUNDED, usd("40.00"))
    assert here.portal.payments.refund(account, made, OTTO).state is PaymentState.REFUNDED
    assert (balance(here, account, ids["R-1"]), here.till.calls) == (usd("100.00"), [])
    ties(here)


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"money": Money(5, "JPY")}, "payment.currency"),
        ({"money": usd("0")}, "payment.not_refundable"),
        ({"money": usd("100.01")}, "payment.not_refundable"),
        ({"reason": "x" * 256}, "payment.reason_too_long"),
    ],
)
def test_a_refund_beyond_its_bounds_is_not_asked_for(here, options, code):
    account, payer, ids = opened(here, invoice("R-1", "100.00"))
    made = pay(here, account, payer, [ids["R-1"]])
    with pytest.raises(Refused) as refused:
        here.portal.payments.refund(account, made.payment_id, OTTO, **options)
    assert (refused.value.code, len(here.till.calls)) == (code, 1)


def test_who_waits_for_a_transfer_neither_authorizes_it_nor_says_that_it_is_there(here):
    account, payer, ids = opened(here, invoice("R-1", "100.00"))
    with pytest.raises(Refused, match=r"payment\.method"):
        pay(here, account, OTTO, [ids["R-1"]], method=MethodKind.BANK_TRANSFER, authorize=True)
    made = pay(here, account, payer, [ids["R-1"]], method=MethodKind.BANK_TRANSFER)
    with pytest.raises(Denied):
        here.portal.payments.arrived(account, made.payment_id, TODAY, payer)
    assert here.portal.payments.arrived(account, made.payment_id, TODAY, OTTO).state is PaymentState.PAID


def test_a_review_needs_a_note_and_a_payment_that_needs_it(here):
    account, payer, ids = opened(here, invoice("R-1", "100.00"))
    made = pay(here, account, payer, [ids["R-1"]])
    for note, code in ((" ", "payment.note_missing"), ("Fine", "payment.no_review")):
        with pytest.raises(Refused, match=code):
            here.portal.payments.review(account, made.payment_id, note, OTTO)


def test_credit_that_cannot_go_where_it_is_to_go_stays(here):
    account, _, ids = opened(
        here, invoice("R-1", "20.00"), invoice("Y-1", Money(500, "JPY")), credit_memo("C-1", "30.00"), invoice("R-2", "0.00")
    )
    use = CreditUse(credit_id=ids["C-1"], document_id=ids["R-1"], amount=usd("10.00"))

    def refused(code, *uses):
        with pytest.raises(Refused) as caught:
            here.portal.payments.apply(account, uses, OTTO)
        assert caught.value.code == code

    refused("payment.empty")
    refused("payment.below_zero", evolve(use, amount=usd("0")))
    refused("payment.too_much", evolve(use, amount=usd("20.01")))
    refused("payment.too_much", use, evolve(use, amount=usd("10.01")))
    refused("payment.currency", evolve(use, document_id=ids["Y-1"]))
    refused("payment.currency", evolve(use, amount=Money(10, "JPY")))
    refused("payment.currency", use, evolve(use, document_id=ids["Y-1"], amount=Money(10, "JPY")))
    with pytest.raises(NotFound):
        here.portal.payments.apply(account, [evolve(use, credit_id=account)], OTTO)
    assert (balance(here, account, ids["R-1"]), balance(here, account, ids["C-1"])) == (usd("20.00"), usd("-30.00"))


def test_credit_whose_document_was_taken_back_meanwhile_stays(here):
    account, payer, ids = opened(here, invoice("R-1", "20.00"), invoice("R-2", "70.00"), credit_memo("C-1", "30.00"))
    here.till.default = OpStatus.PENDING
    made = pay(here, account, payer, [ids["R-1"], ids["R-2"]], credits=(CreditChoice(credit_id=ids["C-1"]),))
    assert made.amount == usd("60.00"), "20 of the credit go to the one, 10 to the other"
    store(here.portal, invoice("R-1", "0.00"))
    (operation,) = here.till.bank
    here.till.set(operation, OpStatus.SUCCEEDED)
    here.portal.payments.reconcile(OTTO)
    assert (balance(here, account, ids["R-1"]), balance(here, account, ids["R-2"])) == (usd("0"), usd("0"))
    assert balance(here, account, ids["C-1"]) == usd("-20.00")
    ties(here)
