"""E-invoices by EN 16931: read and written as UBL 2.1, CII and Factur-X, behind a model of its own."""

from lockportal.einvoice.conformance import check
from lockportal.einvoice.model import EInvoice, InvoiceLine
from lockportal.einvoice.reader import InvoiceReader
from lockportal.einvoice.rules import RULES, broken
from lockportal.einvoice.syntaxes import parse, write
from lockportal.einvoice.writer import InvoiceWriter

__all__ = ["RULES", "EInvoice", "InvoiceLine", "InvoiceReader", "InvoiceWriter", "broken", "check", "parse", "write"]
