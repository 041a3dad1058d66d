"""What a check of the documents asks: where they differ from the ledger, and which contents records name."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from lockportal.core.actor import Audience
from lockportal.core.ports import Question
from lockportal.documents.models import Document, File
from lockportal.documents.shared.models import SharedPaper
from lockportal.ledger.models import Entry
from lockportal.ledger.queries import posted_by_item
from lockportal.storage.tables import Source

OFFICE = Audience(staff=True, system=True)

_LIMIT = sa.bindparam("limit", type_=sa.Integer())
_FAR = sa.literal_column("'9999-12-31'", sa.Date())


def _wrong_balances(source: Source) -> sa.Select[Any]:
    doc = source(Document)
    posted = posted_by_item(source)
    differs = sa.func.coalesce(doc.c.balance_minor, 0) != sa.func.coalesce(posted.c.minor, 0)
    return (
        sa.select(doc.c.id, doc.c.number, doc.c.balance_minor, doc.c.balance_currency, posted.c.minor, posted.c.currency)
        .select_from(doc.outerjoin(posted, sa.and_(posted.c.account_id == doc.c.account_id, posted.c.item_id == doc.c.id)))
        .where(sa.or_(differs, doc.c.balance_currency != posted.c.currency))
        .limit(_LIMIT)
    )


def _wrong_dates(source: Source) -> sa.Select[Any]:
    """Find what is open under other dates than the document's: where they changed, the open amount moved with them."""
    doc, entry = source(Document), source(Entry)
    dated = (entry.c.account_id, entry.c.item_id, entry.c.amount_currency, entry.c.issued_on, entry.c.due_on)
    minor: Any = sa.func.sum(entry.c.amount_minor)
    open_ = sa.select(*dated, minor.label("minor")).group_by(*dated).having(minor != 0).subquery()
    return (
        sa.select(
            doc.c.id,
            doc.c.number,
            open_.c.amount_currency.label("currency"),
            open_.c.minor,
            open_.c.issued_on,
            open_.c.due_on,
            doc.c.issued_on.label("said_issued_on"),
            doc.c.due_on.label("said_due_on"),
        )
        .select_from(open_.join(doc, sa.and_(doc.c.account_id == open_.c.account_id, doc.c.id == open_.c.item_id)))
        .where(
            sa.or_(
                sa.func.coalesce(open_.c.issued_on, _FAR) != doc.c.issued_on,
                sa.func.coalesce(open_.c.due_on, _FAR) != sa.func.coalesce(doc.c.due_on, _FAR),
            )
        )
        .limit(_LIMIT)
    )


def _held_twice(source: Source) -> sa.Select[Any]:
    """Find what two accounts hold of one source, in the order of the wide index."""
    doc = source(Document)
    held: Any = sa.func.count()
    return (
        sa.select(doc.c.source, doc.c.external_id, held.label("accounts"))
        .group_by(doc.c.source, doc.c.external_id)
        .having(held > 1)
        .limit(_LIMIT)
    )


def _contents(source: Source) -> sa.Select[Any]:
    """Walk what records name of the file store, in the order of the contents."""
    last = sa.bindparam("last", type_=sa.LargeBinary())
    parts = []
    for kept in map(source, (File, SharedPaper)):
        name: Any = sa.func.min(kept.c.name)
        each = sa.select(kept.c.sha256, name.label("name")).where(kept.c.sha256 > last)
        parts.append(sa.select(each.group_by(kept.c.sha256).order_by(kept.c.sha256).limit(_LIMIT).subquery()))
    both = sa.union_all(*parts).subquery()
    first: Any = sa.func.min(both.c.name)
    return sa.select(both.c.sha256, first.label("name")).group_by(both.c.sha256).order_by(both.c.sha256).limit(_LIMIT)


def _named_contents(source: Source) -> sa.CompoundSelect[Any]:
    """Say which of some contents are named by a record."""
    contents = sa.bindparam("contents", type_=sa.LargeBinary(), expanding=True)
    return sa.union(*(sa.select(kept.c.sha256).where(kept.c.sha256.in_(contents)) for kept in map(source, (File, SharedPaper))))


WRONG_BALANCES = Question(name="documents.wrong_balances", audience=OFFICE, build=_wrong_balances)
"""Documents whose balance or its currency differs from the ledger."""
WRONG_DATES = Question(name="documents.wrong_dates", audience=OFFICE, build=_wrong_dates)
"""Documents of which something is open under other dates than theirs."""
HELD_TWICE = Question(name="documents.held_twice", audience=OFFICE, build=_held_twice)
"""External ids of one source that more than one account holds."""
CONTENTS = Question(name="documents.contents", audience=OFFICE, build=_contents)
"""What records name of the file store."""
NAMED_CONTENTS = Question(name="documents.named_contents", audience=OFFICE, build=_named_contents)
"""Which contents are named by a record."""
