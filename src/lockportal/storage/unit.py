"""The unit of work: what one or many decisions write, prepared before and committed in one transaction."""

from __future__ import annotations

import hashlib
import hmac
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from attrs import frozen

from lockportal import codec
from lockportal.core.account import Capability, Change, subscribers_of
from lockportal.core.errors import Conflict, Refused
from lockportal.core.ports import Unit
from lockportal.core.record import AT_ONCE, Claim, Event, Record, noun, personal_fields
from lockportal.storage import statements as st
from lockportal.storage.fast import insert_rows
from lockportal.storage.rows import column_names, writer
from lockportal.storage.tables import ACCOUNT, CLAIM, JOURNAL, KEY, OUTBOX, SALT, table

Salts = Mapping[tuple[UUID, UUID], bytes]


@frozen
class Registry:
    """How events are named in the journal and who wants to hear of them."""

    names: Mapping[type[Event], str]
    subscribers: Mapping[type[Event], tuple[str, ...]]


def registry(capabilities: Sequence[Capability]) -> Registry:
    """Name every event `capability.event` and collect who subscribed to it."""
    names = {event: f"{capability.name}.{noun(event)}" for capability in capabilities for event in capability.events}
    subscribers = subscribers_of(capabilities)
    heard = {event: tuple(one.name for one in subscribers if event in one.events) for event in names}
    return Registry(names, heard)


def claim_hash(key: bytes, claim: Claim) -> bytes:
    """Answer what is stored of a claim: an HMAC of its kind and value under the supplier's own key (32 bytes)."""
    return hmac.new(key, f"{claim.kind}\n{claim.value}".encode(), hashlib.sha256).digest()


def keyed(key: bytes, fingerprint: bytes) -> bytes:
    """Answer what is stored of a request's fingerprint: what it was made of is not to be guessed from it."""
    return hmac.new(key, fingerprint, hashlib.sha256).digest()


def hidden(salts: Salts) -> Callable[[Record, str], str]:
    """Answer the function that writes a salted digest in a personal field's place."""

    def hide(record: Record, name: str) -> str:
        salt = salts[record.account_id, record.subject_id]
        return hmac.new(salt, codec.dumps(getattr(record, name)), hashlib.sha256).hexdigest()

    return hide


def subjects(units: Iterable[Unit]) -> set[tuple[UUID, UUID]]:
    """Answer whose salts the journal rows of these units need, as (account, subject)."""
    return {
        (record.account_id, record.subject_id)
        for unit in units
        for event in unit.decision.events
        for record in event.records()
        if personal_fields(type(record))
    }


