"""Documents become e-invoices that say no more than the books do, or the refusal names what lacks."""

import sys
from datetime import date
from decimal import Decimal

import attrs
import pytest

from einvoices import CUSTOMER, SUPPLIER, document, eur, facts, full_facts
from lockportal.core.errors import Refused
from lockportal.core.money import Money
from lockportal.documents.models import Adjustment, CustomField, DocumentKind, Line, Reference, TaxShare
from lockportal.documents.parties import BillTo, StatedId
from lockportal.documents.ports import Syntax
from lockportal.einvoice import InvoiceReader, InvoiceWriter, check, parse, planting
from lockportal.einvoice.parts import Identifier
from lockportal.profiles.models import Address

READER, WRITER = InvoiceReader(), InvoiceWriter()
SYNTAXES = [Syntax.UBL, Syntax.CII]


def written(stated, syntax=Syntax.UBL, supplier=SUPPLIER, customer=CUSTOMER):
    return WRITER.xml(document(stated), supplier, customer, syntax)


def read(xml):
    (reading,) = READER.read("paper", xml)
    return reading


def refusal(stated, **others):
    with pytest.raises(Refused) as refused:
        written(stated, **others)
    with pytest.raises(Refused) as checked:
        WRITER.check(document(stated), others.get("supplier", SUPPLIER), others.get("customer", CUSTOMER))
    assert str(checked.value) == str(refused.value)
    return refused.value.code, refused.value.field


MINUS = facts(
    subtotal=eur("100.00"),
    lines=(
        Line(number="1", description="a", unit="C62", quantity=Decimal(1), unit_price=Decimal(110), amount=eur(110)),
        Line(number="2", description="less", quantity=Decimal(1), unit_price=Decimal(-10), amount=eur(-10)),
    ),
)
WRITTEN = {
    "all that there is a place for": full_facts(),
    "a credit memo": full_facts(kind=DocumentKind.CREDIT_MEMO, external_id="credit_memo/RE-1"),
    "a debit memo": full_facts(kind=DocumentKind.DEBIT_MEMO, external_id="debit_memo/RE-1"),
    "a row of a list, without lines": facts(),
    "a row without any tax": facts(subtotal=None, tax=None),
    "a row with its tax, and no subtotal": facts(subtotal=None),
    "a line below zero": MINUS,
    "yen": facts(
        **{name: Money.of(value, "JPY") for name, value in (("total", 110), ("payable", 110), ("subtotal", 100), ("tax", 10))}
    ),
    "nothing due": facts(payable=eur(0), prepaid=eur("119.00")),
}


@pytest.mark.parametrize("syntax", SYNTAXES)
@pytest.mark.parametrize("name", WRITTEN)
def test_what_is_written_is_valid_and_clean_by_the_official_rules(name, syntax):
    pytest.importorskip("saxonche")
    assert check(written(WRITTEN[name], syntax)) == ()


@pytest.mark.parametrize("syntax", SYNTAXES)
@pytest.mark.parametrize("name", ["all that there is a place for", "a debit memo"])
def test_what_is_written_reads_as_the_same_facts(name, syntax):
    reading = read(written(WRITTEN[name], syntax))
    assert reading.facts == WRITTEN[name]
    assert [(one.scheme, one.value) for one in reading.customer] == [
        ("buyer", "C-1001"),
        ("registration", "HRB 1234"),
        ("tax", "FR23334175221"),
        ("name", "Ünal & Söhne <GmbH>"),
    ]


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_a_credit_memo_reads_as_the_same_facts_without_a_due_date(syntax):
    stated = WRITTEN["a credit memo"]
    assert read(written(stated, syntax)).facts == attrs.evolve(stated, due_on=None)


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_an_invoice_without_lines_has_one_line_of_its_subtotal(syntax):
    stated = facts(adjustments=(Adjustment(amount=eur("-5.00"), reason="Promotion"),))
    (line,) = read(written(stated, syntax)).facts.lines
    assert (line.quantity, line.unit, line.unit_price, line.amount) == (Decimal(1), "C62", Decimal("105.00"), eur("105.00"))


def test_a_tax_without_a_category_is_at_the_standard_rate_that_it_implies():
    assert read(written(facts())).facts.taxes == (
        TaxShare(category="S", rate=Decimal(19), base=eur("100.00"), amount=eur("19.00")),
    )
    odd = facts(subtotal=eur("100.01"), tax=eur("7.43"), total=eur("107.44"), payable=eur("107.44"))
    (share,) = read(written(odd)).facts.taxes
    assert (share.category, share.rate, share.amount) == ("S", Decimal("7.43"), eur("7.43"))


