"""Lists of disputes: each order by keyset, each filter, and what customers do not see of them."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from books import account_of, customer, invoice, store, usd
from disputes.desks import ALL, CASEY
from lockportal.disputes import Claim, DisputeCategory, DisputeFilter, DisputeOrder, DisputeStatus
from lockportal.documents.models import document_id

AMOUNTS = (30, 10, 50, 20, 40, 40)


def some(desk):
    """Six disputes of three customers, an hour apart, the third waiting for its customer."""
    made = []
    for place, minor in enumerate(AMOUNTS):
        number = f"20{place % 3}"
        store(desk.portal, invoice(f"D-{place}", "100.00"), number=number)
        account = account_of(desk.portal, number)
        claim = Claim(category=[*DisputeCategory][place - 4], expected_amount=usd(100 - minor))
        made.append(desk.disputes.open(account, document_id(account, "books", f"D-{place}"), CASEY, claims=[claim]))
        desk.portal.clock.time += timedelta(hours=1)
    desk.disputes.ask(made[2].account_id, made[2].id, CASEY, text="?")
    return made


def pages(desk, order, wanted=None, by=CASEY):
    found, after = [], None
    while True:
        page = desk.disputes.list(by, wanted or DisputeFilter(), order=order, after=after, limit=2)
        found += [one.number for one in page.items]
        after = page.after
        if after is None:
            return found


def test_every_order_goes_on_where_a_page_ended(stored_desk):
    some(stored_desk)
    assert pages(stored_desk, DisputeOrder.OLDEST) == ["D-0", "D-1", "D-2", "D-3", "D-4", "D-5"]
    assert pages(stored_desk, DisputeOrder.CHANGED) == ["D-2", "D-5", "D-4", "D-3", "D-1", "D-0"]
    assert pages(stored_desk, DisputeOrder.DUE) == ["D-0", "D-1", "D-3", "D-4", "D-5", "D-2"]
    assert pages(stored_desk, DisputeOrder.AMOUNT) == ["D-2", "D-5", "D-4", "D-0", "D-3", "D-1"]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"open": True}, {0, 1, 2, 3, 4, 5}),
        ({"open": False}, set()),
        ({"status": DisputeStatus.INFO_REQUESTED}, {2}),
        ({"category": DisputeCategory.OTHER}, {3}),
        ({"owner": ""}, {0, 1, 2, 3, 4, 5}),
        ({"owner": "casey"}, set()),
        ({"department": "sales"}, set()),
        ({"least": usd(40)}, {2, 4, 5}),
        ({"late": True}, {0, 1, 3, 4, 5}),
    ],
)
def test_a_filter_narrows_a_list(desk, wanted, found):
    some(desk)
    desk.portal.clock.time += timedelta(days=30)
    assert set(pages(desk, DisputeOrder.OLDEST, DisputeFilter(**wanted))) == {f"D-{one}" for one in found}


def plan(desk, order, wanted):
    """How SQLite reads one page of the whole book."""
    asked, reads = [], desk.portal.engines.reads

    def keep(_connection, _cursor, statement, parameters, _context, _many):
        asked.append((statement, parameters))

    sa.event.listen(reads, "before_cursor_execute", keep)
    try:
        desk.disputes.list(CASEY, wanted, order=order)
    finally:
        sa.event.remove(reads, "before_cursor_execute", keep)
    ((statement, parameters),) = [one for one in asked if one[0].startswith("SELECT")]
    with reads.connect() as connection:
        cursor = connection.connection.driver_connection.cursor()
        return [step[3] for step in cursor.execute(f"EXPLAIN QUERY PLAN {statement}", parameters).fetchall()]


def test_the_queue_is_read_by_an_index(desk):
    some(desk)
    for order in DisputeOrder:
        steps = plan(desk, order, DisputeFilter(open=True))
        assert not any(step.startswith("SCAN") for step in steps)
        assert "live=?" in steps[0], "of all that there ever were only those that are open are read"
        if order is not DisputeOrder.DUE:
            assert not any("TEMP B-TREE" in step for step in steps), "nothing is sorted"
    assert any("TEMP B-TREE" in step for step in plan(desk, DisputeOrder.AMOUNT, DisputeFilter())), "the check sees a sort"


def test_a_customer_s_list_is_narrowed_by_nothing_that_they_do_not_see(desk):
    made = some(desk)
    mine = customer(made[0].account_id, made[1].account_id, rights=ALL)
    wanted = DisputeFilter(owner="x", department="y", late=True)
    assert set(pages(desk, DisputeOrder.CHANGED, wanted, by=mine)) == {"D-0", "D-1", "D-3", "D-4"}
    only = DisputeFilter(document_id=made[0].document_id)
    assert [one.number for one in desk.disputes.list(mine, only, account_id=made[0].account_id).items] == ["D-0"]
