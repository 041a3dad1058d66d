"""Papers as they go out: made anew or as they were received, as e-invoices, and several in one file."""

import io
import sys
import zipfile
from datetime import timedelta
from decimal import Decimal

import pikepdf
import pypdf
import pytest
from attrs import evolve

from books import OTTO, account_of, closing, credit_memo, customer, invoice, item_id, open_portal, paper, rows_of, store, usd
from given_contents import png
from lockportal import hookimpl
from lockportal.core.errors import GatewayError, NotFound, Refused
from lockportal.documents.bundles import unique_names, zipped
from lockportal.documents.files.media import syntax_of
from lockportal.documents.files.models import DocumentDownloaded
from lockportal.documents.imports.rows import ImportRow
from lockportal.documents.merging import merged
from lockportal.documents.models import CustomField, DocumentKind, FileFacts, FileRole, Line, Reference, document_id
from lockportal.documents.parties import BillTo
from lockportal.documents.ports import Syntax
from lockportal.documents.views import Paper
from lockportal.einvoice.hybrid import invoice_in
from lockportal.profiles.models import Address
from lockportal.testing import counting

ORDER, LADING, ADVICE = DocumentKind.PURCHASE_ORDER, DocumentKind.BILL_OF_LADING, DocumentKind.DESPATCH_ADVICE
CONTRACT, PROOF = DocumentKind.CONTRACT, DocumentKind.PROOF_OF_DELIVERY
UBL = b'<?xml version="1.0"?><Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"/>'
CII = b"<rsm:CrossIndustryInvoice xmlns:rsm='urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100'/>"
PNG = png("and a photo")


def scan(pages=1, *, tagged=False):
    """A PDF of somebody else's."""
    made, out = pikepdf.new(), io.BytesIO()
    for _ in range(pages):
        made.add_blank_page()
    if tagged:
        kid = made.make_indirect(pikepdf.Dictionary(S=pikepdf.Name.Paper, Type=pikepdf.Name.StructElem))
        roles = pikepdf.Dictionary(Paper=pikepdf.Name.Document)
        parents = pikepdf.NumberTree.new(made)
        parents[0] = kid
        kinds = {"K": kid, "RoleMap": roles, "ParentTree": parents.obj}
        made.Root.StructTreeRoot = pikepdf.Dictionary(Type=pikepdf.Name.StructTreeRoot, **kinds)
        logo = made.make_stream(b"", StructParent=0)
        for page in made.pages:
            page.obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Logo=logo))
    made.save(out)
    return out.getvalue()


def hybrid(xml, relationship="Data"):
    """A PDF with an e-invoice inside."""
    made, out = pikepdf.open(io.BytesIO(scan())), io.BytesIO()
    kind = pikepdf.Name("/" + relationship)
    made.attachments["factur-x.xml"] = pikepdf.AttachedFileSpec(made, xml, filename="factur-x.xml", relationship=kind)
    made.save(out, deterministic_id=True)
    return out.getvalue()


def key(portal, number):
    return document_id(account_of(portal), "books", number)


def original(portal, number, content, name="scan.pdf"):
    return portal.documents.attach(account_of(portal), key(portal, number), content, name, OTTO, role=FileRole.ORIGINAL)


def handed_in(portal, number, content):
    """Give a document a content that nobody looked through: the host put it into the file store."""
    kept = portal.context.files.put([content], limit=len(content))
    file = FileFacts(role=FileRole.ORIGINAL, name="host.pdf", media_type="application/pdf", size=kept.size, sha256=kept.sha256)
    facts = paper(CONTRACT, number)
    portal.documents.store([ImportRow(1, "100", "", facts, (file,))], OTTO, source="books")


def text_of(content):
    return " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages).split())


def logged(portal):
    return sorted(row.form.value for row in rows_of(portal, DocumentDownloaded))


# papers


LINES = (
    Line(number="1", product_code="B-8", description="Hex bolts", quantity=Decimal(100), unit="pcs", unit_price=Decimal(250),
         price_per=Decimal(100), amount=usd("250.00")),
)  # fmt: skip


