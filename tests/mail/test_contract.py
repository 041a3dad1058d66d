"""The contract of a notifier: the built-in ones keep it, and each rule fails who breaks it."""

import email
import email.policy
import inspect
import socket
import threading
import time
from contextlib import ExitStack

import pytest
from attrs import evolve

from lockportal.core.errors import GatewayError
from lockportal.mail import FolderNotifier, notifier
from lockportal.mail.message import build
from lockportal.testing import NotifierContract
from lockportal.testing.notifiers import Medium
from lockportal.testing.world import Outcome, Script, SmtpServer
from waiting import AMPLE, Meeting


def read(content):
    return email.message_from_bytes(content, policy=email.policy.default)


class TestFolder(NotifierContract):
    @pytest.fixture
    def medium(self, tmp_path):
        (tmp_path / "in-the-way").write_text("a file")

        def arrived():
            return [read(path.read_bytes()) for path in sorted(tmp_path.glob("outbox/*.eml")) if path.name != "latest.eml"]

        return Medium(
            notifier=FolderNotifier(tmp_path / "outbox"), arrived=arrived, failing=FolderNotifier(tmp_path / "in-the-way")
        )


class TestSmtp(NotifierContract):
    @pytest.fixture
    def medium(self):
        with ExitStack() as stack:
            server = stack.enter_context(SmtpServer())
            failing = stack.enter_context(SmtpServer(Script(rates={Outcome.REFUSE: 1.0})))
            failing.replies[Outcome.REFUSE] = "550 anna.ash@example.com is not known here"
            silent = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
            yield Medium(
                notifier=notifier(server.address),
                arrived=lambda: server.messages,
                failing=notifier(failing.address),
                silent=notifier(f"smtp://127.0.0.1:{silent.getsockname()[1]}?timeout=0.3"),
            )


class InMemory:
    """A notifier that keeps the contract, to be broken below."""

    def __init__(self):
        self.kept = {}
        self.fails = self.silent = False

    def send(self, mail):
        message = self.made(mail)
        if self.silent:
            time.sleep(0.05)
        if self.fails or self.silent:
            self.fail(mail)
        self.kept[str(message["Message-ID"])] = message.as_bytes()

    def made(self, mail):
        return build(mail, sender="a@b.example", encoding="8bit")

    def fail(self, mail):
        raise GatewayError("mail.not_sent", "Not today.")


class Plain(InMemory):
    def made(self, mail):
        return super().made(evolve(mail, subject=mail.subject.encode("ascii", "replace").decode()))


class WithoutText(InMemory):
    def made(self, mail):
        return super().made(evolve(mail, text="", html=mail.html or mail.text))


class ToTheDomainAsItIs(InMemory):
    def made(self, mail):
        return super().made(evolve(mail, to=mail.to.encode("ascii", "ignore").decode()))


class NewIdEachTime(InMemory):
    def __init__(self):
        super().__init__()
        self.count = 0

    def made(self, mail):
        self.count += 1
        return super().made(evolve(mail, id=f"{mail.id[:-12]}{self.count:012}"))


class NoThreads(InMemory):
    def made(self, mail):
        return super().made(evolve(mail, thread="all" if mail.thread else ""))


class LosesSome(InMemory):
    def __init__(self):
        super().__init__()
        self.copied, self.alone = Meeting(), threading.Lock()

    def send(self, mail):
        with self.alone:
            kept = dict(self.kept)
        self.copied.wait()
        with self.alone:
            super().send(mail)
            self.kept = {**kept, **dict(list(self.kept.items())[-1:])}


class TellsTheServersWords(InMemory):
    def fail(self, mail):
        raise GatewayError("mail.not_sent", f"550 {mail.to} is not known here")


class TellsByItsCause(InMemory):
    def fail(self, mail):
        raise GatewayError("mail.not_sent") from ConnectionError(mail.to)


class RaisesAnything(InMemory):
    def fail(self, mail):
        raise ConnectionError("broken")


class Hangs(InMemory):
    def fail(self, mail):
        threading.Event().wait(AMPLE)


class CutsLines(InMemory):
    def made(self, mail):
        headers = tuple((name, value.splitlines()[0].replace("\0", "")) for name, value in mail.headers)
        return super().made(evolve(mail, subject="".join(c for c in mail.subject if c.isprintable()), headers=headers))


class TakesTheFirst(InMemory):
    def made(self, mail):
        return super().made(evolve(mail, to=mail.to.replace("Anna <", "").strip(">").split(",")[0].split(";")[0]))


BROKEN = [
    (Plain, "test_a_mail_arrives_as_it_was_written", "a subject arrives as it was written"),
    (WithoutText, "test_a_mail_of_text_alone_is_one", "a mail of text alone has no other part"),
    (ToTheDomainAsItIs, "test_an_address_beyond_ascii_is_reached", "reached by its ASCII form"),
    (NewIdEachTime, "test_the_same_mail_again_is_known_by_its_id", "one Message-ID at each try"),
    (NoThreads, "test_a_thread_is_gathered_by_its_id", "another thread has another name"),
    (LosesSome, "test_mails_that_are_sent_at_once_arrive_whole", "arrive, each whole"),
    (TellsTheServersWords, "test_a_medium_that_fails_is_told_without_naming_anybody", "names no address"),
    (TellsByItsCause, "test_a_medium_that_fails_is_told_without_naming_anybody", "nor does one that it came of"),
    (RaisesAnything, "test_a_medium_that_fails_is_told_without_naming_anybody", "told by GatewayError; it was ConnectionError"),
    (Hangs, "test_a_medium_that_never_answers_is_given_up", "given up in time"),
    (CutsLines, "test_no_header_can_be_injected", "more than one line is Refused; it was None"),
    (TakesTheFirst, "test_a_mail_has_one_recipient", "anything else is Refused; it was None"),
]
RULES = {name for name, _ in inspect.getmembers(NotifierContract, inspect.isfunction) if name.startswith("test_")}


def medium_of(kind):
    made, failing, silent = kind(), kind(), kind()
    failing.fails, silent.silent = True, True
    return Medium(
        notifier=made, arrived=lambda: [read(content) for content in made.kept.values()], failing=failing, silent=silent
    )


class TestInMemory(NotifierContract):
    @pytest.fixture
    def medium(self):
        return medium_of(InMemory)


@pytest.mark.parametrize(("kind", "rule", "words"), [pytest.param(*row, id=row[0].__name__) for row in BROKEN])
def test_a_notifier_that_breaks_a_rule_is_told_which(kind, rule, words, monkeypatch):
    if kind is Hangs:  # who waits for it waits in vain
        monkeypatch.setattr(NotifierContract, "patience", 0.3)
    with pytest.raises(AssertionError, match=words):
        getattr(NotifierContract(), rule)(medium_of(kind))


def test_each_rule_has_a_notifier_that_breaks_it():
    assert {rule for _, rule, _ in BROKEN} == RULES


def test_a_contract_without_a_medium_says_what_it_needs():
    with pytest.raises(NotImplementedError, match="medium"):
        NotifierContract.medium.__wrapped__(NotifierContract())
