"""A work bench for tests of storage: a clock that stands still, a shell over the specimens, and races."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from attrs import define, evolve, field, frozen

from lockportal.clock import SystemClock
from lockportal.core.account import Account
from lockportal.core.actor import SYSTEM
from lockportal.core.ports import Store
from lockportal.core.record import Record
from lockportal.core.settings import Supplier
from lockportal.shell import Receipt, Shell
from lockportal.storage.engines import Engines
from lockportal.storage.migrations.running import schema
from lockportal.storage.store import SqlStore
from lockportal.testing.specimen import ANYBODY, Count, Keep, Specimen, capability

T = TypeVar("T")
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
"""The time at which a still clock stands unless it is told another."""


@define
class StillClock:
    """A clock that moves only when it is told to; its ids are UUIDv7 of the machine's own time."""

    time: datetime = NOON

    def now(self) -> datetime:
        """Answer the time at which it stands."""
        return self.time

    def new_id(self) -> UUID:
        """Make a UUIDv7."""
        return SystemClock().new_id()

    def advance(self, step: timedelta) -> datetime:
        """Move on and answer the new time."""
        self.time += step
        return self.time


def nothing(*_: object) -> None:
    """Handle whatever comes by doing nothing."""


@frozen(kw_only=True)
class Bench:
    """A supplier's store and shell with the specimens' capability; `handlers` are its subscribers and errands by name."""

    engines: Engines
    clock: StillClock = field(factory=StillClock)
    supplier: Supplier = field(factory=lambda: Supplier(name="Bench", currencies=("EUR",)))
    handlers: Mapping[str, Callable[..., object]] = field(factory=dict)

    def make_schema(self) -> None:
        """Make the tables in an empty database."""
        with self.engines.writing() as connection:
            schema([capability]).create_all(connection)

    def clear(self) -> None:
        """Delete every row."""
        with self.engines.writing() as connection:
            for kept in schema([capability]).tables.values():
                connection.execute(kept.delete())

    def store(self, engines: Engines | None = None) -> SqlStore:
        """Make a store over these engines or others of the same database."""
        return SqlStore(engines or self.engines, self.supplier.id, [capability], self.clock)

    def shell(self, store: Store | None = None) -> Shell:
        """Make a shell over this store or another."""
        return Shell(
            store=store or self.store(),
            clock=self.clock,
            supplier=self.supplier,
            capabilities=(capability,),
            resolve=lambda name: self.handlers.get(name.partition(":")[2], nothing),
        )

    def other(self) -> Bench:
        """Answer the bench of another supplier in the same database."""
        return evolve(self, supplier=Supplier(key="other", name="Other", currencies=("EUR",)))

    # short hand

    def specimen(self, account_id: UUID | None = None, **given: Any) -> Specimen:  # noqa: ANN401 - the fields' own types
        """Make a specimen with fields as given, of a new account unless one is named."""
        made = Specimen(id=self.clock.new_id(), account_id=account_id or self.clock.new_id(), at=NOON)
        return evolve(made, **given)

    def keep(self, *specimens: Specimen, key: str | None = None) -> Receipt:
        """Keep specimens of one account."""
        return self.shell().run(Keep(account_id=specimens[0].account_id, specimens=specimens), SYSTEM, key=key)

    def count(self, account_id: UUID) -> Receipt:
        """Let an account's counter go on by one."""
        return self.shell().run(Count(account_id=account_id), SYSTEM)

    def account(self, account_id: UUID, *needs: type[Record]) -> Account:
        """Read an account with the live records of some classes."""
        return self.shell().account(account_id, SYSTEM, ANYBODY, needs)


def race(*actions: Callable[[], T]) -> Sequence[T | Exception]:
    """Run actions at once, each in a thread of its own; answer in their order what each answered or raised."""
    start = threading.Barrier(len(actions))

    def run(action: Callable[[], T]) -> T | Exception:
        start.wait()
        try:
            return action()
        except Exception as error:  # noqa: BLE001 - what a racer raised is its answer
            return error

    with ThreadPoolExecutor(len(actions)) as pool:
        return list(pool.map(run, actions))


def fulfilled(answers: Sequence[T | Exception]) -> Sequence[T]:
    """Answer a race's results, or raise the first error of a racer."""
    for answer in answers:
        if isinstance(answer, Exception):
            raise answer
    return [answer for answer in answers if not isinstance(answer, Exception)]
