"""Folders and ZIPs: what is in them is read, and what has no place in an input refuses all of it."""

import os
import stat
import struct
import zipfile
import zlib

import pytest
from attrs import evolve
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from books import OTTO, rows_of
from given_files import PDF, contents, invoice_file, put
from lockportal.core.errors import Refused
from lockportal.documents import service
from lockportal.documents.imports import archive
from lockportal.documents.imports.inputs import Limits
from lockportal.documents.imports.intake import open_input
from lockportal.documents.models import Document

LIMITS = Limits()


@pytest.fixture
def refuse(portal):
    """Import what must be refused as a whole, even where bad files are skipped; answer why."""

    def refuse(path):
        with pytest.raises(Refused) as refused:
            portal.documents.import_(path, OTTO, skip_bad=True)
        assert (rows_of(portal, Document), contents(portal)) == ([], [])
        return refused.value

    return refuse


@pytest.fixture
def limited(monkeypatch):
    """Set limits that a test can reach."""

    def limited(**limits):
        monkeypatch.setattr(service, "Limits", lambda: evolve(LIMITS, **limits))

    return limited


# folders


def test_a_link_that_leads_out_of_the_folder_is_refused(folder, tmp_path, refuse):
    put(tmp_path, "secret.xml", invoice_file("secret"))
    for target in (tmp_path / "secret.xml", tmp_path):
        root = folder(**{"a.xml": invoice_file()})
        (root / "link").symlink_to(target)
        assert refuse(root).code == "folder.link"


def test_a_link_that_leads_nowhere_or_in_a_circle_is_refused(folder, refuse):
    for target in ("gone", "link"):
        root = folder(**{"a.xml": invoice_file()})
        (root / "link").symlink_to(target)
        assert refuse(root).code == "folder.link"


def test_a_link_within_the_folder_is_another_name_of_the_same_file(portal, folder):
    root = folder(**{"below/a.xml": invoice_file()})
    (root / "all").symlink_to(root / "below")
    assert portal.documents.import_(root, OTTO).added == 1
    (root / "b.xml").symlink_to(root / "below" / "a.xml")
    assert [error.code for error in portal.documents.import_(root, OTTO).errors] == ["document.twice"]


def test_a_folder_that_is_reached_by_a_link_is_the_folder(portal, folder, tmp_path):
    (tmp_path / "link").symlink_to(folder(**{"a.xml": invoice_file()}))
    assert portal.documents.import_(tmp_path / "link", OTTO).added == 1


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no such files")
def test_what_is_no_file_is_refused(folder, refuse):
    root = folder(**{"a.xml": invoice_file()})
    os.mkfifo(root / "pipe.csv")
    assert refuse(root).code == "folder.special"


def test_what_systems_leave_in_folders_is_passed_over_links_and_all(portal, folder, tmp_path):
    root = folder(
        **{
            "a.xml": invoice_file(),
            ".git/x.xml": "x",
            "b/.hidden": "x",
            "__MACOSX/a.xml": "x",
            "Thumbs.db": "x",
            "DESKTOP.INI": "x",
        }
    )
    (root / ".link").symlink_to(tmp_path)
    report = portal.documents.import_(root, OTTO)
    assert (report.added, report.passed_over) == (1, (".git", ".link", "DESKTOP.INI", "Thumbs.db", "__MACOSX", "b/.hidden"))


def test_a_name_that_is_no_text_is_refused(folder, refuse):
    root = folder()
    try:
        (root / os.fsdecode(b"a\xff.xml")).write_bytes(b"x")
    except OSError:
        pytest.skip("this system's names are all text")
    error = refuse(root)
    assert (error.code, "'a\\udcff.xml'" in error.message) == ("file.name", True)


def test_a_folder_that_may_not_be_read_is_refused(folder, refuse, monkeypatch):
    def walk(root, onerror):
        onerror(PermissionError(13, "no", str(root / "closed")))
        yield from ()

    root = folder(**{"a.xml": invoice_file()})
    monkeypatch.setattr(os, "walk", walk)
    assert refuse(root).code == "import.unreadable"


def test_a_file_of_a_folder_that_is_gone_meanwhile_is_refused_by_name(portal, folder):
    root = folder(**{"a.xml": invoice_file("R-1"), "b.xml": invoice_file("R-2")})
    heard = []

    def remove(step, done, total):
        if not heard:
            heard.append(step)
            (root / "b.xml").unlink()

    report = portal.documents.import_(root, OTTO, skip_bad=True, progress=remove)
    assert [(error.file, error.code) for error in report.errors] == [("b.xml", "import.unreadable")]


