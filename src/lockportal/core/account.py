"""How things are decided: a snapshot of one account, a pure command over it, and the reactions that follow in one commit."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Protocol, TypeVar, cast
from uuid import UUID

from attrs import evolve, field, frozen

from lockportal.core.actor import Audience
from lockportal.core.errors import NotFound
from lockportal.core.messages import MessageKind, Notice
from lockportal.core.record import Event, Record, Stamp, noun
from lockportal.core.replies import Thread
from lockportal.core.routes import Route
from lockportal.core.settings import Supplier
from lockportal.core.silences import Silence, Silent
from lockportal.core.verify import Recompute

R = TypeVar("R", bound=Record)
S = TypeVar("S")


class Owner(StrEnum):
    """The three kinds of owner that an account can be."""

    CUSTOMER = "customer"
    PERSON = "person"
    SUPPLIER = "supplier"


class Missing(Exception):
    """A decision asked for records that are not loaded: the shell loads them and decides again."""

    def __init__(self, cls: type[Record], ids: frozenset[UUID] | None) -> None:
        """Name the class and the ids; None means all live ones."""
        super().__init__(cls, ids)
        self.cls = cls
        self.ids = ids


Records = Mapping[type[Record], Mapping[UUID, Record]]


@frozen(kw_only=True)
class Account:
    """An immutable snapshot of one owner's records at one version: all that a decision may look at.

    `version` 0 means that the account does not exist yet. `records` holds what is loaded, `whole` the classes of which every
    live record is, and `absent` the keys that were looked for and are not there.
    """

    id: UUID
    kind: Owner
    supplier: Supplier
    version: int = 0
    options: Mapping[type, object] = field(factory=dict)
    records: Records = field(factory=dict)
    whole: frozenset[type[Record]] = frozenset()
    absent: frozenset[tuple[type[Record], UUID]] = frozenset()

    def settings(self, cls: type[S]) -> S:
        """Answer the supplier's settings of one capability, by their class; its defaults where the supplier set none."""
        found = self.options.get(cls)
        return cast("S", found) if found is not None else cls()

    def all(self, cls: type[R]) -> tuple[R, ...]:
        """Answer every live record of a class."""
        if cls not in self.whole and self.version:
            raise Missing(cls, None)
        return tuple(cast("R", record) for record in self.records.get(cls, {}).values() if record.live)

    def find(self, cls: type[R], key: UUID) -> R | None:
        """Answer one record by its id, live or not, or None."""
        record = self.records.get(cls, {}).get(key)
        if record is None and self.version and (cls, key) not in self.absent:
            raise Missing(cls, frozenset((key,)))
        return cast("R | None", record)

    def get(self, cls: type[R], key: UUID) -> R:
        """Answer one record by its id or raise NotFound, as for any id that is not this account's."""
        record = self.find(cls, key)
        if record is None:
            raise NotFound(f"{noun(cls)}.not_found", f"There is no such {noun(cls).replace('_', ' ')}.")
        return record

    def require(self, cls: type[Record], keys: Collection[UUID]) -> None:
        """Ask for many records at once, so that one statement loads them all."""
        if self.version:
            loaded = self.records.get(cls, {})
            lacking = frozenset(key for key in keys if key not in loaded and (cls, key) not in self.absent)
            if lacking:
                raise Missing(cls, lacking)

    def holding(self, records: Iterable[Record]) -> Account:
        """Answer this snapshot with records added or replaced."""
        merged: dict[type[Record], dict[UUID, Record]] = {}
        for record in records:
            cls = type(record)
            if cls not in merged:
                merged[cls] = dict(self.records.get(cls, {}))
            merged[cls][record.id] = record
        return evolve(self, records={**self.records, **merged})

    def before(self, record: Record) -> Record | None:
        """Answer the state in which this snapshot holds a record, or None if it had not seen it."""
        return self.records.get(type(record), {}).get(record.id)


class Command(Protocol):
    """What somebody wants, in the imperative: a frozen attrs class with one pure method. No base class is needed."""

    audience: ClassVar[Audience]
    owner: ClassVar[Owner | None]
    needs: ClassVar[tuple[type[Record], ...]]
    opens: ClassVar[bool]
    """Whether the command may be the first of a new account."""

    @property
    def account_id(self) -> UUID:
        """Name the one account that this command changes."""
        ...

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """Answer the events that follow, or raise Refused, NotFound or Conflict; touch nothing."""
        ...


E = TypeVar("E", bound=Event)


