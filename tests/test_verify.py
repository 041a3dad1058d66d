"""Whatever is stored twice is worked out again: each check sees what was spoilt behind the library's back, and nothing else."""

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import ClassVar
from uuid import UUID, uuid5

import pytest
import sqlalchemy as sa
from attrs import evolve, field, frozen
from click.testing import CliRunner

from books import (
    ACME,
    KEY,
    NOON,
    OTTO,
    StandingClock,
    account_of,
    credit_memo,
    customer,
    invoice,
    paper,
    rows_of,
    spoil,
    store,
    usd,
)
from given_contents import pdf
from lockportal import checks
from lockportal.access.models import LoginLink, Session
from lockportal.cli import main
from lockportal.config import Config
from lockportal.core.account import Capability, Derive, Owner
from lockportal.core.actor import SYSTEM, Audience, Right
from lockportal.core.errors import Denied
from lockportal.core.record import PERSONAL, Claim, Event, Index, Record
from lockportal.core.verify import Recompute
from lockportal.documents.models import Document, DocumentKind, DocumentLink, File, Reference
from lockportal.ledger.models import Credit, DueBalance, Entry
from lockportal.plugins import hookimpl
from lockportal.portal import Portal
from lockportal.profiles.models import Contact, Customer, Person
from lockportal.storage.checking import Checking
from lockportal.storage.engines import Engines
from lockportal.storage.tables import METADATA, table
from lockportal.testing.storage.checking import SPOILT
from lockportal.uploads import Upload, UploadRoom

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "verify.md"
NOBODY = UUID(int=5)
CONTRACT = Reference(DocumentKind.CONTRACT, "CT-9")


# a stranger's capability


@frozen(kw_only=True)
class Memo(Record):
    indexes: ClassVar[tuple[Index, ...]] = ()
    text: str
    loud: str = ""
    author: str = field(default="", metadata=PERSONAL)

    def claims(self):
        return (Claim("memo.text", self.text),)


@frozen(kw_only=True)
class MemoWord(Record):
    indexes: ClassVar[tuple[Index, ...]] = (Index(("memo_id",)),)
    memo_id: UUID
    word: str
    author: str = field(default="", metadata=PERSONAL)
    gone: bool = False

    @property
    def live(self):
        return not self.gone


@frozen(kw_only=True)
class MemoTaken(Event):
    memo: Memo


@frozen(kw_only=True)
class TakeMemo:
    audience: ClassVar[Audience] = Audience(system=True)
    owner: ClassVar[Owner | None] = None
    needs: ClassVar[tuple[type[Record], ...]] = ()
    opens: ClassVar[bool] = True

    account_id: UUID
    text: str

    def decide(self, account, stamp):
        memo = Memo(id=stamp.id, account_id=account.id, text=self.text, loud=self.text.upper(), author="robin@orchard.example")
        return [MemoTaken(memo=memo)]


def words(account, changes):
    return [
        MemoWord(id=uuid5(memo.id, word), account_id=memo.account_id, memo_id=memo.id, word=word, author=memo.author)
        for memo in (change.after for change in changes)
        for word in memo.text.split()
    ]


class Memos:
    @hookimpl
    def lockportal_capabilities(self):
        return [
            Capability(
                name="memos",
                records=(Memo,),
                derived=(MemoWord,),
                events=(MemoTaken,),
                commands=(TakeMemo,),
                derive=(Derive((Memo,), (MemoWord,), words, of="memo_id", name="words"),),
                recompute=(Recompute(Memo, lambda memo: evolve(memo, loud=memo.text.upper())),),
            )
        ]


# a book that has everything


def put_together(url, tmp_path):
    folders = {"mail": f"folder:{tmp_path / 'outbox'}", "files": f"folder:{tmp_path / 'files'}"}
    config = Config(database=url, supplier=ACME, secret_keys=(KEY,), **folders)
    return Portal(config, clock=StandingClock(), plugins=[Memos()])


@pytest.fixture
def portal(database_url, tmp_path):
    made = put_together(database_url, tmp_path)
    assert made.shell
    METADATA.create_all(made.engines.writes)
    fill(made, tmp_path)
    yield made
    made.close()


