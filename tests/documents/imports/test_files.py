"""Files that state documents: read by whoever recognises them, kept with what they state, refused whole or one by one."""

import hashlib
import io
import shutil
import threading
import tracemalloc

import pikepdf
import pytest
from attrs import evolve

from books import ACME, OTTO, closing, day, invoice, open_portal, rows_of, store
from given_contents import pdf
from given_files import PDF, Readers, codes, contents, enclosed, figures, file_of, invoice_file, put, state
from lockportal.core.errors import Refused
from lockportal.core.terms import Terms
from lockportal.documents.imports import writing
from lockportal.documents.imports.mapping import CsvMapping, FilesMapping
from lockportal.documents.imports.report import ImportReport, RowChange
from lockportal.documents.imports.rows import ImportRow
from lockportal.documents.models import Document, DocumentsSettings, File, FileFacts, FileRole, document_id
from lockportal.documents.ports import PartyId, Reading
from lockportal.ledger.models import Entry
from lockportal.plugins import hookimpl
from lockportal.profiles.models import Customer
from lockportal.testing import counting

HEAD = "number,customer_number,customer_name,currency,total,issued_on,due_on"
CSV = f"{HEAD}\nB-1,C-1,Harbour,USD,5.00,2026-01-02,2026-02-01\nB-2,C-9,Quay,USD,5.00,2026-01-02,2026-02-01\n"
BAD = file_of(breaks="the number is lacking")
WHOLE = CsvMapping(files=FilesMapping(whole=True))


def sha(content):
    return hashlib.sha256(content).digest()


def kept(portal):
    return sorted((row.role.value, row.name, row.media_type) for row in rows_of(portal, File))


def one(portal, **wanted):
    (found,) = [row for row in rows_of(portal, Document) if all(getattr(row, name) == value for name, value in wanted.items())]
    return found


@pytest.fixture
def bring(portal, folder):
    """Fill the folder and import it."""

    def bring(mapping=None, *, skip_bad=False, **files):
        return portal.documents.import_(folder(**files), OTTO, mapping=mapping, skip_bad=skip_bad)

    return bring


def test_an_e_invoice_is_stored_with_its_original_and_what_was_enclosed(portal, folder):
    text = invoice_file(files=[enclosed("../time sheet.pdf", PDF, "application/pdf")])
    report = portal.documents.import_(folder(**{"r-1.xml": text}) / "r-1.xml", OTTO)
    assert (report.applied, report.source, report.rows, report.added, report.customers_added) == (True, "files", 1, 1, 1)
    assert kept(portal) == [("attachment", "time sheet.pdf", "application/pdf"), ("original", "r-1.xml", "application/xml")]
    assert contents(portal) == sorted([sha(text), sha(PDF)])
    assert b"".join(portal.context.files.read(sha(text))) == text
    (customer,) = rows_of(portal, Customer)
    assert (customer.number, customer.name) == ("C-1", "Harbour")
    assert portal.documents.verify(OTTO) == portal.ledger.verify(OTTO) == ()


def test_the_same_folder_again_writes_nothing_and_the_same_as_a_zip_is_the_same(portal, folder, zipped):
    files = {"book.csv": CSV, "a/r-1.xml": invoice_file("R-1"), "r-2.xml": invoice_file("R-2", "C-2"), ".DS_Store": "x"}
    report = portal.documents.import_(folder(**files), OTTO)
    assert (report.source, report.rows, figures(report), report.customers_added) == ("csv, files", 4, (4, 0, 0, 0), 3)
    assert (report.vanished, report.passed_over) == (0, (".DS_Store",))
    before = state(portal), contents(portal)
    with counting(portal.engines) as sent:
        again = portal.documents.import_(folder(**files), OTTO)
    assert figures(again) == (0, 0, 4, 0)
    assert [statement for statement in sent if not statement.startswith("SELECT")] == []
    packed = portal.documents.import_(zipped(**files, **{"__MACOSX/._r-1.xml": "x"}), OTTO)
    assert (figures(packed), packed.passed_over) == ((0, 0, 4, 0), (".DS_Store", "__MACOSX/._r-1.xml"))
    assert (state(portal), contents(portal)) == before
    assert "2 files passed over: .DS_Store, __MACOSX/._r-1.xml" in list(packed.lines())


