"""What disputes are about and how long they take, summed by the database: the twins of the views."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa

from lockportal.core.actor import Audience
from lockportal.core.ports import Question
from lockportal.disputes.measuring.views import MEDIAN, NINETIETH, Grouping
from lockportal.disputes.models import Dispute
from lockportal.storage.tables import Source

_OFFICE: Final = Audience(staff=True, system=True)
_WHOLE: Final = 100


def _reasons(source: Source, *, by: Grouping) -> sa.Select[Any]:
    dispute = source(Dispute)
    key, currency, counted = dispute.c[by.value], dispute.c.amount_currency, sa.func.count()
    return (
        sa.select(
            key.label("key"),
            currency.label("currency"),
            counted.label("disputes"),
            sa.func.sum(dispute.c.amount_minor).label("minor"),
            sa.func.sum(dispute.c.granted_minor).label("granted"),
        )
        .where(*_within(dispute.c.opened_at))
        .group_by(key, currency)
    )


def _cycles(source: Source, *, by: Grouping | None) -> sa.Select[Any]:
    dispute = source(Dispute)
    key: Any = sa.literal("", sa.String()) if by is None else dispute.c[by.value]
    group = {} if by is None else {"partition_by": key}
    ranked = (
        sa.select(
            key.label("key"),
            dispute.c.cycle,
            sa.func.row_number().over(order_by=dispute.c.cycle, **group).label("rank"),
            sa.func.count().over(**group).label("disputes"),
        )
        .where(dispute.c.opened_at.is_not(None), *_within(dispute.c.closed_at))
        .subquery()
    )

    def at(percent: int) -> sa.ColumnElement[Any]:
        """Answer the time of the first rank with so many per cent of all up to it."""
        reached = ranked.c.rank * _WHOLE >= ranked.c.disputes * percent
        return sa.func.min(sa.case((reached, ranked.c.cycle)))

    return sa.select(
        ranked.c.key,
        sa.func.max(ranked.c.disputes).label("disputes"),
        at(MEDIAN).label("median"),
        at(NINETIETH).label("ninetieth"),
    ).group_by(ranked.c.key)


def _within(at: sa.ColumnElement[Any]) -> tuple[sa.ColumnElement[bool], ...]:
    begin, end = (sa.bindparam(name, type_=at.type) for name in ("begin", "end"))
    return (at >= begin, at < end)


REASONS: Final = Question(name="disputes.reasons", audience=_OFFICE, build=_reasons)
"""What is disputed that was opened in a period, by the shape `by` and currency. Parameters: begin, end."""
CYCLES: Final = Question(name="disputes.cycles", audience=_OFFICE, build=_cycles)
"""How long the disputes took that were closed in a period, by the shape `by`, None for all of them. Parameters: begin, end."""
