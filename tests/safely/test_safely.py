import contextlib
import io
import json
import subprocess
import sys
import zlib
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from given_contents import CATALOG, PAGE, PAGES, pdf_of
from lockportal.core.errors import Refused
from lockportal.safely import markup, papers, weighing
from lockportal.safely.markup import parse_xml
from lockportal.safely.papers import open_pdf

pytest.importorskip("lxml")
pikepdf = pytest.importorskip("pikepdf")

LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY l0 "lol">'
    + "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    + "]><lolz>&l9;</lolz>"
)
XXE = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'
EBCDIC = '<?xml version="1.0" encoding="cp037"?><a/>'.encode("cp037")

HOSTILE_XML = {
    "nothing": (b"", "xml.empty"),
    "blanks": (b" \r\n\t", "xml.empty"),
    "prose": (b"Dear customer,", "xml.not_xml"),
    "JSON": (b'{"a": "<a/>"}', "xml.not_xml"),
    "a ZIP": (b"PK\x03\x04\x14<a/>", "xml.not_xml"),
    "a PDF": (b"%PDF-1.7\n<a/>", "xml.not_xml"),
    "only a comment": (b"<!-- a -->", "xml.not_xml"),
    "too long": (b"<a>" + b" " * markup.MOST_XML + b"</a>", "xml.too_large"),
    "billion laughs": (LAUGHS.encode(), "xml.doctype"),
    "quadratic blow-up": (f'<!DOCTYPE a [<!ENTITY x "{"x" * 50_000}">]><a>{"&x;" * 50_000}</a>'.encode(), "xml.doctype"),
    "a file named by an entity": (XXE.encode(), "xml.doctype"),
    "a parameter entity": (b'<!DOCTYPE a [<!ENTITY % x SYSTEM "http://127.0.0.1/x.dtd"> %x;]><a/>', "xml.doctype"),
    "an external DTD": (b'<!DOCTYPE a SYSTEM "http://127.0.0.1/x.dtd"><a/>', "xml.doctype"),
    "a doctype behind other things": (b'<?xml version="1.0"?>\n<!-- <a> --><?a ?>\n<!DOCTYPE a><a/>', "xml.doctype"),
    "HTML": (b"<!doctype html><html></html>", "xml.doctype"),
    "a doctype in UTF-16": (XXE.encode("utf-16"), "xml.doctype"),
    "a doctype in UTF-16 without a mark": (XXE.encode("utf-16-le"), "xml.character"),
    "UTF-7": (b'<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE a+AD4-<a/>', "xml.encoding"),
    "UTF-16 that is none": (b'<?xml version="1.0" encoding="UTF-16"?><a/>', "xml.encoding"),
    "UTF-16 that says UTF-8": ('<?xml version="1.0" encoding="UTF-8"?><a/>'.encode("utf-16"), "xml.encoding"),
    "UTF-8 that says Latin 1": (b'\xef\xbb\xbf<?xml version="1.0" encoding="ISO-8859-1"?><a/>', "xml.encoding"),
    "UTF-32": ("<a/>".encode("utf-32"), "xml.encoding"),
    "EBCDIC": (EBCDIC, "xml.encoding"),
    "an overlong sign": (b"<a/>\xc0\xbc", "xml.encoding"),
    "a declaration with more in it": (b'<?xml version="1.0" evil="1"?><a/>', "xml.declaration"),
    "a late declaration": (b' <?xml version="1.0"?><a/>', "xml.not_well_formed"),
    "NUL": (b"<a>\0</a>", "xml.character"),
    "a control character": (b"<a>\x0b</a>", "xml.not_well_formed"),
    "an entity that nobody declared": (b"<a>&x;</a>", "xml.entity"),
    "one in an attribute": (b'<a b="&x;"/>', "xml.entity"),
    "half a file": (b"<a><b>", "xml.not_well_formed"),
    "two roots": (b"<a/><b/>", "xml.not_well_formed"),
    "a prefix of nothing": (b"<x:a/>", "xml.not_well_formed"),
    "an attribute twice": (b'<a b="1" b="2"/>', "xml.not_well_formed"),
    "XInclude": (
        b'<a xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="/etc/passwd" parse="text"/></a>',
        "xml.xinclude",
    ),
    "deep": (b"<a>" * 65 + b"</a>" * 65, "xml.too_deep"),
    "very deep": (b"<a>" * 100_000 + b"</a>" * 100_000, "xml.not_well_formed"),
    "many elements": (b"<a>" + b"<b/>" * markup.MOST_ELEMENTS + b"</a>", "xml.too_many_elements"),
    "many attributes": (b"<a>" + b"<b c = '' d=''/>" * 150_001 + b"</a>", "xml.too_many_attributes"),
    "many attributes at one": (b"<a " + b" ".join(b"a%d=''" % n for n in range(101)) + b"/>", "xml.too_many_attributes"),
    "a huge attribute": (b"<a b='" + b"x" * 20_001 + b"'/>", "xml.attribute_too_long"),
}


