"""An argument about an invoice for more than came, and what each side does in it besides the pages."""

from decimal import Decimal
from email.message import EmailMessage

from lockportal.core.actor import SYSTEM, Right, staff
from lockportal.disputes import DisputeFilter, LineGrant
from lockportal.documents.models import DocumentKind
from lockportal.messages import MailOutcome, MessagesSettings
from web import payers
from web.conftest import ANN, World, invoice, usd

CASEY = staff("casey")
NUMBER = "INV-1006"
"""455 of 500 cartons came, and tape was dearer than ordered: 99.00 and 28.80 of 2,210.00 are wrong."""
SETTINGS = (payers.settings("ok"), MessagesSettings(reply_box="replies@in.quayside.example"))


def argument(folder, **options):
    """A portal that takes replies by mail, with a customer whose contact may do whatever a contact may."""
    made = World(folder, settings=SETTINGS, **options)
    for contact in made.portal.profiles.contacts(made.harbour, by=SYSTEM):
        made.portal.profiles.change_contact(made.harbour, contact.id, by=SYSTEM, rights=tuple(Right))
    return made


def standing(world):
    """What is open of the invoice, what of it is disputed, and what all buckets of the aging come to."""
    document = world.ids[NUMBER]
    balance = world.portal.documents.get(world.harbour, document, SYSTEM).document.balance
    disputed = world.portal.disputes.shares(world.harbour, SYSTEM).get(document, usd(0))
    (aging,) = [one for one in world.portal.ledger.aging(SYSTEM, account_id=world.harbour) if one.currency == "USD"]
    assert world.portal.verify(SYSTEM) == ()
    return balance.decimal, disputed.decimal, aging.open_items.decimal


def dispute_of(world):
    (one,) = world.portal.disputes.list(SYSTEM, DisputeFilter(), account_id=world.harbour).items
    return one


def ask(world, text):
    """Ask the customer, and answer the mail that brings the question."""
    world.portal.disputes.ask(world.harbour, dispute_of(world).id, CASEY, text=text)
    world.portal.deliver()
    return next(mail for mail in reversed(world.letterbox.mails) if text in mail.text)


def answer(world, mail, text):
    """Reply to a mail as a mail program does, with what it quotes."""
    made = EmailMessage()
    made["From"], made["To"], made["Message-ID"] = ANN, dict(mail.headers)["Reply-To"], "<answer@harbour.example>"
    quoted = "".join(f"> {line}\n" for line in mail.text.splitlines())
    made.set_content(f"{text}\n\nOn Fri, 20 Nov 2026 at 12:00, Quayside <receivables@quayside.example> wrote:\n{quoted}")
    assert world.portal.messages.receive(made.as_bytes()) is MailOutcome.TAKEN
    thread = world.portal.disputes.get(world.harbour, dispute_of(world).id, CASEY).thread
    assert text in [one.text for one in thread], "in the thread, and without what it quotes"


def accept_the_first_line(world):
    grants = [LineGrant(line="#1", amount=usd("99.00")), LineGrant(line="#2", amount=usd(0))]
    world.portal.disputes.accept(world.harbour, dispute_of(world).id, CASEY, grants=grants, answer="The tape is 5.00 now.")


def import_the_memo(world):
    """Have the books' credit memo come in, which names the dispute."""
    memo = invoice("CR-77", "99.00", 30, kind=DocumentKind.CREDIT_MEMO, notes=f"For {dispute_of(world).reference}")
    world.store(memo)


WHOLE, CREDITED = Decimal("2210.00"), Decimal("2111.00")
WRONG, GRANTED, NOTHING = Decimal("127.80"), Decimal("99.00"), Decimal(0)
