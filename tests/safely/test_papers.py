"""What a PDF must be to be kept: opened once with care, of one e-invoice at most, and running nothing."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from given_contents import CATALOG, PAGE, PAGES, pdf, pdf_of
from lockportal.core.errors import Refused
from lockportal.safely.markup import check_end
from lockportal.safely.papers import check_pdf, open_pdf
from lockportal.safely.zips import is_zip_too

pikepdf = pytest.importorskip("pikepdf")


def refusal(check, *given, **how):
    with pytest.raises(Refused) as refused:
        check(*given, **how)
    assert len(refused.value.message) < 400
    return refused.value


def catalog(words):
    return pdf_of(b"<</Type/Catalog/Pages 2 0 R" + words + b">>", PAGES, PAGE)


def with_files(*names, **options):
    """A PDF with files inside."""
    made, out = pikepdf.open(io.BytesIO(pdf())), io.BytesIO()
    for name in names:
        made.attachments[name] = pikepdf.AttachedFileSpec(made, b"<a/>", filename=name)
    made.save(out, **options)
    return out.getvalue()


RUNS = {
    "a script when it is opened": (catalog(b"/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>"), "JavaScript"),
    "a script under another name": (catalog(b"/OpenAction<</S/Java#53cript/JS(x)>>"), "JavaScript"),
    "a script by its name": (catalog(b"/Names<</JavaScript<</Names[(a)<</S/JavaScript/JS(x)>>]>> >>"), "JavaScript"),
    "a script that nothing leads to": (pdf_of(CATALOG, PAGES, PAGE, b"<</S/JavaScript/JS(x)>>"), "JavaScript"),
    "a kind that stands elsewhere": (pdf_of(b"<</Type/Catalog/Pages 2 0 R/X<</S 4 0 R>> >>", PAGES, PAGE, b"/Launch"), "Launch"),
    "a program at the end of a name": (catalog(b"/AA<</WC<</S/Launch/F(cmd.exe)>> >>"), "Launch"),
    "a form with scripts": (catalog(b"/AcroForm<</XFA(x)/Fields[]>>"), "XFA"),
    "a film": (pdf_of(CATALOG, PAGES, PAGE, b"<</Length 1/Subtype/RichMedia>>stream\nx\nendstream"), "RichMedia"),
    "data from elsewhere, and a program": (catalog(b"/X[/ImportData/Launch]"), "ImportData, Launch"),
}


@pytest.mark.parametrize(("content", "names"), RUNS.values(), ids=RUNS.keys())
def test_what_runs_is_refused_by_its_name_unless_it_is_wanted(content, names):
    refused = refusal(check_pdf, content)
    assert (refused.code, f"({names})" in refused.message) == ("pdf.active", True)
    check_pdf(content, active=True)


def test_what_runs_is_found_in_what_is_packed_too():
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(RUNS["a script when it is opened"][0])) as made:
        made.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    assert b"JavaScript" not in out.getvalue()
    assert refusal(check_pdf, out.getvalue()).code == "pdf.active"


@pytest.mark.parametrize(
    "words",
    [
        b"/OpenAction[3 0 R/Fit]",
        b"/OpenAction<</S/GoTo/D[3 0 R/Fit]>>",
        b"/X<</S/URI/URI(https://pay.example/)>>",
        b"/AcroForm<</Fields[]>>",
        b"/Title(/JavaScript, /Launch \\(or \\\\\\) /XFA)",
        b"/X/JavaScripts/Y/LaunchPad",
        b"/X<2f4a617661536372697074>",
    ],
)
def test_what_only_shows_something_is_kept(words):
    check_pdf(catalog(words))


@pytest.mark.parametrize("alone", [b"7", b"0.5", b"null", b"true", b"(a)", b"/Name", b"[]"])
def test_objects_may_be_of_any_kind(alone):
    check_pdf(pdf_of(CATALOG, PAGES, PAGE, alone))


def test_a_pdf_has_one_e_invoice_at_most():
    for names in ((), ("factur-x.xml",), ("Factur-X.xml", "time sheet.xml", "a.pdf"), ("a.xml", "b.xml")):
        check_pdf(with_files(*names))
    refused = refusal(check_pdf, with_files("factur-x.xml", "xrechnung.xml"))
    assert (refused.code, refused.field) == ("pdf.two_invoices", "attachments")
    assert refusal(check_pdf, with_files("ZUGFeRD-invoice.xml", "factur-x.xml")).code == "pdf.two_invoices"


@pytest.mark.parametrize(
    "words",
    [
        b"/Names 7",
        b"/Names[1]",
        b"/Names<</EmbeddedFiles 7>>",
        b"/Names<</EmbeddedFiles<</Names 7>> >>",
        b"/Names<</EmbeddedFiles<</Names[(a)]>> >>",
        b"/Names<</EmbeddedFiles<</Names[(a)7 8(b)(c)null]>> >>",
        b"/Names<</EmbeddedFiles<</Kids[7 null 1 0 R]>> >>",
        b"/AF 7",
        b"/AF[7 null(a)<<>><</F 7>><</UF(factur-x.xml)/F null>>]",
        b"/OpenAction 9 0 R",
    ],
)
def test_one_thing_in_the_place_of_another_is_passed_over_or_called_damage(words):
    try:
        check_pdf(catalog(words))
    except Refused as refused:
        assert refused.code == "pdf.broken"  # noqa: PT017 - either way is right


WORDS = st.sampled_from(
    b"7|null|(a)|/S|/Names|/Kids|/EmbeddedFiles|/AF|/JavaScript|1 0 R|3 0 R|9 0 R|<<|>>|[|]|/UF|(factur-x.xml)".split(b"|")
)


@given(st.lists(WORDS, max_size=12).map(b" ".join))
def test_a_pdf_of_any_words_is_kept_or_refused(words):
    try:
        check_pdf(catalog(b"/Names<</EmbeddedFiles<<" + words + b">> >>"))
    except Refused as refused:
        assert refused.code.startswith("pdf.")  # noqa: PT017 - either way is right


def test_a_pdf_may_lie_in_a_file_and_be_as_large_as_is_said(tmp_path):
    (tmp_path / "a.pdf").write_bytes(pdf())
    with open_pdf(tmp_path / "a.pdf", limit=len(pdf())) as opened:
        assert len(opened.pages) == 1
    assert refusal(check_pdf, pdf(), limit=len(pdf()) - 1).code == "pdf.too_large"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"<a/>\r\n\0", None),
        ("<a/>\n".encode("utf-16"), None),
        ("<a/>\n".encode("utf-16-be"), None),
        (b"<a/><!-- b -->", None),
        (b"<a/>PK\3\4", "xml.no_end"),
        (b"<a/", "xml.no_end"),
        (b"<a/><!--PK\5\6" + b"\0" * 16 + b"\3\0-->", "xml.two_formats"),
        (b"<a/><!--PK\5\6" + b"\0" * 16 + b"\2\0-->", None),
    ],
)
def test_nothing_follows_the_end_of_an_xml(content, code):
    if code is None:
        check_end(content)
    else:
        assert refusal(check_end, content).code == code


def test_of_several_last_records_of_a_zip_any_makes_a_file_one():
    record = b"PK\5\6" + b"\0" * 16
    assert is_zip_too(b"x" + record + b"\4\0PK\5\6")
    assert not is_zip_too(b"x" + record + b"\3\0PK\5\6")
    assert not is_zip_too(record + b"\xff\xff" + b"\0" * 65_536)