def test_an_empty_folder_states_nothing(portal, folder):
    report = portal.documents.import_(folder(), OTTO)
    assert (report.applied, report.source, report.rows) == (True, "csv", 0)


# ZIPs


def written(path, *entries, **options):
    """Write a ZIP of (name or ZipInfo, content)."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, **options) as made:
        for name, content in entries:
            made.writestr(name, content)
    return path


def entry(name, mode=0):
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    return info


@pytest.mark.parametrize(
    "name",
    ["../a.xml", "a/../../b.xml", "/etc/passwd", "\\\\host\\a.xml", "C:\\a.xml", "a\nb.xml", "..\\a.xml", ".", "a\u202exml.exe"],
)
def test_a_name_that_has_no_place_in_a_zip_is_refused(tmp_path, refuse, name):
    assert refuse(written(tmp_path / "a.zip", (entry(name), invoice_file()))).code == "archive.name"


@pytest.mark.parametrize("mode", [stat.S_IFLNK | 0o777, stat.S_IFIFO, stat.S_IFCHR])
def test_what_is_no_file_in_a_zip_is_refused(tmp_path, refuse, mode):
    assert refuse(written(tmp_path / "a.zip", (entry("a.xml", mode), "/etc/passwd"))).code == "archive.link"


def test_folders_and_backslashes_in_a_zip_are_understood(portal, tmp_path):
    path = written(
        tmp_path / "a.zip",
        ("below/", ""),
        (entry("below\\a.xml", stat.S_IFREG | 0o644), invoice_file()),
        ("./b.xml", invoice_file("R-2")),
    )
    with open_input(path, LIMITS) as found:
        assert [one.name for one in found.entries] == ["b.xml", "below/a.xml"]
    assert portal.documents.import_(path, OTTO).added == 2


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("second", ["a.xml", "./a.xml"])
def test_a_name_that_stands_in_a_zip_twice_is_refused(tmp_path, refuse, second):
    path = written(tmp_path / "a.zip", ("a.xml", invoice_file()), (second, invoice_file("R-2")))
    assert refuse(path).code == "archive.twice"


def test_an_encrypted_zip_is_refused(tmp_path, refuse):
    path = written(tmp_path / "a.zip", ("a.xml", invoice_file()))
    raw = bytearray(path.read_bytes())
    raw[raw.index(b"PK\1\2") + 8] |= 1
    path.write_bytes(raw)
    assert refuse(path).code == "archive.encrypted"


def test_a_zip_within_an_input_is_refused(tmp_path, folder, refuse):
    inner = written(tmp_path / "inner.zip", ("a.xml", invoice_file())).read_bytes()
    for path in (written(tmp_path / "a.zip", ("b/c.ZIP", inner)), folder(**{"c.zip": inner})):
        assert refuse(path).code == "archive.nested"


def test_an_office_document_is_not_taken_for_a_zip_of_files(tmp_path, refuse):
    assert (
        refuse(written(tmp_path / "book.xlsx", ("[Content_Types].xml", "<x/>"), ("xl/workbook.xml", "<x/>"))).code
        == "archive.office"
    )


def test_a_zip_of_too_many_files_is_refused(tmp_path, refuse, limited):
    limited(entries=3)
    path = written(tmp_path / "a.zip", *((f"{n}.xml", invoice_file(f"R-{n}")) for n in range(4)))
    assert refuse(path).code == "archive.too_many"


def test_a_zip_whose_directory_is_larger_than_any_sensible_one_is_not_read(tmp_path, refuse, monkeypatch):
    monkeypatch.setattr(archive, "_DIRECTORY", 200)
    path = written(tmp_path / "a.zip", *((f"{n}.xml", invoice_file(f"R-{n}")) for n in range(4)))
    assert refuse(path).code == "archive.too_many"


def test_a_zip_that_unfolds_to_too_much_is_refused(tmp_path, refuse, limited):
    limited(total=1500)
    noise = bytes(range(256)) * 4
    path = written(tmp_path / "a.zip", ("a.xml", invoice_file(notes="x")), ("b.pdf", PDF + noise), ("c.pdf", PDF + noise))
    assert refuse(path).code == "archive.too_large"


def test_an_entry_that_unfolds_to_many_times_of_itself_is_refused(tmp_path, refuse):
    path = written(
        tmp_path / "a.zip",
        ("manifest.csv", "file,customer_number,kind,number,issued_on\na.pdf,C-1,contract,K-1,2026-01-02\n"),
        ("a.pdf", PDF + b"\0" * 3_000_000),
    )
    error = refuse(path)
    assert error.code == "archive.ratio"
    assert "a.pdf unfolds to more than 200 times of what it takes" in error.message


def test_a_table_that_unfolds_to_many_times_of_itself_is_refused_too(tmp_path, refuse):
    head = "number,customer_number,customer_name,currency,total,issued_on,due_on\n"
    path = written(tmp_path / "a.zip", ("book.csv", head + "\n" * 3_000_000))
    assert refuse(path).code == "archive.ratio"


def test_nothing_counts_twice_because_it_is_read_twice(portal, tmp_path, limited):
    text = invoice_file()
    limited(total=len(text) + 10)
    assert portal.documents.import_(written(tmp_path / "a.zip", ("a.xml", text)), OTTO).added == 1


def lying(content, *, size=None, packed=None, crc=None):
    """Make a ZIP of one entry whose headers say something else than what is there."""
    squeezed = zlib.compress(content, wbits=-15)
    crc = zlib.crc32(content) if crc is None else crc
    numbers = struct.pack("<LLL", crc, len(squeezed) if packed is None else packed, len(content) if size is None else size)
    local = b"PK\3\4" + struct.pack("<5H", 20, 0, 8, 0, 33) + numbers + struct.pack("<2H", 5, 0) + b"a.xml" + squeezed
    central = b"PK\1\2" + struct.pack("<6H", 20, 20, 0, 8, 0, 33) + numbers + struct.pack("<5H2L", 5, 0, 0, 0, 0, 0, 0) + b"a.xml"
    return local + central + b"PK\5\6" + struct.pack("<4H2LH", 0, 0, 1, 1, len(central), len(local), 0)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"size": 10}, "archive.damaged"),
        ({"size": 1 << 30}, None),
        ({"packed": 1 << 30}, "archive.overlap"),
        ({"packed": 4}, "archive.damaged"),
        ({"crc": 1}, "archive.damaged"),
    ],
)
def test_what_a_zip_says_of_its_sizes_is_not_believed(portal, tmp_path, refuse, given, code):
    path = tmp_path / "a.zip"
    path.write_bytes(lying(invoice_file(), **given))
    if code is None:
        assert portal.documents.import_(path, OTTO).added == 1
    else:
        assert refuse(path).code == code


def test_a_bomb_that_says_it_is_small_does_not_unfold(tmp_path, refuse):
    path = tmp_path / "a.zip"
    path.write_bytes(lying(b"<fake>" + b" " * 50_000_000, size=1000))
    assert refuse(path).code == "archive.damaged"


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_zip_may_be_packed_in_any_way_that_python_knows(portal, tmp_path, method):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", method) as made:
        made.writestr("book.csv", "number,customer_number,currency,total,issued_on,due_on\nR-1,C-1,USD,1,2026-01-02,2026-01-02\n")
    assert portal.documents.import_(path, OTTO).added == 1


def test_a_zip_packed_in_a_way_that_nobody_knows_is_refused(tmp_path, refuse):
    path = tmp_path / "a.zip"
    raw = bytearray(lying(invoice_file()))
    raw[8], raw[raw.index(b"PK\1\2") + 10] = 97, 97
    path.write_bytes(raw)
    assert refuse(path).code == "archive.damaged"


@pytest.mark.parametrize("content", [b"PK\3\4", b"PK\5\6 and so on", b"PK\3\4" + b"\0" * 100])
def test_what_only_begins_like_a_zip_is_refused(tmp_path, refuse, content):
    path = tmp_path / "a.zip"
    path.write_bytes(content)
    assert refuse(path).code == "archive.damaged"


def test_an_empty_zip_states_nothing(portal, tmp_path):
    assert portal.documents.import_(written(tmp_path / "a.zip"), OTTO).rows == 0


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(st.tuples(st.integers(0, 600), st.integers(0, 255)), max_size=6), st.integers(0, 700))
def test_a_damaged_zip_is_read_or_refused_and_nothing_else(tmp_path_factory, changes, length):
    path = tmp_path_factory.mktemp("zip") / "a.zip"
    raw = bytearray(written(path, ("a.xml", invoice_file()), ("below/b.csv", "number\n1\n" * 9), ("c.pdf", PDF)).read_bytes())
    for place, value in changes:
        raw[place % len(raw)] = value
    path.write_bytes(raw[: max(4, length)] if length < 300 else raw)
    codes = set()
    try:
        with open_input(path, LIMITS) as found:
            for one in found.entries:
                with one.open() as stream:
                    while stream.read(50):
                        pass
    except Refused as refused:
        codes.add(refused.code.partition(".")[0])
    assert codes <= {"archive"}
