"""The questions of lists: payments filtered, the newest first; unapplied cash, the oldest first. Keyset, one statement each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import sqlalchemy as sa

from lockportal.core.actor import Audience
from lockportal.core.ports import Question
from lockportal.documents.models import Document
from lockportal.ledger.models import Credit
from lockportal.payments.crediting.models import Application
from lockportal.payments.models import Payment
from lockportal.profiles.models import Customer
from lockportal.storage.tables import Source

ESCAPE: Final = "!"
"""Escapes wildcards in a text that is searched for."""
_OFFICE = Audience(staff=True, system=True)
_LIMIT = sa.bindparam("limit", type_=sa.Integer())


def _search(source: Source, *, narrows: frozenset[str], after: bool) -> sa.Select[Any]:
    payment, customer = source(Payment), source(Customer)
    c = payment.c
    text = sa.bindparam("text", type_=sa.String())
    named = (sa.func.lower(column).like(text, escape=ESCAPE) for column in (c.reference, customer.c.name, customer.c.number))
    conditions: dict[str, Callable[[], Any]] = {
        "text": lambda: sa.or_(*named),
        "state": lambda: c.state == sa.bindparam("state", type_=c.state.type),
        "method": lambda: c.method == sa.bindparam("method", type_=c.method.type),
        "begun_from": lambda: c.started_on >= sa.bindparam("begun_from", type_=sa.Date()),
        "begun_to": lambda: c.started_on <= sa.bindparam("begun_to", type_=sa.Date()),
        "review": lambda: c.needs_review == sa.true(),
        "under_way": lambda: c.live == sa.true(),
        "unknown": lambda: c.unknown == sa.true(),
    }
    chosen = (
        sa.select(
            c.id,
            c.account_id,
            c.reference,
            c.amount_minor,
            c.amount_currency,
            c.method,
            c.state,
            c.unknown,
            c.needs_review,
            c.started_at,
            customer.c.number.label("customer_number"),
            customer.c.name.label("customer_name"),
        )
        .select_from(payment.outerjoin(customer, customer.c.account_id == c.account_id))
        .where(*(conditions[name]() for name in sorted(narrows)))
    )
    if after:
        at, last = sa.bindparam("at", type_=c.started_at.type), sa.bindparam("last", type_=c.id.type)
        chosen = chosen.where(c.started_at <= at, sa.or_(c.started_at < at, c.id < last))
    return chosen.order_by(c.started_at.desc(), c.id.desc()).limit(_LIMIT)


def _unapplied(source: Source, *, after: bool, one: bool) -> sa.Select[Any]:
    credit, customer = source(Credit), source(Customer)
    c = credit.c
    chosen = (
        sa.select(
            c.id,
            c.account_id,
            c.reference,
            c.received_on,
            c.balance_minor,
            c.balance_currency,
            customer.c.number.label("customer_number"),
            customer.c.name.label("customer_name"),
        )
        .select_from(credit.outerjoin(customer, customer.c.account_id == c.account_id))
        .where(c.live == sa.true(), c.balance_minor < 0)
    )
    if one:
        chosen = chosen.where(c.id == sa.bindparam("credit", type_=c.id.type))
    if after:
        on, last = sa.bindparam("on", type_=sa.Date()), sa.bindparam("last", type_=c.id.type)
        chosen = chosen.where(c.received_on >= on, sa.or_(c.received_on > on, c.id > last))
    return chosen.order_by(c.received_on, c.id).limit(_LIMIT)


def _applied(source: Source) -> sa.Select[Any]:
    application, document = source(Application), source(Document)
    c = application.c
    wanted = c.credit_id.in_(sa.bindparam("credits", type_=c.credit_id.type, expanding=True))
    return (
        sa.select(c.credit_id, c.document_id, c.amount_minor, c.amount_currency, document.c.number)
        .select_from(application.join(document, sa.and_(document.c.id == c.document_id, document.c.account_id == c.account_id)))
        .where(wanted, c.amount_minor > 0)
        .order_by(document.c.number, c.id)
    )


APPLIED = Question(name="payments.applied", audience=_OFFICE, build=_applied)
"""What of some credits stands applied to which documents. Parameter: credits."""
SEARCH = Question(name="payments.search", audience=_OFFICE, build=_search)
"""A page of payments, the newest first. Shape: narrows (parameters of the same names, but for the flags), after (at, last)."""
UNAPPLIED = Question(name="payments.unapplied", audience=_OFFICE, build=_unapplied)
"""Unapplied cash, the oldest first. Shape: one (parameter credit), after (on, last). Parameter: limit."""