@pytest.mark.parametrize(("content", "code"), HOSTILE_XML.values(), ids=HOSTILE_XML.keys())
def test_hostile_xml_is_refused_by_name(content, code):
    with pytest.raises(Refused) as refused:
        parse_xml(content)
    assert refused.value.code == code
    assert len(refused.value.message) < 400
    assert "root:" not in refused.value.message


@pytest.mark.parametrize(
    "content",
    [
        "<a>Å</a>".encode(),
        b"\xef\xbb\xbf" + "<a>Å</a>".encode(),
        "<a>Å</a>".encode("utf-16"),
        '<?xml version="1.0" encoding="UTF-16"?><a>Å</a>'.encode("utf-16"),
        '<?xml version="1.0" encoding="iso-8859-1"?><a>Å</a>'.encode("latin-1"),
        '<?xml version="1.0" encoding="Windows-1252" standalone="yes"?>\n<a>Å</a>'.encode("cp1252"),
        '<?xml version="1.0" encoding="us-ascii"?><a>&#197;</a>'.encode("ascii"),
        "<!-- a --><?a?><a>Å<!-- b --></a>".encode(),
        "<a><![CDATA[Å]]></a>".encode(),
    ],
)
def test_xml_in_a_usual_encoding_is_read(content):
    assert parse_xml(content).text == "Å"


def test_what_looks_like_a_doctype_inside_text_is_text():
    assert parse_xml(b"<a><![CDATA[<!DOCTYPE html>]]></a>").text == "<!DOCTYPE html>"


def test_stylesheets_comments_and_instructions_are_left_out():
    root = parse_xml(b'<?xml-stylesheet type="text/xsl" href="http://127.0.0.1/x.xsl"?><a><!-- b --><?c d?><e/></a>')
    assert root.getprevious() is None
    assert [child.tag for child in root] == ["e"]


def test_limits_are_reached_before_they_are_broken():
    assert len(parse_xml(b"<a>" * 64 + b"</a>" * 64)) == 1
    assert len(parse_xml(b"<a>" + b"<b/>" * (markup.MOST_ELEMENTS - 1) + b"</a>")) == markup.MOST_ELEMENTS - 1
    assert parse_xml(b"<a b='" + b"x" * 20_000 + b"'/>").get("b") == "x" * 20_000


def test_naughty_strings_are_read_as_they_are_or_refused(public_data):
    for text in json.loads((public_data / "adversarial" / "blns" / "blns.json").read_text("utf-8")):
        escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")
        try:
            assert (parse_xml(f"<a>{escaped}</a>".encode()).text or "") == text
        except Refused as refused:
            assert refused.code in {"xml.not_well_formed", "xml.character"}  # noqa: PT017 - either way is right
            assert any(not (sign >= " " or sign in "\t\r\n") or sign in "\ufffe\uffff" for sign in text)
        with contextlib.suppress(Refused):  # some are small XML files of their own
            parse_xml(text.encode("utf-8", "surrogatepass"))


