"""What the shell needs of the world outside: a store, a clock, a notifier. Protocols and the plain values they exchange."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from attrs import field, frozen

from lockportal.core.account import Decision, Owner, Records
from lockportal.core.actor import Audience
from lockportal.core.record import Claim, Record, Stamp


class Clock(Protocol):
    """The only source of time and of new ids."""

    def now(self) -> datetime:
        """Answer the time, aware, in UTC."""
        ...

    def new_id(self) -> UUID:
        """Make a UUIDv7, so that ids rise with time."""
        ...


@frozen(kw_only=True)
class Question:
    """A question over many accounts: a select that is built once for each scope and shape, and who may ask it.

    `build(source, **shape)` answers a SQLAlchemy select over `source(RecordClass)`, which already bears the supplier and the
    accounts of the scope; `shape` holds the few hashable choices (a filter is on, a sort order) that change the statement.
    """

    name: str
    audience: Audience
    build: Callable[..., Any]


Scope = tuple[UUID, ...] | None
"""The accounts that may be read: None is the whole supplier."""


@frozen
class Loaded:
    """What a store read of one account: the version first, the rows after."""

    kind: Owner
    version: int
    records: Records
    whole: frozenset[type[Record]]
    absent: frozenset[tuple[type[Record], UUID]]


@frozen(kw_only=True)
class Unit:
    """One account's decision, to be committed whole or not at all, if the account is still at `version`."""

    account_id: UUID
    kind: Owner
    version: int
    stamp: Stamp
    decision: Decision
    key: UUID | None = None
    fingerprint: bytes = b""


@frozen
class Holder:
    """Who holds a claim."""

    account_id: UUID
    record_id: UUID


@frozen
class KeyUse:
    """A client's key that was used before: whether for the same request, and the version it led to."""

    same: bool
    version: int


@frozen(kw_only=True)
class JournalRow:
    """One journaled event as a subscriber sees it: ids and a JSON body without personal fields."""

    account_id: UUID
    version: int
    n: int
    type: str
    at: datetime
    by: str
    ids: tuple[UUID, ...]
    body: bytes


@frozen
class Mark:
    """An account that has news for a subscriber, up to a version; leased to one dispatcher."""

    subscriber: str
    account_id: UUID
    version: int
    position: int
    attempts: int
    until: datetime
    """The end of the lease: who comes later with it has lost the mark to another."""


class Reader(Protocol):
    """A way to ask questions."""

    def ask(self, question: Question, scope: Scope, shape: Mapping[str, Any], params: Mapping[str, Any]) -> Sequence[Any]:
        """Answer the rows of one question within a scope."""
        ...


class Store(Reader, Protocol):
    """What the shell needs of storage, bound to one supplier."""

    def load(
        self,
        account_ids: Sequence[UUID],
        needs: Collection[type[Record]],
        keys: Mapping[type[Record], Collection[tuple[UUID, UUID]]],
    ) -> Mapping[UUID, Loaded]:
        """Read accounts: versions first, then live records of the needed classes and the named keys; unknown ids are left out."""
        ...

    def commit(self, units: Sequence[Unit]) -> None:
        """Write units in one transaction; Conflict if any account moved on, Refused if a claim is another's."""
        ...

    def committed(self, unit: Unit) -> bool:
        """Say whether this very unit is in the journal: asked after the answer to a commit was lost."""
        ...

    def key_use(self, account_id: UUID, key: UUID, fingerprint: bytes) -> KeyUse | None:
        """Answer whether a client's key was used, for the request of this fingerprint or for another one; None if it was not."""
        ...

    def find(self, claim: Claim) -> Holder | None:
        """Answer who holds a claim."""
        ...

    def snapshot(self) -> AbstractContextManager[Reader]:
        """Open a reader whose answers are of one moment."""
        ...

    def observe(self, records: Sequence[Record]) -> None:
        """Append observations, touching no version."""
        ...

    def due(self, now: datetime, after: UUID | None, limit: int) -> Sequence[UUID]:
        """Answer ids of accounts that have a record waiting for a time up to now, in order of id."""
        ...

    def due_records(self, account_id: UUID, now: datetime) -> Mapping[type[Record], Collection[UUID]]:
        """Answer one account's records whose `wake_at` has come."""
        ...

    def errands(self, cls: type[Record], now: datetime, until: datetime, limit: int) -> Sequence[Record]:
        """Take observations that wait for work, leased until a time: another taker sees them only after it."""
        ...

    def forget(self, record: Record) -> None:
        """Delete an observation whose work is done."""
        ...

    def marks(self, subscriber: str, now: datetime, until: datetime, limit: int) -> Sequence[Mark]:
        """Lease accounts that have news for a subscriber."""
        ...

    def journal(self, account_id: UUID, after: int, limit: int) -> Sequence[JournalRow]:
        """Answer whole versions of one account's journal after a version, oldest first."""
        ...

    def reached(self, mark: Mark, version: int) -> None:
        """Keep a subscriber's position and drop the mark if nothing came after that version; nothing if the lease was lost."""
        ...

    def failed(self, mark: Mark, until: datetime, reason: str) -> None:
        """Leave the mark for a later try and keep the reason; nothing if the lease was lost."""
        ...


@frozen(kw_only=True)
class Mail:
    """One message to one address; the text part is always there."""

    id: str
    to: str
    subject: str
    text: str
    html: str | None = None
    headers: tuple[tuple[str, str], ...] = field(factory=tuple)


class Notifier(Protocol):
    """A way to send mail. It may be called again with the same id after a crash; it raises GatewayError when it failed."""

    def send(self, mail: Mail) -> None:
        """Hand one message over to the outside."""
        ...


class Renderer(Protocol):
    """A way to make a paper of plain data: the name of a template and JSON-able values in, a PDF out."""

    def render(self, template: str, data: Mapping[str, object]) -> bytes:
        """Answer the file's bytes; the same data makes the same bytes."""
        ...
