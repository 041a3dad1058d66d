"""Files that mean harm, by every way in: refused by name, or kept under a name that does none; and sound ones are taken."""

import base64
import io
import struct
import zipfile
from collections import Counter

import pikepdf
import pytest
import typst

from books import OTTO, account_of, closing, customer, invoice, open_portal, paper, rows_of, store
from given_contents import CATALOG, PAGE, PAGES, chunk, jpeg, pdf, pdf_of, png, segment, tiff, webp
from given_files import Readers, codes, contents, invoice_file, put
from lockportal import hookimpl
from lockportal.core.errors import Refused
from lockportal.documents.models import DocumentKind, DocumentsSettings, File, FileRole, document_id
from lockportal.documents.ports import PartyId, Reading
from lockportal.documents.shared.models import PaperKind
from lockportal.testing.book.sheets import sheet

HTML = b"<html><script>alert(1)</script></html>"


def made(change=None, **options):
    """A PDF that pikepdf made."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf())) as one:
        if change is not None:
            change(one)
        one.save(out, **options)
    return out.getvalue()


def with_files(*names):
    def attach(one):
        for name in names:
            one.attachments[name] = pikepdf.AttachedFileSpec(one, b"<a/>", filename=name)

    return made(attach)


def zipped(content=b"MZ", comment=b""):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("run.exe", content)
        archive.comment = comment
    return out.getvalue()


def zip_inside_pdf():
    """A PDF in whose last object is a whole ZIP; the rest of the PDF is its comment."""
    inside = pdf_of(CATALOG, PAGES, PAGE, b"<<>>stream\n" + zipped() + b"\nendstream")
    place = inside.rindex(b"PK\5\6") + 22
    return inside[: place - 2] + struct.pack("<H", len(inside) - place) + inside[place:]


def locked(**passwords):
    return made(encryption=pikepdf.Encryption(**passwords))


def flooded(make):
    return make(width=16_383, height=16_383)


HOSTILE = {
    "ZIP before.pdf": (zipped() + pdf(), "file.type_wrong"),
    "HTML before.pdf": (HTML + pdf(), "file.type_active"),
    "program before.pdf": (b"MZ" + pdf(), "file.type_active"),
    "blanks before.pdf": (b"\n\n" + pdf(), "file.type_wrong"),
    "image before.pdf": (png() + pdf(), "image.trailing"),
    "ZIP behind.pdf": (pdf() + zipped(), "pdf.no_end"),
    "ZIP inside.pdf": (zip_inside_pdf(), "pdf.two_formats"),
    "HTML behind.pdf": (pdf() + HTML, "pdf.no_end"),
    "junk behind.pdf": (pdf() + b"\x01\x02\x03", "pdf.no_end"),
    "an end behind.pdf": (pdf() + HTML + b"\n%%EOF", "pdf.no_end"),
    "another behind.pdf": (pdf() + pdf("another"), "pdf.broken"),
    "cut off.pdf": (pdf()[:-30], "pdf.no_end"),
    "cut off in the midst.pdf": (pdf()[:90] + pdf()[-25:], "pdf.broken"),
    "no more than its head.pdf": (b"%PDF-1.7", "pdf.no_end"),
    "password.pdf": (locked(user="u", owner="o"), "pdf.encrypted"),
    "password of the owner.pdf": (locked(user="", owner="o"), "pdf.encrypted"),
    "two invoices.pdf": (with_files("factur-x.xml", "xrechnung.xml"), "pdf.two_invoices"),
    "script.pdf": (pdf_of(b"<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(x)>> >>", PAGES, PAGE), "pdf.active"),
    "launch.pdf": (pdf_of(b"<</Type/Catalog/Pages 2 0 R/OpenAction<</S/Launch/F(x)>> >>", PAGES, PAGE), "pdf.active"),
    "no pages.pdf": (pdf_of(b"<</Type/Catalog>>"), "pdf.broken"),
    "pages in a circle.pdf": (pdf_of(CATALOG, b"<</Type/Pages/Count 1/Kids[2 0 R]>>"), "pdf.broken"),
    "heavy.pdf": (pdf_of(b"<</Type/Catalog/Pages 2 0 R/X[" + b"1 " * 2_500_000 + b"]>>", PAGES, PAGE), "pdf.too_heavy"),
    "cut off.png": (png()[:-9], "image.broken"),
    "damaged.png": (png().replace(b"IDAT", b"IDAX"), "image.broken"),
    "flood.png": (flooded(png), "image.too_many_pixels"),
    "ZIP behind.png": (png() + zipped(), "image.trailing"),
    "HTML behind.png": (png() + HTML, "image.trailing"),
    "ZIP inside.png": (png(more=chunk(b"zIPs", zipped()[:-2] + struct.pack("<H", 4 + 22 + 12))), "image.two_formats"),
    "cut off.jpg": (jpeg()[:-2], "image.broken"),
    "flood.jpg": (flooded(jpeg), "image.too_many_pixels"),
    "HTML behind.jpg": (jpeg() + HTML, "image.trailing"),
    "ZIP behind.jpg": (jpeg() + zipped(), "image.trailing"),
    "PDF behind.jpg": (jpeg() + pdf(), "image.trailing"),
    "flood.tif": (flooded(tiff), "image.too_many_pixels"),
    "HTML behind.tif": (tiff() + HTML, "image.trailing"),
    "flood.webp": (flooded(webp), "image.too_many_pixels"),
    "cut off.webp": (webp()[:-1], "image.broken"),
    "ZIP behind.webp": (webp() + zipped(), "image.trailing"),
    "ZIP behind.xml": (b"<?xml version='1.0'?><a/>" + zipped(), "xml.no_end"),
    "page far below.xml": (b"<?xml version='1.0'?><!--" + b" " * 9_000 + b"-->" + HTML, "file.type_active"),
    "page.pdf": (HTML, "file.type_active"),
    "program.pdf": (b"MZ\x90\0", "file.type_active"),
    "text.pdf": (b"Dear customer,", "file.type_wrong"),
}


def benign():
    """Sound files: printed, written by programs, scanned, photographed."""
    words = b'#set document(title: [A paper])\n= A paper\n#link("https://pay.example/")[Pay]\n#lorem(400)\n#pagebreak()\nEnd'
    photo = (
        jpeg()[:-2] + segment(0xC4, b"\0" * 17) + segment(0xDA, b"\1\1\0\0\x3f\0") + b"\x99\xff\xd9" + jpeg("small") + b"\0" * 512
    )

    def leads_to_a_page(one):
        one.Root.OpenAction = pikepdf.Array([one.pages[0].obj, pikepdf.Name.Fit])
        with one.open_outline() as outline:
            outline.root.append(pikepdf.OutlineItem("first", 0))

    def has_a_form(one):
        field = one.make_indirect(pikepdf.Dictionary(FT=pikepdf.Name.Tx, T="number", V=pikepdf.String("/JavaScript")))
        one.Root.AcroForm = pikepdf.Dictionary(Fields=[field])

    return {
        "printed.pdf": typst.compile(words),
        "printed for the archive.pdf": typst.compile(words, pdf_standards="a-3a"),
        "printed.png": typst.compile(b"#set page(height: auto)\nshort", format="png"),
        "signed.pdf": sheet("Delivery note", ("Received.", "Signed at the dock.")),
        "plain.pdf": pdf(),
        "packed.pdf": made(object_stream_mode=pikepdf.ObjectStreamMode.generate),
        "for the web.pdf": made(linearize=True),
        "as text.pdf": made(qdf=True, static_id=True),
        "leading to a page.pdf": made(leads_to_a_page),
        "a form.pdf": made(has_a_form),
        "an invoice inside.pdf": with_files("factur-x.xml", "time sheet.xml"),
        "an end that is filled up.pdf": pdf("filled") + b"\r\n\0\0",
        "scan.png": png("scan"),
        "photo.jpg": photo,
        "fax.tiff": tiff("fax", order=">"),
        "picture.webp": webp("picture"),
        "paper.xml": b"\xef\xbb\xbf<?xml version='1.0'?><a/>\n",
    }


NAMES = {
    "invoice.pdf.exe": "invoice.pdf.exe.pdf",
    "invoice.exe": "invoice.exe.pdf",
    "inv\u202efdp.exe": "invfdp.exe.pdf",
    "page.html": "page.html.pdf",
    "a;b'c.PDF": "a;b'c.PDF",
}


@pytest.fixture
def portal(sqlite_url, tmp_path):
    with closing(open_portal(sqlite_url, files=f"folder:{tmp_path / 'kept'}", plugins=(Readers(),))) as made:
        store(made, invoice(), number="C-1")
        yield made


def listed(names):
    lines = "".join(f'"{name}",C-1,R-1\n' for name in names)
    return "file,customer_number,document\n" + lines


class Ways:
    """The ways in; each answers what became of files: (code, field) by name, nothing for one that was kept."""

    def __init__(self, portal, tmp_path):
        self.portal, self.folder = portal, tmp_path / "input"
        self.account = account_of(portal, "C-1")

    def attached(self, files):
        return self._one_by_one(files, lambda name, content, kind: self.portal.documents.attach(
            self.account, document_id(self.account, "books", "R-1"), content, name, OTTO, media_type=kind
        ))  # fmt: skip

    def attached_from_the_disk(self, files):
        def attach(name, content, kind):
            path = self.folder / name
            put(self.folder, name, content)
            key = document_id(self.account, "books", "R-1")
            self.portal.documents.attach(self.account, key, path, name, OTTO, media_type=kind)

        return self._one_by_one(files, attach)

    def published(self, files):
        return self._one_by_one(files, lambda name, content, kind: self.portal.documents.publish(
            content, name, OTTO, kind=PaperKind.OTHER, title=name, media_type=kind
        ))  # fmt: skip

    def in_a_folder(self, files):
        put(self.folder, "manifest.csv", listed(files))
        for name, content in files.items():
            put(self.folder, name, content)
        return self._imported(self.folder)

    def in_a_zip(self, files):
        path = self.folder.with_suffix(".zip")
        with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
            archive.writestr("manifest.csv", listed(files))
            for name, content in files.items():
                archive.writestr(name, content)
        return self._imported(path)

    def as_a_document(self, files):
        lines = (f'"{name}",C-1,contract,K-{n},2026-01-02\n' for n, name in enumerate(files))
        for name, content in {"manifest.csv": "file,customer_number,kind,number,issued_on\n" + "".join(lines), **files}.items():
            put(self.folder, name, content)
        return self._imported(self.folder)

    def in_an_invoice(self, files):
        inside = [
            {"name": name, "type": kind_of(name), "content": base64.b64encode(content).decode()}
            for name, content in files.items()
        ]
        put(self.folder, "r.xml", invoice_file("R-9", files=inside))
        report = self.portal.documents.import_(self.folder, OTTO)
        assert report.applied
        told = {}
        for left in report.left_out:
            name = left.reason.partition(": ")[0]
            told[name] = (left.code, left.column)
        return told

    def _one_by_one(self, files, act):
        told = {}
        for name, content in files.items():
            try:
                act(name, content, kind_of(name))
            except Refused as refused:
                told[name] = (refused.code, refused.field)
        return told

    def _imported(self, path):
        report = self.portal.documents.import_(path, OTTO, skip_bad=True)
        return {error.file: (error.code, error.column) for error in report.errors}


KINDS = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "tif": "image/tiff",
    "webp": "image/webp",
    "xml": "text/xml",
}


def kind_of(name):
    """What is stated of a file, by its ending."""
    return KINDS.get(name.rpartition(".")[2], "application/pdf")


FIELDS = {
    "attached": "content",
    "attached_from_the_disk": "content",
    "published": "content",
    "in_a_folder": "file",
    "in_a_zip": "file",
    "as_a_document": "file",
    "in_an_invoice": "attachment",
}


@pytest.mark.parametrize("way", FIELDS)
def test_hostile_files_are_refused_by_name_and_nothing_of_them_is_kept(portal, tmp_path, monkeypatch, way):
    from lockportal.documents.imports import report

    monkeypatch.setattr(report, "SHOWN", 100)
    before = contents(portal)
    told = getattr(Ways(portal, tmp_path), way)({name: content for name, (content, _) in HOSTILE.items()})
    assert {name: code for name, (code, _) in told.items()} == {name: code for name, (_, code) in HOSTILE.items()}
    assert {field for _, field in told.values()} <= {FIELDS[way], "content"}
    assert len(set(contents(portal)) - set(before)) == (way == "in_an_invoice")


@pytest.mark.parametrize("way", FIELDS)
def test_sound_files_are_taken_and_come_back(portal, tmp_path, way):
    sound = benign()
    assert getattr(Ways(portal, tmp_path), way)(sound) == {}
    kept = Counter(b"".join(portal.context.files.read(sha256)) for sha256 in contents(portal))
    assert not Counter(sound.values()) - kept
    assert portal.documents.verify(OTTO) == ()


@pytest.mark.parametrize("way", FIELDS)
def test_names_that_mislead_do_no_harm(portal, tmp_path, way):
    names = {name: kept for name, kept in NAMES.items() if name.isprintable() or way != "in_a_zip"}
    assert getattr(Ways(portal, tmp_path), way)({name: pdf(name) for name in names}) == {}
    rows = portal.documents.papers(OTTO) if way == "published" else rows_of(portal, File)
    assert {row.name for row in rows} >= set(names.values())


def test_what_was_taken_is_handed_out_in_one_pdf(portal, tmp_path):
    papers = {name: content for name, content in benign().items() if name.endswith(".pdf")}
    store(portal, *(paper(DocumentKind.CONTRACT, name) for name in papers), number="C-1", source="more")
    account = account_of(portal, "C-1")
    keys = [document_id(account, "more", name) for name in papers]
    for key, (name, content) in zip(keys, papers.items(), strict=True):
        portal.documents.attach(account, key, content, name, OTTO, role=FileRole.ORIGINAL)
    out = b"".join(portal.documents.bundle(account, keys, customer(account), "pdf").chunks)
    with pikepdf.open(io.BytesIO(out)) as whole, whole.open_outline() as outline:
        assert [item.title for item in outline.root] == list(papers)
        assert len(whole.pages) >= len(papers) + 2


class TakesAll:
    """A stranger's reader that finds an invoice in every file."""

    @hookimpl
    def lockportal_document_readers(self):
        return [self]

    def recognises(self, name, head):
        return True

    def read(self, name, content):
        return [Reading(facts=invoice("R-1"), customer=(PartyId("buyer", "C-1"),))]


