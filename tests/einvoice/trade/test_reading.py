from datetime import date
from decimal import Decimal

import pytest

from lockportal.core.errors import Refused
from lockportal.core.money import Money
from lockportal.documents.facts import check_facts
from lockportal.documents.models import CustomField, DocumentKind, Line, Reference
from lockportal.documents.ports import Enclosed, PartyId, Reader
from lockportal.einvoice.trade import TradeReader
from lockportal.einvoice.trade.reader import PAPERS

pytest.importorskip("lxml")

ORDER = """<Order xmlns="urn:oasis:names:specification:ubl:schema:xsd:Order-2"
  xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
  xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
  <cbc:ID>PO-98</cbc:ID><cbc:IssueDate>2026-06-01</cbc:IssueDate>
  <cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>
  <cac:AdditionalDocumentReference><cbc:ID>terms</cbc:ID><cac:Attachment>
    <cbc:EmbeddedDocumentBinaryObject mimeCode="text/plain">aGk=</cbc:EmbeddedDocumentBinaryObject>
  </cac:Attachment></cac:AdditionalDocumentReference>
  <cac:BuyerCustomerParty><cac:Party>
    <cac:PartyIdentification><cbc:ID>C-10042</cbc:ID></cac:PartyIdentification>
  </cac:Party></cac:BuyerCustomerParty>
  <cac:SellerSupplierParty/>
  <cac:AnticipatedMonetaryTotal><cbc:PayableAmount currencyID="EUR">40</cbc:PayableAmount></cac:AnticipatedMonetaryTotal>
  <cac:OrderLine><cac:LineItem>
    <cbc:ID>1</cbc:ID><cbc:Quantity unitCode="KGM">10</cbc:Quantity>
    <cbc:LineExtensionAmount currencyID="EUR">40</cbc:LineExtensionAmount>
    <cac:Price><cbc:PriceAmount currencyID="EUR">4</cbc:PriceAmount><cbc:BaseQuantity>100</cbc:BaseQuantity></cac:Price>
    <cac:Item><cbc:Name>Board</cbc:Name></cac:Item>
  </cac:LineItem></cac:OrderLine>
</Order>"""


def test_an_order_states_what_is_ordered(read):
    reading = read(ORDER.encode())
    assert reading.facts.external_id == "purchase_order/PO-98"
    assert reading.facts.kind is DocumentKind.PURCHASE_ORDER
    assert reading.facts.total == Money(4000, "EUR")
    assert reading.facts.lines == (
        Line(
            number="1",
            description="Board",
            unit="KGM",
            quantity=Decimal(10),
            ordered=Decimal(10),
            unit_price=Decimal(4),
            price_per=Decimal(100),
            amount=Money(4000, "EUR"),
        ),
    )
    assert reading.customer == (PartyId("buyer", "C-10042"),)
    assert reading.customer_name == ""
    assert reading.enclosed == (Enclosed("terms", "text/plain", b"hi"),)


def test_a_despatch_advice_states_what_is_shipped(read, written):
    reading = read(written("despatch_advice"))
    facts = reading.facts
    assert (facts.external_id, facts.kind) == ("despatch_advice/DA-565899", DocumentKind.DESPATCH_ADVICE)
    assert facts.issued_on == date(2026, 6, 20)
    assert facts.po_number == "PO-98"
    assert facts.notes == "Two pallets.\nRing before unloading."
    assert facts.lines == (
        Line(
            number="1",
            product_code="PB-0001",
            description="Board\nCoated, 300 g",
            unit="KGM",
            quantity=Decimal("90.50"),
            shipped=Decimal("90.50"),
            order_line="3",
        ),
        Line(
            number="2",
            product_code="05704066204093",
            description="Pallet",
            unit="C62",
            quantity=Decimal(4),
            shipped=Decimal(4),
            order_line="1",
        ),
    )
    assert facts.references == (
        Reference(DocumentKind.PURCHASE_ORDER, "PO-98"),
        Reference(DocumentKind.PURCHASE_ORDER, "PO-99"),
        Reference(DocumentKind.INVOICE, "380-1"),
    )
    assert facts.custom == (
        CustomField("Shipment", "SH-1"),
        CustomField("Tracking number", "1Z999"),
        CustomField("Delivered on", "2026-06-21"),
        CustomField("Carrier", "Swift Freight"),
        CustomField("Line 1 outstanding", "9.50 KGM"),
        CustomField("Line 1 outstanding because", "Follows next week"),
    )
    assert reading.enclosed == (Enclosed("pallet.png", "image/png", b"hello"),)


def test_who_is_billed_comes_before_where_it_went_and_ids_before_names(read, written):
    reading = read(written("despatch_advice"))
    assert reading.customer == (
        PartyId("buyer", "C-10042"),
        PartyId("buyer", "HP-1"),
        PartyId("buyer", "7300010000018"),
        PartyId("registration", "5566778899"),
        PartyId("tax", "SE556677889901"),
        PartyId("endpoint", "7300010000001"),
        PartyId("buyer", "SHIP-7"),
        PartyId("name", "Harbor Print"),
        PartyId("name", "Harbor Print AB"),
        PartyId("name", "Harbor Print, dock 7"),
    )
    assert reading.customer_name == "Harbor Print"


