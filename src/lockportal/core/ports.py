"""What the shell needs of the world outside: a store, a clock, a notifier. Protocols and the plain values they exchange."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any, Final, Protocol
from uuid import UUID

from attrs import field, frozen

from lockportal.core.account import Decision, Owner, Records
from lockportal.core.actor import Audience
from lockportal.core.errors import Refused
from lockportal.core.messages import Attachment, MessageKind, Recipient
from lockportal.core.record import Claim, Record, Stamp
from lockportal.core.verify import Finding

_E164: Final = re.compile(r"\+[1-9][0-9]{6,14}")
_UNWRITTEN: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


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


@frozen(order=True)
class Place:
    """How far an account's journal was handled: up to a version, and so many rows of the next one."""

    version: int = 0
    n: int = 0


@frozen
class Mark:
    """An account that has news for a subscriber, up to a version; leased to one dispatcher."""

    subscriber: str
    account_id: UUID
    version: int
    place: Place
    attempts: int
    """How often the row after that place was tried, this time included."""
    until: datetime
    """The end of the lease: who comes later with it has lost the mark to another."""


@frozen(kw_only=True)
class Stored:
    """A record and what is stored beside it, all of one moment: for a check of the books."""

    record: Record
    live: bool
    """How its row is marked."""
    lacking: tuple[Claim, ...]
    """What it claims and does not hold."""
    beside: tuple[Record, ...]
    """The derived records that name it."""


@frozen
class Tally:
    """How often something was counted under one key, and when it begins anew."""

    count: int
    until: datetime


class Tallies(Protocol):
    """Counters of one supplier that begin anew some time after their first count, by the database's clock.

    A key is 32 bytes: the digest of what is counted, which rests nowhere. Counting twice what was counted once does no harm.
    """

    def add(self, key: bytes, amount: int, lasts: timedelta) -> Tally:
        """Count so many more and answer the sum: of all who count at once, each has a sum of its own."""
        ...

    def read(self, key: bytes) -> Tally | None:
        """Answer a counter as it stands, None where nothing was counted or its time is over."""
        ...

    def drop(self, key: bytes | None = None) -> None:
        """Forget one counter, or all."""
        ...

    def sweep(self) -> None:
        """Forget the counters whose time is over."""
        ...


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

    def touch(self, cls: type[Record], account_id: UUID, key: UUID, at: datetime, every: timedelta) -> None:
        """Move the `seen_at` of a live record forward, touching no version; nothing within `every` since it was moved last."""
        ...

    @property
    def tallies(self) -> Tallies:
        """The supplier's counters."""
        ...

    def due(self, now: datetime, after: UUID | None, limit: int) -> Sequence[UUID]:
        """Answer ids of accounts that have a record waiting for a time up to now, in order of id."""
        ...

    def due_records(self, account_id: UUID, now: datetime) -> Mapping[type[Record], Collection[UUID]]:
        """Answer one account's records whose `wake_at` has come."""
        ...

    def now(self) -> datetime:
        """Answer the database's time, by which leases are held: the clocks of its users differ."""
        ...

    def errands(self, cls: type[Record], lease: timedelta, limit: int) -> Sequence[Record]:
        """Take observations that wait for work; another taker sees them only after the lease, whose end is their `wake_at`."""
        ...

    def later(self, errand: Record, delay: timedelta) -> Record | None:
        """Let nobody take an errand for so long, by a longer lease or for a later try; None if the lease was lost.

        Its `attempts` are kept as it bears them.
        """
        ...

    def forget(self, record: Record) -> None:
        """Delete an observation whose work is done."""
        ...

    def revive(self, cls: type[Record], account_id: UUID, key: UUID) -> bool:
        """Let an errand that was given up wait for work again, as if it was never tried; False if it is not there."""
        ...

    def marks(self, subscriber: str, lease: timedelta, limit: int) -> Sequence[Mark]:
        """Lease accounts that have news for a subscriber."""
        ...

    def journal(self, account_id: UUID, after: int, limit: int) -> Sequence[JournalRow]:
        """Answer whole versions of one account's journal after a version, oldest first."""
        ...

    def advanced(self, mark: Mark, place: Place, lease: timedelta) -> Mark | None:
        """Keep that a subscriber has come to a place, and begin lease and attempts anew; None if the lease was lost."""
        ...

    def held(self, mark: Mark, lease: timedelta) -> Mark | None:
        """Begin the lease of a mark anew; None if it was lost."""
        ...

    def reached(self, mark: Mark, version: int) -> None:
        """Keep a subscriber's place and drop the mark if nothing came after that version; nothing if the lease was lost."""
        ...

    def failed(self, mark: Mark, delay: timedelta, reason: str) -> None:
        """Leave the mark for a later try, keep the reason and its `attempts`; nothing if the lease was lost."""
        ...

    def size(self, cls: type[Record]) -> int:
        """Answer how many records of a class there are."""
        ...

    def page(
        self, cls: type[Record], after: tuple[UUID, UUID] | None, limit: int, beside: Mapping[type[Record], str]
    ) -> Sequence[Stored]:
        """Answer the records of a class, live or not, that follow an (account, id), in that order.

        `beside` names derived classes and their field that holds a record's id.
        """
        ...

    def slips(self) -> Iterator[Finding]:
        """Answer what differs of that which the store itself keeps twice: versions, keys, journal, marks, claims."""
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
    thread: str = ""
    """The id under which mail programs gather this message with others."""
    attachments: tuple[Attachment, ...] = ()