@frozen
class On:
    """A reaction: when this event was decided, what follows in the same commit. It never refuses."""

    event: type[Event]
    react: Callable[[Any, Account, Stamp], Sequence[Event]]
    emits: tuple[type[Event], ...] = ()


def on(event: type[E], react: Callable[[E, Account, Stamp], Sequence[Event]], *, emits: tuple[type[Event], ...] = ()) -> On:
    """Declare a reaction so that the event and the function's argument are checked together."""
    return On(event, react, emits)


@frozen
class Change:
    """One record that a decision writes: how it was (None if new) and how it is."""

    before: Record | None
    after: Record


@frozen
class Derive:
    """Records kept beside others: from the changes of the watched classes to the derived records, pure and recomputable.

    A derived record that is no longer live is deleted. Derived records are never journaled. Where each follows from one
    watched record alone, `of` is its field that holds that record's id, and `name` what a check of the books calls them: they
    are compared without further ado. Others are compared by the `verify` of their capability's service.
    """

    watches: tuple[type[Record], ...]
    makes: tuple[type[Record], ...]
    derive: Callable[[Account, Sequence[Change]], Sequence[Record]]
    of: str = ""
    name: str = ""


@frozen
class Wake:
    """What becomes of a record whose `wake_at` has come: a pure function that answers events, no longer waiting."""

    record: type[Record]
    wake: Callable[[Any, Account, Stamp], Sequence[Event]]


@frozen(kw_only=True)
class Subscriber:
    """A reader of the journal outside the commit: at least once, in each account's order, from the events that it names.

    `handle` names a service's method, `package.module:Class.method`, which is called with one JournalRow at a time.
    """

    name: str
    events: tuple[type[Event], ...]
    handle: str
    notices: bool = False
    """Whether it also hears the events of every capability's notices."""
    published: bool = False
    """Whether it also hears what capabilities tell other programs."""
    wanted: Callable[[Mapping[type, object]], bool] | None = None
    """Says of the supplier's settings by class whether it hears anything at all; what nobody hears costs no commit anything."""


@frozen(kw_only=True)
class Errand:
    """An observation that asks for work outside a transaction: handled at least once, then forgotten.

    Its record class has `wake_at` (AT_ONCE, or a time) and `attempts`. One that also has `expires_at` is tried until then and
    dropped; any other becomes a dead letter.
    """

    record: type[Record]
    handle: str
    attempts: int = 0
    """How often it is begun at most; 0 leaves that to the settings of the outbox."""


@frozen(kw_only=True)
class Capability:
    """What one room of the house offers; everything else of it is found through this."""

    name: str
    records: tuple[type[Record], ...] = ()
    derived: tuple[type[Record], ...] = ()
    observations: tuple[type[Record], ...] = ()
    events: tuple[type[Event], ...] = ()
    commands: tuple[type[Command], ...] = ()
    reactions: tuple[On, ...] = ()
    derive: tuple[Derive, ...] = ()
    recompute: tuple[Recompute, ...] = ()
    wakes: tuple[Wake, ...] = ()
    subscribers: tuple[Subscriber, ...] = ()
    errands: tuple[Errand, ...] = ()
    messages: tuple[MessageKind, ...] = ()
    notices: tuple[Notice, ...] = ()
    silences: tuple[Silence, ...] = ()
    """Its reasons for follow-up to leave a share of what is open in peace."""
    threads: tuple[Thread, ...] = ()
    """Its conversations that take replies by mail."""
    published: tuple[type[Event], ...] = ()
    """Those of its events that other programs may be told."""
    dead_letters: str = ""
    """Dotted name of the service method that keeps what the outbox gives up; one capability has it."""
    settings: type | None = None
    offers: str = ""
    """Dotted name of a function of pluggy's relay and the settings by class: what plugins offer that decisions have to know."""
    service: str = ""
    questions: str = ""
    """Dotted name of the module whose Question objects belong to this capability."""
    hookspecs: str = ""
    """Dotted name of the class or module that holds this capability's pluggy hookspecs."""
    migrations: str = ""
    """Dotted name of the package that holds the migrations of a stranger's tables."""
    routes: tuple[Route, ...] = ()
    """Its lines of the JSON API."""

    @property
    def tables(self) -> tuple[type[Record], ...]:
        """Answer every record class that is kept in a table."""
        return (*self.records, *self.derived, *self.observations)


