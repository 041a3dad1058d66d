"""The books of a portal, in a form that two runs can be held against each other: no ids in it, and no drawn secrets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import sqlalchemy as sa
from attrs import frozen

from lockportal.core.actor import SYSTEM
from lockportal.core.verify import Finding
from lockportal.documents.models import Document
from lockportal.ledger.views import Aging
from lockportal.storage.tables import HOUSE, table

if TYPE_CHECKING:
    from lockportal.portal import Portal


@frozen
class Books:
    """What must be equal after a disturbed and an undisturbed run, `findings` being empty."""

    findings: tuple[Finding, ...]
    """What `Portal.verify` finds."""
    aging: tuple[Aging, ...]
    """Today's aging of the whole supplier."""
    balances: tuple[tuple[str, int | None, str | None], ...]
    """Number, balance in minor units and currency of every document."""
    rows: Mapping[str, int]
    """How many rows each table keeps, those of the supplier; empty tables are left out."""


def books_of(portal: Portal) -> Books:
    """Read the books of a portal."""
    tables = [*HOUSE, *(table(cls) for capability in portal.capabilities for cls in capability.tables)]
    with portal.engines.reading() as connection:
        counts = connection.execute(sa.union_all(*(_count(kept, portal) for kept in tables))).all()
        kept = table(Document)
        columns = (kept.c.number, kept.c.balance_minor, kept.c.balance_currency)
        found = connection.execute(sa.select(*columns).where(kept.c.supplier_id == portal.supplier.id)).all()
    return Books(
        findings=portal.verify(SYSTEM),
        aging=portal.ledger.aging(SYSTEM),
        balances=tuple(sorted((row[0], row[1], row[2]) for row in found)),
        rows={name: count for name, count in sorted((row[0], row[1]) for row in counts) if count},
    )


def _count(kept: sa.Table, portal: Portal) -> sa.Select[str, int]:
    name: sa.ColumnElement[str] = sa.literal_column(f"'{kept.name}'")
    return sa.select(name, sa.func.count()).select_from(kept).where(kept.c.supplier_id == portal.supplier.id)
