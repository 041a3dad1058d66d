"""Terms of an e-invoice that documents have no field for: they are kept as custom fields, and written back from them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

from lockportal.documents.models import DocumentKind
from lockportal.einvoice.model import CREDIT_NOTES, EInvoice

CODE: Final = r"[A-Za-z0-9][A-Za-z0-9_.%/+-]{0,63}"
"""Payment terms that are a code, and no sentence."""

_TYPE: Final = "Invoice type"
_TERMS: Final = "Payment terms"
_TAX: Final = "VAT in VAT currency"
_FIELDS: Final[Mapping[str, str]] = {
    "sales_order": "Sales order",
    "buyer_reference": "Buyer reference",
    "buyer_accounting": "Buyer accounting reference",
    "project": "Project",
    "tender": "Tender",
    "remittance": "Remittance information",
    "period_start": "Period from",
    "period_end": "Period to",
    "delivered_on": "Delivered on",
    "tax_point": "VAT point date",
    "tax_currency": "VAT currency",
}
_DAYS: Final = frozenset({"period_start", "period_end", "delivered_on", "tax_point"})
_DEBITS: Final = frozenset({"80", "84", "383"})
"""The type codes (UNTDID 1001) of debit notes."""
TYPE_CODES: Final[Mapping[DocumentKind, str]] = {
    DocumentKind.INVOICE: "380",
    DocumentKind.CREDIT_MEMO: "381",
    DocumentKind.DEBIT_MEMO: "383",
}
"""The usual type code of each kind of document."""


def kind_of(type_code: str, *, turned: bool = False) -> DocumentKind:
    """Answer the kind of document that a type code means; one of negative amounts (`turned`) is the opposite."""
    if type_code in CREDIT_NOTES:
        return DocumentKind.DEBIT_MEMO if turned else DocumentKind.CREDIT_MEMO
    if turned:
        return DocumentKind.CREDIT_MEMO
    return DocumentKind.DEBIT_MEMO if type_code in _DEBITS else DocumentKind.INVOICE


def customs_of(invoice: EInvoice, *, turned: bool, coded: bool) -> Iterator[tuple[str, str]]:
    """Answer the names and values to keep; `coded` says that the payment terms are kept as a code already."""
    if not turned and invoice.type_code != TYPE_CODES[kind_of(invoice.type_code)]:
        yield _TYPE, invoice.type_code
    if invoice.payment_terms and not coded:
        yield _TERMS, invoice.payment_terms
    for field, name in _FIELDS.items():
        value = getattr(invoice, field)
        if value:
            yield name, str(value)
    if invoice.accounted_tax is not None:
        yield _TAX, format(-invoice.accounted_tax if turned else invoice.accounted_tax, "f")


def terms_in(customs: Mapping[str, str]) -> dict[str, Any]:
    """Answer the fields of an EInvoice that custom fields state; what is no day where one is needed is left out."""
    found: dict[str, Any] = {}
    for field, name in _FIELDS.items():
        value = customs.get(name, "").strip()
        if not value:
            continue
        if field not in _DAYS:
            found[field] = value
        elif day := _day(value):
            found[field] = day
    return found


def type_code(kind: DocumentKind, customs: Mapping[str, str]) -> str:
    """Answer the type code of a document: the one it came with, where that is of its kind."""
    stated = customs.get(_TYPE, "")
    return stated if stated and kind_of(stated) is kind else TYPE_CODES[kind]


def payment_terms(customs: Mapping[str, str]) -> str:
    """Answer the payment terms that a custom field states in words."""
    return customs.get(_TERMS, "")


def accounted_tax(customs: Mapping[str, str]) -> str:
    """Answer the VAT in the currency that it is accounted for in, as a custom field states it."""
    return customs.get(_TAX, "")


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
