"""The shell: the one place that checks who may, loads, decides, commits, and decides again when somebody else was faster."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID, uuid5

from attrs import Factory, field, frozen

from lockportal import codec
from lockportal.checks import verify
from lockportal.core.account import Account, Capability, Command, Decision, Owner, check_cycles
from lockportal.core.actor import Actor, ActorKind, Audience
from lockportal.core.errors import Conflict, LockportalError
from lockportal.core.messages import Retries
from lockportal.core.ports import Clock, Holder, Question, Reader, Scope, Store, Tallies, Unit
from lockportal.core.progress import Progress, silent
from lockportal.core.record import Claim, Record, Stamp
from lockportal.core.settings import Supplier
from lockportal.core.verify import Finding
from lockportal.deciding import Advance, Asked, Decider, no_account
from lockportal.outbox import Delivered, Outbox

S = TypeVar("S")
V = TypeVar("V")
_ATTEMPTS = 40
_LONGEST_PAUSE = 0.25
_BATCH = 2000
_OFFICE = Audience(staff=True, system=True)


@frozen
class Receipt:
    """What a command came to: the stamp's id, the account's version after it, and whether its key had been used before."""

    id: UUID
    version: int
    repeated: bool = False


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
    retries: Retries = field(factory=Retries)
    _decider: Decider = field(
        init=False,
        eq=False,
        repr=False,
        default=Factory(
            lambda shell: Decider(
                store=shell.store, supplier=shell.supplier, capabilities=shell.capabilities, options=shell.options
            ),
            takes_self=True,
        ),
    )

    def __attrs_post_init__(self) -> None:
        """Refuse capabilities whose reactions could run in a circle."""
        check_cycles(self.capabilities)

    def settings(self, cls: type[S]) -> S:
        """Answer the supplier's settings of one capability, by their class; its defaults where the supplier set none."""
        found = self.options.get(cls)
        return found if isinstance(found, cls) else cls()

    # commands

    def run(self, command: Command, by: Actor, *, key: str | None = None) -> Receipt:
        """Run one command. With a client's `key`, a second run answers the first one's receipt and changes nothing.

        Raises Refused, NotFound or Denied as the command's rules say, and Conflict when a key was used for another request.
        """
        command.audience.check(by, command.account_id)
        used = None if key is None else uuid5(command.account_id, key)
        mark = b"" if used is None else codec.fingerprint(command)
        stamp = Stamp(used or self.clock.new_id(), self.clock.now(), by)
        return self._settle(Asked(command, stamp, used, mark))

    def rehearse(self, command: Command, by: Actor) -> Decision:
        """Decide a command and commit nothing: what it would come to now. Raises as `run` does."""
        command.audience.check(by, command.account_id)
        return self._decider.decide(Asked(command, Stamp(self.clock.new_id(), self.clock.now(), by))).decision

    def _settle(self, asked: Asked, lost: Unit | None = None) -> Receipt:
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
                done = self._known(asked)  # the same request may have been done between the question and the decision
                if done is not None:
                    return done
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

    def _try(self, asked: Asked) -> Unit | LockportalError:
        try:
            return self._decider.decide(asked)
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
        asked = [Asked(command, Stamp(self.clock.new_id(), at, by)) for command in commands]
        units = self._decider.decide_all(asked)
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
        scope = _scope(question.audience, by, account_id, self.supplier.id, params)
        return self.store.ask(question, scope, shape or {}, params)

    @contextmanager
    def moment(self, by: Actor) -> Iterator[Moment]:
        """Ask several questions of one and the same moment, so that their answers tie out."""
        with self.store.snapshot() as reader:
            yield Moment(reader, by, self.supplier.id)

    def account(self, account_id: UUID, by: Actor, audience: Audience, needs: Collection[type[Record]]) -> Account:
        """Read one account for a pure view; NotFound where there is none or it is a stranger's."""
        audience.check(by, account_id)
        loaded = self.store.load([account_id], needs, {}).get(account_id)
        if loaded is None:
            raise no_account()
        return self._decider.account(account_id, loaded.kind, loaded)

    def views(
        self,
        account_ids: Sequence[UUID],
        by: Actor,
        audience: Audience,
        needs: Collection[type[Record]],
        view: Callable[[Account], V],
    ) -> Iterator[tuple[UUID, V]]:
        """Answer a pure view of each of many accounts, in the order of their ids, about 2,000 in a few statements.

        What the view reads beside `needs` is loaded, too; an account that is not there is left out.
        """
        for account_id in account_ids:
            audience.check(by, account_id)
        ordered = sorted(account_ids, key=lambda one: one.bytes)
        for start in range(0, len(ordered), _BATCH):
            found = self._decider.view_all(ordered[start : start + _BATCH], needs, view)
            yield from ((one, found[one]) for one in ordered[start : start + _BATCH] if one in found)

    def find(self, claim: Claim) -> Holder | None:
        """Answer who holds a claim; for services, which decide what of it they tell."""
        return self.store.find(claim)

    def observe(self, *records: Record) -> None:
        """Append observations: facts that change no decision, such as a visit."""
        self.store.observe(records)

    def touch(self, cls: type[Record], account_id: UUID, key: UUID, every: timedelta) -> None:
        """Note that a live record was seen now, in its `seen_at` and touching no version; at most once in `every`.

        It may be lost, as when the database is busy: who comes next notes it.
        """
        with suppress(Conflict, ConnectionError):
            self.store.touch(cls, account_id, key, self.clock.now(), every)

    @property
    def tallies(self) -> Tallies:
        """Counters that every process shares: how often something was tried lately."""
        return self.store.tallies

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

    @property
    def outbox(self) -> Outbox:
        """What waits outside the commits: errands, and news for subscribers."""
        return Outbox(store=self.store, capabilities=self.capabilities, resolve=self.resolve, retries=self.retries)

    def deliver(self, limit: int = 100) -> Delivered:
        """Do what waits outside the commits: errands and news for subscribers, at least once each. Run it every few seconds."""
        return self.outbox.deliver(limit)

    def verify(self, by: Actor, progress: Progress = silent) -> Iterator[Finding]:
        """Work out again what is stored twice of every record, whatever its capability; answer what differs."""
        _OFFICE.scope(by, None)

        def empty(account_id: UUID) -> Account:
            return self._decider.account(account_id, Owner.CUSTOMER, None)

        return verify(self.store, self.capabilities, empty, progress)

    def _known(self, asked: Asked) -> Receipt | None:
        use = None if asked.key is None else self.store.key_use(asked.command.account_id, asked.key, asked.fingerprint)
        if use is None:
            return None
        if not use.same:
            raise Conflict("key.reused", "This form was sent before with other contents. Load the page again.")
        return Receipt(asked.stamp.id, use.version, repeated=True)