@pytest.mark.parametrize("name", ["script.pdf", "HTML behind.jpg", "ZIP behind.xml", "password.pdf"])
def test_what_a_reader_took_is_looked_through_all_the_same(sqlite_url, tmp_path, name):
    with closing(open_portal(sqlite_url, files=f"folder:{tmp_path / 'kept'}", plugins=(TakesAll(),))) as portal:
        put(tmp_path, name, HOSTILE[name][0])
        assert codes(portal.documents.import_(tmp_path / name, OTTO)) == [(name, HOSTILE[name][1])]
        assert contents(portal) == []


@pytest.mark.parametrize("sign", [b"\0", b"\n", b"\x7f"])
def test_a_name_with_a_sign_that_is_none_refuses_a_zip(portal, tmp_path, sign):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.pdf#.exe", pdf())
    path.write_bytes(path.read_bytes().replace(b"a.pdf#.exe", b"a.pdf" + sign + b".exe"))
    with pytest.raises(Refused) as refused:
        portal.documents.import_(path, OTTO, skip_bad=True)
    assert refused.value.code == "archive.name"
    assert contents(portal) == []


def test_nul_is_taken_out_of_a_name(portal, tmp_path):
    assert Ways(portal, tmp_path).attached({"a\0.exe\0.pdf": pdf()}) == {}
    assert [row.name for row in rows_of(portal, File)] == ["a.exe.pdf"]