def test_one_bad_file_refuses_the_whole_input_and_nothing_is_put_into_the_file_store(portal, bring):
    files = {"book.csv": CSV, "r-1.xml": invoice_file(), "r-7.xml": BAD}
    before = state(portal)
    report = bring(**files)
    assert (report.applied, codes(report)) == (False, [("r-7.xml", "fake.br-03")])
    assert "  r-7.xml, BT-2: the number is lacking (fake.br-03)" in list(report.lines())
    assert (state(portal), contents(portal)) == (before, [])
    skipped = bring(skip_bad=True, **files)
    assert (skipped.applied, figures(skipped)) == (True, (3, 0, 0, 1))
    assert contents(portal) == [sha(invoice_file())]


def test_a_bad_row_among_files_is_named_with_its_file(bring):
    report = bring(**{"book.csv": CSV.replace("5.00", "x", 1), "r-1.xml": invoice_file()})
    (error,) = report.errors
    assert str(error) == "book.csv, line 2, total: not an amount: 'x'"


@pytest.mark.parametrize(
    ("text", "code"), [("", "import.empty"), ("a,b\n1,2\n", "mapping.field_missing"), (b"\xff\xfe", "import.encoding")]
)
def test_a_csv_file_that_cannot_be_read_refuses_the_folder_by_its_name(bring, text, code):
    with pytest.raises(Refused, match=r"book\.csv") as fault:
        bring(skip_bad=True, **{"book.csv": text, "r-1.xml": invoice_file()})
    assert fault.value.code == code


def plain_pdf():
    made = io.BytesIO()
    paper = pikepdf.new()
    paper.add_blank_page()
    paper.save(made)
    return made.getvalue()


@pytest.mark.parametrize(
    "content",
    [plain_pdf(), b"\x89PNG\r\n\x1a\n", b'<?xml version="1.0"?><who><knows/></who>', file_of()],
    ids=["pdf", "png", "xml", "empty"],
)
def test_a_file_that_nobody_knows_is_refused_by_name(portal, folder, bring, content):
    for report in (
        bring(**{"scan.pdf": content, "book.csv": CSV}),
        portal.documents.import_(folder(**{"scan.pdf": content}) / "scan.pdf", OTTO),
    ):
        assert codes(report) == [("scan.pdf", "file.unlisted")]
        assert str(report.errors[0]).startswith("scan.pdf, file: no reader knows it, and a line in manifest.csv must say")
        assert not report.applied
    assert contents(portal) == []


@pytest.mark.parametrize("head", ["<b>,", "<html>,", ""])
def test_a_single_file_that_is_nothing_else_is_read_as_csv(portal, folder, head):
    cells = "x," if head else ""
    text = f"{head}{HEAD}\n{cells}R-1,C-1,Harbour,USD,1.00,2026-01-02,2026-01-02\n"
    assert portal.documents.import_(folder(**{"book.txt": text}) / "book.txt", OTTO).added == 1


# who the customer is

IDS = [["buyer", " "], ["tax", "DE1"], ["name", "Harbour Ltd"]]


@pytest.mark.parametrize(
    ("wanted", "named", "number"),
    [
        (("buyer", "tax"), {}, "DE1"),
        (("name", "tax"), {}, "Harbour Ltd"),
        (("buyer",), {"tax:DE1": "C-17"}, "C-17"),
        (("tax",), {"name:Harbour Ltd": "C-18", "tax:other": "C-19"}, "C-18"),
    ],
)
def test_the_mapping_says_what_names_the_customer(portal, bring, wanted, named, number):
    bring(
        CsvMapping(files=FilesMapping(customer=wanted), customers=named), **{"r.xml": file_of({"number": "1", "customer": IDS})}
    )
    assert [row.number for row in rows_of(portal, Customer)] == [number]


