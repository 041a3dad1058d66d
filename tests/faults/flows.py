"""What is killed: each flow is prepared, run, and run again; done twice or disturbed, it has one effect."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from attrs import field, frozen

from faults import listener
from lockportal.core.actor import SYSTEM, Right
from lockportal.core.errors import NotFound, Refused
from lockportal.core.money import Money
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


def beside(ground, seed, key):
    """A world of another supplier in the same database, with a listener whose notes are told apart."""
    made = World(seed, key=key, plugins=[listener.Plugin()], beside=ground)
    listener.notes[:] = [made.notes("heard")]
    return made


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
)
"""Every flow with a write that exists."""
