"""Files that are sent: how they come to rest, who can have them, what the scanner does, and how much room there is."""

import hashlib
import threading
from datetime import timedelta
from uuid import uuid4

import pytest
from attrs import evolve

from books import OTTO, account_of, customer, invoice, rows_of, spoil, store
from given_contents import pdf, png
from lockportal.core.actor import SYSTEM, Right
from lockportal.core.errors import Conflict, Denied, GatewayError, NotFound, Refused
from lockportal.documents.models import document_id
from lockportal.uploads import Subject, Upload, UploadRoom, UploadsSettings, UploadState
from lockportal.uploads.commands import ReceiveUpload, RecordScan, StartUpload, abandon
from lockportal.uploads.keeping import Keeping
from lockportal.uploads.models import MOVES, UploadFacts
from scanners import FakeScanner

PDF, PNG = pdf("a proof"), png("a photo" * 20_000)


def in_book(desk, number="R-1"):
    return document_id(desk.account, "books", number)


def refusal(act, *given, **how):
    with pytest.raises(Refused) as refused:
        act(*given, **how)
    return refused.value.code, refused.value.field


def state(desk, upload):
    return next(row.state for row in rows_of(desk.portal, Upload) if row.id == upload)


# coming and going


def test_a_file_comes_back_byte_by_byte_and_is_listed_with_who_sent_it(open_desk, database_url):
    desk = open_desk(database_url)
    first = desk.send(PDF, "Lieferschein.PDF", note=" as agreed ")
    second = desk.send(PNG, "../photo", by=OTTO, document_id=in_book(desk))
    assert (desk.had(first), desk.had(second, OTTO)) == (PDF, PNG)
    newest, oldest = desk.lines()
    assert (oldest.name, oldest.note, oldest.staff, oldest.subject_kind, oldest.ready) == (
        "Lieferschein.PDF",
        "as agreed",
        "",
        "account",
        True,
    )
    assert (newest.name, newest.media_type, newest.staff, newest.subject_id) == ("photo.png", "image/png", "otto", in_book(desk))
    listed = desk.portal.uploads.list(desk.account, OTTO, document_id=in_book(desk)).items
    assert [line.id for line in listed] == [second]
    assert desk.portal.verify(SYSTEM) == ()


def test_a_long_list_is_had_page_by_page(desk):
    sent = [desk.send(pdf(str(number))) for number in range(5)]
    page = desk.portal.uploads.list(desk.account, OTTO, limit=3)
    rest = desk.portal.uploads.list(desk.account, OTTO, limit=3, after=page.after)
    assert {line.id for line in (*page.items, *rest.items)} == set(sent)
    assert (len(page.items), rest.after) == (3, None)


def test_the_name_of_the_contact_is_told_of_a_parents_contact_too(desk):
    contact = desk.portal.profiles.add_contact(desk.account, "ann@harbour.example", "Ann", (Right.VIEW,), by=SYSTEM)
    desk.send(PDF, by=_as(desk, contact))
    assert desk.lines()[0].contact_name == "Ann"


def _as(desk, contact):
    from lockportal.core.actor import Actor, ActorKind, Grant

    grant = Grant(desk.account, contact.id, frozenset({Right.VIEW}))
    return Actor(kind=ActorKind.CUSTOMER, id=str(contact.person_id), person_id=contact.person_id, grants=(grant,))


def test_where_a_content_lies_is_left_to_chance(desk):
    sent = [desk.send(PDF), desk.send(PDF)]
    keys = {bytes(row.storage_key) for row in rows_of(desk.portal, Upload)}
    assert len(keys) == len(sent) == len(set(desk.contents()))
    assert set(desk.contents()) == keys
    assert hashlib.sha256(PDF).digest() not in keys
    assert desk.had(sent[0]) == desk.had(sent[1]) == PDF


def test_a_stranger_finds_nothing_and_a_right_is_needed(desk):
    store(desk.portal, invoice("R-9"), number="200", name="Other")
    other = account_of(desk.portal, "200")
    mine, stranger = desk.send(PDF), customer(other)
    for act in (
        lambda: desk.had(mine, stranger),
        lambda: desk.portal.uploads.open(other, mine, stranger),
        lambda: desk.send(PDF, by=stranger),
        lambda: desk.portal.uploads.remove(other, mine, OTTO),
        lambda: desk.portal.uploads.send(other, PDF, "a.pdf", stranger, document_id=in_book(desk)),
        lambda: desk.portal.uploads.open(desk.account, uuid4(), OTTO),
    ):
        with pytest.raises(NotFound):
            act()
    for act in (
        lambda: desk.send(PDF, by=customer(desk.account, rights=(Right.PAY,))),
        lambda: desk.portal.uploads.remove(desk.account, mine, desk.customer),
    ):
        with pytest.raises(Denied):
            act()
    assert len(desk.contents()) == 1


