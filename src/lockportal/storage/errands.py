"""Errands: observations that ask for work, leased to one taker at a time by the database's clock; `time` is None but in tests."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from attrs import evolve

from lockportal.core.record import AT_ONCE, Record
from lockportal.storage import statements as st
from lockportal.storage.access import Access
from lockportal.storage.rows import reader


def take_errands(access: Access, cls: type[Record], lease: timedelta, limit: int, time: datetime | None) -> Sequence[Record]:
    """Take observations that wait for work, each with the end of its lease; who finds nothing has locked nothing."""
    read, bound = reader(cls), access.bound(time_=time, limit_=limit)
    if not access.all(st.waiting_rows(cls), time_=time, limit_=1):
        return []

    def take(connection: sa.Connection) -> list[Record]:
        rows = connection.execute(st.take_rows(cls), bound).all()
        if not rows:
            return []
        until = rows[0].taken_at + lease
        leases = [access.bound(account_=row.account_id, id_=row.id, until_=until) for row in rows]
        connection.execute(st.lease_row(cls), leases)
        return [_moved(read(row), wake_at=until, attempts=row.attempts + 1) for row in rows]

    return access.take(take)


def let_wait(access: Access, errand: Record, delay: timedelta, time: datetime | None) -> Record | None:
    """Let an errand wait, as if it was tried as often as it says, and answer it; None without its lease."""
    leased: Any = errand

    def write(connection: sa.Connection) -> Record | None:
        until = connection.execute(st.CLOCK, access.bound(time_=time)).scalar_one() + delay
        bound = access.bound(
            account_=errand.account_id, id_=errand.id, lease_=leased.wake_at, until_=until, attempts_=leased.attempts
        )
        kept = connection.execute(st.keep_row(type(errand)), bound).rowcount
        return _moved(errand, wake_at=until) if kept else None

    return access.settle(write)


def revive(access: Access, cls: type[Record], account_id: UUID, key: UUID) -> bool:
    """Let an errand wait for work as if it was never tried; False if it is not there."""
    bound = access.bound(account_=account_id, id_=key, until_=AT_ONCE)
    return bool(access.settle(lambda connection: connection.execute(st.revive_row(cls), bound).rowcount))


def _moved(errand: Any, **changes: Any) -> Record:  # noqa: ANN401 - the fields that every errand has
    moved: Record = evolve(errand, **changes)
    return moved
