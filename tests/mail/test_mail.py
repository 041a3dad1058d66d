"""Mail by a real SMTP server and into a folder: what is handed over is what arrives, and nothing can be injected."""

import email
import email.policy
import ssl
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from email.headerregistry import Address

import pytest
from aiosmtpd.smtp import AuthResult

from lockportal.core.errors import GatewayError, Refused
from lockportal.core.ports import Mail
from lockportal.mail import FolderNotifier, SmtpNotifier, notifier
from lockportal.mail.message import build, file_name
from lockportal.testing import Outcome, Script, SmtpServer
from ports import held_port

MAIL = Mail(
    id="0198-abc",
    to="anna@example.com",
    subject="Ihr Anmeldelink für Nord & Süd 😀",
    text="Grüße\nhttps://portal.example.com/" + "x" * 200 + "\n",
    html="<p>Grüße</p>",
    headers=(("From", '"Nord & Süd" <ar@example.com>'), ("Auto-Submitted", "auto-generated")),
)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *names]
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    subprocess.run([*command, *files], check=True, capture_output=True)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return folder / "cert.pem", context


@pytest.fixture
def serve():
    with ExitStack() as running:
        yield lambda *listed, **options: running.enter_context(SmtpServer(Script(*listed), **options))


def check(server, session, envelope, mechanism, data):
    return AuthResult(success=(data.login, data.password) == (b"us er", b"p@ss:word/"), handled=False)


def failure(address, mail=MAIL, code="mail.not_sent"):
    with pytest.raises(GatewayError) as caught:
        notifier(address).send(mail)
    assert caught.value.code == code
    assert "anna" not in str(caught.value)
    return caught.value.message


def test_what_is_sent_by_smtp_arrives_as_it_was_written(serve):
    server = serve()
    notifier(server.address).send(MAIL)
    (envelope,), (message,) = server.envelopes, server.messages
    assert envelope.mail_from == "ar@example.com"
    assert envelope.rcpt_tos == ["anna@example.com"]
    assert message["From"].addresses == (Address("Nord & Süd", "ar", "example.com"),)
    assert message["To"] == "anna@example.com"
    assert message["Subject"] == MAIL.subject
    assert message["Message-ID"] == "<0198-abc@example.com>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content_type() == "multipart/alternative"
    assert message.get_body(("plain",)).get_content().replace("\r\n", "\n") == MAIL.text
    assert message.get_body(("html",)).get_content().strip() == MAIL.html
    assert max(map(len, envelope.content.splitlines())) <= 998


def test_a_mail_of_text_alone_has_no_other_part(serve):
    server = serve()
    notifier(f"{server.address}?from=post@example.org").send(Mail(id="1", to="a@b.example", subject="s", text="t"))
    (message,) = server.messages
    assert message.get_content_type() == "text/plain"
    assert message["From"] == "post@example.org"


def test_starttls_is_used_where_it_is_offered(serve, certificate):
    server = serve(tls_context=certificate[1])
    notifier(f"{server.address}?ca={certificate[0]}").send(MAIL)
    notifier(f"{server.address}?ca={certificate[0]}&tls=required").send(MAIL)
    notifier(f"{server.address}?tls=off").send(MAIL)
    assert server.encrypted == [True, True, False]


def test_a_certificate_that_nobody_vouches_for_is_refused(serve, certificate):
    server = serve(tls_context=certificate[1])
    assert "certificate" in failure(server.address)
    assert server.envelopes == []


def test_encryption_that_is_required_and_not_offered_sends_nothing(serve):
    server = serve()
    assert "no encryption" in failure(f"{server.address}?tls=required")
    assert server.envelopes == []


def test_smtps_is_encrypted_from_the_first_byte(serve, certificate):
    server = serve(ssl_context=certificate[1])
    notifier(f"smtps://127.0.0.1:{server.port}?ca={certificate[0]}").send(MAIL)
    assert len(server.envelopes) == 1
    assert "certificate" in failure(f"smtps://127.0.0.1:{server.port}")


def test_user_and_password_are_sent_encrypted(serve, certificate):
    server = serve(tls_context=certificate[1], authenticator=check, auth_required=True)
    notifier(f"smtp://us%20er:p%40ss%3Aword%2F@127.0.0.1:{server.port}?ca={certificate[0]}").send(MAIL)
    assert len(server.envelopes) == 1
    refused = failure(f"smtp://us%20er:wrong@127.0.0.1:{server.port}?ca={certificate[0]}")
    assert "user and password" in refused
    assert "wrong" not in refused