def test_a_receipt_advice_proves_what_was_received(read, written):
    facts = read(written("receipt_advice")).facts
    assert facts.kind is DocumentKind.PROOF_OF_DELIVERY
    assert facts.lines == (
        Line(number="1", description="Board", unit="KGM", received=Decimal(80), order_line="3", delivery_line="1"),
    )
    assert facts.references == (
        Reference(DocumentKind.PURCHASE_ORDER, "PO-98"),
        Reference(DocumentKind.DESPATCH_ADVICE, "DA-565899"),
    )
    assert facts.custom == (
        CustomField("Line 1 short", "10.5 KGM"),
        CustomField("Line 1 rejected", "2 KGM"),
        CustomField("Line 1 rejected because", "Wet"),
    )


@pytest.mark.parametrize(
    ("name", "external_id"), [("bill_of_lading", "bill_of_lading/BL-7"), ("waybill", "bill_of_lading/waybill/BL-7")]
)
def test_a_paper_of_transport_states_what_is_carried_and_says_which_it_is(read, written, name, external_id):
    reading = read(written(name))
    facts = reading.facts
    assert (facts.kind, facts.external_id, facts.po_number) == (DocumentKind.BILL_OF_LADING, external_id, "PO-98")
    assert facts.lines == (
        Line(
            number="1",
            product_code="PB-0001",
            description="Board on two pallets",
            unit="KGM",
            quantity=Decimal("90.5"),
            shipped=Decimal("90.5"),
            order_line="3",
            delivery_line="2",
        ),
        Line(number="2", description="Pallet", unit="C62", quantity=Decimal(2), shipped=Decimal(2)),
    )
    assert facts.references == (
        Reference(DocumentKind.PURCHASE_ORDER, "PO-98"),
        Reference(DocumentKind.DESPATCH_ADVICE, "DA-565899"),
        Reference(DocumentKind.INVOICE, "INV-1"),
        Reference(DocumentKind.PURCHASE_ORDER, "PO-97"),
    )
    assert facts.custom[0] == CustomField("Document type", name)
    assert CustomField("Carrier", "Swift Freight") in facts.custom
    assert CustomField("Line 1 gross weight", "1100 KGM") in facts.custom
    assert reading.customer == (PartyId("buyer", "C-10042"), PartyId("name", "Harbor Print"))


def test_goods_that_are_listed_by_pallet_are_lines_too(read, written):
    facts = read(written("bill_of_lading_by_pallet")).facts
    assert facts.po_number == "PO-98"
    assert [(line.shipped, line.unit, line.order_line, line.description) for line in facts.lines] == [
        (Decimal("90.5"), "KGM", "3", "Board\nCoated")
    ]


def test_a_statement_states_debits_less_credits(read, written):
    facts = read(written("statement")).facts
    assert facts.kind is DocumentKind.STATEMENT
    assert facts.total == Money(20000, "EUR")
    assert facts.due_on == date(2026, 7, 15)
    assert [(line.number, line.description, line.amount) for line in facts.lines] == [
        ("1", "Balance brought forward", Money(10750, "EUR")),
        ("2", "INV-1", Money(10750, "EUR")),
        ("3", "CM-1", Money(-1500, "EUR")),
    ]
    assert facts.references == (Reference(DocumentKind.INVOICE, "INV-1"), Reference(DocumentKind.CREDIT_MEMO, "CM-1"))
    assert CustomField("Period from", "2026-06-01") in facts.custom
    assert CustomField("Total credit", "15.00 EUR") in facts.custom


def test_a_remittance_advice_names_what_is_paid(read, written):
    reading = read(written("remittance_advice"))
    facts = reading.facts
    assert facts.kind is DocumentKind.REMITTANCE_ADVICE
    assert facts.total == Money(19250, "EUR")
    assert [(line.number, line.description, line.amount) for line in facts.lines] == [
        ("1", "INV-1", Money(10750, "EUR")),
        ("2", "CM-1", Money(-1500, "EUR")),
        ("3", "INV-2", Money(10000, "EUR")),
    ]
    assert facts.references == (
        Reference(DocumentKind.INVOICE, "INV-1"),
        Reference(DocumentKind.CREDIT_MEMO, "CM-1"),
        Reference(DocumentKind.INVOICE, "INV-2"),
    )
    assert CustomField("Payment reference", "RF18 5390") in facts.custom
    assert reading.customer == (PartyId("buyer", "C-10042"), PartyId("name", "Harbor Print"))


NAMES = (
    "despatch_advice",
    "receipt_advice",
    "bill_of_lading",
    "bill_of_lading_by_pallet",
    "waybill",
    "statement",
    "remittance_advice",
)