def test_a_file_of_another_capability_is_that_capabilitys_alone(desk):
    keeping, subject = Keeping(desk.portal.context), Subject("quarrel", uuid4())
    told = keeping.keep(desk.account, subject, PDF, "a.pdf", OTTO)
    kept = keeping.keep(desk.account, subject, PNG, "b.png", OTTO, internal=True)
    assert desk.lines(OTTO) == ()
    with pytest.raises(NotFound):
        desk.had(told, OTTO)
    assert [line.id for line in keeping.lines(desk.account, OTTO, ("quarrel",), about=[subject.id])] == [kept, told]
    assert [line.id for line in keeping.lines(desk.account, desk.customer, ("quarrel",))] == [told]
    assert b"".join(keeping.open(desk.account, kept, OTTO, ("quarrel",)).chunks) == PNG
    with pytest.raises(NotFound):
        keeping.open(desk.account, kept, desk.customer, ("quarrel",))
    assert refusal(keeping.keep, desk.account, subject, PDF, "a.pdf", desk.customer, internal=True) == (
        "upload.internal",
        "internal",
    )
    assert refusal(keeping.keep, desk.account, Subject("No kind", uuid4()), PDF, "a.pdf", OTTO)[0] == "upload.subject_kind"


def test_the_same_key_again_is_the_same_file(desk):
    first = desk.send(PDF, key="form-1")
    assert desk.send(PDF, key="form-1") == first
    assert len(desk.contents()) == len(desk.lines()) == 1
    with pytest.raises(Conflict):
        desk.send(PNG, "b.png", key="form-1")
    assert desk.send(PDF, key="form-2") != first


@pytest.mark.parametrize(
    ("content", "name", "note", "code"),
    [
        (b"", "a.pdf", "", "file.empty"),
        (pdf("x" * 2_000), "a.pdf", "", "file.too_large"),
        (b"Dear all", "a.pdf", "", "file.type_refused"),
        (b"<?xml version='1.0'?><a/>", "a.xml", "", "file.type_refused"),
        (PDF, "a.pdf", "x" * 2_001, "upload.note_too_long"),
    ],
)
def test_what_is_not_taken_leaves_nothing(open_desk, sqlite_url, content, name, note, code):
    desk = open_desk(sqlite_url, settings=(UploadsSettings(file_limit=2_000),))
    assert refusal(desk.send, content, name, note=note)[0] == code
    assert (desk.contents(), desk.lines(), rows_of(desk.portal, UploadRoom)) == ([], (), [])


# the scanner


def test_a_file_is_in_quarantine_until_the_scanner_has_seen_it(open_desk, database_url):
    scanner = FakeScanner()
    desk = open_desk(database_url, scanner=scanner)
    clean, bad = desk.send(PDF), desk.send(pdf("a virus"))
    assert {line.state for line in desk.lines()} == {UploadState.QUARANTINED}
    for upload in (clean, bad):
        for by in (desk.customer, OTTO):
            with pytest.raises(NotFound):
                desk.had(upload, by)
    scanner.error = GatewayError("scanner.down", "It is asleep.")
    assert desk.portal.deliver().failed == 1
    assert state(desk, clean) == UploadState.QUARANTINED
    scanner.error = None
    desk.clock.time += timedelta(minutes=5)
    desk.portal.deliver()
    desk.portal.deliver()
    assert [content for _, _, content in scanner.seen] == [PDF, pdf("a virus")]
    assert scanner.seen[0][:2] == ("application/pdf", len(PDF))
    assert (state(desk, clean), state(desk, bad)) == (UploadState.RELEASED, UploadState.REFUSED)
    assert desk.had(clean) == PDF
    with pytest.raises(NotFound):
        desk.had(bad, OTTO)
    assert [line.verdict for line in desk.lines(OTTO)] == ["Test.Virus", ""]
    assert len(desk.contents()) == 1, "what does harm is deleted"
    assert rows_of(desk.portal, UploadRoom)[0].files == 1
    assert desk.portal.verify(SYSTEM) == ()


def test_what_is_no_verdict_releases_nothing(open_desk, sqlite_url):
    scanner = FakeScanner()
    desk = open_desk(sqlite_url, scanner=scanner)
    upload = desk.send(PDF)
    scanner.answer = True
    assert desk.portal.deliver().failed == 1
    without = open_desk(sqlite_url, create=False)
    without.clock.time = desk.clock.time = desk.clock.time + timedelta(minutes=5)
    assert without.portal.deliver().failed == 1, "the scanner is gone, and what waits for it waits on"
    assert state(desk, upload) == UploadState.QUARANTINED