def test_a_password_goes_out_in_the_clear_only_where_that_is_asked_for(serve):
    server = serve(authenticator=check, auth_require_tls=False)
    address = f"smtp://us%20er:p%40ss%3Aword%2F@127.0.0.1:{server.port}"
    assert "unencrypted" in failure(address)
    notifier(f"{address}?tls=off").send(MAIL)
    assert len(server.envelopes) == 1


def test_a_server_without_log_in_is_named_as_such(serve):
    assert "log-in" in failure(f"smtp://u:p@127.0.0.1:{serve().port}?tls=off")


@pytest.mark.parametrize(
    ("outcome", "said", "code"),
    [
        (Outcome.REFUSE, "550", "mail.recipient_refused"),
        (Outcome.REFUSE, "450", "mail.not_sent"),
        (Outcome.LATER, "451", "mail.not_sent"),
    ],
)
def test_a_refusal_is_told_by_its_code_and_never_by_its_words(serve, outcome, said, code):
    server = serve(outcome)
    server.replies[outcome] = f"{said} anna@example.com is not welcome"
    assert said in failure(server.address, code=code)


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        (Outcome.TIMEOUT_AFTER, "no answer in time"),
        (Outcome.RESET, "no connection, or it broke"),
        (Outcome.CUT, "no connection, or it broke"),
        (Outcome.GARBAGE, "code"),
    ],
)
def test_a_mail_whose_answer_does_not_come_is_not_said_to_be_sent(serve, outcome, said):
    server = serve(outcome)
    seconds = 3 if outcome is Outcome.TIMEOUT_AFTER else 120
    assert said in failure(f"{server.address}?timeout={seconds}")
    assert len(server.envelopes) == outcome.done
    notifier(server.address).send(MAIL)
    assert {message["Message-ID"] for message in server.messages} == {"<0198-abc@example.com>"}


def test_a_server_that_is_not_there_is_an_error_that_says_what_to_do():
    with held_port() as port:
        assert "Check host and port" in failure(f"smtp://127.0.0.1:{port}")


def test_a_server_that_never_answers_is_given_up():
    import socket

    with socket.create_server(("127.0.0.1", 0)) as silent:
        assert "no answer in time" in failure(f"smtp://127.0.0.1:{silent.getsockname()[1]}?timeout=0.2")


@pytest.mark.parametrize(
    "address",
    [
        "smtp://",
        "smtp://host:port",
        "smtp://host:99999",
        "smtp://host?tls=maybe",
        "smtp://host?timeout=soon",
        "smtp://host?timeout=0",
        "smtp://host?timeout=inf",
        "smtp://host?colour=red",
        "smtp://host/path",
    ],
)
def test_a_malformed_address_is_refused_without_its_password(address):
    with pytest.raises(Refused) as caught:
        notifier(address)
    assert caught.value.code == "mail.address_malformed"


def test_addresses_have_the_usual_ports_and_senders():
    def of(address):
        made = notifier(address)
        assert isinstance(made, SmtpNotifier)
        return made

    assert of("smtp://host").server.port == 25
    assert of("smtp://me@host").server.port == 587
    assert of("smtps://host").server.port == 465
    assert of("smtp://me%40example.com:secret@host")._sender == "me@example.com"
    assert of("smtp://me:secret@host")._sender.startswith("lockportal@")
    assert "secret" not in repr(of("smtp://me:secret@host").server)


def test_other_addresses_are_left_to_others():
    assert notifier("https://example.com") is None
    assert notifier("") is None


# the message


@pytest.mark.parametrize("name", ["subject", "From", "X-Note"])
@pytest.mark.parametrize("evil", ["a\r\nBcc: evil@example.com", "a\nb", "a\rb", "a\x00b", "a\u2028b", "a\ud800b"])
def test_a_header_cannot_be_injected(name, evil):
    headers = () if name == "subject" else ((name, evil),)
    subject = evil if name == "subject" else "fine"
    with pytest.raises(Refused) as caught:
        build(Mail(id="1", to="a@example.com", subject=subject, text="", headers=headers), sender="b@c.de", encoding="8bit")
    assert caught.value.code == "mail.header_invalid"