@given(st.one_of(st.binary(), st.text().map(str.encode), st.text("<a>&;'\"=!?-[]/x ").map(lambda text: f"<a{text}".encode())))
def test_bytes_are_xml_or_refused(content):
    try:
        parse_xml(content)
    except Refused as refused:
        assert refused.code.startswith("xml.")  # noqa: PT017 - either way is right


@pytest.mark.parametrize(
    ("module", "extra", "ask"),
    [("lxml", "einvoice", parse_xml), ("pikepdf", "pdf", lambda _: open_pdf(pdf()).__enter__())],
)
def test_without_the_extra_it_says_what_to_install(monkeypatch, module, extra, ask):
    monkeypatch.setitem(sys.modules, "lxml.etree", None)
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(Refused, match=rf'pip install "lockportal\[{extra}\]"') as refused:
        ask(b"<a/>")
    assert refused.value.code.endswith(".not_installed")


def pdf(*objects, **more):
    return pdf_of(*(objects or (CATALOG, PAGES, PAGE)), **more)


def objects_in_a_stream(content, kind=b"/Type/ObjStm", first=b"/First"):
    """Make a PDF whose catalog is the one object of an object stream."""
    body, places = io.BytesIO(), []
    body.write(b"%PDF-1.7\n")
    for number, one in enumerate((PAGES, PAGE), 2):
        places.append((1, body.tell()))
        body.write(b"%d 0 obj%b endobj\n" % (number, one))
    places.append((1, body.tell()))
    head = b"<<%b/N 1%b 4/Filter/FlateDecode/Length %d>>" % (kind, first, len(content))
    body.write(b"4 0 obj%bstream\n%b\nendstream endobj\n" % (head, content))
    places.append((1, body.tell()))
    rows = b"".join(bytes([sort]) + place.to_bytes(4, "big") + b"\0" for sort, place in [(0, 0), (2, 4), *places])
    head = b"<</Type/XRef/W[1 4 1]/Size 6/Root 1 0 R/Length %d>>" % len(rows)
    body.write(b"5 0 obj%bstream\n%b\nendstream endobj\nstartxref\n%d\n%%%%EOF\n" % (head, rows, places[-1][1]))
    return body.getvalue()


def unfolding(piece, times):
    """Compress a catalog that has so many pieces of something before its end, without ever holding them."""
    fold = zlib.compressobj(9)
    parts = [fold.compress(b"1 0 <</Y["), *(fold.compress(piece * 100_000) for _ in range(times))]
    return b"".join([*parts, fold.compress(b"]/Type/Catalog/Pages 2 0 R>>"), fold.flush()])


def kids(number):
    return b"<</Type/Pages/Count %d/Kids[%b]>>" % (number, b" ".join(b"%d 0 R" % (place + 3) for place in range(number)))


def saved(**options):
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf())) as one:
        one.save(out, **options)
    return out.getvalue()


def locked(**passwords):
    return saved(encryption=pikepdf.Encryption(**passwords))


def with_zip_around():
    """Make a PDF that ends as a ZIP does: with its last record, whose comment reaches to the end of the file."""
    rest = b"\nendstream\nendobj\n"
    tail = pdf(CATALOG, PAGES, PAGE, b"<<>>stream\nPK\5\6" + b"\0" * 16 + b"##" + rest)
    place = tail.index(b"PK\5\6") + 22
    return tail.replace(b"##", (len(tail) - place).to_bytes(2, "little"))