def test_a_supplier_may_take_pdfs_that_run_something(sqlite_url, tmp_path):
    settings = (DocumentsSettings(active_pdfs=True),)
    with closing(open_portal(sqlite_url, settings=settings, files=f"folder:{tmp_path / 'kept'}")) as portal:
        store(portal, invoice(), number="C-1")
        files = {name: HOSTILE[name][0] for name in ("script.pdf", "launch.pdf", "password.pdf")}
        assert Ways(portal, tmp_path).attached(files) == {"password.pdf": ("pdf.encrypted", "content")}


def test_a_pdf_is_as_large_as_the_limit_says(sqlite_url, tmp_path):
    settings = (DocumentsSettings(file_limit=20_000_400),)
    with closing(open_portal(sqlite_url, settings=settings, files=f"folder:{tmp_path / 'kept'}")) as portal:
        store(portal, invoice(), number="C-1")
        files = {"large.pdf": pdf("x" * 20_000_000), "larger.pdf": pdf("x" * 20_000_400)}
        assert Ways(portal, tmp_path).attached(files) == {"larger.pdf": ("file.too_large", "content")}


def test_what_has_no_walk_of_its_own_is_taken_by_its_type_alone(sqlite_url, tmp_path):
    settings = (DocumentsSettings(file_types=frozenset({"text/csv"})),)
    with closing(open_portal(sqlite_url, settings=settings, files=f"folder:{tmp_path / 'kept'}")) as portal:
        store(portal, invoice(), number="C-1")
        assert Ways(portal, tmp_path).in_a_folder({"sheet.csv": b"a,b\n"}) == {}
        assert [row.media_type for row in rows_of(portal, File)] == ["text/csv"]