def test_a_file_whose_customer_cannot_be_told_is_refused_and_says_how_to_tell_it(bring):
    report = bring(**{"a.xml": file_of({"number": "1", "customer": IDS}), "b.xml": file_of({"number": "2", "customer": []})})
    assert codes(report) == [("a.xml", "customer.unknown"), ("b.xml", "customer.unknown")]
    assert [error.external_id for error in report.errors] == ["1", "2"]
    first, second = map(str, report.errors)
    assert "It bears buyer: , tax:DE1, name:Harbour Ltd, and buyer is asked for." in first
    assert '[files] customer = ["buyer"], or the customer in [customers] "buyer: "' in first
    assert "it does not say who the customer is (buyer is asked for); write customer_number" in second


def test_files_are_known_by_a_source_of_their_own(portal, bring):
    bring(CsvMapping(files=FilesMapping(source="post")), **{"r.xml": invoice_file()})
    assert one(portal).source == "post"


# who the seller is


@pytest.mark.parametrize(
    ("tax_id", "seller", "mapping", "taken"),
    [
        ("DE 123 456 789", ["de123456789"], None, True),
        ("DE123456789", ["12/345", "DE-123.456.789"], None, True),
        ("DE123456789", [], None, True),
        ("", ["DE1"], None, True),
        ("DE123456789", ["DE1"], CsvMapping(files=FilesMapping(other_sellers=True)), True),
        ("DE123456789", ["DE1", "12/345"], None, False),
    ],
)
def test_what_somebody_else_sold_is_no_receivable(database_url, shelf, folder, tax_id, seller, mapping, taken):
    with closing(open_portal(database_url, supplier=evolve(ACME, tax_id=tax_id), files=shelf, plugins=(Readers(),))) as portal:
        files = {"r.xml": invoice_file(seller=seller), "s.xml": invoice_file("S-1")}
        report = portal.documents.import_(folder(**files), OTTO, mapping=mapping, skip_bad=True)
        assert report.added == (2 if taken else 1)
    if not taken:
        (error,) = report.errors
        assert str(error) == (
            "r.xml, BT-31: its seller has the tax id DE1 and 12/345, and the supplier has DE123456789; "
            "to take invoices of other sellers write [files] other_sellers = true (seller.other)"
        )


def test_a_manifest_does_not_make_a_strangers_invoice_a_receivable(database_url, shelf, folder):
    with closing(open_portal(database_url, supplier=evolve(ACME, tax_id="DE1"), files=shelf, plugins=(Readers(),))) as portal:
        files = {"r.xml": invoice_file(seller=["DE2"]), "manifest.csv": "file,customer_number\nr.xml,C-1\n"}
        assert codes(portal.documents.import_(folder(**files), OTTO)) == [("r.xml", "seller.other")]


# what files state


@pytest.mark.parametrize(
    ("said", "due"),
    [
        ({"due_on": day(3)}, day(3)),
        ({"terms": "NET30"}, day(30)),
        ({"terms": "as we said on the phone"}, day(10)),
        ({}, day(10)),
    ],
)
def test_a_file_without_a_due_date_is_due_by_its_terms_if_they_are_a_code_else_by_the_default_ones(
    database_url, shelf, folder, said, due
):
    settings = DocumentsSettings(
        terms={"NET10": Terms("NET10", net_days=10), "NET30": Terms("NET30", net_days=30)}, default_terms="NET10"
    )
    with closing(
        open_portal(
            database_url, settings=(settings,), files=shelf, plugins=(Says(invoice("R-1", issued=0, **{"due": None, **said})),)
        )
    ) as portal:
        assert portal.documents.import_(folder(**{"r.xml": "<?xml version='1.0'?><said/>"}), OTTO).added == 1
        assert one(portal).due_on == due


