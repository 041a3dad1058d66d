"""E-invoices in the book: what each adds to it, and in which forms it goes out again."""

from collections import Counter
from contextlib import contextmanager
from importlib import import_module
from io import BytesIO
from zipfile import ZipFile

import pypdf
import pytest
from attrs import evolve, frozen

from books import OTTO, closing, open_portal, rows_of
from einvoices import CUSTOMER, SUPPLIER, document, eur, full_facts
from lockportal.core.errors import LockportalError, Refused
from lockportal.documents.imports.mapping import CsvMapping, FilesMapping
from lockportal.documents.models import Document, DocumentKind, File
from lockportal.documents.ports import Syntax
from lockportal.einvoice import InvoiceReader, InvoiceWriter, check, parse
from lockportal.ledger.models import Entry

WRITER = InvoiceWriter()
WHOSE = ("buyer", "tax", "endpoint", "registration", "name")
ANYBODYS = CsvMapping(files=FilesMapping(customer=WHOSE, other_sellers=True))
INVOICES = 105
"""How many of the public files are e-invoices."""
OTHERS = {(): 18, ("file.unlisted",): 168, ("mapping.field_missing",): 14, ("import.encoding",): 1}
"""What becomes of the others: orders and the like are filed; tests of rules, and texts that are no table, are refused."""
NOT_REWRITTEN = {
    "ubl-oasis-examples/creditnote/UBL-CreditNote-2.1-Example.xml": "einvoice.br-cl-17",
    "ubl-oasis-examples/invoice/UBL-Invoice-2.1-Example.xml": "einvoice.br-cl-17",
}
"""Valid UBL, but no invoices by EN 16931: their VAT category `AA` is none that it knows."""


@frozen
class Book:
    """A portal on an empty book, and the folder that its files are put into."""

    portal: object
    folder: object

    def bring(self, content, name="invoice.xml", mapping=ANYBODYS):
        path = self.folder / name
        path.write_bytes(content)
        return self.portal.documents.import_(path, OTTO, mapping=mapping)

    def document(self):
        (row,) = rows_of(self.portal, Document)
        return row

    def form(self, syntax):
        row = self.document()
        return self.portal.documents.einvoice(row.account_id, row.id, OTTO, syntax)

    def paper(self):
        row = self.document()
        return self.portal.documents.pdf(row.account_id, row.id, OTTO)

    def owed(self):
        """What the ledger says is owed, by currency, in minor units."""
        return {told.currency: told.balance.minor for told in self.portal.ledger.aging(OTTO)}


@contextmanager
def empty_book(folder, supplier=SUPPLIER):
    with closing(open_portal("sqlite://", supplier=supplier, files=f"folder:{folder / 'kept'}")) as portal:
        yield Book(portal, folder)


@pytest.fixture
def book(tmp_path):
    with empty_book(tmp_path) as made:
        yield made


def own_syntax(content):
    return Syntax.CII if b"CrossIndustryInvoice" in content else Syntax.UBL


def other_syntax(content):
    return Syntax.UBL if own_syntax(content) is Syntax.CII else Syntax.CII


def stated(content):
    """What an e-invoice states that has to come through."""
    invoice = parse(content)
    return invoice.number, invoice.currency, invoice.total_without_tax, invoice.total, invoice.payable


def text_of(paper):
    return " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(BytesIO(paper.content)).pages).split())


@frozen
class Outcome:
    """What became of one public file in an empty book: what is owed, or why nothing is; and the forms that it was had in."""

    owed: dict
    codes: tuple
    forms: dict


@pytest.fixture(scope="module")
def outcomes(corpus, tmp_path_factory):
    """Import each public file alone, and take it out in each form."""
    found = {}
    for path in corpus.files():
        with empty_book(tmp_path_factory.mktemp("book")) as book:
            codes, forms = taken(book.portal, corpus.folder / path), {}
            for syntax in () if codes else Syntax:
                try:
                    forms[syntax] = book.form(syntax).content
                except LockportalError as error:
                    forms[syntax] = error.code
            found[path] = Outcome(book.owed(), codes, forms)
            assert book.portal.verify(OTTO) == (), path
    return found


