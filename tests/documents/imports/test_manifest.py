"""Manifests: what files are that do not say so themselves, and what is refused of what is written there."""

import pytest

from books import OTTO, invoice, rows_of, store
from given_contents import jpeg, pdf
from given_files import PDF, codes, contents, figures, file_of, invoice_file, state
from lockportal.core.errors import Refused
from lockportal.documents.imports import comparing, writing
from lockportal.documents.models import Document, File
from lockportal.ledger.models import Entry
from lockportal.profiles.models import Customer

HEAD = "file,customer_number,kind,number,issued_on,document,role,title"
BOOK = "number,customer_number,customer_name,currency,total,issued_on,due_on\nR-1,C-1,Harbour,USD,5.00,2026-01-02,2026-02-01\n"


def listing(*lines, head=HEAD):
    return "\n".join([head, *lines, ""])


@pytest.fixture
def bring(portal, folder):
    """Put a manifest and files into the folder and import it."""

    def bring(*lines, head=HEAD, skip_bad=False, mapping=None, **files):
        root = folder(**{"manifest.csv": listing(*lines, head=head), **files})
        return portal.documents.import_(root, OTTO, skip_bad=skip_bad, mapping=mapping)

    return bring


def fault(report):
    (error,) = report.errors
    assert not report.applied
    return error


def kept(portal):
    """Every file by the number of its document, with its role, name and type."""
    numbers = {row.id: row.number for row in rows_of(portal, Document)}
    return sorted((numbers[row.document_id], row.role.value, row.name, row.media_type) for row in rows_of(portal, File))


def test_a_listed_file_is_a_document_of_its_own(portal, bring):
    head = "file,customer_number,customer_name,kind,number,issued_on,total,currency,due_on,po_number,title"
    lines = (
        "bol.pdf,C-1,Harbour,bill_of_lading,B-1,2026-01-02,,,,PO-1,",
        "old\\r-9.pdf,C-1,,invoice,R-9,2026-01-02,12.00,usd,2026-02-01,,Invoice of January",
    )
    files = {"bol.pdf": PDF, "old/r-9.pdf": pdf("9")}
    assert figures(bring(*lines, head=head, **files)) == (2, 0, 0, 0)
    assert kept(portal) == [
        ("B-1", "original", "bol.pdf", "application/pdf"),
        ("R-9", "original", "Invoice of January.pdf", "application/pdf"),
    ]
    (entry,) = rows_of(portal, Entry)
    assert entry.amount_minor == 1200
    assert [row.name for row in rows_of(portal, Customer)] == ["Harbour"]
    before = state(portal)
    assert figures(bring(*lines, head=head, **files)) == (0, 0, 2, 0)
    assert state(portal) == before


@pytest.mark.parametrize(
    ("title", "name"), [("Invoice 5/2026", "Invoice 5_2026.pdf"), ("a\\b.PDF", "a_b.PDF"), ("../../x", "_.._x.pdf")]
)
def test_a_title_is_what_the_file_is_called(portal, bring, title, name):
    bring(f"a.pdf,C-1,contract,K-1,2026-01-02,,,{title}", **{"a.pdf": PDF})
    assert [row.name for row in rows_of(portal, File)] == [name]


def test_a_file_without_an_ending_has_a_title_too(portal, bring):
    bring("scan,C-1,contract,K-1,2026-01-02,,,Contract", scan=PDF)
    assert [row.name for row in rows_of(portal, File)] == ["Contract.pdf"]


def test_papers_of_several_customers_and_kinds_may_bear_the_same_number(portal, bring):
    lines = (
        "a.pdf,C-1,purchase_order,PO-1,2026-01-02,,,",
        "b.pdf,C-2,purchase_order,PO-1,2026-01-02,,,",
        "c.pdf,C-2,contract,PO-1,2026-01-02,,,",
    )
    assert figures(bring(*lines, **{name: pdf(name) for name in ("a.pdf", "b.pdf", "c.pdf")})) == (3, 0, 0, 0)


