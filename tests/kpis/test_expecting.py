"""When invoices will be paid: ranks of the customer's own delays, the forecast by week, and how near it comes on a real book."""

import csv
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from books import OTTO, TODAY, StandingClock, account_of, closing, customer, day, invoice, open_portal, rows_of, store
from kpis.test_books import A_BOOK, BILLS, Book
from lockportal.core.errors import Denied
from lockportal.kpis.habits import Habit, expected, forecast, forecast_cells, habit, ranks, week_of
from lockportal.ledger.models import DueBalance
from lockportal.testing import counting

ME = UUID(int=1)
CUT = date(2013, 1, 1)


def test_the_middle_of_the_last_invoices_is_expected_and_a_tenth_on_either_side_left_out():
    assert habit(ME, [5, 1]) is None, "two are too few"
    assert habit(ME, [9, -2, 4]) == Habit(account_id=ME, invoices=3, earliest=-2, usual=4, latest=9)
    newest = [*range(20), 900, -900]
    assert habit(ME, newest) == Habit(account_id=ME, invoices=20, earliest=1, usual=9, latest=18), "older ones are forgotten"


@given(st.integers(3, 20))
def test_of_values_that_come_alike_eight_of_ten_fall_between_the_ranks(count):
    earliest, middle, latest = ranks(count)
    assert 1 <= earliest <= middle <= latest <= count
    covered = (latest - earliest) / (count + 1)
    assert covered >= 0.8 or (earliest, latest) == (1, count)


def test_nothing_is_expected_before_today():
    known = Habit(account_id=ME, invoices=9, earliest=-3, usual=5, latest=12)
    assert expected(day(10), known, TODAY) == (day(15), day(7), day(22))
    assert expected(day(-7), known, TODAY) == (TODAY, TODAY, day(5))
    assert expected(day(3), None, TODAY) == (day(3), day(3), day(3))


def test_weeks_begin_on_monday_and_what_is_past_is_late():
    assert TODAY.isoweekday() == 1
    assert [week_of(day(n), TODAY) for n in (-1, 0, 6, 7)] == [-1, 0, 0, 1]
    wednesday = TODAY + timedelta(days=2)
    assert [week_of(one, wednesday) for one in (TODAY, wednesday, day(6), day(7))] == [-1, 0, 0, 1]


def test_a_forecast_tells_what_is_due_promised_and_expected():
    found = forecast(
        [("due", -1, "USD", 500), ("due", 1, "USD", 300), ("expected", 0, "USD", 800)],
        [(day(-1), "USD", 70), (day(8), "USD", 30), (day(99), "USD", 9)],
        TODAY,
        2,
    )
    told = [(one.late, one.first, one.due.minor, one.promised.minor, one.expected.minor) for one in found]
    assert told == [(True, TODAY, 500, 70, 0), (False, TODAY, 0, 0, 800), (False, day(7), 300, 30, 0)]
    assert forecast([], [], TODAY, 2) == ()
    (week,) = forecast([("due", 0, "USD", 5)], [(day(7), "USD", 9)], TODAY, 1)
    assert (week.late, week.due.minor, week.promised.minor) == (False, 5, 0), (
        "nothing is late, and what is promised is further ahead"
    )


def hold(book):
    """Hold the habits and the forecast of the database against the views."""
    portal = book.portal
    today, first = portal.ledger.today(), portal.ledger.today() - timedelta(days=365)
    delays = {account: [] for account in book.accounts}
    for document in book.documents.values():
        own = [one for one in book.entries if one.item_id == document.id and one.effective_on <= today]
        settled = max((one.effective_on for one in own), default=None)
        if own and not sum(one.amount.minor for one in own) and settled >= first and document.payable.minor > 0:
            delays[document.account_id].append((settled, (settled - document.due_on).days))
    habits = {}
    for account, found in delays.items():
        known = habit(account, [late for _, late in sorted(found, key=lambda one: (-one[0].toordinal(), one[1]))])
        assert portal.kpis.habit(account, OTTO) == known
        if known is not None:
            habits[account] = known
    dues = [
        (row.account_id, row.amount_currency, row.due_on, row.amount_minor)
        for row in rows_of(portal, DueBalance)
        if row.due_on is not None
    ]
    assert portal.kpis.forecast(OTTO, weeks=4) == forecast(forecast_cells(dues, habits, today, 4), [], today, 4)


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)
@given(bills=BILLS)
def test_the_database_expects_what_the_views_expect(tmp_path_factory, bills):
    with closing(open_portal(f"sqlite:///{tmp_path_factory.mktemp('book') / 'b.sqlite'}")) as portal:
        hold(Book(portal, bills))


