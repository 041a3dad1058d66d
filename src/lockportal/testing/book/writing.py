"""Fills a portal with a book, through its public services only."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from lockportal.core.actor import SYSTEM
from lockportal.core.errors import NotFound, Refused
from lockportal.core.progress import Progress, silent
from lockportal.testing.book.enclosed import enclose
from lockportal.testing.book.models import BookContact, BookCustomer

if TYPE_CHECKING:
    from lockportal.portal import Portal
    from lockportal.testing.book.book import Book

SOURCE = "demo"
"""The source under which the documents of a book are stored."""


def write(portal: Portal, book: Book, progress: Progress = silent) -> None:
    """Store a book's customers, contacts, documents, credits and files; the same book again changes nothing.

    The portal's schema must stand. Refused as the services say, and `book.refused` if a document cannot be taken.
    """
    accounts: dict[str, UUID] = {}
    for done, customer in enumerate(book.customers, 1):
        accounts[customer.number] = _customer(portal, customer, accounts)
        progress("customers", done, len(book.customers))
    report = portal.documents.store(book.rows(), SYSTEM, source=SOURCE, progress=progress)
    if not report.applied:
        raise Refused("book.refused", f"{report.refused} documents were refused: {report.errors[0]}")
    for done, credit in enumerate(book.credits, 1):
        account_id, key = accounts[credit.customer], f"book/{credit.reference}"
        portal.ledger.record_credit(account_id, credit.amount, credit.received_on, SYSTEM, reference=credit.reference, key=key)
        progress("credits", done, len(book.credits))
    enclose(portal, book)


def _customer(portal: Portal, customer: BookCustomer, accounts: dict[str, UUID]) -> UUID:
    """Open a customer with its contacts, or answer the one that is there."""
    try:
        account_id = portal.profiles.customer_by_number(customer.number, by=SYSTEM).account_id
    except NotFound:
        account_id = portal.profiles.open_customer(
            customer.number,
            customer.name,
            by=SYSTEM,
            language=customer.language,
            currency=customer.currency,
            terms=customer.terms,
            credit_limit=customer.credit_limit,
            hold=customer.hold,
            collector=customer.collector,
            parent_id=accounts.get(customer.parent),
            tax_ids=customer.tax_ids,
            address=customer.address,
        )
    for contact in customer.contacts:
        _contact(portal, account_id, contact)
    return account_id


def _contact(portal: Portal, account_id: UUID, contact: BookContact) -> None:
    try:
        portal.profiles.add_contact(
            account_id,
            contact.email,
            contact.name,
            contact.rights,
            by=SYSTEM,
            phone=contact.phone,
            language=contact.language,
        )
    except Refused as error:
        if error.code != "contact.exists":
            raise