def test_a_line_may_bear_an_external_id(portal, bring):
    head = "file,customer_number,kind,number,issued_on,external_id"
    bring("a.pdf,C-1,contract,K-1,2026-01-02,X-1", head=head, **{"a.pdf": PDF})
    assert [row.external_id for row in rows_of(portal, Document)] == ["X-1"]


def test_a_listed_file_goes_with_a_document_of_the_input_or_of_the_book(portal, bring):
    store(portal, invoice("R-8"), number="C-8")
    lines = (
        "r-1.pdf,C-1,,,,R-1,original,",
        "pod.jpg,C-2,invoice,,,R-2,,Signed proof",
        "pod-8.jpg,C-8,,,,R-8,,",
    )
    files = {
        "book.csv": BOOK,
        "r-2.xml": invoice_file("R-2", "C-2"),
        "r-1.pdf": PDF,
        "pod.jpg": jpeg("1"),
        "pod-8.jpg": jpeg("8"),
    }
    report = bring(*lines, **files)
    assert (figures(report), report.attached, report.rows) == ((2, 0, 0, 0), 1, 5)
    assert "1 files added to documents that were here" in list(report.lines())
    assert kept(portal) == [
        ("R-1", "original", "r-1.pdf", "application/pdf"),
        ("R-2", "attachment", "Signed proof.jpg", "image/jpeg"),
        ("R-2", "original", "r-2.xml", "application/xml"),
        ("R-8", "attachment", "pod-8.jpg", "image/jpeg"),
    ]
    before = state(portal)
    again = bring(*lines, **files)
    assert (figures(again), again.attached) == ((0, 0, 3, 0), 0)
    assert state(portal) == before
    later = bring(*lines[:1], **{name: files[name] for name in ("book.csv", "r-1.pdf")})
    assert figures(later) == (0, 0, 1, 0)
    without = bring(**{"book.csv": BOOK})
    assert figures(without) == (0, 1, 0, 0)
    assert len(kept(portal)) == 4


def test_the_same_content_is_with_a_document_once(portal, bring):
    files = {"a.pdf": PDF, "b.pdf": PDF, "r-1.xml": invoice_file()}
    assert bring("a.pdf,C-1,,,,R-1,,", "b.pdf,C-1,,,,R-1,,", **files).applied
    assert [name for _, _, name, _ in kept(portal)] == ["a.pdf", "r-1.xml"]
    report = bring("a.pdf,C-1,,,,R-1,,", "b.pdf,C-1,,,,R-1,,", **{"a.pdf": pdf("2"), "b.pdf": pdf("2")})
    assert report.attached == 2
    assert len(kept(portal)) == 3


def test_many_files_of_a_few_customers_are_added_in_batches_of_different_accounts(portal, bring, monkeypatch):
    monkeypatch.setattr(writing, "_COMMANDS_OF_BATCH", 2)
    monkeypatch.setattr(comparing, "COMPARED", 40)
    for customer in range(3):
        store(portal, invoice(f"R-{customer}"), number=f"C-{customer}", source=f"books-{customer}")
    lines = [f"{n}.pdf,C-{n % 3},,,,R-{n % 3},," for n in range(10)]
    report = bring(*lines, **{f"{n}.pdf": pdf(n) for n in range(10)})
    assert (report.attached, len(rows_of(portal, File)), len(contents(portal))) == (10, 10, 10)


def test_a_document_that_several_may_be_meant_by_must_be_told_by_its_kind(portal, bring):
    files = {"a.xml": invoice_file("7"), "b.xml": invoice_file("7", kind="purchase_order", external_id="po/7"), "c.pdf": PDF}
    error = fault(bring("c.pdf,C-1,,,,7,,", **files))
    assert str(error) == "manifest.csv, line 2, document: customer C-1 has several documents 7 here; say of which kind"
    assert error.code == "document.ambiguous"
    assert bring("c.pdf,C-1,Purchase_Order,,,7,,", **files).applied
    assert codes(bring("d.pdf,C-1,,,,7,,", **{"d.pdf": pdf("d")})) == [("manifest.csv", "document.ambiguous")]


