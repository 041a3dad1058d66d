"""Ordered, shipped, received, billed: lines meet as they say, nothing is lost, and what differs is named."""

from decimal import Decimal
from random import Random

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from books import OTTO, account_of, customer, day, invoice, item_id, open_portal, paper, store, usd
from lockportal.core.errors import NotFound
from lockportal.core.money import Money
from lockportal.documents import lookup
from lockportal.documents.matching import Difference, match, three_way
from lockportal.documents.models import Document, DocumentKind, Line, Reference, document_id
from lockportal.testing import counting
from lockportal.testing.book import Book
from lockportal.testing.book.trade import draw_demo

D = Difference
ORDER, LADING, ADVICE = DocumentKind.PURCHASE_ORDER, DocumentKind.BILL_OF_LADING, DocumentKind.DESPATCH_ADVICE
PROOF, INVOICE, MEMO = DocumentKind.PROOF_OF_DELIVERY, DocumentKind.INVOICE, DocumentKind.CREDIT_MEMO
ACCOUNT = item_id("account")


def doc(kind, number, *lines, refs=(), issued=-30, total=None):
    return Document(
        id=item_id(f"{kind}/{number}"),
        account_id=ACCOUNT,
        kind=kind,
        number=number,
        source="books",
        external_id=number,
        digest=b"d" * 32,
        issued_on=day(issued),
        posted_on=day(issued),
        total=total,
        lines=tuple(lines),
        references=tuple(Reference(of, to) for of, to in refs),
    )


def line(quantity, code="", number="", **more):
    return Line(number=number, product_code=code, quantity=None if quantity is None else Decimal(quantity), **more)


def found(lines):
    return [(one.product_code, one.ordered, one.shipped, one.received, one.billed, sorted(one.differences)) for one in lines]


TO_ORDER = ((ORDER, "PO-1"),)
TO_BOTH = ((ORDER, "PO-1"), (LADING, "BL-1"))


def test_what_agrees_is_left_in_peace():
    order, lading = (
        doc(ORDER, "PO-1", line(10, "A"), line(5, "B")),
        doc(LADING, "BL-1", line(10, "A"), line(5, "B"), refs=TO_ORDER),
    )
    proof = doc(PROOF, "P-1", line(10, "A"), line(5, "B"), refs=((LADING, "BL-1"),))
    billed = doc(INVOICE, "R-1", line(10, "A"), line(5, "B"), refs=TO_BOTH)
    assert found(match(billed, [order], [lading], [proof])) == [("A", 10, 10, 10, 10, []), ("B", 5, 5, 5, 5, [])]


def test_several_deliveries_and_several_invoices_add_up():
    order = doc(ORDER, "PO-1", line(10, "A"))
    ladings = [doc(LADING, "BL-1", line(6, "A"), refs=TO_ORDER), doc(ADVICE, "DA-2", line(3, "A"), refs=TO_ORDER)]
    first, second = doc(INVOICE, "R-1", line(6, "A"), refs=TO_BOTH), doc(INVOICE, "R-2", line(4, "A"), refs=TO_ORDER, issued=-9)
    (one,) = match(second, [order], ladings, [], others=[first])
    assert (one.ordered, one.shipped, one.billed, one.billed_here) == (10, 9, 10, 4)
    assert one.differences == {D.SHORT_SHIPPED, D.OVER_BILLED}
    (one,) = match(first, [order], ladings, [])
    assert (one.billed, one.billed_here, one.differences) == (6, 6, {D.SHORT_SHIPPED, D.UNDER_BILLED})
    (one,) = match(None, [order], ladings, [], others=[first, second])
    assert (one.billed, one.billed_here) == (10, None)


def test_lines_meet_by_the_numbers_that_they_state_before_their_codes():
    order = doc(ORDER, "PO-1", line(10, "A", "0010"), line(20, "A", "20"))
    lading = doc(LADING, "BL-1", line(20, "Z", "1", order_line="20"), line(10, "A", "2"), refs=TO_ORDER)
    billed = doc(INVOICE, "R-1", line(20, "Y", order_line="020"), line(10, "X", delivery_line="2"), refs=TO_BOTH)
    assert [(one.number, one.ordered, one.shipped, one.billed) for one in match(billed, [order], [lading], [])] == [
        ("0010", 10, 10, 10),
        ("20", 20, 20, 20),
    ]


