"""What an application asks of the ledger: positions, agings, projections, credits, and whether the books tie out."""

from datetime import UTC, date, datetime

import pytest
from attrs import evolve

from books import (
    ACME,
    OTTO,
    TODAY,
    StandingClock,
    account_of,
    closing,
    credit_memo,
    customer,
    day,
    invoice,
    item_id,
    open_portal,
    rows_of,
    spoil,
    store,
    usd,
)
from lockportal.core.errors import Denied, NotFound, Refused
from lockportal.core.money import Money
from lockportal.ledger.models import AgingBasis, Credit, DueBalance, Entry, EntryKind, LedgerSettings
from lockportal.ledger.views import bucket_bounds, bucket_edges, projection
from lockportal.testing import counting
from random_books import entries_of


def test_a_position_is_what_a_home_page_needs(portal):
    store(
        portal,
        invoice("late", "100.00", -90, -31),
        invoice("newer", "10.00", -20, -1),
        invoice("today", "7.00", -5, 0),
        invoice("soon", "5.00", -5, 3),
        invoice("as soon", "2.50", -5, 3),
        *(invoice(f"later {n}", "1.00", -5, 10 + n) for n in range(6)),
        invoice("yen", Money(900, "JPY"), -5, 30),
        credit_memo("C-1", "30.00"),
    )
    account = account_of(portal)
    portal.ledger.record_credit(account, usd("4.00"), day(-1), OTTO, reference="wire 17")
    yen, dollars = portal.ledger.position(account, customer(account))
    assert (yen.currency, yen.balance, yen.oldest_due) == ("JPY", Money(900, "JPY"), day(30))
    assert dollars.open_items == usd("130.50")
    assert dollars.unapplied == usd("34.00")
    assert dollars.balance == usd("96.50")
    assert dollars.overdue == usd("110.00")
    assert dollars.oldest_due == day(-31)
    assert [(bucket.label, bucket.count, bucket.amount) for bucket in dollars.buckets] == [
        ("current", 9, usd("20.50")),
        ("1-30", 1, usd("10.00")),
        ("31-60", 1, usd("100.00")),
        ("61-90", 0, usd(0)),
        ("91-120", 0, usd(0)),
        ("over 120", 0, usd(0)),
    ]
    assert [(due.due_on, due.count, due.amount) for due in dollars.upcoming] == [
        (day(0), 1, usd("7.00")),
        (day(3), 2, usd("7.50")),
        (day(10), 1, usd("1.00")),
        (day(11), 1, usd("1.00")),
        (day(12), 1, usd("1.00")),
    ]


def test_an_account_in_which_nothing_is_open_has_no_position(portal):
    store(portal, invoice(settled_on=day(-1)))
    assert portal.ledger.position(account_of(portal), OTTO) == ()


def test_a_position_is_read_in_two_statements(portal):
    store(portal, invoice())
    account = account_of(portal)
    with counting(portal.engines) as sent:
        portal.ledger.position(account, OTTO)
    assert len([one for one in sent if one.startswith("SELECT")]) == 2


def test_a_strangers_account_has_no_position(portal):
    store(portal, invoice())
    account = account_of(portal)
    with pytest.raises(NotFound) as refused:
        portal.ledger.position(account, customer(item_id("elsewhere")))
    assert refused.value.code == "account.not_found"


def test_the_whole_book_is_aged_for_staff_and_only_their_own_for_customers(portal):
    store(portal, invoice("A", "1.00"), number="100")
    store(portal, invoice("B", "2.00"), number="200")
    store(portal, invoice("C", "4.00"), number="300")
    first, second = account_of(portal, "100"), account_of(portal, "200")
    assert [one.balance for one in portal.ledger.aging(OTTO)] == [usd("7.00")]
    assert [one.balance for one in portal.ledger.aging(customer(first, second))] == [usd("3.00")]
    assert [one.balance for one in portal.ledger.aging(customer(first, second), as_of=TODAY)] == [usd("3.00")]
    assert portal.ledger.aging(customer()) == ()


@pytest.mark.parametrize(
    ("zone", "bucket"),
    [pytest.param("Pacific/Kiritimati", "1-30", id="east"), pytest.param("Pacific/Pago_Pago", "current", id="west")],
)
def test_today_is_the_suppliers_today(database_url, zone, bucket):
    clock = StandingClock(datetime(2026, 3, 2, 10, 30, tzinfo=UTC))  # the 3rd on Kiritimati, the 1st in Pago Pago
    with closing(open_portal(database_url, supplier=evolve(ACME, zone=zone), clock=clock)) as portal:
        store(portal, invoice(due=0))  # due on the 2nd
        (position,) = portal.ledger.position(account_of(portal), OTTO)
        (aged,) = portal.ledger.aging(OTTO)
    assert [one.label for one in position.buckets if one.count] == [bucket]
    assert [one.label for one in aged.buckets if one.count] == [bucket]
    assert aged.as_of == date(2026, 3, 3) if bucket == "1-30" else date(2026, 3, 1)