class Says:
    """A plugin whose reader answers what a test wants, whatever the file."""

    def __init__(self, facts):
        self.readings = [Reading(facts=facts, customer=(PartyId("buyer", "C-1"),))]

    @hookimpl
    def lockportal_document_readers(self):
        return [self]

    def recognises(self, name, head):
        return True

    def read(self, name, content):
        return self.readings


def test_without_terms_a_file_is_due_when_it_was_issued_and_a_credit_memo_never(portal, bring):
    bring(**{"a.xml": invoice_file("R-1"), "b.xml": invoice_file("C-1", kind="credit_memo")})
    assert {row.number: row.due_on for row in rows_of(portal, Document)} == {
        "R-1": one(portal, number="R-1").issued_on,
        "C-1": None,
    }


def test_terms_that_lead_out_of_the_calendar_are_refused(database_url, shelf, folder):
    settings = DocumentsSettings(terms={"NEVER": Terms("NEVER", months=120, net_days=3660)}, default_terms="NEVER")
    with closing(open_portal(database_url, settings=(settings,), files=shelf, plugins=(Readers(),))) as portal:
        assert codes(portal.documents.import_(folder(**{"r.xml": invoice_file(issued="9995-01-01")}), OTTO)) == [
            ("r.xml", "due_on.out_of_range")
        ]


def test_a_stranger_s_reader_is_asked_first_and_what_it_answers_is_checked(database_url, shelf, folder):
    facts = evolve(invoice("R-1"), notes="a\0b")
    with closing(open_portal(database_url, files=shelf, plugins=(Readers(), Says(facts)))) as portal:
        report = portal.documents.import_(folder(**{"r.xml": invoice_file("elsewhere")}), OTTO)
    (error,) = report.errors
    assert (error.file, error.external_id, error.column) == ("r.xml", "R-1", "notes")


def test_a_reader_that_stumbles_over_the_beginning_of_a_file_refuses_that_file(database_url, shelf, folder, monkeypatch):
    plugin = Says(invoice("R-1"))
    monkeypatch.setattr(plugin, "recognises", lambda name, head: 1 / 0)
    with closing(open_portal(database_url, files=shelf, plugins=(plugin,))) as portal:
        report = portal.documents.import_(folder(**{"r.xml": "<x/>"}), OTTO)
    assert str(report.errors[0]) == "r.xml, file: its reader failed: ZeroDivisionError: division by zero (reader.failed)"


def test_several_documents_of_one_file_have_it_as_their_original(portal, bring):
    stated = [{"number": f"R-{n}", "customer": [["buyer", f"C-{n}"]]} for n in range(3)]
    assert figures(bring(**{"all.xml": file_of(*stated)})) == (3, 0, 0, 0)
    assert kept(portal) == [("original", "all.xml", "application/xml")] * 3
    assert len(contents(portal)) == 1


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (file_of(fails="oh"), "reader.failed"),
        (invoice_file(number=" "), "number.missing"),
        (invoice_file(total="-1.00"), "total.below_zero"),
        (invoice_file(name="x" * 256), "customer_name.too_long"),
        (b"<fake>" + b" " * 5000, "file.too_large"),
    ],
)
def test_a_file_that_cannot_be_taken_is_named_with_the_rule(database_url, shelf, folder, content, code):
    settings = DocumentsSettings(file_limit=5000)
    with closing(open_portal(database_url, settings=(settings,), files=shelf, plugins=(Readers(),))) as portal:
        report = portal.documents.import_(folder(**{"r.xml": content, "s.xml": invoice_file("S-1")}), OTTO, skip_bad=True)
        assert codes(report) == [("r.xml", code)]
        assert report.added == 1


