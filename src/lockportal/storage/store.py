"""The store of one supplier over a SQL database: what the shell's Store port asks for, in as few statements as it takes."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import sqlalchemy as sa

from lockportal.core.account import Capability, Owner
from lockportal.core.errors import Conflict, LockportalError
from lockportal.core.ports import Holder, JournalRow, KeyUse, Loaded, Mark, Question, Reader, Scope, Unit
from lockportal.core.record import Claim, Record, noun
from lockportal.signing import draw_secret
from lockportal.storage import statements as st
from lockportal.storage.asking import ask
from lockportal.storage.engines import Engines
from lockportal.storage.fast import rows_by_pairs
from lockportal.storage.faults import Fault, classify
from lockportal.storage.rows import reader
from lockportal.storage.tables import POSITION, SALT, table
from lockportal.storage.types import Id
from lockportal.storage.unit import EPOCH, Registry, Salts, Writer, claim_hash, subjects

T = TypeVar("T")
LostCommit = ConnectionError


def registry(capabilities: Sequence[Capability]) -> Registry:
    """Name every event `capability.event` and collect who subscribed to it."""
    names = {event: f"{capability.name}.{noun(event)}" for capability in capabilities for event in capability.events}
    heard = {
        event: tuple(s.name for capability in capabilities for s in capability.subscribers if event in s.events)
        for event in names
    }
    return Registry(names, heard)


class SqlStore:
    """A Store: accounts, journal, outbox and observations of one supplier in one database."""

    def __init__(self, engines: Engines, supplier_id: UUID, capabilities: Sequence[Capability]) -> None:
        """Bind the engines and the supplier; nothing is read yet."""
        self.engines = engines
        self._supplier = supplier_id
        self._registry = registry(capabilities)
        self._errand_classes = {errand.record for capability in capabilities for errand in capability.errands}
        kept = [cls for capability in capabilities for cls in capability.tables]
        self._waiting = [cls for cls in kept if "wake_at" in table(cls).c and cls not in self._errand_classes]
        self._claim_key: bytes | None = None

    # reading

    def load(
        self,
        account_ids: Sequence[UUID],
        needs: Collection[type[Record]],
        keys: Mapping[type[Record], Collection[tuple[UUID, UUID]]],
    ) -> Mapping[UUID, Loaded]:
        """Read accounts: versions first, then live records of the needed classes and those of (account, id) that are named."""
        return self._read(lambda connection: self._load(connection, account_ids, needs, keys))

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

    def key_use(self, account_id: UUID, key: UUID) -> KeyUse | None:
        """Answer what a client's key was used for, or None."""
        row = self._one(st.KEY_USE, account_=account_id, key_=key)
        return None if row is None else KeyUse(bytes(row.fingerprint), row.version)

    def committed(self, unit: Unit) -> bool:
        """Say whether this very unit is in the journal."""
        sought = {"account_": unit.account_id, "version_": unit.version + 1, "stamp_": unit.stamp.id}
        return self._one(st.COMMITTED, **sought) is not None

    def find(self, claim: Claim) -> Holder | None:
        """Answer who holds a claim."""
        row = self._one(st.HOLDERS, hashes_=[claim_hash(self._key_of_claims(), claim)])
        return None if row is None else Holder(row.account_id, row.record_id)

    def ask(self, question: Question, scope: Scope, shape: Mapping[str, Any], params: Mapping[str, Any]) -> Sequence[Any]:
        """Answer the rows of one question within a scope."""
        return self._read(lambda connection: ask(connection, self._supplier, question, scope, shape, params))

    @contextmanager
    def snapshot(self) -> Iterator[Reader]:
        """Open a reader whose answers are of one moment."""
        with self.engines.snapshot() as connection:
            yield _Moment(connection, self._supplier)

    # writing

    def commit(self, units: Sequence[Unit]) -> None:
        """Write units in one transaction; Conflict if any account moved on, Refused if a claim is another's."""
        key = self._key_of_claims()
        salts, new_salts = self._salts(units)

        def write(connection: sa.Connection) -> None:
            Writer(connection, self._supplier, self._registry, key).write(units, salts, new_salts)

        self._write(write)

    def observe(self, records: Sequence[Record]) -> None:
        """Append observations, touching no version."""
        key = self._key_of_claims()
        self._write(lambda connection: Writer(connection, self._supplier, self._registry, key).observe(records))

    def _salts(self, units: Sequence[Unit]) -> tuple[Salts, Salts]:
        wanted = subjects(units)
        if not wanted:
            return {}, {}
        known = self._known_salts(wanted)
        new = {who: _draw() for who in sorted(wanted - known.keys())}
        return {**known, **new}, new

    def _key_of_claims(self) -> bytes:
        """Answer the supplier's own key of claims, drawn at its first use and kept in its salt."""
        if self._claim_key is None:
            found = self._supplier_salt()
            if found is None:
                row = {"supplier_id": self._supplier, "account_id": self._supplier, "subject_id": self._supplier, "salt": _draw()}
                with suppress(Conflict):  # somebody else drew it first
                    self._write(lambda connection: connection.execute(sa.insert(SALT), row))
                found = self._supplier_salt()
            self._claim_key = found
        if self._claim_key is None:  # pragma: no cover - it was written just above
            raise LockportalError("store.no_claim_key", "The supplier's key of claims could not be kept.")
        return self._claim_key

    def _supplier_salt(self) -> bytes | None:
        mine = (self._supplier, self._supplier)
        return self._known_salts([mine]).get(mine)

    def _known_salts(self, wanted: Collection[tuple[UUID, UUID]]) -> dict[tuple[UUID, UUID], bytes]:
        def read(connection: sa.Connection) -> dict[tuple[UUID, UUID], bytes]:
            rows = rows_by_pairs(connection, SALT, "subject_id", self._supplier, wanted)
            return {(account_id, subject_id): salt for _, account_id, subject_id, salt in rows}

        return self._read(read)

    # time and the outbox

    def due(self, now: datetime, after: UUID | None, limit: int) -> Sequence[UUID]:
        """Answer ids of accounts that have a record waiting for a time up to now, in order of id."""
        found: set[UUID] = set()
        for cls in self._waiting:
            rows = self._all(st.waiting_accounts(cls), now_=now, after_=after or UUID(int=0), limit_=limit)
            found.update(row.account_id for row in rows)
        return sorted(found)[:limit]

    def due_records(self, account_id: UUID, now: datetime) -> Mapping[type[Record], Collection[UUID]]:
        """Answer one account's records whose `wake_at` has come."""
        found = {cls: [row.id for row in self._all(st.waiting_ids(cls), account_=account_id, now_=now)] for cls in self._waiting}
        return {cls: ids for cls, ids in found.items() if ids}

    def errands(self, cls: type[Record], now: datetime, until: datetime, limit: int) -> Sequence[Record]:
        """Take observations that wait for work, leased until a time."""
        read, bound = reader(cls), {"supplier_": self._supplier, "now_": now, "limit_": limit}
        if not self._all(st.waiting_rows(cls), now_=now, limit_=1):
            return []

        def take(connection: sa.Connection) -> list[Record]:
            taken = [read(row) for row in connection.execute(st.take_rows(cls), bound)]
            if taken:
                lease = {"supplier_": self._supplier, "until_": until}
                leases = [{**lease, "account_": record.account_id, "id_": record.id} for record in taken]
                connection.execute(st.lease_row(cls), leases)
            return taken

        return self._write(take)

    def forget(self, record: Record) -> None:
        """Delete an observation whose work is done."""
        self._change(st.forget_row(type(record)), {"account_": record.account_id, "id_": record.id})

    def marks(self, subscriber: str, now: datetime, until: datetime, limit: int) -> Sequence[Mark]:
        """Lease accounts that have news for a subscriber."""
        whose = {"supplier_": self._supplier, "subscriber_": subscriber}
        if not self._all(st.MARKS, subscriber_=subscriber, now_=now, limit_=1):
            return []

        def take(connection: sa.Connection) -> list[Mark]:
            rows = connection.execute(st.TAKE_MARKS, {**whose, "now_": now, "limit_": limit}).all()
            if not rows:
                return []
            accounts = [row.account_id for row in rows]
            connection.execute(st.LEASE_MARK, [{**whose, "account_": account, "until_": until} for account in accounts])
            places = connection.execute(st.POSITIONS, {**whose, "accounts_": accounts})
            reached: dict[UUID, int] = {row.account_id: row.version for row in places}
            return [
                Mark(subscriber, row.account_id, row.version, reached.get(row.account_id, 0), row.attempts + 1, until)
                for row in rows
            ]

        return self._write(take)

    def journal(self, account_id: UUID, after: int, limit: int) -> Sequence[JournalRow]:
        """Answer whole versions of one account's journal after a version, oldest first."""
        rows = self._all(st.READ_JOURNAL, account_=account_id, position_=after, limit_=limit)
        return [
            JournalRow(
                account_id=row.account_id,
                version=row.version,
                n=row.n,
                type=row.type,
                at=row.at,
                by=row.by,
                ids=row.ids,
                body=row.body.encode(),
            )
            for row in rows
        ]

    def reached(self, mark: Mark, version: int) -> None:
        """Keep a subscriber's position and drop the mark if nothing came after that version; nothing if the lease was lost."""
        kept = {"supplier_id": self._supplier, "account_id": mark.account_id, "subscriber": mark.subscriber, "version": version}
        bound = {"supplier_": self._supplier, **_leased(mark)}

        def write(connection: sa.Connection) -> None:
            dropped = connection.execute(st.DROP_MARK, {**bound, "version_": version}).rowcount
            freed = {**bound, "until_": EPOCH, "attempts_": 0, "reason_": ""}
            if dropped or connection.execute(st.FREE_MARK, freed).rowcount:
                keys = ("supplier_id", "account_id", "subscriber")
                connection.execute(st.upsert(POSITION, keys, ("version",), self.engines.dialect), kept)

        self._write(write)

    def failed(self, mark: Mark, until: datetime, reason: str) -> None:
        """Leave the mark for a later try and keep the reason; nothing if the lease was lost."""
        self._change(st.FREE_MARK, {**_leased(mark), "until_": until, "attempts_": mark.attempts, "reason_": reason[:255]})

    # the one way out

    def _read(self, run: Callable[[sa.Connection], T]) -> T:
        """Run statements that write nothing; a lost connection is tried once more."""
        try:
            with self.engines.reading() as connection:
                return run(connection)
        except sa.exc.DBAPIError as error:
            if classify(error) is not Fault.LOST:
                raise
        with self.engines.reading() as connection:
            return run(connection)

    def _all(self, statement: sa.Executable, **bound: Any) -> Sequence[sa.Row[Any]]:  # noqa: ANN401 - bound values
        return self._read(lambda connection: connection.execute(statement, {"supplier_": self._supplier, **bound}).all())

    def _one(self, statement: sa.Executable, **bound: Any) -> sa.Row[Any] | None:  # noqa: ANN401 - bound values
        return next(iter(self._all(statement, **bound)), None)

    def _change(self, statement: sa.Executable, bound: Mapping[str, Any]) -> bool:
        """Run one small write; say whether it met a row."""

        def write(connection: sa.Connection) -> bool:
            return bool(connection.execute(statement, {"supplier_": self._supplier, **bound}).rowcount)

        return self._write(write)

    def _write(self, run: Callable[[sa.Connection], T]) -> T:
        """Run a write transaction; name conflicts and lost answers by the database's error number."""
        try:
            with self.engines.writing() as connection:
                return run(connection)
        except sa.exc.DBAPIError as error:
            fault = classify(error)
            if fault in {Fault.CONFLICT, Fault.DUPLICATE}:
                raise Conflict("account.changed", "Somebody else changed this account meanwhile. Try again.") from error
            if fault is Fault.LOST:
                message = "the connection broke before the database answered"
                raise LostCommit(message) from error
            raise


class _Moment:
    """A reader within one open transaction."""

    def __init__(self, connection: sa.Connection, supplier_id: UUID) -> None:
        self._connection = connection
        self._supplier = supplier_id

    def ask(self, question: Question, scope: Scope, shape: Mapping[str, Any], params: Mapping[str, Any]) -> Sequence[Any]:
        """Answer the rows of one question within a scope, of this moment."""
        return ask(self._connection, self._supplier, question, scope, shape, params)


def _leased(mark: Mark) -> dict[str, Any]:
    return {"account_": mark.account_id, "subscriber_": mark.subscriber, "lease_": mark.until}


def _draw() -> bytes:
    return hashlib.sha256(draw_secret().encode()).digest()


__all__ = ["Id", "SqlStore", "registry"]
