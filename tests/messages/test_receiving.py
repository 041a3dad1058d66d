"""Replies by mail: into their thread once, from the contact alone, without what they quote; all else leaves nothing."""

import sys
import threading
from email.message import EmailMessage
from uuid import UUID, uuid4

import pytest
from click.testing import CliRunner

from books import NOON, OTTO, closing, rows_of
from given_contents import jpeg, pdf
from lockportal import SYSTEM, Right
from lockportal.cli import main
from lockportal.core.errors import GatewayError, NotFound, Refused
from lockportal.core.messages import Draft, Recipient
from lockportal.core.replies import ThreadRef
from lockportal.messages import MailOutcome, MessagesSettings
from lockportal.messages.inbound import addresses
from lockportal.messages.inbound.commands import ReceiveMail
from lockportal.messages.inbound.models import ReplyAddress
from lockportal.messages.inbound.parsing import LONGEST, parsed
from lockportal.profiles.messages import INVITATION, Invitation
from lockportal.signing import Signer
from lockportal.uploads.keeping import Keeping
from quarrels import BOX, House, Quarrels, letter

KEYS = ("k" * 40,)


@pytest.fixture
def house(sqlite_url, tmp_path):
    Quarrels.fails.clear()
    made = House(sqlite_url, tmp_path / "files")
    with closing(made.portal):
        yield made


# taken


QUOTING = """\
It was three pallets.

See the photo.

On Mon, 2 Mar 2026 at 12:00, Acme Works <replies@in.acme.example> wrote:
> What came?
> Tell us.
"""


def test_a_reply_comes_into_its_thread_with_its_files_and_without_what_it_quotes(database_url, tmp_path):
    house = House(database_url, tmp_path / "files")
    with closing(house.portal):
        mail = letter(house.address(), QUOTING, files=[("photo.jpg", jpeg()), ("run.exe", b"MZ\x90\0")])
        assert house.receive(mail) is MailOutcome.TAKEN
        assert house.answers() == [("It was three pallets.\n\nSee the photo.", 1)]
        (kept,) = Keeping(house.portal.context).lines(house.account, OTTO, ("quarrel",), about=[house.quarrel])
        assert (kept.name, kept.contact_name) == ("photo.jpg", "Ann")
        assert house.receive(mail) is MailOutcome.REPEATED
        assert house.written() == [1, 1, 1]
        assert house.portal.verify(SYSTEM) == ()


def test_an_address_is_the_contacts_own_and_the_same_each_time(house):
    first = house.address()
    local = first.partition("@")[0]
    assert (first, len(local)) == (house.address(), 60)
    assert local == local.lower()
    assert len(rows_of(house.portal, ReplyAddress)) == 1
    token = local.partition("+")[2]
    assert token not in str([list(row) for row in rows_of(house.portal, ReplyAddress)])
    assert house.receive(letter(first.upper())) is MailOutcome.TAKEN
    assert house.receive(letter("someone@else.example"), recipient=first) is MailOutcome.TAKEN
    assert house.receive(letter(f"x@y.example, {first}", X_Original_To="replies@in.acme.example")) is MailOutcome.TAKEN


