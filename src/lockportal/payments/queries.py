"""Questions about payments: lists by keyset, one payment whole, what can be paid, and what the clock asks about."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from lockportal.core.actor import Audience, Right
from lockportal.core.ports import Question
from lockportal.documents.models import Document
from lockportal.documents.visibility.queries import Hidden, seen
from lockportal.ledger.models import Credit
from lockportal.payments.checking.queries import POSTED
from lockportal.payments.coming.queries import AUTOPAY, DEPOSITS, PLANS, SCHEDULES, SCHEDULES_OF
from lockportal.payments.exchanges import Exchange
from lockportal.payments.listing.queries import APPLIED, SEARCH, UNAPPLIED
from lockportal.payments.merchants.queries import CLOSED
from lockportal.payments.models import Operation, Payment
from lockportal.payments.parking.models import ParkedEvent
from lockportal.payments.saving.queries import METHOD, METHODS
from lockportal.profiles.models import Customer
from lockportal.storage.tables import Source, record_of

_READERS = Audience(customer=Right.VIEW, staff=True, system=True)
_PAYERS = Audience(customer=Right.PAY, staff=True, system=True)
_OFFICE = Audience(staff=True, system=True)
_LIMIT = sa.bindparam("limit", type_=sa.Integer())


def _payments(source: Source, *, after: bool = False, review: bool = False, under_way: bool = False) -> sa.Select[Any]:
    payment, customer = source(Payment), source(Customer)
    chosen = sa.select(
        payment.c.id,
        payment.c.account_id,
        payment.c.reference,
        payment.c.amount_minor,
        payment.c.amount_currency,
        payment.c.method,
        payment.c.state,
        payment.c.unknown,
        payment.c.needs_review,
        payment.c.started_at,
        customer.c.number.label("customer_number"),
        customer.c.name.label("customer_name"),
    ).select_from(payment.outerjoin(customer, customer.c.account_id == payment.c.account_id))
    if review:
        chosen = chosen.where(payment.c.needs_review == sa.true())
    if under_way:
        chosen = chosen.where(payment.c.live == sa.true())
    if after:
        at, last = sa.bindparam("at", type_=payment.c.started_at.type), sa.bindparam("last", type_=payment.c.id.type)
        chosen = chosen.where(payment.c.started_at <= at, sa.or_(payment.c.started_at < at, payment.c.id < last))
    return chosen.order_by(payment.c.started_at.desc(), payment.c.id.desc()).limit(_LIMIT)


def _payment(source: Source) -> sa.Select[Any]:
    payment = source(Payment)
    return sa.select(payment).where(payment.c.id == sa.bindparam("payment", type_=payment.c.id.type))


def _operations(source: Source) -> sa.Select[Any]:
    operation = source(Operation)
    return (
        sa.select(operation)
        .where(operation.c.payment_id == sa.bindparam("payment", type_=operation.c.payment_id.type))
        .order_by(operation.c.created_at, operation.c.id)
    )


def _operation(source: Source) -> sa.Select[Any]:
    operation = source(Operation)
    return sa.select(operation).where(operation.c.id == sa.bindparam("operation", type_=operation.c.id.type))


def _exchanges(source: Source) -> sa.Select[Any]:
    exchange = source(Exchange)
    return (
        sa.select(exchange)
        .where(
            exchange.c.operation_id.in_(sa.bindparam("operations", type_=exchange.c.operation_id.type, expanding=True)),
        )
        .order_by(exchange.c.at, exchange.c.id)
    )


def _payable(source: Source, *, hidden: Hidden, overdue: bool = False) -> sa.Select[Any]:
    doc = source(Document)
    chosen = sa.select(doc.c.id, doc.c.due_on, doc.c.balance_minor).where(
        doc.c.live == sa.true(),
        doc.c.balance_minor > 0,
        doc.c.balance_currency == sa.bindparam("currency", type_=sa.String()),
    )
    if overdue:
        chosen = chosen.where(doc.c.due_on < sa.bindparam("until", type_=sa.Date()))
    return seen(chosen, source, doc, hidden).order_by(doc.c.due_on, doc.c.id).limit(_LIMIT)


def _credits(source: Source, *, hidden: Hidden) -> sa.Select[Any]:
    doc, credit = source(Document), source(Credit)
    memos = seen(
        sa.select(
            doc.c.id,
            doc.c.number.label("name"),
            doc.c.issued_on.label("on"),
            doc.c.balance_minor.label("minor"),
            doc.c.balance_currency.label("currency"),
        ).where(doc.c.live == sa.true(), doc.c.balance_minor < 0),
        source,
        doc,
        hidden,
    )
    unapplied = sa.select(
        credit.c.id,
        credit.c.reference.label("name"),
        credit.c.received_on.label("on"),
        credit.c.balance_minor.label("minor"),
        credit.c.balance_currency.label("currency"),
    ).where(credit.c.live == sa.true(), credit.c.balance_minor < 0)
    both = sa.union_all(memos, unapplied).subquery()
    return sa.select(both).order_by(both.c.on, both.c.id).limit(_LIMIT)


def _shown(source: Source, *, hidden: Hidden) -> sa.Select[Any]:
    doc = source(Document)
    wanted = doc.c.id.in_(sa.bindparam("documents", type_=doc.c.id.type, expanding=True))
    return seen(sa.select(doc.c.id).where(wanted), source, doc, hidden)


def _parked(source: Source) -> sa.Select[Any]:
    parked = source(ParkedEvent)
    return (
        sa.select(parked)
        .where(parked.c.live == sa.true(), parked.c.given_up == sa.true())
        .order_by(parked.c.parked_at, parked.c.id)
        .limit(_LIMIT)
    )


def _parked_one(source: Source) -> sa.Select[Any]:
    parked = source(ParkedEvent)
    return sa.select(parked).where(parked.c.id == sa.bindparam("parked", type_=parked.c.id.type))


def _reasons(source: Source) -> sa.Select[Any]:
    operation, payment = source(Operation), source(Payment)
    named = payment.c.reference == sa.bindparam("reference", type_=sa.String())
    return (
        sa.select(operation.c.reason)
        .select_from(
            payment.join(
                operation,
                sa.and_(operation.c.payment_id == payment.c.id, operation.c.account_id == payment.c.account_id),
            )
        )
        .where(named)
    )


def parked_of(row: Any) -> ParkedEvent:  # noqa: ANN401 - a row of PARKED
    """Make the parked event of a row."""
    return record_of(ParkedEvent, row)


def payment_of(row: Any) -> Payment:  # noqa: ANN401 - a row of PAYMENT
    """Make the payment of a row."""
    return record_of(Payment, row)


def operation_of(row: Any) -> Operation:  # noqa: ANN401 - a row of OPERATIONS
    """Make the operation of a row."""
    return record_of(Operation, row)


def exchange_of(row: Any) -> Exchange:  # noqa: ANN401 - a row of EXCHANGES
    """Make the exchange of a row."""
    return record_of(Exchange, row)


PAYMENTS = Question(name="payments.payments", audience=_READERS, build=_payments)
"""A page of payments, the newest first; of one account, or of the book."""
PAYMENT = Question(name="payments.payment", audience=_READERS, build=_payment)
"""One payment."""
OPERATIONS = Question(name="payments.operations", audience=_READERS, build=_operations)
"""The operations of a payment."""
OPERATION = Question(name="payments.operation", audience=Audience(system=True), build=_operation)
"""One operation."""
EXCHANGES = Question(name="payments.exchanges", audience=_OFFICE, build=_exchanges)
"""What was said to gateways and answered by them, of some operations."""
PAYABLE = Question(name="payments.payable", audience=_PAYERS, build=_payable)
"""The open documents of one currency, the oldest first. Parameters: currency, limit, until (if overdue)."""
CREDITS = Question(name="payments.credits", audience=_PAYERS, build=_credits)
"""Unapplied credit and open credit memos, the oldest first. Parameter: limit."""
SHOWN = Question(name="payments.shown", audience=_READERS, build=_shown)
"""Those of some documents that whoever asks may see. Parameter: documents."""
PARKED = Question(name="payments.parked", audience=_OFFICE, build=_parked)
"""Events of gateways whose operation was looked for in vain, the oldest first. Parameter: limit."""
PARKED_ONE = Question(name="payments.parked_one", audience=_OFFICE, build=_parked_one)
"""One parked event."""
REASONS = Question(name="payments.reasons", audience=_OFFICE, build=_reasons)
"""What came with the money of the payment of a reference."""
QUESTIONS = (
    PARKED,
    PARKED_ONE,
    REASONS,
    SEARCH,
    UNAPPLIED,
    SHOWN,
    PAYMENTS,
    PAYMENT,
    OPERATIONS,
    OPERATION,
    EXCHANGES,
    PAYABLE,
    CREDITS,
    METHODS,
    METHOD,
    SCHEDULES,
    SCHEDULES_OF,
    AUTOPAY,
    PLANS,
    DEPOSITS,
    POSTED,
    CLOSED,
    APPLIED,
)