def test_a_file_of_a_type_that_is_not_taken_is_refused(database_url, shelf, folder):
    settings = DocumentsSettings(file_types=frozenset({"application/pdf"}))
    with closing(open_portal(database_url, settings=(settings,), files=shelf, plugins=(Readers(),))) as portal:
        assert codes(portal.documents.import_(folder(**{"r.xml": invoice_file()}), OTTO)) == [("r.xml", "file.type_refused")]


def test_what_is_enclosed_and_may_not_be_kept_is_left_out_and_told(portal, bring, monkeypatch):
    given = [
        enclosed("run.exe", b"MZ", "application/x-msdownload"),
        enclosed("empty.pdf", b"", "application/pdf"),
        enclosed("sheet.xlsx", b"PK\3\4", "application/vnd.ms-excel"),
        enclosed("scan.pdf", PDF),
        enclosed("again.pdf", PDF),
    ]
    report = bring(**{"r.xml": invoice_file(files=given)})
    assert [(left.file, left.code) for left in report.left_out] == [
        ("r.xml", "file.type_active"),
        ("r.xml", "file.empty"),
        ("r.xml", "file.type_refused"),
    ]
    assert (report.applied, report.refused) == (True, 0)
    assert "  not kept by itself: r.xml, attachment: empty.pdf: it is empty (file.empty)" in list(report.lines())
    assert kept(portal) == [("attachment", "scan.pdf", "application/pdf"), ("original", "r.xml", "application/xml")]


def test_what_is_enclosed_is_held_to_the_limit_of_one_file(database_url, shelf, folder):
    settings = DocumentsSettings(file_limit=3000)
    given = invoice_file(files=[enclosed("scan.pdf", pdf("x" * 1700))])
    assert len(given) < 3000
    settings = evolve(settings, file_limit=len(pdf("x" * 1699)))
    plugin = Says(invoice("R-1"))
    from lockportal.documents.ports import Enclosed

    plugin.readings = [evolve(plugin.readings[0], enclosed=(Enclosed("scan.pdf", "", pdf("x" * 1700)),))]
    with closing(open_portal(database_url, settings=(settings,), files=shelf, plugins=(plugin,))) as portal:
        report = portal.documents.import_(folder(**{"r.xml": "<?xml version='1.0'?><said/>"}), OTTO)
        assert [left.code for left in report.left_out] == ["file.too_large"]


def test_a_report_keeps_so_many_files_that_were_left_out(monkeypatch):
    from lockportal.documents.imports import report as reports

    monkeypatch.setattr(reports, "SHOWN", 1)
    report = ImportReport(source="x")
    for _ in range(2):
        report.leave_out("one")
    assert report.left_out == ["one"]


def test_a_hook_decides_what_customers_see_of_imported_documents(database_url, shelf, folder):
    class Hides:
        @hookimpl
        def lockportal_document_visible(self, showing):
            return False if showing.customer_number == "C-2" else None

    with closing(open_portal(database_url, files=shelf, plugins=(Readers(), Hides()))) as portal:
        files = {"a.xml": invoice_file("R-1"), "b.xml": invoice_file("R-2", "C-2"), "c.csv": CSV}
        portal.documents.import_(folder(**files), OTTO)
        assert {row.number: row.visible for row in rows_of(portal, Document)} == {
            "R-1": True,
            "R-2": False,
            "B-1": True,
            "B-2": True,
        }
        assert figures(portal.documents.import_(folder(**files), OTTO)) == (0, 0, 4, 0)


# the same document more than once


def test_one_document_stated_by_two_files_is_refused_and_both_are_named(portal, bring):
    report = bring(**{"r.cii.xml": invoice_file(form="cii"), "r.ubl.xml": invoice_file(form="ubl")})
    assert codes(report) == [("r.ubl.xml", "document.twice")]
    assert str(report.errors[0]) == "r.ubl.xml, external_id: 'R-1' is stated by r.cii.xml too (document.twice)"
    assert (rows_of(portal, Document), contents(portal)) == ([], [])