@pytest.mark.parametrize(
    ("html", "said"),
    [
        ("<p>Three <b>pallets</b>.</p><script>x</script><blockquote>What came?</blockquote>", "Three pallets."),
        ('<div>Yes</div><div class="gmail_quote">On Mon wrote<div>old</div></div>', "Yes"),
        ("<blockquote><blockquote>a<p>b</blockquote></blockquote><p>Yes</p>", "Yes"),
        ("<style>p{}</style>One<br>Two<p>&amp; three</p></div>", "One\nTwo\n& three"),
    ],
)
def test_of_a_page_the_words_are_taken(house, html, said):
    assert house.receive(letter(house.address(), None, html=html)) is MailOutcome.TAKEN
    assert house.answers() == [(said, 0)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Ja.\n\nAm 2. März 2026 um 12:00 schrieb Acme Works:\n\n> Was kam?\n", "Ja."),
        ("Oui.\n\nLe 2 mars 2026 à 12:00, Acme Works a écrit :\n> Quoi ?\n", "Oui."),
        ("Sí.\n\nEl lun, 2 mar 2026 a las 12:00, Acme escribió:\n> ¿Qué?\n", "Sí."),
        ("Yes.\n\n-----Original Message-----\nFrom: Acme\nSent: Monday\n\nWhat came?", "Yes."),
        ("> What came?\nThree pallets.\n> Sure?\nYes.\n> old\n\n", "> What came?\nThree pallets.\n> Sure?\nYes."),
        ("\x00A\x07 b\u200bc\r\nd\r\n", "A bc\nd"),
        ("x" * (LONGEST + 9), "x" * LONGEST),
    ],
)
def test_what_is_quoted_is_left_out_in_every_language(text, said):
    mail = EmailMessage()
    mail["From"] = "a@b.example"
    mail.set_content("x")
    mail.set_payload(text.encode(), "utf-8")
    raw = mail.as_bytes().replace(b"\n\nx", b"\n\n")
    assert parsed(raw, 10**9).text == said


def test_texts_that_would_keep_a_search_busy_are_read_all_the_same(house):
    for text in ("Am Montag schrieb " * 6_000, "\n" * 100_000, "> \n" * 40_000, "_" * 100_000, "On a, b\n" * 15_000):
        assert house.receive(letter(house.address(), text)) in {MailOutcome.TAKEN, MailOutcome.EMPTY}


# not taken


AUTOMATIC = {
    "away": {"Auto_Submitted": "auto-replied"},
    "away, by an older program": {"Precedence": "auto_reply"},
    "away, by another": {"X_Autoreply": "yes"},
    "a list": {"List_Id": "<x.example>"},
    "bulk": {"Precedence": "Bulk"},
    "a bounce": {"Return_Path": "<>"},
    "failed": {"X_Failed_Recipients": "x@y.example"},
    "the daemon": {"sender": "Mail Delivery System <MAILER-DAEMON@mx.example>"},
}


@pytest.mark.parametrize("kind", AUTOMATIC)
def test_what_no_person_wrote_is_no_reply(house, kind):
    assert house.receive(letter(house.address(), **AUTOMATIC[kind])) is MailOutcome.AUTOMATIC
    assert house.written() == [0, 0, 0]
    assert house.receive(letter(house.address(), Auto_Submitted="no")) is MailOutcome.TAKEN


def test_a_report_of_a_mail_server_is_no_reply(house):
    report = (
        f"From: ann@harbour.example\r\nTo: {house.address()}\r\nContent-Type: multipart/report; report-type=delivery-status;"
        " boundary=b\r\n\r\n--b\r\n\r\nNo such user.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nAction: failed\r\n"
        "--b--\r\n"
    ).encode()
    assert house.receive(report) is MailOutcome.AUTOMATIC


def test_whatever_is_not_for_this_contacts_address_is_answered_alike_and_leaves_nothing(house):
    bob = house.portal.profiles.add_contact(house.account, "bob@harbour.example", "Bob", (Right.VIEW,), by=SYSTEM)
    real = house.address()
    local, host = real.split("@")
    forged = local[:-1] + ("a" if local[-1] != "a" else "b")
    other = addresses.written(BOX, uuid4(), Signer(KEYS))
    stale = addresses.written(BOX, UUID(int=7), Signer(("another key, which is long enough" * 2,)))
    for to in (
        "replies@in.acme.example",
        f"replies+x@{host}",
        f"{forged}@{host}",
        f"{local[:-1]}c@{host}",
        other,
        stale,
        f"{local}@evil.example",
        f"x{real}",
        "",
        f"replies+{'0' * 52}@{host}",
    ):
        assert house.receive(letter(to)) is MailOutcome.UNKNOWN, to
    for sender in (
        "bob@harbour.example",
        "ann@harbour.example, bob@harbour.example",
        "",
        "nonsense",
        "ann@harbour.example.evil.example",
    ):
        assert house.receive(letter(real, sender=sender)) is MailOutcome.UNKNOWN, sender
    assert house.receive(letter(house.address(bob))) is MailOutcome.UNKNOWN
    house.portal.profiles.disable_contact(house.account, house.ann.id, by=SYSTEM)
    assert house.receive(letter(real)) is MailOutcome.UNKNOWN
    assert house.written() == [0, 0, 0]


