"""Random books: the database tells of every figure what the pure views tell of the same records."""

from collections import defaultdict
from datetime import timedelta

import pytest
from attrs import frozen
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from books import NOON, OTTO, TODAY, account_of, closing, customer, day, invoice, open_portal, rows_of, store
from lockportal.core.errors import Denied, Refused
from lockportal.core.money import Money
from lockportal.disputes.models import Dispute, DisputeCategory
from lockportal.documents.models import Document, DocumentKind
from lockportal.dunning.policies import Segment, fits
from lockportal.kpis import Behind, Group, Kpi, Period
from lockportal.kpis.adopting.views import Acts, adoption
from lockportal.kpis.models import BILLED, KpisSettings
from lockportal.kpis.views import Tallies, cells, closed, disputed, movements, report, settlements
from lockportal.ledger.models import Entry
from lockportal.profiles.models import Address
from lockportal.storage.tables import record_of
from lockportal.testing import counting
from random_books import STEPS, RandomBook, entries_of

CURRENCIES = ("USD", "JPY")
SALES = KpisSettings().sales
NUMBERS = ("100", "200", "300")
DAYS = st.integers(-150, 60)


@frozen
class Bill:
    """An invoice of one of the customers, as the books state it."""

    customer: int
    amount: int
    currency: int
    issued: int
    terms: int
    settled: int | None
    disputed: int
    closed: int | None


BILLS = st.lists(
    st.builds(
        Bill,
        st.integers(0, 2),
        st.integers(1, 90_000),
        st.integers(0, 1),
        st.integers(-150, 20),
        st.integers(0, 45),
        st.none() | st.integers(0, 90),
        st.integers(0, 2),
        st.none() | st.integers(0, 40),
    ),
    max_size=15,
)


def facts_of(number, bill):
    settled_on = None if bill.settled is None else day(bill.issued + bill.settled)
    amount = Money(bill.amount, CURRENCIES[bill.currency])
    return invoice(number, amount, bill.issued, bill.issued + bill.terms, settled_on=settled_on)


