"""Files of documents: what may be one, how it is called, who has it, and that it comes back byte by byte."""

from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from books import KEY, OTTO, account_of, closing, customer, invoice, item_id, open_portal, paper, rows_of, store
from given_contents import pdf, png
from lockportal.core.actor import SYSTEM, Actor, ActorKind, Grant, Right
from lockportal.core.errors import Denied, NotFound, Refused
from lockportal.documents.commands import AttachFile, StatedDocument, StoreDocuments
from lockportal.documents.facts import NAME, check_file
from lockportal.documents.files.media import checked_type, cleaned_name, media_type_of
from lockportal.documents.files.models import DocumentDownloaded, DownloadForm
from lockportal.documents.imports.run import facts_digest
from lockportal.documents.models import (
    FILE_TYPES,
    DocumentKind,
    DocumentsSettings,
    File,
    FileFacts,
    FileRole,
    document_id,
    file_id,
)
from lockportal.signing import Purpose, Signer
from lockportal.testing import counting

PDF = pdf("a signed proof")
PNG = png("and a photo")


def key(portal, number="R-1"):
    return document_id(account_of(portal), "books", number)


def attach(portal, content=PDF, name="proof.pdf", by=OTTO, number="R-1", **how):
    return portal.documents.attach(account_of(portal), key(portal, number), content, name, by, **how)


def files_of(portal, by=OTTO, number="R-1"):
    return portal.documents.get(account_of(portal), key(portal, number), by).files


def taken(portal, file, by=OTTO, number="R-1"):
    made = portal.documents.open_file(account_of(portal), key(portal, number), file, by)
    content = b"".join(made.chunks)
    assert len(content) == made.size
    return made.name, made.media_type, content


# coming and going


def test_a_file_comes_back_byte_by_byte_under_its_name_and_type(portal, tmp_path):
    store(portal, invoice())
    large = png("and a photo" * 20_000)
    (tmp_path / "scan").write_bytes(large)
    first, second = attach(portal), attach(portal, tmp_path / "scan", "Überfahrt.png", role=FileRole.ORIGINAL)
    assert taken(portal, first) == ("proof.pdf", "application/pdf", PDF)
    assert taken(portal, second) == ("Überfahrt.png", "image/png", large)
    assert [(one.id, one.role, one.size) for one in files_of(portal)] == [
        (second, FileRole.ORIGINAL, len(large)),
        (first, FileRole.ATTACHMENT, len(PDF)),
    ]
    assert portal.documents.verify(OTTO) == ()


def test_the_same_content_again_is_the_same_file(portal):
    store(portal, invoice(), invoice("R-2"))
    first = attach(portal)
    assert attach(portal, name="another.pdf") == first
    assert [one.name for one in files_of(portal)] == ["proof.pdf"]
    other = attach(portal, number="R-2")
    assert other != first
    assert len(list(portal.context.files.walk())) == 1
    events = [row.type for row in portal.shell.store.journal(account_of(portal), 1, 10)]
    assert events == ["documents.file_attached", "documents.file_attached"]


def facts(**changed):
    given = {
        "role": FileRole.ATTACHMENT,
        "name": "a.pdf",
        "media_type": "application/pdf",
        "size": 3,
        "sha256": b"s" * 32,
        **changed,
    }
    return FileFacts(**given)


def test_a_file_is_added_by_staff_and_to_a_document_that_is_there(portal):
    store(portal, invoice())
    account = account_of(portal)
    for ask, error in (
        (lambda: attach(portal, by=customer(account)), Denied),
        (lambda: attach(portal, by=customer(item_id("elsewhere"))), NotFound),
        (lambda: attach(portal, number="R-9"), NotFound),
        (lambda: portal.documents.attach(item_id("nobody"), key(portal), PDF, "a.pdf", OTTO), NotFound),
    ):
        with pytest.raises(error):
            ask()
    assert list(portal.context.files.walk()) == [], "nothing is kept of what is refused"
    command = AttachFile(account_id=account, document_id=item_id("nothing"), file=facts())
    with pytest.raises(NotFound) as refused:
        portal.shell.run(command, SYSTEM)
    assert refused.value.code == "document.not_found"


