"""Questions about documents: lists by keyset, one document with its links and postings, statements."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from lockportal.core.actor import Audience, Right
from lockportal.core.ports import Question
from lockportal.documents.imports.queries import KNOWN_CUSTOMERS, KNOWN_DOCUMENTS, OF_SOURCE, STATED
from lockportal.documents.models import Document, DocumentKind, DocumentLink, DocumentState
from lockportal.ledger.models import Credit, Entry
from lockportal.profiles.models import Customer
from lockportal.storage.tables import Source, record_of

READERS = Audience(customer=Right.VIEW, staff=True, system=True)
OFFICE = Audience(staff=True, system=True)

_LIMIT = sa.bindparam("limit", type_=sa.Integer())
_AS_OF = sa.bindparam("as_of", type_=sa.Date())
_FAR = sa.literal_column("'9999-12-31'", sa.Date())
_LONG_AGO = sa.literal_column("'1000-01-01'", sa.Date())
_KIND_KEY = '"kind":'
ESCAPE = "!"
"""Escapes wildcards in a text that is searched for."""


def _date(name: str) -> Any:  # noqa: ANN401 - a bound parameter
    return sa.bindparam(name, type_=sa.Date())


def _id(doc: sa.FromClause) -> Any:  # noqa: ANN401 - a bound parameter
    return sa.bindparam("document_id", type_=doc.c.id.type)


def _seen(made: sa.Select[Any], doc: sa.FromClause, *, staff: bool) -> sa.Select[Any]:
    """Leave out what customers may not see, unless staff ask."""
    return made if staff else made.where(doc.c.visible == sa.true())


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
    source: Source, *, filters: frozenset[str], state: DocumentState | None, sort: str, after: bool, staff: bool
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
    return _seen(made, doc, staff=staff).order_by(*order).limit(_LIMIT)


def _document(source: Source, *, staff: bool) -> sa.Select[Any]:
    doc, customer = source(Document), source(Customer)
    columns = [column for column in doc.c if column.name != "search"]
    made = (
        sa.select(*columns, customer.c.name.label("customer_name"), customer.c.number.label("customer_number"))
        .select_from(doc.outerjoin(customer, customer.c.account_id == doc.c.account_id))
        .where(doc.c.id == _id(doc))
    )
    return _seen(made, doc, staff=staff)


def _linked(source: Source, *, staff: bool) -> sa.Select[Any]:
    """Follow links from both ends: what the document names, and what names it."""
    link, doc = source(DocumentLink), source(Document)
    same = doc.c.account_id == link.c.account_id
    forward = (
        sa.select(doc.c.id, doc.c.kind, doc.c.number)
        .select_from(link.join(doc, sa.and_(same, doc.c.kind == link.c.kind, doc.c.number == link.c.number)))
        .where(link.c.document_id == _id(doc), doc.c.id != _id(doc))
    )
    link, back = source(DocumentLink), source(Document)
    same = back.c.account_id == link.c.account_id
    backward = (
        sa.select(back.c.id, back.c.kind, back.c.number)
        .select_from(link.join(back, sa.and_(same, back.c.id == link.c.document_id)))
        .where(
            link.c.kind == sa.bindparam("kind", type_=link.c.kind.type),
            link.c.number == sa.bindparam("number", type_=sa.String()),
            back.c.id != _id(back),
        )
    )
    both = sa.union(_seen(forward, doc, staff=staff), _seen(backward, back, staff=staff)).subquery()
    return sa.select(both).order_by(both.c.kind, both.c.number).limit(_LIMIT)


def _history(source: Source) -> sa.Select[Any]:
    entry = source(Entry)
    return (
        sa.select(entry.c.effective_on, entry.c.kind, entry.c.amount_minor, entry.c.amount_currency, entry.c.reference)
        .where(entry.c.item_id == _id(entry))
        .order_by(entry.c.effective_on, entry.c.posted_on, entry.c.id)
    )


def _statement(source: Source) -> sa.Select[Any]:
    """Answer every item open as of a day, credits too, with what is known of its document."""
    entry, doc, credit = source(Entry), source(Document), source(Credit)
    items = (
        sa.select(
            entry.c.account_id,
            entry.c.item_id,
            entry.c.amount_currency.label("currency"),
            entry.c.due_on,
            sa.func.min(entry.c.issued_on).label("issued_on"),
            sa.func.min(entry.c.effective_on).label("first_on"),
            sa.func.sum(entry.c.amount_minor).label("minor"),
        )
        .where(entry.c.effective_on <= _AS_OF)
        .group_by(entry.c.account_id, entry.c.item_id, entry.c.amount_currency, entry.c.due_on)
        .having(sa.func.sum(entry.c.amount_minor) != 0)
        .subquery()
    )
    joined = items.outerjoin(doc, sa.and_(doc.c.account_id == items.c.account_id, doc.c.id == items.c.item_id)).outerjoin(
        credit, sa.and_(credit.c.account_id == items.c.account_id, credit.c.id == items.c.item_id)
    )
    return (
        sa.select(
            items.c.item_id,
            items.c.currency,
            items.c.due_on,
            sa.func.coalesce(items.c.issued_on, items.c.first_on).label("issued_on"),
            items.c.minor,
            doc.c.kind,
            doc.c.number,
            doc.c.po_number,
            doc.c.total_minor,
            doc.c.visible,
            credit.c.reference,
        )
        .select_from(joined)
        .order_by(items.c.currency, sa.func.coalesce(items.c.due_on, _FAR), "issued_on", items.c.item_id)
    )


def _customer(source: Source) -> sa.Select[Any]:
    customer = source(Customer)
    return sa.select(customer)


def _wrong_balances(source: Source) -> sa.Select[Any]:
    doc, entry = source(Document), source(Entry)
    posted = (
        sa.select(entry.c.account_id, entry.c.item_id, sa.func.sum(entry.c.amount_minor).label("minor"))
        .group_by(entry.c.account_id, entry.c.item_id)
        .subquery()
    )
    said = sa.func.coalesce(posted.c.minor, 0)
    return (
        sa.select(doc.c.id, doc.c.number, doc.c.balance_minor, said.label("minor"))
        .select_from(doc.outerjoin(posted, sa.and_(posted.c.account_id == doc.c.account_id, posted.c.item_id == doc.c.id)))
        .where(sa.func.coalesce(doc.c.balance_minor, 0) != said)
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


def _wrong_links(source: Source) -> sa.Select[Any]:
    """Count each document's links, and what its references state: every reference has one key `kind` in its JSON."""
    doc, link = source(Document), source(DocumentLink)
    key, nothing = sa.literal(_KIND_KEY, sa.String()), sa.literal("", sa.String())
    left = sa.func.length(sa.func.replace(doc.c.references, key, nothing, type_=sa.String()))
    kept = (
        sa.select(link.c.account_id, link.c.document_id, sa.func.count().label("links"))
        .group_by(link.c.account_id, link.c.document_id)
        .subquery()
    )
    links = sa.func.coalesce(kept.c.links, 0)
    joined = doc.outerjoin(kept, sa.and_(kept.c.account_id == doc.c.account_id, kept.c.document_id == doc.c.id))
    return (
        sa.select(doc.c.id, doc.c.number, links.label("links"))
        .select_from(joined)
        .where(sa.func.length(doc.c.references) - left != links * len(_KIND_KEY))
        .limit(_LIMIT)
    )


