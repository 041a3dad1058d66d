"""The room of profiles on a real database."""

from collections.abc import Iterator
from uuid import UUID

import pytest
import sqlalchemy as sa

from lockportal import profiles
from lockportal.clock import SystemClock
from lockportal.context import Context
from lockportal.core.actor import Actor, ActorKind, Grant, Right, staff
from lockportal.core.settings import Supplier
from lockportal.profiles.service import Profiles
from lockportal.shell import Shell
from lockportal.signing import Signer
from lockportal.storage.engines import Engines, open_engines
from lockportal.storage.store import SqlStore
from lockportal.storage.tables import HOUSE, table
from standing import stand


class Room:
    """Profiles and what it stands on."""

    def __init__(self, engines: Engines, key: str = "north"):
        self.engines, self.clock = engines, SystemClock()
        supplier = Supplier(key=key, name="Nord", currencies=("EUR",))
        self.shell = Shell(
            store=SqlStore(engines, supplier.id, (profiles.capability,)),
            clock=self.clock,
            supplier=supplier,
            capabilities=(profiles.capability,),
            resolve=lambda name: None,
        )
        self.context = Context(
            shell=self.shell,
            clock=self.clock,
            signer=Signer(("a key of the tests, which is long enough",)),
            notifier=None,
            renderer=None,
            files=None,
            uploads=None,
            hook=None,
            messenger=None,
            base_url="https://portal.example.com",
        )
        self.profiles, self.office = Profiles(self.context), staff("otto")

    def open(self, number="C-1", name="Alpha", **details) -> UUID:
        return self.profiles.open_customer(number, name, by=self.office, **details)

    def add(self, account_id, address="anna@example.com", *rights, **details):
        given = rights or (Right.VIEW,)
        return self.profiles.add_contact(account_id, address, "Anna", given, by=self.office, **details)

    def rows(self, record) -> list[sa.Row]:
        with self.engines.reading() as connection:
            return connection.execute(sa.select(table(record))).all()


def customer(*accounts: UUID, rights=(Right.VIEW,)) -> Actor:
    """Somebody who is signed in, with the same rights in each of these accounts."""
    person = UUID(int=7)
    grants = tuple(Grant(account, UUID(int=8), frozenset(rights)) for account in accounts)
    return Actor(kind=ActorKind.CUSTOMER, id=str(person), person_id=person, grants=grants)


@pytest.fixture
def signed_in():
    return customer


@pytest.fixture
def room(database_url: str) -> Iterator[Room]:
    yield from build(database_url)


@pytest.fixture
def quick(sqlite_url: str) -> Iterator[Room]:
    """The room on SQLite alone, for what no database has a part in."""
    yield from build(sqlite_url)


@pytest.fixture
def neighbour(room: Room) -> Room:
    """Another supplier's room on the same database."""
    return Room(room.engines, "south")


def build(url: str) -> Iterator[Room]:
    engines = open_engines(url)
    stand(engines, [*HOUSE, *(table(record) for record in profiles.capability.tables)])
    yield Room(engines)
    engines.dispose()
