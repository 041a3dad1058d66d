"""Credit: what is owed against the limit, orders held back and released with reasons, and limits that are passed."""

from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.conftest import ANN, BEN
from activities.test_history import refused
from books import OTTO, account_of, closing, customer, day, invoice, open_portal, store, usd
from lockportal.activities.credit.models import LONGEST_REASON, CreditDecision, exposure
from lockportal.activities.scoring import OVERDUE, PASSED
from lockportal.core.actor import SYSTEM, Right
from lockportal.core.errors import Denied
from lockportal.core.money import Money

SYSTEM_ID = UUID(int=1)
LIMITS = st.none() | st.integers(0, 10**9)


def fill(portal, limit="150.00"):
    store(portal, invoice("R-1", "100.00", due=20), invoice("R-2", "100.00", due=20))
    account = account_of(portal)
    portal.profiles.change_customer(account, by=OTTO, credit_limit=usd(limit))
    return account


def told(page):
    return [(item.customer_number, item.kind, item.action.value) for item in page.items]


def test_what_is_owed_is_held_against_the_limit_in_its_currency(database_url):
    with closing(open_portal(database_url)) as portal:
        account = fill(portal)
        (one,) = portal.activities.credit.exposure(account, ANN)
        assert (one.owed, one.limit, one.over, one.free, one.used_percent) == (
            usd("200.00"), usd("150.00"), usd("50.00"), usd("0.00"), 133,
        )  # fmt: skip
        portal.ledger.record_credit(account, usd("120.00"), day(0), OTTO)
        store(portal, invoice("Y-1", Money(700, "JPY")))
        yen, dollars = portal.activities.credit.exposure(account, ANN)
        assert (dollars.owed, dollars.over, dollars.free) == (usd("80.00"), usd("0.00"), usd("70.00"))
        assert (yen.owed, yen.limit, yen.free, yen.over.minor, yen.used_percent) == (Money(700, "JPY"), None, None, 0, None)
        new = portal.profiles.open_customer("N-1", "New", by=OTTO, credit_limit=usd("10.00"))
        assert [(one.owed, one.free) for one in portal.activities.credit.exposure(new, ANN)] == [(usd("0.00"), usd("10.00"))]
        free = portal.profiles.open_customer("N-2", "Newer", by=OTTO)
        assert portal.activities.credit.exposure(free, ANN) == ()
        refused("account.not_found", portal.activities.credit.exposure, portal.clock.new_id(), ANN)


@given(st.integers(-(10**9), 10**9), LIMITS)
def test_what_is_free_and_what_passes_the_limit_come_to_it(owed, limit):
    made = exposure(SYSTEM_ID, Money(owed, "USD"), None if limit is None else Money(limit, "USD"))
    if limit is None:
        assert made.free is made.limit is made.used_percent is None
        assert made.over.is_zero
    else:
        assert made.limit.minor == max(owed, 0) + made.free.minor - made.over.minor
        assert made.free.is_zero or made.over.is_zero
        assert (made.used_percent is None) == (limit == 0)


def test_orders_are_held_back_and_released_with_reasons_and_the_books_are_told(sqlite_url):
    with closing(open_portal(sqlite_url)) as portal:
        account, credit = fill(portal), portal.activities.credit
        credit.hold(account, ANN, reason=" Nothing came for weeks. ", key="k")
        credit.hold(account, ANN, reason=" Nothing came for weeks. ", key="k")
        credit.hold(account, BEN, reason="Again.")
        assert portal.profiles.customer(account, by=ANN).hold
        portal.clock.time += timedelta(hours=1)
        credit.release(account, BEN, reason="Paid.")
        credit.release(account, BEN, reason="Paid.")
        assert not portal.profiles.customer(account, by=ANN).hold
        assert [(one.held, one.by, one.reason, one.exposure, one.limit) for one in credit.decisions(account, ANN)] == [
            (False, "staff:ben", "Paid.", usd("200.00"), usd("150.00")),
            (True, "staff:ann", "Nothing came for weeks.", usd("200.00"), usd("150.00")),
        ]
        assert len(credit.decisions(account, ANN, limit=1)) == 1
        types = [row.type for row in portal.activities.timeline(account, ANN).items]
        assert types[:2] == ["activities.credit_released", "activities.credit_held"]
        assert {"activities.credit_held", "activities.credit_released"} <= {kind.type for kind in portal.webhooks.events(ANN)}
        assert not CreditDecision(id=account, account_id=account, at=portal.clock.now(), held=True, reason="x").live
        refused("credit.reason_missing", credit.hold, account, ANN, reason=" ")
        refused("credit.reason_too_long", credit.release, account, ANN, reason="x" * (LONGEST_REASON + 1))
        with pytest.raises(Denied):
            credit.hold(account, customer(account, rights=tuple(Right)), reason="x")
        assert portal.verify(SYSTEM) == ()


def test_without_a_limit_a_decision_names_none(sqlite_url):
    with closing(open_portal(sqlite_url)) as portal:
        account = portal.profiles.open_customer("N", "New", by=OTTO)
        portal.activities.credit.hold(account, ANN, reason="A rumour.")
        (one,) = portal.activities.credit.decisions(account, ANN)
        assert (one.exposure, one.limit) == (None, None)


def test_a_limit_that_is_passed_stands_in_the_work_list_until_somebody_sees_to_it(database_url):
    with closing(open_portal(database_url)) as portal:
        account = fill(portal)
        store(portal, invoice("F-1", "9.00", due=20), number="200", name="Fine", source="b")
        fine = account_of(portal, "200")
        portal.profiles.change_customer(fine, by=OTTO, credit_limit=usd("9.00"))
        assert told(portal.activities.work(ANN)) == [("100", PASSED, "decide")]
        refused("task.kind_unknown", portal.activities.claim, account, ANN, kind="erp.check")
        task = portal.activities.claim_next(ANN)
        assert (task.kind, task.owner, task.account_id) == (PASSED, "ann", account)
        refused("task.taken", portal.activities.claim, account, BEN, kind=PASSED)
        assert portal.activities.claim_next(BEN) is None
        portal.activities.credit.hold(account, ANN, reason="Over the limit.")
        portal.activities.close(account, task.id, ANN, outcome="done")
        assert told(portal.activities.work(ANN)) == []


def test_a_customer_may_be_late_and_over_the_limit_and_both_are_shown_once_page_by_page(database_url):
    with closing(open_portal(database_url)) as portal:
        for number in ("1", "2", "3"):
            store(portal, invoice(f"L-{number}", "100.00"), number=number, name="Late", source=number)
            portal.profiles.change_customer(account_of(portal, number), by=OTTO, credit_limit=usd("1.00"))
        shown, after = [], None
        while True:
            page = portal.activities.work(ANN, after=after, limit=1)
            shown += told(page)
            after = page.after
            if after is None:
                break
        assert sorted(row[:2] for row in shown) == sorted((number, kind) for number in "123" for kind in (OVERDUE, PASSED))
        assert shown == told(portal.activities.work(ANN))
