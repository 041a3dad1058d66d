"""The statements that compare what storage keeps twice, each built once; all of them bear the supplier."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from lockportal.core.record import Record, remembered
from lockportal.storage.asking import ACCOUNT, SUPPLIER
from lockportal.storage.statements import AFTER, LIMIT
from lockportal.storage.tables import ACCOUNT as ACCOUNT_TABLE
from lockportal.storage.tables import CLAIM, JOURNAL, KEY, OUTBOX, POSITION, table
from lockportal.storage.types import binary

_ZERO: sa.ColumnElement[int] = sa.literal_column("0", sa.BigInteger())
_ONE: sa.ColumnElement[int] = sa.literal_column("1", sa.BigInteger())


def _journaled(account: sa.ColumnElement[Any], version: sa.ColumnElement[Any]) -> sa.Exists:
    """Say whether the journal has events of this version of this account."""
    said = JOURNAL.alias("said")
    return sa.exists().where(
        said.c.supplier_id == SUPPLIER, said.c.account_id == account, said.c.version == version, said.c.n == 0
    )


def _versions() -> sa.Select[Any]:
    """Compare each account's version with the versions that its journal and its keys tell: each of them once, from 1 on.

    A request with a key makes a version, also where nothing followed from it and the journal is silent.
    """
    kept = sa.select(ACCOUNT_TABLE.c.account_id, ACCOUNT_TABLE.c.version.label("kept"), _ZERO.label("told"), _ZERO.label("last"))
    events = sa.select(JOURNAL.c.account_id, _ZERO, _ONE, JOURNAL.c.version)
    keys = sa.select(KEY.c.account_id, _ZERO, _ONE, KEY.c.version)
    both = sa.union_all(
        kept.where(ACCOUNT_TABLE.c.supplier_id == SUPPLIER),
        events.where(JOURNAL.c.supplier_id == SUPPLIER, JOURNAL.c.n == 0),
        keys.where(KEY.c.supplier_id == SUPPLIER, ~_journaled(KEY.c.account_id, KEY.c.version)),
    ).subquery()
    version, told, last = sa.func.sum(both.c.kept), sa.func.sum(both.c.told), sa.func.max(both.c.last)
    return (
        sa.select(both.c.account_id, version.label("version"), told.label("told"), last.label("last"))
        .group_by(both.c.account_id)
        .having(sa.or_(version != told, version != last))
        .limit(LIMIT)
    )


VERSIONS = _versions()
"""Accounts whose version is another than their journal and keys tell."""

EVENTS = (
    sa.select(JOURNAL.c.account_id, JOURNAL.c.version)
    .where(JOURNAL.c.supplier_id == SUPPLIER)
    .group_by(JOURNAL.c.account_id, JOURNAL.c.version)
    .having(
        sa.or_(
            sa.func.max(JOURNAL.c.n) + 1 != sa.func.count(),
            sa.func.count(JOURNAL.c.stamp_id.distinct()) > 1,
            sa.func.min(JOURNAL.c.at) != sa.func.max(JOURNAL.c.at),
            sa.func.min(JOURNAL.c.by) != sa.func.max(JOURNAL.c.by),
        )
    )
    .limit(LIMIT)
)
"""Versions whose events are not numbered from 0 on, or do not all bear one stamp, time and actor."""

KEYS = (
    sa.select(KEY.c.account_id, KEY.c.version)
    .join_from(
        KEY,
        JOURNAL,
        sa.and_(JOURNAL.c.account_id == KEY.c.account_id, JOURNAL.c.version == KEY.c.version, JOURNAL.c.n == 0),
    )
    .where(KEY.c.supplier_id == SUPPLIER, JOURNAL.c.supplier_id == SUPPLIER, JOURNAL.c.stamp_id != KEY.c.key)
    .limit(LIMIT)
)
"""Keys of requests whose version the journal tells of another request."""

MARKS = (
    sa.select(OUTBOX.c.account_id, OUTBOX.c.subscriber, OUTBOX.c.version)
    .where(OUTBOX.c.supplier_id == SUPPLIER, ~_journaled(OUTBOX.c.account_id, OUTBOX.c.version))
    .limit(LIMIT)
)
"""Marks of the outbox that announce a version of which the journal has nothing."""

POSITIONS_BEYOND = (
    sa.select(POSITION.c.account_id, POSITION.c.subscriber, POSITION.c.version)
    .where(
        POSITION.c.supplier_id == SUPPLIER,
        ~sa.exists().where(
            ACCOUNT_TABLE.c.supplier_id == SUPPLIER,
            ACCOUNT_TABLE.c.account_id == POSITION.c.account_id,
            ACCOUNT_TABLE.c.version >= POSITION.c.version,
        ),
    )
    .limit(LIMIT)
)
"""Positions of subscribers beyond the version of their account."""

_PLACE = (sa.bindparam("version_", type_=sa.BigInteger()), sa.bindparam("n_", type_=sa.Integer()))
_EVENT = (JOURNAL.c.account_id, JOURNAL.c.version, JOURNAL.c.n, JOURNAL.c.type, JOURNAL.c.ids, JOURNAL.c.body)
REST_OF_JOURNAL = (
    sa.select(*_EVENT)
    .where(
        JOURNAL.c.supplier_id == SUPPLIER,
        JOURNAL.c.account_id == ACCOUNT,
        JOURNAL.c.version >= _PLACE[0],
        sa.or_(JOURNAL.c.version > _PLACE[0], JOURNAL.c.n > _PLACE[1]),
    )
    .order_by(JOURNAL.c.version, JOURNAL.c.n)
    .limit(LIMIT)
)
"""What follows in an account's journal."""
NEXT_JOURNALS = (
    sa.select(*_EVENT)
    .where(JOURNAL.c.supplier_id == SUPPLIER, JOURNAL.c.account_id > AFTER)
    .order_by(JOURNAL.c.account_id, JOURNAL.c.version, JOURNAL.c.n)
    .limit(LIMIT)
)
"""What follows in the journals of the accounts after one."""