def test_files_come_with_a_document_and_stay_when_it_changes(portal):
    account = portal.clock.new_id()

    def stored(stated, *files):
        one = StatedDocument(facts_digest(stated)[0], stated, files)
        command = StoreDocuments(account_id=account, customer_number="7", customer_name="", source="books", documents=(one,))
        return portal.shell.run(command, SYSTEM).version

    def names():
        return sorted(row.name for row in rows_of(portal, File))

    assert stored(invoice(), facts(), facts(name="same.pdf")) == 1
    assert names() == ["same.pdf"], "one content is one file"
    assert stored(invoice(total="120.00")) == 2
    assert names() == ["same.pdf"]
    assert stored(invoice(total="120.00"), facts(name="b.pdf", sha256=b"t" * 32)) == 3, "also to what is unchanged itself"
    assert stored(invoice(total="120.00"), facts(), facts(sha256=b"t" * 32)) == 3, "nothing of it is new"
    assert names() == ["b.pdf", "same.pdf"]
    (row,) = [row for row in rows_of(portal, File) if row.name == "b.pdf"]
    assert row.id == file_id(document_id(account, "books", "R-1"), b"t" * 32)
    with pytest.raises(Refused):
        stored(invoice("R-2"), facts(name="../b.pdf"))


def test_a_document_with_its_files_is_still_read_in_two_statements(portal):
    store(portal, invoice(po_number="PO-1"), paper(DocumentKind.PURCHASE_ORDER, "PO-1"))
    file = attach(portal)
    account, one = account_of(portal), key(portal)
    with counting(portal.engines) as sent:
        shown = portal.documents.get(account, one, customer(account))
    assert (len(sent), len(shown.references), [each.id for each in shown.files]) == (2, 1, [file])
    with counting(portal.engines) as sent:
        portal.documents.open_file(account, one, file, OTTO)
    assert len(sent) == 1


# what may be kept


def test_a_file_that_is_too_large_empty_or_unreadable_is_refused(database_url, tmp_path):
    settings = (DocumentsSettings(file_limit=len(PDF), file_types=FILE_TYPES | {"text/csv"}),)
    with closing(open_portal(database_url, settings=settings, files=f"folder:{tmp_path / 'files'}")) as portal:
        store(portal, invoice())
        attach(portal)
        attach(portal, b"a,b", "a.csv", media_type="text/csv; charset=utf-8")
        for content, code in (
            (pdf("a signed proof!"), "file.too_large"),
            (b"", "file.empty"),
            (tmp_path / "nowhere.pdf", "file.unreadable"),
            (b"a,b", "file.type_refused"),
        ):
            with pytest.raises(Refused) as refused:
                attach(portal, content)
            assert refused.value.code == code
        assert sorted(one.media_type for one in files_of(portal)) == ["application/pdf", "text/csv"]


@pytest.mark.parametrize(
    ("head", "media_type"),
    [
        (PDF, "application/pdf"),
        (b"\xef\xbb\xbf\r\n junk before it %PDF-1.4", None),
        (b" " * 1025 + b"%PDF-1.4", None),
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "image/jpeg"),
        (b"II*\0rest", "image/tiff"),
        (b"MM\0*rest", "image/tiff"),
        (b"II+\0rest", "image/tiff"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "image/webp"),
        (b"RIFF\x10\0\0\0WAVEfmt ", None),
        (b'<?xml version="1.0"?>\n<Invoice/>', "application/xml"),
        (b'\xef\xbb\xbf<?xml version="1.0"?><Invoice/>', "application/xml"),
        (b"  <ubl:Invoice xmlns:ubl='u'/>", "application/xml"),
        (b"<!-- made by hand -->\n<!-- and twice --> <Order>", "application/xml"),
        ('<?xml version="1.0" encoding="UTF-16"?><a/>'.encode("utf-16"), "application/xml"),
        ('\ufeff<?xml version="1.0"?><a/>'.encode("utf-16-be"), "application/xml"),
        ('<?xml version="1.0"?><a/>'.encode("utf-16-le"), "application/xml"),
        ('<?xml version="1.0"?><a/>'.encode("utf-16-be"), "application/xml"),
        (b"PK\x03\x04rest", None),
        (b"number,total\n1,2", None),
        (b"< 5 pieces", None),
        (b"<!-- " * 500, None),
        (b"", None),
    ],
)
def test_a_content_tells_what_it_is(head, media_type):
    assert media_type_of(head) == media_type


ACTIVE = [
    b"<!DOCTYPE html><title>x",
    b"\n <HTML>%PDF-1.4",
    b"<!-- a --><!-- b --><script>alert(1)</script>",
    b"<svg xmlns='http://www.w3.org/2000/svg'>",
    b'<?xml version="1.0"?>\n<!-- x --><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN">',
    b'<?xml version="1.0"?><html>',
    b"<?xml version='1.0'?><a xmlns:h='http://www.w3.org/1999/xhtml'><h:script/>",
    '<?xml version="1.0"?><svg/>'.encode("utf-16"),
    b"MZ\x90\0",
    b"\x7fELF",
    b"#!/bin/sh",
    b"<?php echo 1;",
]