class Writer:
    """Writes prepared units over one connection whose transaction is open."""

    def __init__(self, connection: sa.Connection, supplier_id: UUID, registry: Registry, claim_key: bytes) -> None:
        """Bind the connection, the supplier, the journal's names and the key of claims."""
        self._connection = connection
        self._supplier = supplier_id
        self._registry = registry
        self._claim_key = claim_key
        self._dialect = connection.dialect.name

    def write(self, units: Sequence[Unit], salts: Salts, new_salts: Salts) -> None:
        """Win the versions first, then write keys, records, journal, marks, and the claims last.

        What is refused for a claim has done the same work as what is not: nobody learns from it who holds the claim.
        """
        ordered = sorted(units, key=lambda unit: unit.account_id.bytes)
        self._versions(ordered)
        self._plain(KEY, [self._key_row(unit) for unit in ordered if unit.key is not None])
        self._plain(SALT, [(*who, salt) for who, salt in new_salts.items()])
        changes = [change for unit in ordered for change in unit.decision.changes]
        self._records(changes)
        self._derived([change for unit in ordered for change in unit.decision.derived])
        self._journal(ordered, salts)
        self._marks(ordered)
        self._claims(changes)

    def observe(self, records: Sequence[Record]) -> None:
        """Append observations."""
        self._records([Change(None, record) for record in records])

    def _versions(self, units: Sequence[Unit]) -> None:
        self._plain(ACCOUNT, [(unit.account_id, unit.kind, 1) for unit in units if unit.version == 0])
        known = [
            {"supplier_": self._supplier, "account_": unit.account_id, "base_": unit.version} for unit in units if unit.version
        ]
        if known and self._connection.execute(st.BUMP, known).rowcount != len(known):
            raise Conflict("account.changed", "Somebody else changed this account meanwhile. Try again.")

    def _plain(self, kept: sa.Table, rows: Sequence[tuple[Any, ...]]) -> None:
        """Insert rows of one of the house's own tables; the supplier is put before each."""
        if rows:
            names = [column.name for column in kept.columns]
            values = [dict(zip(names, (self._supplier, *row), strict=True)) for row in rows]
            self._connection.execute(sa.insert(kept), values)

    def _key_row(self, unit: Unit) -> tuple[Any, ...]:
        return (unit.account_id, unit.key, keyed(self._claim_key, unit.fingerprint), unit.version + 1)

    def _claims(self, changes: Sequence[Change]) -> None:
        wanted: dict[bytes, tuple[Claim, Record]] = {}
        released: set[bytes] = set()
        for change in changes:
            if type(change.after).claims is Record.claims:
                continue
            was = {claim_hash(self._claim_key, c): c for c in (change.before.claims() if change.before else ())}
            now = {claim_hash(self._claim_key, c): c for c in change.after.claims()}
            released |= was.keys() - now.keys()
            for key in now.keys() - was.keys():
                if key in wanted and wanted[key][1].id != change.after.id:
                    raise _taken(now[key])
                wanted[key] = (now[key], change.after)
        if released:
            self._connection.execute(st.RELEASE, {"supplier_": self._supplier, "hashes_": sorted(released)})
        if wanted:
            self._take(wanted)

    def _take(self, wanted: Mapping[bytes, tuple[Claim, Record]]) -> None:
        held = self._connection.execute(st.HOLDERS, {"supplier_": self._supplier, "hashes_": sorted(wanted)}).all()
        for row in held:
            claim, record = wanted[bytes(row.hash)]
            if row.record_id != record.id:
                raise _taken(claim)
        mine = {bytes(row.hash) for row in held}
        self._plain(CLAIM, [(key, wanted[key][1].account_id, wanted[key][1].id) for key in sorted(wanted) if key not in mine])

    def _records(self, changes: Sequence[Change]) -> None:
        inserts: dict[type[Record], list[Record]] = defaultdict(list)
        updates: dict[type[Record], list[Record]] = defaultdict(list)
        for change in changes:
            if change.before is None:
                inserts[type(change.after)].append(change.after)
            elif change.before != change.after:
                updates[type(change.after)].append(change.after)
        for cls, records in inserts.items():
            insert_rows(self._connection, table(cls), self._rows(cls, records))
        for cls, records in updates.items():
            self._update(cls, records)

    def _rows(self, cls: type[Record], records: Sequence[Record]) -> list[tuple[Any, ...]]:
        write = writer(cls, self._dialect)
        return [write(self._supplier, record) for record in records]

    def _update(self, cls: type[Record], records: Sequence[Record]) -> None:
        """Update by the row writer's tuples, whose first three values (supplier, id, account) are the condition."""
        mark = "?" if self._dialect == "sqlite" else "%s"
        quote = self._connection.dialect.identifier_preparer.quote
        names = [quote(name) for name in column_names(cls)]
        sets = ", ".join(f"{name} = {mark}" for name in names[3:])
        where = " AND ".join(f"{name} = {mark}" for name in names[:3])
        rows = [(*row[3:], *row[:3]) for row in self._rows(cls, records)]
        self._connection.exec_driver_sql(f"UPDATE {table(cls).name} SET {sets} WHERE {where}", rows)  # noqa: S608 - names only

    def _derived(self, changes: Sequence[Change]) -> None:
        """Write derived records; one that is no longer live is deleted."""
        self._records([change for change in changes if change.after.live])
        for change in changes:
            if change.before is not None and not change.after.live:
                gone = {"supplier_": self._supplier, "account_": change.after.account_id, "id_": change.after.id}
                self._connection.execute(st.forget_row(type(change.after)), gone)

    def _journal(self, units: Sequence[Unit], salts: Salts) -> None:
        hide = hidden(salts)
        rows = [
            {
                "supplier_id": self._supplier,
                "account_id": unit.account_id,
                "version": unit.version + 1,
                "n": n,
                "type": self._registry.names[type(event)],
                "stamp_id": unit.stamp.id,
                "at": unit.stamp.at,
                "by": f"{unit.stamp.by.kind}:{unit.stamp.by.id}"[:128],
                "ids": tuple(record.id for record in event.records()),
                "body": codec.journal_body(event, hide).decode(),
            }
            for unit in units
            for n, event in enumerate(unit.decision.events)
        ]
        if rows:
            self._connection.execute(sa.insert(JOURNAL), rows)

    def _marks(self, units: Sequence[Unit]) -> None:
        rows = [
            {
                "supplier_id": self._supplier,
                "account_id": unit.account_id,
                "subscriber": name,
                "version": unit.version + 1,
                "wake_at": AT_ONCE,
                "attempts": 0,
                "reason": "",
            }
            for unit in units
            for name in sorted({name for e in unit.decision.events for name in self._registry.subscribers.get(type(e), ())})
        ]
        if rows:
            self._connection.execute(
                st.upsert(OUTBOX, ("supplier_id", "account_id", "subscriber"), ("version",), self._dialect), rows
            )


def _taken(claim: Claim) -> Refused:
    subject = claim.kind.split(".")[-1].replace("_", " ")
    return Refused(f"{claim.kind}_taken", f"This {subject} belongs to somebody else already.", field=claim.kind.split(".")[-1])
