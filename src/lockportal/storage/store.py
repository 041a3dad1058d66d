"""The store of one supplier over a SQL database: what the shell's Store port asks for, in as few statements as it takes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from lockportal.core.account import Capability, Owner
from lockportal.core.errors import Conflict
from lockportal.core.ports import Clock, Holder, JournalRow, KeyUse, Loaded, Mark, Place, Question, Reader, Scope, Stored, Unit
from lockportal.core.record import Claim, Record
from lockportal.core.verify import Finding
from lockportal.signing import same
from lockportal.storage import errands, marks
from lockportal.storage import statements as st
from lockportal.storage.access import Access, Moment
from lockportal.storage.asking import ask
from lockportal.storage.checking import Checking
from lockportal.storage.engines import Engines
from lockportal.storage.fast import rows_by_pairs
from lockportal.storage.rows import reader
from lockportal.storage.salts import key_of_claims, salts_of
from lockportal.storage.tables import table
from lockportal.storage.tallies import SqlTallies
from lockportal.storage.unit import Writer, claim_hash, keyed, registry


class SqlStore:
    """A Store: accounts, journal, outbox and observations of one supplier in one database."""

    def __init__(
        self, engines: Engines, supplier_id: UUID, capabilities: Sequence[Capability], clock: Clock | None = None
    ) -> None:
        """Bind the engines and the supplier; nothing is read yet. A `clock` stands in for the database's own, in tests."""
        self.engines = engines
        self._access = Access(engines, supplier_id)
        self._clock = clock
        self._supplier = supplier_id
        self._capabilities = tuple(capabilities)
        self._registry = registry(capabilities)
        self._errand_classes = {errand.record for capability in capabilities for errand in capability.errands}
        kept = [cls for capability in capabilities for cls in capability.tables]
        self._waiting = [cls for cls in kept if "wake_at" in table(cls).c and cls not in self._errand_classes]

    # reading

    def load(
        self,
        account_ids: Sequence[UUID],
        needs: Collection[type[Record]],
        keys: Mapping[type[Record], Collection[tuple[UUID, UUID]]],
    ) -> Mapping[UUID, Loaded]:
        """Read accounts: versions first, then live records of the needed classes and those of (account, id) that are named."""
        return self._access.read(lambda connection: self._load(connection, account_ids, needs, keys))

    def _load(
        self,
        connection: sa.Connection,
        account_ids: Sequence[UUID],
        needs: Collection[type[Record]],
        keys: Mapping[type[Record], Collection[tuple[UUID, UUID]]],
    ) -> Mapping[UUID, Loaded]:
        bound = {"supplier_": self._supplier, "accounts_": list(account_ids)}
        heads = connection.execute(st.VERSIONS, bound).all()
        found: dict[UUID, dict[type[Record], dict[UUID, Record]]] = {row.account_id: {} for row in heads}
        if heads:
            for cls in needs:
                self._collect(found, cls, connection.execute(st.live_rows(cls), bound))
            for cls, pairs in keys.items():
                known = [pair for pair in pairs if pair[0] in found]
                self._collect(found, cls, rows_by_pairs(connection, table(cls), "id", self._supplier, known))
        absent: dict[UUID, set[tuple[type[Record], UUID]]] = defaultdict(set)
        for cls, pairs in keys.items():
            for account_id, key in pairs:
                if key not in found.get(account_id, {}).get(cls, {}):
                    absent[account_id].add((cls, key))
        return {
            row.account_id: Loaded(
                Owner(row.kind), row.version, found[row.account_id], frozenset(needs), frozenset(absent[row.account_id])
            )
            for row in heads
        }

    @staticmethod
    def _collect(found: Mapping[UUID, dict[type[Record], dict[UUID, Record]]], cls: type[Record], rows: Iterable[Any]) -> None:
        read = reader(cls)
        for row in rows:
            record = read(row)
            if record.account_id in found:
                found[record.account_id].setdefault(cls, {})[record.id] = record

    def key_use(self, account_id: UUID, key: UUID, fingerprint: bytes) -> KeyUse | None:
        """Answer whether a client's key was used, for the request of this fingerprint or for another one; None if it was not."""
        row = self._access.one(st.KEY_USE, account_=account_id, key_=key)
        if row is None:
            return None
        return KeyUse(same(bytes(row.fingerprint), keyed(self._claim_key, fingerprint)), row.version)

    def committed(self, unit: Unit) -> bool:
        """Say whether this very unit is in the journal."""
        sought = {"account_": unit.account_id, "version_": unit.version + 1, "stamp_": unit.stamp.id}
        return self._access.one(st.COMMITTED, **sought) is not None

    def find(self, claim: Claim) -> Holder | None:
        """Answer who holds a claim."""
        row = self._access.one(st.HOLDERS, hashes_=[claim_hash(self._claim_key, claim)])
        return None if row is None else Holder(row.account_id, row.record_id)

    def ask(self, question: Question, scope: Scope, shape: Mapping[str, Any], params: Mapping[str, Any]) -> Sequence[Any]:
        """Answer the rows of one question within a scope."""
        return self._access.read(lambda connection: ask(connection, self._supplier, question, scope, shape, params))

    @contextmanager
    def snapshot(self) -> Iterator[Reader]:
        """Open a reader whose answers are of one moment, that of its first question; ConnectionError if it broke after that."""
        with self._access.moment() as moment:
            yield _Moment(moment, self._supplier)

    # writing

    def commit(self, units: Sequence[Unit]) -> None:
        """Write units in one transaction; Conflict if any account moved on, Refused if a claim is another's."""
        salts, new_salts = salts_of(self._access, units)
        key = self._claim_key  # drawn, if it must be, in a transaction of its own
        self._access.write(
            lambda connection: Writer(connection, self._supplier, self._registry, key).write(units, salts, new_salts)
        )

    def observe(self, records: Sequence[Record]) -> None:
        """Append observations, touching no version; those of a try whose answer was lost are not appended again."""
        key = self._claim_key
        try:
            self._access.settle(lambda connection: Writer(connection, self._supplier, self._registry, key).observe(records))
        except Conflict:
            if not self._are_kept(records):
                raise

    def _are_kept(self, records: Sequence[Record]) -> bool:
        wanted: dict[type[Record], set[tuple[UUID, UUID]]] = defaultdict(set)
        for record in records:
            wanted[type(record)].add((record.account_id, record.id))

        def read(connection: sa.Connection) -> bool:
            return all(
                {(row[2], row[1]) for row in rows_by_pairs(connection, table(cls), "id", self._supplier, pairs)} == pairs
                for cls, pairs in wanted.items()
            )

        return self._access.read(read)

    def touch(self, cls: type[Record], account_id: UUID, key: UUID, at: datetime, every: timedelta) -> None:
        """Move the `seen_at` of a live record forward, touching no version; nothing within `every` since it was moved last."""
        seen = {"account_": account_id, "id_": key, "at_": at, "before_": at - every}
        self._access.change(st.touch_row(cls), seen)

    @property
    def tallies(self) -> SqlTallies:
        """The supplier's counters."""
        return SqlTallies(self._access, self._clock)

    @cached_property
    def _claim_key(self) -> bytes:
        return key_of_claims(self._access)

    # time and the outbox

    def due(self, now: datetime, after: UUID | None, limit: int) -> Sequence[UUID]:
        """Answer ids of accounts that have a record waiting for a time up to now, in order of id."""
        found: set[UUID] = set()
        for cls in self._waiting:
            rows = self._access.all(st.waiting_accounts(cls), now_=now, after_=after or UUID(int=0), limit_=limit)
            found.update(row.account_id for row in rows)
        return sorted(found)[:limit]

    def due_records(self, account_id: UUID, now: datetime) -> Mapping[type[Record], Collection[UUID]]:
        """Answer one account's records whose `wake_at` has come."""
        found = {
            cls: [row.id for row in self._access.all(st.waiting_ids(cls), account_=account_id, now_=now)] for cls in self._waiting
        }
        return {cls: ids for cls, ids in found.items() if ids}

    def now(self) -> datetime:
        """Answer the database's time, by which leases are held."""
        found: datetime = self._access.all(st.CLOCK, time_=self._time)[0][0]
        return found

    def errands(self, cls: type[Record], lease: timedelta, limit: int) -> Sequence[Record]:
        """Take observations that wait for work; another taker sees them only after the lease."""
        return errands.take_errands(self._access, cls, lease, limit, self._time)

    def later(self, errand: Record, delay: timedelta) -> Record | None:
        """Let nobody take an errand for so long, tried as often as it says; None if the lease was lost."""
        return errands.let_wait(self._access, errand, delay, self._time)

    def forget(self, record: Record) -> None:
        """Delete an observation whose work is done."""
        self._access.change(st.forget_row(type(record)), {"account_": record.account_id, "id_": record.id})

    def revive(self, cls: type[Record], account_id: UUID, key: UUID) -> bool:
        """Let an errand that was given up wait for work again; False if it is not there."""
        return errands.revive(self._access, cls, account_id, key)

    def marks(self, subscriber: str, lease: timedelta, limit: int) -> Sequence[Mark]:
        """Lease accounts that have news for a subscriber."""
        return marks.lease_marks(self._access, subscriber, lease, limit, self._time)

    def journal(self, account_id: UUID, after: int, limit: int) -> Sequence[JournalRow]:
        """Answer whole versions of one account's journal after a version, oldest first."""
        return marks.read_journal(self._access, account_id, after, limit)

    def advanced(self, mark: Mark, place: Place, lease: timedelta) -> Mark | None:
        """Keep that a subscriber has come to a place, and begin lease and attempts anew; None if the lease was lost."""
        return marks.move_mark(self._access, mark, place, lease, self._time)

    def held(self, mark: Mark, lease: timedelta) -> Mark | None:
        """Begin the lease of a mark anew; None if it was lost."""
        return marks.move_mark(self._access, mark, mark.place, lease, self._time)

    def reached(self, mark: Mark, version: int) -> None:
        """Keep a subscriber's place and drop the mark if nothing came after that version; nothing if the lease was lost."""
        marks.end_mark(self._access, mark, version)

    def failed(self, mark: Mark, delay: timedelta, reason: str) -> None:
        """Leave the mark for a later try and keep the reason; nothing if the lease was lost."""
        marks.postpone(self._access, mark, delay, reason, self._time)

    @property
    def _time(self) -> datetime | None:
        return None if self._clock is None else self._clock.now()

    # whether the books tie out

    def size(self, cls: type[Record]) -> int:
        """Answer how many records of a class there are."""
        return self._checking.size(cls)

    def page(
        self, cls: type[Record], after: tuple[UUID, UUID] | None, limit: int, beside: Mapping[type[Record], str]
    ) -> Sequence[Stored]:
        """Answer the records of a class that follow an (account, id), in that order, and what is stored beside them."""
        return self._checking.page(cls, after, limit, beside)

    def slips(self) -> Iterator[Finding]:
        """Answer what differs of that which the store itself keeps twice."""
        return self._checking.slips()

    @cached_property
    def _checking(self) -> Checking:
        return Checking(self._access, self._claim_key, self._capabilities, self._registry)


class _Moment:
    """A reader within one open transaction."""

    def __init__(self, moment: Moment, supplier_id: UUID) -> None:
        self._moment = moment
        self._supplier = supplier_id

    def ask(self, question: Question, scope: Scope, shape: Mapping[str, Any], params: Mapping[str, Any]) -> Sequence[Any]:
        """Answer the rows of one question within a scope, of this moment."""
        return self._moment.read(lambda connection: ask(connection, self._supplier, question, scope, shape, params))
