"""Documents as PDF: a renderer on plain data, five templates that can be replaced, and one font."""

from lockportal.pdf.data import (
    AdjustmentData,
    BucketData,
    CreditMemoData,
    CustomData,
    DeliveryData,
    InvoiceData,
    ItemData,
    LineData,
    MoneyData,
    OrderData,
    PartyData,
    PromisedData,
    ReferenceData,
    StatementData,
    SupplierData,
    TaxData,
)
from lockportal.pdf.errors import PdfError
from lockportal.pdf.renderer import Attachment, TypstRenderer

__all__ = [
    "AdjustmentData",
    "Attachment",
    "BucketData",
    "CreditMemoData",
    "CustomData",
    "DeliveryData",
    "InvoiceData",
    "ItemData",
    "LineData",
    "MoneyData",
    "OrderData",
    "PartyData",
    "PdfError",
    "PromisedData",
    "ReferenceData",
    "StatementData",
    "SupplierData",
    "TaxData",
    "TypstRenderer",
]