def test_the_settings_choose_buckets_and_basis(database_url):
    chosen = LedgerSettings(buckets=[7, 14], aging_by=AgingBasis.ISSUE)
    with closing(open_portal(database_url, settings=(chosen,))) as portal:
        store(portal, invoice(issued=-10, due=20))
        (by_issue,) = portal.ledger.aging(OTTO)
        (by_due,) = portal.ledger.aging(OTTO, basis=AgingBasis.DUE)
    assert [(one.label, one.count) for one in by_issue.buckets] == [("current", 0), ("1-7", 0), ("8-14", 1), ("over 14", 0)]
    assert [one.label for one in by_due.buckets if one.count] == ["current"]


@pytest.mark.parametrize("buckets", [(0,), (30, 30), (60, 30), (-1,), ("30",)])
def test_buckets_that_do_not_rise_are_refused(buckets):
    with pytest.raises((ValueError, TypeError)):
        LedgerSettings(buckets=buckets)


def test_an_aging_without_buckets_knows_current_and_late():
    assert bucket_bounds(()) == (("current", None, 0), ("over 0", 1, None))


def test_the_first_day_of_the_calendar_can_be_aged():
    assert bucket_edges((30,), date.min) == (date.min, date.min)


def test_a_projection_tells_what_falls_due_from_today_to_so_many_days_from_now(portal):
    store(
        portal,
        invoice("A", "1.00", due=-1),
        invoice("B", "2.00", due=0),
        invoice("C", "3.00", due=5),
        invoice("yen", Money(900, "JPY"), due=5),
        invoice("D", "4.00", due=9),
        invoice("settled", "5.00", due=4, settled_on=day(-1)),
    )
    assert portal.ledger.projection(OTTO, days=9) == projection(entries_of(portal, rows_of(portal, Entry)), TODAY, 9)
    assert [(one.due_on, one.amount) for one in portal.ledger.projection(OTTO, days=5)] == [
        (day(5), Money(900, "JPY")),
        (day(0), usd("2.00")),
        (day(5), usd("3.00")),
    ]
    assert len(portal.ledger.projection(OTTO, days=10**7)) == 4
    assert portal.ledger.projection(OTTO, days=-1) == ()


def test_what_is_posted_for_a_later_day_is_not_told_of_today(portal):
    store(portal, invoice("now", "100.00", -10, 5), invoice("issued later", "50.00", 3, 30))
    store(portal, invoice("settled later", "7.00", -10, -2, settled_on=day(4)))
    account = account_of(portal)
    portal.ledger.record_credit(account, usd("20.00"), day(2), OTTO)
    (position,) = portal.ledger.position(account, OTTO)
    (statement,) = portal.documents.statement(account, OTTO)
    assert position.balance == statement.balance == usd("107.00")
    assert (position.buckets, position.unapplied) == (statement.buckets, usd("0"))
    assert position.oldest_due == day(-2)
    assert [one.due_on for one in position.upcoming] == [day(5)]
    assert [one.due_on for one in portal.ledger.projection(OTTO)] == [day(5)]


@pytest.mark.parametrize("everywhere", [True, False], ids=["book", "account"])
def test_what_is_still_to_come_is_found_by_an_index(database_url, everywhere):
    if not database_url.startswith("sqlite"):
        pytest.skip("the plans of SQLite are always the same")
    with closing(open_portal(database_url)) as portal:
        store(portal, invoice(issued=1, due=30))
        account = None if everywhere else account_of(portal)
        with counting(portal.engines) as sent:
            portal.ledger.aging(OTTO, account_id=account)
            portal.ledger.projection(OTTO, account_id=account)
        asked = [sql for sql in sent if "lockportal_entry" in sql]
        assert len(asked) == 2
        with portal.engines.reads.connect() as connection:
            for sql in asked:
                explained = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", (None,) * sql.count("?"))
                plan = [row[-1] for row in explained if "lockportal_entry" in row[-1]]
                found = "lockportal_entry_wide_effective_on" if everywhere else "lockportal_entry_effective_on"
                assert sorted(step.split(" (")[0].split("INDEX ")[1] for step in plan) == sorted(
                    [found, "lockportal_entry_item_id"]
                )
                assert all(step.startswith("SEARCH") for step in plan)