def dispute_of(portal, document, bill, n):
    """A dispute of a document as it lies there; the first one was only begun."""
    money = Money(bill.amount // 3 + n, CURRENCIES[bill.currency])
    none = Money(0, money.currency)
    opened = None if bill.disputed == 1 and n == 0 and bill.closed is None else NOON + timedelta(days=bill.issued)
    return Dispute(
        id=portal.clock.new_id(),
        account_id=document.account_id,
        reference=f"D-{n}",
        document_id=document.id,
        number=document.number,
        category=DisputeCategory.PRICE,
        amount=money,
        granted=none,
        credited=none,
        share=none,
        begun_at=NOON,
        changed_at=NOON,
        opened_at=opened,
        closed_at=None if bill.closed is None else NOON + timedelta(days=bill.issued + bill.closed, seconds=7),
    )


class Book:
    """A book of invoices, of other postings, and of disputes, and the same records in memory."""

    def __init__(self, portal, bills, steps=()):
        self.portal = portal
        for place, number in enumerate(NUMBERS):
            named = [facts_of(f"R-{n}", bill) for n, bill in enumerate(bills) if bill.customer == place]
            store(portal, invoice(f"Z-{number}", "0.00"), *named, number=number, name=f"Customer {number}", source=number)
        self.accounts = tuple(account_of(portal, number) for number in NUMBERS)
        played = RandomBook(portal, OTTO, self.accounts, self.accounts)
        for step in steps:
            played.play(step)
        self.documents = {row.id: record_of(Document, row) for row in rows_of(portal, Document)}
        by_number = {document.number: document for document in self.documents.values()}
        self.disputes = [
            dispute_of(portal, by_number[f"R-{n}"], bill, time) for n, bill in enumerate(bills) for time in range(bill.disputed)
        ]
        if self.disputes:
            portal.shell.observe(*self.disputes)
        self.entries = entries_of(portal, rows_of(portal, Entry))

    def reports(self, period, account=None):
        """What the views tell of a period."""
        entries = [one for one in self.entries if account in {None, one.account_id}]
        disputes = [one for one in self.disputes if account in {None, one.account_id}]
        periods = (*period.before(12), period)
        end_of = self.portal.supplier.end_of
        acts = Acts(entries=entries, documents=self.documents, disputes=disputes)
        tallies = Tallies(
            settlements=settlements(entries, self.documents, period),
            disputed=disputed(entries, disputes, period),
            closed=closed(disputes, end_of(period.first - timedelta(days=1)), end_of(period.last)),
            promises={},
            adoption=adoption(acts, period, end_of(period.first - timedelta(days=1)), end_of(period.last), 365),
        )
        moved = movements(cells(entries, periods), periods, SALES)
        return tuple(report(own[-1], own[:-1], tallies) for own in moved.values())

    def check(self, period):
        """Hold every answer of the database against the views."""
        kpis, ends = self.portal.kpis, (period.first, period.last)
        for account in (None, *self.accounts[:2]):
            assert kpis.report(OTTO, *ends, account_id=account) == self.reports(period, account)
            entries = [one for one in self.entries if account in {None, one.account_id}]
            months = period.by_month()
            told = movements(cells(entries, months), months, SALES)
            assert kpis.series(OTTO, *ends, account_id=account) == tuple(one for own in told.values() for one in own)
        for currency in CURRENCIES:
            assert self.standings(period, currency) == self.expected_standings(period, currency)
            for what in Behind:
                assert self.behind(what, period, currency) == self.expected_behind(what, period, currency)

    def standings(self, period, currency):
        rows, after = [], None
        while True:
            page = self.portal.kpis.standings(
                OTTO, Group.CUSTOMER, period.first, period.last, currency=currency, after=after, limit=1
            )
            rows += [(one.account_id, one.key, one.opening, one.sales, one.cash, one.closing, one.current) for one in page.items]
            after = page.after
            if after is None:
                return rows

    def expected_standings(self, period, currency):
        rows = []
        for number, account in zip(NUMBERS, self.accounts, strict=True):
            own = [one for one in self.entries if one.account_id == account and one.amount.currency == currency]
            opening = sum(one.amount.minor for one in own if one.effective_on < period.first)
            moved = sum(abs(one.amount.minor) for one in own if period.first <= one.effective_on <= period.last)
            if opening or moved:
                (one,) = movements(cells(own, (period,)), (period,), SALES)[currency]
                rows.append((account, number, one.opening, one.sales, one.cash, one.closing, one.current))
        return sorted(rows, key=lambda row: (-row[5].minor, row[1]))

    def behind(self, what, period, currency):
        rows, after = [], None
        while True:
            page = self.portal.kpis.behind(OTTO, what, period.first, period.last, currency=currency, after=after, limit=2)
            rows += [(one.document_id, one.number, one.amount.minor, one.settled_on, one.days) for one in page.items]
            after = page.after
            if after is None:
                return rows

    def expected_behind(self, what, period, currency):
        own = [one for one in self.entries if one.amount.currency == currency and one.item_id in self.documents]
        open_, last = defaultdict(int), {}
        for one in own:
            if one.effective_on <= period.last:
                open_[one.item_id] += one.amount.minor
                last[one.item_id] = max(one.effective_on, last.get(one.item_id, one.effective_on))
        rows = []
        for key, minor in open_.items():
            doc = self.documents[key]
            late = max((last[key] - doc.due_on).days, 0)
            past = max((period.last - doc.due_on).days, 0)
            claims = [one.amount.minor for one in self.disputes if one.document_id == key and one.opened_at is not None]
            if what is Behind.LATE and not minor and last[key] >= period.first and late and doc.kind in BILLED:
                rows.append((key, doc.number, doc.payable.minor, last[key], late))
            elif what is Behind.DISPUTED and claims and period.first <= doc.issued_on <= period.last:
                rows.append((key, doc.number, sum(claims), None, past))
            elif minor and (
                what is Behind.OPEN
                or (what is Behind.CURRENT and doc.due_on >= period.last)
                or (what is Behind.OVERDUE and doc.due_on < period.last)
            ):
                rows.append((key, doc.number, minor, None, past))
        return sorted(rows, key=lambda row: (-row[2], row[0]))


A_BOOK = [
    Bill(0, 10_000, 0, -100, 30, 45, 0, None),
    Bill(0, 20_000, 0, -90, 30, 30, 1, 12),
    Bill(1, 30_000, 0, -80, 10, None, 2, None),
    Bill(1, 5_000, 1, -70, 30, 75, 1, None),
    Bill(2, 7_000, 0, -10, 30, None, 0, None),
]


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)
@given(bills=BILLS, steps=STEPS, ends=st.tuples(DAYS, DAYS))
def test_the_database_tells_what_the_views_tell(tmp_path_factory, bills, steps, ends):
    with closing(open_portal(f"sqlite:///{tmp_path_factory.mktemp('book') / 'b.sqlite'}")) as portal:
        Book(portal, bills, steps[:12]).check(Period(day(min(ends)), day(max(ends))))