@pytest.mark.parametrize("name", ["Bcc", "To", "Message-ID", "Content-Type", "X Note", "X:Note", "", "Ä"])
def test_headers_that_a_mail_may_not_set_are_refused(name):
    with pytest.raises(Refused):
        build(Mail(id="1", to="a@b.de", subject="", text="", headers=((name, "v"),)), sender="b@c.de", encoding="8bit")


@pytest.mark.parametrize(
    "to",
    [
        "",
        "a",
        "a@",
        "@b.de",
        "a@b.de, c@d.de",
        "a@b.de;c@d.de",
        "A <a@b.de>",
        "a@b.de\r\nBcc: x@y.de",
        "a b@c.de",
        "a@b@c.de",
        "a@ü,x.de",
    ],
)
def test_a_mail_has_one_recipient(to):
    with pytest.raises(Refused) as caught:
        build(Mail(id="1", to=to, subject="", text=""), sender="b@c.de", encoding="8bit")
    assert caught.value.code == "mail.address_invalid"


@pytest.mark.parametrize("sender", ["a@b.de, c@d.de", "nobody", ""])
def test_a_mail_comes_from_one_address(sender):
    with pytest.raises(Refused) as caught:
        build(Mail(id="1", to="a@b.de", subject="", text=""), sender=sender, encoding="8bit")
    assert caught.value.code == "mail.address_invalid"


def test_a_domain_beyond_ascii_is_written_in_ascii(serve):
    server = serve()
    notifier(server.address).send(Mail(id="1", to="anna@straße.de", subject="s", text="t", headers=MAIL.headers))
    assert server.envelopes[0].rcpt_tos == ["anna@xn--strae-oqa.de"]


def test_the_same_mail_makes_the_same_bytes():
    first, second = (build(MAIL, sender="a@b.de", encoding="quoted-printable").as_bytes() for _ in range(2))
    assert first == second


# the folder


def test_a_mail_in_the_folder_is_one_file_named_by_its_id_and_the_newest_is_easily_found(tmp_path):
    outbox = notifier(f"folder:{tmp_path / 'a' / 'outbox'}")
    assert isinstance(outbox, FolderNotifier)
    outbox.send(MAIL)
    outbox.send(MAIL)
    outbox.send(Mail(id="2", to="b@example.com", subject="s", text="the second"))
    names = sorted(path.name for path in outbox.folder.iterdir())
    assert names == ["0198-abc.eml", "2.eml", "latest.eml"]
    assert (outbox.folder / "latest.eml").read_bytes() == (outbox.folder / "2.eml").read_bytes()
    text = (outbox.folder / "0198-abc.eml").read_text("utf-8")
    assert "https://portal.example.com/" + "x" * 200 in text
    message = email.message_from_string(text, policy=email.policy.default)
    assert message["Subject"] == MAIL.subject


def test_the_newest_mail_is_whole_while_many_are_written(tmp_path):
    outbox, ended, torn = FolderNotifier(tmp_path), threading.Event(), []

    def read():
        while not ended.is_set():
            content = (tmp_path / "latest.eml").read_bytes()
            if not content.rstrip().endswith(b"--"):
                torn.append(content)

    outbox.send(MAIL)
    reader = threading.Thread(target=read)
    reader.start()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: outbox.send(Mail(id=f"m-{n}", to="a@b.de", subject="s", text="x" * 9999, html="y")), range(64)))
    ended.set()
    reader.join()
    assert torn == []
    assert len(list(tmp_path.glob("m-*.eml"))) == 64
    assert [path for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_folder_that_cannot_be_written_is_an_error_that_says_so(tmp_path):
    (tmp_path / "outbox").write_text("a file")
    assert "cannot be written" in failure(f"folder:{tmp_path / 'outbox'}")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "0198-abc.eml").mkdir()
    assert "cannot be written" in failure(f"folder:{tmp_path / 'other'}")
    assert [path.name for path in (tmp_path / "other").iterdir()] == ["0198-abc.eml"]


@pytest.mark.parametrize("evil", ["../a", "a/b", "a\\b", ".hidden", "", "a\x00", "ä", "x" * 81, "CON/..", "a..b", "\ud800"])
def test_an_id_that_could_name_another_file_becomes_its_digest(evil):
    assert len(file_name(evil)) == 64
    assert file_name("0198-abc_D.e") == "0198-abc_D.e"