def test_a_number_is_that_of_the_order_which_is_named():
    orders = [doc(ORDER, "PO-1", line(1, "A", "1")), doc(ORDER, "PO-2", line(2, "B", "1"))]
    billed = doc(INVOICE, "R-1", line(2, "C", order_line="1"), refs=((ORDER, "PO-2"),))
    assert [(one.order, one.billed) for one in match(billed, orders, [], [])] == [("PO-1", None), ("PO-2", 2)]
    nameless = evolve(billed, references=())
    assert [(one.order, one.billed) for one in match(nameless, orders, [], [])] == [("PO-1", 2), ("PO-2", None)]
    code = doc(INVOICE, "R-1", line(2, "a"), refs=((ORDER, "PO-2"),))
    assert [(one.order, one.billed) for one in match(code, orders, [], [])] == [("PO-1", None), ("PO-2", None), ("", 2)]


def test_without_a_code_lines_meet_by_equal_words():
    order = doc(ORDER, "PO-1", line(1, description="Hex  BOLTS"), line(2, "S", description="Service"))
    billed = doc(INVOICE, "R-1", line(1, description="hex bolts"), line(2, "T", description="Service"), line(3), refs=TO_ORDER)
    assert found(match(billed, [order], [], [])) == [
        ("", 1, None, None, 1, []),
        ("S", 2, None, None, None, ["under_billed"]),
        ("T", None, None, None, 2, ["not_ordered"]),
        ("", None, None, None, 3, ["not_ordered"]),
    ]


def test_of_two_lines_with_one_code_the_first_is_filled_first():
    order = doc(ORDER, "PO-1", line(5, "A", "1"), line(5, "A", "2"))
    ladings = [doc(LADING, f"BL-{n}", line(5, "A"), refs=TO_ORDER) for n in (1, 2, 3)]
    assert [one.shipped for one in match(None, [order], ladings, [])] == [10, 5]
    assert [one.shipped for one in match(None, [order], ladings[:2], [])] == [5, 5]


def test_every_difference_is_named():
    order = doc(ORDER, "PO-1", *(line(10, code, unit="pcs", unit_price=Decimal(2)) for code in "ABCDEFG"), total=usd(140))
    shipped = [line(8, "A"), line(10, "B"), line(10, "C"), line(10, "D"), line(2, "F", unit="box"), line(9, "G")]
    lading = doc(LADING, "BL-1", *shipped, refs=TO_ORDER)
    proof = doc(PROOF, "P-1", line(7, "C"), line(10, "D"), refs=((LADING, "BL-1"),))
    billed = doc(
        INVOICE, "R-1", line(10, "A", unit="PCS."), line(9, "B"), line(10, "C"), line(10, "D", unit_price=Decimal("2.01")),
        line(10, "E"), line(10, "F"), line(9, "G", unit_price=Decimal("2.00")), line(1, "FREIGHT", unit_price=Decimal(45)),
        refs=TO_BOTH, total=usd(200),
    )  # fmt: skip
    assert {one.product_code: one.differences for one in match(billed, [order], [lading], [proof])} == {
        "A": {D.SHORT_SHIPPED, D.OVER_BILLED},
        "B": {D.UNDER_BILLED},
        "C": {D.SHORT_RECEIVED, D.OVER_BILLED},
        "D": {D.PRICE_DIFFERS},
        "E": {D.NOT_SHIPPED, D.OVER_BILLED},
        "F": {D.UNIT_DIFFERS},
        "G": {D.SHORT_SHIPPED},
        "FREIGHT": {D.NOT_ORDERED},
    }


def test_a_credit_memo_takes_back_what_was_billed_too_much():
    order, lading = doc(ORDER, "PO-1", line(10, "A")), doc(LADING, "BL-1", line(8, "A"), refs=TO_ORDER)
    billed = doc(INVOICE, "R-1", line(10, "A"), refs=TO_BOTH)
    memo = doc(MEMO, "C-1", line(2, "A"), line(1, "FREIGHT"), refs=((INVOICE, "R-1"),))
    (one,) = match(billed, [order], [lading], [], memos=[memo])
    assert (one.billed, one.credited, one.differences) == (10, 2, {D.SHORT_SHIPPED})


