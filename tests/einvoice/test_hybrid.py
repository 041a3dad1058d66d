"""A Factur-X is made of a paper and keeps what the paper was; of a stranger's PDF it is clear which e-invoice is inside."""

from importlib import import_module
from io import BytesIO

import pikepdf
import pytest

from einvoices import CUSTOMER, ISSUED, SUPPLIER, document, full_facts
from lockportal.core.errors import Refused
from lockportal.documents import papers
from lockportal.documents.ports import Syntax
from lockportal.einvoice import InvoiceReader, InvoiceWriter
from lockportal.pdf import TypstRenderer

READER, WRITER = InvoiceReader(), InvoiceWriter()
FX = "{urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#}"


@pytest.fixture(scope="module")
def paper():
    letterhead, customer = papers.supplier_data(SUPPLIER, None, "en"), papers.customer_data(CUSTOMER)
    data = papers.document_data(document(full_facts()), letterhead, customer, "en", ISSUED)
    return TypstRenderer().render("invoice", data)


@pytest.fixture(scope="module")
def cii():
    return WRITER.xml(document(full_facts()), SUPPLIER, CUSTOMER, Syntax.FACTUR_X)


@pytest.fixture(scope="module")
def facturx(paper, cii):
    return WRITER.embed(paper, cii)


def holding(*files, relationship="/Alternative", encryption=None):
    """Answer a PDF that has files attached."""
    pdf = pikepdf.new()
    pdf.add_blank_page()
    for name, content in files:
        kind = pikepdf.Name(relationship) if relationship else None
        attached = pikepdf.AttachedFileSpec(pdf, content, filename=name, relationship=kind or pikepdf.Name.Unspecified)
        if relationship is None:
            del attached.obj["/AFRelationship"]
        pdf.attachments[f"{len(pdf.attachments)}-{name}"] = attached
    made = BytesIO()
    pdf.save(made, encryption=encryption)
    return made.getvalue()


def refusal(content):
    with pytest.raises(Refused) as refused:
        READER.read("paper.pdf", content)
    return refused.value.code


def test_a_factur_x_reads_as_the_document_that_it_was_made_of(facturx, cii):
    assert READER.recognises("paper", facturx[:4096])
    assert READER.read("paper.pdf", facturx) == READER.read("factur-x.xml", cii)


def test_a_factur_x_stays_archivable_and_accessible(paper, facturx):
    with pikepdf.open(BytesIO(facturx)) as pdf, pikepdf.open(BytesIO(paper)) as before:
        meta, was = pdf.open_metadata(), before.open_metadata()
        marks = {name: meta.get(name) for name in ("pdfaid:part", "pdfaid:conformance", "pdfuaid:part")}
        assert marks == {"pdfaid:part": "3", "pdfaid:conformance": "A", "pdfuaid:part": "1"}
        assert marks == {name: was.get(name) for name in marks}
        assert {name: meta.get(FX + name) for name in ("DocumentType", "DocumentFileName", "Version", "ConformanceLevel")} == {
            "DocumentType": "INVOICE",
            "DocumentFileName": "factur-x.xml",
            "Version": "1.0",
            "ConformanceLevel": "EN 16931",
        }
        packet = pdf.Root.Metadata.read_bytes()
        assert packet.count(b"<pdfaExtension:schemas>") == 1
        assert packet.count(b"<pdfaSchema:prefix>") == before.Root.Metadata.read_bytes().count(b"<pdfaSchema:prefix>") + 1
        assert "/Filter" not in pdf.Root.Metadata
        assert set(before.Root.keys()) - set(pdf.Root.keys()) == set()
        assert pdf.Root.StructTreeRoot.keys() == before.Root.StructTreeRoot.keys()
        assert [page.Contents.read_bytes() for page in pdf.pages] == [page.Contents.read_bytes() for page in before.pages]


def test_the_attachment_says_what_it_is(facturx, cii):
    with pikepdf.open(BytesIO(facturx)) as pdf:
        attached = pdf.attachments["factur-x.xml"]
        assert attached.get_file().read_bytes() == cii
        assert (attached.get_file().mime_type, attached.relationship) == ("text/xml", pikepdf.Name.Alternative)
        assert attached.get_file().mod_date is not None
        (associated,) = pdf.Root.AF
        assert associated.objgen == attached.obj.objgen


def test_another_program_finds_the_invoice_inside(facturx, cii):
    assert import_module("facturx").get_facturx_xml_from_pdf(facturx) == ("factur-x.xml", cii)


