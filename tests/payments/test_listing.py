"""The lists of the supplier's people, on each database: filters, pages, unapplied cash, and whose they are."""

from datetime import timedelta

import pytest
from attrs import evolve

from books import NOON, OTTO, account_of, customer, invoice, spoil, store, usd
from lockportal.core.errors import Conflict, Denied, NotFound, Refused
from lockportal.payments import CreditUse, MethodKind, Payment, PaymentState
from lockportal.payments.listing.views import PaymentFilter
from lockportal.payments.operations import OpStatus
from payments.buyers import opened, pay


def found(shop, **wanted):
    return {row.reference for row in shop.portal.payments.lists.payments(OTTO, PaymentFilter(**wanted)).items}


def test_payments_are_found_by_what_is_known_of_them(shop):
    account, payer, ids = opened(shop, invoice("R-1"), invoice("R-2"), invoice("R-3"))
    paid = pay(shop, account, payer, [ids["R-1"]]).reference
    shop.till.default = OpStatus.PENDING
    waits = pay(shop, account, payer, [ids["R-2"]], key="k2", method=MethodKind.ACH_DEBIT).reference
    shop.till.next = ["before"]
    doubt = pay(shop, account, payer, [ids["R-3"]], key="k3").reference
    assert found(shop) == {paid, waits, doubt}
    assert found(shop, text=paid.lower()) == {paid}
    assert found(shop, text=f"RF00{paid.replace('-', '')}") == {paid}
    assert found(shop, text="harbour") == {paid, waits, doubt}
    assert found(shop, text="100") == {paid, waits, doubt}, "by the customer's number"
    assert (found(shop, text="%"), found(shop, text="_"), found(shop, text="!")) == (set(), set(), set())
    assert found(shop, state=PaymentState.PAID) == {paid}
    assert found(shop, method=MethodKind.ACH_DEBIT) == {waits}
    assert found(shop, under_way=True) == {waits, doubt}
    assert found(shop, unknown=True) == {doubt}
    assert found(shop, review=True) == set()
    day = NOON.date()
    assert found(shop, begun_from=day, begun_to=day) == {paid, waits, doubt}
    assert found(shop, begun_from=day + timedelta(days=1)) == found(shop, begun_to=day - timedelta(days=1)) == set()


def test_a_place_in_one_list_is_none_in_another(shop):
    account, _, _ = opened(shop, invoice("R-1"))
    for number in range(3):
        shop.portal.payments.record(
            account, OTTO, money=usd(number + 1), received_on=NOON.date(), method=MethodKind.CHEQUE, reference=f"wire {number}"
        )
    lists, paid = shop.portal.payments.lists, PaymentFilter(state=PaymentState.PAID)
    first = lists.payments(OTTO, paid, limit=2)
    rest = lists.payments(OTTO, paid, after=first.after, limit=2)
    assert (len({row.id for row in (*first.items, *rest.items)}), rest.after) == (3, None)
    with pytest.raises(Refused):
        lists.payments(OTTO, after=first.after)
    cash = lists.unapplied(OTTO, limit=2)
    more = lists.unapplied(OTTO, after=cash.after, limit=2)
    assert sorted(row.amount.minor for row in (*cash.items, *more.items)) == [100, 200, 300]
    assert {row.customer_name for row in cash.items} == {"Harbour Ltd"}


def test_unapplied_cash_is_the_oldest_first_with_its_age_and_of_one_account(shop):
    account, _, _ = opened(shop, invoice("R-1"))
    store(shop.portal, invoice("S-1"), number="200", name="Mill")
    mill = account_of(shop.portal, "200")
    record = shop.portal.ledger.record_credit
    record(account, usd("5"), NOON.date(), OTTO, reference="young")
    old = record(mill, usd("7"), NOON.date() - timedelta(days=9), OTTO, reference="old")
    lists = shop.portal.payments.lists
    assert [(row.reference, row.days) for row in lists.unapplied(OTTO).items] == [("old", 9), ("young", 0)]
    assert [row.reference for row in lists.unapplied(OTTO, account_id=account).items] == ["young"]
    assert lists.credit(mill, old, OTTO).amount == usd("7")
    with pytest.raises(NotFound):
        lists.credit(account, old, OTTO)