def test_over_two_imports_the_other_form_of_an_invoice_is_added_and_nothing_is_written_for_the_first_again(portal, bring):
    assert figures(bring(**{"r.ubl.xml": invoice_file(form="ubl")})) == (1, 0, 0, 0)
    report = bring(**{"r.cii.xml": invoice_file(form="cii")})
    assert (figures(report), report.changes) == ((0, 1, 0, 0), [RowChange("R-1", ("files",))])
    assert [name for _, name, _ in kept(portal)] == ["r.cii.xml", "r.ubl.xml"]
    before = state(portal)
    for form in ("ubl", "cii", "ubl"):
        assert figures(bring(**{f"r.{form}.xml": invoice_file(form=form)})) == (0, 0, 1, 0)
    assert state(portal) == before
    assert len(rows_of(portal, Entry)) == 1


def test_a_corrected_file_changes_the_document_and_the_first_one_stays_with_it(portal, bring):
    bring(**{"r.xml": invoice_file()})
    report = bring(**{"r.xml": invoice_file(total="12.00")})
    assert report.changes == [RowChange("R-1", ("total", "payable", "files"))]
    assert len(kept(portal)) == 2
    assert portal.ledger.verify(OTTO) == ()


def test_a_file_does_not_move_a_document_to_another_customer_or_another_kind(portal, bring):
    bring(**{"r.xml": invoice_file()})
    assert codes(bring(**{"r.xml": invoice_file(customer="C-2")})) == [("r.xml", "document.customer_changed")]
    assert codes(bring(**{"r.xml": invoice_file(kind="credit_memo")})) == [("r.xml", "document.kind_changed")]
    assert len(contents(portal)) == 1


def test_what_is_owed_already_by_another_id_is_not_billed_again_by_a_file(portal, bring):
    book = f"{HEAD}\nR-1,C-1,Harbour,USD,10.00,2026-01-02,2026-02-01\n"
    report = bring(**{"book.csv": book, "r-1.xml": invoice_file()})
    assert codes(report) == [("r-1.xml", "document.known_otherwise")]
    assert "book.csv states R-1 of this customer too; to add the file to it, write into manifest.csv: document = R-1" in str(
        report.errors[0]
    )
    assert bring(**{"book.csv": book}).applied
    report = bring(
        **{"r-1.xml": invoice_file(), "r-2.xml": invoice_file("R-2"), "r-3.xml": invoice_file(customer="C-2", number="R-3")}
    )
    assert codes(report) == [("r-1.xml", "document.known_otherwise")]
    assert "R-1 of this customer is in the book already, from 'csv'" in str(report.errors[0])
    other = bring(skip_bad=True, **{"r-1.xml": invoice_file(), "r-4.xml": invoice_file("R-1", "C-4", external_id="4")})
    assert figures(other) == (1, 0, 0, 1)


# vanished


def test_what_vanished_is_told_only_of_an_input_that_is_whole(portal, folder, bring):
    files = {"a.xml": invoice_file("R-1"), "b.xml": invoice_file("R-2"), "c.csv": CSV}
    bring(**files)
    store(portal, invoice("elsewhere"), source="another")
    del files["a.xml"]
    assert bring(**files).vanished == 0
    assert portal.documents.import_(folder(**files) / "b.xml", OTTO, mapping=WHOLE).vanished == 0
    assert (bring(WHOLE, **files).vanished, bring(WHOLE, **files).vanished_numbers) == (1, ["R-1"])
    files["c.csv"] = CSV[: CSV.index("B-2")]
    assert bring(WHOLE, **files).vanished_numbers == ["B-2", "R-1"]


def test_nothing_is_said_to_have_vanished_where_a_file_could_not_be_read(bring):
    bring(**{"a.xml": invoice_file("R-1"), "c.csv": CSV})
    report = bring(WHOLE, skip_bad=True, **{"a.xml": BAD, "c.csv": CSV[: CSV.index("B-2")]})
    assert report.vanished_numbers == ["B-2"]
    known = bring(WHOLE, skip_bad=True, **{"a.xml": file_of({"number": "R-1", "customer": []})})
    assert (known.refused, known.vanished) == (1, 0)