def steady(portal, delays, number="100"):
    """A customer who settled invoices so many days after due, and owes one that is due in ten days."""
    paid = [invoice(f"P-{n}", "10.00", -100 + n, -70 + n, settled_on=day(-70 + n + late)) for n, late in enumerate(delays)]
    store(portal, *paid, invoice("R-1", "99.00", -20, 10), number=number, source=number)
    return account_of(portal, number)


def test_each_database_expects_what_the_views_expect(portal_everywhere):
    book = Book(portal_everywhere, A_BOOK)
    hold(book)
    account = steady(portal_everywhere, [3, 5, 5, 8, 20], number="900")
    assert portal_everywhere.kpis.habit(account, OTTO) == Habit(account_id=account, invoices=5, earliest=3, usual=5, latest=20)


def test_an_open_invoice_is_expected_with_its_interval(portal):
    account = steady(portal, [3, 5, 5, 8, 20])
    with counting(portal.engines) as sent:
        (one,) = portal.kpis.expected(account, OTTO).items
    assert len([statement for statement in sent if "lockportal_" in statement]) == 2
    assert (one.number, one.due_on, one.invoices) == ("R-1", day(10), 5)
    assert (one.expected_on, one.earliest_on, one.latest_on) == (day(15), day(13), day(30))
    new = steady(portal, [], number="200")
    (one,) = portal.kpis.expected(new, OTTO).items
    assert (one.expected_on, one.invoices) == (day(10), 0)
    with pytest.raises(Denied):
        portal.kpis.expected(account, customer(account))


@pytest.fixture(scope="module")
def history(public_data):
    """(customer, issued, due, settled) of a real book."""
    with (public_data / "ibm_late_payment" / "visible.csv").open(encoding="utf-8") as file:
        return [
            (row["customerID"], *(_date(row[name]) for name in ("InvoiceDate", "DueDate", "SettledDate")))
            for row in csv.DictReader(file)
        ]


def _date(text):
    return datetime.strptime(text, "%m/%d/%Y").date()  # noqa: DTZ007 - a day


def errors(history):
    """By how many days each way misses on average, of what was issued from the cut on; and how often the interval holds.

    Each is asked on the day of issue and knows what was settled before it; the mean is of what was settled before the cut.
    """
    tested = [row for row in history if row[1] >= CUT]
    known = [max((settled - due).days, 0) for _, _, due, settled in history if settled < CUT]
    mean = sum(known) / len(known)
    missed, held = {"due date": 0.0, "mean days late": 0.0, "own habit": 0.0}, 0
    for who, issued, due, settled in tested:
        mine = sorted(
            ((s, (s - d).days) for w, _, d, s in history if w == who and s < issued), key=lambda one: -one[0].toordinal()
        )
        one = habit(ME, [late for _, late in mine])
        late, usual = (settled - due).days, 0 if one is None else one.usual
        missed["due date"] += abs(late)
        missed["mean days late"] += abs(late - mean)
        missed["own habit"] += abs(late - usual)
        held += one is not None and one.earliest <= late <= one.latest
    return len(tested), {way: total / len(tested) for way, total in missed.items()}, held / len(tested)


def test_on_a_real_book_the_own_habit_misses_by_less_than_the_due_date_and_the_mean(history):
    count, missed, held = errors(history)
    assert missed["own habit"] < 0.7 * missed["due date"]
    assert missed["own habit"] < 0.7 * missed["mean days late"]
    page = (Path(__file__).parents[2] / "docs" / "explanation" / "performance.md").read_text("utf-8")
    for way, error in missed.items():
        assert f"| {way} | {error:.2f} |" in page
    assert f"{count} invoices" in page
    assert f"{held:.0%} of them" in page.replace("\u00a0", " ").replace(" %", "%")


def test_the_real_book_is_expected_alike_in_the_database(public_data, history, tmp_path):
    clock = StandingClock(datetime.fromisoformat("2013-07-01T12:00:00+00:00"))
    with closing(open_portal(f"sqlite:///{tmp_path / 'book.sqlite'}", clock=clock)) as portal:
        mapping = Path(__file__).parents[2] / "examples" / "mappings" / "ibm_late_payment.toml"
        portal.documents.import_(public_data / "ibm_late_payment" / "visible.csv", OTTO, mapping=mapping)
        today = date(2013, 7, 1)
        for who in sorted({row[0] for row in history})[:10]:
            mine = [(s, (s - d).days) for w, _, d, s in history if w == who and today - timedelta(days=365) <= s <= today]
            account = account_of(portal, who)
            known = habit(account, [late for _, late in sorted(mine, key=lambda one: (-one[0].toordinal(), one[1]))])
            assert portal.kpis.habit(account, OTTO) == known