def test_where_there_is_no_paper_the_invoice_is_believed():
    stated = line(10, "A", ordered=Decimal(10), shipped=Decimal(8), received=Decimal(7))
    (one,) = match(doc(INVOICE, "R-1", stated), [], [], [])
    assert (one.ordered, one.shipped, one.received) == (10, 8, 7)
    assert one.differences == {D.SHORT_SHIPPED, D.SHORT_RECEIVED, D.OVER_BILLED}
    (one,) = match(doc(INVOICE, "R-1", line(10, "A")), [], [], [])
    assert (one.ordered, one.shipped, one.differences) == (None, None, frozenset())
    lading = doc(LADING, "BL-1", line(10, "A", received=Decimal(9)))
    (one,) = match(doc(INVOICE, "R-1", line(10, "A")), [], [lading], [])
    assert (one.received, one.differences) == (9, {D.SHORT_RECEIVED, D.OVER_BILLED})
    one, _ = match(doc(INVOICE, "R-1", line(1, "B")), [], [lading], [])
    assert one.differences == {D.SHORT_RECEIVED, D.UNDER_BILLED}


@pytest.mark.parametrize(
    ("wanted", "billed", "differs"),
    [
        (line(1, "A", unit_price=Decimal("2.50")), line(1, "A", unit_price=Decimal("2.5")), False),
        (line(1, "A", unit_price=Decimal(250), price_per=Decimal(100)), line(1, "A", unit_price=Decimal("2.5")), False),
        (line(1, "A", unit_price=Decimal(3), amount=usd(1)), line(1, "A", unit_price=Decimal(3), amount=Money(1, "EUR")), True),
        (line(1, "A", unit_price=Decimal("2.5"), amount=usd(1)), line(1, "A", unit_price=Decimal("2.5")), False),
        (line(1, "A", unit_price=Decimal("2.5")), line(1, "A"), False),
        (line(1, "A"), line(1, "A", unit_price=Decimal("2.5")), False),
        (line(1, "A", unit_price=Decimal("2.5")), line(1, "A", unit_price=Decimal("2.6")), True),
    ],
)  # fmt: skip
def test_a_price_is_that_of_one_unit_in_one_currency(wanted, billed, differs):
    (one,) = match(doc(INVOICE, "R-1", billed, refs=TO_ORDER), [doc(ORDER, "PO-1", wanted)], [], [])
    assert (D.PRICE_DIFFERS in one.differences) is differs


QUANTITY = st.one_of(st.none(), st.integers(-5, 20).map(Decimal))
LINES = st.lists(
    st.builds(
        Line,
        number=st.sampled_from(["", "1", "2", "03"]),
        product_code=st.sampled_from(["", "A", "B"]),
        description=st.sampled_from(["", "bolt", "nut"]),
        quantity=QUANTITY,
        order_line=st.sampled_from(["", "1", "2"]),
        delivery_line=st.sampled_from(["", "1", "3"]),
    ),
    max_size=4,
).map(tuple)


def papers(kind, name):
    refs = st.lists(st.sampled_from([(ORDER, "PO-0"), (ORDER, "PO-1"), (LADING, "BL-0")]), max_size=2, unique=True)
    one = st.tuples(LINES, refs, st.integers(-9, 9))
    return st.lists(one, max_size=3).map(
        lambda drawn: [doc(kind, f"{name}-{n}", *lines, refs=refs, issued=day) for n, (lines, refs, day) in enumerate(drawn)]
    )


def stated(documents):
    return sum(line.quantity or 0 for document in documents for line in document.lines)


@given(papers(ORDER, "PO"), papers(LADING, "BL"), papers(PROOF, "P"), papers(INVOICE, "R"), st.randoms())
def test_no_quantity_is_lost_and_the_order_of_documents_does_not_matter(orders, ladings, proofs, invoices, random: Random):
    in_hand = invoices[0] if invoices else None
    lines = match(in_hand, orders, ladings, proofs, others=invoices)
    for name, documents in (("ordered", orders), ("shipped", ladings), ("received", proofs), ("billed", invoices)):
        if documents:
            assert sum(getattr(one, name) or 0 for one in lines) == stated(documents)
    assert sum(one.billed_here or 0 for one in lines) == stated(invoices[:1])
    for documents in (orders, ladings, proofs, invoices):
        random.shuffle(documents)
    assert match(in_hand, orders, ladings, proofs, others=invoices) == lines


# from the database


def key(portal, number):
    return document_id(account_of(portal), "books", number)


