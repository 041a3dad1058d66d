"""What storage itself keeps twice, and what it keeps beside the records: for a check of the books, in bounded memory.

Each page is read in a moment of its own, so that what is committed meanwhile is no difference.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from attrs import fields

from lockportal import codec
from lockportal.core.account import Capability
from lockportal.core.ports import Stored
from lockportal.core.record import Claim, Event, Record, noun
from lockportal.core.verify import Finding
from lockportal.storage import statements as st
from lockportal.storage import twice
from lockportal.storage.access import Access
from lockportal.storage.fast import rows_by_pairs
from lockportal.storage.rows import reader
from lockportal.storage.tables import table
from lockportal.storage.unit import Registry, claim_hash

_FINDINGS: Final = 100
_CLAIMS: Final = 500
_EVENTS: Final = 50
"""So few events are read at a time: one may hold a thousand documents."""
_FIRST: Final = UUID(int=0)

Place = tuple[bytes, UUID, UUID]
"""A row of claims: the hash, the account and the record."""


class Checking:
    """The check of one supplier's rows."""

    def __init__(self, access: Access, claim_key: bytes, capabilities: Sequence[Capability], registry: Registry) -> None:
        """Bind the database and the key of claims; see which classes claim and derive."""
        self._access = access
        self._claim_key = claim_key
        self._events = {name: event for event, name in registry.names.items()}
        kept = [cls for capability in capabilities for cls in capability.records]
        self._claiming = [cls for cls in kept if cls.claims is not Record.claims]
        self._hanging = [
            (f"{capability.name}.{rule.name}", made, rule)
            for capability in capabilities
            for rule in capability.derive
            for made in rule.makes
            if rule.of
        ]

    # beside the records

    def size(self, cls: type[Record]) -> int:
        """Answer how many records of a class there are."""
        return int(self._access.all(twice.count_rows(cls))[0][0])

    def page(
        self, cls: type[Record], after: tuple[UUID, UUID] | None, limit: int, beside: Mapping[type[Record], str]
    ) -> Sequence[Stored]:
        """Answer the records of a class that follow an (account, id), in that order, and what is stored beside them."""
        return self._access.still(lambda connection: self._page(connection, cls, after, limit, beside))

    def _page(
        self,
        connection: sa.Connection,
        cls: type[Record],
        after: tuple[UUID, UUID] | None,
        limit: int,
        beside: Mapping[type[Record], str],
    ) -> Sequence[Stored]:
        rows = self._rows(connection, cls, after, limit)
        read = reader(cls)
        records = [read(row) for row in rows]
        held = self._held(connection, records)
        derived = self._derived(connection, records, beside)
        return [
            Stored(
                record=record,
                live=row.live,
                lacking=tuple(claim for claim, place in self._claims(record) if place not in held),
                beside=derived[record.account_id, record.id],
            )
            for row, record in zip(rows, records, strict=True)
        ]

    def _rows(
        self, connection: sa.Connection, cls: type[Record], after: tuple[UUID, UUID] | None, limit: int
    ) -> list[sa.Row[Any]]:
        rows: list[sa.Row[Any]] = []
        account, last = after or (_FIRST, _FIRST)
        if after is not None:
            bound = self._access.bound(account_=account, after_=last, limit_=limit)
            rows += connection.execute(twice.rest_of_account(cls), bound)
        if len(rows) < limit:
            rows += connection.execute(twice.next_accounts(cls), self._access.bound(after_=account, limit_=limit - len(rows)))
        return rows

    def _held(self, connection: sa.Connection, records: Sequence[Record]) -> frozenset[Place]:
        """Answer the claims that records hold of those that they state."""
        hashes = sorted({place[0] for record in records for _, place in self._claims(record)})
        rows = connection.execute(st.HOLDERS, self._access.bound(hashes_=hashes)) if hashes else ()
        return frozenset((bytes(row.hash), row.account_id, row.record_id) for row in rows)

    def _claims(self, record: Record) -> list[tuple[Claim, Place]]:
        """Answer what a record claims, each with the row that should say so; an observation claims nothing."""
        claims = record.claims() if type(record) in self._claiming else ()
        return [(claim, (claim_hash(self._claim_key, claim), record.account_id, record.id)) for claim in claims]

    def _derived(
        self, connection: sa.Connection, records: Sequence[Record], beside: Mapping[type[Record], str]
    ) -> Mapping[tuple[UUID, UUID], tuple[Record, ...]]:
        """Answer the derived records that name each of these; a row may come more than once, and is told once."""
        found: dict[tuple[UUID, UUID], dict[tuple[type[Record], UUID], Record]] = {
            (record.account_id, record.id): {} for record in records
        }
        for cls, of in beside.items():
            for row in rows_by_pairs(connection, table(cls), of, self._access.supplier, found):
                record = reader(cls)(row)
                found[record.account_id, getattr(record, of)][cls, record.id] = record
        return {key: tuple(records.values()) for key, records in found.items()}

    # the house's own

    def slips(self) -> Iterator[Finding]:
        """Answer what differs, each statement the first hundred."""
        for row in self._all(twice.VERSIONS):
            told = f"its journal and keys tell {row.told}, the last {row.last}"
            yield Finding("accounts.version", str(row.account_id), f"the account is at version {row.version}; {told}")
        for row in self._all(twice.KEYS):
            detail = f"the journal tells version {row.version} of another request than the key that led to it"
            yield Finding("accounts.key", str(row.account_id), detail)
        for row in self._all(twice.EVENTS):
            detail = f"the events of version {row.version} are not numbered from 0 on, or not of one request"
            yield Finding("journal.events", str(row.account_id), detail)
        yield from self._misnamed()
        for row in self._all(twice.MARKS):
            detail = f"a mark tells {row.subscriber} of version {row.version}, of which the journal has nothing"
            yield Finding("outbox.mark", str(row.account_id), detail)
        for row in self._all(twice.POSITIONS_BEYOND):
            detail = f"{row.subscriber} is said to have heard version {row.version}, which the account has not reached"
            yield Finding("outbox.position", str(row.account_id), detail)
        for check, made, rule in self._hanging:
            for row in self._all(twice.orphans(made, rule.of, rule.watches)):
                yield Finding(check, str(row.id), f"the {noun(made).replace('_', ' ')} belongs to nothing that is there")
        yield from self._unstated()

    def _all(self, statement: sa.Select[Any]) -> Sequence[sa.Row[Any]]:
        return self._access.all(statement, limit_=_FINDINGS)

    def _misnamed(self) -> Iterator[Finding]:
        """Compare the ids of each event with its body."""
        for row in self._journal():
            event = self._events.get(row.type)
            if event is not None and row.ids != ids_told(event, row.body):
                yield Finding(
                    "journal.ids", str(row.account_id), f"event {row.n} of version {row.version} tells of other records"
                )

    def _journal(self) -> Iterator[sa.Row[Any]]:
        rows = self._access.all(twice.NEXT_JOURNALS, after_=_FIRST, limit_=_EVENTS)
        while rows:
            yield from rows
            last = rows[-1]
            place = {"account_": last.account_id, "version_": last.version, "n_": last.n}
            rows = self._access.all(twice.REST_OF_JOURNAL, **place, limit_=_EVENTS)
            if not rows:
                rows = self._access.all(twice.NEXT_JOURNALS, after_=last.account_id, limit_=_EVENTS)

    def _unstated(self) -> Iterator[Finding]:
        """Find the claims that no record states."""
        after = b""
        while places := self._access.still(partial(self._page_of_claims, after)):
            for (_, _, record_id), stated in places:
                if not stated:
                    yield Finding("claims.unstated", str(record_id), "a claim is held for a record that does not state it")
            after = places[-1][0][0]

    def _page_of_claims(self, after: bytes, connection: sa.Connection) -> list[tuple[Place, bool]]:
        rows = connection.execute(twice.NEXT_CLAIMS, self._access.bound(after_=after, limit_=_CLAIMS)).all()
        pairs = {(row.account_id, row.record_id) for row in rows}
        stated = {
            place
            for cls in self._claiming
            for row in rows_by_pairs(connection, table(cls), "id", self._access.supplier, pairs)
            for _, place in self._claims(reader(cls)(row))
        }
        places = [(bytes(row.hash), row.account_id, row.record_id) for row in rows]
        return [(place, place in stated) for place in places]


def ids_told(event: type[Event], body: str) -> tuple[UUID, ...]:
    """Answer the ids of the records that a journaled event carries, in the order of its fields."""
    told = codec.load_stored(dict[str, Any], body)
    values = [told.get(field.name) for field in fields(event)]
    parts = [part for value in values for part in (value if isinstance(value, list) else [value])]
    return tuple(UUID(part["id"]) for part in parts if isinstance(part, dict) and {"id", "account_id"} <= part.keys())
