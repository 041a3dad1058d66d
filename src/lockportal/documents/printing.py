"""Where papers are made: the PDFs of documents and statements, in the customer's language, under the supplier's letterhead."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

from lockportal.context import Context
from lockportal.core.errors import Refused
from lockportal.core.settings import Supplier
from lockportal.documents import papers
from lockportal.documents.files.media import PDF
from lockportal.documents.lookup import Lookup
from lockportal.documents.models import Document, DocumentKind
from lockportal.documents.pairing import DELIVERIES, ORDERS
from lockportal.documents.views import Paper, Statement
from lockportal.profiles.models import Customer


class Printing:
    """Makes the papers of one supplier."""

    def __init__(self, context: Context, lookup: Lookup) -> None:
        """Take the renderer and the supplier."""
        self._renderer = context.renderer
        self._supplier = context.supplier
        self._lookup = lookup

    def paper(self, document: Document, customer: Customer) -> Paper:
        """Make the PDF of a document of a kind of which there is one (`papers.MADE`)."""
        language = language_of(customer, self._supplier)
        around = (letterhead(self._supplier, language), papers.customer_data(customer, document.bill_to), language)
        if document.kind in ORDERS:
            template, data = "order", papers.order_data(document, *around)
        elif document.kind in DELIVERIES:
            template, data = "delivery", papers.delivery_data(document, *around)
        else:
            template = "credit_memo" if document.kind is DocumentKind.CREDIT_MEMO else "invoice"
            data = papers.document_data(document, *around, self._lookup.today())
        return Paper(paper_name(document, "pdf"), PDF, self._renderer.render(template, data))

    def statement(self, statement: Statement, customer: Customer) -> Paper:
        """Make the PDF of a statement in one currency."""
        language = language_of(customer, self._supplier)
        data = papers.statement_data(statement, letterhead(self._supplier, language), papers.customer_data(customer), language)
        name = f"statement-{file_name(customer.number)}-{statement.currency}-{statement.as_of}.pdf"
        return Paper(name, PDF, self._renderer.render("statement", data))


def language_of(customer: Customer, supplier: Supplier) -> str:
    """Answer the language of a customer's papers."""
    return customer.language or supplier.languages[0]


def letterhead(supplier: Supplier, language: str) -> dict[str, Any]:
    """Answer the supplier as its papers show it; Refused where its logo cannot be read."""
    logo = supplier.branding.logo
    try:
        image = None if logo is None else base64.b64encode(Path(logo).read_bytes()).decode()
    except OSError as error:
        raise Refused("branding.logo_unreadable", f"The logo cannot be read: {error}", field="branding.logo") from error
    return papers.supplier_data(supplier, image, language)


def paper_name(document: Document, ending: str) -> str:
    """Answer what a document is called when it is saved."""
    return f"{document.kind}-{file_name(document.number)}.{ending}"


def file_name(number: str) -> str:
    """Keep of a number what every file system takes."""
    return "".join(sign if sign.isascii() and (sign.isalnum() or sign in "-_.") else "_" for sign in number)[:80]