def test_an_order_has_a_paper_with_its_prices(portal):
    facts = paper(
        ORDER, "PO/7", lines=LINES, total=usd("250.00"), terms="NET30", notes="By noon.", custom=(CustomField("Plant", "Graz"),)
    )
    store(portal, facts)
    account = account_of(portal)
    made = portal.documents.pdf(account, key(portal, "PO/7"), customer(account))
    assert made.name == "purchase_order-PO_7.pdf"
    assert portal.documents.get(account, key(portal, "PO/7"), OTTO).has_paper
    text = text_of(made.content)
    names = ("Purchase order PO/7", "Ordered by", "Harbour Ltd", "NET30", "Plant Graz", "Hex bolts", "B-8", "By noon.")
    words = (*names, "100 pcs", "250.00 / 100", "Total $250.00")
    assert [part for part in words if part not in text] == []
    assert "How to pay" not in text
    assert logged(portal) == ["pdf"]


@pytest.mark.parametrize(("kind", "title"), [(LADING, "Bill of lading"), (ADVICE, "Despatch advice")])
def test_a_delivery_has_a_paper_without_prices(portal, kind, title):
    ordered, shipped = Decimal(1000), Decimal(90)
    line = Line(number="1", description="Hex bolts", unit="pcs", quantity=shipped, ordered=ordered, received=Decimal(80))
    line = evolve(line, unit_price=Decimal(250), amount=usd("225.00"))
    other = Line(number="2", description="Nuts", quantity=Decimal(7), shipped=Decimal(6))
    refs = (Reference(ORDER, "PO-1"), Reference(DocumentKind.INVOICE, "R-1"))
    store(
        portal,
        paper(kind, "BL-1", lines=(line, other), po_number="PO-1", references=refs, custom=(CustomField("Carrier", "Quill"),)),
    )
    account = account_of(portal)
    text = text_of(portal.documents.pdf(account, key(portal, "BL-1"), customer(account)).content)
    words = (
        f"{title} BL-1",
        "Delivered to",
        "Your order no. PO-1",
        "Invoice R-1",
        "Carrier Quill",
        "1 Hex bolts 1,000 90 pcs 80",
        "2 Nuts 6",
    )
    assert [part for part in words if part not in text] == []
    assert "225" not in text
    assert text.count("PO-1") == 1


def test_a_paper_is_for_the_buyer_as_billed_whoever_the_customer_is_now(portal):
    buyer = BillTo(
        name="Harbour Holding",
        address=Address(("Quay 1", "Hall 2"), "Oslo", "0150", "", "NO"),
        tax_ids=("NO987654321MVA",),
    )
    store(portal, invoice(bill_to=buyer), credit_memo(bill_to=buyer), invoice("R-2"), name="Harbour Ltd")
    told = {n: text_of(portal.documents.pdf(account_of(portal), key(portal, n), OTTO).content) for n in ("R-1", "C-1", "R-2")}
    for number in ("R-1", "C-1"):
        assert "Harbour Holding Quay 1 Hall 2 0150 Oslo NO NO987654321MVA" in told[number]
        assert "Harbour Ltd" not in told[number]
        assert "Customer no. 100" in told[number]
    assert "Harbour Ltd" in told["R-2"]
    assert portal.documents.get(account_of(portal), key(portal, "R-1"), OTTO).document.bill_to == buyer


def test_an_overpaid_invoice_says_what_is_left_and_asks_for_nothing(portal):
    store(portal, invoice(payable=usd("-20.00"), prepaid=usd("120.00"), subtotal=usd("100.00")))
    text = text_of(portal.documents.pdf(account_of(portal), key(portal, "R-1"), OTTO).content)
    assert "Total $100.00 Prepaid -$120.00 Amount due -$20.00" in text
    assert "Open balance" not in text
    assert "How to pay" not in text