@pytest.mark.parametrize(("customer", "number"), [("C-1", "R-2"), ("C-2", "R-1")])
def test_a_document_that_is_not_there_cannot_be_gone_with(portal, bring, customer, number):
    bring(**{"book.csv": BOOK})
    error = fault(bring(f"a.pdf,{customer},,,,{number},,", **{"a.pdf": PDF}))
    assert (error.file, error.line, error.column, error.code) == ("manifest.csv", 2, "document", "document.not_found")
    assert contents(portal) == []


def test_a_file_of_a_document_that_is_refused_goes_with_nothing(portal, bring):
    report = bring("a.pdf,C-1,,,,R-1,,", skip_bad=True, **{"a.pdf": PDF, "r.xml": invoice_file(total="-1.00")})
    assert sorted(codes(report)) == [("manifest.csv", "document.not_found"), ("r.xml", "total.below_zero")]
    assert (report.applied, contents(portal)) == (True, [])


def test_a_manifest_may_say_whose_a_file_is_that_says_the_rest_itself(portal, bring):
    files = {"r.xml": file_of({"number": "R-1", "customer": [["tax", "DE1"]]})}
    assert figures(bring("r.xml,C-17,,,,,,", **files)) == (1, 0, 0, 0)
    assert [row.number for row in rows_of(portal, Customer)] == ["C-17"]
    error = fault(bring("scan.jpg,C-17,,,,,,", **{"scan.jpg": b"\xff\xd8\xff"}))
    assert str(error).startswith("scan.jpg, file: the manifest says only whose it is; a line in manifest.csv must say what it is")


def test_what_is_listed_and_not_there_is_refused_and_what_is_listed_twice(bring):
    report = bring(
        "gone.pdf,C-1,contract,K-1,2026-01-02,,,",
        "a.pdf,C-1,contract,K-2,2026-01-02,,,",
        "./a.pdf,C-1,contract,K-3,2026-01-02,,,",
        **{"a.pdf": PDF},
    )
    assert list(map(str, report.errors)) == [
        "manifest.csv, line 4, file: a.pdf is listed in line 3 of manifest.csv already",
        "manifest.csv, line 2, file: there is no gone.pdf in the input",
    ]
    assert codes(report) == [("manifest.csv", "file.listed_twice"), ("manifest.csv", "file.missing")]


@pytest.mark.parametrize(
    ("line", "column", "code"),
    [
        ("../a.pdf,C-1,contract,K-1,2026-01-02,,,", "file", "file.outside"),
        ("..\\a.pdf,C-1,contract,K-1,2026-01-02,,,", "file", "file.outside"),
        ("/etc/passwd,C-1,contract,K-1,2026-01-02,,,", "file", "file.outside"),
        ("C:\\a.pdf,C-1,contract,K-1,2026-01-02,,,", "file", "file.outside"),
        (",C-1,contract,K-1,2026-01-02,,,", "file", "file.outside"),
        ("a.pdf,,contract,K-1,2026-01-02,,,", "customer_number", "customer_number.missing"),
        ("a.pdf,,,,,R-1,,", "customer_number", "customer_number.missing"),
        ("a.pdf,C-1,,K-1,2026-01-02,,,", "kind", "kind.missing"),
        ("a.pdf,C-1,letter,K-1,2026-01-02,,,", "kind", "kind.unknown"),
        ("a.pdf,C-1,letter,,,R-1,,", "kind", "kind.unknown"),
        ("a.pdf,C-1,contract,K-1,2.1.2026,,,", "issued_on", "issued_on.not_a_date"),
        ("a.pdf,C-1,contract,,2026-01-02,,,", "number", "number.missing"),
        ("a.pdf,C-1,invoice,R-1,2026-01-02,,,", "due_on", "due_on.missing"),
        ("a.pdf,C-1,credit_memo,R-1,2026-01-02,,,", "total", "total.missing"),
        ("a.pdf,C-1,contract,K-1,2026-01-02,R-1,,", "document", "manifest.both"),
        ("a.pdf,C-1,,,,R-1,copy,", "role", "role.unknown"),
        ("a.pdf,C-1,,,,R-1,", "row", "row.width"),
        (f"a.pdf,{'C' * 70},contract,{'K' * 70},2026-01-02,,,", "external_id", "external_id.too_long"),
        ("a.pdf,C-1,contract,K\0,2026-01-02,,,", "number", "number.character"),
    ],
)
def test_a_line_that_cannot_be_understood_is_refused_with_its_column(bring, line, column, code):
    error = fault(bring(line, **({} if code in {"file.outside", "row.width"} else {"a.pdf": PDF})))
    assert (error.file, error.line, error.column, error.code) == ("manifest.csv", 2, column, code)


