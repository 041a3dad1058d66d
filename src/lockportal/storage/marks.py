"""Marks of the outbox: that an account has news for a subscriber, leased to one dispatcher at a time; and the journal itself.

The times of leases are the database's own, whatever the clocks of its users say. `time` is None but in tests.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from attrs import evolve

from lockportal.core.ports import JournalRow, Mark, Place
from lockportal.core.record import AT_ONCE
from lockportal.storage import statements as st
from lockportal.storage.access import Access
from lockportal.storage.tables import POSITION

_KEYS = ("supplier_id", "account_id", "subscriber")
_PLACE = ("version", "n")
_BEGINNING = Place()


def lease_marks(access: Access, subscriber: str, lease: timedelta, limit: int, time: datetime | None) -> Sequence[Mark]:
    """Lease accounts that have news for a subscriber; who finds nothing waiting has locked nothing."""
    whose = access.bound(subscriber_=subscriber, time_=time)
    if not access.all(st.MARKS, subscriber_=subscriber, time_=time, limit_=1):
        return []

    def take(connection: sa.Connection) -> list[Mark]:
        rows = connection.execute(st.TAKE_MARKS, {**whose, "limit_": limit}).all()
        if not rows:
            return []
        until = rows[0].taken_at + lease
        accounts = [row.account_id for row in rows]
        connection.execute(st.LEASE_MARK, [{**whose, "account_": account, "until_": until} for account in accounts])
        places = connection.execute(st.POSITIONS, {**whose, "accounts_": accounts})
        found: dict[UUID, Place] = {row.account_id: Place(row.version, row.n) for row in places}
        return [
            Mark(subscriber, row.account_id, row.version, found.get(row.account_id, _BEGINNING), row.attempts + 1, until)
            for row in rows
        ]

    return access.take(take)


def read_journal(access: Access, account_id: UUID, after: int, limit: int) -> Sequence[JournalRow]:
    """Answer whole versions of one account's journal after a version, oldest first."""
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
        for row in access.all(st.READ_JOURNAL, account_=account_id, version_=after, limit_=limit)
    ]


def move_mark(access: Access, mark: Mark, place: Place, lease: timedelta, time: datetime | None) -> Mark | None:
    """Keep a subscriber's place and begin its lease anew, and its attempts if it has moved; None without the lease."""
    attempts = mark.attempts if place == mark.place else 1

    def write(connection: sa.Connection) -> Mark | None:
        until = _time(connection, access, time) + lease
        kept = {**access.bound(**_leased(mark)), "until_": until, "attempts_": attempts, "reason_": ""}
        if not connection.execute(st.KEEP_MARK, kept).rowcount:
            return None
        if place != mark.place:
            _keep(connection, access, mark, place)
        return evolve(mark, place=place, attempts=attempts, until=until)

    return access.settle(write)


def end_mark(access: Access, mark: Mark, version: int) -> None:
    """Keep a subscriber's place; drop its mark if nothing came after that version, else free it. Nothing without the lease."""
    bound = access.bound(**_leased(mark))

    def write(connection: sa.Connection) -> None:
        dropped = connection.execute(st.DROP_MARK, {**bound, "version_": version}).rowcount
        freed = {**bound, "until_": AT_ONCE, "attempts_": 0, "reason_": ""}
        if dropped or connection.execute(st.KEEP_MARK, freed).rowcount:
            _keep(connection, access, mark, Place(version))

    access.settle(write)


def postpone(access: Access, mark: Mark, delay: timedelta, reason: str, time: datetime | None) -> None:
    """Leave a mark for a later try and keep the reason; nothing without the lease."""

    def write(connection: sa.Connection) -> None:
        until = _time(connection, access, time) + delay
        kept = {**_leased(mark), "until_": until, "attempts_": mark.attempts, "reason_": reason[:255]}
        connection.execute(st.KEEP_MARK, access.bound(**kept))

    access.settle(write)


def _keep(connection: sa.Connection, access: Access, mark: Mark, place: Place) -> None:
    kept = {"account_id": mark.account_id, "subscriber": mark.subscriber, "version": place.version, "n": place.n}
    statement = st.upsert(POSITION, _KEYS, _PLACE, access.engines.dialect)
    connection.execute(statement, {"supplier_id": access.supplier, **kept})


def _time(connection: sa.Connection, access: Access, time: datetime | None) -> datetime:
    found: datetime = connection.execute(st.CLOCK, access.bound(time_=time)).scalar_one()
    return found


def _leased(mark: Mark) -> dict[str, Any]:
    return {"account_": mark.account_id, "subscriber_": mark.subscriber, "lease_": mark.until}