def test_what_was_received_as_one_pdf_goes_out_as_it_came(portal):
    store(portal, paper(ORDER, "PO-1"), paper(ORDER, "PO-2"), paper(ORDER, "PO-3", lines=LINES), invoice(), credit_memo())
    account, content = account_of(portal), scan()
    for number in ("PO-1", "PO-3", "R-1", "C-1"):
        original(portal, number, content, f"{number} as sent.pdf")
    original(portal, "PO-2", UBL.replace(b"Invoice", b"Order"))
    portal.documents.attach(account, key(portal, "R-1"), scan(2), "time sheet.pdf", OTTO)
    for number in ("PO-1", "PO-3", "R-1", "C-1"):
        made = portal.documents.pdf(account, key(portal, number), customer(account))
        assert (made.name, made.content) == (f"{number} as sent.pdf", content)
    assert "PO-2" in text_of(portal.documents.pdf(account, key(portal, "PO-2"), OTTO).content)
    assert logged(portal) == ["pdf"] * 4
    with opened(bundled(portal, "R-1", "C-1", "PO-2")) as archive:
        names = ["R-1 as sent.pdf", "C-1 as sent.pdf", "purchase_order-PO-2.pdf"]
        assert archive.namelist() == names
        assert [archive.read(name) == content for name in names] == [True, True, False]


def test_of_several_papers_of_an_invoice_none_is_taken_for_what_the_books_hold_now(portal):
    numbers = ("R-1", "R-2", "R-3", "R-4", "PO-1")
    store(portal, *(invoice(number) for number in numbers[:4]), paper(ORDER, "PO-1"))
    account, content = account_of(portal), scan()
    given = {
        "R-1": [(content, "first.pdf"), (scan(2), "corrected.pdf")],
        "R-2": [(UBL, "a.xml"), (content, "first.pdf"), (UBL + b" ", "corrected.xml")],
        "R-3": [(UBL, "a.xml"), (content, "its paper.pdf")],
        "R-4": [(PNG, "photo.png"), (content, "its paper.pdf")],
        "PO-1": [(content, "first.pdf"), (scan(2), "corrected.pdf")],
    }
    for number, files in given.items():
        for file in files:
            portal.context.clock.time += timedelta(seconds=1)
            original(portal, number, *file)
    names = {number: portal.documents.pdf(account, key(portal, number), OTTO).name for number in numbers}
    assert names == {
        "R-1": "invoice-R-1.pdf",
        "R-2": "invoice-R-2.pdf",
        "R-3": "its paper.pdf",
        "R-4": "its paper.pdf",
        "PO-1": "corrected.pdf",
    }


def test_a_paper_whose_content_is_gone_is_made_anew_where_it_can_be(portal):
    store(portal, invoice(), paper(CONTRACT, "K-1"))
    account, content = account_of(portal), scan()
    for number in ("R-1", "K-1"):
        original(portal, number, content)
    (kept,) = portal.context.files.walk()
    portal.context.files.drop(kept.sha256)
    assert "Invoice R-1" in text_of(portal.documents.pdf(account, key(portal, "R-1"), OTTO).content)
    with pytest.raises(NotFound) as refused:
        portal.documents.pdf(account, key(portal, "K-1"), OTTO)
    assert refused.value.code == "document.no_paper"


def test_other_documents_are_the_pdf_that_was_received_or_have_no_paper(portal):
    store(portal, paper(CONTRACT, "K-1"), paper(PROOF, "P-1"), paper(PROOF, "P-2"), paper(PROOF, "P-3"))
    account, content = account_of(portal), scan()
    original(portal, "K-1", PNG, "photo.png")
    original(portal, "K-1", content)
    original(portal, "P-1", PNG, "photo.png")
    portal.documents.attach(account, key(portal, "P-2"), content, "no original.pdf", OTTO)
    assert portal.documents.pdf(account, key(portal, "K-1"), customer(account)).content == content
    has_paper = {n: portal.documents.get(account, key(portal, n), OTTO).has_paper for n in ("K-1", "P-1", "P-2", "P-3")}
    assert has_paper == {"K-1": True, "P-1": False, "P-2": False, "P-3": False}
    for number in ("P-1", "P-2", "P-3"):
        with pytest.raises(NotFound) as refused:
            portal.documents.pdf(account, key(portal, number), OTTO)
        assert refused.value.code == "document.no_paper"