# bounded, and cut off


def test_progress_counts_the_bytes_of_the_input_and_then_what_is_written(portal, folder, zipped):
    files = {"book.csv": CSV, "manifest.csv": "file,customer_number\nr-1.xml,C-1\n", "r-1.xml": invoice_file()}
    for given in (folder(**files), zipped(**{**files, "r-2.xml": invoice_file("R-2")})):
        heard = []
        portal.documents.import_(given, OTTO, progress=lambda *told, heard=heard: heard.append(told))
        assert list(dict.fromkeys(step for step, *_ in heard)) == ["reading", "writing"]
        told = [(done, total) for step, done, total in heard if step == "reading"]
        assert told == sorted(told)
        assert len({total for _, total in told}) == 1
        assert told[-1][0] == told[-1][1] > 0


def test_memory_does_not_grow_with_the_files(portal, folder):
    root = folder()
    noise = "x" * 2_000_000
    for n in range(30):
        put(root, f"{n}.pdf", pdf(f"{n}{noise}"))
    put(
        root,
        "manifest.csv",
        "file,customer_number,kind,number,issued_on\n" + "".join(f"{n}.pdf,C-1,contract,K-{n},2026-01-02\n" for n in range(30)),
    )
    tracemalloc.start()
    try:
        assert portal.documents.import_(root, OTTO).added == 30
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(contents(portal)) == 30
    assert most < 20_000_000


@pytest.mark.parametrize("total", ["11.00", "1111.00"])
def test_an_input_that_changes_while_it_is_imported_is_refused_and_completed_by_the_next(portal, folder, total):
    root = folder(**{"a.xml": invoice_file("R-1", total="10.00"), "b.xml": invoice_file("R-2", "C-2")})

    def change(step, done, most):
        if step == "writing" and not done:
            put(root, "a.xml", invoice_file("R-1", total=total))

    with pytest.raises(Refused) as refused:
        portal.documents.import_(root, OTTO, progress=change)
    assert refused.value.code == "file.changed"
    assert rows_of(portal, Document) == []
    assert figures(portal.documents.import_(root, OTTO)) == (2, 0, 0, 0)
    assert one(portal, number="R-1").total_minor == int(total.replace(".", ""))


def test_an_import_killed_between_the_file_store_and_the_commit_leaves_orphans_and_is_completed_by_running_it_again(
    portal, folder, monkeypatch
):
    monkeypatch.setattr(writing, "_ROWS_OF_BATCH", 2)
    root = folder(**{f"{n}.xml": invoice_file(f"R-{n}", f"C-{n}") for n in range(6)})
    run_batch, batches = type(portal.shell).run_batch, []

    def die(shell, commands, by):
        if batches:
            raise KeyboardInterrupt
        batches.append(commands)
        return run_batch(shell, commands, by)

    monkeypatch.setattr(type(portal.shell), "run_batch", die)
    with pytest.raises(KeyboardInterrupt):
        portal.documents.import_(root, OTTO)
    assert (len(rows_of(portal, Document)), len(rows_of(portal, File)), len(contents(portal))) == (2, 2, 4)
    assert {row.sha256 for row in rows_of(portal, File)} < set(contents(portal))
    monkeypatch.setattr(type(portal.shell), "run_batch", run_batch)
    assert figures(portal.documents.import_(root, OTTO)) == (4, 0, 2, 0)
    assert sorted(row.sha256 for row in rows_of(portal, File)) == contents(portal)
    assert portal.documents.verify(OTTO) == portal.ledger.verify(OTTO) == ()