def test_what_was_seen_once_is_not_decided_anew(open_desk, sqlite_url):
    desk = open_desk(sqlite_url, scanner=FakeScanner())
    upload = desk.send(PDF)
    desk.portal.deliver()
    late = RecordScan(account_id=desk.account, upload_id=upload, clean=False, verdict="x")
    desk.portal.shell.run(late, SYSTEM)
    Keeping(desk.portal.context).scan(desk.account, upload)
    Keeping(desk.portal.context).drop(desk.account, upload)
    assert desk.had(upload) == PDF


# tasks


def test_a_customers_file_is_somebodys_task_until_it_is_taken_away(desk):
    contact = _as(desk, desk.portal.profiles.add_contact(desk.account, "ann@x.example", "Ann", (Right.VIEW,), by=SYSTEM))
    about = desk.send(PDF, by=contact, document_id=in_book(desk))
    desk.send(PNG, "a.png", by=contact)
    desk.send(PDF, by=OTTO)
    tasks = desk.portal.activities.tasks(OTTO).items
    assert {task.kind for task in tasks} == {"uploads.arrived"}
    assert sorted(task.reason.partition(". ")[0] for task in tasks) == [
        "The customer has sent a file",
        "The customer has sent a file about R-1",
    ]
    desk.portal.uploads.remove(desk.account, about, OTTO)
    assert [task.about_id for task in desk.portal.activities.tasks(OTTO).items] != [about]
    assert len(desk.portal.activities.tasks(OTTO).items) == 1


def test_harm_is_somebodys_task_too(open_desk, sqlite_url):
    desk = open_desk(sqlite_url, scanner=FakeScanner())
    contact = _as(desk, desk.portal.profiles.add_contact(desk.account, "ann@x.example", "Ann", (Right.VIEW,), by=SYSTEM))
    desk.send(pdf("a virus"), by=contact)
    desk.send(pdf("a virus"), by=OTTO)
    desk.portal.deliver()
    (task,) = desk.portal.activities.tasks(OTTO).items
    assert task.kind == "uploads.refused"
    assert task.reason.endswith("Test.Virus")


# room


def test_a_customers_room_is_counted_and_freed(open_desk, sqlite_url):
    desk = open_desk(sqlite_url, settings=(UploadsSettings(most_files=1),))
    first = desk.send(PDF)
    assert refusal(desk.send, PNG, "a.png") == ("upload.no_room", "content")
    desk.portal.uploads.remove(desk.account, first, OTTO)
    desk.portal.uploads.remove(desk.account, first, OTTO)
    assert rows_of(desk.portal, UploadRoom)[0].files == 0
    desk.portal.deliver()
    assert desk.contents() == []
    assert desk.had(desk.send(PNG, "a.png")) == PNG
    assert desk.portal.verify(SYSTEM) == ()


def test_room_is_counted_in_bytes_too(open_desk, sqlite_url):
    desk = open_desk(sqlite_url, settings=(UploadsSettings(most_bytes=2 * len(PDF) - 1),))
    desk.send(PDF)
    assert refusal(desk.send, PDF) == ("upload.no_room", "content")


@pytest.mark.guarantee(37)
def test_a_customers_room_holds_sixteen_who_send_at_once(open_desk, database_url):
    """Of sixteen files of which five have room, five are taken, and nothing of the others stays."""
    room = UploadsSettings(most_files=1_000, most_bytes=5 * len(PDF))
    desk = open_desk(database_url, settings=(room,))
    assert sorted(_racing(desk.send)) == ["kept"] * 5 + ["upload.no_room"] * 11
    assert len(desk.contents()) == len(desk.lines()) == 5
    assert rows_of(desk.portal, UploadRoom)[0].size == 5 * len(PDF)
    assert desk.portal.verify(SYSTEM) == ()


def test_without_the_account_s_version_too_many_would_be_taken(open_desk, database_url):
    """The control: who asks first how much is there, and stores afterwards, lets more in than there is room for."""
    desk = open_desk(database_url, settings=(UploadsSettings(),))
    everybody = threading.Barrier(16)

    def naive(content):
        held = sum(line.size for line in desk.lines())
        everybody.wait()
        if held + len(content) > 5 * len(PDF):
            raise Refused("upload.no_room")
        desk.send(content)

    assert _racing(naive).count("kept") > 5