@frozen
class Moment:
    """Questions that are all answered of one moment; the same checks as `Shell.ask`."""

    _reader: Reader
    _by: Actor
    _supplier_id: UUID

    def ask(
        self,
        question: Question,
        *,
        account_id: UUID | None = None,
        shape: Mapping[str, Any] | None = None,
        **params: Any,  # noqa: ANN401 - the question's own parameters
    ) -> Sequence[Any]:
        """Ask one question within the moment."""
        scope = _scope(question.audience, self._by, account_id, self._supplier_id, params)
        return self._reader.ask(question, scope, shape or {}, params)


def _scope(audience: Audience, by: Actor, account_id: UUID | None, supplier_id: UUID, params: Mapping[str, object]) -> Scope:
    """Answer what a question may read; what is shared is the supplier's own, whatever account is named."""
    if by.kind is ActorKind.HOLDER:
        return audience.hold(by, account_id, params)
    return audience.share(by, supplier_id) if audience.shared else audience.scope(by, account_id)


def _pause(stamp: Stamp, attempt: int) -> None:
    """Wait a little longer after each lost race; the stamp's id spreads the racers."""
    spread = (stamp.id.int >> (attempt % 16)) % 100 / 100
    time.sleep(min(_LONGEST_PAUSE, 0.002 * 2**attempt) * (0.5 + spread))