def test_an_invoices_paper_has_allowances_taxes_and_what_was_prepaid(portal):
    from lockportal.documents.models import Adjustment, TaxShare

    facts = invoice(
        total="118.00",
        payable=usd("98.01"),
        lines=LINES,
        subtotal=usd("100.00"),
        tax=usd("18.00"),
        adjustments=(Adjustment(amount=usd("-155.00"), reason="Rebate"), Adjustment(amount=usd("5.00"))),
        taxes=(
            TaxShare(category="S", rate=Decimal(20), base=usd("80.00"), amount=usd("16.00")),
            TaxShare(category="S", rate=Decimal(10), base=usd("20.00"), amount=usd("2.00")),
        ),
        prepaid=usd("20.00"),
        rounding=usd("0.01"),
    )
    store(portal, facts)
    kept = portal.documents.get(account_of(portal), key(portal, "R-1"), OTTO).document
    assert (kept.taxes, kept.adjustments, kept.prepaid, kept.rounding) == (
        facts.taxes,
        facts.adjustments,
        facts.prepaid,
        facts.rounding,
    )
    assert kept.flags == ()
    text = text_of(portal.documents.pdf(account_of(portal), key(portal, "R-1"), OTTO).content)
    sums = "Rebate -$155.00 Charge $5.00 Subtotal $100.00 Tax 20 % $16.00 Tax 10 % $2.00 Total $118.00"
    assert f"{sums} Prepaid -$20.00 Rounding $0.01" in text


# e-invoices


class Writer:
    """Writes e-invoices that tell what they were made of."""

    @hookimpl
    def lockportal_einvoices(self):
        return self

    def check(self, document, supplier, customer):
        if document.notes:
            raise Refused("einvoice.lacking", "It lacks a name.", field="name")

    def xml(self, document, supplier, customer, syntax):
        self.check(document, supplier, customer)
        return f"<{syntax}>{document.number} {supplier.name} {customer.name}</{syntax}>".encode()

    def embed(self, paper, xml):
        assert paper.startswith(b"%PDF-")
        return paper + xml

    def inside(self, paper):
        return invoice_in(paper)


@pytest.fixture
def writing(database_url, tmp_path):
    with closing(open_portal(database_url, files=f"folder:{tmp_path / 'files'}", plugins=[Writer()])) as portal:
        yield portal


def test_an_einvoice_is_written_in_each_syntax(writing):
    store(writing, invoice("R/1"), credit_memo())
    account = account_of(writing)
    ubl, cii, hybrid = (writing.documents.einvoice(account, key(writing, "R/1"), customer(account), syntax) for syntax in Syntax)
    assert (ubl.name, ubl.media_type, ubl.content) == (
        "invoice-R_1.ubl.xml",
        "application/xml",
        b"<ubl>R/1 Acme Works Harbour Ltd</ubl>",
    )
    assert (cii.name, cii.content) == ("invoice-R_1.cii.xml", b"<cii>R/1 Acme Works Harbour Ltd</cii>")
    assert (hybrid.name, hybrid.media_type) == ("invoice-R_1.pdf", "application/pdf")
    assert hybrid.content.endswith(b"<cii>R/1 Acme Works Harbour Ltd</cii>")
    assert writing.documents.einvoice(account, key(writing, "C-1"), OTTO, Syntax.UBL).name == "credit_memo-C-1.ubl.xml"
    assert logged(writing) == ["cii", "factur-x", "ubl"]


def test_a_document_says_in_which_syntaxes_it_can_be_had(writing):
    store(writing, invoice(), invoice("R-2", notes="lacking"), paper(ORDER, "PO-1"))
    account = account_of(writing)
    offered = {number: writing.documents.get(account, key(writing, number), OTTO).einvoices for number in ("R-1", "R-2", "PO-1")}
    assert offered == {"R-1": tuple(Syntax), "R-2": (), "PO-1": ()}


