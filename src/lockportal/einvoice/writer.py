"""The writer of e-invoices: a document as UBL 2.1 or CII, a Factur-X of its paper, and what is inside one."""

from __future__ import annotations

from lockportal.core.settings import Supplier
from lockportal.documents.models import Document
from lockportal.documents.ports import Syntax
from lockportal.einvoice import embedding, hybrid, planting, syntaxes
from lockportal.einvoice.issuing import issued
from lockportal.profiles.models import Customer


class InvoiceWriter:
    """Writes invoices, credit memos and debit memos by EN 16931, and takes e-invoices out of PDFs."""

    def check(self, document: Document, supplier: Supplier, customer: Customer) -> None:
        """Refuse a document that cannot be written, naming the rule and the field that lacks."""
        planting.lxml()
        issued(document, supplier, customer)

    def xml(self, document: Document, supplier: Supplier, customer: Customer, syntax: Syntax) -> bytes:
        """Answer the document as UBL 2.1 or CII (for Factur-X too); Refused names the rule and the field that lacks."""
        return syntaxes.write(issued(document, supplier, customer), syntax)

    def embed(self, paper: bytes, xml: bytes) -> bytes:
        """Answer the paper, a PDF/A-3, with the CII attached as Factur-X says."""
        return embedding.embed(paper, xml)

    def inside(self, paper: bytes) -> bytes | None:
        """Answer the XML of the e-invoice inside a PDF, None if there is none; Refused `pdf.*` where it is not clear which."""
        return hybrid.invoice_in(paper)
