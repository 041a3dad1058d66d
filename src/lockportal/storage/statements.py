"""The statements of the store that belong to no question, each built once; all of them bear the supplier."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql, sqlite

from lockportal.core.record import Record, remembered
from lockportal.storage.asking import ACCOUNT, ACCOUNTS, SUPPLIER
from lockportal.storage.tables import ACCOUNT as ACCOUNT_TABLE
from lockportal.storage.tables import CLAIM, JOURNAL, KEY, OUTBOX, POSITION, table
from lockportal.storage.types import Id, Instant, Moment

NOW = sa.bindparam("now_", type_=Instant())
LIMIT = sa.bindparam("limit_", type_=sa.Integer())
AFTER = sa.bindparam("after_", type_=Id())
VERSION = sa.bindparam("version_", type_=sa.BigInteger())

VERSIONS = sa.select(ACCOUNT_TABLE.c.account_id, ACCOUNT_TABLE.c.kind, ACCOUNT_TABLE.c.version).where(
    ACCOUNT_TABLE.c.supplier_id == SUPPLIER, ACCOUNT_TABLE.c.account_id.in_(ACCOUNTS)
)
BUMP = (
    sa.update(ACCOUNT_TABLE)
    .where(
        ACCOUNT_TABLE.c.supplier_id == SUPPLIER,
        ACCOUNT_TABLE.c.account_id == ACCOUNT,
        ACCOUNT_TABLE.c.version == sa.bindparam("base_", type_=sa.BigInteger()),
    )
    .values(version=ACCOUNT_TABLE.c.version + 1)
)
KEY_USE = sa.select(KEY.c.fingerprint, KEY.c.version).where(
    KEY.c.supplier_id == SUPPLIER, KEY.c.account_id == ACCOUNT, KEY.c.key == sa.bindparam("key_", type_=Id())
)
HOLDERS = sa.select(CLAIM.c.hash, CLAIM.c.account_id, CLAIM.c.record_id).where(
    CLAIM.c.supplier_id == SUPPLIER, CLAIM.c.hash.in_(sa.bindparam("hashes_", expanding=True))
)
RELEASE = sa.delete(CLAIM).where(CLAIM.c.supplier_id == SUPPLIER, CLAIM.c.hash.in_(sa.bindparam("hashes_", expanding=True)))
COMMITTED = sa.select(JOURNAL.c.version).where(
    JOURNAL.c.supplier_id == SUPPLIER,
    JOURNAL.c.account_id == ACCOUNT,
    JOURNAL.c.version == VERSION,
    JOURNAL.c.stamp_id == sa.bindparam("stamp_", type_=Id()),
)
READ_JOURNAL = (
    sa.select(JOURNAL)
    .where(
        JOURNAL.c.supplier_id == SUPPLIER,
        JOURNAL.c.account_id == ACCOUNT,
        JOURNAL.c.version > VERSION,
        JOURNAL.c.version <= VERSION + LIMIT,
    )
    .order_by(JOURNAL.c.version, JOURNAL.c.n)
)
TIME = Moment(sa.bindparam("time_", type_=Instant()))
"""The database's time, unless a test binds another."""
CLOCK = sa.select(TIME)
_NAME = sa.bindparam("subscriber_", type_=sa.String())
MARKS = (
    sa.select(OUTBOX.c.account_id, OUTBOX.c.version, OUTBOX.c.attempts, TIME.label("taken_at"))
    .where(OUTBOX.c.supplier_id == SUPPLIER, OUTBOX.c.subscriber == _NAME, OUTBOX.c.wake_at <= TIME)
    .order_by(OUTBOX.c.wake_at, OUTBOX.c.account_id)
    .limit(LIMIT)
)
TAKE_MARKS = MARKS.with_for_update(skip_locked=True)
POSITIONS = sa.select(POSITION.c.account_id, POSITION.c.version, POSITION.c.n).where(
    POSITION.c.supplier_id == SUPPLIER, POSITION.c.subscriber == _NAME, POSITION.c.account_id.in_(ACCOUNTS)
)
_MARK = (OUTBOX.c.supplier_id == SUPPLIER, OUTBOX.c.account_id == ACCOUNT, OUTBOX.c.subscriber == _NAME)
LEASE = sa.bindparam("lease_", type_=Instant())
UNTIL = sa.bindparam("until_", type_=Instant())
_LEASED = (*_MARK, OUTBOX.c.wake_at == LEASE)
LEASE_MARK = sa.update(OUTBOX).where(*_MARK).values(wake_at=UNTIL, attempts=OUTBOX.c.attempts + 1)
DROP_MARK = sa.delete(OUTBOX).where(*_LEASED, OUTBOX.c.version <= VERSION)
KEEP_MARK = (
    sa.update(OUTBOX)
    .where(*_LEASED)
    .values(
        wake_at=UNTIL,
        attempts=sa.bindparam("attempts_", type_=sa.Integer()),
        reason=sa.bindparam("reason_", type_=sa.String()),
    )
)