def _racing(send):
    start, became = threading.Barrier(16), []

    def one():
        start.wait()
        try:
            send(PDF)
        except Refused as refused:
            became.append(refused.code)
        else:
            became.append("kept")

    threads = [threading.Thread(target=one) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return became


# what is cut off


def start(desk, key=b"k" * 32):
    facts = UploadFacts(name="a.pdf", media_type="application/pdf", size=7, sha256=b"s" * 32)
    command = StartUpload(account_id=desk.account, subject=Subject("account", desk.account), file=facts, storage_key=key)
    return desk.portal.shell.run(command, desk.customer).id


def test_room_whose_file_never_came_is_free_after_an_hour(desk):
    upload = start(desk)
    assert (desk.lines(), rows_of(desk.portal, UploadRoom)[0].files) == ((), 1)
    desk.clock.time += timedelta(minutes=59)
    desk.portal.tick()
    assert state(desk, upload) == UploadState.RECEIVING
    desk.clock.time += timedelta(minutes=1)
    desk.portal.tick()
    assert state(desk, upload) == UploadState.REMOVED
    assert rows_of(desk.portal, UploadRoom)[0].files == 0
    assert desk.portal.verify(SYSTEM) == ()


class Interrupted:
    """A file store that does something before or after it keeps a content, once."""

    def __init__(self, files, *, before=None, after=None):
        self.files, self.before, self.after = files, before, after

    def put(self, chunks, *, limit):
        if self.before is not None:
            self.before()
        kept = self.files.put(chunks, limit=limit)
        if self.after is not None:
            self.after()
        return kept

    def __getattr__(self, name):
        return getattr(self.files, name)


def keeping_by(desk, **when):
    keeping = Keeping(desk.portal.context)
    keeping._files = Interrupted(desk.portal.context.uploads, **when)
    return lambda key: keeping.keep(desk.account, Subject("account", desk.account), PDF, "a.pdf", desk.customer, key=key)


def test_a_request_that_was_cut_off_is_taken_up_by_the_same_key(desk):
    def full():
        raise GatewayError("files.unavailable", "The disk is full.")

    for when in ("before", "after"):
        with pytest.raises(GatewayError):
            keeping_by(desk, **{when: full})(when)
        assert desk.lines() == () or when == "after"
        assert desk.had(desk.send(PDF, "a.pdf", key=when)) == PDF
    assert len(desk.contents()) == len(desk.lines()) == 2
    assert desk.portal.verify(SYSTEM) == ()


def test_of_two_with_the_same_key_the_slower_answers_the_same(desk):
    made = []
    faster = keeping_by(desk)
    slower = keeping_by(desk, after=lambda: made.append(faster("k")))
    assert slower("k") == made[0]
    assert len(desk.contents()) == len(desk.lines()) == 1


def test_a_content_that_comes_too_late_is_deleted_again(desk):
    def hours():
        desk.clock.time += timedelta(hours=2)
        desk.portal.tick()

    with pytest.raises(Conflict) as late:
        keeping_by(desk, before=hours)("k")
    assert late.value.code == "upload.abandoned"
    assert desk.contents() == []


def test_an_account_that_is_too_busy_is_told_and_nothing_is_taken_for_received(desk, monkeypatch):
    def busy(self, account, stamp):
        raise Conflict("account.busy")

    monkeypatch.setattr(ReceiveUpload, "decide", busy)
    with pytest.raises(Conflict) as told:
        desk.send(PDF)
    assert told.value.code == "account.busy"
    assert state(desk, rows_of(desk.portal, Upload)[0].id) == UploadState.RECEIVING


# the books


def test_what_does_not_tie_out_is_found(desk):
    upload = desk.send(PDF)
    (room,) = rows_of(desk.portal, UploadRoom)
    spoil(desk.portal, UploadRoom, room.id, files=3)
    (found,) = desk.portal.uploads.verify(OTTO)
    assert (found.check, found.subject) == ("uploads.room", str(desk.account))
    spoil(desk.portal, UploadRoom, room.id, files=1)
    desk.portal.context.uploads.drop(desk.contents()[0])
    desk.portal.context.uploads.put(iter((b"nobody's",)), limit=9)
    assert [one.check for one in desk.portal.uploads.verify(OTTO)] == ["uploads.content_missing", "uploads.content_orphaned"]
    assert state(desk, upload) == UploadState.RELEASED


def test_names_and_notes_stay_out_of_the_journal(desk):
    desk.send(PDF, "Ann Miller.pdf", note="Call Ann Miller.")
    rows = desk.portal.shell.store.journal(desk.account, 0, 99)
    assert {row.type for row in rows} >= {"uploads.upload_started", "uploads.upload_released"}
    assert "Miller" not in str([row.body for row in rows])


def test_what_is_refused_or_removed_stays_so(desk):
    assert set(MOVES) == set(UploadState)
    assert {state for state, ways in MOVES.items() if not ways} == {UploadState.REFUSED, UploadState.REMOVED}
    gone = evolve(Keeping(desk.portal.context).find(desk.account, desk.send(PDF), OTTO, ("account",)), state=UploadState.REMOVED)
    with pytest.raises(ValueError, match="an upload does not go from removed to removed"):
        abandon(gone, None, None)
