"""What disputes are about and how long they take: worked out by hand, and in the database as from the records themselves."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from books import usd
from disputes.desks import CASEY, DANA, SHORT
from disputes.planting import facts, planted, year
from lockportal.core.errors import Denied
from lockportal.disputes import DisputeCategory, DisputeFilter, DisputesSettings, DisputeStatus, Grouping, SlaState
from lockportal.disputes.deadlines import soon_after
from lockportal.disputes.measuring.views import cycles_of, period_of, reasons_of
from lockportal.disputes.states import UNDECIDED
from lockportal.disputes.views import DisputeOrder

HOUR = 3600


def found(desk, wanted):
    page = desk.disputes.list(CASEY, wanted, order=DisputeOrder.OLDEST, limit=200)
    rows = list(page.items)
    while page.after:
        page = desk.disputes.list(CASEY, wanted, order=DisputeOrder.OLDEST, limit=200, after=page.after)
        rows += page.items
    return {row.id: row for row in rows}


def clock_of(one, now, soon):
    """How the clocks of a dispute stand, said once more."""
    due = [by for by in (one.answer_by, one.decide_by) if by is not None]
    if not due:
        return SlaState.PAUSED if one.status in UNDECIDED else None
    late, near = (any(by <= at for by in due) for at in (now, soon))
    return SlaState.BREACHED if late else SlaState.WARNED if near else SlaState.RUNNING


def as_listed(desk, known, asked, period):
    """Lists that are narrowed by clocks, days and reasons have what the records say."""
    now, sent = desk.portal.clock.time, [one for one in known if one.opened_at is not None]
    soon = soon_after(desk.portal.supplier, DisputesSettings(), now)
    expected = {one.id: clock_of(one, now, soon) for one in sent}

    def ids(**wanted):
        return found(desk, DisputeFilter(**wanted)).keys()

    rows = {key: row for key, row in found(desk, DisputeFilter()).items() if key in expected}
    assert {key: row.sla for key, row in rows.items()} == expected
    assert {key for key, row in rows.items() if row.late} == {key for key, sla in expected.items() if sla is SlaState.BREACHED}
    for state in SlaState:
        assert ids(sla=state) & rows.keys() == {key for key, sla in expected.items() if sla is state}
    assert ids(opened_from=asked["first"], opened_to=asked["last"]) == {one.id for one in sent if period.has(one.opened_at)}
    assert ids(closed_from=asked["first"], closed_to=asked["last"]) == {one.id for one in sent if period.has(one.closed_at)}
    for reason in ("other", "Short_Delivery"):
        wanted = {one.id for one in sent if (one.reason, one.cause) == (reason, "")}
        assert ids(reason=reason, cause="") & rows.keys() == wanted


def test_sums_lists_and_times_of_the_database_are_those_of_the_records(stored_desk, tier):
    examples = count()
    supplier, clock = stored_desk.portal.supplier, stored_desk.portal.clock

    @settings(
        max_examples=tier.times(6, 10, 80),
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=[*HealthCheck],
    )
    @given(made=st.lists(facts(), max_size=25), days=st.integers(0, 30), more=st.integers(0, 30))
    def check(made, days, more):
        begin = year(next(examples))
        known = planted(stored_desk, begin, made)
        first = begin.date() + timedelta(days=days)
        asked = {"first": first, "last": first + timedelta(days=more)}
        period, measures = period_of(supplier, begin, **asked), stored_desk.disputes.measures
        for by in Grouping:
            assert measures.reasons(CASEY, per=by, **asked) == reasons_of(known, period, by)
            assert measures.cycle_times(CASEY, per=by, **asked) == cycles_of(known, period, by)
        whole = cycles_of(known, period, None)
        assert measures.cycle_times(CASEY, **asked) == whole
        assert sum(one.disputes for one in whole) == sum(1 for one in known if one.opened_at and period.has(one.closed_at))
        clock.time = begin + timedelta(days=days, hours=more)
        as_listed(stored_desk, known, asked, period)

    check()


def test_the_largest_reason_stands_first_with_its_share_of_each_currency(desk):
    def one(**facts):
        whole = {
            "status": DisputeStatus.ACCEPTED,
            "opened": 1,
            "took": 0,
            "answer": None,
            "decide": None,
            "cause": "",
            "owner": "",
        }
        return {**whole, "category": DisputeCategory.PRICE, "department": "", "granted": 0, "currency": "USD", **facts}

    known = planted(
        desk,
        year(0),
        [one(reason="a", amount=100), one(reason="b", amount=500), one(reason="a", amount=300), one(reason="c", amount=100)],
    )
    rows = reasons_of(known, period_of(desk.portal.supplier, year(1), date(1920, 1, 1), None), Grouping.REASON)
    told = [(row.key, row.disputes, row.amount, row.share, row.cumulative) for row in rows]
    assert told == [
        ("b", 1, usd(5), Decimal("50.0000"), Decimal("50.0000")),
        ("a", 2, usd(4), Decimal("40.0000"), Decimal("90.0000")),
        ("c", 1, usd(1), Decimal("10.0000"), Decimal("100.0000")),
    ]


@pytest.mark.parametrize(
    ("hours", "median", "ninetieth"),
    [([5], 5, 5), ([4, 1], 1, 4), ([3, 1, 2], 2, 3), ([*range(1, 11)], 5, 9), ([*range(1, 12)], 6, 10)],
)
def test_times_are_of_the_nearest_rank(desk, hours, median, ninetieth):
    made = [
        {"status": DisputeStatus.CLOSED, "opened": 0, "took": took, "answer": None, "decide": None, "amount": 1, "granted": 0,
         "currency": "USD", "category": DisputeCategory.PRICE, "reason": "", "cause": "", "department": "", "owner": ""}
        for took in hours
    ]  # fmt: skip
    known = planted(desk, year(0), made)
    (found,) = cycles_of(known, period_of(desk.portal.supplier, year(2), date(1920, 1, 1), None), None)
    assert (found.disputes, found.median, found.ninetieth) == (len(hours), median * HOUR, ninetieth * HOUR)
    asked = {"first": date.min, "last": date.max}
    assert desk.disputes.measures.cycle_times(CASEY, **asked) == (found,), "however far the days are"
    assert desk.disputes.measures.cycle_times(CASEY) == (), "none of the last year"
    assert desk.disputes.measures.reasons(CASEY) == ()


def test_a_cycle_ends_when_a_dispute_is_closed_and_is_open_again_when_it_is(desk):
    made = desk.open()
    desk.portal.clock.time += timedelta(hours=50)
    closed = desk.disputes.reject(desk.account, made.id, CASEY, answer="No.", cause="data_entry")
    assert closed.cycle == 50 * HOUR
    (row,) = desk.disputes.measures.cycle_times(DANA, per=Grouping.CAUSE)
    assert (row.key, row.median) == ("data_entry", 50 * HOUR)
    assert desk.disputes.reopen(desk.account, made.id, CASEY).cycle == 0
    assert desk.disputes.measures.cycle_times(DANA) == ()
    draft = desk.disputes.draft(desk.account, desk.document, desk.payer, claims=[SHORT])
    assert desk.disputes.withdraw(desk.account, draft.id, desk.payer).cycle == 0


def test_measures_are_the_supplier_s_own(desk):
    for ask in (desk.disputes.measures.reasons, desk.disputes.measures.cycle_times):
        with pytest.raises(Denied):
            ask(desk.payer)
