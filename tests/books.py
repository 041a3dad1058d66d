"""Books for the tests: a portal on a database whose clock stands still, postings as they come, documents as facts."""

from collections.abc import Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import ClassVar
from uuid import UUID, uuid5

import sqlalchemy as sa
from attrs import frozen

from lockportal.clock import SystemClock
from lockportal.config import Config
from lockportal.core.account import Owner
from lockportal.core.actor import Actor, ActorKind, Audience, Grant, Right, staff
from lockportal.core.money import Money
from lockportal.core.settings import Supplier
from lockportal.documents.imports.rows import ImportRow
from lockportal.documents.models import DocumentFacts, DocumentKind
from lockportal.ledger.models import Posting, post
from lockportal.portal import Portal
from lockportal.storage.tables import table
from standing import stand

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
TODAY = NOON.date()
KEY = "k" * 40
OTTO = staff("otto")
ACME = Supplier(key="acme", name="Acme Works", currencies=("USD", "JPY", "BHD"))
BOLT = Supplier(key="bolt", name="Bolt & Nut", currencies=("EUR",))


class StandingClock(SystemClock):
    """Real ids; a time that moves when it is told to."""

    def __init__(self, time=NOON):
        self.time = time

    def now(self):
        return self.time


class Unsent:
    """Takes every mail and sends none."""

    def send(self, mail):
        pass


def open_portal(url, *, supplier=ACME, settings=(), clock=None, create=True, files="folder:no-files-here", plugins=()):
    """Put a portal together, its tables made."""
    config = Config(database=url, supplier=supplier, settings=settings, files=files, secret_keys=(KEY,))
    portal = Portal(config, clock=clock or StandingClock(), plugins=plugins, notifier=Unsent())
    assert portal.shell  # derives the tables of every capability
    if create:
        stand(portal.engines)
    return portal


def customer(*account_ids: UUID, rights=(Right.VIEW,)) -> Actor:
    """Somebody who may see these accounts."""
    grants = tuple(Grant(account_id, account_id, frozenset(rights)) for account_id in account_ids)
    return Actor(kind=ActorKind.CUSTOMER, id="customer", grants=grants)


@frozen(kw_only=True)
class PostAll:
    """Post what a test wants posted."""

    audience: ClassVar[Audience] = Audience(staff=True)
    owner: ClassVar[Owner | None] = Owner.CUSTOMER
    needs: ClassVar[tuple[type, ...]] = ()
    opens: ClassVar[bool] = True

    account_id: UUID
    postings: Sequence[Posting]
    balances: dict[UUID, int]

    def decide(self, account, stamp):
        return [post(self.postings, self.balances, account.id, stamp, account.supplier.today(stamp.at))]


def day(offset: int) -> date:
    """The day so many days after today."""
    return TODAY + timedelta(days=offset)


def item_id(name: object) -> UUID:
    return uuid5(UUID(int=7), str(name))


def usd(amount) -> Money:
    return Money.of(str(amount), "USD")


def invoice(number="R-1", total="100.00", issued=-40, due=-10, **facts) -> DocumentFacts:
    """An invoice, by default of 100 dollars that has been due for ten days."""
    given = {
        "external_id": number,
        "kind": DocumentKind.INVOICE,
        "number": number,
        "total": total if isinstance(total, Money) else usd(total),
        "issued_on": day(issued),
        "due_on": None if due is None else day(due),
        **facts,
    }
    return DocumentFacts(**given)


def credit_memo(number="C-1", total="30.00", issued=-20, **facts) -> DocumentFacts:
    return invoice(number, total, issued, None, kind=DocumentKind.CREDIT_MEMO, **facts)


def paper(kind, number, issued=-50, **facts) -> DocumentFacts:
    """A document that is not posted."""
    return DocumentFacts(**{"external_id": number, "kind": kind, "number": number, "issued_on": day(issued), **facts})


def store(portal, *facts, number="100", name="Harbour Ltd", source="books", **options):
    """Hand documents of one customer in, all at once; answer the report."""
    rows = [ImportRow(line, number, name, one) for line, one in enumerate(facts, 2)]
    return portal.documents.store(rows, OTTO, source=source, **options)


def account_of(portal, number="100") -> UUID:
    """The account of a customer number."""
    from lockportal.core.record import Claim

    return portal.shell.find(Claim("customer.number", number)).account_id


def rows_of(portal, cls, supplier=None):
    """Every row of a record's table, as it lies there."""
    with portal.engines.reads.connect() as connection:
        return connection.execute(sa.select(table(cls)).where(table(cls).c.supplier_id == portal.supplier.id)).all()


def spoil(portal, cls, key, **values):
    """Change a row behind the library's back."""
    with portal.engines.writing() as connection:
        changed = connection.execute(sa.update(table(cls)).where(table(cls).c.id == key).values(**values))
        assert changed.rowcount == 1


@contextmanager
def closing(portal):
    try:
        yield portal
    finally:
        portal.close()