def trade(portal, **shown):
    """An order of ten, shipped as six and three, billed as six and four; another order that one invoice bills with it."""
    ten = (Line(number="1", product_code="A", quantity=Decimal(10)),)
    part = {n: (Line(number="1", product_code="A", quantity=Decimal(n), order_line="1"),) for n in (3, 4, 6)}
    named = Reference(ORDER, "PO-1")
    store(
        portal,
        paper(ORDER, "PO-1", lines=ten, **shown),
        paper(ORDER, "PO-2", lines=(Line(number="1", product_code="B", quantity=Decimal(1)),)),
        paper(LADING, "BL-1", lines=part[6], references=(named,)),
        paper(LADING, "BL-2", lines=part[3], references=(named,)),
        paper(PROOF, "P-1", lines=(Line(quantity=Decimal(6), delivery_line="1"),), references=(Reference(LADING, "BL-1"),)),
        invoice("R-1", lines=part[6], references=(Reference(LADING, "BL-1"),)),
        invoice("R-2", lines=part[4], po_number="PO-1", references=(Reference(ORDER, "PO-2"),)),
        invoice("R-9", lines=part[4]),
        paper(DocumentKind.CONTRACT, "K-1", references=(named,)),
    )


def test_from_any_paper_of_a_trade_the_whole_of_it_is_held_together(portal):
    trade(portal)
    account = account_of(portal)
    for number in ("R-1", "R-2", "PO-1", "BL-1", "BL-2", "P-1"):
        document = key(portal, number)
        with counting(portal.engines) as sent:
            made = portal.documents.three_way(account, document, customer(account))
        assert len(sent) <= 5
        (one,) = [one for one in made.lines if one.product_code == "A"]
        assert (one.ordered, one.shipped, one.billed) == (10, 9, 10)
        assert {D.SHORT_SHIPPED, D.OVER_BILLED} <= one.differences
        assert ([one.number for one in made.deliveries], made.complete) == (["BL-1", "BL-2"], True)
        assert {one.number for one in made.invoices} == {"R-1", "R-2"}
        assert any(one.product_code == "B" for one in made.lines) == (number == "R-2")
    alone = portal.documents.three_way(account, key(portal, "R-9"), OTTO)
    assert ([one.billed for one in alone.lines], alone.orders) == ([4], ())


def test_what_customers_may_not_see_is_not_held_against_anything(portal):
    trade(portal, visible=False)
    account = account_of(portal)
    made = portal.documents.three_way(account, key(portal, "R-2"), customer(account))
    assert [one.number for one in (*made.orders, *made.deliveries, *made.invoices)] == ["PO-2", "R-2"]
    assert [one.number for one in portal.documents.three_way(account, key(portal, "R-2"), OTTO).orders] == ["PO-1", "PO-2"]
    for number, code in (("PO-1", "document.not_found"), ("K-1", "document.no_match"), ("none", "document.not_found")):
        with pytest.raises(NotFound) as refused:
            portal.documents.three_way(account, key(portal, number), customer(account))
        assert refused.value.code == code


def test_of_a_trade_with_very_many_papers_the_latest_are_taken(portal, monkeypatch):
    monkeypatch.setattr(lookup, "_MOST", 3)
    one = (Line(product_code="A", quantity=Decimal(1)),)
    store(portal, paper(ORDER, "PO-1", lines=one), *(invoice(f"R-{n}", issued=-n, lines=one, po_number="PO-1") for n in range(5)))
    made = portal.documents.three_way(account_of(portal), key(portal, "PO-1"), OTTO)
    assert ([one.number for one in made.invoices], made.complete) == (["R-2", "R-1", "R-0"], False)


def test_the_demo_customers_short_shipment_is_seen(sqlite_url):
    portal = open_portal(sqlite_url)
    book = Book(seed=7, customers=1, as_of=day(0))
    portal.documents.store(book.rows(), OTTO, source="books")
    (number,) = {row.customer_number for row in book.rows()}
    account = account_of(portal, number)
    trades = [
        one
        for one in draw_demo(Random(f"{book.seed}/{number}"), book.customers[0], book.as_of)
        if one.is_short and one.invoiced_on
    ]
    short = []
    for row in portal.documents.export(account, customer(account)):
        if row.kind is INVOICE:
            lines = portal.documents.three_way(account, row.id, customer(account)).lines
            short += [one for one in lines if D.OVER_BILLED in one.differences]
    (one,) = short
    (told,) = [told for told in trades if told.shipped != told.billed]
    first = told.order.items[0]
    assert (one.product_code, one.ordered, one.shipped, one.billed) == (
        first.product.code,
        first.ordered,
        told.shipped[0],
        first.ordered,
    )
    assert one.ordered - one.shipped == first.product.pack
    assert one.differences == {D.SHORT_SHIPPED, D.OVER_BILLED}
    assert not three_way(doc(INVOICE, "R-1", line(1)), (), complete=True).lines[0].differences
    portal.close()
