"""Deposits: asked for against an order, paid whole, kept for that order, and applied to its invoices."""

from datetime import timedelta
from decimal import Decimal

import pytest

from books import OTTO, TODAY, day, invoice, paper, usd
from lockportal.core.errors import Denied, NotFound, Refused
from lockportal.core.money import Money
from lockportal.documents.models import DocumentKind, Reference
from lockportal.payments import CreditChoice, CreditUse, DepositStatus, FeeRule, MethodKind, PaymentState
from payments.sandbox import THERE, open_bank

ORDER = DocumentKind.PURCHASE_ORDER


@pytest.fixture
def bank(database_url):
    made = open_bank(database_url, paper(ORDER, "PO-1"), invoice("R-1"), on_account=False)
    yield made
    made.portal.close()


@pytest.fixture
def here():
    made = open_bank("sqlite://", paper(ORDER, "PO-1"), invoice("R-1"), on_account=False)
    yield made
    made.portal.close()


def ask(bank, amount="40.00", number="PO-1", **options):
    return bank.payments.deposits.ask(bank.account, bank.ids[number], OTTO, amount=usd(amount), **options)


def pay(bank, deposit, *, by=None, **options):
    return bank.payments.start(
        bank.account,
        by or bank.payer,
        currency=options.pop("currency", "USD"),
        method=options.pop("method", MethodKind.CARD),
        saved_method=options.pop("saved", None) or bank.save(),
        deposit=deposit,
        **options,
    )


def deposit(bank):
    (found,) = bank.payments.deposits.list(bank.account, bank.payer)
    return found


def credit(bank):
    (found,) = bank.payments.credits(bank.account, OTTO)
    return found


def test_a_deposit_is_applied_to_the_invoice_of_its_order_when_that_arrives(bank):
    key = ask(bank, due_on=day(5), note="40 per cent", key="k")
    assert ask(bank, due_on=day(5), note="40 per cent", key="k") == key
    assert (deposit(bank).status, deposit(bank).amount, deposit(bank).number) == (DepositStatus.ASKED, usd("40.00"), "PO-1")
    made = pay(bank, key)
    assert (made.state, made.amount) == (PaymentState.PAID, usd("40.00"))
    assert (deposit(bank).status, deposit(bank).payment_id) == (DepositStatus.PAID, made.payment_id)
    assert credit(bank).amount == usd("40.00")
    bank.bill(invoice("R-8", "30.00"))
    assert bank.balance("R-8") == usd("30.00"), "what is not of the order is left alone"
    bank.bill(invoice("R-2", "30.00", po_number="PO-1"))
    assert (bank.balance("R-2"), deposit(bank).status) == (usd("0"), DepositStatus.PAID)
    bank.bill(invoice("R-3", "90.00", references=(Reference(ORDER, "PO-1"),)))
    assert (bank.balance("R-3"), deposit(bank).status) == (usd("80.00"), DepositStatus.APPLIED)
    bank.bill(invoice("R-4", "90.00", po_number="PO-1"))
    assert bank.balance("R-4") == usd("90.00")
    bank.ties()


def test_an_invoice_that_was_there_before_the_money_gets_it(here):
    key = ask(here)
    here.bill(invoice("R-2", "100.00", po_number="PO-1"), invoice("R-5", Money.of("9.00", "EUR"), po_number="PO-1"))
    assert here.balance("R-2") == usd("100.00")
    pay(here, key)
    assert (here.balance("R-2"), deposit(here).status) == (usd("60.00"), DepositStatus.APPLIED)


def test_two_deposits_on_one_order_pay_its_bill_no_more_than_whole(bank):
    for key in ("a", "b"):
        assert pay(bank, ask(bank, "60.00", key=key)).state is PaymentState.PAID
    bank.bill(invoice("R-2", "100.00", po_number="PO-1"))
    assert bank.balance("R-2") == usd("0")
    assert credit(bank).amount == usd("20.00")
    bank.ties()


def test_money_that_is_under_way_cannot_be_paid_again_and_may_fail(here):
    key, method = ask(here), here.save("pending_then_failed", MethodKind.ACH_DEBIT)
    pay(here, key, method=MethodKind.ACH_DEBIT, saved=method)
    with pytest.raises(Refused, match=r"payment\.under_way"):
        pay(here, key)
    with pytest.raises(Refused, match=r"deposit\.under_way"):
        here.payments.deposits.cancel(here.account, key, OTTO)
    here.wait(timedelta(days=4))
    assert deposit(here).status is DepositStatus.ASKED
    pay(here, key)
    with pytest.raises(Refused, match=r"deposit\.not_asked"):
        pay(here, key)