@pytest.mark.parametrize("head", ["file,customer", "customer_number", ""])
def test_a_manifest_with_columns_that_nobody_knows_refuses_the_input(bring, head):
    with pytest.raises(Refused, match=r"^manifest.columns: manifest.csv: A manifest"):
        bring(head=head, skip_bad=True)


def test_an_amount_needs_its_currency(bring):
    head = "file,customer_number,kind,number,issued_on,due_on,total"
    error = fault(bring("a.pdf,C-1,invoice,R-1,2026-01-02,2026-01-02,1.00", head=head, **{"a.pdf": PDF}))
    assert error.code == "currency.unknown"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file.empty"),
        (b"MZ", "file.type_active"),
        (b"\0\1", "file.type_refused"),
        (b"%PDF-1.7" + b" " * 20_000_000, "file.too_large"),
    ],
)
def test_a_listed_file_that_may_not_be_kept_is_refused(bring, content, code):
    assert codes(bring("a.bin,C-1,contract,K-1,2026-01-02,,,", **{"a.bin": content})) == [("a.bin", code)]


def test_a_manifest_lists_what_is_beside_it_and_below(portal, folder):
    root = folder(
        **{
            "one/manifest.csv": listing("a.pdf,C-1,contract,K-1,2026-01-02,,,"),
            "one/a.pdf": PDF,
            "two/Manifest.CSV": listing("b/a.pdf,C-1,contract,K-2,2026-01-02,,,"),
            "two/b/a.pdf": pdf("2"),
        }
    )
    assert portal.documents.import_(root, OTTO).added == 2


def test_a_name_is_found_however_its_letters_are_spelt(portal, bring):
    assert (
        bring("Lieferschein M\u00fcller.pdf,C-1,contract,K-1,2026-01-02,,,", **{"Lieferschein Mu\u0308ller.pdf": PDF}).added == 1
    )


def test_what_is_listed_is_not_read_as_what_it_looks_like(portal, bring):
    """A CSV file or an e-invoice may be an attachment, too."""
    lines = ("a.xml,C-1,,,,R-1,,", "r-1.xml,C-1,,,,,,")
    assert figures(bring(*lines, **{"a.xml": invoice_file("R-2"), "r-1.xml": invoice_file()})) == (1, 0, 0, 0)
    assert [(role, name) for _, role, name, _ in kept(portal)] == [("attachment", "a.xml"), ("original", "r-1.xml")]


def test_an_invoice_that_is_in_the_book_is_not_billed_again_by_its_paper(bring):
    bring(**{"book.csv": BOOK})
    head = "file,customer_number,kind,number,issued_on,due_on,total,currency"
    report = bring("a.pdf,C-1,invoice,R-1,2026-01-02,2026-02-01,5.00,USD", head=head, **{"a.pdf": PDF})
    assert codes(report) == [("a.pdf", "document.known_otherwise")]
