"""The condition that every question about documents bears where a customer asks it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from lockportal.documents.models import DocumentKind
from lockportal.profiles.models import Customer
from lockportal.storage.tables import Source

Hidden = frozenset[DocumentKind] | None
"""The kinds that are hidden from whoever asks; None for staff, who see everything."""


def shown(source: Source, doc: sa.FromClause, hidden: frozenset[DocumentKind]) -> sa.ColumnElement[bool]:
    """Say whether customers may see a document: it is visible itself, its kind is hidden neither from all nor from this one."""
    customer = source(Customer)
    named = sa.literal('%"', sa.String()) + sa.type_coerce(doc.c.kind, sa.String()) + sa.literal('"%', sa.String())
    kept_back = (
        sa.select(sa.literal(1))
        .select_from(customer)
        .where(customer.c.account_id == doc.c.account_id, customer.c.id == doc.c.account_id)
        .where(sa.type_coerce(customer.c.hidden_kinds, sa.String()).like(named))
        .exists()
    )
    return sa.and_(doc.c.visible == sa.true(), *([doc.c.kind.not_in(sorted(hidden))] if hidden else []), ~kept_back)


def seen(made: sa.Select[Any], source: Source, doc: sa.FromClause, hidden: Hidden) -> sa.Select[Any]:
    """Leave out what customers may not see, unless staff ask."""
    return made if hidden is None else made.where(shown(source, doc, hidden))