def test_an_einvoice_that_was_received_goes_out_as_it_came(writing):
    store(writing, invoice("R-1"))
    account = account_of(writing)
    original(writing, "R-1", UBL, "theirs.xml")
    writing.documents.attach(account, key(writing, "R-1"), UBL + b" ", "attached.xml", OTTO)
    made = writing.documents.einvoice(account, key(writing, "R-1"), OTTO, Syntax.UBL)
    assert (made.name, made.content) == ("theirs.xml", UBL)
    assert writing.documents.einvoice(account, key(writing, "R-1"), OTTO, Syntax.CII).content.startswith(b"<cii>")


def test_of_two_originals_none_is_taken_for_what_the_books_hold_now(writing):
    store(writing, invoice("R-1"))
    original(writing, "R-1", UBL, "first.xml")
    original(writing, "R-1", UBL + b" ", "corrected.xml")
    made = writing.documents.einvoice(account_of(writing), key(writing, "R-1"), OTTO, Syntax.UBL)
    assert made.content not in {UBL, UBL + b" "}


def test_a_pdf_with_an_einvoice_inside_goes_out_as_it_came_in_each_form(writing):
    store(writing, invoice("R-1"), invoice("R-2"))
    account, theirs = account_of(writing), hybrid(CII)
    original(writing, "R-1", theirs, "theirs.pdf")
    original(writing, "R-2", hybrid(UBL), "theirs.pdf")
    me = customer(account)
    taken = {syntax: writing.documents.einvoice(account, key(writing, "R-1"), me, syntax) for syntax in Syntax}
    assert taken[Syntax.FACTUR_X] == Paper("theirs.pdf", "application/pdf", theirs)
    assert taken[Syntax.CII] == Paper("invoice-R-1.cii.xml", "application/xml", CII)
    assert taken[Syntax.UBL].content == b"<ubl>R-1 Acme Works Harbour Ltd</ubl>"
    assert logged(writing) == ["cii", "factur-x", "ubl"]
    assert writing.documents.pdf(account, key(writing, "R-1"), me).content == theirs
    taken = {syntax: writing.documents.einvoice(account, key(writing, "R-2"), OTTO, syntax).content for syntax in Syntax}
    assert taken[Syntax.UBL] == UBL
    assert taken[Syntax.CII].startswith(b"<cii>R-2")
    assert taken[Syntax.FACTUR_X].endswith(b"<cii>R-2 Acme Works Harbour Ltd</cii>")


def test_an_einvoice_beside_a_plain_paper_is_the_one_and_beside_another_it_is_not(writing):
    store(writing, invoice("R-1"), invoice("R-2"), invoice("R-3"))
    account = account_of(writing)
    beside = {"R-1": scan(), "R-2": hybrid(CII), "R-3": hybrid(CII, "Supplement")}
    for number, content in beside.items():
        original(writing, number, UBL, "theirs.xml")
        original(writing, number, content, "theirs.pdf")
    documents = writing.documents
    written = {number: documents.einvoice(account, key(writing, number), OTTO, Syntax.UBL).content for number in beside}
    assert written == {"R-1": UBL, "R-2": b"<ubl>R-2 Acme Works Harbour Ltd</ubl>", "R-3": UBL}
    papers = {number: documents.pdf(account, key(writing, number), OTTO).name for number in beside}
    assert papers == {"R-1": "theirs.pdf", "R-2": "invoice-R-2.pdf", "R-3": "theirs.pdf"}


def test_what_was_received_is_offered_where_nothing_can_be_written_anew(writing):
    given = {"R-1": UBL, "R-2": hybrid(CII), "R-3": hybrid(UBL), "R-4": scan(), "R-5": PNG, "R-6": b"<a/>"}
    store(writing, *(invoice(number, notes="lacking") for number in (*given, "R-7")), paper(ORDER, "PO-1"))
    for number, content in given.items():
        original(writing, number, content)
    original(writing, "PO-1", UBL)
    original(writing, "R-7", UBL)
    original(writing, "R-7", UBL + b" ")

    def offered():
        account = account_of(writing)
        views = {number: writing.documents.get(account, key(writing, number), OTTO) for number in (*given, "R-7", "PO-1")}
        return {number: view.einvoices for number, view in views.items() if view.einvoices}

    assert offered() == {"R-1": (Syntax.UBL,), "R-2": (Syntax.CII, Syntax.FACTUR_X), "R-3": (Syntax.UBL,)}
    for number, forms in offered().items():
        for form in forms:
            assert writing.documents.einvoice(account_of(writing), key(writing, number), OTTO, Syntax(form)).content


