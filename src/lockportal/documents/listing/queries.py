"""The question for a page of documents: filtered, sorted, and beginning after the last row of the page before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from lockportal.core.actor import Audience, Right
from lockportal.core.ports import Question
from lockportal.documents.models import Document, DocumentKind, DocumentState
from lockportal.documents.visibility.queries import Hidden, seen
from lockportal.storage.tables import Source

ESCAPE = "!"
"""Escapes wildcards in a text that is searched for."""

_LIMIT = sa.bindparam("limit", type_=sa.Integer())
_FAR = sa.literal_column("'9999-12-31'", sa.Date())
_LONG_AGO = sa.literal_column("'1000-01-01'", sa.Date())


def _date(name: str) -> Any:  # noqa: ANN401 - a bound parameter
    return sa.bindparam(name, type_=sa.Date())


def _in_state(doc: sa.FromClause, state: DocumentState) -> Any:  # noqa: ANN401 - a condition
    today = _date("today")
    return {
        DocumentState.OPEN: sa.and_(doc.c.live == sa.true(), doc.c.balance_minor > 0),
        DocumentState.OVERDUE: sa.and_(doc.c.live == sa.true(), doc.c.balance_minor > 0, doc.c.due_on < today),
        DocumentState.PAID: doc.c.balance_minor == 0,
        DocumentState.CREDIT: sa.and_(doc.c.live == sa.true(), doc.c.balance_minor < 0),
        DocumentState.FILED: doc.c.balance_minor.is_(None),
    }[state]


def _total(doc: sa.FromClause) -> Any:  # noqa: ANN401 - an expression
    """Answer what a document's total does to the account, as lists show it."""
    return sa.case((doc.c.kind == DocumentKind.CREDIT_MEMO, -doc.c.total_minor), else_=doc.c.total_minor)


def _sort_column(doc: sa.FromClause, sort: str, state: DocumentState | None) -> Any:  # noqa: ANN401 - a column
    """Answer what a list is sorted by; papers without a due date come last in either direction.

    What is open has a due date: then the index of open documents by due date gives the page without sorting.
    """
    if sort.lstrip("-") == "due_on" and state in {DocumentState.OPEN, DocumentState.OVERDUE}:
        return doc.c.due_on
    none = _LONG_AGO if sort.startswith("-") else _FAR
    return {
        "issued_on": doc.c.issued_on,
        "due_on": sa.func.coalesce(doc.c.due_on, none, type_=sa.Date()),
        "number": doc.c.number,
        "amount": sa.func.coalesce(_total(doc), 0),
    }[sort.lstrip("-")]


def _search(
    source: Source, *, filters: frozenset[str], state: DocumentState | None, sort: str, after: bool, hidden: Hidden
) -> sa.Select[Any]:
    """List documents; `sort` is a field, with a minus before it for the greatest first."""
    doc = source(Document)
    conditions: dict[str, Callable[[], Any]] = {
        "kind": lambda: doc.c.kind == sa.bindparam("kind", type_=doc.c.kind.type),
        "text": lambda: doc.c.search.like(sa.bindparam("text", type_=sa.String()), escape=ESCAPE),
        "issued_from": lambda: doc.c.issued_on >= _date("issued_from"),
        "issued_to": lambda: doc.c.issued_on <= _date("issued_to"),
        "amount_from": lambda: _total(doc) >= sa.bindparam("amount_from", type_=sa.BigInteger()),
        "amount_to": lambda: _total(doc) <= sa.bindparam("amount_to", type_=sa.BigInteger()),
        "currency": lambda: doc.c.total_currency == sa.bindparam("currency", type_=sa.String()),
    }
    falling, column = sort.startswith("-"), _sort_column(doc, sort, state)
    made = sa.select(
        doc.c.id,
        doc.c.account_id,
        doc.c.kind,
        doc.c.number,
        doc.c.po_number,
        doc.c.issued_on,
        doc.c.due_on,
        doc.c.total_minor,
        doc.c.total_currency,
        doc.c.balance_minor,
        doc.c.balance_currency,
        column.label("place"),
    ).where(*(conditions[name]() for name in sorted(filters)))
    if state is not None:
        made = made.where(_in_state(doc, state))
    if after:
        place = sa.bindparam("place", type_=column.type)
        last = sa.bindparam("last_id", type_=doc.c.id.type)
        beyond = column < place if falling else column > place
        tie = doc.c.id < last if falling else doc.c.id > last
        made = made.where(column <= place if falling else column >= place, sa.or_(beyond, tie))
    order = (column.desc(), doc.c.id.desc()) if falling else (column, doc.c.id)
    return seen(made, source, doc, hidden).order_by(*order).limit(_LIMIT)


SEARCH = Question(name="documents.search", audience=Audience(customer=Right.VIEW, staff=True, system=True), build=_search)
"""A page of documents."""