def test_no_tax_at_all_is_not_subject_to_tax_and_names_no_vat_identifier():
    xml = written(facts(subtotal=None, tax=None))
    assert read(xml).facts.taxes == (TaxShare(category="O", base=eur("119.00"), amount=eur(0), reason="Not subject to VAT"),)
    invoice = parse(xml)
    assert (invoice.seller.vat_id, invoice.buyer.vat_id) == ("", "")
    assert invoice.seller.registration == Identifier(value="DE 123456788")


def test_a_tax_id_that_is_no_vat_identifier_registers_and_identifies_the_seller():
    supplier = attrs.evolve(SUPPLIER, tax_id="EIN 41-0000000", country="US")
    seller = parse(written(facts(), supplier=supplier)).seller
    assert (seller.vat_id, seller.tax_registration, seller.registration.value) == ("", "EIN 41-0000000", "EIN 41-0000000")
    assert seller.address.country == "US"


def test_the_country_follows_from_a_vat_identifier_where_none_is_set():
    supplier = attrs.evolve(SUPPLIER, tax_id="EL123456789", country="")
    assert parse(written(facts(), supplier=supplier)).seller.address.country == "GR"


def test_lines_without_a_category_are_of_the_documents_only_one():
    stated = facts(lines=(Line(number="1", description="a", unit="pcs", quantity=Decimal(4), amount=eur("100.00")),))
    (line,) = parse(written(stated)).lines
    assert (line.tax_category, line.tax_rate, line.unit) == ("S", Decimal(19), "H87")
    assert (line.quantity, line.price, line.price_quantity) == (Decimal(4), Decimal("100.00"), Decimal(4))


def test_the_categories_of_lines_make_the_tax_by_category():
    lines = (
        Line(number="1", description="a", amount=eur("100.00"), tax_category="S", tax_rate=Decimal(19)),
        Line(number="2", description="b", amount=eur("50.00"), tax_category="E"),
    )
    stated = facts(subtotal=eur("150.00"), total=eur("169.00"), payable=eur("169.00"), lines=lines)
    shares = {tax.category: (tax.base, tax.amount, tax.rate) for tax in parse(written(stated)).taxes}
    assert shares == {"S": (Decimal(100), Decimal(19), Decimal(19)), "E": (Decimal(50), Decimal(0), Decimal(0))}


def test_a_line_without_an_amount_is_its_quantity_times_its_price():
    lines = (Line(number="1", description="a", quantity=Decimal(3), unit_price=Decimal("33.335"), discount=eur("0.01")),)
    stated = facts(lines=lines)
    (line,) = parse(written(stated)).lines
    assert (line.amount, line.allowances[0].amount) == (Decimal("100.00"), Decimal("0.01"))


def test_a_price_below_zero_turns_the_quantity():
    _, less = parse(written(MINUS)).lines
    assert (less.quantity, less.price, less.amount) == (Decimal(-1), Decimal(10), Decimal("-10.00"))


def test_what_was_paid_before_follows_from_what_is_due():
    assert parse(written(facts(payable=eur("100.00")))).prepaid == Decimal("19.00")


def test_an_iban_on_the_papers_is_where_to_pay():
    (means,) = parse(written(facts())).payment_means
    assert (means.code, means.account.id) == ("30", "DE02120300000000202051")
    assert parse(written(facts(), supplier=attrs.evolve(SUPPLIER, bank=("Account 000123",)))).payment_means == ()
    assert parse(written(facts(kind=DocumentKind.CREDIT_MEMO))).payment_means == ()


def test_a_type_code_is_kept_where_it_is_of_the_kind():
    partial = facts(custom=(CustomField("Invoice type", "326"),))
    assert parse(written(partial)).type_code == "326"
    assert read(written(partial)).facts.custom == partial.custom
    assert parse(written(attrs.evolve(partial, kind=DocumentKind.CREDIT_MEMO))).type_code == "381"


def test_control_characters_never_reach_the_xml():
    stated = facts(notes="a\x00b\x1f", lines=(Line(description="\x0bPaper", amount=eur("100.00")),))
    reading = read(written(stated)).facts
    assert (reading.notes, reading.lines[0].description) == ("a b", "Paper")


