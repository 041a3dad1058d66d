"""Reports of delivery: what became of a mail is noted, a dead address is written to no more, the next contact is told."""

from uuid import uuid4

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from books import OTTO, closing, customer
from lockportal import Denied, NotFound, Refused, Right
from lockportal.core.actor import Grant
from lockportal.core.messages import Recipient
from lockportal.documents.models import document_id
from lockportal.mail.message import build
from lockportal.messages import MailOutcome
from lockportal.messages.inbound.parsing import parsed
from lockportal.payments import LineChoice, MethodKind
from lockportal.payments.settings import MerchantAccount, MethodRule, PaymentsSettings
from lockportal.profiles.messages import INVITATION, Invitation
from messages.conftest import Office

ALL = (Right.VIEW, Right.PAY)
INVITED = Invitation(customer="C", inviter="", link="https://portal.example.com")
PAYMENTS = PaymentsSettings(
    merchants={"main": MerchantAccount(gateway="fake")},
    methods=(MethodRule(method=MethodKind.BANK_TRANSFER, instructions=("Please state the reference.",)),),
)


REPORT = """From: MAILER-DAEMON@mx.example.com (Mail Delivery System)
To: ar@nordsued.example.com
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B/mx"

--B/mx
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--B/mx
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.com
Arrival-Date: Mon,  2 Mar 2026 12:00:00 +0000 (UTC)

{original}Final-Recipient: rfc822; {to}
Action: {action}
Status: {status}
Diagnostic-Code: {diagnostic}

--B/mx
Content-Description: Undelivered Message
Content-Type: {returned}

{mail}
--B/mx--
"""


def report(mail, *, action="failed", status="5.1.1", whole=True, to=None, diagnostic="smtp; 550 5.1.1 user unknown", original=""):
    """What a mail server writes about a mail (RFC 3464), with the mail or its headers alone."""
    sent = build(mail, sender="ar@nordsued.example.com", encoding="quoted-printable")
    told = {
        "original": f"Original-Recipient: rfc822;{original}\n" if original else "",
        "to": to or mail.to,
        "returned": "message/rfc822" if whole else "text/rfc822-headers",
        "mail": sent.as_string() if whole else f"Received: by mx\nMessage-ID: {sent['Message-ID']}\nSubject: x\n",
    }
    return REPORT.format(action=action, status=status, diagnostic=diagnostic, **told).encode()


class Desk(Office):
    def __init__(self, url, tmp_path):
        super().__init__(url, tmp_path, settings=(PAYMENTS,))
        self.account = self.customer(collector="casey")
        self.anna, self.bea = (self.contact(self.account, f"{name.lower()}@example.com", name, ALL) for name in ("Anna", "bea"))

    def receive(self, raw):
        return self.portal.messages.receive(raw)

    def suppressed(self):
        return self.portal.messages.suppressed.list(OTTO).items

    def outcomes(self):
        found = self.portal.messages.deliveries(self.account, by=OTTO).items
        return sorted(f"{one.outcome} {one.reason}".strip() for one in found)

    def tasks(self):
        return [one for one in self.portal.activities.tasks(OTTO).items if one.kind == "messages.returned"]


@pytest.fixture
def desk(sqlite_url, tmp_path):
    made = Desk(sqlite_url, tmp_path)
    with closing(made.portal):
        yield made


@pytest.fixture
def told(desk):
    """The mails that tell both of an invoice."""
    desk.invoice("R-1")
    desk.deliver()
    return {mail.to: mail for mail in desk.box.mails}


@pytest.mark.parametrize("whole", [True, False])
def test_a_dead_address_is_written_to_no_more_and_somebody_asks_for_another(desk, told, whole):
    raw = report(told["anna@example.com"], whole=whole)
    assert [desk.receive(raw) for _ in range(2)] == [MailOutcome.REPORTED] * 2
    (line,) = desk.suppressed()
    assert (line.email, line.status, line.kind, line.name) == ("anna@example.com", "5.1.1", "documents.ready", "Anna")
    assert desk.outcomes() == ["returned report.5.1.1", "sent", "sent"]
    (task,) = desk.tasks()
    assert (task.owner, task.about_id) == ("casey", desk.anna.id)
    desk.deliver()
    desk.box.mails.clear()
    desk.invoice("R-2")
    desk.deliver()
    assert [mail.to for mail in desk.box.mails] == ["bea@example.com"]
    # Somebody says that it lives: it is written to again, and the report that came once changes nothing more.
    desk.portal.messages.suppressed.lift(desk.account, line.id, OTTO)
    desk.portal.messages.suppressed.lift(desk.account, line.id, OTTO)
    assert (desk.suppressed(), desk.tasks()) == ((), [])
    assert desk.receive(raw) is MailOutcome.REPORTED
    assert desk.suppressed() == ()
    desk.box.mails.clear()
    desk.invoice("R-3")
    desk.deliver()
    assert len(desk.box.mails) == 2
    # What comes back after that is a new report.
    desk.receive(report(desk.box.to("anna@example.com")[0]))
    assert len(desk.suppressed()) == len(desk.tasks()) == 1