def test_a_transfer_pays_a_deposit_when_it_arrives(here):
    key = ask(here)
    made = here.payments.start(here.account, here.payer, currency="USD", method=MethodKind.BANK_TRANSFER, deposit=key)
    assert (made.state, deposit(here).status) == (PaymentState.ACTION_REQUIRED, DepositStatus.ASKED)
    here.payments.arrived(here.account, made.payment_id, TODAY, OTTO)
    assert deposit(here).status is DepositStatus.PAID


def test_a_deposit_is_kept_for_its_order(here):
    pay(here, ask(here))
    use = CreditUse(credit_id=credit(here).id, document_id=here.ids["R-1"], amount=usd("10.00"))
    with pytest.raises(Refused, match=r"credit\.earmarked"):
        here.payments.apply(here.account, [use], OTTO)
    quote = here.payments.quote(
        here.account,
        here.payer,
        currency="USD",
        method=MethodKind.CARD,
        lines=here.lines("R-1"),
        credits=[CreditChoice(credit_id=use.credit_id)],
    )
    assert (quote.amount, quote.credits) == (usd("100.00"), ())
    here.payments.deposits.cancel(here.account, deposit(here).id, OTTO)
    here.payments.deposits.cancel(here.account, deposit(here).id, OTTO)
    here.payments.apply(here.account, [use], OTTO)
    assert (here.balance("R-1"), deposit(here).status) == (usd("90.00"), DepositStatus.CANCELED)
    here.ties()


def test_money_that_goes_back_is_asked_for_again(here):
    key = ask(here)
    made = pay(here, key)
    here.payments.refund(here.account, made.payment_id, OTTO)
    assert (deposit(here).status, deposit(here).payment_id) == (DepositStatus.ASKED, None)
    here.payments.deposits.cancel(here.account, key, OTTO)
    pay_again = pytest.raises(Refused, match=r"deposit\.not_asked")
    with pay_again:
        pay(here, key)


def test_a_fee_is_beside_the_deposit():
    bank = open_bank("sqlite://", paper(ORDER, "PO-1"), fees=(FeeRule(method=MethodKind.CARD, currency="USD", fixed=Decimal(2)),))
    made = pay(bank, ask(bank))
    assert (made.amount, credit(bank).amount) == (usd("42.00"), usd("40.00"))
    bank.portal.close()


def test_what_cannot_be_asked_for_or_paid_is_refused(here):
    key = ask(here)
    for options, code in (
        ({}, "deposit.asked"),
        ({"amount": "0.00"}, "deposit.amount"),
        ({"amount": "10000000000000.01"}, "deposit.amount"),
        ({"number": "R-1"}, "deposit.not_an_order"),
        ({"note": "x" * 256}, "deposit.note_too_long"),
    ):
        with pytest.raises(Refused, match=code.replace(".", r"\.")):
            ask(here, **options)
    with pytest.raises(Denied):
        here.payments.deposits.ask(here.account, here.ids["PO-1"], here.payer, amount=usd("1.00"))
    for options in ({"lines": here.lines("R-1")}, {"on_account": usd("1.00")}):
        with pytest.raises(Refused, match=r"deposit\.alone"):
            pay(here, key, **options)
    with pytest.raises(Refused, match=r"payment\.currency"):
        pay(here, key, currency="EUR")
    with pytest.raises(NotFound):
        pay(here, here.portal.clock.new_id())


def test_a_deposit_on_a_hidden_order_is_unknown_to_customers():
    bank = open_bank("sqlite://", paper(ORDER, "PO-1", visible=False))
    key = ask(bank)
    assert bank.payments.deposits.list(bank.account, bank.payer) == ()
    assert len(bank.payments.deposits.list(bank.account, OTTO)) == 1
    with pytest.raises(NotFound, match=r"deposit\.not_found"):
        pay(bank, key)
    assert pay(bank, key, by=OTTO, payer=THERE).state is PaymentState.PAID
    bank.portal.close()
