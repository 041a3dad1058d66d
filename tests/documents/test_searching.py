"""Lists of documents: what a filter finds, in which order, and page by page without a gap or a repetition."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from books import (
    BOLT,
    KEY,
    OTTO,
    account_of,
    closing,
    credit_memo,
    customer,
    day,
    invoice,
    item_id,
    open_portal,
    paper,
    store,
    usd,
)
from lockportal.core.errors import Denied, NotFound, Refused
from lockportal.core.money import Money
from lockportal.documents.models import CustomField, DocumentKind, DocumentState, Line, Reference
from lockportal.documents.service import SORTS, Filter
from lockportal.signing import Purpose, Signer
from lockportal.testing import counting

ORDERS = sorted(SORTS)


@pytest.fixture
def listed(portal):
    store(
        portal,
        invoice("R-1", "100.00", -40, -10, po_number="PO-7", notes="Straße"),
        invoice("R-2", "250.50", -30, 5, lines=(Line(product_code="BOLT-8", description="Hex bolt 100%"),)),
        invoice("R-3", "75.00", -20, -1, settled_on=day(0), custom=(CustomField("plant", "Zürich_West"),)),
        invoice("R-4", Money(900, "JPY"), -10, 20, references=(Reference(DocumentKind.CONTRACT, "K-9"),)),
        credit_memo("C-1", "30.00", -5),
        paper(DocumentKind.PURCHASE_ORDER, "PO-7", -50, total=usd("100.00")),
        paper(DocumentKind.BILL_OF_LADING, "BL!1", -45),
        invoice("H-1", "1.00", -1, 1, visible=False),
    )
    store(portal, invoice("other", "100.00"), number="200")
    return portal


def found(portal, by=OTTO, /, *, sort="number", **filters):
    page = portal.documents.search(account_of(portal), by, Filter(**filters), sort=sort)
    return [row.number for row in page.items]


EVERY = ["BL!1", "C-1", "H-1", "PO-7", "R-1", "R-2", "R-3", "R-4"]


def test_a_list_shows_a_documents_figures_and_state(listed):
    rows = {row.number: row for row in listed.documents.search(account_of(listed), OTTO).items}
    assert sorted(rows) == EVERY
    late = rows["R-1"]
    assert (late.kind, late.po_number, late.total, late.balance) == (DocumentKind.INVOICE, "PO-7", usd(100), usd(100))
    assert (late.state, late.overdue_days, late.issued_on, late.due_on) == (DocumentState.OVERDUE, 10, day(-40), day(-10))
    states = {number: (row.state.value, row.overdue_days) for number, row in rows.items()}
    assert states["R-2"] == ("open", 0)
    assert states["R-3"] == ("paid", 0)
    assert states["C-1"] == ("credit", 0)
    assert states["BL!1"] == ("filed", 0)
    assert rows["BL!1"].total is None


@pytest.mark.parametrize(
    ("filters", "numbers"),
    [
        ({}, EVERY),
        ({"text": "R-2"}, ["R-2"]),
        ({"text": "r-2"}, ["R-2"]),
        ({"text": "po-7"}, ["PO-7", "R-1"]),
        ({"text": "hex BOLT"}, ["R-2"]),
        ({"text": "  hex   bolt  "}, ["R-2"]),
        ({"text": "bolt-8"}, ["R-2"]),
        ({"text": "100%"}, ["R-2"]),
        ({"text": "%"}, ["R-2"]),
        ({"text": "_"}, ["R-3"]),
        ({"text": "h_west"}, ["R-3"]),
        ({"text": "!"}, ["BL!1"]),
        ({"text": "R%1"}, []),
        ({"text": "zürich"}, ["R-3"]),
        ({"text": "ZU\u0308RICH"}, ["R-3"]),
        ({"text": "STRASSE"}, ["R-1"]),
        ({"text": "k-9"}, ["R-4"]),
        ({"text": "   "}, EVERY),
        ({"text": "x" * 100_000}, []),
        ({"kind": DocumentKind.CREDIT_MEMO}, ["C-1"]),
        ({"state": DocumentState.OPEN}, ["H-1", "R-1", "R-2", "R-4"]),
        ({"state": DocumentState.OVERDUE}, ["R-1"]),
        ({"state": DocumentState.PAID}, ["R-3"]),
        ({"state": DocumentState.CREDIT}, ["C-1"]),
        ({"state": DocumentState.FILED}, ["BL!1", "PO-7"]),
        ({"issued_from": day(-20), "issued_to": day(-10)}, ["R-3", "R-4"]),
        ({"issued_from": day(-10), "issued_to": day(-20)}, []),
        ({"currency": "JPY"}, ["R-4"]),
        ({"amount_from": Decimal(100), "amount_to": Decimal("250.5")}, ["PO-7", "R-1", "R-2"]),
        ({"amount_from": Decimal("100.001")}, ["R-2"]),
        ({"amount_from": Decimal(-30), "amount_to": Decimal(-30)}, ["C-1"]),
        ({"amount_to": Decimal("74.999")}, ["C-1", "H-1"]),
        ({"amount_from": Decimal(900), "currency": "JPY"}, ["R-4"]),
        ({"amount_from": Decimal("1e400")}, []),
        ({"amount_from": Decimal("-1e400"), "currency": "JPY"}, ["R-4"]),
        ({"state": DocumentState.OPEN, "text": "r-", "currency": "USD", "amount_from": Decimal(200)}, ["R-2"]),
    ],
)
def test_a_filter_finds_what_it_says(listed, filters, numbers):
    assert found(listed, **filters) == numbers


@pytest.mark.parametrize(
    ("filters", "code", "field"),
    [
        ({"currency": "usd"}, "search.currency_unknown", "currency"),
        ({"text": "a\0b"}, "search.text", "text"),
        ({"text": "\ud800"}, "search.text", "text"),
        ({"amount_from": Decimal("NaN")}, "search.amount", "amount_from"),
        ({"amount_to": Decimal("-Infinity")}, "search.amount", "amount_to"),
    ],
)
def test_a_filter_that_cannot_be_is_refused_by_name(listed, filters, code, field):
    with pytest.raises(Refused) as refused:
        found(listed, **filters)
    assert (refused.value.code, refused.value.field) == (code, field)


def test_the_total_of_a_credit_memo_is_what_it_does_to_the_account(listed):
    account = account_of(listed)
    (row,) = listed.documents.search(account, OTTO, Filter(kind=DocumentKind.CREDIT_MEMO)).items
    assert (row.total, row.balance) == (usd("-30"), usd("-30"))
    shown = listed.documents.get(account, row.id, OTTO)
    assert (shown.total, shown.document.total) == (usd("-30"), usd("30"))


def test_an_unknown_sort_is_refused(listed):
    with pytest.raises(Refused) as refused:
        found(listed, sort="total")
    assert refused.value.code == "search.sort_unknown"


@pytest.mark.parametrize(
    ("sort", "first", "last"),
    [
        ("number", "BL!1", "R-4"),
        ("-number", "R-4", "BL!1"),
        ("issued_on", "PO-7", "H-1"),
        ("-issued_on", "H-1", "PO-7"),
        ("amount", "C-1", "R-2"),
        ("-amount", "R-2", "C-1"),
    ],
)
def test_a_sort_puts_the_least_first_and_with_a_minus_the_greatest(listed, sort, first, last):
    numbers = found(listed, sort=sort)
    assert (numbers[0], numbers[-1]) == (first, last)


def test_what_has_no_due_date_comes_last_in_either_direction(listed):
    rising, falling = found(listed, sort="due_on"), found(listed, sort="-due_on")
    assert rising[:5] == ["R-1", "R-3", "H-1", "R-2", "R-4"]
    assert falling[:5] == rising[:5][::-1]
    assert set(rising[5:]) == set(falling[5:]) == {"C-1", "PO-7", "BL!1"}


def test_what_is_open_is_sorted_by_its_due_date(listed):
    assert found(listed, state=DocumentState.OPEN, sort="due_on") == ["R-1", "H-1", "R-2", "R-4"]
    assert found(listed, state=DocumentState.OVERDUE, sort="-due_on") == ["R-1"]


def pages(portal, account, sort, size, between=lambda: None, by=OTTO):
    page = portal.documents.search(account, by, sort=sort, limit=size)
    yield from page.items
    while page.after is not None:
        between()
        page = portal.documents.search(account, by, sort=sort, limit=size, after=page.after)
        assert page.items
        yield from page.items


@pytest.mark.parametrize("sort", ORDERS)
def test_pages_neither_skip_nor_repeat_among_equals(portal, sort):
    facts = [invoice(f"R-{n}", f"{n % 3 + 1}.00", -(n % 4), n % 3) for n in range(20)]
    store(portal, *facts, *(paper(DocumentKind.CONTRACT, f"K-{n}") for n in range(5)))
    account = account_of(portal)
    whole = [row.id for row in portal.documents.search(account, OTTO, sort=sort, limit=1000).items]
    assert len(whole) == len(set(whole)) == 25
    for size in (1, 2, 7, 24, 25, 26):
        assert [row.id for row in pages(portal, account, sort, size)] == whole


@pytest.mark.parametrize("sort", ORDERS)
def test_pages_neither_skip_nor_repeat_while_rows_are_added(portal, sort):
    store(portal, *(invoice(f"R-{n:02}", f"{n % 3 + 1}.00", -(n % 4), n % 3) for n in range(12)))
    account, added = account_of(portal), iter(range(100))
    before = {row.number for row in portal.documents.search(account, OTTO, limit=1000).items}

    def add():
        n = next(added)
        store(portal, invoice(f"A-{n}", f"{n % 5}.00", -(n % 9), n % 7), invoice(f"Z-{n}", f"{n % 5}.00", -(n % 9), n % 7))

    seen = [row.number for row in pages(portal, account, sort, 3, add)]
    assert len(seen) == len(set(seen))
    assert before <= set(seen)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(-3, 3), st.one_of(st.none(), st.integers(-2, 2))), max_size=25),
    st.sampled_from(ORDERS),
    st.integers(1, 6),
)
def test_any_list_is_sorted_and_whole_over_its_pages(portal, drawn, sort, size):
    number = str(portal.clock.new_id())
    kinds = (DocumentKind.INVOICE, DocumentKind.CREDIT_MEMO)
    facts = [
        invoice(f"{n:02}", f"{amount}.00", issued, due, kind=kinds[due is None]) for n, (amount, issued, due) in enumerate(drawn)
    ]
    store(portal, *facts, invoice("last", "9.00"), number=number, source=number)
    rows = list(pages(portal, account_of(portal, number), sort, size))
    assert len(rows) == len({row.id for row in rows}) == len(drawn) + 1
    key = {
        "issued_on": lambda row: row.issued_on,
        "due_on": lambda row: row.due_on or (date.min if sort[0] == "-" else date.max),
        "number": lambda row: row.number,
        "amount": lambda row: row.total.minor,
    }[sort.lstrip("-")]
    assert [key(row) for row in rows] == sorted((key(row) for row in rows), reverse=sort[0] == "-")


def test_a_page_is_read_in_one_statement(listed):
    account = account_of(listed)
    first = listed.documents.search(account, OTTO, limit=2)
    with counting(listed.engines) as sent:
        listed.documents.search(account, OTTO, Filter(text="r", state=DocumentState.OPEN), limit=2, after=None)
        listed.documents.search(account, OTTO, limit=2, after=first.after)
    assert len(sent) == 2


def test_a_page_holds_at_least_one_and_at_most_a_thousand(listed):
    assert len(listed.documents.search(account_of(listed), OTTO, limit=-5).items) == 1
    assert len(listed.documents.search(account_of(listed), OTTO, limit=10**9).items) == len(EVERY)


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "tampered",
        Signer(("x" * 40,)).sign(Purpose.CURSOR, ["documents", "number", "R-1", str(item_id(1))]),
        Signer((KEY,)).sign(Purpose.FORM, ["documents", "number", "R-1", str(item_id(1))]),
        Signer((KEY,)).sign(Purpose.CURSOR, ["documents", "-number", "R-1", str(item_id(1))]),
        Signer((KEY,)).sign(Purpose.CURSOR, ["customers", "number", "R-1", str(item_id(1))]),
        Signer((KEY,)).sign(Purpose.CURSOR, "documents"),
    ],
)
def test_a_cursor_that_was_not_made_for_this_list_is_refused(listed, cursor):
    with pytest.raises(Refused) as refused:
        listed.documents.search(account_of(listed), OTTO, sort="number", after=cursor)
    assert refused.value.code == "page.cursor_invalid"


def test_a_tampered_cursor_is_refused(listed):
    account = account_of(listed)
    after = listed.documents.search(account, OTTO, limit=1).after
    for changed in (after[:-1], after + "A", "A" + after):
        with pytest.raises(Refused):
            listed.documents.search(account, OTTO, after=changed)


def test_a_customer_sees_neither_hidden_documents_nor_anothers(listed):
    account = account_of(listed)
    assert found(listed, customer(account)) == [number for number in EVERY if number != "H-1"]
    assert found(listed, customer(account), text="H-1") == []
    assert "H-1" not in {row.number for row in listed.documents.export(account, customer(account))}
    with pytest.raises(NotFound):
        listed.documents.search(account_of(listed, "200"), customer(account))
    with pytest.raises(Denied):
        listed.documents.search(account, customer(account, rights=()))


def test_an_export_is_the_whole_list_the_newest_first(portal, monkeypatch):
    from lockportal.documents import service

    monkeypatch.setattr(service, "MOST", 7)
    store(portal, *(invoice(f"R-{n}", issued=-n) for n in range(20)))
    rows = list(portal.documents.export(account_of(portal), OTTO, Filter(text="R-")))
    assert [row.number for row in rows] == [f"R-{n}" for n in range(20)]


def test_two_suppliers_in_one_database_see_nothing_of_each_other(listed):
    with closing(open_portal(listed.config.database, supplier=BOLT, create=False)) as other:
        assert other.documents.search(account_of(listed), OTTO).items == ()
        store(other, invoice("R-1", "8.00"))
        assert [row.total for row in other.documents.search(account_of(other), OTTO).items] == [usd("8.00")]
        assert other.documents.verify(OTTO) == listed.documents.verify(OTTO) == ()