def test_a_page_does_without_a_file_store_that_does_not_answer(writing, monkeypatch):
    store(writing, invoice(notes="lacking"))
    original(writing, "R-1", UBL)

    def fail(sha256):
        raise GatewayError("files.unavailable", "no answer")

    monkeypatch.setattr(writing.context.files, "read", fail)
    assert writing.documents.get(account_of(writing), key(writing, "R-1"), OTTO).einvoices == ()


def test_whether_a_form_is_offered_is_found_out_without_writing_or_reading_any(writing, monkeypatch):
    store(writing, invoice())
    original(writing, "R-1", UBL)
    for taken in ((Writer, "xml"), (type(writing.context.files), "read")):
        monkeypatch.delattr(*taken)
    assert writing.documents.get(account_of(writing), key(writing, "R-1"), OTTO).einvoices == tuple(Syntax)


def test_where_nothing_writes_einvoices_there_are_those_that_were_received(portal, monkeypatch):
    monkeypatch.setattr(portal.documents._downloading, "_einvoices", None)
    monkeypatch.setattr(portal.documents._downloading._originals, "_einvoices", None)
    store(portal, invoice(), invoice("R-2"))
    account = account_of(portal)
    original(portal, "R-1", UBL, "theirs.xml")
    original(portal, "R-2", hybrid(CII), "theirs.pdf")
    assert portal.documents.get(account, key(portal, "R-1"), OTTO).einvoices == (Syntax.UBL,)
    assert portal.documents.get(account, key(portal, "R-2"), OTTO).einvoices == ()
    assert portal.documents.einvoice(account, key(portal, "R-1"), OTTO, Syntax.UBL).content == UBL
    with pytest.raises(NotFound) as lacking:
        portal.documents.einvoice(account, key(portal, "R-1"), OTTO, Syntax.CII)
    assert lacking.value.code == "document.no_einvoice"


def test_what_is_no_invoice_or_lacks_something_has_no_einvoice(writing):
    store(writing, paper(ORDER, "PO-1"), invoice(notes="lacking"), invoice("H-1", visible=False))
    account = account_of(writing)
    for number, code in (("PO-1", "document.no_einvoice"), ("none", "document.not_found"), ("H-1", "document.not_found")):
        with pytest.raises(NotFound) as lacking:
            writing.documents.einvoice(account, key(writing, number), customer(account), Syntax.UBL)
        assert lacking.value.code == code
    with pytest.raises(Refused) as refused:
        writing.documents.einvoice(account, key(writing, "R-1"), customer(account), Syntax.UBL)
    assert refused.value.code == "einvoice.lacking"
    assert logged(writing) == []


@pytest.mark.parametrize(
    ("head", "syntax"),
    [
        (UBL, "ubl"),
        (b"\xef\xbb\xbf<!-- c --><ubl:CreditNote xmlns:ubl='urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2'>", "ubl"),
        (b"<rsm:CrossIndustryInvoice xmlns:rsm='urn:un:unece'>", "cii"),
        (b"<Invoice>", None),
        (b"<Order xmlns='urn:oasis:names:specification:ubl:schema:xsd:Order-2'>", None),
        (b"no XML", None),
    ],
)
def test_the_root_of_an_xml_tells_its_syntax(head, syntax):
    assert syntax_of(head) == syntax


# bundles


def bundled(portal, *numbers, by=None, form="zip"):
    account = account_of(portal)
    return portal.documents.bundle(account, [key(portal, number) for number in numbers], by or customer(account), form)


def opened(made):
    return zipfile.ZipFile(io.BytesIO(b"".join(made.chunks)))


