"""Fees and interest: entries of their own, told of, paid or waived with a reason."""

from datetime import date
from decimal import Decimal

import pytest
from attrs import evolve

from books import OTTO, day, invoice, usd
from dunning.chases import TOLD
from lockportal import SYSTEM
from lockportal.core.errors import NotFound, Refused
from lockportal.documents.models import DocumentKind
from lockportal.dunning import Charge, Fee, Interest, Level, Policy, RateFrom
from lockportal.ledger.models import Entry
from lockportal.payments.operations import OpStatus
from promises.words import records

AGREED = Interest(rates=(RateFrom(on=date(2020, 1, 1), percent=Decimal("12.25")),))
COSTLY = Policy(
    name="costly",
    interest=AGREED,
    levels=(
        Level(name="first", days=5),
        Level(name="second", days=20, fee=Fee(amounts={"USD": Decimal(10)}), tell=TOLD),
        Level(name="third", days=101, fee=Fee(percent=Decimal(15)), interest=True),
    ),
)


@pytest.fixture
def costly(chasing):
    return chasing(invoice("A", "5000.00", due=0), policy=COSTLY)


def posted(chase):
    """What was posted beside the invoice: kind, amount, what the item then stands at."""
    entries = records(chase.portal, Entry, chase.account)
    return sorted((one.kind.value, str(one.amount), one.item_balance) for one in entries if one.kind.value != "invoice")


def test_a_fee_of_ten_then_of_fifteen_per_cent_and_interest_are_entries_of_their_own(costly):
    for days in (5, 20, 101):
        costly.run(days)
    assert posted(costly) == [
        ("fee", "USD 10.00", 10_00),
        ("fee", "USD 750.00", 750_00),
        ("interest", "USD 169.49", 169_49),
    ]
    invoice_left = costly.portal.documents.get(costly.account, costly.document("A"), OTTO).document.balance
    assert invoice_left == usd("5000.00"), "the invoice stands as it was billed"
    kinds = [(row.kind.value, str(row.amount), row.on) for row in costly.dunning.charges(OTTO)]
    assert sorted(kinds) == [
        ("fee", "USD 10.00", day(20)),
        ("fee", "USD 750.00", day(101)),
        ("interest", "USD 169.49", day(101)),
    ]
    assert costly.portal.verify(SYSTEM) == ()


def test_a_charge_is_a_debit_memo_that_is_told_of_and_can_be_paid(costly):
    costly.run(5)
    costly.mails()
    costly.run(20)
    (fee,) = costly.dunning.charges(OTTO)
    memo = costly.portal.documents.get(costly.account, fee.memo_id, costly.by).document
    assert (memo.kind, memo.number, memo.balance, memo.due_on) == (DocumentKind.DEBIT_MEMO, fee.number, usd("10.00"), day(20))
    text = costly.shop.box.mails[0].text
    assert fee.number in text
    assert "$5,010.00" in text
    found = costly.dunning.why_not(costly.account, fee.memo_id, OTTO, on=day(25))
    assert found.text == "Fees and interest are told of with the documents that they are for."


def test_interest_runs_on_from_where_it_was_charged(chasing):
    levels = tuple(Level(name=str(days), days=days, interest=True) for days in (10, 30, 101))
    chase = chasing(invoice("A", "5000.00", due=0), policy=evolve(COSTLY, levels=levels))
    for days in (10, 30, 101):
        chase.run(days)
    amounts = [row.amount.minor for row in chase.dunning.charges(OTTO)]
    assert len(amounts) == 3
    assert abs(sum(amounts) - 169_49) <= 2


def test_interest_is_on_what_is_followed_up_alone(chasing):
    chase = chasing(invoice("A", "5000.00", due=0), policy=evolve(COSTLY, levels=(Level(name="a", days=101, interest=True),)))
    chase.dunning.hold(chase.account, OTTO, until=day(100), reason="Asked.")
    chase.gets("A", "2500.00")
    chase.run(101)
    assert [str(row.amount) for row in chase.dunning.charges(OTTO)] == ["USD 84.74"]


def test_a_charge_is_waived_with_a_reason_as_far_as_it_is_open(costly):
    costly.run(5)
    costly.run(20)
    (fee,) = costly.dunning.charges(OTTO)
    for reason in ("", " "):
        with pytest.raises(Refused) as refused:
            costly.dunning.waive(costly.account, fee.id, OTTO, reason=reason)
        assert refused.value.code == "dunning.reason_missing"
    costly.dunning.waive(costly.account, fee.id, OTTO, reason="A good customer.")
    costly.dunning.waive(costly.account, fee.id, OTTO, reason="Again.")
    assert posted(costly) == [("adjustment", "USD -10.00", 0), ("fee", "USD 10.00", 10_00)]
    (row,) = costly.dunning.charges(OTTO, account_id=costly.account)
    assert (row.waived, row.waived_on, row.reason) == (usd("10.00"), day(20), "A good customer.")
    assert costly.portal.verify(SYSTEM) == ()


def test_what_is_paid_or_being_paid_is_not_waived(costly):
    costly.run(5)
    costly.run(20)
    (fee,) = costly.dunning.charges(OTTO)
    number = fee.number
    costly.document = lambda _: fee.memo_id
    payment = costly.pays(number, "4.00", OpStatus.PENDING)
    with pytest.raises(Refused) as refused:
        costly.dunning.waive(costly.account, fee.id, OTTO, reason="No.")
    assert refused.value.code == "charge.held"
    costly.hears(payment, costly.sale(payment).kind, OpStatus.SUCCEEDED)
    costly.gets(number, "6.00")
    with pytest.raises(Refused) as refused:
        costly.dunning.waive(costly.account, fee.id, OTTO, reason="No.")
    assert refused.value.code == "charge.paid"
    with pytest.raises(NotFound):
        costly.dunning.waive(costly.account, fee.memo_id, OTTO, reason="No.")
    assert records(costly.portal, Charge, costly.account)[0].waived is None