def fill(portal, tmp_path):
    store(portal, invoice("R-1", po_number="PO-1", references=(CONTRACT,)), paper("purchase_order", "PO-1"), credit_memo())
    store(portal, invoice("R-2"), number="200", name="Orchard Inc")
    store(portal, invoice("R-1", "120.00", due=20, po_number="PO-1", references=(CONTRACT,)))
    account = account_of(portal)
    portal.uploads.send(account, pdf("an upload"), "a.pdf", OTTO)
    portal.ledger.record_credit(account, usd("5.00"), NOON.date(), OTTO, key="once")
    portal.profiles.add_contact(account, email="Robin@orchard.example", name="Robin", rights=(Right.VIEW,), by=OTTO)
    for _ in range(2):
        portal.access.request_link("robin@orchard.example", binding="a browser")
        portal.deliver()
        portal.clock.time += timedelta(seconds=1)
    mail = (tmp_path / "outbox" / "latest.eml").read_text()
    portal.access.redeem(re.search(r"/sign-in/(\S+)", mail)[1], binding="a browser")
    portal.documents.attach(account, R1(portal), pdf(), "r-1.pdf", OTTO)
    portal.shell.run(TakeMemo(account_id=account, text="call back"), SYSTEM)


def one(cls, **wanted):
    """Answer what finds the id of the one row with these values."""

    def find(portal):
        (key,) = (row.id for row in rows_of(portal, cls) if all(getattr(row, name) == value for name, value in wanted.items()))
        return key

    return find


R1, R2, PO = (one(Document, number=number) for number in ("R-1", "R-2", "PO-1"))
CASES = {
    # what is spoilt: the class, the row, its new values, and the checks that tell
    "a balance": (Document, R1, {"balance_minor": 1}, {"documents.balance"}),
    "a balance's currency": (Document, R1, {"balance_currency": "EUR"}, {"documents.balance"}),
    "a balance that should be none": (
        Document,
        PO,
        {"balance_minor": 1, "balance_currency": "USD"},
        {"documents.balance", "documents.live"},
    ),
    "a date of issue": (Document, R1, {"issued_on": NOON.date()}, {"documents.dates"}),
    "a due date": (Document, R1, {"due_on": NOON.date()}, {"documents.dates"}),
    "a due date that is gone": (Document, R1, {"due_on": None}, {"documents.dates"}),
    "a search text": (Document, R1, {"search": "r-1"}, {"documents.search"}),
    "flags": (Document, R1, {"flags": ("lines_differ_from_total",)}, {"documents.flags"}),
    "references": (Document, R1, {"references": (CONTRACT,)}, {"documents.references", "documents.links"}),
    "a document marked as settled": (Document, R1, {"live": False}, {"documents.live"}),
    "an id of a document": (Document, PO, {"id": NOBODY}, {"documents.id"}),
    "an id of a file": (File, one(File), {"id": NOBODY}, {"documents.id"}),
    "a file's content": (
        File,
        one(File),
        {"sha256": bytes(range(32))},
        {"documents.id", "documents.file_missing", "documents.file_orphaned"},
    ),
    "the room of uploads": (UploadRoom, one(UploadRoom), {"size": 1}, {"uploads.room"}),
    "where an upload lies": (
        Upload,
        one(Upload),
        {"storage_key": bytes(range(32))},
        {"uploads.content_missing", "uploads.content_orphaned"},
    ),
    "an external id": (Document, R2, {"external_id": "R-1"}, {"documents.held_twice", "documents.id", "documents.search"}),
    "a link's target": (DocumentLink, one(DocumentLink, number="PO-1"), {"number": "PO-2"}, {"documents.links"}),
    "a link's kind": (DocumentLink, one(DocumentLink, number="PO-1"), {"kind": DocumentKind.CONTRACT}, {"documents.links"}),
    "a link of nothing": (DocumentLink, one(DocumentLink, number="PO-1"), {"document_id": NOBODY}, {"documents.links"}),
    "a due balance": (DueBalance, one(DueBalance, item_count=1, amount_minor=12000), {"item_count": 2}, {"ledger.due_balance"}),
    "an id of a due balance": (DueBalance, one(DueBalance, amount_minor=12000), {"id": NOBODY}, {"ledger.id"}),
    "an entry's balance": (
        Entry,
        one(Entry, amount_minor=2000),
        {"item_balance": 1},
        {"ledger.item_balance"},
    ),
    "a credit": (Credit, one(Credit), {"balance_minor": -1}, {"ledger.credit"}),
    "a credit marked as used up": (Credit, one(Credit), {"live": False}, {"ledger.live"}),
    "a customer number": (Customer, one(Customer, number="200"), {"number": "201"}, {"claims.lacking", "claims.unstated"}),
    "a number of somebody else": (
        Customer,
        one(Customer, number="200"),
        {"number": "100"},
        {"claims.lacking", "claims.unstated"},
    ),
    "an id of a customer": (
        Customer,
        one(Customer, number="200"),
        {"id": NOBODY},
        {"profiles.id", "claims.lacking", "claims.unstated"},
    ),
    "a person's address": (
        Person,
        one(Person),
        {"email": "eve@orchard.example"},
        {"profiles.email", "claims.lacking", "claims.unstated"},
    ),
    "a contact's address": (Contact, one(Contact), {"email": "eve@orchard.example"}, {"profiles.email"}),
    "a contact's person": (Contact, one(Contact), {"person_id": NOBODY}, {"profiles.email", "profiles.id"}),
    "a contact marked as disabled": (Contact, one(Contact), {"live": False}, {"profiles.live"}),
    "a session that never ends": (Session, one(Session), {"wake_at": None}, {"access.wake_at"}),
    "a used link that waits": (LoginLink, one(LoginLink, state="used"), {"wake_at": NOON}, {"access.wake_at"}),
    "a superseded link marked as live": (LoginLink, one(LoginLink, state="superseded"), {"live": True}, {"access.live"}),
    "a stranger's field": (Memo, one(Memo), {"loud": "CALL"}, {"memos.loud"}),
    "a stranger's claim": (Memo, one(Memo), {"text": "call"}, {"memos.loud", "memos.words", "claims.lacking", "claims.unstated"}),
    "a stranger's derived record": (MemoWord, one(MemoWord, word="call"), {"word": "cull"}, {"memos.words"}),
    "a derived record that is over": (MemoWord, one(MemoWord, word="call"), {"gone": True}, {"memos.words", "memos.live"}),
}