def taken(portal, path):
    """Import one file and answer the codes of what is refused."""
    try:
        return tuple(error.code for error in portal.documents.import_(path, OTTO, mapping=ANYBODYS).errors)
    except Refused as refused:
        return (refused.code,)


@pytest.mark.slow
def test_each_public_invoice_adds_what_is_due_of_it_to_an_empty_book(corpus, outcomes):
    invoices = corpus.files()
    for path, content in invoices.items():
        invoice = parse(content)
        credited = invoice.credits or b"<CreditNote" in content
        due = {invoice.currency: int(invoice.payable.scaleb(2)) * (-1 if credited else 1)}
        assert (outcomes[path].codes, outcomes[path].owed) == ((), {code: minor for code, minor in due.items() if minor}), path
    assert len(invoices) == INVOICES


def test_any_other_public_file_adds_nothing_to_what_is_owed_or_is_refused_by_a_rule(corpus, book):
    invoices = {corpus.folder / path for path in corpus.files()}
    others = [path for path in sorted(corpus.folder.rglob("*")) if path.is_file() and path not in invoices]
    codes = Counter(taken(book.portal, path) for path in others)
    assert book.owed() == {}
    assert codes == OTHERS


def test_each_public_invoice_goes_out_as_it_came_and_in_every_other_form(corpus, outcomes):
    invoices, lacking = corpus.files(), {}
    for path, content in invoices.items():
        forms = outcomes[path].forms
        assert forms[own_syntax(content)] == content, path
        others = {syntax: form for syntax, form in forms.items() if syntax is not own_syntax(content)}
        if path in NOT_REWRITTEN:
            lacking[path] = set(others.values())
            continue
        assert [stated(others[other_syntax(content)])[0], len(others)] == [stated(content)[0], 2], path
        (reading,) = InvoiceReader().read("paper", others[Syntax.FACTUR_X])
        (before,) = InvoiceReader().read("paper", content)
        for name in ("kind", "number", "issued_on", "total", "payable", "subtotal", "tax", "prepaid", "rounding"):
            assert getattr(reading.facts, name) == getattr(before.facts, name), (path, name)
        ids = before.facts.bill_to.ids or reading.facts.bill_to.ids  # the customer's number, where no id of theirs is stated
        assert reading.facts.bill_to == evolve(before.facts.bill_to, ids=ids), path
    assert lacking == {path: {code} for path, code in NOT_REWRITTEN.items()}
    assert len(invoices) - len(lacking) == INVOICES - 2


@pytest.mark.slow
def test_what_is_written_of_public_invoices_is_clean_by_the_official_rules(corpus, outcomes):
    pytest.importorskip("saxonche")
    invoices = corpus.files()
    objected = {
        path: check(outcomes[path].forms[other_syntax(content)])
        for path, content in invoices.items()
        if path not in NOT_REWRITTEN
    }
    assert {path: faults for path, faults in objected.items() if faults} == {}


PAIRS = [
    (
        "en16931/testfiles/BIS_Billing_30-Kreditering_med_kreditnota.xml",
        "en16931/testfiles/BIS_Billing_30-Kreditering_med_negativ_faktura.xml",
    ),
    ("peppol-billing3/examples/base-creditnote-correction.xml", "peppol-billing3/examples/base-negative-inv-correction.xml"),
]


def posted(book):
    return [
        (row.kind, row.amount_minor, row.amount_currency, row.item_balance, row.effective_on, row.issued_on, row.due_on)
        for row in rows_of(book.portal, Entry)
    ]