def test_an_account_of_which_everything_is_still_to_come_has_no_position(portal):
    store(portal, invoice(issued=1, due=30))
    assert portal.ledger.position(account_of(portal), OTTO) == ()
    assert portal.ledger.aging(OTTO) == ()


def test_a_roll_forward_takes_in_its_first_and_its_last_day(portal):
    store(portal, invoice("before", "1.00", issued=-11), invoice("first", "2.00", issued=-10), invoice("last", "4.00", issued=-5))
    store(portal, invoice("after", "8.00", issued=-4))
    (told,) = portal.ledger.roll_forward(day(-10), day(-5), OTTO)
    assert (told.opening, told.movements, told.closing) == (usd("1.00"), ((EntryKind.INVOICE, usd("6.00")),), usd("7.00"))


def test_a_credit_stands_below_zero_until_it_is_applied(portal):
    store(portal, invoice())
    account = account_of(portal)
    key = portal.ledger.record_credit(account, usd("12.34"), day(-3), OTTO, reference="cheque 9", key="form-1")
    assert portal.ledger.record_credit(account, usd("12.34"), day(-3), OTTO, reference="cheque 9", key="form-1") == key
    (credit,) = rows_of(portal, Credit)
    assert (credit.balance_minor, credit.received_on, credit.reference) == (-1234, day(-3), "cheque 9")
    (aged,) = portal.ledger.aging(OTTO)
    assert (aged.unapplied, aged.credits, aged.balance) == (usd("12.34"), 1, usd("87.66"))


@pytest.mark.parametrize(
    ("amount", "reference", "code"),
    [
        ("0.00", "", "credit.amount"),
        ("-1.00", "", "credit.amount"),
        ("10000000000000.01", "", "credit.amount"),
        ("1.00", "x" * 129, "credit.reference"),
        ("1.00", "\0", "credit.reference"),
    ],
)
def test_a_credit_of_nothing_or_with_an_endless_reference_is_refused(portal, amount, reference, code):
    store(portal, invoice())
    with pytest.raises(Refused) as refused:
        portal.ledger.record_credit(account_of(portal), usd(amount), TODAY, OTTO, reference=reference)
    assert refused.value.code == code
    assert rows_of(portal, Credit) == []


def test_a_customer_records_no_credit(portal):
    store(portal, invoice())
    account = account_of(portal)
    with pytest.raises(Denied):
        portal.ledger.record_credit(account, usd("1.00"), TODAY, customer(account))


def test_verify_is_silent_about_sound_books_and_finds_each_figure_that_was_tampered_with(portal):
    store(portal, invoice("A", settled_on=day(-1)), invoice("B"), credit_memo())
    account = account_of(portal)
    portal.ledger.record_credit(account, usd("5.00"), TODAY, OTTO)
    store(portal, invoice("B", "120.00"))
    assert portal.ledger.verify(OTTO) == ()
    due = next(row for row in rows_of(portal, DueBalance) if row.due_on is not None)
    entry = next(row for row in rows_of(portal, Entry) if row.amount_minor == 2000)
    (credit,) = rows_of(portal, Credit)
    for cls, key, column, kept, check in (
        (DueBalance, due.id, "amount_minor", due.amount_minor, "ledger.due_balance"),
        (DueBalance, due.id, "item_count", due.item_count, "ledger.due_balance"),
        (Entry, entry.id, "item_balance", entry.item_balance, "ledger.item_balance"),
        (Entry, entry.id, "amount_minor", entry.amount_minor, "ledger.item_balance"),
        (Entry, entry.id, "amount_minor", entry.amount_minor, "ledger.due_balance"),
        (Credit, credit.id, "balance_minor", credit.balance_minor, "ledger.credit"),
    ):
        spoil(portal, cls, key, **{column: kept + 1})
        found = portal.ledger.verify(OTTO)
        assert check in {finding.check for finding in found}
        assert all(finding.subject and finding.detail for finding in found)
        spoil(portal, cls, key, **{column: kept})
    assert portal.ledger.verify(OTTO) == ()


def test_verify_finds_a_due_balance_that_is_gone(portal):
    import sqlalchemy as sa

    from lockportal.storage.tables import table

    store(portal, invoice("A", "10.00"))
    with portal.engines.writing() as connection:
        connection.execute(sa.delete(table(DueBalance)))
    (finding,) = portal.ledger.verify(OTTO)
    assert "-1000 minor units and -1 items" in finding.detail


def test_a_customer_may_not_verify(portal):
    with pytest.raises(Denied):
        portal.ledger.verify(customer(item_id("somewhere")))
