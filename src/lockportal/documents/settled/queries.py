"""Questions about invoices that were settled, for others to build on."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles

from lockportal.documents.models import Document, DocumentKind
from lockportal.ledger.models import Entry
from lockportal.storage.tables import Source

_FIRST: Final = sa.bindparam("first", type_=sa.Date())
_LAST: Final = sa.bindparam("last", type_=sa.Date())
_BILLED: Final = (DocumentKind.DEBIT_MEMO, DocumentKind.INVOICE)


class Days(sa.sql.functions.FunctionElement[int]):
    """The days from the second date to the first."""

    name = "days"
    type = sa.Integer()
    inherit_cache = True


@compiles(Days)
def _days(element: Days, compiler: Any, **kwargs: Any) -> str:  # noqa: ANN401 - SQLAlchemy's signature
    later, earlier = (compiler.process(one, **kwargs) for one in element.clauses)
    return f"({later} - {earlier})"


@compiles(Days, "mysql", "mariadb")
def _days_mariadb(element: Days, compiler: Any, **kwargs: Any) -> str:  # noqa: ANN401 - SQLAlchemy's signature
    return f"datediff({compiler.process(element.clauses, **kwargs)})"


@compiles(Days, "sqlite")
def _days_sqlite(element: Days, compiler: Any, **kwargs: Any) -> str:  # noqa: ANN401 - SQLAlchemy's signature
    later, earlier = (compiler.process(one, **kwargs) for one in element.clauses)
    return f"cast(julianday({later}) - julianday({earlier}) as integer)"


def settled_items(source: Source, *, among: sa.Subquery | None = None) -> sa.Subquery:
    """Answer the invoices that were settled from `first` to `last`, with the day: of those that were posted to meanwhile.

    Of every account, or of those `among` has, each once.
    """
    touched, entry, doc = source(Entry), source(Entry), source(Document)
    within = touched.c.effective_on.between(_FIRST, _LAST)
    found = touched if among is None else touched.join(among, among.c.account_id == touched.c.account_id)
    chosen = sa.select(touched.c.account_id, touched.c.item_id).select_from(found).where(within).distinct().subquery()
    closed = (
        sa.select(
            entry.c.account_id,
            entry.c.item_id,
            entry.c.amount_currency.label("currency"),
            sa.func.max(entry.c.effective_on).label("settled_on"),
        )
        .join_from(chosen, entry, sa.and_(entry.c.account_id == chosen.c.account_id, entry.c.item_id == chosen.c.item_id))
        .where(entry.c.effective_on <= _LAST)
        .group_by(entry.c.account_id, entry.c.item_id, entry.c.amount_currency)
        .having(sa.func.sum(entry.c.amount_minor) == 0)
        .subquery()
    )
    took, late = Days(closed.c.settled_on, doc.c.issued_on), Days(closed.c.settled_on, doc.c.due_on)
    return (
        sa.select(
            closed.c.account_id,
            closed.c.item_id,
            closed.c.currency,
            closed.c.settled_on,
            doc.c.payable_minor.label("minor"),
            took.label("took"),
            late.label("delay"),
            sa.case((closed.c.settled_on > doc.c.due_on, late), else_=0).label("late"),
        )
        .join_from(closed, doc, sa.and_(doc.c.account_id == closed.c.account_id, doc.c.id == closed.c.item_id))
        .where(doc.c.kind.in_(_BILLED))
        .subquery()
    )
