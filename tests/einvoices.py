"""E-invoices for tests: the public ones, and documents to write."""

from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path
from uuid import UUID

from attrs import frozen
from lxml import etree

from lockportal.core.money import Money
from lockportal.core.settings import Supplier
from lockportal.documents.commands import StatedDocument, stated_document
from lockportal.documents.models import (
    Adjustment,
    CustomField,
    Document,
    DocumentFacts,
    DocumentKind,
    Line,
    Reference,
    TaxShare,
)
from lockportal.documents.parties import BillTo, StatedId
from lockportal.profiles.models import Address, Customer

ROOTS = {"Invoice", "CreditNote", "CrossIndustryInvoice"}
FOLDERS = ("en16931/examples", "en16931/testfiles", "xrechnung/test", "peppol-billing3", "ubl-oasis-examples")
ISSUED = date(2026, 3, 2)
SUPPLIER = Supplier(
    name="Northfield Paper & Board Co.",
    currencies=("EUR", "USD"),
    address=("1200 Mill Road", "Duluth, MN 55802"),
    country="DE",
    email="receivables@northfield.example",
    phone="+49 30 555 0134",
    tax_id="DE 123456788",
    bank=("First Lakes Bank", "IBAN DE02 1203 0000 0000 2020 51"),
)
CUSTOMER = Customer(
    id=UUID(int=7),
    account_id=UUID(int=7),
    number="C-1001",
    name="Ünal & Söhne <GmbH>",
    tax_ids=("FR23334175221", "HRB 1234"),
    address=Address(("Weg 1", "Hof 2"), "Berlin", "10115", "", "DE"),
)

BILL_TO = BillTo(
    name=CUSTOMER.name,
    address=CUSTOMER.address,
    tax_ids=CUSTOMER.tax_ids[:1],
    ids=(StatedId(CUSTOMER.number),),
    registration=StatedId(CUSTOMER.tax_ids[1]),
)
"""The customer, as an e-invoice states it."""


@frozen
class Corpus:
    """The public e-invoices, by path within their folder."""

    folder: Path

    def files(self) -> dict[str, bytes]:
        found = (
            path for folder in FOLDERS for path in sorted((self.folder / folder).rglob("*")) if path.suffix.lower() == ".xml"
        )
        return {
            path.relative_to(self.folder).as_posix(): content
            for path in found
            if local_name(etree.fromstring(content := path.read_bytes())) in ROOTS
        }

    def one(self, path: str) -> bytes:
        return (self.folder / path).read_bytes()

    def tests(self):
        """Answer each case of the unit folders: its file and place, the invoice, and what is expected of which rule."""
        namespace = "{http://difi.no/xsd/vefa/validator/1.0}"
        for path in sorted((self.folder / "en16931" / "unit").rglob("*.xml")):
            for place, test in enumerate(etree.parse(path).getroot().findall(f"{namespace}test")):
                expected = [
                    (local_name(one), one.text.strip())
                    for one in test.find(f"{namespace}assert")
                    if local_name(one) != "description"
                ]
                root = next(one for one in test.iterchildren(etree.Element) if local_name(one) in ROOTS)
                yield path.relative_to(self.folder).as_posix(), place, root, expected


def local_name(element) -> str:
    return etree.QName(element).localname


def leaves(root) -> Counter:
    """Count what an XML states: each text and attribute with its path."""
    found = Counter()
    for element in root.iter(etree.Element):
        steps = [local_name(one) for one in (element, *element.iterancestors())]
        path = "/".join(reversed(steps[:-1]))
        text = (element.text or "").strip()
        if len(element) == 0 and text:
            found[path, text] += 1
        for name, value in element.attrib.items():
            found[f"{path}/@{etree.QName(name).localname}", value] += 1
    return found


def eur(amount) -> Money:
    return Money.of(amount, "EUR")


def facts(**changes) -> DocumentFacts:
    """Answer the facts of an invoice over 119.00 EUR."""
    stated = {
        "external_id": "invoice/RE-1",
        "kind": DocumentKind.INVOICE,
        "number": "RE-1",
        "total": eur("119.00"),
        "payable": eur("119.00"),
        "subtotal": eur("100.00"),
        "tax": eur("19.00"),
        "issued_on": ISSUED,
        "due_on": date(2026, 4, 1),
    }
    return DocumentFacts(**{**stated, **changes})


def document(stated: DocumentFacts) -> Document:
    """Answer the document that facts make."""
    return stated_document(StatedDocument(b"", stated), None, "books", CUSTOMER.id, ISSUED)


def full_facts(**changes) -> DocumentFacts:
    """Answer facts that state all that EN 16931 has a place for."""
    lines = (
        Line(
            number="1",
            product_code="A-1",
            description="Paper\nA4, white",
            unit="C62",
            quantity=Decimal(10),
            unit_price=Decimal("110.00"),
            price_per=Decimal(10),
            discount=eur("5.00"),
            tax_category="S",
            tax_rate=Decimal(19),
            amount=eur("105.00"),
            order_line="4",
        ),
        Line(
            number="2",
            description="Lesson",
            unit="HUR",
            quantity=Decimal("2.5"),
            unit_price=Decimal(20),
            tax_category="E",
            tax_rate=Decimal(0),
            amount=eur("50.00"),
        ),
    )
    stated = {
        "subtotal": eur("150.00"),
        "tax": eur("19.00"),
        "total": eur("169.00"),
        "prepaid": eur("69.00"),
        "rounding": eur("0.01"),
        "payable": eur("100.01"),
        "terms": "NET30",
        "po_number": "PO 7",
        "notes": "First\nsecond",
        "taxes": (
            TaxShare(category="S", rate=Decimal(19), base=eur("100.00"), amount=eur("19.00")),
            TaxShare(category="E", rate=Decimal(0), base=eur("50.00"), amount=eur(0), reason="Exempt: § 4 Nr. 21 UStG"),
        ),
        "adjustments": (
            Adjustment(amount=eur("-10.00"), reason="Promotion", tax_category="S", tax_rate=Decimal(19)),
            Adjustment(amount=eur("5.00"), reason="Freight", tax_category="S", tax_rate=Decimal(19)),
        ),
        "lines": lines,
        "bill_to": BILL_TO,
        "references": (
            Reference(DocumentKind.INVOICE, "RE-0"),
            Reference(DocumentKind.DESPATCH_ADVICE, "LS-1"),
            Reference(DocumentKind.PROOF_OF_DELIVERY, "WE-1"),
            Reference(DocumentKind.CONTRACT, "V-1"),
        ),
        "custom": (
            CustomField("Sales order", "SO-1"),
            CustomField("Buyer reference", "04011000-12345-34"),
            CustomField("Period from", "2026-02-01"),
            CustomField("Period to", "2026-02-28"),
            CustomField("VAT currency", "SEK"),
            CustomField("VAT in VAT currency", "209.00"),
        ),
    }
    return facts(**{**stated, **changes})