@pytest.mark.parametrize("ends", [(-100, -70), (-95, -1)])
def test_each_database_tells_what_the_views_tell(portal_everywhere, ends):
    Book(portal_everywhere, A_BOOK).check(Period(day(ends[0]), day(ends[1])))


def test_the_figures_of_a_small_book_are_those_of_a_pocket_calculator(portal):
    Book(portal, A_BOOK)
    (_, dollars) = portal.kpis.report(OTTO, day(-100), day(-1))
    assert dollars.movement.sales.minor == 67_000
    assert (dollars.movement.cash.minor, dollars.movement.closing.minor, dollars.movement.current.minor) == (
        30_000,
        37_000,
        7_000,
    )
    values = {figure.kpi: None if figure.value is None else str(figure.value) for figure in dollars.figures}
    assert values[Kpi.DSO_SIMPLE] == "55.2239"  # 370 ÷ 670 × 100
    assert values[Kpi.DSO_BEST_POSSIBLE] == "10.4478"
    assert values[Kpi.ADD] == "44.7761"
    assert values[Kpi.DAYS_TO_SETTLE] == "37.5000"
    assert values[Kpi.DAYS_TO_SETTLE_WEIGHTED] == "35.0000"
    assert values[Kpi.DAYS_LATE] == "7.5000"
    assert values[Kpi.DAYS_LATE_WEIGHTED] == "5.0000"
    assert (values[Kpi.LATE_SHARE], values[Kpi.LATE_SHARE_AMOUNT]) == ("50.0000", "33.3333")
    assert values[Kpi.DISPUTED_SHARE] == "50.0000"
    assert values[Kpi.DISPUTE_CYCLE] == "12.0001"  # 12 days and seven seconds
    assert values[Kpi.PROMISES_KEPT] is None, "none fell due"
    assert dollars[Kpi.CEI].formula.startswith("(begin + sales − end total)")
    assert dollars[Kpi.CEI].unit == "percent"


def test_figures_cost_as_many_statements_however_large_the_book(portal):
    Book(portal, A_BOOK)
    ends = (day(-100), day(-1))
    for call, most in (
        (lambda: portal.kpis.report(OTTO, *ends), 9),
        (lambda: portal.kpis.series(OTTO, *ends), 1),
        (lambda: portal.kpis.standings(OTTO, Group.COLLECTOR, *ends), 1),
        (lambda: portal.kpis.behind(OTTO, Behind.OPEN, *ends), 1),
    ):
        with counting(portal.engines) as sent:
            call()
        assert len([one for one in sent if "lockportal_" in one]) == most


def test_customers_and_strangers_learn_no_figure(portal):
    book = Book(portal, A_BOOK)
    with pytest.raises(Denied):
        portal.kpis.report(customer(book.accounts[0]), day(-9), day(0))
    with pytest.raises(Denied):
        portal.kpis.behind(customer(book.accounts[0]), Behind.OPEN, day(-9), day(0), account_id=book.accounts[0])


