"""A capability made for tests: a record with every kind of field, and one of each thing a capability may declare."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar
from uuid import UUID, uuid5

from attrs import evolve, field, frozen

from lockportal.core.account import Account, Capability, Change, Derive, Errand, Owner, Subscriber, Wake, on
from lockportal.core.actor import Audience, Right
from lockportal.core.errors import Refused
from lockportal.core.money import Money
from lockportal.core.record import AT_ONCE, PERSONAL, TEXT, Claim, Event, Index, Record, Stamp

ANYBODY = Audience(customer=Right.VIEW, staff=True, system=True)


_NOTHING = Money(0, "EUR")


class Colour(StrEnum):
    """A closed choice."""

    RED = "red"
    DEEP_BLUE = "deep_blue"


@frozen
class Part:
    """A value object that holds another."""

    name: str
    price: Money
    colour: Colour = Colour.RED
    at: datetime | None = None
    day: date | None = None
    ratio: Decimal | None = None


@frozen(kw_only=True)
class Specimen(Record):
    """A record with every kind of field that storage keeps."""

    indexes: ClassVar[tuple[Index, ...]] = (Index(("colour", "day")), Index(("day",), wide=True))

    name: str = ""
    note: str = field(default="", metadata=TEXT)
    alias: str | None = None
    count: int = 0
    size: int | None = None
    open: bool = True
    checked: bool | None = None
    colour: Colour = Colour.RED
    mood: Colour | None = None
    price: Money = _NOTHING
    discount: Money | None = None
    ratio: Decimal = Decimal(1)
    share: Decimal | None = None
    day: date = date(2026, 1, 1)
    until: date | None = None
    at: datetime
    wake_at: datetime | None = None
    digest: bytes = bytes(32)
    proof: bytes | None = None
    parts: tuple[Part, ...] = ()
    marks: tuple[str, ...] = ()
    others: tuple[UUID, ...] = ()
    part: Part | None = None
    other_id: UUID | None = None
    number: str = ""
    email: str = field(default="", metadata=PERSONAL)

    @property
    def live(self) -> bool:
        """Say whether it is open."""
        return self.open

    def claims(self) -> tuple[Claim, ...]:
        """Answer its number, which is unique where there is one."""
        return (Claim("specimen.number", self.number),) if self.number else ()


@frozen(kw_only=True)
class Counter(Record):
    """How many specimens an account kept, ever: changed by a reaction."""

    value: int = 0


@frozen(kw_only=True)
class Tally(Record):
    """How many open specimens of a colour there are: derived, and gone at zero."""

    colour: Colour
    value: int = 0

    @property
    def live(self) -> bool:
        """Say whether it counts anything."""
        return self.value != 0


@frozen(kw_only=True)
class Sighting(Record):
    """An observation: somebody saw something."""

    at: datetime
    seen_at: datetime = AT_ONCE
    what: str = ""


@frozen(kw_only=True)
class Parcel(Record):
    """An observation that asks for work outside a transaction."""

    wake_at: datetime
    attempts: int = 0
    address: str = field(default="", metadata=PERSONAL)


@frozen(kw_only=True)
class SpecimenKept(Event):
    """A specimen is kept as it now is."""

    specimen: Specimen


@frozen(kw_only=True)
class SpecimensSorted(Event):
    """Several specimens are kept as they now are."""

    specimens: tuple[Specimen, ...]


@frozen(kw_only=True)
class Counted(Event):
    """The counter went on."""

    counter: Counter


@frozen(kw_only=True)
class Keep:
    """Keep specimens as they are given, new or known; the first may open the account."""

    audience: ClassVar[Audience] = ANYBODY
    owner: ClassVar[Owner | None] = None
    needs: ClassVar[tuple[type[Record], ...]] = (Counter,)
    opens: ClassVar[bool] = True

    account_id: UUID
    specimens: tuple[Specimen, ...] = ()

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:  # noqa: ARG002 - the protocol's signature
        """Answer one event for each specimen, having looked whether it is known; refuse a negative count."""
        account.require(Specimen, [specimen.id for specimen in self.specimens])
        if any(specimen.count < 0 for specimen in self.specimens):
            raise Refused("specimen.negative", "A count is not below zero.", field="count")
        return [SpecimenKept(specimen=specimen) for specimen in self.specimens]


@frozen(kw_only=True)
class Sort:
    """Keep specimens as they are given, in one event."""

    audience: ClassVar[Audience] = Audience(staff=True)
    owner: ClassVar[Owner | None] = Owner.CUSTOMER
    needs: ClassVar[tuple[type[Record], ...]] = ()
    opens: ClassVar[bool] = False

    account_id: UUID
    specimens: tuple[Specimen, ...]

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:  # noqa: ARG002 - the protocol's signature
        """Answer one event for all."""
        account.require(Specimen, [specimen.id for specimen in self.specimens])
        return [SpecimensSorted(specimens=self.specimens)] if self.specimens else []


@frozen(kw_only=True)
class Count:
    """Let the account's counter go on by one."""

    audience: ClassVar[Audience] = ANYBODY
    owner: ClassVar[Owner | None] = None
    needs: ClassVar[tuple[type[Record], ...]] = (Counter,)
    opens: ClassVar[bool] = True

    account_id: UUID

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:  # noqa: ARG002 - the protocol's signature
        """Answer the counter, one higher."""
        return [_one_higher(account)]


