"""Counters that all processes share: one row for each key, raised in place. A clock stands in for the database's in tests."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from attrs import frozen
from sqlalchemy.dialects import mysql, postgresql, sqlite

from lockportal.core.ports import Clock, Tally
from lockportal.core.record import remembered
from lockportal.storage import statements as st
from lockportal.storage.access import Access
from lockportal.storage.asking import ACCOUNT, SUPPLIER
from lockportal.storage.tables import QUOTA
from lockportal.storage.types import binary

_KEY = sa.bindparam("key_", type_=binary(32))
_AMOUNT = sa.bindparam("amount_", type_=sa.BigInteger())
_MINE = (QUOTA.c.supplier_id == SUPPLIER, QUOTA.c.account_id == ACCOUNT)
_ONE = (*_MINE, QUOTA.c.key == _KEY)
_READ = sa.select(QUOTA.c.hits, QUOTA.c.until).where(*_ONE)
_VALID = _READ.where(QUOTA.c.until > st.TIME)
_DROP, _CLEAR = sa.delete(QUOTA).where(*_ONE), sa.delete(QUOTA).where(*_MINE)
_SWEEP = _CLEAR.where(QUOTA.c.until <= st.TIME)


@frozen
class SqlTallies:
    """The counters of one supplier, kept under the supplier's own account."""

    _access: Access
    _clock: Clock | None

    def add(self, key: bytes, amount: int, lasts: timedelta) -> Tally:
        """Count so many more and answer the sum: the row is locked from its change to the end of the transaction."""

        def write(connection: sa.Connection) -> Tally:
            now = connection.execute(st.CLOCK, self._bound(time_=self._time)).scalar_one()
            bound = self._bound(key_=key, amount_=amount, now_=now, until_=now + lasts)
            connection.execute(_raise(connection.dialect.name), bound)
            row = connection.execute(_READ, self._bound(key_=key)).one()
            return Tally(row.hits, row.until)

        return self._access.settle(write)

    def read(self, key: bytes) -> Tally | None:
        """Answer a counter as it stands, None where nothing was counted or its time is over."""
        row = self._access.one(_VALID, **self._own(key_=key, time_=self._time))
        return None if row is None else Tally(row.hits, row.until)

    def drop(self, key: bytes | None = None) -> None:
        """Forget one counter, or all."""
        self._access.change(_CLEAR if key is None else _DROP, self._own() if key is None else self._own(key_=key))

    def sweep(self) -> None:
        """Forget the counters whose time is over."""
        self._access.change(_SWEEP, self._own(time_=self._time))

    @property
    def _time(self) -> datetime | None:
        return None if self._clock is None else self._clock.now()

    def _own(self, **values: Any) -> dict[str, Any]:  # noqa: ANN401 - bound values
        return {"account_": self._access.supplier, **values}

    def _bound(self, **values: Any) -> dict[str, Any]:  # noqa: ANN401 - bound values
        return self._access.bound(**self._own(**values))


@remembered
def _raise(dialect: str) -> Any:  # noqa: ANN401 - an Insert
    """Build the insert of a counter, which raises the one that is there, or begins it anew once its time is over."""
    values = {"supplier_id": SUPPLIER, "account_id": ACCOUNT, "key": _KEY, "hits": _AMOUNT, "until": st.UNTIL}
    over = QUOTA.c.until <= st.NOW
    hits = sa.case((over, _AMOUNT), else_=QUOTA.c.hits + _AMOUNT)
    until = sa.case((over, st.UNTIL), else_=QUOTA.c.until)
    if dialect in {"mysql", "mariadb"}:
        # In this order: MariaDB sees what it has set already, and `hits` depends on the old `until`.
        return mysql.insert(QUOTA).values(values).on_duplicate_key_update([("hits", hits), ("until", until)])
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    keys = ["supplier_id", "account_id", "key"]
    return insert(QUOTA).values(values).on_conflict_do_update(index_elements=keys, set_={"hits": hits, "until": until})