def test_the_next_contact_is_told_what_did_not_reach_the_one_whom_it_was_for(desk):
    desk.invoice("R-1")
    desk.deliver()
    desk.box.mails.clear()
    grant = Grant(desk.account, desk.anna.id, frozenset(ALL))
    anna = evolve(customer(desk.account, rights=ALL), grants=(grant,))
    lines = [LineChoice(document_id=document_id(desk.account, "books", "R-1"))]
    desk.portal.payments.start(desk.account, anna, currency="USD", method=MethodKind.BANK_TRANSFER, lines=lines)
    desk.deliver()
    (mail,) = desk.box.mails  # how to make the transfer: for whoever began the payment
    assert mail.to == "anna@example.com"
    assert desk.receive(report(mail)) is MailOutcome.REPORTED
    for _ in range(2):
        desk.deliver()
    assert [one.to for one in desk.box.mails] == ["anna@example.com", "bea@example.com"]
    # Where the next one's address is dead, too, nobody is left.
    desk.receive(report(desk.box.mails[-1]))
    desk.deliver()
    assert len(desk.box.mails) == 2
    assert len(desk.tasks()) == 2


@pytest.mark.parametrize(
    ("said", "outcomes"),
    [
        ({"action": "delivered", "status": "2.0.0"}, ["delivered", "sent", "sent"]),
        ({"action": "relayed", "status": "2.0.0"}, ["delivered", "sent", "sent"]),
        ({"action": "delayed", "status": "4.4.1"}, ["sent", "sent"]),
        ({"status": "5.2.2", "diagnostic": "smtp; 552 mailbox full"}, ["returned report.5.2.2", "sent", "sent"]),
        ({"status": "4.4.7", "diagnostic": "smtp; 421 too long"}, ["returned report.4.4.7", "sent", "sent"]),
        ({"status": "5.7.1", "diagnostic": "smtp; 550 spam"}, ["returned report.5.7.1", "sent", "sent"]),
        ({"status": "5.0.0", "diagnostic": "smtp; 550 rejected"}, ["returned report.5.0.0", "sent", "sent"]),
        ({"status": "nonsense", "diagnostic": ""}, ["returned", "sent", "sent"]),
    ],
)
def test_what_does_not_say_that_the_address_is_dead_is_only_noted(desk, told, said, outcomes):
    assert desk.receive(report(told["anna@example.com"], **said)) is MailOutcome.REPORTED
    assert (desk.outcomes(), desk.suppressed(), desk.tasks()) == (outcomes, (), [])


@pytest.mark.parametrize("status", ["5.1.1", "5.1.2", "5.1.10", "5.2.1"])
def test_these_codes_say_that_the_address_is_dead(desk, told, status):
    desk.receive(report(told["anna@example.com"], status=status))
    assert [line.status for line in desk.suppressed()] == [status]


def test_a_report_of_anothers_mail_or_address_does_nothing(desk, told):
    mail = told["anna@example.com"]
    strange = type(mail)(id=str(uuid4()), to=mail.to, subject="x", text="y")
    free = type(mail)(id="not-an-id", to=mail.to, subject="x", text="y")
    for raw in (
        report(strange),
        report(free),
        report(mail, to="bea@example.com"),
        report(mail, to="no address"),
        report(mail, action="maybe"),
    ):
        assert desk.receive(raw) in {MailOutcome.UNKNOWN, MailOutcome.AUTOMATIC}
    assert (desk.outcomes(), desk.suppressed()) == (["sent", "sent"], ())
    # Where a host has sent it on, the address to which it was sent counts.
    assert desk.receive(report(mail, to="anna@elsewhere.example", original="Anna@example.com")) is MailOutcome.REPORTED


def test_a_task_that_was_closed_stays_as_it_was_when_the_address_lives(desk, told):
    desk.receive(report(told["anna@example.com"]))
    (line,), (task,) = desk.suppressed(), desk.tasks()
    desk.portal.activities.close(desk.account, task.id, OTTO, outcome="done")
    desk.portal.messages.suppressed.lift(desk.account, line.id, OTTO)
    assert desk.portal.activities.get(desk.account, task.id, OTTO).outcome == "done"


def test_staff_alone_sees_and_lifts_what_is_suppressed(desk, told):
    for mail in told.values():
        desk.receive(report(mail))
    suppressed = desk.portal.messages.suppressed
    first = suppressed.list(OTTO, limit=1)
    second = suppressed.list(OTTO, after=first.after, account_id=desk.account)
    assert {one.email for one in (*first.items, *second.items)} == set(told)
    assert second.after is None
    for ask in (
        suppressed.list,
        lambda by: suppressed.lift(desk.account, first.items[0].id, by),
    ):
        with pytest.raises(Denied):
            ask(customer(desk.account, rights=tuple(Right)))
    with pytest.raises(NotFound):
        suppressed.lift(desk.account, uuid4(), OTTO)


def test_what_is_told_at_once_and_comes_back_has_nobody_else_told(desk):
    to = Recipient(contact_id=desk.anna.id, email="anna@example.com")
    desk.portal.messages.send(
        INVITATION,
        INVITED,
        to,
        account_id=desk.account,
        message_id=uuid4(),
        at=desk.clock.now(),
    )
    (mail,) = desk.box.mails
    assert desk.receive(report(mail)) is MailOutcome.REPORTED
    desk.deliver()
    assert len(desk.box.mails) == 1
    assert len(desk.suppressed()) == 1


@given(st.binary(max_size=300))
def test_whatever_calls_itself_a_report_is_read_or_refused(junk):
    head = b'Content-Type: multipart/report; boundary="b"\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n'
    try:
        letter = parsed(head + junk + b"\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n" + junk + b"\r\n--b--\r\n", 10_000)
    except Refused as refused:
        assert refused.code == "mail.unreadable"  # noqa: PT017 - either way is fine
    else:
        assert letter.reports == () or letter.automatic
