"""Mail read from a real IMAP server: seen once it was handled, unseen until then, and never a password in the clear."""

import socket
import subprocess
import threading
from contextlib import closing, contextmanager
from urllib.parse import quote

import pytest
from click.testing import CliRunner

from lacking import missing_server
from lockportal.cli import main
from lockportal.core.errors import GatewayError, Refused
from lockportal.mail import ImapMailbox, mailbox
from lockportal.mail.imap import box_of
from lockportal.messages import MailOutcome
from mail import dovecot
from ports import held_port
from quarrels import House, Quarrels, letter

MOST = 1_000_000


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    program = dovecot.found()
    if program is None:
        missing_server("dovecot", "no Dovecot 2.3: apt-get install dovecot-imapd")
    folder = tmp_path_factory.mktemp("imap-tls")
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *names]
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    subprocess.run([*command, *files], check=True, capture_output=True)
    with dovecot.running(program, folder / "cert.pem") as made:
        yield made


def address(server, user, *, secure=True, box="", password=dovecot.PASSWORD, **options):
    """How a box is written: encrypted from the start, unless it begins in the clear."""
    scheme, port = ("imaps", server.secure) if secure else ("imap", server.port)
    given = "&".join(f"{name}={value}" for name, value in {"ca": server.ca, **options}.items())
    return f"{scheme}://{quote(user, safe='')}:{quote(password, safe='')}@127.0.0.1:{port}{box}?{given}"


def taken(mailbox, answer=lambda _: True):
    found = []

    def take(raw):
        found.append(raw)
        return answer(raw)

    mailbox.hand_over(take, MOST)
    return found


@pytest.mark.parametrize("way", [{}, {"secure": False}, {"secure": False, "tls": "off"}])
def test_each_mail_is_handed_over_once_as_it_came_and_is_seen_after_that(server, way):
    user = server.new_user()
    mails = [b"Subject: one\r\n\r\nOne.\r\n", b"Subject: two\r\n\r\n" + bytes(range(128, 256)) + b"\r\n.\r\n"]
    server.put(user, *mails)
    box = mailbox(address(server, user, **way))
    assert taken(box) == mails
    assert (server.seen(user), taken(box)) == ((2, 2), [])
    server.put(user, b"Subject: three\r\n\r\n")
    assert taken(box) == [b"Subject: three\r\n\r\n"]


def test_what_is_not_taken_stays_unseen_and_the_next_one_is_handed_over(server):
    user = server.new_user()
    server.put(user, b"Subject: one\r\n\r\n", b"Subject: two\r\n\r\n")
    box = mailbox(address(server, user))
    assert len(taken(box, lambda raw: b"two" in raw)) == 2
    assert server.seen(user) == (1, 2)
    assert taken(box) == [b"Subject: one\r\n\r\n"]


def test_of_a_mail_that_is_too_large_as_much_is_read_as_tells_it(server):
    user = server.new_user()
    server.put(user, b"Subject: x\r\n\r\n" + b"y" * 5000)
    found = []
    mailbox(address(server, user)).hand_over(lambda raw: found.append(len(raw)) or True, 1000)
    assert found == [1001]


def test_a_box_of_another_name_is_read_and_one_that_is_not_there_is_refused(server):
    user = server.new_user()
    server.put(user, b"Subject: in\r\n\r\n")
    server.put(user, b"Subject: replies\r\n\r\n", folder=".To us")
    assert taken(mailbox(address(server, user, box="/To%20us"))) == [b"Subject: replies\r\n\r\n"]
    with pytest.raises(GatewayError, match="the name of the box"):
        taken(mailbox(address(server, user, box="/Elsewhere")))


def test_a_mail_that_is_deleted_meanwhile_is_nobodys(server):
    user = server.new_user()
    server.put(user, b"Subject: one\r\n\r\n", b"Subject: two\r\n\r\n")

    def delete_the_other(_raw):
        with mailbox(address(server, user))._open() as other:
            other.uid("STORE", "2", "+FLAGS", "(\\Deleted)")
            other.expunge()
        return True

    assert taken(mailbox(address(server, user)), delete_the_other) == [b"Subject: one\r\n\r\n"]


def test_a_wrong_password_and_a_certificate_that_nobody_vouches_for_are_told(server):
    user = server.new_user()
    for way, said in (
        ({"password": "wrong"}, "Check user, password"),
        ({"ca": "/etc/ssl/certs/ca-certificates.crt"}, "certificate"),
    ):
        with pytest.raises(GatewayError, match=said) as caught:
            taken(mailbox(address(server, user, **way)))
        assert caught.value.code == "mailbox.unreachable"
        assert user not in str(caught.value)


@contextmanager
def listening(*lines):
    """A server of so many words, which are all that it ever says."""
    with closing(socket.create_server(("127.0.0.1", 0))) as door:

        def serve():
            line = door.accept()[0]
            for said in lines:
                line.sendall(said)
                heard.append(line.recv(1000))
            kept.append(line)

        heard, kept = [], []
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"127.0.0.1:{door.getsockname()[1]}", heard
        thread.join(60)
        for line in kept:
            line.close()


def test_a_server_that_says_nothing_is_given_up():
    with listening() as (where, _), pytest.raises(GatewayError, match="no answer in time"):
        taken(mailbox(f"imap://a:b@{where}?timeout=0.2"))


