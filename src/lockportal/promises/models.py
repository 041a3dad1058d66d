"""Promises to pay, and the money that was seen to come in since they were made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from itertools import accumulate
from types import MappingProxyType
from typing import ClassVar, Final
from uuid import UUID, uuid5

from attrs import evolve, field, frozen

from lockportal.core.account import Account, Change
from lockportal.core.money import Money
from lockportal.core.record import PERSONAL, TEXT, Event, Index, Record, length
from lockportal.core.settings import Supplier
from lockportal.payments.methods import MethodKind

LONGEST_NOTE: Final = 1000


class PromiseStatus(StrEnum):
    """Where a promise is."""

    PROPOSED = "proposed"
    """Staff has to decide."""
    OPEN = "open"
    DECLINED = "declined"
    KEPT = "kept"
    PARTLY_KEPT = "partly_kept"
    BROKEN = "broken"
    RESCHEDULED = "rescheduled"
    """Another one took its place."""
    CANCELLED = "cancelled"


_JUDGED: Final = frozenset({PromiseStatus.KEPT, PromiseStatus.PARTLY_KEPT, PromiseStatus.BROKEN})
TRANSITIONS: Final[Mapping[PromiseStatus, frozenset[PromiseStatus]]] = MappingProxyType(
    {
        PromiseStatus.PROPOSED: frozenset({PromiseStatus.OPEN, PromiseStatus.DECLINED, PromiseStatus.CANCELLED}),
        PromiseStatus.OPEN: _JUDGED | {PromiseStatus.RESCHEDULED, PromiseStatus.CANCELLED},
        PromiseStatus.DECLINED: frozenset(),
        PromiseStatus.KEPT: frozenset({PromiseStatus.OPEN}),
        PromiseStatus.PARTLY_KEPT: frozenset({PromiseStatus.OPEN}),
        PromiseStatus.BROKEN: frozenset({PromiseStatus.OPEN}),
        PromiseStatus.RESCHEDULED: frozenset(),
        PromiseStatus.CANCELLED: frozenset(),
    }
)
"""Where each status may lead. A judged promise opens again where money went back, or was posted late that came in time."""
FAILED: Final = frozenset({PromiseStatus.PARTLY_KEPT, PromiseStatus.BROKEN})
"""The verdicts of what was not kept."""
FOLLOWED: Final = _JUDGED | {PromiseStatus.OPEN}
"""The statuses of promises that money can be for."""


@frozen
class Part:
    """So much by the end of a day."""

    on: date
    amount: Money


@frozen(kw_only=True)
class PromiseLine:
    """So much of one document, which had `open` when it was promised; `paid` is what has come in time, in minor units."""

    document_id: UUID
    number: str
    amount: Money
    open: Money
    paid: int = 0


@frozen(kw_only=True)
class Promise(Record):
    """Somebody's word that `amount` will be paid: for these documents, or without any for the account, in one or more parts.

    Its dates are never rewritten: a promise that is rescheduled stands as it was, and another one `replaces` it.
    """

    indexes: ClassVar[tuple[Index, ...]] = (
        Index(("made_at", "id")),
        Index(("status", "last_on", "id"), wide=True),
        Index(("judged_at", "id"), wide=True),
    )

    amount: Money
    lines: tuple[PromiseLine, ...] = ()
    parts: tuple[Part, ...]
    last_on: date
    note: str = field(default="", metadata=PERSONAL | TEXT)
    method: MethodKind | None = None
    status: PromiseStatus
    reason: str = field(default="", metadata=length(255))
    """Why it was proposed, declined, called off: a code, or the words of whoever did it."""
    contact_id: UUID | None = None
    """Who promised; None where staff wrote it down."""
    made_at: datetime
    made_on: date
    judged_at: datetime | None = None
    judged_on: date | None = None
    """The last of the days by whose end the money had to be there, of the part that decided."""
    paid: int = 0
    """What has come for it in time, in minor units."""
    verdicts: int = 0
    """How often it was judged: each time is told of once."""
    replaces: UUID | None = None
    replaced_by: UUID | None = None
    moves: int = 0
    """How many times what was first promised has been rescheduled."""
    since: int = 0
    """It concerns money of a higher `number` alone."""
    reminded_on: date | None = None
    """The promised day that its contacts were reminded of last."""
    settled: bool = False
    """Whether nothing can change its verdict any more."""
    wake_at: datetime | None = None

    @property
    def live(self) -> bool:
        """One that is judged takes part for a year: money may go back, and broken ones count."""
        waiting = self.status is PromiseStatus.PROPOSED
        return waiting or (self.status in FOLLOWED and not self.settled)

    @property
    def currency(self) -> str:
        """Answer its currency."""
        return self.amount.currency

    @property
    def left(self) -> Money:
        """Answer what has not come of it."""
        return Money(max(self.amount.minor - self.paid, 0), self.currency)

    @property
    def due(self) -> tuple[Part, ...]:
        """Answer what of each part has not come, of those that lack anything."""
        sums = accumulate(part.amount.minor for part in self.parts)
        lacks = ((part, min(part.amount.minor, reached - self.paid)) for part, reached in zip(self.parts, sums, strict=True))
        return tuple(Part(part.on, Money(lack, self.currency)) for part, lack in lacks if lack > 0)

    def became(self, status: PromiseStatus) -> Promise:
        """Answer it in another status, no longer waiting for a time; ValueError where the table knows no such way."""
        if status not in TRANSITIONS[self.status]:
            message = f"no promise goes from {self.status} to {status}"
            raise ValueError(message)
        return evolve(self, status=status, wake_at=None)


def last_day(supplier: Supplier, on: date, grace: int) -> date:
    """Answer the day by whose end the money for a promised day has to be there: so many business days later."""
    return supplier.calendar.add_business_days(on, grace)


@frozen(kw_only=True)
class Moved:
    """What one posting did to one item: `money` that came for it (below zero went back), and its balance's change, minor units.

    `given` is what of the money came from other items by an allocation: it keeps the day on which it came to them.
    """

    item_id: UUID
    currency: str
    money: int = 0
    given: int = 0
    balance: int = 0


@frozen(kw_only=True)
class Inflow(Record):
    """What was posted at once in an account with promises, in the order of `number`; `value_on` is the day it counts for."""

    number: int
    value_on: date
    payment_id: UUID | None = None
    moved: tuple[Moved, ...] = ()
    settled: bool = False

    @property
    def live(self) -> bool:
        """It takes part as long as a promise may need it."""
        return not self.settled


@frozen(kw_only=True)
class PromisedCash(Record):
    """What is still to come of an open promise by one of its days. Derived from the promise."""

    indexes: ClassVar[tuple[Index, ...]] = (Index(("on", "id"), wide=True), Index(("promise_id",)))

    promise_id: UUID
    on: date
    amount: Money

    @property
    def live(self) -> bool:
        """Nothing is kept of what has come."""
        return not self.amount.is_zero


@frozen(kw_only=True)
class PromisedShare(Record):
    """What of a document is promised and has not come. Derived from the promise."""

    indexes: ClassVar[tuple[Index, ...]] = (Index(("document_id",)), Index(("promise_id",)))

    promise_id: UUID
    document_id: UUID
    until: date
    """The last promised day."""
    amount: Money

    @property
    def live(self) -> bool:
        """Nothing is kept of what has come."""
        return not self.amount.is_zero


def derive_promised(account: Account, changes: Sequence[Change]) -> Sequence[Record]:
    """Keep what is still to come of open promises, by day and by document."""
    promises = [change.after for change in changes if isinstance(change.after, Promise)]
    cash = [one for promise in promises for one in _cash(promise)]
    shares = [one for promise in promises for one in _shares(promise)]
    account.require(PromisedCash, [one.id for one in cash])
    account.require(PromisedShare, [one.id for one in shares])
    return [*cash, *shares]


def _cash(promise: Promise) -> Iterator[PromisedCash]:
    due = {part.on: part.amount.minor for part in promise.due} if promise.status is PromiseStatus.OPEN else {}
    for part in promise.parts:
        yield PromisedCash(
            id=uuid5(promise.id, part.on.isoformat()),
            account_id=promise.account_id,
            promise_id=promise.id,
            on=part.on,
            amount=Money(due.get(part.on, 0), promise.currency),
        )


def _shares(promise: Promise) -> Iterator[PromisedShare]:
    for line in promise.lines:
        left = line.amount.minor - line.paid if promise.status is PromiseStatus.OPEN else 0
        yield PromisedShare(
            id=uuid5(promise.id, line.document_id.hex),
            account_id=promise.account_id,
            promise_id=promise.id,
            document_id=line.document_id,
            until=promise.last_on,
            amount=Money(max(left, 0), promise.currency),
        )


@frozen(kw_only=True)
class PromiseMade(Event):
    """A promise was made: open at once, or proposed to staff."""

    promise: Promise
    objections: tuple[str, ...] = ()
    """The supplier's rules that it breaks, by their codes."""
    broken: int = 0
    """How many its customer had not kept within a year."""


