"""Questions about promises: lists by keyset, one promise, promised cash by day, verdicts of a period."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from lockportal.core.actor import Audience, Right
from lockportal.core.ports import Question
from lockportal.profiles.models import Customer
from lockportal.promises.models import FAILED, FOLLOWED, Promise, PromisedCash, PromisedShare, PromiseStatus
from lockportal.promises.views import PromiseList
from lockportal.storage.tables import Source, record_of

_READERS = Audience(customer=Right.VIEW, staff=True, system=True)
_HOLDERS = Audience(customer=Right.VIEW, staff=True, system=True, holder="document")
_OFFICE = Audience(staff=True, system=True)
_LIMIT = sa.bindparam("limit", type_=sa.Integer())


def _promises(source: Source, *, which: PromiseList | None = None, after: bool = False, waiting: bool = False) -> sa.Select[Any]:
    made, customer = source(Promise), source(Customer)
    chosen = sa.select(made, customer.c.number.label("customer_number"), customer.c.name.label("customer_name")).select_from(
        made.outerjoin(customer, customer.c.account_id == made.c.account_id)
    )
    if waiting:
        chosen = chosen.where(made.c.status.in_([PromiseStatus.OPEN, PromiseStatus.PROPOSED]))
    if which is not None:
        chosen = chosen.where(*_narrowed(which, made, source))
    if after:
        at, last = sa.bindparam("at", type_=made.c.made_at.type), sa.bindparam("last", type_=made.c.id.type)
        chosen = chosen.where(made.c.made_at <= at, sa.or_(made.c.made_at < at, made.c.id < last))
    return chosen.order_by(made.c.made_at.desc(), made.c.id.desc()).limit(_LIMIT)


def _narrowed(which: PromiseList, made: Any, source: Source) -> tuple[Any, ...]:  # noqa: ANN401 - a table
    if which is PromiseList.BROKEN:
        return (made.c.status.in_(sorted(FAILED)),)
    if which is not PromiseList.AT_RISK:
        return (made.c.status == PromiseStatus(which.value),)
    cash, other = source(PromisedCash), source(Promise)
    late = sa.exists().where(
        cash.c.account_id == made.c.account_id,
        cash.c.promise_id == made.c.id,
        cash.c.on < sa.bindparam("today", type_=sa.Date()),
    )
    before = sa.exists().where(
        other.c.account_id == made.c.account_id,
        other.c.status.in_(sorted(FAILED)),
        other.c.judged_at > sa.bindparam("year_ago", type_=other.c.judged_at.type),
    )
    return (made.c.status == PromiseStatus.OPEN, sa.or_(late, before))


def _promise(source: Source) -> sa.Select[Any]:
    made = source(Promise)
    return sa.select(made).where(made.c.id == sa.bindparam("promise", type_=made.c.id.type))


def _cash(source: Source) -> sa.Select[Any]:
    cash = source(PromisedCash)
    return (
        sa.select(
            cash.c.on,
            cash.c.amount_currency.label("currency"),
            sa.func.sum(cash.c.amount_minor).label("minor"),
            sa.func.count().label("promises"),
        )
        .where(cash.c.on < sa.bindparam("before", type_=sa.Date()))
        .group_by(cash.c.on, cash.c.amount_currency)
    )


def _shares(source: Source) -> sa.Select[Any]:
    share = source(PromisedShare)
    return (
        sa.select(
            share.c.document_id,
            share.c.amount_currency.label("currency"),
            sa.func.sum(share.c.amount_minor).label("minor"),
            sa.func.max(share.c.until).label("until"),
        )
        .where(share.c.document_id.in_(sa.bindparam("document", type_=share.c.document_id.type, expanding=True)))
        .group_by(share.c.document_id, share.c.amount_currency)
    )


def _verdicts(source: Source) -> sa.Select[Any]:
    made = source(Promise)
    return (
        sa.select(
            made.c.amount_currency.label("currency"),
            made.c.status,
            sa.func.count().label("promises"),
            sa.func.sum(made.c.amount_minor).label("promised"),
            sa.func.sum(made.c.paid).label("came"),
        )
        .where(
            made.c.status.in_(sorted(FOLLOWED - {PromiseStatus.OPEN})),
            made.c.judged_at >= sa.bindparam("begin", type_=made.c.judged_at.type),
            made.c.judged_at < sa.bindparam("end", type_=made.c.judged_at.type),
        )
        .group_by(made.c.amount_currency, made.c.status)
    )


def promise_of(row: Any) -> Promise:  # noqa: ANN401 - a row of PROMISES
    """Make the promise of a row."""
    return record_of(Promise, row)


PROMISES = Question(name="promises.promises", audience=_READERS, build=_promises)
"""Promises with their customers, the newest first. Shape: which (AT_RISK: today, year_ago), waiting, after (at, last)."""
PROMISE = Question(name="promises.promise", audience=_READERS, build=_promise)
"""One promise. Parameter: promise."""
CASH = Question(name="promises.cash", audience=_READERS, build=_cash)
"""What is still to come of open promises by day and currency, up to a day. Parameter: before."""
SHARES = Question(name="promises.shares", audience=_HOLDERS, build=_shares)
"""What of documents is promised. Parameter: document, a list of ids."""
VERDICTS = Question(name="promises.verdicts", audience=_OFFICE, build=_verdicts)
"""How promises were judged from a time to another, by currency and verdict. Parameters: begin, end."""