def checks_of(found):
    return {finding.check for finding in found}


def test_a_sound_book_ties_out_and_each_thing_that_is_spoilt_is_told_by_its_checks(portal):
    assert portal.verify(SYSTEM) == ()
    wrong = {}
    for name, (cls, find, values, expected) in CASES.items():
        key = find(portal)
        (before,) = (row._mapping for row in rows_of(portal, cls) if row.id == key)
        spoil(portal, cls, key, **values)
        found = portal.verify(SYSTEM)
        told = json.dumps([(finding.subject, finding.detail) for finding in found])
        if checks_of(found) != expected or "@orchard.example" in told or not all(f.subject and f.detail for f in found):
            wrong[name] = found
        spoil(portal, cls, values.get("id", key), **{column: before[column] for column in values})
    assert wrong == {}
    assert portal.verify(SYSTEM) == ()


def test_a_difference_is_told_with_what_is_there_and_what_should_be(portal):
    document, link = R1(portal), one(DocumentLink, number="PO-1")(portal)
    spoil(portal, DocumentLink, link, number="PO-2")
    details = sorted(finding.detail for finding in portal.verify(SYSTEM) if finding.subject == str(document))
    assert details == [
        f"the document has, and should not have, the document link id {link}, kind purchase_order, number PO-2, dropped False",
        f"the document lacks the document link id {link}, kind purchase_order, number PO-1, dropped False",
    ]
    spoil(portal, DocumentLink, link, number="PO-1", document_id=NOBODY)
    orphan, lacking = sorted(portal.verify(SYSTEM), key=lambda finding: finding.subject != str(link))
    assert orphan.detail == "the document link belongs to nothing that is there"
    assert lacking.subject == str(document)