HOSTILE_PDF = {
    "nothing": (lambda: b"", "pdf.empty"),
    "blanks": (lambda: b"\0\n ", "pdf.empty"),
    "prose": (lambda: b"Dear customer,", "pdf.not_pdf"),
    "a ZIP in front": (lambda: b"PK\3\4" + pdf(), "pdf.not_pdf"),
    "HTML in front": (lambda: b"<script>alert(1)</script>\n" + pdf(), "pdf.not_pdf"),
    "a blank in front": (lambda: b"\n" + pdf(), "pdf.not_pdf"),
    "a ZIP behind": (lambda: pdf() + b"PK\3\4rest", "pdf.no_end"),
    "HTML behind": (lambda: pdf() + b"<script>alert(1)</script>", "pdf.no_end"),
    "HTML behind, and an end behind that": (lambda: pdf() + b"<script>alert(1)</script>%%EOF", "pdf.no_end"),
    "a ZIP around": (with_zip_around, "pdf.two_formats"),
    "a password": (lambda: locked(user="u", owner="o"), "pdf.encrypted"),
    "an owner's password": (lambda: locked(user="", owner="o"), "pdf.encrypted"),
    "half a file": (lambda: pdf()[:-40], "pdf.no_end"),
    "half a file with an end": (lambda: pdf()[:90] + pdf()[-25:], "pdf.broken"),
    "too long": (lambda: b"%PDF-" + b" " * papers.MOST_PDF, "pdf.too_large"),
    "tables that go round": (lambda: pdf(trailer=b"/Prev HERE"), "pdf.broken"),
    "pages that go round": (lambda: pdf(CATALOG, b"<</Type/Pages/Count 1/Kids[2 0 R]>>"), "pdf.broken"),
    "no pages": (lambda: pdf(CATALOG, b"<</Type/Pages/Kids[]>>"), "pdf.broken"),
    "no list of pages": (lambda: pdf(b"<</Type/Catalog>>"), "pdf.broken"),
    "pages that are a number": (lambda: pdf(CATALOG, b"<</Type/Pages/Kids 7>>"), "pdf.broken"),
    "many pages": (lambda: pdf(CATALOG, kids(2_001), *[PAGE] * 2_001), "pdf.too_many_pages"),
    "one page many times": (lambda: pdf(CATALOG, b"<</Type/Pages/Kids[" + b"3 0 R " * 400_000 + b"]>>", PAGE), "pdf.broken"),
    "many words": (lambda: pdf(b"<</Type/Catalog/Pages 2 0 R/X[" + b"1 " * 2_500_000 + b"]>>", PAGES, PAGE), "pdf.too_heavy"),
    "blanks in an object stream": (lambda: objects_in_a_stream(unfolding(b" ", 1_000)), "pdf.too_heavy"),
    "words in an object stream": (lambda: objects_in_a_stream(unfolding(b"1 ", 70)), "pdf.too_heavy"),
    "one long word in an object stream": (lambda: objects_in_a_stream(unfolding(b"1", 1_000)), "pdf.too_heavy"),
    "an object stream under another name": (
        lambda: objects_in_a_stream(unfolding(b"1 ", 70), b"/Type/Obj#53tm", b"/Fir#73t"),
        "pdf.too_heavy",
    ),
    "an object stream of no type": (lambda: objects_in_a_stream(unfolding(b"1 ", 70), b""), "pdf.too_heavy"),
}


@pytest.mark.parametrize(("make", "code"), HOSTILE_PDF.values(), ids=HOSTILE_PDF.keys())
def test_hostile_pdfs_are_refused_by_name(make, code):
    with pytest.raises(Refused) as refused, open_pdf(make()):
        pass
    assert refused.value.code == code
    assert len(refused.value.message) < 400


@pytest.mark.parametrize(
    "make",
    [
        pdf,
        lambda: pdf() + b"\r\n\0",
        lambda: pdf(CATALOG, b"<</Type/Pages/Kids[4 0 R]>>", PAGE, b"<</Type/Pages/Parent 2 0 R/Count 1/Kids[3 0 R]>>"),
        lambda: pdf(CATALOG, b"<</Type/Pages/Kids[<</Type/Page/MediaBox[0 0 9 9]>>]>>"),
        lambda: objects_in_a_stream(unfolding(b"1 ", 1)),
        lambda: saved(object_stream_mode=pikepdf.ObjectStreamMode.generate),
        lambda: saved(linearize=True),
    ],
)
def test_a_sound_pdf_is_opened(make):
    with open_pdf(make()) as opened:
        assert len(opened.pages) == 1


def test_as_many_pages_as_the_limit_are_opened():
    with open_pdf(pdf(CATALOG, kids(2_000), *[PAGE] * 2_000)) as opened:
        assert len(opened.pages) == 2_000


