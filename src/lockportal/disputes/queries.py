"""Questions about disputes: lists by keyset, one dispute, its thread."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa

from lockportal.core.actor import Audience, Right
from lockportal.core.ports import Question
from lockportal.disputes.measuring.queries import CYCLES, REASONS
from lockportal.disputes.models import Dispute, DisputeMessage
from lockportal.disputes.states import UNDECIDED, DisputeStatus
from lockportal.disputes.views import DisputeOrder
from lockportal.documents.models import Document
from lockportal.documents.visibility.queries import Hidden, shown
from lockportal.profiles.models import Customer
from lockportal.storage.tables import Source, record_of

_READERS: Final = Audience(customer=Right.VIEW, staff=True, system=True)
_HOLDERS: Final = Audience(customer=Right.VIEW, staff=True, system=True, holder="document")
_LIMIT: Final = sa.bindparam("limit", type_=sa.Integer())
_COLUMNS: Final = (
    "id",
    "account_id",
    "reference",
    "document_id",
    "number",
    "status",
    "outcome",
    "category",
    "reason",
    "amount_minor",
    "amount_currency",
    "share_minor",
    "granted_minor",
    "owner",
    "department",
    "opened_at",
    "changed_at",
    "answer_by",
    "decide_by",
    "revision",
)
_FORWARD: Final = frozenset({DisputeOrder.OLDEST, DisputeOrder.DUE})


def _disputes(
    source: Source,
    *,
    hidden: Hidden,
    narrows: frozenset[str] = frozenset(),
    order: DisputeOrder = DisputeOrder.CHANGED,
    after: bool = False,
) -> sa.Select[Any]:
    dispute, customer = source(Dispute), source(Customer)
    place = _places(dispute)[order]
    chosen: sa.Select[Any] = sa.select(
        *(dispute.c[name] for name in _COLUMNS),
        place.label("place"),
        customer.c.number.label("customer_number"),
        customer.c.name.label("customer_name"),
    ).select_from(dispute.outerjoin(customer, customer.c.account_id == dispute.c.account_id))
    chosen = _seen(chosen, source, dispute, hidden)
    if "drafts" in narrows:
        chosen = chosen.where(dispute.c.status == DisputeStatus.DRAFT)
    else:
        chosen = chosen.where(dispute.c.opened_at.is_not(None))
    conditions = _conditions(dispute)
    for name in sorted(narrows - {"drafts"}):
        chosen = chosen.where(conditions[name])
    forward = order in _FORWARD
    if after:
        at, last = sa.bindparam("place", type_=place.type), sa.bindparam("last", type_=dispute.c.id.type)
        beyond = (place > at, dispute.c.id > last) if forward else (place < at, dispute.c.id < last)
        chosen = chosen.where(sa.or_(beyond[0], sa.and_(place == at, beyond[1])))
    ends = (place, dispute.c.id) if forward else (place.desc(), dispute.c.id.desc())
    return chosen.order_by(*ends).limit(_LIMIT)


def _places(dispute: sa.FromClause) -> dict[DisputeOrder, sa.ColumnElement[Any]]:
    """Answer by what each order goes: what waits for the customer is due after everything else."""
    far = sa.cast(sa.bindparam("far", type_=dispute.c.decide_by.type), dispute.c.decide_by.type)
    return {
        DisputeOrder.CHANGED: dispute.c.changed_at,
        DisputeOrder.OLDEST: dispute.c.opened_at,
        DisputeOrder.DUE: sa.func.coalesce(dispute.c.decide_by, far, type_=dispute.c.decide_by.type),
        DisputeOrder.AMOUNT: dispute.c.amount_minor,
    }


def _conditions(dispute: sa.FromClause) -> dict[str, sa.ColumnElement[bool]]:
    def same(name: str) -> sa.ColumnElement[bool]:
        return dispute.c[name] == sa.bindparam(name, type_=dispute.c[name].type)

    def day(name: str, end: str) -> sa.ColumnElement[Any]:
        return sa.bindparam(f"{name}_{end}", type_=dispute.c[name].type)

    now, soon = (sa.bindparam(name, type_=dispute.c.decide_by.type) for name in ("now", "soon"))
    due = (dispute.c.answer_by, dispute.c.decide_by)
    undecided = dispute.c.status.in_(sorted(UNDECIDED))
    ticking = sa.or_(*(by.is_not(None) for by in due))
    return {
        "reason": same("reason"),
        "cause": same("cause"),
        "sla_breached": sa.or_(*(by <= now for by in due)),
        "sla_warned": sa.and_(sa.or_(*(by <= soon for by in due)), *(sa.or_(by.is_(None), by > now) for by in due)),
        "sla_running": sa.and_(ticking, *(sa.or_(by.is_(None), by > soon) for by in due)),
        "sla_paused": sa.and_(undecided, *(by.is_(None) for by in due)),
        "opened_from": dispute.c.opened_at >= day("opened_at", "from"),
        "opened_to": dispute.c.opened_at < day("opened_at", "to"),
        "closed_from": dispute.c.closed_at >= day("closed_at", "from"),
        "closed_to": dispute.c.closed_at < day("closed_at", "to"),
        "open": dispute.c.live == sa.true(),
        "closed": dispute.c.live == sa.false(),
        "status": same("status"),
        "category": same("category"),
        "owner": same("owner"),
        "department": same("department"),
        "document_id": same("document_id"),
        "payment_id": same("payment_id"),
        "late": sa.or_(dispute.c.answer_by <= now, dispute.c.decide_by <= now),
        "least": sa.and_(
            dispute.c.amount_currency == sa.bindparam("currency", type_=sa.String()),
            dispute.c.amount_minor >= sa.bindparam("minor", type_=sa.BigInteger()),
        ),
    }


def _dispute(source: Source, *, hidden: Hidden) -> sa.Select[Any]:
    dispute = source(Dispute)
    chosen = sa.select(dispute).where(dispute.c.id == sa.bindparam("dispute", type_=dispute.c.id.type))
    return _seen(chosen, source, dispute, hidden)


def _about(source: Source, *, hidden: Hidden) -> sa.Select[Any]:
    dispute = source(Dispute)
    here = dispute.c.document_id == sa.bindparam("document", type_=dispute.c.document_id.type)
    chosen = sa.select(dispute).where(here, dispute.c.opened_at.is_not(None)).order_by(dispute.c.id)
    return _seen(chosen, source, dispute, hidden)


def _message(source: Source) -> sa.Select[Any]:
    message = source(DisputeMessage)
    return sa.select(message).where(message.c.id == sa.bindparam("message", type_=message.c.id.type))


def _thread(source: Source, *, hidden: Hidden) -> sa.Select[Any]:
    message = source(DisputeMessage)
    chosen = sa.select(message).where(message.c.dispute_id == sa.bindparam("dispute", type_=message.c.dispute_id.type))
    if hidden is not None:
        chosen = chosen.where(message.c.internal == sa.false())
    return chosen.order_by(message.c.at, message.c.id).limit(_LIMIT)


def _shares(source: Source, *, hidden: Hidden) -> sa.Select[Any]:
    dispute = source(Dispute)
    minor = sa.func.sum(dispute.c.share_minor)
    chosen = (
        sa.select(dispute.c.document_id, dispute.c.share_currency, minor.label("minor"), sa.func.count().label("disputes"))
        .where(dispute.c.live == sa.true())
        .group_by(dispute.c.document_id, dispute.c.share_currency)
        .order_by(dispute.c.document_id, dispute.c.share_currency)
    )
    return _seen(chosen, source, dispute, hidden)


def _seen(chosen: sa.Select[Any], source: Source, dispute: sa.FromClause, hidden: Hidden) -> sa.Select[Any]:
    """Leave out the disputes of documents that customers may not see, unless staff ask."""
    if hidden is None:
        return chosen
    doc = source(Document)
    there = (
        sa.select(sa.literal(1))
        .select_from(doc)
        .where(doc.c.account_id == dispute.c.account_id, doc.c.id == dispute.c.document_id)
    )
    return chosen.where(there.where(shown(source, doc, hidden)).exists())


def dispute_of(row: Any) -> Dispute:  # noqa: ANN401 - a row of DISPUTE
    """Make the dispute of a row of DISPUTE or ABOUT."""
    return record_of(Dispute, row)


def message_of(row: Any) -> DisputeMessage:  # noqa: ANN401 - a row of THREAD
    """Make the message of a row of THREAD or MESSAGE."""
    return record_of(DisputeMessage, row)


DISPUTES = Question(name="disputes.disputes", audience=_READERS, build=_disputes)
"""A page of disputes; of one account, or of the book. Parameters: limit, far, and those of its conditions."""
DISPUTE = Question(name="disputes.dispute", audience=_READERS, build=_dispute)
"""One dispute. Parameter: dispute."""
THREAD = Question(name="disputes.thread", audience=_READERS, build=_thread)
"""The messages of a dispute, the oldest first; to customers those that are theirs. Parameters: dispute, limit."""
ABOUT = Question(name="disputes.about", audience=_HOLDERS, build=_about)
"""The disputes of one document, the oldest first, without drafts. Parameter: document."""
MESSAGE = Question(name="disputes.message", audience=Audience(system=True), build=_message)
"""One message. Parameter: message."""
SHARES = Question(name="disputes.shares", audience=_READERS, build=_shares)
"""How much of which documents is disputed."""
MEASURES = (CYCLES, REASONS)
"""What `measuring` asks."""