def test_several_documents_go_out_as_a_zip_each_as_its_paper(portal):
    store(portal, invoice("R/1"), invoice("R_1"), credit_memo(), paper(CONTRACT, "K-1"), paper(PROOF, "P-1"))
    original(portal, "K-1", scan(), "R_1.pdf")
    original(portal, "P-1", PNG, "Übergabe.png")
    numbers = ("R_1", "R/1", "C-1", "K-1", "P-1", "R_1")
    account = account_of(portal)
    with counting(portal.engines) as sent:
        made = portal.documents.bundle(account, [key(portal, number) for number in numbers], OTTO)
    assert len([one for one in sent if "lockportal_claim" not in one]) == 3
    assert (made.name, made.media_type, made.size) == ("documents-2026-03-02.zip", "application/zip", None)
    with opened(made) as archive:
        assert archive.testzip() is None
        names = ["invoice-R_1.pdf", "invoice-R_1 (2).pdf", "credit_memo-C-1.pdf", "R_1.pdf", "Übergabe.png"]
        assert archive.namelist() == names
        assert "Invoice R_1" in text_of(archive.read(names[0]))
        assert "Invoice R/1" in text_of(archive.read(names[1]))
        assert archive.read("Übergabe.png") == PNG
        assert archive.infolist()[0].date_time == (2026, 3, 2, 12, 0, 0)
    assert logged(portal) == []
    b"".join(bundled(portal, *numbers).chunks)
    assert logged(portal) == ["zip"] * 5


def test_a_zip_is_made_while_it_is_read():
    taken = []

    def content(name):
        for n in range(3):
            taken.append((name, n))
            yield bytes(200_000)

    from books import NOON

    pieces = zipped(((name, content(name)) for name in ("a", "b")), NOON)
    first = next(pieces)
    assert first
    assert len(taken) < 3
    with zipfile.ZipFile(io.BytesIO(first + b"".join(pieces))) as archive:
        assert [len(archive.read(name)) for name in ("a", "b")] == [600_000, 600_000]
    with zipfile.ZipFile(io.BytesIO(b"".join(zipped([], NOON)))) as archive:
        assert archive.namelist() == []


def test_names_in_a_zip_differ_on_any_system():
    assert unique_names(["a.pdf", "A.PDF", "a.pdf", "a (2).pdf", "b", "B", ".pdf", ".pdf"]) == [
        "a.pdf", "A (2).PDF", "a (3).pdf", "a (2) (2).pdf", "b", "B (2)", ".pdf", ".pdf (2)",
    ]  # fmt: skip


def test_one_that_may_not_be_had_is_not_found_for_all(portal):
    store(portal, invoice(), invoice("H-1", visible=False), paper(CONTRACT, "K-1"), paper(CONTRACT, "K-2"))
    store(portal, invoice("theirs"), number="200")
    original(portal, "K-2", PNG, "photo.png")
    portal.profiles.change_customer(account_of(portal), by=OTTO, hidden_kinds=["contract"])
    for number, form in (("H-1", "zip"), ("K-2", "zip"), ("theirs", "pdf"), ("nothing", "pdf")):
        with pytest.raises(NotFound) as refused:
            bundled(portal, "R-1", number, form=form)
        assert refused.value.code == "document.not_found"
    with pytest.raises(NotFound) as refused:
        bundled(portal, "R-1", "K-1", by=OTTO)
    assert refused.value.code == "document.no_paper"
    (kept,) = portal.context.files.walk()
    portal.context.files.drop(kept.sha256)
    with pytest.raises(NotFound) as refused:
        bundled(portal, "R-1", "K-2", by=OTTO)
    assert refused.value.code == "document.no_paper"
    assert logged(portal) == []


@pytest.mark.parametrize(
    ("many", "form", "code"),
    [(0, "zip", "bundle.size"), (101, "zip", "bundle.size"), (101, "pdf", "bundle.size"), (1, "rar", "bundle.form_unknown")],
)
def test_a_bundle_has_its_bounds(portal, many, form, code):
    store(portal, invoice())
    with pytest.raises(Refused) as refused:
        portal.documents.bundle(account_of(portal), [item_id(n) for n in range(many)], OTTO, form)
    assert refused.value.code == code