def test_a_server_without_encryption_is_told_no_password():
    said = (b"* OK ready\r\n", b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n* OK x\r\n")
    with listening(*said) as (where, heard), pytest.raises(GatewayError):
        taken(mailbox(f"imap://anna:secret@{where}?timeout=0.5"))
    assert not [line for line in heard if b"AUTH" in line or b"LOGIN" in line]


def test_a_server_that_is_not_there_is_told():
    with held_port() as nobody, pytest.raises(GatewayError, match="no connection"):
        taken(mailbox(f"imap://a:b@127.0.0.1:{nobody}"))


def test_addresses_are_read_and_the_password_is_shown_nowhere():
    box = box_of("imaps://ar%40acme.example:p%40ss@mail.acme.example/Replies?timeout=5")
    assert (box.host, box.port, box.user, box.password) == ("mail.acme.example", 993, "ar@acme.example", "p@ss")
    assert (box.name, box.tls, box.timeout) == ("Replies", "implicit", 5.0)
    assert "p@ss" not in repr(box)
    plain = box_of("imap://ar@mail.acme.example")
    assert (plain.port, plain.name, plain.tls) == (143, "INBOX", "required")
    assert mailbox("pop3://ar@mail.acme.example") is None
    for wrong in (
        "imaps://mail.acme.example",
        "imaps://ar@",
        "imaps://ar@h:port",
        "imaps://ar@h?timeout=0",
        "imaps://ar@h?timeout=soon",
        "imap://ar@h?tls=perhaps",
        "imaps://ar@h?colour=red",
        'imaps://ar@h/a"b',
        "imaps://ar@h/%C3%BC",
        "imaps://ar@h/a%0d%0ab",
    ):
        with pytest.raises(Refused, match="imaps://user:password") as caught:
            box_of(wrong)
        assert caught.value.code == "mailbox.address_malformed"


# the whole way


class Disconnecting(ImapMailbox):
    """Loses its line before it marks the first mail."""

    def _mark(self, connection, uid):
        connection.shutdown()
        super()._mark(connection, uid)


def test_replies_in_a_box_come_into_their_thread_once_though_the_line_breaks_before_the_mark(server, database_url, tmp_path):
    Quarrels.fails.clear()
    house = House(database_url, tmp_path / "files")
    with closing(house.portal):
        user = server.new_user()
        server.put(user, letter(house.address(), "One.\n"), letter(house.address(), "Two.\n"))
        box = box_of(address(server, user))
        fetching = house.portal.messages._fetching
        fetching._mailbox = Disconnecting(box)
        with pytest.raises(GatewayError):
            house.portal.messages.fetch()
        assert (house.answers(), server.seen(user)) == ([("One.", 0)], (0, 2))
        fetching._mailbox = ImapMailbox(box)
        assert house.portal.messages.fetch().outcomes == (MailOutcome.REPEATED, MailOutcome.TAKEN)
        assert sorted(house.answers()) == [("One.", 0), ("Two.", 0)]
        assert server.seen(user) == (2, 2)


def test_two_who_fetch_at_once_take_each_mail_once(server, database_url, tmp_path):
    Quarrels.fails.clear()
    house = House(database_url, tmp_path / "files")
    with closing(house.portal):
        user = server.new_user()
        server.put(user, *(letter(house.address(), f"{number}\n") for number in range(4)))
        both = threading.Barrier(2)
        found = []

        class Together(ImapMailbox):
            def hand_over(self, take, most):
                def taking(raw):
                    both.wait(60)  # both have this mail in hand, which neither has marked
                    return take(raw)

                super().hand_over(taking, most)

        house.portal.messages._fetching._mailbox = Together(box_of(address(server, user)))
        threads = [threading.Thread(target=lambda: found.append(house.portal.messages.fetch())) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
        assert sorted(house.answers()) == [(str(number), 0) for number in range(4)]
        outcomes = [outcome for fetched in found for outcome in fetched.outcomes]
        assert len(outcomes) + sum(fetched.failed for fetched in found) == 8
        assert set(outcomes) <= {MailOutcome.TAKEN, MailOutcome.REPEATED}


def test_the_command_line_fetches_and_says_what_became_of_it(server, tmp_path, monkeypatch):
    user = server.new_user()
    server.put(user, letter("nobody@in.acme.example"), letter("nobody@in.acme.example"), b"x" * 3000)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LOCKPORTAL_MAILBOX", address(server, user))
    monkeypatch.setenv("LOCKPORTAL_SECRET_KEYS", "k" * 40)
    (tmp_path / "lockportal.toml").write_text("[messages]\nmail_limit = 2000\n")

    def run(code):
        result = CliRunner().invoke(main, ["--database", f"sqlite:///{tmp_path / 'book.db'}", "fetch-mail"])
        assert result.exit_code == code, result.output
        return result.output

    assert run(0) == "2 unknown\n1 mail.too_large\n3 seen, 0 failed\n"
    assert run(0) == "0 seen, 0 failed\n"
    monkeypatch.delenv("LOCKPORTAL_MAILBOX")
    assert run(1).startswith("lockportal: mailbox.missing: ")