def subscribers_of(capabilities: Sequence[Capability]) -> tuple[Subscriber, ...]:
    """Answer every subscriber with all the events that it hears."""
    noticed = tuple(dict.fromkeys(notice.event for capability in capabilities for notice in capability.notices))
    published = tuple(event for capability in capabilities for event in capability.published)
    declared = (subscriber for capability in capabilities for subscriber in capability.subscribers)
    return tuple(
        evolve(one, events=(*one.events, *(noticed if one.notices else ()), *(published if one.published else ())))
        for one in declared
    )


def heard(capabilities: Iterable[Capability], options: Mapping[type, object]) -> tuple[Capability, ...]:
    """Answer the capabilities with those subscribers alone that hear anything under a supplier's settings."""
    return tuple(
        evolve(one, subscribers=tuple(sub for sub in one.subscribers if sub.wanted is None or sub.wanted(options)))
        for one in capabilities
    )


def silent(account: Account, at: datetime, capabilities: Sequence[Capability]) -> tuple[Silent, ...]:
    """Answer every share of an account that is silent at a time, for whatever reason, in layer order."""
    return tuple(
        Silent(reason=silence.name, share=share)
        for capability in capabilities
        for silence in capability.silences
        for share in silence.shares(account, at)
    )


@frozen
class Decision:
    """What a command came to: its events with those of the reactions, and the records to write, each once in its last state."""

    events: tuple[Event, ...]
    changes: tuple[Change, ...]
    derived: tuple[Change, ...]


def unfold(
    account: Account, events: Sequence[Event], stamp: Stamp, capabilities: Sequence[Capability]
) -> tuple[Account, tuple[Event, ...]]:
    """Run the reactions in layer order until nothing follows; answer the account as it then stands and all events.

    A reaction sees the account with everything that was decided before it, its own event and those after it included.
    """
    reactions = [reaction for capability in capabilities for reaction in capability.reactions]
    account, done, place = _holding(account, events), list(events), 0
    while place < len(done):
        event, place = done[place], place + 1
        for number, reaction in enumerate(reactions):
            if isinstance(event, reaction.event):
                following = reaction.react(event, account, stamp.branch(f"{place}/{number}"))
                _check_declared(reaction, following)
                account = _holding(account, following)
                done.extend(following)
    return account, tuple(done)


def _holding(account: Account, events: Iterable[Event]) -> Account:
    records = [record for event in events for record in event.records()]
    if any(record.account_id != account.id for record in records):
        message = f"a decision on the account {account.id} carries another account's record"
        raise ValueError(message)
    return account.holding(records)


def _check_declared(reaction: On, events: Iterable[Event]) -> None:
    """Hold a reaction to what it says it emits, as the check for circles relies on it."""
    for event in events:
        if type(event) not in reaction.emits:
            names = (type(event).__name__, reaction.event.__name__)
            message = f"a reaction to {names[1]} answered {names[0]}, which its emits=(…) does not name"
            raise TypeError(message)


def decide(command: Command, account: Account, stamp: Stamp, capabilities: Sequence[Capability]) -> Decision:
    """Decide a command whole: its events, the reactions, the derived records. Pure: the same again for the same input."""
    after, events = unfold(account, command.decide(account, stamp), stamp, capabilities)
    last = {(type(record), record.id): record for event in events for record in event.records()}
    changes = tuple(Change(account.before(record), record) for record in last.values())
    made: dict[tuple[type[Record], UUID], Record] = {}
    for rule in (rule for capability in capabilities for rule in capability.derive):
        watched = [change for change in changes if isinstance(change.after, rule.watches)]
        if watched:
            made |= {(type(record), record.id): record for record in rule.derive(after, watched)}
    derived = tuple(Change(account.before(record), record) for record in made.values())
    return Decision(events, changes, derived)


def check_cycles(capabilities: Sequence[Capability]) -> None:
    """Refuse reactions that could run for ever: raise ValueError naming the cycle of event types."""
    follows: dict[type[Event], list[type[Event]]] = {}
    for capability in capabilities:
        for reaction in capability.reactions:
            follows.setdefault(reaction.event, []).extend(reaction.emits)

    def walk(event: type[Event], path: tuple[type[Event], ...]) -> None:
        if event in path:
            names = " → ".join(step.__name__ for step in (*path[path.index(event) :], event))
            message = f"reactions run in a circle: {names}"
            raise ValueError(message)
        for following in follows.get(event, ()):
            walk(following, (*path, event))

    for event in follows:
        walk(event, ())