def test_collectors_and_terms_are_groups_too(portal):
    book = Book(portal, A_BOOK)
    portal.profiles.change_customer(book.accounts[0], by=OTTO, collector="ann", terms="NET30")
    portal.profiles.change_customer(book.accounts[1], by=OTTO, collector="ann")
    found = portal.kpis.standings(OTTO, Group.COLLECTOR, day(-100), day(-1))
    assert [(one.key, one.sales.minor, one.account_id) for one in found.items] == [("ann", 60_000, None), ("", 7_000, None)]
    first = portal.kpis.standings(OTTO, Group.TERMS, day(-100), day(-1), limit=1)
    rest = portal.kpis.standings(OTTO, Group.TERMS, day(-100), day(-1), after=first.after)
    assert [(one.key, one.closing.minor) for one in (*first.items, *rest.items)] == [("", 37_000), ("NET30", 0)]
    with pytest.raises(Refused) as refused:
        portal.kpis.standings(OTTO, Group.CUSTOMER, day(-100), day(-1), after=first.after)
    assert refused.value.code == "page.cursor_invalid"


SEGMENTS = {
    "north": Segment(countries=("SE", "NO"), terms=("NET30",)),
    "sweden": Segment(countries=("SE",)),
    "ann's": Segment(collectors=("ann",), languages=("en",), currencies=("USD",)),
    "third": Segment(customers=("300",)),
}


def test_a_customer_is_of_the_first_segment_that_it_fits(database_url):
    named = ({"country": "SE", "terms": "NET30"}, {"country": "SE"}, {"country": "NO"})
    with closing(open_portal(database_url, settings=(KpisSettings(segments=SEGMENTS),))) as portal:
        book = Book(portal, A_BOOK)
        for change in (({}, {}, {}), named, ({"collector": "ann"}, {"collector": "ann", "language": "de"}, {})):
            expected = defaultdict(int)
            for account, values in zip(book.accounts, change, strict=True):
                given = {"terms": "", "collector": "", "language": "", **values}
                address = Address(lines=('Tricky "country":"SE" Street',), country=given.pop("country", ""))
                portal.profiles.change_customer(account, by=OTTO, **given, address=address)
                known = portal.profiles.customer(account, by=OTTO)
                facts = {**given, "country": address.country, "number": known.number, "currency": "USD"}
                facts["language"] = known.language or "en"
                mine = next((name for name, one in SEGMENTS.items() if fits(one, facts)), "")
                own = [one for one in book.entries if one.account_id == account and one.amount.currency == "USD"]
                expected[mine] += sum(one.amount.minor for one in own if one.effective_on <= TODAY)
            found = portal.kpis.standings(OTTO, Group.SEGMENT, day(-100), TODAY).items
            assert {one.key: one.closing.minor for one in found} == dict(expected)


def test_each_group_has_its_own_figures(portal):
    Book(portal, A_BOOK)
    (all_,) = portal.kpis.standings(OTTO, Group.SEGMENT, day(-100), day(-1)).items
    (_, dollars) = portal.kpis.report(OTTO, day(-100), day(-1))
    assert (all_.key, all_.dso, all_.delinquent) == ("", dollars[Kpi.DSO_SIMPLE].value, dollars[Kpi.ADD].value)
    assert all_.effectiveness == dollars[Kpi.CEI].value


def test_an_empty_book_has_no_figures(portal):
    assert portal.kpis.report(OTTO, TODAY, TODAY) == portal.kpis.series(OTTO, TODAY, TODAY) == ()
    assert portal.kpis.behind(OTTO, Behind.OPEN, TODAY, TODAY).items == ()


def test_invoices_alone_are_settled_in_time_or_late(portal):
    memo = invoice("C-9", issued=-50, due=-30, settled_on=day(-20), kind=DocumentKind.CREDIT_MEMO)
    store(portal, memo, invoice("R-3", issued=-50, due=-30, settled_on=day(-20)), invoice("R-2", "0.00", settled_on=day(-20)))
    (told,) = portal.kpis.report(OTTO, day(-60), day(0))
    assert told[Kpi.DAYS_LATE].value == 10
    assert told[Kpi.DAYS_TO_SETTLE].value == 30
    documents = {row.id: record_of(Document, row) for row in rows_of(portal, Document)}
    (one,) = settlements(entries_of(portal, rows_of(portal, Entry)), documents, Period(day(-60), day(0))).values()
    assert (one.invoices, one.late, one.days_late) == (1, 1, 10)