def test_the_lists_are_for_staff(sqlite_shop):
    account, payer, _ = opened(sqlite_shop, invoice("R-1"))
    lists = sqlite_shop.portal.payments.lists
    for ask in (lists.payments, lists.unapplied):
        with pytest.raises(Denied):
            ask(payer)
        with pytest.raises(Denied):
            ask(customer(account), account_id=account)


def test_the_list_of_payments_goes_on_where_its_page_before_ended(shop):
    account, payer, ids = opened(shop, invoice("R-1"), invoice("R-2"), invoice("R-3"))
    made = []
    for number, key in enumerate(ids.values()):
        shop.portal.clock.time += timedelta(minutes=number)
        made.append(pay(shop, account, payer, [key], key=str(number)).reference)
    first = shop.portal.payments.payments(payer, account_id=account, limit=2)
    rest = shop.portal.payments.payments(payer, account_id=account, after=first.after, limit=2)
    assert [row.reference for row in (*first.items, *rest.items)] == made[::-1]
    assert rest.after is None
    with pytest.raises(Refused):
        shop.portal.payments.payments(OTTO, account_id=account, review=True, after=first.after)


def test_however_many_are_under_way_all_are_asked_about_and_verified(shop, monkeypatch):
    monkeypatch.setattr("lockportal.payments.services.keeping._MOST", 1)
    account, payer, ids = opened(shop, invoice("R-1"), invoice("R-2"), invoice("R-3"))
    shop.till.default = OpStatus.PENDING
    for key in ids.values():
        pay(shop, account, payer, [key], key=str(key))
    for operation in shop.till.bank:
        shop.till.set(operation, OpStatus.SUCCEEDED)
    with pytest.raises(Denied):
        shop.portal.payments.reconcile(payer)
    assert shop.portal.payments.reconcile(OTTO) == 3
    assert found(shop, state=PaymentState.PAID) == found(shop)
    (row, *_) = shop.portal.payments.payments(OTTO).items
    spoil(shop.portal, Payment, row.id, posted=1)
    assert {one.check for one in shop.portal.payments.verify(OTTO)} == {"payments.posted"}


def test_one_that_cannot_be_asked_about_keeps_no_other_from_it(sqlite_shop, monkeypatch, caplog):
    account, payer, ids = opened(sqlite_shop, invoice("R-1"), invoice("R-2"))
    sqlite_shop.till.default = OpStatus.PENDING
    first, second = (pay(sqlite_shop, account, payer, [key], key=str(key)) for key in ids.values())
    for operation in sqlite_shop.till.bank:
        sqlite_shop.till.set(operation, OpStatus.SUCCEEDED)
    (lost,) = sqlite_shop.portal.payments.payment(account, first.payment_id, OTTO).operations
    calling = sqlite_shop.portal.payments._calling
    real = calling.pursue

    def pursue(account_id, operation_id):
        if operation_id == lost.id:
            raise Conflict("account.busy", "Too many people change this account at once.")
        real(account_id, operation_id)

    monkeypatch.setattr(calling, "pursue", pursue)
    assert sqlite_shop.portal.payments.reconcile(OTTO) == 2
    states = [sqlite_shop.portal.payments.progress(account, one.payment_id, OTTO).state for one in (first, second)]
    assert states == [PaymentState.PROCESSING, PaymentState.PAID]
    assert "could not be asked about" in caplog.text


def test_where_credit_went_is_listed_with_what_stands_of_it(shop):
    account, payer, ids = opened(shop, invoice("R-2", "20.00"), invoice("R-1", "10.00"))
    credit = shop.portal.ledger.record_credit(account, usd("25"), NOON.date(), OTTO)
    uses = [CreditUse(credit_id=credit, document_id=ids[n], amount=usd(m)) for n, m in (("R-2", "15"), ("R-1", "10"))]
    shop.portal.payments.apply(account, uses, OTTO)
    shop.portal.payments.unapply(account, uses[1], OTTO)
    shop.portal.payments.apply(account, [evolve(uses[1], amount=usd("4"))], OTTO)
    rows = shop.portal.payments.lists.applied(account, [credit], OTTO)
    assert [(row.credit_id, row.number, row.amount) for row in rows] == [(credit, "R-1", usd("4")), (credit, "R-2", usd("15"))]
    shop.portal.payments.unapply(account, uses[0], OTTO)
    assert [row.number for row in shop.portal.payments.lists.applied(account, [credit], OTTO)] == ["R-1"]
    with pytest.raises(Denied):
        shop.portal.payments.lists.applied(account, [credit], payer)
