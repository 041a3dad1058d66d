"""What an import compares: which documents and customers are known, and what is kept of them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from lockportal.core.actor import Audience
from lockportal.core.ports import Question
from lockportal.documents.models import Document, File
from lockportal.profiles.models import Customer
from lockportal.storage.tables import Source, record_of

OFFICE = Audience(staff=True, system=True)


def _known_documents(source: Source) -> sa.Select[Any]:
    doc, customer = source(Document), source(Customer)
    return (
        sa.select(doc.c.external_id, doc.c.account_id, doc.c.digest, customer.c.number.label("customer_number"))
        .select_from(doc.join(customer, customer.c.account_id == doc.c.account_id))
        .where(
            doc.c.source == sa.bindparam("source", type_=sa.String()),
            doc.c.external_id.in_(sa.bindparam("external_ids", expanding=True)),
        )
    )


def _stated(source: Source) -> sa.Select[Any]:
    doc = source(Document)
    columns = [column for column in doc.c if column.name not in {"search", "flags"}]
    return sa.select(*columns).where(doc.c.id.in_(sa.bindparam("document_ids", type_=doc.c.id.type, expanding=True)))


def _known_customers(source: Source) -> sa.Select[Any]:
    customer = source(Customer)
    return sa.select(customer.c.number, customer.c.account_id, customer.c.name).where(
        customer.c.number.in_(sa.bindparam("numbers", expanding=True))
    )


def _of_source(source: Source) -> sa.Select[Any]:
    """Walk what one source has brought, in the order of its ids."""
    doc = source(Document)
    return (
        sa.select(doc.c.external_id, doc.c.number)
        .where(
            doc.c.source == sa.bindparam("source", type_=sa.String()),
            doc.c.external_id > sa.bindparam("last", type_=sa.String()),
        )
        .order_by(doc.c.external_id)
        .limit(sa.bindparam("limit", type_=sa.Integer()))
    )


def _held(source: Source) -> sa.Select[Any]:
    file = source(File)
    return sa.select(file.c.document_id, file.c.sha256).where(
        file.c.document_id.in_(sa.bindparam("document_ids", type_=file.c.document_id.type, expanding=True))
    )


def _named(source: Source) -> sa.Select[Any]:
    doc, customer = source(Document), source(Customer)
    return (
        sa.select(
            *(doc.c[name] for name in ("id", "account_id", "source", "external_id", "kind", "number")),
            customer.c.number.label("customer_number"),
        )
        .select_from(customer.join(doc, customer.c.account_id == doc.c.account_id))
        .where(
            customer.c.number.in_(sa.bindparam("customers", expanding=True)),
            doc.c.number.in_(sa.bindparam("numbers", expanding=True)),
        )
    )


def document_of(row: Any) -> Document:  # noqa: ANN401 - a row of STATED
    """Make the document of a row."""
    return record_of(Document, row)


KNOWN_DOCUMENTS = Question(name="documents.known_documents", audience=OFFICE, build=_known_documents)
"""Which external ids of a source are known, with their digests."""
STATED = Question(name="documents.stated", audience=OFFICE, build=_stated)
"""What is kept of some documents, to say what a new statement of them changes."""
KNOWN_CUSTOMERS = Question(name="documents.known_customers", audience=OFFICE, build=_known_customers)
"""Which customer numbers are known."""
OF_SOURCE = Question(name="documents.of_source", audience=OFFICE, build=_of_source)
"""What one source has brought so far."""
HELD = Question(name="documents.held", audience=OFFICE, build=_held)
"""Which contents some documents have."""
NAMED = Question(name="documents.named", audience=OFFICE, build=_named)
"""The documents of some customers that have one of some numbers."""
