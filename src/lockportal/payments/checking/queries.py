"""Questions about what stands in the ledger by payments."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa

from lockportal.core.actor import Audience
from lockportal.core.ports import Question
from lockportal.ledger.models import Entry, EntryKind
from lockportal.storage.tables import Source

_MONEY: Final = tuple(kind.value for kind in (EntryKind.PAYMENT, EntryKind.REFUND, EntryKind.RETURN, EntryKind.CHARGEBACK))


def _posted(source: Source) -> sa.Select[Any]:
    entry = source(Entry)
    named = entry.c.reference.in_(sa.bindparam("references", type_=entry.c.reference.type, expanding=True))
    return (
        sa.select(entry.c.reference, entry.c.amount_currency.label("currency"), sa.func.sum(entry.c.amount_minor).label("minor"))
        .where(entry.c.kind.in_(_MONEY), named)
        .group_by(entry.c.reference, entry.c.amount_currency)
    )


POSTED = Question(name="payments.posted", audience=Audience(staff=True, system=True), build=_posted)
"""How much money the entries of each reference of an account moved, by currency; below zero for what came in."""