@pytest.mark.parametrize("head", ACTIVE)
def test_what_a_browser_or_a_system_would_run_is_refused(head):
    for stated in (None, "application/pdf", "text/plain"):
        with pytest.raises(Refused) as refused:
            checked_type(head, stated, FILE_TYPES | {"text/plain", "text/html", "image/svg+xml"})
        assert refused.value.code == "file.type_active"


@pytest.mark.parametrize(
    ("head", "stated", "code"),
    [
        (b"a,b", None, "file.type_refused"),
        (b"a,b", "text/tab-separated-values", "file.type_refused"),
        (b"a,b", "image/png", "file.type_wrong"),
        (b"a,b", "text/html", "file.type_active"),
        (b"a,b", "Application/JavaScript", "file.type_active"),
        (b"a,b", "image/svg+xml", "file.type_active"),
        (PNG, "text/csv", "file.type_refused"),
    ],
)
def test_what_is_stated_of_a_content_is_believed_only_where_it_does_not_tell(head, stated, code):
    allowed = frozenset({"text/csv", "text/html", "application/javascript", "image/svg+xml"})
    assert checked_type(b"a,b", " Text/CSV; header=present", allowed) == "text/csv"
    with pytest.raises(Refused) as refused:
        checked_type(head, stated, allowed)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("name", "media_type", "cleaned"),
    [
        ("proof.pdf", "application/pdf", "proof.pdf"),
        ("Proof.PDF", "application/pdf", "Proof.PDF"),
        ("C:\\scans\\proof 1.pdf", "application/pdf", "proof 1.pdf"),
        ("../../etc/passwd", "application/pdf", "passwd.pdf"),
        ("invoice.html", "application/pdf", "invoice.html.pdf"),
        ("cod.\u202efdp.exe", "image/png", "cod.fdp.exe.png"),
        ("a\0b\n c\t.pdf", "application/pdf", "ab c.pdf"),
        ('what? "this" <is>|*.xml', "application/xml", "what_ _this_ _is___.xml"),
        ("", "image/webp", "file.webp"),
        (" .. ", "image/tiff", "file.tif"),
        (".pdf", "application/pdf", "pdf.pdf"),
        ("photo.JPEG", "image/jpeg", "photo.JPEG"),
        ("e\u0301te\u0301.csv", "text/csv", "été.csv"),
        ("README", "text/plain", "README"),
        ("x" * 300 + ".pdf", "application/pdf", "x" * 196 + ".pdf"),
        ("x" * 300, "text/plain", "x" * 200),
        ("a." + "x" * 300, "text/plain", "a." + "x" * 99),
    ],
)
def test_a_name_is_cleaned_and_bears_the_ending_of_its_type(name, media_type, cleaned):
    assert cleaned_name(name, media_type) == cleaned
    check_file(facts(name=cleaned, media_type=media_type))


@pytest.mark.parametrize("name", ["run.exe", "page.HTML", "a.svg", "b.js"])
def test_a_name_that_a_system_would_run_is_refused_where_the_type_has_no_ending_of_its_own(name):
    with pytest.raises(Refused) as refused:
        cleaned_name(name, "text/plain")
    assert refused.value.code == "file.type_active"


@given(st.text(max_size=400), st.sampled_from([*sorted(FILE_TYPES), "text/plain"]))
def test_any_name_becomes_one_that_may_be_kept_and_is_left_alone_then(name, media_type):
    try:
        cleaned = cleaned_name(name, media_type)
    except Refused:
        return
    check_file(facts(name=cleaned, media_type=media_type))
    assert cleaned_name(cleaned, media_type) == cleaned
    assert len(cleaned) <= NAME


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"name": ""}, "file.name"),
        ({"name": "a/b"}, "file.name"),
        ({"name": "a\\b"}, "file.name"),
        ({"name": "a\nb"}, "file.name"),
        ({"name": " a"}, "file.name"),
        ({"name": "a."}, "file.name"),
        ({"name": "\u202ea"}, "file.name"),
        ({"name": "x" * 201}, "file.name"),
        ({"media_type": "pdf"}, "file.media_type"),
        ({"media_type": "text/plain; charset=utf-8"}, "file.media_type"),
        ({"size": -1}, "file.size"),
    ],
)
def test_a_file_that_cannot_be_is_refused_by_name(changed, code):
    check_file(facts())
    with pytest.raises(Refused) as refused:
        check_file(facts(**changed))
    assert refused.value.code == code


# who has it, and who had it