@remembered
def upsert(kept: sa.Table, keys: tuple[str, ...], changed: tuple[str, ...], dialect: str) -> Any:  # noqa: ANN401 - an Insert
    """Build the insert that updates what is there already: only for marks and positions, never for records."""
    values = {column.name: sa.bindparam(column.name, type_=column.type) for column in kept.columns}
    if dialect in {"mysql", "mariadb"}:
        statement = mysql.insert(kept).values(values)
        return statement.on_duplicate_key_update({name: statement.inserted[name] for name in changed})
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    made = insert(kept).values(values)
    return made.on_conflict_do_update(index_elements=list(keys), set_={name: made.excluded[name] for name in changed})


@remembered
def live_rows(cls: type[Record]) -> sa.Select[Any]:
    """Build the select of some accounts' live records of a class."""
    made = table(cls)
    return sa.select(made).where(made.c.supplier_id == SUPPLIER, made.c.account_id.in_(ACCOUNTS), made.c.live == sa.true())


@remembered
def paired_rows(kept: sa.Table, second: str, size: int) -> sa.Select[Any]:
    """Build the select of rows by so many pairs of account and second key, which are bound as `a0` and `b0`, `a1` and `b1`.

    Two lists, of accounts and of keys, would make a database look up every key in every account.
    """
    pairs = [(sa.bindparam(f"a{n}", type_=Id()), sa.bindparam(f"b{n}", type_=Id())) for n in range(size)]
    wanted = sa.values(sa.column("a", Id()), sa.column("b", Id()), name="pairs").data(pairs).cte("wanted")
    same = sa.and_(kept.c.account_id == wanted.c.a, kept.c[second] == wanted.c.b)
    return sa.select(kept).join_from(wanted, kept, same).where(kept.c.supplier_id == SUPPLIER)


@remembered
def waiting_accounts(cls: type[Record]) -> sa.Select[Any]:
    """Build the select of account ids that have a record of a class whose time has come."""
    made = table(cls)
    return (
        sa.select(made.c.account_id)
        .distinct()
        .where(made.c.supplier_id == SUPPLIER, made.c.wake_at <= NOW, made.c.account_id > AFTER)
        .order_by(made.c.account_id)
        .limit(LIMIT)
    )


@remembered
def waiting_ids(cls: type[Record]) -> sa.Select[Any]:
    """Build the select of one account's record ids whose time has come."""
    made = table(cls)
    return sa.select(made.c.id).where(made.c.supplier_id == SUPPLIER, made.c.account_id == ACCOUNT, made.c.wake_at <= NOW)


@remembered
def waiting_rows(cls: type[Record]) -> sa.Select[Any]:
    """Build the select of observations that wait for work, those first that have waited longest, and of the time."""
    made = table(cls)
    return (
        sa.select(made, TIME.label("taken_at"))
        .where(made.c.supplier_id == SUPPLIER, made.c.wake_at <= TIME)
        .order_by(made.c.wake_at, made.c.id)
        .limit(LIMIT)
    )


@remembered
def take_rows(cls: type[Record]) -> sa.Select[Any]:
    """Build the same select so that it locks its rows and passes over those that somebody else has locked."""
    return waiting_rows(cls).with_for_update(skip_locked=True)


def _one_row(made: sa.Table) -> tuple[sa.ColumnElement[bool], ...]:
    key = sa.bindparam("id_", type_=Id())
    return (made.c.supplier_id == SUPPLIER, made.c.account_id == ACCOUNT, made.c.id == key)


@remembered
def lease_row(cls: type[Record]) -> sa.Update:
    """Build the update that takes one waiting observation, which `take_rows` has locked."""
    made = table(cls)
    return sa.update(made).where(*_one_row(made)).values(wake_at=UNTIL, attempts=made.c.attempts + 1)


@remembered
def keep_row(cls: type[Record]) -> sa.Update:
    """Build the update of a leased observation's time, and of how often it was tried."""
    made, tried = table(cls), sa.bindparam("attempts_", type_=sa.Integer())
    return sa.update(made).where(*_one_row(made), made.c.wake_at == LEASE).values(wake_at=UNTIL, attempts=tried)


@remembered
def revive_row(cls: type[Record]) -> sa.Update:
    """Build the update that lets an observation wait for work as if it was never tried."""
    made = table(cls)
    return sa.update(made).where(*_one_row(made)).values(wake_at=UNTIL, attempts=0)


@remembered
def touch_row(cls: type[Record]) -> sa.Update:
    """Build the update of when a live record was seen; of several at once, one finds it old enough."""
    made = table(cls)
    at, before = sa.bindparam("at_", type_=Instant()), sa.bindparam("before_", type_=Instant())
    return sa.update(made).where(*_one_row(made), made.c.live == sa.true(), made.c.seen_at <= before).values(seen_at=at)


@remembered
def forget_row(cls: type[Record]) -> sa.Delete:
    """Build the delete of one observation or derived record."""
    made = table(cls)
    return sa.delete(made).where(*_one_row(made))
