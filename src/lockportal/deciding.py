"""Deciding for the shell: load what a command needs, decide, load what the decision found missing, and decide again."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import ClassVar, TypeVar
from uuid import UUID

from attrs import evolve, frozen

from lockportal.core.account import Account, Capability, Command, Missing, Owner, Wake, decide
from lockportal.core.actor import Audience
from lockportal.core.errors import NotFound
from lockportal.core.ports import Loaded, Store, Unit
from lockportal.core.record import Event, Record, Stamp
from lockportal.core.settings import Supplier

T = TypeVar("T")


@frozen
class Asked:
    """One command with its stamp and, where a client gave one, its key and the body that the key is bound to."""

    command: Command
    stamp: Stamp
    key: UUID | None = None
    fingerprint: bytes = b""


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


@frozen(kw_only=True)
class Decider:
    """Decides commands on accounts as the store has them; commits nothing."""

    store: Store
    supplier: Supplier
    capabilities: tuple[Capability, ...]
    options: Mapping[type, object]

    def decide(self, asked: Asked) -> Unit:
        """Decide one command."""
        return evolve(self.decide_all([asked])[0], key=asked.key, fingerprint=asked.fingerprint)

    def decide_all(self, asked: Sequence[Asked]) -> Sequence[Unit]:
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
                    _note(missing, account_id, needs, keys)
            open_ = again
        return [units[one.command.account_id] for one in asked]

    def view_all(
        self, account_ids: Sequence[UUID], needed: Collection[type[Record]], view: Callable[[Account], T]
    ) -> Mapping[UUID, T]:
        """Answer a pure view of each account that is there; what views find missing is loaded for all of them at once."""
        made: dict[UUID, T] = {}
        needs, keys, open_ = set(needed), dict[type[Record], set[tuple[UUID, UUID]]](), list(account_ids)
        while open_:
            loaded = self.store.load(open_, needs, keys)
            again = []
            for account_id in (one for one in open_ if one in loaded):
                found = loaded[account_id]
                try:
                    made[account_id] = view(self.account(account_id, found.kind, found))
                except Missing as missing:
                    again.append(account_id)
                    _note(missing, account_id, needs, keys)
            open_ = again
        return made

    def _unit(self, command: Command, stamp: Stamp, loaded: Loaded | None) -> Unit:
        if loaded is None and not command.opens:
            raise no_account()
        if loaded is not None and command.owner not in {None, loaded.kind}:
            raise no_account()
        fresh = Owner.SUPPLIER if command.account_id == self.supplier.id else Owner.CUSTOMER
        kind = loaded.kind if loaded is not None else command.owner or fresh
        account = self.account(command.account_id, kind, loaded)
        decision = decide(command, account, stamp, self.capabilities)
        return Unit(account_id=account.id, kind=account.kind, version=account.version, stamp=stamp, decision=decision)

    def account(self, account_id: UUID, kind: Owner, loaded: Loaded | None) -> Account:
        """Make the snapshot of what was loaded; an empty one of an account that does not exist yet."""
        empty = Account(id=account_id, kind=kind, supplier=self.supplier, options=self.options)
        if loaded is None:
            return empty
        return evolve(empty, version=loaded.version, records=loaded.records, whole=loaded.whole, absent=loaded.absent)


def _note(missing: Missing, account_id: UUID, needs: set[type[Record]], keys: dict[type[Record], set[tuple[UUID, UUID]]]) -> None:
    """Keep in mind what a decision found missing."""
    if missing.ids is None:
        needs.add(missing.cls)
    else:
        keys.setdefault(missing.cls, set()).update((account_id, key) for key in missing.ids)


def no_account() -> NotFound:
    """Answer the error of an account that does not exist, or is not for this actor to know of."""
    return NotFound("account.not_found", "There is no such account.")