@pytest.mark.parametrize("cls", [DocumentLink, DueBalance, MemoWord])
def test_derived_records_that_are_gone_are_told(portal, cls):
    with portal.engines.writing() as connection:
        connection.execute(sa.delete(table(cls)))
    check = {DocumentLink: "documents.links", DueBalance: "ledger.due_balance", MemoWord: "memos.words"}[cls]
    assert checks_of(portal.verify(SYSTEM)) == {check}


def test_pages_of_two_tell_what_one_page_tells(portal, monkeypatch):
    monkeypatch.setattr(checks, "_PAGE", 2)
    assert portal.verify(SYSTEM) == ()
    spoil(portal, Document, R2(portal), search="")
    assert checks_of(portal.verify(SYSTEM)) == {"documents.search"}


def test_only_the_first_findings_of_each_check_are_told(portal, monkeypatch):
    monkeypatch.setattr(checks, "MOST", 2)
    with portal.engines.writing() as connection:
        connection.execute(sa.update(table(Document)).values(search="", flags=("lines_differ_from_total",)))
    found = portal.verify(SYSTEM)
    assert sorted(finding.check for finding in found) == ["documents.flags"] * 2 + ["documents.search"] * 2


def test_progress_tells_of_every_record(portal):
    heard = []
    portal.verify(SYSTEM, progress=lambda *told: heard.append(told))
    kept = [cls for capability in portal.capabilities for cls in capability.tables]
    total = sum(len(rows_of(portal, cls)) for cls in kept)
    assert heard[-1] == ("records", total, total)


def test_a_customer_may_not_verify(portal):
    with pytest.raises(Denied):
        portal.verify(customer(account_of(portal)))


@pytest.fixture
def meddled(portal, monkeypatch):
    """Somebody changes an invoice each time when a page of records was read, and what is beside them was not yet."""
    rows_read, bills = Checking._rows, iter(range(1, 1000))

    def overtaken(self, connection, cls, after, limit):
        rows = rows_read(self, connection, cls, after, limit)
        if cls is Document and rows:
            store(portal, invoice("R-2", references=(Reference(DocumentKind.CONTRACT, f"CT-{next(bills)}"),)), number="200")
        return rows

    monkeypatch.setattr(Checking, "_rows", overtaken)
    return portal


def test_what_is_written_meanwhile_is_no_difference(meddled):
    assert meddled.verify(SYSTEM) == ()


def test_without_a_moment_what_is_written_meanwhile_would_be_told(meddled, monkeypatch):
    """The negative control."""
    monkeypatch.setattr(Engines, "snapshot", Engines.reading)
    assert checks_of(meddled.verify(SYSTEM)) == {"documents.links"}


def test_the_command_ends_with_1_and_tells_each_finding(sqlite_url, tmp_path):
    made = Portal(Config(database=sqlite_url, supplier=ACME, secret_keys=(KEY,)))
    made.upgrade()
    store(made, invoice())
    options = ["--database", sqlite_url, "--supplier", "acme", "verify"]
    assert CliRunner().invoke(main, options).output == "Everything ties out.\n"
    spoil(made, Document, R1(made), search="")
    result = CliRunner().invoke(main, [*options, "--json"])
    assert result.exit_code == 1
    detail = "the document's search does not follow from its other fields"
    assert json.loads(result.stdout) == [{"check": "documents.search", "subject": str(R1(made)), "detail": detail}]
    assert CliRunner().invoke(main, options).stdout == f"documents.search {R1(made)}: {detail}\n1 differences.\n"
    made.close()


def test_the_reference_names_every_check_and_no_other():
    named = {
        name for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| `") for name in re.findall(r"`(.+?)`", line)
    }
    told = {check for *_, expected in CASES.values() for check in expected} | {spoilt.check for spoilt in SPOILT.values()}
    ours = {check for check in told if not check.startswith(("memos.", "specimens."))}
    assert named == {"<capability>.live" if check.endswith(".live") else check for check in ours}