def test_a_stream_that_unfolds_beyond_the_limit_is_refused_when_it_is_read():
    fold = zlib.compressobj(9)
    content = b"".join([*(fold.compress(bytes(1_000_000)) for _ in range(17)), fold.flush()])
    stream = b"<</Filter/FlateDecode/Length %d>>stream\n%b\nendstream" % (len(content), content)
    opened = open_pdf(pdf(CATALOG, PAGES, PAGE, stream))
    with pytest.raises(Refused) as refused, opened as one:
        one.get_object(4, 0).read_bytes()
    assert refused.value.code == "pdf.broken"


def test_limits_that_the_application_set_stay():
    before = pikepdf.settings.set_qpdf_limits(flate_max_memory=99)
    try:
        with open_pdf(pdf()):
            assert pikepdf.settings.get_qpdf_limits()["flate_max_memory"] == 99
    finally:
        pikepdf.settings.set_qpdf_limits(**before)


def test_mistakes_of_the_caller_are_not_called_damage():
    with pytest.raises(ZeroDivisionError), open_pdf(pdf()):
        1 / 0  # noqa: B018 - the mistake


SOUND = [pdf(), objects_in_a_stream(unfolding(b"1 ", 1)), with_zip_around()]


@given(st.sampled_from(SOUND), st.lists(st.tuples(st.integers(0), st.binary(max_size=3)), max_size=4), st.binary(max_size=20))
def test_bytes_are_a_pdf_or_refused(sound, changes, loose):
    changed = sound
    for place, new in changes:
        place %= len(sound)
        changed = changed[:place] + new + changed[place + len(new) :]
    for content in (changed, loose, b"%PDF-1.7" + loose):
        try:
            with open_pdf(content) as opened:
                assert len(opened.pages) >= 1
        except Refused as refused:
            assert refused.code.startswith("pdf.")  # noqa: PT017 - either way is right


def in_a_child(code):
    """Run code that sees this module as `these`, and say by how many megabytes memory grew at its highest."""
    program = f"""
        import importlib.util, sys
        sys.path.insert(0, {str(Path(__file__).parent.parent)!r})
        spec = importlib.util.spec_from_file_location("these", {__file__!r})
        these = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(these)
        def highest():
            return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM")) // 1024
        before = highest()
        {code}
        print(highest() - before)
    """
    done = subprocess.run([sys.executable, "-c", dedent(program)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


linux = pytest.mark.skipif(sys.platform != "linux", reason="the highest memory of a process is read from /proc")


@linux
def test_nothing_hostile_takes_much_memory():
    code = "[these.refusal(make) for make in these.ALL]"
    assert in_a_child(code) < 250


@linux
def test_without_the_limits_one_of_them_takes_much():
    """The negative control of the test above."""
    code = 'these.pikepdf.open(these.io.BytesIO(these.HOSTILE_PDF["words in an object stream"][0]())).close()'
    assert in_a_child(code) > 500


@linux
def test_the_largest_that_is_opened_takes_bounded_memory():
    words = weighing.MOST_WORDS // 100_000 - 1
    code = f"with these.open_pdf(these.objects_in_a_stream(these.unfolding(b'1 ', {words}))) as one: len(one.pages)"
    assert in_a_child(code) < 500


@linux
def test_names_of_elements_are_forgotten_with_the_file():
    code = "for n in range(40): these.parse_xml(these.of_new_names(n))"
    assert in_a_child(code) < 30


def of_new_names(n):
    return b"<a>" + b"".join(b"<%040d-%d/>".replace(b"<%", b"<n%") % (n, place) for place in range(20_000)) + b"</a>"


def refusal(make):
    content = make()
    try:
        if content.startswith(b"%PDF-"):
            open_pdf(content).__enter__()
        else:
            parse_xml(content)
    except Refused:
        return
    raise AssertionError(content[:100])


ALL = [make for make, _ in HOSTILE_PDF.values()] + [lambda content=content: content for content, _ in HOSTILE_XML.values()]