def test_the_files_of_a_hidden_document_and_of_a_strangers_answer_as_none(portal):
    store(portal, invoice(), invoice("H-1", visible=False))
    store(portal, invoice("theirs"), number="200")
    account, theirs = account_of(portal), account_of(portal, "200")
    seen, hidden = attach(portal), attach(portal, number="H-1")
    strange = portal.documents.attach(theirs, document_id(theirs, "books", "theirs"), PNG, "b", OTTO)
    mine = customer(account)
    assert taken(portal, seen, mine)[0] == "proof.pdf"
    errors = set()
    for document, file in (
        (key(portal, "H-1"), hidden),
        (key(portal), hidden),
        (key(portal), strange),
        (document_id(theirs, "books", "theirs"), strange),
        (uuid4(), uuid4()),
        (key(portal), uuid4()),
    ):
        with pytest.raises(NotFound) as refused:
            portal.documents.open_file(account, document, file, mine)
        errors.add((refused.value.code, refused.value.message))
    assert errors == {("file.not_found", "There is no such file.")}
    assert taken(portal, hidden, OTTO, "H-1")[2] == PDF


def test_a_content_that_is_lost_is_not_found_and_nobody_had_it(portal):
    store(portal, invoice())
    file = attach(portal)
    (kept,) = portal.context.files.walk()
    portal.context.files.drop(kept.sha256)
    with pytest.raises(NotFound):
        taken(portal, file, customer(account_of(portal)))
    assert rows_of(portal, DocumentDownloaded) == []


def test_what_customers_download_is_written_down_and_what_staff_look_at_is_not(portal):
    store(portal, invoice(), invoice("R-2"))
    account = account_of(portal)
    contact = portal.profiles.add_contact(account, "robin@harbour.example", "Robin", by=OTTO)
    grant = Grant(account, contact.id, frozenset({Right.VIEW}))
    robin = Actor(kind=ActorKind.CUSTOMER, id=str(contact.person_id), person_id=contact.person_id, grants=(grant,))
    file = attach(portal)
    for by in (OTTO, SYSTEM, robin):
        taken(portal, file, by)
        portal.documents.pdf(account, key(portal, "R-2"), by)
    found = portal.documents.downloads(account, OTTO).items
    assert {(one.number, one.form, one.file_id) for one in found} == {
        ("R-1", DownloadForm.FILE, file),
        ("R-2", DownloadForm.PDF, None),
    }
    assert {(one.person_id, one.contact_id, one.contact_name, one.at, one.kind) for one in found} == {
        (contact.person_id, contact.id, "Robin", portal.clock.now(), DocumentKind.INVOICE)
    }
    assert [one.number for one in portal.documents.downloads(account, OTTO, document_id=key(portal)).items] == ["R-1"]
    with pytest.raises(Denied):
        portal.documents.downloads(account, robin)


def test_who_downloads_as_a_parents_contact_is_named_too(portal):
    store(portal, invoice())
    account = account_of(portal)
    parent = portal.profiles.open_customer("P-1", "Group", by=SYSTEM)
    portal.profiles.change_customer(account, by=SYSTEM, parent_id=parent)
    contact = portal.profiles.add_contact(parent, "gail@group.example", "Gail", by=OTTO)
    grant = Grant(account, contact.id, frozenset({Right.VIEW}), "", frozenset({Right.VIEW}))
    gail = Actor(kind=ActorKind.CUSTOMER, id=str(contact.person_id), person_id=contact.person_id, grants=(grant,))
    portal.documents.pdf(account, key(portal), gail)
    (line,) = portal.documents.downloads(account, OTTO).items
    assert (line.contact_id, line.contact_name, line.person_id) == (contact.id, "Gail", contact.person_id)
    assert portal.documents.downloads(parent, OTTO).items == ()


def test_downloads_are_listed_page_by_page_the_newest_first(portal):
    store(portal, invoice(), name="")
    account, mine = account_of(portal), customer(account_of(portal))
    for minute in range(5):
        portal.clock.time += timedelta(minutes=minute % 2)
        portal.documents.pdf(account, key(portal), mine)
    whole = portal.documents.downloads(account, OTTO, limit=1000)
    assert (len(whole.items), whole.after) == (5, None)
    assert [one.at for one in whole.items] == sorted((one.at for one in whole.items), reverse=True)
    page, seen = portal.documents.downloads(account, OTTO, limit=2), []
    while True:
        seen += page.items
        if page.after is None:
            break
        page = portal.documents.downloads(account, OTTO, after=page.after, limit=2)
    assert tuple(seen) == whole.items
    for other in ("junk", Signer((KEY,)).sign(Purpose.CURSOR, ["documents", "number", "R-1"])):
        with pytest.raises(Refused) as refused:
            portal.documents.downloads(account, OTTO, after=other)
        assert refused.value.code == "page.cursor_invalid"
