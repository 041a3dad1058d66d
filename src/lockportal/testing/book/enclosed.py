"""What lies beside the documents of a book: signed delivery notes, and a paper of the supplier's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import UUID

from lockportal.core.actor import SYSTEM, staff
from lockportal.core.settings import Supplier
from lockportal.documents.models import Document, DocumentKind, DocumentState
from lockportal.documents.shared.models import PaperKind
from lockportal.documents.views import Filter
from lockportal.testing.book.sheets import sheet

if TYPE_CHECKING:
    from lockportal.portal import Portal
    from lockportal.testing.book.book import Book

_OFFICE: Final = staff("office")
_SIGNED: Final = 2
_LETTER: Final = "bank-letter.pdf"


def enclose(portal: Portal, book: Book) -> None:
    """Lay a signed delivery note beside an invoice of each of the first two customers, and hang out a letter of the bank.

    For a customer to whom more was billed than came, it is that invoice. The same again changes nothing, and brings back
    contents that the file store lost.
    """
    for customer in book.customers[:_SIGNED]:
        account_id = portal.profiles.customer_by_number(customer.number, by=SYSTEM).account_id
        invoice = _invoice(portal, account_id)
        if invoice is not None:
            portal.documents.attach(account_id, invoice.id, _note(invoice), f"delivery-note-{invoice.number}.pdf", SYSTEM)
    letter, title = _letter(portal.supplier), "Our bank details, confirmed"
    portal.documents.publish(letter, _LETTER, _OFFICE, kind=PaperKind.BANK_LETTER, title=title, key=f"book/{_LETTER}")


def _invoice(portal: Portal, account_id: UUID) -> Document | None:
    for state in (DocumentState.OVERDUE, None):
        wanted = Filter(kind=DocumentKind.INVOICE, state=state)
        rows = portal.documents.search(account_id, SYSTEM, wanted, sort="issued_on", limit=100 if state else 1).items
        for row in rows:
            document = portal.documents.get(account_id, row.id, SYSTEM).document
            if state is None or _is_short(document):
                return document
    return None


def _is_short(document: Document) -> bool:
    """Say whether an invoice bills more of a line than was shipped."""
    return any(line.quantity and line.shipped is not None and line.shipped < line.quantity for line in document.lines)


def _note(invoice: Document) -> bytes:
    goods = (f"{line.shipped} {line.unit}   {line.product_code}   {line.description}" for line in invoice.lines if line.shipped)
    said = "Not all that was ordered was on the truck." if _is_short(invoice) else "Received complete and in good order."
    return sheet(f"Delivery note for {invoice.number}", ("Goods received:", "", *goods, "", said, "Signed at the dock."))


def _letter(supplier: Supplier) -> bytes:
    said = ("We confirm that these are our accounts, and that there are no others:", "", *supplier.bank)
    advice = "Call us, at the number you know, if a letter tells you otherwise."
    return sheet("Our bank details", (supplier.name, "", *said, "", advice))
