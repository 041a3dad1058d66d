"""Questions about the whole book, summed up in the database: movements by period, settlements, disputes, groups of customers."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles

from lockportal.core.actor import Audience
from lockportal.core.ports import Question
from lockportal.disputes.models import Dispute
from lockportal.documents.settled.queries import settled_items
from lockportal.kpis.models import ISSUED
from lockportal.ledger.models import Entry
from lockportal.storage.tables import Source

_OFFICE: Final = Audience(staff=True, system=True)
_FIRST: Final = sa.bindparam("first", type_=sa.Date())
_LAST: Final = sa.bindparam("last", type_=sa.Date())
_ZERO: Final[sa.ColumnElement[int]] = sa.literal_column("0", sa.BigInteger())


class Second(sa.sql.functions.FunctionElement[int]):
    """The second of a time, counted from 1970."""

    name = "second_of"
    type = sa.BigInteger()
    inherit_cache = True


@compiles(Second)
def _second(element: Second, compiler: Any, **kwargs: Any) -> str:  # noqa: ANN401 - SQLAlchemy's signature
    return f"cast(floor(extract(epoch from {compiler.process(element.clauses, **kwargs)})) as bigint)"


@compiles(Second, "mysql", "mariadb")
def _second_mariadb(element: Second, compiler: Any, **kwargs: Any) -> str:  # noqa: ANN401 - SQLAlchemy's signature
    return f"timestampdiff(second, '1970-01-01', {compiler.process(element.clauses, **kwargs)})"


@compiles(Second, "sqlite")
def _second_sqlite(element: Second, compiler: Any, **kwargs: Any) -> str:  # noqa: ANN401 - SQLAlchemy's signature
    return f"cast(strftime('%s', {compiler.process(element.clauses, **kwargs)}) as integer)"


def _cells(source: Source, periods: int) -> sa.Select[Any]:
    """Number the period of each entry, and the last one at whose end its item is current; sum up by both."""
    entry = source(Entry)
    first = sa.bindparam("begin", type_=sa.Date())
    ends = [sa.bindparam(f"end_{number}", type_=sa.Date()) for number in range(1, periods + 1)]
    place = sa.case(
        (entry.c.effective_on < first, 0),
        *((entry.c.effective_on <= end, number) for number, end in enumerate(ends[:-1], 1)),
        else_=periods,
    )
    due = sa.case(*((entry.c.due_on >= end, number) for number, end in reversed(list(enumerate(ends, 1)))), else_=0)
    placed = (
        sa.select(
            entry.c.amount_currency.label("currency"),
            place.label("place"),
            due.label("due"),
            entry.c.kind,
            entry.c.amount_minor,
        )
        .where(entry.c.effective_on <= ends[-1])
        .subquery()
    )
    keys = (placed.c.currency, placed.c.place, placed.c.due, placed.c.kind)
    return sa.select(*keys, sa.func.sum(placed.c.amount_minor).label("minor")).group_by(*keys)


def _settlements(source: Source) -> sa.Select[Any]:
    item = settled_items(source)
    late = item.c.late > 0
    return sa.select(
        item.c.currency,
        sa.func.count().label("invoices"),
        sa.func.sum(sa.case((late, 1), else_=0)).label("late"),
        sa.func.sum(item.c.minor).label("minor"),
        sa.func.sum(sa.case((late, item.c.minor), else_=_ZERO)).label("late_minor"),
        sa.func.sum(item.c.took).label("days_to_settle"),
        sa.func.sum(item.c.late).label("days_late"),
        sa.func.sum(item.c.minor * item.c.took).label("weighted_to_settle"),
        sa.func.sum(item.c.minor * item.c.late).label("weighted_late"),
    ).group_by(item.c.currency)


def claims(source: Source) -> sa.Subquery:
    """Answer how much was claimed of which document by disputes that were opened."""
    dispute = source(Dispute)
    return (
        sa.select(dispute.c.account_id, dispute.c.document_id, sa.func.sum(dispute.c.amount_minor).label("minor"))
        .where(dispute.c.opened_at.is_not(None))
        .group_by(dispute.c.account_id, dispute.c.document_id)
        .subquery()
    )


def _disputed(source: Source) -> sa.Select[Any]:
    entry = source(Entry)
    claimed = claims(source)
    same = sa.and_(claimed.c.account_id == entry.c.account_id, claimed.c.document_id == entry.c.item_id)
    return (
        sa.select(
            entry.c.amount_currency.label("currency"),
            sa.func.count().label("issued"),
            sa.func.sum(entry.c.amount_minor).label("issued_minor"),
            sa.func.sum(sa.case((claimed.c.document_id.is_not(None), 1), else_=0)).label("disputed"),
            sa.func.sum(sa.func.coalesce(claimed.c.minor, _ZERO)).label("disputed_minor"),
        )
        .select_from(entry.outerjoin(claimed, same))
        .where(entry.c.effective_on.between(_FIRST, _LAST), entry.c.kind.in_(sorted(ISSUED)))
        .group_by(entry.c.amount_currency)
    )


def _closed(source: Source) -> sa.Select[Any]:
    dispute = source(Dispute)
    begin, end = (sa.bindparam(name, type_=dispute.c.closed_at.type) for name in ("begin", "end"))
    seconds: Any = sa.func.sum(Second(dispute.c.closed_at) - Second(dispute.c.opened_at))
    return (
        sa.select(dispute.c.amount_currency.label("currency"), sa.func.count().label("disputes"), seconds.label("seconds"))
        .where(dispute.c.closed_at >= begin, dispute.c.closed_at < end, dispute.c.opened_at.is_not(None))
        .group_by(dispute.c.amount_currency)
    )


CELLS = Question(name="kpis.cells", audience=_OFFICE, build=_cells)
"""Sums of entries by currency, period, period of the due date, and kind. Shape: periods. Parameters: begin, end_1 …"""
SETTLEMENTS = Question(name="kpis.settlements", audience=_OFFICE, build=_settlements)
"""What was settled in a period, how long it took and how late it was, by currency. Parameters: first, last."""
DISPUTED = Question(name="kpis.disputed", audience=_OFFICE, build=_disputed)
"""What was issued in a period and what of it was disputed, by currency. Parameters: first, last."""
CLOSED = Question(name="kpis.closed", audience=_OFFICE, build=_closed)
"""The disputes that were closed from a time to another, by currency. Parameters: begin, end."""