@pytest.mark.parametrize("name", NAMES)
def test_papers_written_here_keep_the_schema_and_the_rules_of_documents(name, read, written, schema_faults):
    content = written(name)
    assert schema_faults(content) == []
    check_facts(read(content).facts)
    assert TradeReader().recognises("", content[:4_096])


@pytest.mark.parametrize(
    ("gone", "code", "field"),
    [
        ("<cbc:ID>PO-98</cbc:ID>", "ubl.order.number_missing", "number"),
        ("PO-98", "ubl.order.number_missing", "number"),
        ("<cbc:IssueDate>2026-06-01</cbc:IssueDate>", "ubl.order.issued_on_missing", "issued_on"),
        ("<cbc:ID>C-10042</cbc:ID>", "ubl.order.customer_missing", "customer"),
        (ORDER[ORDER.index("<cac:OrderLine>") : ORDER.index("</Order>")], "ubl.order.lines_missing", "lines"),
        ("<cbc:ID>1</cbc:ID>", "ubl.order.line_number_missing", "lines.number"),
    ],
)
def test_a_missing_mandatory_term_is_named(read, gone, code, field):
    assert ORDER.count(gone) == 1
    with pytest.raises(Refused) as refused:
        read(ORDER.replace(gone, "").encode())
    assert (refused.value.code, refused.value.field) == (code, field)


@pytest.mark.parametrize(
    ("old", "new", "code", "field"),
    [
        ("2026-06-01", "2026-06-31", "ubl.order.issued_on_unreadable", "issued_on"),
        ("2026-06-01", "01.06.2026", "ubl.order.issued_on_unreadable", "issued_on"),
        (">10<", ">ten<", "ubl.order.quantity_unreadable", "quantity"),
        (">10<", ">1E9<", "ubl.order.quantity_unreadable", "quantity"),
        (">40<", ">40.005<", "ubl.order.total_unreadable", "total"),
        (">40<", ">NaN<", "ubl.order.total_unreadable", "total"),
        (">40<", f">{9**25}<", "ubl.order.total_unreadable", "total"),
        ('"EUR"', '"EURO"', "ubl.order.total_unreadable", "total"),
        ('"EUR"', '"XXX"', "ubl.order.total_unreadable", "total"),
        ("aGk=", "!", "ubl.order.attachment_unreadable", "attachment"),
    ],
)
def test_what_cannot_be_read_is_named(read, old, new, code, field):
    with pytest.raises(Refused) as refused:
        read(ORDER.replace(old, new).encode())
    assert (refused.value.code, refused.value.field) == (code, field)


def test_an_amount_without_a_currency_is_in_that_of_the_paper(read):
    plain = ORDER.replace(' currencyID="EUR"', "")
    assert read(plain.encode()).facts.total == Money(4000, "EUR")
    with pytest.raises(Refused) as refused:
        read(plain.replace("<cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>", "").encode())
    assert refused.value.code == "ubl.order.total_unreadable"


def test_a_difference_of_two_currencies_is_refused(read, written):
    text = written("statement").replace(b'"EUR">0<', b'"USD">0<')
    with pytest.raises(Refused) as refused:
        read(text)
    assert refused.value.code == "ubl.statement.amount_unreadable"


def test_a_remittance_without_an_amount_is_refused(read, written):
    text = written("remittance_advice").replace(b'<cbc:BalanceAmount currencyID="EUR">100.00</cbc:BalanceAmount>', b"")
    with pytest.raises(Refused) as refused:
        read(text)
    assert (refused.value.code, refused.value.field) == ("ubl.remittance_advice.line_amount_missing", "lines.amount")


def test_what_has_no_table_is_refused(read):
    with pytest.raises(Refused) as refused:
        read(b"<Order/>")
    assert refused.value.code == "ubl.unknown_document"


@pytest.mark.parametrize(
    "head",
    [
        ORDER.encode(),
        b"\xef\xbb\xbf" + ORDER.encode(),
        ORDER.encode("utf-16"),
        b'<?xml version="1.0"?><!-- <Invoice> -->\n' + ORDER.encode(),
        ORDER.replace("<Order xmlns=", "<u:Order xmlns:u=").encode(),
    ],
)
def test_a_paper_is_recognised_by_its_root(head):
    assert TradeReader().recognises("anything.bin", head[:4_096])


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"%PDF-1.7",
        b"<Order/>",
        b"<Order>urn:oasis:names:specification:ubl:schema:xsd:Order",
        ORDER.replace("Order", "Invoice").encode(),
        b"<!-- " + ORDER.encode(),
        b"text " + ORDER.encode(),
    ],
)
def test_what_is_no_paper_of_a_trade_is_left_to_others(head):
    assert not TradeReader().recognises("order.xml", head)


def test_the_reader_is_one_by_its_protocol():
    reader: Reader = TradeReader()
    assert len(PAPERS) == 9
    assert reader is not None