def test_several_documents_go_out_as_one_pdf_with_bookmarks_and_still_tagged(portal):
    store(portal, invoice(lines=LINES), credit_memo(), paper(ORDER, "PO-1", lines=LINES * 60))
    made = bundled(portal, "PO-1", "R-1", "C-1", form="pdf")
    content = b"".join(made.chunks)
    assert (made.name, made.media_type, made.size) == ("documents-2026-03-02.pdf", "application/pdf", len(content))
    with pikepdf.open(io.BytesIO(content)) as pdf, pdf.open_outline() as outline:
        assert len(pdf.pages) > 3
        assert [item.title for item in outline.root] == ["PO-1", "R-1", "C-1"]
        last = len(pdf.pages) - 1
        assert [pikepdf.Page(item.destination[0]).index for item in outline.root] == [0, last - 1, last]
        assert str(pdf.open_metadata()["dc:title"]) == "Acme Works: 100"
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang) == "en"
        parents = pikepdf.NumberTree(pdf.Root.StructTreeRoot.ParentTree)
        keys = [int(page.obj.StructParents) for page in pdf.pages]
        assert len(set(keys)) == len(keys)
        for page, number in zip(pdf.pages, keys, strict=True):
            owners = {element.get("/Pg").objgen for element in parents[number] if element is not None and "/Pg" in element}
            assert owners <= {page.obj.objgen}
        assert len(pdf.Root.StructTreeRoot.K) == 3
        assert {kid.P.objgen for kid in pdf.Root.StructTreeRoot.K} == {pdf.Root.StructTreeRoot.objgen}
        assert int(pdf.Root.StructTreeRoot.ParentTreeNextKey) > max(keys)
    text = text_of(content)
    assert text.index("Purchase order PO-1") < text.index("Invoice R-1") < text.index("Credit memo C-1")
    assert logged(portal) == ["pdf"] * 3


def test_a_pdf_of_somebody_elses_is_merged_too_if_it_can_be_read(portal):
    store(portal, invoice(), paper(CONTRACT, "K-1"), paper(CONTRACT, "K-2"), paper(CONTRACT, "K-3"))
    original(portal, "K-1", scan(2))
    handed_in(portal, "K-2", b"%PDF-1.7 broken")
    original(portal, "K-3", PNG, "photo.png")
    with pikepdf.open(io.BytesIO(b"".join(bundled(portal, "R-1", "K-1", form="pdf").chunks))) as pdf:
        assert len(pdf.pages) == 3
        assert "/StructTreeRoot" not in pdf.Root
    for number, code in (("K-2", "bundle.unreadable"), ("K-3", "bundle.not_pdf")):
        with pytest.raises(Refused) as refused:
            bundled(portal, "R-1", number, form="pdf")
        assert refused.value.code == code
    assert logged(portal) == ["pdf"] * 2


def test_structures_of_any_shape_are_put_side_by_side():
    size, chunks = merged([("a", [scan(2, tagged=True)]), ("b", [scan(2, tagged=True)])], "both")
    content = b"".join(chunks)
    assert len(content) == size
    with pikepdf.open(io.BytesIO(content)) as pdf:
        assert len(pdf.Root.StructTreeRoot.K) == 2
        assert pdf.Root.StructTreeRoot.RoleMap.Paper == "/Document"
        assert [int(page.obj.Resources.XObject.Logo.StructParent) for page in pdf.pages] == [0, 0, 1, 1]
        assert sorted(key for key, _ in pikepdf.NumberTree(pdf.Root.StructTreeRoot.ParentTree).items()) == [0, 1]
        assert "/Lang" not in pdf.Root


def test_a_locked_pdf_is_refused_by_name():
    out = io.BytesIO()
    with pikepdf.new() as made:
        made.add_blank_page()
        made.save(out, encryption=pikepdf.Encryption(user="u", owner="o"))
    with pytest.raises(Refused) as refused:
        merged([("K-9", [out.getvalue()])], "locked")
    assert "K-9" in refused.value.message


def test_without_pikepdf_a_merged_pdf_is_refused_with_advice(monkeypatch):
    monkeypatch.setitem(sys.modules, "pikepdf", None)
    with pytest.raises(Refused) as refused:
        merged([], "none")
    assert refused.value.code == "pdf.not_installed"