@pytest.mark.parametrize(("credit_note", "negative_invoice"), PAIRS)
def test_a_credit_note_and_a_negative_invoice_are_posted_alike(corpus, tmp_path, credit_note, negative_invoice):
    entries = []
    for place, path in enumerate((credit_note, negative_invoice)):
        (tmp_path / str(place)).mkdir()
        with empty_book(tmp_path / str(place)) as book:
            assert book.bring(corpus.one(path)).added == 1
            entries.append(posted(book))
    assert entries[0] == entries[1]
    ((kind, minor, *_, due_on),) = entries[0]
    assert (kind, minor < 0, due_on) == ("credit_memo", True, None)


def xml_of(stated, syntax):
    return WRITER.xml(document(stated), SUPPLIER, CUSTOMER, syntax)


CORRECTED = full_facts(payable=eur("90.01"), prepaid=eur("79.00"), notes="Corrected")


@pytest.mark.parametrize("syntax", Syntax)
def test_what_is_corrected_and_imported_again_goes_out_anew_in_every_form(book, tmp_path, syntax):
    for place, facts in enumerate((full_facts(), CORRECTED)):
        content = xml_of(facts, syntax)
        if syntax is Syntax.FACTUR_X:
            content = WRITER.embed(made_paper(tmp_path / str(place), facts), content)
        assert book.bring(content).applied
    assert len(rows_of(book.portal, File)) == 2
    for form in (Syntax.UBL, Syntax.CII, Syntax.FACTUR_X):
        (reading,) = InvoiceReader().read("paper", book.form(form).content)
        assert (reading.facts.payable, reading.facts.prepaid, reading.facts.notes) == (
            CORRECTED.payable,
            CORRECTED.prepaid,
            "Corrected",
        )
    assert "€90.01" in text_of(book.paper())
    assert book.owed() == {"EUR": 9001}


def made_paper(folder, facts):
    """Answer the paper that is made of facts."""
    folder.mkdir()
    with empty_book(folder) as book:
        book.bring(xml_of(facts, Syntax.UBL))
        return book.paper().content


def test_a_ubl_that_went_out_as_factur_x_reads_the_same_here_and_elsewhere(book, corpus):
    content = corpus.one("peppol-billing3/examples/base-example.xml")
    assert book.bring(content).added == 1
    hybrid = book.form(Syntax.FACTUR_X).content
    (reading,) = InvoiceReader().read("paper", hybrid)
    (before,) = InvoiceReader().read("paper", content)
    names = ("total", "subtotal", "tax", "taxes", "prepaid", "payable", "rounding")
    assert {name: getattr(reading.facts, name) for name in names} == {name: getattr(before.facts, name) for name in names}
    facturx = import_module("facturx")
    _, inside = facturx.get_facturx_xml_from_pdf(hybrid)
    theirs = facturx.parse_ubl_cii_xml(inside, level="en16931")
    sums = {"BT-109": before.facts.subtotal, "BT-112": before.facts.total, "BT-115": before.facts.payable}
    assert {term: theirs[term] for term in sums} == {term: format(amount.decimal, "f") for term, amount in sums.items()}


def test_a_pdf_that_another_program_put_an_invoice_into_is_imported_and_goes_out_as_it_came(book, tmp_path):
    facturx, facts = import_module("facturx"), full_facts()
    xml = xml_of(facts, Syntax.CII)
    hybrid = facturx.generate_from_binary(made_paper(tmp_path / "paper", facts), xml, flavor="factur-x", level="en16931")
    assert book.bring(hybrid, "theirs.pdf", mapping=None).added == 1
    assert book.owed() == {"EUR": 10001}
    assert (book.paper().name, book.paper().content) == ("theirs.pdf", hybrid)
    assert (book.form(Syntax.FACTUR_X).name, book.form(Syntax.FACTUR_X).content) == ("theirs.pdf", hybrid)
    assert (book.form(Syntax.CII).name, book.form(Syntax.CII).content) == ("invoice-RE-1.cii.xml", xml)
    assert stated(book.form(Syntax.UBL).content) == stated(xml)