@frozen(kw_only=True)
class Text:
    """One short message to one telephone number, such as +493023125042; Refused `text.malformed` for what is none, or no text."""

    id: str
    to: str
    text: str

    def __attrs_post_init__(self) -> None:
        """Refuse more than one recipient, and what a network would have to guess."""
        if not _E164.fullmatch(self.to):
            raise Refused("text.malformed", "This is not one telephone number with its country's code.", field="to")
        if not self.text.strip() or _UNWRITTEN.search(self.text):
            raise Refused("text.malformed", "This is no text, or has signs that cannot be written.", field="text")


class TextNotifier(Protocol):
    """A way to send short messages. It may be called again with the same id after a crash; GatewayError when it failed."""

    def send(self, text: Text) -> None:
        """Hand one message over to the outside."""
        ...


class Notifier(Protocol):
    """A way to send mail. It may be called again with the same id after a crash; it raises GatewayError when it failed."""

    def send(self, mail: Mail) -> None:
        """Hand one message over to the outside."""
        ...


class Mailbox(Protocol):
    """A box that mail comes into. It raises GatewayError when it cannot be read."""

    def hand_over(self, take: Callable[[bytes], bool], most: int) -> None:
        """Hand each mail that is not marked to `take`, as raw bytes and the oldest first; mark it where that answers True.

        A mail is handed over again until it is marked. Of one that has more than `most` bytes, the first of them and at least one
        more are handed over, so that it can be told.
        """
        ...


class Messenger(Protocol):
    """A way to send one message at once: it is written from its kind's templates and handed to the notifier."""

    def send(
        self,
        kind: MessageKind,
        variables: object,
        to: Recipient,
        *,
        account_id: UUID,
        message_id: UUID,
        at: datetime,
        thread: str = "",
    ) -> None:
        """Send it, unless it was sent already or its recipient has switched its kind off; GatewayError if that failed.

        `at` is the message's date: the same message again is the same to the byte.
        """
        ...


@frozen
class Kept:
    """A content that is in a file store: its SHA-256, by which it is found, and its size in bytes."""

    sha256: bytes
    size: int


class Files(Protocol):
    """A store of contents for one supplier, each kept once under its SHA-256. What is there is whole and never changes."""

    def put(self, chunks: Iterable[bytes], *, limit: int) -> Kept:
        """Keep a content; the same again changes nothing. Refused `file.too_large` above `limit` bytes: then nothing is kept."""
        ...

    def read(self, sha256: bytes) -> Iterator[bytes]:
        """Answer a content in pieces; NotFound `file.not_found` at the call, not at the first piece."""
        ...

    def has(self, sha256: bytes) -> bool:
        """Say whether a content is there."""
        ...

    def drop(self, sha256: bytes) -> None:
        """Delete a content; nothing if it is not there."""
        ...

    def walk(self) -> Iterator[Kept]:
        """Answer every content that is there, in no order: for verification."""
        ...


class Renderer(Protocol):
    """A way to make a paper of plain data: the name of a template and JSON-able values in, a PDF out."""

    def render(self, template: str, data: Mapping[str, object]) -> bytes:
        """Answer the file's bytes; the same data makes the same bytes."""
        ...