def test_who_may_not_or_may_not_any_more_is_refused_once(house):
    bob = house.portal.profiles.add_contact(house.account, "bob@harbour.example", "Bob", (Right.VIEW,), by=SYSTEM)
    mail = letter(house.address(bob), sender="bob@harbour.example", files=[("a.pdf", pdf())])
    assert [house.receive(mail), house.receive(mail)] == [MailOutcome.REFUSED, MailOutcome.REPEATED]
    mail = letter(house.address(quarrel=uuid4()), files=[("a.pdf", pdf())])
    assert [house.receive(mail), house.receive(mail)] == [MailOutcome.REFUSED, MailOutcome.REPEATED]
    house.portal.deliver()
    assert list(house.portal.context.uploads.walk()) == [], "what came with it is gone"
    assert house.answers() == []


def test_an_empty_reply_is_none_but_one_of_a_file_alone_is(house):
    assert house.receive(letter(house.address(), "\n> What came?\n")) is MailOutcome.EMPTY
    assert house.receive(letter(house.address(), "", html="<img src=x>")) is MailOutcome.EMPTY
    assert house.receive(letter(house.address(), "\n", files=[("a.pdf", pdf())])) is MailOutcome.TAKEN
    bare = f"From: ann@harbour.example\nTo: {house.address()}\nContent-Type: application/pdf\n\n".encode() + pdf()
    assert house.receive(bare) is MailOutcome.EMPTY
    assert house.answers() == [("", 1)]


def test_a_mail_that_is_too_large_or_cannot_be_read_is_refused(house, sqlite_url, tmp_path):
    small = House(sqlite_url, tmp_path / "files", create=False, mail_limit=100)
    with closing(small.portal), pytest.raises(Refused) as refused:
        small.receive(b"x" * 101)
    assert refused.value.code == "mail.too_large"
    deep = b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (n, n) for n in range(sys.getrecursionlimit()))
    for raw in (deep, b"\0" * 99, b"", b"From: =?x?q?=\nTo: <<>>>\n\n", b"Content-Type: text/plain; charset=nonsense\n\nx"):
        try:
            assert house.receive(raw) is MailOutcome.UNKNOWN
        except Refused as error:
            assert error.code == "mail.unreadable"  # noqa: PT017 - either will do


def test_without_a_box_there_are_no_addresses_and_nothing_is_for_anybody(sqlite_url, tmp_path, house):
    real = house.address()
    without = House(sqlite_url, tmp_path / "files", create=False, reply_box="")
    with closing(without.portal):
        ref = ThreadRef("quarrel", house.quarrel)
        assert without.receiving.address(house.account, ref, house.ann.id) == ""
        assert without.receive(letter(real)) is MailOutcome.UNKNOWN
    with pytest.raises(ValueError, match="no capability declares"):
        house.receiving.address(house.account, ThreadRef("nothing", house.quarrel), house.ann.id)
    with pytest.raises(NotFound):
        house.receiving.address(house.account, ref, uuid4())
    for wrong in ("no box", "a@b c", "a-name-too-long@x.example", "a+b@x.example", 7):
        with pytest.raises(ValueError, match="reply_box"):
            MessagesSettings(reply_box=wrong)


# once