def document_of(row: Any) -> Document:  # noqa: ANN401 - a row of DOCUMENT
    """Make the document of a row."""
    return record_of(Document, row)


def customer_of(row: Any) -> Customer:  # noqa: ANN401 - a row of CUSTOMER
    """Make the customer of a row."""
    return record_of(Customer, row)


SEARCH = Question(name="documents.search", audience=READERS, build=_search)
"""A page of documents."""
DOCUMENT = Question(name="documents.document", audience=READERS, build=_document)
"""One document and its customer's name."""
LINKED = Question(name="documents.linked", audience=READERS, build=_linked)
"""The documents that belong to one."""
HISTORY = Question(name="documents.history", audience=READERS, build=_history)
"""What was posted to one document."""
STATEMENT = Question(name="documents.statement", audience=READERS, build=_statement)
"""Every open item as of a day."""
CUSTOMER = Question(name="documents.customer", audience=READERS, build=_customer)
"""Whom a paper is for."""
WRONG_BALANCES = Question(name="documents.wrong_balances", audience=OFFICE, build=_wrong_balances)
"""Documents whose balance differs from the ledger."""
WRONG_LINKS = Question(name="documents.wrong_links", audience=OFFICE, build=_wrong_links)
"""Documents that have another number of links than their references state."""
HELD_TWICE = Question(name="documents.held_twice", audience=OFFICE, build=_held_twice)
"""External ids of one source that more than one account holds."""
QUESTIONS = (
    SEARCH,
    DOCUMENT,
    LINKED,
    HISTORY,
    STATEMENT,
    CUSTOMER,
    KNOWN_DOCUMENTS,
    STATED,
    KNOWN_CUSTOMERS,
    OF_SOURCE,
    WRONG_BALANCES,
    WRONG_LINKS,
    HELD_TWICE,
)