def _one_higher(account: Account) -> Counted:
    key = counter_id(account.id)
    counter = account.find(Counter, key) or Counter(id=key, account_id=account.id)
    return Counted(counter=evolve(counter, value=counter.value + 1))


def count_kept(event: SpecimenKept, account: Account, stamp: Stamp) -> Sequence[Event]:  # noqa: ARG001 - the kernel's signature
    """Count every kept specimen."""
    return [_one_higher(account)]


def counter_id(account_id: UUID) -> UUID:
    """Answer the id of an account's counter."""
    return uuid5(account_id, "counter")


def tally_id(account_id: UUID, colour: Colour) -> UUID:
    """Answer the id of an account's tally of one colour."""
    return uuid5(account_id, f"tally-{colour}")


def tallies(account: Account, changes: Sequence[Change]) -> Sequence[Record]:
    """Derive the tallies that the changed specimens touch."""
    steps: dict[Colour, int] = {}
    for change in changes:
        for record, step in ((change.before, -1), (change.after, 1)):
            if isinstance(record, Specimen) and record.open:
                steps[record.colour] = steps.get(record.colour, 0) + step
    account.require(Tally, [tally_id(account.id, colour) for colour in steps])
    made = []
    for colour, step in steps.items():
        key = tally_id(account.id, colour)
        tally = account.find(Tally, key) or Tally(id=key, account_id=account.id, colour=colour)
        made.append(evolve(tally, value=tally.value + step))
    return made


def wake(specimen: Specimen, account: Account, stamp: Stamp) -> Sequence[Event]:  # noqa: ARG001 - the kernel's signature
    """Let a specimen wait no longer."""
    return [SpecimenKept(specimen=evolve(specimen, wake_at=None, count=specimen.count + 1))]


capability = Capability(
    name="specimens",
    records=(Specimen, Counter),
    derived=(Tally,),
    observations=(Sighting, Parcel),
    events=(SpecimenKept, SpecimensSorted, Counted),
    commands=(Keep, Sort, Count),
    reactions=(on(SpecimenKept, count_kept, emits=(Counted,)),),
    derive=(Derive(watches=(Specimen,), makes=(Tally,), derive=tallies),),
    wakes=(Wake(Specimen, wake),),
    subscribers=(
        Subscriber(name="specimens.hear", events=(SpecimenKept, SpecimensSorted), handle="specimens:hear"),
        Subscriber(name="specimens.also", events=(Counted,), handle="specimens:also"),
    ),
    errands=(Errand(record=Parcel, handle="specimens:carry"),),
    dead_letters="specimens:bury",
)
"""The capability of the contract suites; its handlers are bound by the test's resolver."""