def test_a_crash_between_is_taken_up_by_the_same_mail(house):
    mail = letter(house.address(), files=[("a.pdf", pdf())])
    Quarrels.fails.append(GatewayError("x.y"))
    with pytest.raises(GatewayError):
        house.receive(mail)
    assert house.answers() == []
    assert house.receive(mail) is MailOutcome.TAKEN
    assert (house.receive(mail), house.written()) == (MailOutcome.REPEATED, [1, 1, 1])


def test_of_sixteen_who_hand_the_same_mail_in_one_answer_comes(database_url, tmp_path):
    house = House(database_url, tmp_path / "files")
    with closing(house.portal):
        told = _racing(house, letter(house.address(), files=[("a.pdf", pdf())]))
        assert set(told) <= {MailOutcome.TAKEN, MailOutcome.REPEATED}
        assert house.written() == [1, 1, 1]


def test_a_thread_that_takes_without_the_key_would_answer_more_than_once(sqlite_url, tmp_path, monkeypatch):
    """The control: it is the key of the reply that makes one of many, as the crash between two commits shows."""
    house = House(sqlite_url, tmp_path / "files", take="take_carelessly")
    with closing(house.portal):
        mail = letter(house.address())
        with monkeypatch.context() as patched:
            patched.setattr(ReceiveMail, "decide", _unnoted)
            for _ in range(2):
                with pytest.raises(ValueError, match="unpack"):
                    house.receive(mail)
        receiving, settle = house.receiving, []
        monkeypatch.setattr(receiving, "_shell", _Crashing(receiving._shell, settle))
        for _ in range(2):
            with pytest.raises(ConnectionError):
                house.receive(mail)
        assert len(house.answers()) == 2


def _unnoted(self, account, stamp):
    return []


class _Crashing:
    """A shell that ends before it notes what became of a mail."""

    def __init__(self, shell, _):
        self._shell = shell

    def run(self, command, by, **how):
        if type(command).__name__ == "SettleMail":
            raise ConnectionError
        return self._shell.run(command, by, **how)

    def __getattr__(self, name):
        return getattr(self._shell, name)


def _racing(house, mail):
    start, told = threading.Barrier(16), []

    def one():
        start.wait()
        told.append(house.receive(mail))

    threads = [threading.Thread(target=one) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told


# going out, and the command


def test_a_mail_of_a_draft_that_names_a_thread_bears_the_address_for_replies(house):
    sent, to = [], Recipient(contact_id=house.ann.id, email=house.ann.email)
    post, messages = house.portal.messages._post, house.portal.messages
    post._notifier = type("Box", (), {"send": staticmethod(sent.append)})
    for replies in (ThreadRef("quarrel", house.quarrel), None):
        draft = Draft(
            variables=Invitation(customer="Harbour", inviter="", link="https://x.example/"),
            contacts=(house.ann.id,),
            replies=replies,
        )
        reply_to = messages._reply_to(house.account, draft, to)
        post.send(
            INVITATION, draft.variables, to, account_id=house.account, message_id=uuid4(), at=NOON, thread="", reply_to=reply_to
        )
    assert [dict(mail.headers).get("Reply-To") for mail in sent] == [house.address(), None]


def test_the_command_takes_mail_for_a_pipe_and_asks_for_it_again_only_where_that_helps(sqlite_url, tmp_path, monkeypatch):
    monkeypatch.setenv("LOCKPORTAL_SECRET_KEYS", KEYS[0])
    monkeypatch.chdir(tmp_path)
    options = ["--database", sqlite_url, "receive"]
    run = CliRunner().invoke
    done = run(main, options, input=letter("replies+x@in.acme.example"))
    assert (done.exit_code, done.stdout) == (0, "unknown\n")
    (tmp_path / "mail.eml").write_bytes(b"x" * 25_000_001)
    done = run(main, [*options, "mail.eml"])
    assert done.exit_code == 0, done.stderr
    assert "mail.too_large" in done.stderr
    for broken in (["--database", "sqlite:////no/such/folder/book.db", "receive"], ["--database", "nonsense://", "receive"]):
        assert run(main, broken, input=b"x").exit_code == 75
