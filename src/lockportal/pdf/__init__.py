"""Documents as PDF: a renderer on plain data, three templates that can be replaced, and one font."""

from lockportal.pdf.data import (
    BucketData,
    CreditMemoData,
    InvoiceData,
    ItemData,
    LineData,
    MoneyData,
    PartyData,
    PromisedData,
    ReferenceData,
    StatementData,
    SupplierData,
)
from lockportal.pdf.errors import PdfError
from lockportal.pdf.renderer import Attachment, TypstRenderer

__all__ = [
    "Attachment",
    "BucketData",
    "CreditMemoData",
    "InvoiceData",
    "ItemData",
    "LineData",
    "MoneyData",
    "PartyData",
    "PdfError",
    "PromisedData",
    "ReferenceData",
    "StatementData",
    "SupplierData",
    "TypstRenderer",
]
