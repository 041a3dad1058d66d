"""The shell: the one place that checks who may, loads, decides, commits, and decides again when somebody else was faster."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID, uuid5

from attrs import evolve, field, frozen

from lockportal import codec
from lockportal.core.account import (
    Account,
    Capability,
    Command,
    Missing,
    Owner,
    Wake,
    check_cycles,
    decide,
)
from lockportal.core.actor import Actor, Audience
from lockportal.core.errors import Conflict, LockportalError, NotFound
from lockportal.core.ports import Clock, Holder, Loaded, Question, Reader, Store, Unit
from lockportal.core.record import Claim, Event, Record, Stamp
from lockportal.core.settings import Supplier
from lockportal.outbox import Delivered, deliver

_LOG = logging.getLogger("lockportal.shell")
_ATTEMPTS = 40
_LONGEST_PAUSE = 0.25
_LEASE = timedelta(minutes=1)
_BATCH = 2000
_JOURNAL_VERSIONS = 200


@frozen
class Receipt:
    """What a command came to: the stamp's id, the account's version after it, and whether its key had been used before."""

    id: UUID
    version: int
    repeated: bool = False


@frozen(kw_only=True)
class Advance:
    """Let time pass for one account: every record whose `wake_at` has come is woken."""

    audience: ClassVar[Audience] = Audience(system=True, staff=True)
    owner: ClassVar[Owner | None] = None
    needs: ClassVar[tuple[type[Record], ...]] = ()
    opens: ClassVar[bool] = False

    account_id: UUID
    now: datetime
    waiting: Mapping[type[Record], Collection[UUID]]
    wakes: tuple[Wake, ...]

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """Wake each record once, in the order of the capabilities."""
        events: list[Event] = []
        for rule in self.wakes:
            keys = sorted(self.waiting.get(rule.record, ()))
            account.require(rule.record, keys)
            for key in keys:
                record = account.find(rule.record, key)
                wake_at = getattr(record, "wake_at", None)
                if wake_at is not None and wake_at <= self.now:
                    woken = rule.wake(record, account, stamp.branch(f"wake-{key}"))
                    account = account.holding(record for event in woken for record in event.records())
                    events.extend(woken)
        return events


@frozen
class _Asked:
    """One command with its stamp and, where a client gave one, its key and the body that the key is bound to."""

    command: Command
    stamp: Stamp
    key: UUID | None = None
    fingerprint: bytes = b""


@frozen(kw_only=True)
class Shell:
    """Runs commands and answers questions for one supplier. `options` holds the settings of the capabilities by class."""

    store: Store
    clock: Clock
    supplier: Supplier
    capabilities: tuple[Capability, ...]
    options: Mapping[type, object] = field(factory=dict)
    resolve: Callable[[str], Callable[..., object]] = field(eq=False)
    """Answers the method that a capability named as a dotted text."""

    def __attrs_post_init__(self) -> None:
        """Refuse capabilities whose reactions could run in a circle."""
        check_cycles(self.capabilities)

    # commands

    def run(self, command: Command, by: Actor, *, key: str | None = None) -> Receipt:
        """Run one command. With a client's `key`, a second run answers the first one's receipt and changes nothing.

        Raises Refused, NotFound or Denied as the command's rules say, and Conflict when a key was used for another request.
        """
        command.audience.check(by, command.account_id)
        used = None if key is None else uuid5(command.account_id, key)
        mark = b"" if used is None else codec.fingerprint(command)
        stamp = Stamp(used or self.clock.new_id(), self.clock.now(), by)
        return self._settle(_Asked(command, stamp, used, mark))

    def _settle(self, asked: _Asked, lost: Unit | None = None) -> Receipt:
        """Decide and commit until it is done; `lost` is what was committed without an answer, which may yet appear.

        Whether it did is asked after the account was read anew: from then on, if it appears, our own commit meets a conflict.
        """
        for attempt in range(_ATTEMPTS):
            known = self._known(asked)
            if known is not None:
                return known
            decided = self._try(asked)
            if lost is not None and self.store.committed(lost):
                return Receipt(lost.stamp.id, lost.version + 1)
            if isinstance(decided, LockportalError):
                raise decided
            if not (decided.decision.events or decided.key):
                return Receipt(decided.stamp.id, decided.version)
            try:
                self.store.commit([decided])
            except Conflict:
                pass
            except ConnectionError:
                lost = decided
            else:
                return Receipt(decided.stamp.id, decided.version + 1)
            _pause(asked.stamp, attempt)
        raise Conflict("account.busy", "Too many people change this account at once. Try again in a moment.")

    def _try(self, asked: _Asked) -> Unit | LockportalError:
        try:
            return self._decide(asked)
        except LockportalError as refused:
            return refused

    def run_batch(self, commands: Sequence[Command], by: Actor) -> Sequence[Receipt]:
        """Run commands of as many accounts in one transaction; if any account moved on, run them one by one."""
        for command in commands:
            command.audience.check(by, command.account_id)
        if len({command.account_id for command in commands}) < len(commands):
            message = "two commands of one batch are of the same account"
            raise ValueError(message)
        at = self.clock.now()
        asked = [_Asked(command, Stamp(self.clock.new_id(), at, by)) for command in commands]
        units = self._decide_all(asked)
        written = [unit for unit in units if unit.decision.events]
        try:
            if written:
                self.store.commit(written)
        except Conflict:
            return [self._settle(one) for one in asked]
        except ConnectionError:
            if not self.store.committed(written[0]):
                return [self._settle(one, unit) for one, unit in zip(asked, units, strict=True)]
        return [Receipt(unit.stamp.id, unit.version + bool(unit.decision.events)) for unit in units]

    def run_many(
        self, commands: Sequence[Command], by: Actor, progress: Callable[[int], None] | None = None
    ) -> Sequence[Receipt]:
        """Run many commands, each of another account, about 2,000 a transaction; receipts come in the order of the commands."""
        ordered = sorted(range(len(commands)), key=lambda place: commands[place].account_id.bytes)
        receipts: dict[int, Receipt] = {}
        for start in range(0, len(ordered), _BATCH):
            places = ordered[start : start + _BATCH]
            receipts.update(zip(places, self.run_batch([commands[place] for place in places], by), strict=True))
            if progress is not None:
                progress(len(receipts))
        return [receipts[place] for place in range(len(commands))]

    # questions

    def ask(
        self,
        question: Question,
        by: Actor,
        *,
        account_id: UUID | None = None,
        shape: Mapping[str, Any] | None = None,
        **params: Any,  # noqa: ANN401 - the question's own parameters
    ) -> Sequence[Any]:
        """Ask a question: of one account, or of every account that this actor may read. Denied or NotFound as for commands."""
        scope = question.audience.scope(by, account_id)
        return self.store.ask(question, scope, shape or {}, params)

    @contextmanager
    def moment(self, by: Actor) -> Iterator[Moment]:
        """Ask several questions of one and the same moment, so that their answers tie out."""
        with self.store.snapshot() as reader:
            yield Moment(reader, by)

    def account(self, account_id: UUID, by: Actor, audience: Audience, needs: Collection[type[Record]]) -> Account:
        """Read one account for a pure view; NotFound where there is none or it is a stranger's."""
        audience.check(by, account_id)
        loaded = self.store.load([account_id], needs, {}).get(account_id)
        if loaded is None:
            raise _no_account()
        return self._account(account_id, loaded.kind, loaded)

    def find(self, claim: Claim) -> Holder | None:
        """Answer who holds a claim; for services, which decide what of it they tell."""
        return self.store.find(claim)

    def observe(self, *records: Record) -> None:
        """Append observations: facts that change no decision, such as a visit."""
        self.store.observe(records)

    # time and deliveries

    def due(self, now: datetime) -> Iterator[UUID]:
        """Answer the accounts that have a record waiting for a time up to now, in order of id."""
        after: UUID | None = None
        while found := self.store.due(now, after, _BATCH):
            yield from found
            after = found[-1]

    def advance(self, account_id: UUID, now: datetime, by: Actor) -> Receipt:
        """Let time pass for one account; running it twice, late or early changes nothing more."""
        waiting = self.store.due_records(account_id, now)
        wakes = tuple(rule for capability in self.capabilities for rule in capability.wakes)
        return self.run(Advance(account_id=account_id, now=now, waiting=waiting, wakes=wakes), by)

    def deliver(self, limit: int = 100) -> Delivered:
        """Do what waits outside the commits: errands and news for subscribers, at least once each. Run it every few seconds."""
        return deliver(self.store, self.clock, self.capabilities, self.resolve, limit)

    # deciding

    def _known(self, asked: _Asked) -> Receipt | None:
        use = None if asked.key is None else self.store.key_use(asked.command.account_id, asked.key, asked.fingerprint)
        if use is None:
            return None
        if not use.same:
            raise Conflict("key.reused", "This form was sent before with other contents. Load the page again.")
        return Receipt(asked.stamp.id, use.version, repeated=True)

    def _decide(self, asked: _Asked) -> Unit:
        return evolve(self._decide_all([asked])[0], key=asked.key, fingerprint=asked.fingerprint)

    def _decide_all(self, asked: Sequence[_Asked]) -> Sequence[Unit]:
        """Decide commands of different accounts; what their decisions find missing is loaded for all of them at once."""
        units: dict[UUID, Unit] = {}
        needs = {cls for one in asked for cls in one.command.needs}
        keys: dict[type[Record], set[tuple[UUID, UUID]]] = {}
        open_ = list(asked)
        while open_:
            loaded = self.store.load([one.command.account_id for one in open_], needs, keys)
            again = []
            for one in open_:
                account_id = one.command.account_id
                try:
                    units[account_id] = self._unit(one.command, one.stamp, loaded.get(account_id))
                except Missing as missing:
                    again.append(one)
                    if missing.ids is None:
                        needs.add(missing.cls)
                    else:
                        keys.setdefault(missing.cls, set()).update((account_id, key) for key in missing.ids)
            open_ = again
        return [units[one.command.account_id] for one in asked]

    def _unit(self, command: Command, stamp: Stamp, loaded: Loaded | None) -> Unit:
        if loaded is None and not command.opens:
            raise _no_account()
        if loaded is not None and command.owner not in {None, loaded.kind}:
            raise _no_account()
        kind = loaded.kind if loaded is not None else command.owner or Owner.CUSTOMER
        account = self._account(command.account_id, kind, loaded)
        decision = decide(command, account, stamp, self.capabilities)
        return Unit(account_id=account.id, kind=account.kind, version=account.version, stamp=stamp, decision=decision)

    def _account(self, account_id: UUID, kind: Owner, loaded: Loaded | None) -> Account:
        empty = Account(id=account_id, kind=kind, supplier=self.supplier, options=self.options)
        if loaded is None:
            return empty
        return evolve(empty, version=loaded.version, records=loaded.records, whole=loaded.whole, absent=loaded.absent)


@frozen
class Moment:
    """Questions that are all answered of one moment; the same checks as `Shell.ask`."""

    _reader: Reader
    _by: Actor

    def ask(
        self,
        question: Question,
        *,
        account_id: UUID | None = None,
        shape: Mapping[str, Any] | None = None,
        **params: Any,  # noqa: ANN401 - the question's own parameters
    ) -> Sequence[Any]:
        """Ask one question within the moment."""
        return self._reader.ask(question, question.audience.scope(self._by, account_id), shape or {}, params)


def _no_account() -> NotFound:
    return NotFound("account.not_found", "There is no such account.")


def _pause(stamp: Stamp, attempt: int) -> None:
    """Wait a little longer after each lost race; the stamp's id spreads the racers."""
    spread = (stamp.id.int >> (attempt % 16)) % 100 / 100
    time.sleep(min(_LONGEST_PAUSE, 0.002 * 2**attempt) * (0.5 + spread))