def race(portal, root, racers=2):
    """Import a folder in threads that start writing at the same moment; answer their reports or errors."""
    gate, done = threading.Barrier(racers), []

    def run():
        met = []

        def wait(step, reached, total):
            if step == "writing" and reached == 0 and not met:
                met.append(step)
                gate.wait(120)

        try:
            done.append(portal.documents.import_(root, OTTO, progress=wait))
        except Exception as error:  # noqa: BLE001 - what a racer dies of is what the test looks at
            done.append(error)

    threads = [threading.Thread(target=run) for _ in range(racers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return done


def many(folder):
    files = {f"{n:02}.xml": invoice_file(f"R-{n:02}", f"C-{n % 5}", files=[enclosed("scan.pdf", PDF)]) for n in range(30)}
    listing = "file,customer_number,document\n" + "".join(f"photo-{n}.pdf,C-{n % 5},R-{n:02}\n" for n in range(5))
    photos = {f"photo-{n}.pdf": pdf(n + 1) for n in range(5)}
    return folder(**files, **photos, **{"manifest.csv": listing})


def test_two_imports_of_the_same_folder_at_once_end_as_one(portal, folder, monkeypatch):
    monkeypatch.setattr(writing, "_ROWS_OF_BATCH", 5)
    done = race(portal, many(folder))
    assert [type(one) for one in done] == [ImportReport, ImportReport]
    counts = [len(rows_of(portal, cls)) for cls in (Customer, Document, Entry, File)]
    assert counts == [5, 30, 30, 65]
    assert len(contents(portal)) == 36
    assert portal.documents.verify(OTTO) == portal.ledger.verify(OTTO) == ()


def test_without_looking_again_two_imports_of_a_folder_at_once_would_fail(portal, folder, monkeypatch):
    """The negative control: the race is real."""
    monkeypatch.setattr(writing, "_ROWS_OF_BATCH", 5)
    monkeypatch.setattr(writing, "_TAKEN", "no such code")
    assert [one.code for one in race(portal, many(folder)) if isinstance(one, Refused)] == ["customer.number_taken"]


# what the host hands in


def test_a_row_of_the_host_says_whose_it_is(portal):
    report = portal.documents.store([ImportRow(1, " ", "", invoice("R-1"))], OTTO, source="books")
    assert [(error.line, error.code) for error in report.errors] == [(1, "customer_number.missing")]


def test_the_host_hands_in_files_that_are_in_the_file_store_and_no_others(portal):
    content = portal.context.files.put([PDF], limit=1000)
    file = FileFacts(role=FileRole.ORIGINAL, name="a.pdf", media_type="application/pdf", size=content.size, sha256=content.sha256)
    lacking = evolve(file, sha256=b"\1" * 32)
    rows = [ImportRow(1, "C-1", "", invoice("R-1"), (file,)), ImportRow(2, "C-1", "", invoice("R-2"), (lacking,))]
    report = portal.documents.store(rows, OTTO, source="books", skip_bad=True)
    assert [(error.line, error.code) for error in report.errors] == [(2, "file.not_found")]
    assert [row.name for row in rows_of(portal, File)] == ["a.pdf"]
    assert portal.documents.store(rows[:1], OTTO, source="books").unchanged == 1

    def drop(step, done, total):
        shutil.rmtree(portal.context.files.folder)

    with pytest.raises(Refused, match="dropped"):
        portal.documents.store([ImportRow(1, "C-1", "", invoice("R-3"), (file,))], OTTO, source="books", progress=drop)
    assert document_id(rows_of(portal, Customer)[0].account_id, "books", "R-3") not in {
        row.id for row in rows_of(portal, Document)
    }


def test_orders_of_two_customers_may_bear_one_number(bring, portal):
    order = {"kind": "purchase_order", "external_id": "purchase_order/1"}
    files = {f"{customer}.xml": invoice_file("1", customer, **order) for customer in ("C-1", "C-2")}
    report = bring(**files)
    assert (report.applied, report.added) == (True, 2)
    ids = sorted(row.external_id for row in rows_of(portal, Document))
    assert ids == ["purchase_order/C-1/1", "purchase_order/C-2/1"]
    assert bring(**files).unchanged == 2
