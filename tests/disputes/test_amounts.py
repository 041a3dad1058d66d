"""What a claim comes to, worked out by hand and by properties."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from books import usd
from disputes.desks import LINES
from lockportal.core.errors import Refused
from lockportal.core.money import Money
from lockportal.disputes.amounts import disputed_line, drafted_line
from lockportal.disputes.models import Claim, DisputeCategory
from lockportal.documents.lines import lines_of
from lockportal.documents.models import Adjustment, Document, DocumentKind, Line, TaxShare

C = DisputeCategory


def bill(*lines, total="424.00", **facts):
    given = {
        "id": UUID(int=1),
        "account_id": UUID(int=2),
        "kind": DocumentKind.INVOICE,
        "number": "R-1",
        "source": "books",
        "external_id": "R-1",
        "digest": b"",
        "issued_on": date(2026, 1, 1),
        "posted_on": date(2026, 1, 1),
        "total": usd(total),
        "payable": usd(total),
        "balance": usd(total),
        "lines": lines or LINES,
        **facts,
    }
    return Document(**given)


def claim(category, line="1", **expected):
    given = {name: Decimal(value) if name != "expected_amount" else usd(value) for name, value in expected.items()}
    return Claim(line=line, category=category, **given)


def amount(document, wanted):
    made = disputed_line(document, wanted)
    return made.amount, made.tax


TAXED = bill(tax=usd("34.00"), subtotal=usd("390.00"))
CASES = [
    # 20 of 120 for 240.00, and a sixth of 24.00 tax
    (TAXED, claim(C.QUANTITY, expected_quantity="100"), ("44.00", "4.00")),
    (TAXED, claim(C.QUANTITY, expected_quantity="0"), ("264.00", "24.00")),
    # 8 instead of 10 dollars for ten, and a fifth of 10.00 tax
    (TAXED, claim(C.PRICE, "2", expected_price="8"), ("22.00", "2.00")),
    # both: 5 of ten at 8 are 40 of 100
    (TAXED, claim(C.QUANTITY, "2", expected_quantity="5", expected_price="8"), ("66.00", "6.00")),
    (TAXED, claim(C.PRICE, "2", expected_amount="90.00"), ("11.00", "1.00")),
    # the tax alone: 24.00, of which 20.00 is expected
    (TAXED, claim(C.TAX, expected_amount="20.00"), ("4.00", "4.00")),
    (TAXED, claim(C.TAX), ("24.00", "24.00")),
    # a whole line, or three of ten broken
    (TAXED, claim(C.NOT_ORDERED, "2"), ("110.00", "10.00")),
    (TAXED, claim(C.DAMAGE, "2", expected_quantity="7"), ("33.00", "3.00")),
    (TAXED, claim(C.FREIGHT, "3", expected_amount="30.00"), ("20.00", "0.00")),
    # the document as a whole: 424.00, of which 34.00 is tax
    (TAXED, claim(C.DUPLICATE, ""), ("424.00", "34.00")),
    (TAXED, claim(C.OTHER, "", expected_amount="212.00"), ("212.00", "17.00")),
    (TAXED, claim(C.TAX, "", expected_amount="30.00"), ("4.00", "4.00")),
    # a charge of 50.00 for freight, taxed by a fifth
    (
        bill(adjustments=(Adjustment(amount=usd("50.00"), tax_rate=Decimal(20)), Adjustment(amount=usd("-1.00")))),
        claim(C.FREIGHT, "", expected_amount="20.00"),
        ("36.00", "6.00"),
    ),
    (bill(), claim(C.FREIGHT, "", expected_amount="400.00"), ("24.00", "0.00")),
    # no tax on the line: by its rate, by the document's only share, by the share of its category, by its tax as a whole
    (bill(evolve(LINES[1], tax=None, tax_rate=Decimal("7.5"))), claim(C.QUANTITY, "2", expected_quantity="9"), ("10.75", "0.75")),
    (
        bill(evolve(LINES[1], tax=None), taxes=(TaxShare(category="S", base=usd("100.00"), amount=usd("19.00")),)),
        claim(C.QUANTITY, "2", expected_quantity="9"),
        ("11.90", "1.90"),
    ),
    (
        bill(
            evolve(LINES[1], tax=None, tax_category="AA"),
            taxes=(
                TaxShare(category="S", base=usd("100.00"), amount=usd("19.00")),
                TaxShare(category="AA", base=usd("100.00"), amount=usd("7.00")),
            ),
        ),
        claim(C.QUANTITY, "2", expected_quantity="9"),
        ("10.70", "0.70"),
    ),
    (
        bill(evolve(LINES[1], tax=None), tax=usd("8.00"), subtotal=usd("80.00")),
        claim(C.QUANTITY, "2", expected_quantity="9"),
        ("11.00", "1.00"),
    ),
    (bill(evolve(LINES[1], tax=None)), claim(C.QUANTITY, "2", expected_quantity="9"), ("10.00", "0.00")),
    (
        bill(evolve(LINES[1], tax=None), taxes=(TaxShare(category="S", base=usd("0.00"), amount=usd("0.00")),)),
        claim(C.QUANTITY, "2", expected_quantity="9"),
        ("10.00", "0.00"),
    ),
    # no amount on the line: three at 3.335 are 10.005, rounded to 10.01, of which two thirds are disputed
    (
        bill(Line(number="1", quantity=Decimal(3), unit_price=Decimal("3.335"))),
        claim(C.QUANTITY, expected_quantity="1"),
        ("6.67", "0.00"),
    ),
    (
        bill(Line(number="1", quantity=Decimal(500), unit_price=Decimal(4), price_per=Decimal(100))),
        claim(C.QUANTITY, expected_quantity="250"),
        ("10.00", "0.00"),
    ),
    (bill(total="0.00", payable=usd("10.00"), balance=usd("10.00")), claim(C.OTHER, ""), ("10.00", "0.00")),
]


@pytest.mark.parametrize(("document", "wanted", "expected"), CASES)
def test_a_claim_comes_to_what_was_worked_out_by_hand(document, wanted, expected):
    assert amount(document, wanted) == tuple(usd(one) for one in expected)


WRONG = [
    (claim(C.QUANTITY), "dispute.expected"),
    (claim(C.PRICE), "dispute.expected"),
    (claim(C.QUANTITY, expected_quantity="121"), "dispute.expected"),
    (claim(C.QUANTITY, expected_quantity="-1"), "dispute.expected"),
    (claim(C.QUANTITY, expected_quantity="120"), "dispute.nothing_wrong"),
    (claim(C.OTHER, expected_quantity="1", expected_amount="1.00"), "dispute.expected"),
    (claim(C.TAX, expected_quantity="1"), "dispute.expected"),
    (claim(C.OTHER, "", expected_quantity="1"), "dispute.expected"),
    (claim(C.OTHER, expected_amount="-1.00"), "dispute.expected"),
    (claim(C.OTHER, "9"), "dispute.line_unknown"),
    (Claim(line="1", category=C.OTHER, expected_amount=Money(1, "EUR")), "dispute.currency"),
    (Claim(line="1", category=C.OTHER, note="x" * 501), "dispute.note_too_long"),
    (Claim(line="1", category=C.OTHER, evidence=(UUID(int=1),) * 51), "dispute.too_many_files"),
]


@pytest.mark.parametrize(("wanted", "code"), WRONG)
def test_what_cannot_be_expected_is_refused(wanted, code):
    with pytest.raises(Refused) as refused:
        disputed_line(TAXED, wanted)
    assert refused.value.code == code


def test_a_line_that_states_nothing_to_reckon_with_is_disputed_by_amount_of_the_document():
    document = bill(Line(number="1"), Line(number="2", amount=usd("5.00")))
    with pytest.raises(Refused, match="line_amount"):
        disputed_line(document, claim(C.OTHER))
    with pytest.raises(Refused, match=r"dispute\.expected"):
        disputed_line(document, claim(C.QUANTITY, "2", expected_quantity="1"))
    with pytest.raises(Refused, match="not_owed"):
        disputed_line(bill(balance=None), claim(C.OTHER, ""))


def test_a_draft_may_lack_what_is_expected_but_not_name_what_there_is_not():
    made = drafted_line(TAXED, claim(C.QUANTITY, expected_quantity="500"))
    assert (made.amount, made.description, made.claim) == (usd(0), "Part 1", claim(C.QUANTITY, expected_quantity="500"))
    assert drafted_line(TAXED, claim(C.OTHER, "", expected_amount="999.00")).amount == usd(0)
    assert drafted_line(TAXED, claim(C.QUANTITY, expected_quantity="100")).amount == usd(44)
    with pytest.raises(Refused, match="line_unknown"):
        drafted_line(TAXED, claim(C.QUANTITY, "9"))


def test_lines_without_a_number_of_their_own_are_named_by_their_place():
    lines = (Line(number="1"), Line(number="1"), Line(), Line(number="4"))
    assert lines_of(bill(*lines)) == {"#1": lines[0], "#2": lines[1], "#3": lines[2], "4": lines[3]}


@given(
    quantity=st.decimals(1, 10_000, places=3),
    price=st.decimals("0.01", 1000, places=4),
    share=st.tuples(st.fractions(0, 1), st.fractions(0, 1)),
    tax=st.integers(0, 50_000),
)
def test_a_claim_is_never_above_its_line_and_at_most_a_unit_off_the_exact_share(quantity, price, share, tax):
    billed = Line(number="1", quantity=quantity, unit_price=price, tax=Money(tax, "USD"))
    document = bill(billed)
    expected = [
        Decimal(part.numerator) * of / Decimal(part.denominator) for part, of in zip(share, (quantity, price), strict=True)
    ]
    wanted = Claim(line="1", category=C.PRICE, expected_quantity=expected[0], expected_price=expected[1])
    made = drafted_line(document, wanted)
    if not made.amount:  # nothing to speak of is expected less
        return
    whole = Fraction(made.billed_amount.minor)
    assert 0 < made.amount.minor <= made.billed_amount.minor + tax
    exact = whole * (1 - Fraction(expected[0]) * Fraction(expected[1]) / (Fraction(quantity) * Fraction(price)))
    assert abs(made.amount.minor - made.tax.minor - exact) <= 1
    assert abs(made.tax.minor - Fraction(tax) * (made.amount.minor - made.tax.minor) / whole) <= 1