def test_the_suppliers_own_pdf_that_a_manifest_lists_is_the_paper_and_the_xml_stays_the_e_invoice(book, tmp_path):
    xml, own = xml_of(full_facts(), Syntax.UBL), made_paper(tmp_path / "paper", full_facts(notes="On our own paper"))
    post = tmp_path / "post"
    post.mkdir()
    (post / "r.xml").write_bytes(xml)
    (post / "r.pdf").write_bytes(own)
    (post / "manifest.csv").write_text("file,customer_number,document,role\nr.pdf,C-1001,RE-1,original\n")
    assert book.portal.documents.import_(post, OTTO).applied
    assert (book.paper().name, book.paper().content) == ("r.pdf", own)
    row = book.document()
    bundle = book.portal.documents.bundle(row.account_id, [row.id], OTTO)
    with ZipFile(BytesIO(b"".join(bundle.chunks))) as archive:
        assert archive.read("r.pdf") == own
    assert book.form(Syntax.UBL).content == xml
    assert stated(book.form(Syntax.CII).content) == stated(xml)


# the seller


@pytest.mark.parametrize("tax_id", ["", "NO 999999999 MVA", "no999999999mva"])
def test_an_invoice_of_the_supplier_is_taken_however_its_tax_id_is_spelt(corpus, tmp_path, tax_id):
    content = corpus.one("peppol-billing3/examples/base-example.xml").replace(b"GB1232434", b"NO999999999MVA")
    with empty_book(tmp_path, evolve(SUPPLIER, tax_id=tax_id)) as book:
        assert book.bring(content, mapping=CsvMapping(files=FilesMapping(customer=WHOSE))).added == 1


def test_an_invoice_of_somebody_else_is_refused_unless_the_mapping_takes_it(book, corpus):
    content = corpus.one("peppol-billing3/examples/base-example.xml")
    report = book.bring(content, mapping=CsvMapping(files=FilesMapping(customer=WHOSE)))
    (error,) = report.errors
    assert (error.code, error.column) == ("seller.other", "BT-31")
    for part in ("GB1232434", SUPPLIER.tax_id, "[files] other_sellers = true"):
        assert part in error.reason
    assert rows_of(book.portal, Document) == []
    assert book.bring(content, mapping=ANYBODYS).added == 1


@pytest.mark.parametrize(
    ("place", "named"),
    [
        ("xrechnung/test/business-cases/standard/01.01a-INVOICE_ubl.xml", [("tax", "DE 123456789")]),
        (
            "xrechnung/test/business-cases/standard/01.10a-INVOICE_uncefact.xml",
            [("tax", "DE123456789"), ("tax_registration", "123/456/789")],
        ),
        ("peppol-billing3/examples/vat-category-O.xml", []),
    ],
)
def test_a_reading_has_every_tax_id_of_the_seller(corpus, place, named):
    (reading,) = InvoiceReader().read("paper", corpus.one(place))
    assert [(one.scheme, one.value) for one in reading.seller] == named


# more paid than billed


def test_an_overpaid_invoice_is_the_customers_credit_until_it_is_corrected(book):
    overpaid = full_facts(prepaid=eur("200.00"), payable=eur("-30.99"))
    for syntax in (Syntax.UBL, Syntax.CII):
        assert book.bring(xml_of(overpaid, syntax)).applied
    row = book.document()
    assert (row.kind, row.due_on, row.balance_minor) == (DocumentKind.INVOICE, None, -3099)
    (told,) = book.portal.ledger.aging(OTTO)
    assert (told.balance.minor, told.unapplied.minor, told.credits, told.open_items.minor) == (-3099, 3099, 1, 0)
    paper = text_of(book.paper())
    assert "Prepaid -€200.00" in paper
    assert "Amount due -€30.99" in paper
    assert stated(book.form(Syntax.CII).content) == stated(xml_of(overpaid, Syntax.CII))
    assert book.bring(xml_of(full_facts(), Syntax.UBL)).changed == 1
    (told,) = book.portal.ledger.aging(OTTO)
    assert (told.balance.minor, told.unapplied.minor, told.open_items.minor) == (10001, 0, 10001)
    assert book.portal.verify(OTTO) == ()