NEXT_CLAIMS = (
    sa.select(CLAIM.c.hash, CLAIM.c.account_id, CLAIM.c.record_id)
    .where(CLAIM.c.supplier_id == SUPPLIER, CLAIM.c.hash > sa.bindparam("after_", type_=binary(32)))
    .order_by(CLAIM.c.hash)
    .limit(LIMIT)
)
"""A page of claims, in the order of what is stored of them."""


@remembered
def count_rows(cls: type[Record]) -> sa.Select[Any]:
    """Build the count of a class's records."""
    made = table(cls)
    return sa.select(sa.func.count()).select_from(made).where(made.c.supplier_id == SUPPLIER)


@remembered
def rest_of_account(cls: type[Record]) -> sa.Select[Any]:
    """Build the select of an account's records of a class that follow an id.

    Beside `next_accounts` and not in one with it: no database finds its way in an index by an "or" of both alike.
    """
    made = table(cls)
    within = (made.c.supplier_id == SUPPLIER, made.c.account_id == ACCOUNT, made.c.id > AFTER)
    return sa.select(made).where(*within).order_by(made.c.id).limit(LIMIT)


@remembered
def next_accounts(cls: type[Record]) -> sa.Select[Any]:
    """Build the select of the records of a class in the accounts after one."""
    made = table(cls)
    beyond = (made.c.supplier_id == SUPPLIER, made.c.account_id > AFTER)
    return sa.select(made).where(*beyond).order_by(made.c.account_id, made.c.id).limit(LIMIT)


@remembered
def orphans(made: type[Record], of: str, watches: tuple[type[Record], ...]) -> sa.Select[Any]:
    """Build the select of derived records whose record is not there."""
    derived = table(made)
    there = (
        sa.exists().where(
            watched.c.supplier_id == SUPPLIER, watched.c.account_id == derived.c.account_id, watched.c.id == derived.c[of]
        )
        for watched in map(table, watches)
    )
    return sa.select(derived.c.id).where(derived.c.supplier_id == SUPPLIER, *(~one for one in there)).limit(LIMIT)
