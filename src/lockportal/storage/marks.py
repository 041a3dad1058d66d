"""Marks of the outbox: that an account has news for a subscriber, leased to one dispatcher at a time; and the journal itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from lockportal.core.ports import JournalRow, Mark
from lockportal.storage import statements as st
from lockportal.storage.access import Access
from lockportal.storage.tables import POSITION
from lockportal.storage.unit import EPOCH


def lease_marks(access: Access, subscriber: str, now: datetime, until: datetime, limit: int) -> Sequence[Mark]:
    """Lease accounts that have news for a subscriber; who finds nothing waiting has locked nothing."""
    whose = access.bound(subscriber_=subscriber)
    if not access.all(st.MARKS, subscriber_=subscriber, now_=now, limit_=1):
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
            Mark(subscriber, row.account_id, row.version, reached.get(row.account_id, 0), row.attempts + 1, until) for row in rows
        ]

    return access.settle(take)


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
        for row in access.all(st.READ_JOURNAL, account_=account_id, position_=after, limit_=limit)
    ]


def keep_position(access: Access, mark: Mark, version: int) -> None:
    """Keep a subscriber's position; drop its mark if nothing came after that version, else free it. Nothing without the lease."""
    bound = access.bound(**_leased(mark))
    kept = {"supplier_id": access.supplier, "account_id": mark.account_id, "subscriber": mark.subscriber, "version": version}

    def write(connection: sa.Connection) -> None:
        dropped = connection.execute(st.DROP_MARK, {**bound, "version_": version}).rowcount
        freed = {**bound, "until_": EPOCH, "attempts_": 0, "reason_": ""}
        if dropped or connection.execute(st.FREE_MARK, freed).rowcount:
            keys = ("supplier_id", "account_id", "subscriber")
            connection.execute(st.upsert(POSITION, keys, ("version",), access.engines.dialect), kept)

    access.settle(write)


def postpone(access: Access, mark: Mark, until: datetime, reason: str) -> None:
    """Leave a mark for a later try and keep the reason; nothing without the lease."""
    access.change(st.FREE_MARK, {**_leased(mark), "until_": until, "attempts_": mark.attempts, "reason_": reason[:255]})


def _leased(mark: Mark) -> dict[str, Any]:
    return {"account_": mark.account_id, "subscriber_": mark.subscriber, "lease_": mark.until}
