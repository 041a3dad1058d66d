"""The writer of e-invoices: a document as UBL 2.1 or CII, and a Factur-X of its paper."""

from __future__ import annotations

from lockportal.core.settings import Supplier
from lockportal.documents.models import Document
from lockportal.documents.ports import Syntax
from lockportal.einvoice import embedding, syntaxes
from lockportal.einvoice.issuing import issued
from lockportal.profiles.models import Customer


class InvoiceWriter:
    """Writes invoices, credit memos and debit memos by EN 16931."""

    def xml(self, document: Document, supplier: Supplier, customer: Customer, syntax: Syntax) -> bytes:
        """Answer the document as UBL 2.1 or CII (for Factur-X too); Refused names the rule and the field that lacks."""
        return syntaxes.write(issued(document, supplier, customer), syntax)

    def embed(self, paper: bytes, xml: bytes) -> bytes:
        """Answer the paper, a PDF/A-3, with the CII attached as Factur-X says."""
        return embedding.embed(paper, xml)