@frozen(kw_only=True)
class PromiseAccepted(Event):
    """Staff accepted a promise."""

    promise: Promise


@frozen(kw_only=True)
class PromiseDeclined(Event):
    """Staff declined a promise."""

    promise: Promise


@frozen(kw_only=True)
class PromiseRescheduled(Event):
    """Another promise took the place of one."""

    promise: Promise


@frozen(kw_only=True)
class PromiseCancelled(Event):
    """A promise was called off, or nothing is owed any more that it was for."""

    promise: Promise


@frozen(kw_only=True)
class PromiseReminded(Event):
    """A promised day is near."""

    promise: Promise
    on: date


@frozen(kw_only=True)
class PromiseKept(Event):
    """The money came in time."""

    promise: Promise


@frozen(kw_only=True)
class PromiseBroken(Event):
    """The money did not come in time, or only a part of it: `promise.status` says which."""

    promise: Promise
    broken: int
    """How many the customer has not kept within a year, this one among them."""


@frozen(kw_only=True)
class PromiseReopened(Event):
    """A verdict does not hold any more: money went back, or was posted late that had come in time."""

    promise: Promise


@frozen(kw_only=True)
class PromiseProgressed(Event):
    """Money came for a promise, or it is looked at on another day."""

    promise: Promise


@frozen(kw_only=True)
class PromisesSettled(Event):
    """Nothing can change these verdicts any more."""

    promises: tuple[Promise, ...]
    inflows: tuple[Inflow, ...] = ()


@frozen(kw_only=True)
class InflowSeen(Event):
    """Something was posted that may be what was promised."""

    inflow: Inflow
