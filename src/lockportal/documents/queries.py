"""Questions about documents: one with its links, files and postings, several together, statements."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from lockportal.core.actor import Audience, Right
from lockportal.core.ports import Question
from lockportal.documents.files.queries import DOWNLOADS, FILES
from lockportal.documents.imports.queries import HELD, KNOWN_CUSTOMERS, KNOWN_DOCUMENTS, NAMED, OF_SOURCE, STATED
from lockportal.documents.listing.queries import SEARCH
from lockportal.documents.matching import MATCHED
from lockportal.documents.models import Document, DocumentKind, DocumentLink, File
from lockportal.documents.shared.queries import PAPERS
from lockportal.documents.verifying.queries import CONTENTS, HELD_TWICE, NAMED_CONTENTS, WRONG_BALANCES, WRONG_DATES
from lockportal.documents.visibility.queries import Hidden, seen, shown
from lockportal.ledger.models import Credit, Entry
from lockportal.profiles.models import Customer
from lockportal.storage.tables import Source, record_of

READERS = Audience(customer=Right.VIEW, staff=True, system=True)
_OF_ONE = Audience(customer=Right.VIEW, staff=True, system=True, holder="document_id")
_WHOSE_PAPER = Audience(customer=Right.VIEW, staff=True, system=True, holder="account_id")
OFFICE = Audience(staff=True, system=True)

_LIMIT = sa.bindparam("limit", type_=sa.Integer())
_AS_OF = sa.bindparam("as_of", type_=sa.Date())
_FAR = sa.literal_column("'9999-12-31'", sa.Date())
FILE_COLUMNS = ("role", "name", "media_type", "size", "sha256", "added_at")
"""What lists say of a file."""
_ENTRY_COLUMNS = ("effective_on", "posted_on", "amount_minor", "amount_currency", "reference")
_MOST_FILES = 500
_MATCHED = sorted(MATCHED)
_OF_CUSTOMER = "customer_"
_WHOSE = ("number", "name", "language", "tax_ids", "address")
"""What the question for one document answers of its customer: what papers say of whom they are for."""


def _id(doc: sa.FromClause) -> Any:  # noqa: ANN401 - a bound parameter
    return sa.bindparam("document_id", type_=doc.c.id.type)


def _document(source: Source, *, hidden: Hidden) -> sa.Select[Any]:
    doc, customer = source(Document), source(Customer)
    columns = [column for column in doc.c if column.name != "search"]
    whose = (customer.c[name].label(_OF_CUSTOMER + name) for name in _WHOSE)
    made = (
        sa.select(*columns, *whose)
        .select_from(doc.outerjoin(customer, customer.c.account_id == doc.c.account_id))
        .where(doc.c.id == _id(doc))
    )
    return seen(made, source, doc, hidden)


def _beside(source: Source, *, hidden: Hidden) -> sa.CompoundSelect[Any]:
    """Follow links from both ends, to what the document names and to what names it; with them come its files and postings.

    The links stand last: PostgreSQL takes a column that is NULL in the first two selects for text, as only theirs are.
    """
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
    both = sa.union(seen(forward, source, doc, hidden), seen(backward, source, back, hidden)).subquery()
    links = sa.select(both).order_by(both.c.kind, both.c.number).limit(_LIMIT).subquery()
    file, entry = source(File), source(Entry)
    files = sa.select(file).where(file.c.document_id == _id(file)).order_by(file.c.id).limit(_MOST_FILES).subquery()
    of_link = [links.c.kind, links.c.number]
    of_file = [files.c[name] for name in FILE_COLUMNS]
    of_entry = [entry.c.kind.label("entry_kind"), *(entry.c[name] for name in _ENTRY_COLUMNS)]
    no_link, no_file, no_entry = ([_nothing(column) for column in columns] for columns in (of_link, of_file, of_entry))
    return sa.union_all(
        sa.select(files.c.id, *no_link, *of_file, *no_entry),
        sa.select(entry.c.id, *no_link, *no_file, *of_entry).where(entry.c.item_id == _id(entry)),
        sa.select(links.c.id, *of_link, *no_file, *no_entry),
    )


def _nothing(column: sa.ColumnElement[Any]) -> sa.Label[Any]:
    """Answer NULL in the place of a column."""
    return sa.type_coerce(sa.null(), column.type).label(column.name)


def _related(source: Source, *, hidden: Hidden) -> sa.Select[Any]:
    """Go one step along the links of some documents, from both ends, to the papers of a trade."""
    link, doc = source(DocumentLink), source(Document)
    named = sa.and_(doc.c.account_id == link.c.account_id, doc.c.kind == link.c.kind, doc.c.number == link.c.number)
    forward = sa.select(doc.c.id, doc.c.issued_on).select_from(link.join(doc, named)).where(link.c.document_id.in_(_ids(link)))
    target, link, back = source(Document), source(DocumentLink), source(Document)
    naming = sa.and_(link.c.account_id == target.c.account_id, link.c.kind == target.c.kind, link.c.number == target.c.number)
    same = sa.and_(back.c.account_id == link.c.account_id, back.c.id == link.c.document_id)
    backward = (
        sa.select(back.c.id, back.c.issued_on)
        .select_from(target.join(link, naming).join(back, same))
        .where(target.c.id.in_(_ids(target)))
    )
    both = sa.union(
        seen(forward.where(doc.c.kind.in_(_MATCHED)), source, doc, hidden),
        seen(backward.where(back.c.kind.in_(_MATCHED)), source, back, hidden),
    ).subquery()
    return sa.select(both).order_by(both.c.issued_on.desc(), both.c.id).limit(_LIMIT)


def _ids(doc: sa.FromClause) -> Any:  # noqa: ANN401 - a bound parameter
    return sa.bindparam("document_ids", type_=doc.c.id.type, expanding=True)


def _several(source: Source, *, hidden: Hidden) -> sa.Select[Any]:
    doc = source(Document)
    columns = [column for column in doc.c if column.name != "search"]
    return seen(sa.select(*columns).where(doc.c.id.in_(_ids(doc))), source, doc, hidden).order_by(doc.c.issued_on, doc.c.id)


def _statement(source: Source, *, hidden: frozenset[DocumentKind]) -> sa.Select[Any]:
    """Answer every item open as of a day, credits too, with what is known of its document, and whether customers may see that."""
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
            shown(source, doc, hidden).label("visible"),
            credit.c.reference,
        )
        .select_from(joined)
        .order_by(items.c.currency, sa.func.coalesce(items.c.due_on, _FAR), "issued_on", items.c.item_id)
    )


def _customer(source: Source) -> sa.Select[Any]:
    customer = source(Customer)
    return sa.select(customer)


def document_of(row: Any) -> Document:  # noqa: ANN401 - a row of DOCUMENT
    """Make the document of a row."""
    return record_of(Document, row)


def owner_of(row: Any) -> Customer | None:  # noqa: ANN401 - a row of DOCUMENT
    """Answer whose document a row is, as far as papers need to know; None where nobody is known."""
    known = {name: getattr(row, _OF_CUSTOMER + name) for name in _WHOSE}
    return None if known["number"] is None else Customer(id=row.account_id, account_id=row.account_id, **known)


def customer_of(row: Any) -> Customer:  # noqa: ANN401 - a row of CUSTOMER
    """Make the customer of a row."""
    return record_of(Customer, row)


DOCUMENT = Question(name="documents.document", audience=_OF_ONE, build=_document)
"""One document and whose it is."""
BESIDE = Question(name="documents.beside", audience=_OF_ONE, build=_beside)
"""The documents that belong to one, its files and its postings: rows with a kind, with a role, and with an entry_kind."""
RELATED = Question(name="documents.related", audience=READERS, build=_related)
"""The documents that are one step away from some."""
SEVERAL = Question(name="documents.several", audience=READERS, build=_several)
"""Some documents whole, in the order of their issue."""
STATEMENT = Question(name="documents.statement", audience=READERS, build=_statement)
"""Every open item as of a day."""
CUSTOMER = Question(name="documents.customer", audience=_WHOSE_PAPER, build=_customer)
"""Whom a paper is for."""
QUESTIONS = (
    SEARCH,
    DOCUMENT,
    BESIDE,
    RELATED,
    SEVERAL,
    FILES,
    DOWNLOADS,
    PAPERS,
    CONTENTS,
    NAMED_CONTENTS,
    STATEMENT,
    CUSTOMER,
    KNOWN_DOCUMENTS,
    STATED,
    KNOWN_CUSTOMERS,
    OF_SOURCE,
    HELD,
    NAMED,
    WRONG_BALANCES,
    WRONG_DATES,
    HELD_TWICE,
)
"""Every question of the documents: those of the rooms within, too, as the capability names this module for all."""