def test_custom_fields_that_are_no_days_are_left_out():
    stated = facts(custom=(CustomField("Period from", "spring"), CustomField("VAT currency", "SEK"), CustomField("Else", "x")))
    invoice = parse(written(stated))
    assert (invoice.period_start, invoice.tax_currency) == (None, "")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"kind": DocumentKind.PURCHASE_ORDER}, ("einvoice.kind", "kind")),
        ({"total": eur("120.00")}, ("einvoice.br-co-15", "total")),
        ({"prepaid": eur("1.00")}, ("einvoice.br-co-16", "payable")),
        ({"lines": (Line(number="1", description="a", amount=eur("99.00")),)}, ("einvoice.br-co-13", "subtotal")),
        ({"lines": (Line(number="1", description="a"),)}, ("einvoice.br-24", "lines.amount")),
        ({"taxes": (TaxShare(category="XX", base=eur(100), amount=eur(19)),)}, ("einvoice.br-cl-17", "taxes.category")),
        ({"taxes": (TaxShare(category="S", rate=Decimal(7), base=eur(100), amount=eur(19)),)}, ("einvoice.br-co-17", "taxes")),
        ({"subtotal": eur(0), "total": eur(19), "payable": eur(19)}, ("einvoice.br-co-17", "tax")),
        ({"custom": (CustomField("VAT currency", "SEK"), CustomField("VAT in VAT currency", "x"))}, ("einvoice.br-53", "custom")),
        (
            {
                "taxes": (
                    TaxShare(category="S", rate=Decimal(19), base=eur(100), amount=eur(19)),
                    TaxShare(category="E", rate=Decimal(0), base=eur(0), amount=eur(0), reason="exempt"),
                ),
                "lines": (Line(number="1", description="a", amount=eur(100)),),
            },
            ("einvoice.br-co-04", "lines.tax_category"),
        ),
    ],
)
def test_a_document_that_breaks_a_rule_is_refused_by_it(changes, expected):
    assert refusal(facts(**changes)) == expected


@pytest.mark.parametrize(
    ("others", "expected"),
    [
        ({"supplier": attrs.evolve(SUPPLIER, country="", tax_id="41/555")}, ("einvoice.br-09", "supplier.country")),
        ({"supplier": attrs.evolve(SUPPLIER, tax_id="")}, ("einvoice.br-co-26", "supplier.tax_id")),
        ({"customer": attrs.evolve(CUSTOMER, address=Address())}, ("einvoice.br-11", "customer.address.country")),
        ({"customer": attrs.evolve(CUSTOMER, name=" ")}, ("einvoice.br-07", "customer.name")),
    ],
)
def test_what_the_law_needs_and_nobody_stated_is_refused_by_its_field(others, expected):
    assert refusal(facts(), **others) == expected


BUYER = BillTo(
    name="Harbour Ltd",
    address=Address(("Quay 1",), "Oslo", "0150", "", "NO"),
    tax_ids=("NO 987654321 MVA",),
    ids=(StatedId("C-77"), StatedId("7300010000001", "0088")),
    registration=StatedId("987654321", "0192"),
    endpoint=StatedId("987654321", "0192"),
)


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_the_buyer_as_billed_is_written_and_read_again_whoever_the_customer_is_now(syntax):
    stated = full_facts(bill_to=BUYER)
    moved = attrs.evolve(CUSTOMER, name="Harbour & Sons", address=Address())
    read_again = read(written(stated, syntax, customer=moved)).facts.bill_to
    assert read_again == attrs.evolve(BUYER, tax_ids=("NO987654321MVA",))


def test_a_buyer_as_billed_without_ids_is_known_by_the_customer_number():
    bare = BillTo(name="Harbour Ltd", address=BUYER.address, tax_ids=("HRB 7",), endpoint=StatedId("harbour"))
    buyer = parse(written(facts(bill_to=bare))).buyer
    assert (buyer.ids, buyer.registration) == ((Identifier(value="C-1001"),), Identifier(value="HRB 7"))
    assert (buyer.vat_id, buyer.endpoint) == ("", None)  # nobody knows in which scheme that address is one


def test_what_lacks_of_the_buyer_as_billed_is_named_as_its_field():
    placeless = attrs.evolve(BUYER, address=Address())
    assert refusal(facts(bill_to=placeless)) == ("einvoice.br-11", "bill_to.address.country")


@pytest.mark.parametrize("name", WRITTEN)
def test_what_can_be_written_passes_the_check_and_nothing_is_written_for_it(name, monkeypatch):
    monkeypatch.delattr(planting, "write")
    WRITER.check(document(WRITTEN[name]), SUPPLIER, CUSTOMER)


def test_without_lxml_nothing_can_be_written(monkeypatch):
    monkeypatch.setitem(sys.modules, "lxml.etree", None)
    assert refusal(facts()) == ("einvoice.not_installed", None)


def test_amounts_of_three_digits_are_more_than_the_standard_takes():
    odd = {name: Money.of("100.001", "KWD") for name in ("total", "payable", "subtotal")}
    assert refusal(facts(**odd, tax=Money.of(0, "KWD"))) == ("einvoice.br-dec-14", "currency")
    whole = {name: Money.of("100.010", "KWD") for name in ("total", "payable", "subtotal")}
    assert parse(written(facts(**whole, tax=Money.of(0, "KWD")))).total == Decimal("100.01")


def test_a_paper_that_is_named_is_referred_to():
    stated = facts(kind=DocumentKind.CREDIT_MEMO, references=(Reference(DocumentKind.INVOICE, "RE-0"),), due_on=date(2026, 5, 1))
    assert [one.number for one in parse(written(stated)).preceding] == ["RE-0"]
