"""Money that is waited for: until when, and what it earns when it comes late."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from books import OTTO, day, invoice, usd
from lockportal.core.errors import Refused
from lockportal.core.terms import Discount, Terms
from lockportal.documents.models import DocumentsSettings
from lockportal.payments import LineChoice, MethodKind, PaymentState
from payments.sandbox import open_bank

DAY = timedelta(days=1)
STEPS = Terms("3/5,1/15", net_days=30, discounts=(Discount(Decimal(3), 5), Discount(Decimal(1), 15)))


@pytest.fixture
def bank(database_url):
    facts = [
        invoice(number, amount, issued=0, due=30, terms=STEPS.code) for number, amount in (("R-1", "100.00"), ("R-2", "50.00"))
    ]
    made = open_bank(database_url, *facts, others=(DocumentsSettings(terms={STEPS.code: STEPS}),))
    yield made
    made.portal.close()


def wait_for(bank, *choices):
    return bank.payments.start(bank.account, bank.payer, currency="USD", method=MethodKind.BANK_TRANSFER, lines=choices)


@pytest.mark.parametrize(("came", "left"), [(5, "0.00"), (6, "2.02"), (15, "2.02"), (16, "3.00")])
def test_a_discount_is_that_of_the_day_on_which_the_money_came(bank, came, left):
    made = wait_for(bank, LineChoice(document_id=bank.ids["R-1"]))
    assert made.amount == usd("97.00")
    bank.wait(20 * DAY)
    assert bank.payments.arrived(bank.account, made.payment_id, day(came), OTTO).state is PaymentState.PAID
    assert bank.balance("R-1") == usd(left), "97.00 earn 97 x 1 / 99, rounded, or nothing"
    bank.ties()


def test_of_a_part_the_share_of_the_discount_lapses_alike(bank):
    part, whole = LineChoice(document_id=bank.ids["R-1"], pay=usd("48.50")), LineChoice(document_id=bank.ids["R-2"])
    made = wait_for(bank, part, whole)
    bank.wait(20 * DAY)
    bank.payments.arrived(bank.account, made.payment_id, day(10), OTTO)
    assert (bank.balance("R-1"), bank.balance("R-2")) == (usd("51.01"), usd("1.01"))
    bank.ties()


def test_money_is_not_there_before_its_day(bank):
    made = wait_for(bank, LineChoice(document_id=bank.ids["R-1"]))
    for on in (day(1), date.max):
        with pytest.raises(Refused, match=r"payment\.received_later"):
            bank.payments.arrived(bank.account, made.payment_id, on, OTTO)
    assert bank.payments.arrived(bank.account, made.payment_id, day(0), OTTO).state is PaymentState.PAID


@pytest.mark.parametrize("days", [30, 7])
def test_a_transfer_that_never_comes_is_waited_for_no_more(days):
    bank = open_bank("sqlite://", invoice("R-1"), **({} if days == 30 else {"instructions_days": days}))
    made = wait_for(bank, LineChoice(document_id=bank.ids["R-1"]))
    bank.wait((days - 1) * DAY)
    assert bank.payments.progress(bank.account, made.payment_id, bank.payer).state is PaymentState.ACTION_REQUIRED
    bank.wait(DAY)
    assert bank.payments.progress(bank.account, made.payment_id, bank.payer).state is PaymentState.CANCELED
    with pytest.raises(Refused, match=r"payment\.not_waiting"):
        bank.payments.arrived(bank.account, made.payment_id, day(days), OTTO)
    assert wait_for(bank, LineChoice(document_id=bank.ids["R-1"])).amount == usd("100.00")
    bank.ties()
    bank.portal.close()
