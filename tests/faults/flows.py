"""What is killed: each flow is prepared, run, and run again; done twice or disturbed, it has one effect."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from attrs import field, frozen

from faults import listener
from faults.worlds import FilingWorld, TellingWorld, nothing_half_done
from given_contents import pdf
from given_files import enclosed, invoice_file
from lockportal.core.actor import SYSTEM, Right
from lockportal.core.errors import NotFound, Refused
from lockportal.core.money import Money
from lockportal.documents.imports.rows import ImportRow
from lockportal.documents.models import DocumentFacts, DocumentKind, document_id
from lockportal.testing.book import Book
from lockportal.testing.world import World

BROWSER = "the asking browser's own secret"
ANNA = "anna@example.com"
AFTER_A_LEASE = timedelta(minutes=2)


@frozen
class Flow:
    """`prepare(world)` answers what `act(portal, prepared)` is given; every act may be repeated."""

    name: str
    prepare: Callable[[World], Any]
    act: Callable[[Any, Any], Any]
    quick: int = field(default=3)
    """How many of its boundaries are enough for an ordinary run."""
    world: Callable[..., World] = World
    at_once: Callable[[World], object] = lambda world: None
    """Checks what must hold as soon as it was disturbed, before anything is done again."""


def contact(world):
    account_id = world.portal.profiles.open_customer("C-1", "Alpha", by=SYSTEM)
    world.portal.profiles.add_contact(account_id, ANNA, "Anna", (Right.VIEW,), by=SYSTEM)
    return account_id


def link(world):
    contact(world)
    world.portal.access.request_link(ANNA, binding=BROWSER)
    world.portal.deliver()
    return token(world)


def token(world):
    return re.search(r"/sign-in/(\S+)", world.notifier.sent[-1].text).group(1)


def session(world):
    return world.portal.access.redeem(link(world), binding=BROWSER).actor


def request(world):
    contact(world)
    world.portal.access.request_link(ANNA, binding=BROWSER)


def import_(portal, rows):
    assert portal.documents.store(rows, SYSTEM, source="books").applied


def redeem(portal, token):
    try:
        portal.access.redeem(token, binding=BROWSER)
    except Refused as refused:
        assert refused.code == "link.used"  # noqa: PT017 - the only one that a second click may meet


def open_(portal, _):
    try:
        account_id = portal.profiles.customer_by_number("C-1", by=SYSTEM).account_id
    except NotFound:
        account_id = portal.profiles.open_customer("C-1", "Alpha", by=SYSTEM)
    try:
        portal.profiles.add_contact(account_id, ANNA, "Anna", (Right.VIEW,), by=SYSTEM)
    except Refused as refused:
        assert refused.code == "contact.exists"  # noqa: PT017 - the only one that a second try may meet


def credit(portal, account_id):
    portal.ledger.record_credit(account_id, Money(5000, "USD"), portal.ledger.today(), SYSTEM, reference="wire", key="k-1")


def papers(world):
    return list(Book(seed=world.seed, customers=2, as_of=world.clock.now().date()).rows())[:30]


def invoices(world, *numbers):
    """Rows of a source: new invoices of a customer who is there already."""
    today = world.clock.now().date()
    return [
        ImportRow(
            line,
            "C-1",
            "Alpha",
            DocumentFacts(
                external_id=number,
                kind=DocumentKind.INVOICE,
                number=number,
                total=Money(1000 * line, "USD"),
                issued_on=today,
                due_on=today + timedelta(days=30),
            ),
        )
        for line, number in enumerate(numbers, 1)
    ]


def to_be_told(world):
    account_id = contact(world)
    world.portal.profiles.add_contact(account_id, "bert@example.com", "Bert", (Right.VIEW,), by=SYSTEM)
    return invoices(world, "R-1", "R-2")


def import_and_tell(portal, rows):
    import_(portal, rows)
    portal.deliver()


def to_be_attached(world):
    account_id = contact(world)
    import_(world.portal, invoices(world, "R-1"))
    path = world.folder / "weights.csv"
    path.write_bytes(b"pallet,weight\n" * 15_000)  # in several pieces
    return account_id, document_id(account_id, "books", "R-1"), path


def attach(portal, given):
    account_id, document, path = given
    portal.documents.attach(account_id, document, path, "weights.csv", SYSTEM, media_type="text/csv")


def to_be_filed(world):
    folder = world.folder / "in"
    folder.mkdir()
    for number in ("R-1", "R-2"):
        files = [enclosed("proof.pdf", pdf(note=number))]
        (folder / f"{number}.xml").write_bytes(invoice_file(number, "C-1", files=files))
    contact(world)
    return folder


def file_(portal, folder):
    report = portal.documents.import_(folder, SYSTEM)
    assert report.applied, report.errors


def beside(ground, seed, key, world=World):
    """A world of another supplier in the same database, with a listener whose notes are told apart."""
    made = world(seed, key=key, plugins=[listener.Plugin()], beside=ground)
    listener.notes[:] = [made.notes("heard")]
    return made


def arrived(world):
    """The mails that arrived, each by its id and what it is to the byte."""
    return world.arrived if isinstance(world, TellingWorld) else [(mail.id, mail) for mail in world.notifier.sent]


def told(world):
    """What of a world was heard."""
    return listener.heard(world.notes("heard"))


def finish(world, portal, act):
    """What happens after a restart: the same thing again, and what was leased is delivered once its lease is over."""
    act(portal)
    world.clock.advance(AFTER_A_LEASE)
    while (done := portal.deliver()).handled:
        assert done.failed == 0


FLOWS = (
    Flow("import", papers, import_, 5),
    Flow("open", lambda world: None, open_),
    Flow("credit", contact, credit),
    Flow("redeem", link, redeem),
    Flow("sign-out", session, lambda portal, actor: portal.access.sign_out(actor)),
    Flow("deliver", request, lambda portal, _: portal.deliver(), 5),
    Flow("notices", to_be_told, import_and_tell, 5, TellingWorld),
    Flow("attach", to_be_attached, attach, 4, FilingWorld, nothing_half_done),
    Flow("import-files", to_be_filed, file_, 4, FilingWorld, nothing_half_done),
)
"""Every flow with a write that exists."""