def test_the_same_paper_and_xml_make_the_same_bytes(paper, cii, facturx):
    assert WRITER.embed(paper, cii) == facturx


@pytest.mark.parametrize("name", ["factur-x.xml", "zugferd-invoice.xml", "xrechnung.xml", "ZUGFeRD-invoice.xml"])
@pytest.mark.parametrize("relationship", ["/Alternative", "/Data", "/Source"])
def test_an_e_invoice_is_found_by_each_of_its_names(name, relationship, cii):
    assert READER.read("a.pdf", holding((name, cii), relationship=relationship)) == READER.read("a.xml", cii)


def test_an_xrechnung_in_ubl_may_be_inside(corpus):
    content = corpus.one("xrechnung/test/business-cases/standard/01.01a-INVOICE_ubl.xml")
    assert READER.read("a.pdf", holding(("xrechnung.xml", content))) == READER.read("a.xml", content)


@pytest.mark.parametrize("files", [(), (("order-x.xml", b"<a/>"),), (("photo.png", b"x"), ("terms.xml", b"<a/>"))])
def test_a_pdf_without_an_e_invoice_is_a_paper_without_data(files):
    assert READER.read("a.pdf", holding(*files)) == []


def test_two_e_invoices_in_one_pdf_are_refused(cii):
    assert refusal(holding(("factur-x.xml", cii), ("xrechnung.xml", cii))) == "pdf.two_invoices"


@pytest.mark.parametrize("relationship", ["/Supplement", "/Unspecified", None])
def test_an_e_invoice_that_is_not_said_to_be_the_same_as_the_paper_is_refused(relationship, cii):
    assert refusal(holding(("factur-x.xml", cii), relationship=relationship)) == "pdf.relationship"


def test_an_encrypted_or_broken_pdf_is_refused(cii, facturx):
    locked = holding(("factur-x.xml", cii), encryption=pikepdf.Encryption(user="a", owner="b"))
    assert refusal(locked) == "pdf.encrypted"
    assert refusal(facturx[:-900]) == "pdf.no_end"


def test_a_broken_or_foreign_xml_inside_is_refused(cii):
    assert refusal(holding(("factur-x.xml", cii[:-40]))) == "xml.not_well_formed"
    assert refusal(holding(("factur-x.xml", b"<CrossIndustryDocument/>"))) == "einvoice.unknown"


def test_a_name_without_a_file_is_refused(facturx):
    with pikepdf.open(BytesIO(facturx)) as pdf:
        del pdf.Root.AF[0]["/EF"]
        made = BytesIO()
        pdf.save(made)
    assert refusal(made.getvalue()) == "pdf.broken"


def odd(**root):
    """Answer a PDF whose lists of files are what they should not be."""
    pdf = pikepdf.new()
    pdf.add_blank_page()
    for name, value in root.items():
        pdf.Root[f"/{name}"] = value
    made = BytesIO()
    pdf.save(made)
    return made.getvalue()


@pytest.mark.parametrize(
    "root",
    [
        {"Names": pikepdf.Array([1, 2])},
        {"Names": pikepdf.Dictionary(EmbeddedFiles=pikepdf.String("x"))},
        {"Names": pikepdf.Dictionary(EmbeddedFiles=pikepdf.Dictionary(Names=pikepdf.Array([1])))},
        {"AF": pikepdf.Dictionary()},
        {"AF": pikepdf.Array([1, pikepdf.Name.A, pikepdf.Dictionary(F=pikepdf.String("f" * 1000))])},
    ],
)
def test_a_list_of_files_that_is_none_names_no_e_invoice(root):
    assert READER.read("a.pdf", odd(**root)) == []


def test_a_specification_whose_names_disagree_is_looked_into_all_the_same():
    named = pikepdf.Dictionary(UF=1, F=pikepdf.String("factur-x.xml"), AFRelationship=pikepdf.Name.Data)
    assert refusal(odd(AF=pikepdf.Array([named]))) == "pdf.broken"


def test_only_a_cii_goes_into_an_archivable_paper_and_only_once(paper, cii, facturx):
    ubl = WRITER.xml(document(full_facts()), SUPPLIER, CUSTOMER, Syntax.UBL)
    for made_of, code in (
        ((paper, ubl), "einvoice.not_cii"),
        ((holding(), cii), "pdf.not_archivable"),
        ((facturx, cii), "pdf.two_invoices"),
        ((paper, cii.replace(b"urn:cen.eu:en16931:2017<", b"urn:else<")), "einvoice.profile"),
    ):
        with pytest.raises(Refused) as refused:
            WRITER.embed(*made_of)
        assert refused.value.code == code
