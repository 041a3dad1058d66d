"""Notifiers' contract: what is handed over arrives, whole and as it was written."""

from __future__ import annotations

from email.headerregistry import Address
from email.message import EmailMessage

from lockportal.testing.bench import fulfilled, race
from lockportal.testing.notifiers.ground import ANNA, LETTER, Ground, Medium, letter


class ArrivingContract(Ground):
    """A text part always, headers as they were given, and ids by which a second copy is known."""

    def test_a_mail_arrives_as_it_was_written(self, medium: Medium) -> None:
        """Subject, both parts, the sender, and what it says of itself."""
        medium.notifier.send(LETTER)
        message = _only(medium)
        assert message["Subject"] == LETTER.subject, "a subject arrives as it was written, beyond ASCII too"
        assert _part(message, "plain") == LETTER.text, "the text part arrives as it was written"
        assert _part(message, "html").strip() == LETTER.html, "the HTML part arrives as it was written"
        assert message["From"].addresses == (Address("Nord & Süd", "ar", "example.com"),), "the sender is the mail's"
        assert [one.addr_spec for one in message["To"].addresses] == [ANNA], "a mail goes to its one recipient"
        assert message["Auto-Submitted"] == "auto-generated", "a mail's own headers are set"

    def test_a_mail_of_text_alone_is_one(self, medium: Medium) -> None:
        """There is no other part, and nothing is made up."""
        medium.notifier.send(letter(2, html=None))
        message = _only(medium)
        assert message.get_content_type() == "text/plain", "a mail of text alone has no other part"
        assert _part(message, "plain") == LETTER.text, "the text part is always there"

    def test_an_address_beyond_ascii_is_reached(self, medium: Medium) -> None:
        """Its domain travels in ASCII."""
        medium.notifier.send(letter(3, to="anna@straße.de"))
        (address,) = _only(medium)["To"].addresses
        assert address.domain in {"xn--strae-oqa.de", "straße.de"}, "a domain beyond ASCII is reached by its ASCII form"

    def test_the_same_mail_again_is_known_by_its_id(self, medium: Medium) -> None:
        """It may be sent again after a crash; whoever gets it twice can tell."""
        for mail in (LETTER, LETTER, letter(4), LETTER):
            medium.notifier.send(mail)
        ids = {str(message["Message-ID"]) for message in medium.arrived()}
        assert len(ids) == 2, "a mail has one Message-ID at each try, and another mail another one"  # noqa: PLR2004 - two mails

    def test_a_thread_is_gathered_by_its_id(self, medium: Medium) -> None:
        """By headers that do not depend on which of its mails came first."""
        for number, thread in ((5, "orders"), (6, "orders"), (7, "other"), (8, "")):
            medium.notifier.send(letter(number, thread=thread))
        found = {_number(message): (message["In-Reply-To"], message["References"]) for message in medium.arrived()}
        assert found[5] == found[6], "mails of one thread name the same one before them"
        assert found[5][0] == found[5][1], "In-Reply-To and References name the thread"
        assert found[5] != found[7], "another thread has another name"
        assert found[8] == (None, None), "a mail of no thread answers nothing"

    def test_mails_that_are_sent_at_once_arrive_whole(self, medium: Medium) -> None:
        """From several threads of one process."""
        fulfilled(race(*(lambda n=n: medium.notifier.send(letter(10 + n, text=f"number {n}\n")) for n in range(8))))
        texts = sorted(_part(message, "plain") for message in medium.arrived())
        assert texts == sorted(f"number {n}\n" for n in range(8)), "mails that are sent at once arrive, each whole"


def _only(medium: Medium) -> EmailMessage:
    messages = medium.arrived()
    assert len(messages) == 1, "a mail that is sent arrives, and arrives once"
    return messages[0]


def _part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    assert body is not None, f"a mail has its {kind} part"
    return str(body.get_content()).replace("\r\n", "\n")


def _number(message: EmailMessage) -> int:
    return int(str(message["Message-ID"]).partition("@")[0][-12:])
