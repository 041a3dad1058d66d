"""Salts: what makes a personal value's digest in the journal one person's own, and the supplier's key of claims."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from functools import partial
from uuid import UUID

import sqlalchemy as sa

from lockportal.core.errors import Conflict
from lockportal.core.ports import Unit
from lockportal.signing import draw_secret
from lockportal.storage.access import Access
from lockportal.storage.fast import rows_by_pairs
from lockportal.storage.tables import SALT
from lockportal.storage.unit import Salts, subjects


def salts_of(access: Access, units: Sequence[Unit]) -> tuple[Salts, Salts]:
    """Answer the salts of everybody in these units, and those of them that are drawn just now and must be kept."""
    wanted = subjects(units)
    if not wanted:
        return {}, {}
    known = _known(access, wanted)
    new = {who: _draw() for who in sorted(wanted - known.keys())}
    return {**known, **new}, new


def key_of_claims(access: Access) -> bytes:
    """Answer the supplier's own key of claims: its account's salt, drawn at its first use."""
    mine = (access.supplier, access.supplier)
    while not (found := _known(access, [mine])):
        row = {"supplier_id": access.supplier, "account_id": access.supplier, "subject_id": access.supplier, "salt": _draw()}
        with suppress(Conflict, ConnectionError):  # somebody else drew it first, or nobody knows whether it is kept: look again
            access.write(partial(_keep, row))
    return found[mine]


def _known(access: Access, wanted: Collection[tuple[UUID, UUID]]) -> dict[tuple[UUID, UUID], bytes]:
    def read(connection: sa.Connection) -> dict[tuple[UUID, UUID], bytes]:
        rows = rows_by_pairs(connection, SALT, "subject_id", access.supplier, wanted)
        return {(account_id, subject_id): salt for _, account_id, subject_id, salt in rows}

    return access.read(read)


def _keep(row: Mapping[str, object], connection: sa.Connection) -> None:
    connection.execute(sa.insert(SALT), row)


def _draw() -> bytes:
    return hashlib.sha256(draw_secret().encode()).digest()
