"""The plain data of papers, pure: what the renderer is given for an invoice, a memo, an order, a delivery, a statement."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from lockportal.core.money import Money
from lockportal.core.settings import Supplier
from lockportal.documents.models import POSTED, Document, DocumentKind, DocumentState, Line
from lockportal.documents.pairing import DELIVERIES, ORDERS
from lockportal.documents.parties import BillTo
from lockportal.documents.views import Statement
from lockportal.profiles.models import Customer

Plain = dict[str, Any]
MADE: Final = POSTED | ORDERS | DELIVERIES
"""The kinds of document of which a paper can be made."""


def money(amount: Money | None) -> Plain | None:
    """Answer an amount as minor units and currency."""
    return None if amount is None else {"minor": amount.minor, "currency": amount.currency}


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def supplier_data(supplier: Supplier, logo: str | None, language: str) -> Plain:
    """Answer the letterhead; `logo` is the image in base64."""
    return {
        "name": supplier.name,
        "address": list(supplier.address),
        "email": supplier.email or None,
        "phone": supplier.phone or None,
        "tax_id": supplier.tax_id or None,
        "bank": list(supplier.bank),
        "colour": supplier.branding.colour,
        "logo": logo,
        "language": language,
        "footer": supplier.footer or None,
    }


def customer_data(customer: Customer, bill_to: BillTo | None = None) -> Plain:
    """Answer whom a paper is for: the buyer as billed, where the document states it, under the customer's number."""
    stated = customer if bill_to is None else bill_to
    address = stated.address
    city = " ".join(part for part in (address.postcode, address.city) if part)
    lines = [*address.lines, city, address.region, address.country, *(() if bill_to is None else bill_to.tax_ids)]
    return {"name": stated.name, "number": customer.number, "address": [line for line in lines if line]}


def _line(line: Line) -> Plain:
    return {
        "number": line.number,
        "product_code": line.product_code or None,
        "description": line.description,
        "quantity": None if line.quantity is None else str(line.quantity),
        "unit": line.unit or None,
        "unit_price": None if line.unit_price is None else str(line.unit_price),
        "price_per": None if line.price_per in {None, 1} else str(line.price_per),
        "discount": money(line.discount),
        "tax": money(line.tax),
        "amount": money(line.amount),
    }


def _positive(amount: Money | None) -> Money | None:
    return None if amount is None else abs(amount)


def _state(document: Document, today: date) -> str:
    """Answer the word that is stamped on the paper."""
    balance, payable = document.balance, document.payable
    partly = balance is not None and payable is not None and abs(balance.minor) < abs(payable.minor)
    if document.kind is DocumentKind.CREDIT_MEMO:
        return "used" if not document.live else "partly_used" if partly else "open"
    if not document.live or (balance is not None and balance.minor < 0):
        return "paid"
    if document.state(today) is DocumentState.OVERDUE:
        return "overdue"
    return "partly_paid" if partly else "open"


def document_data(document: Document, supplier: Plain, customer: Plain, language: str, today: date) -> Plain:
    """Answer the data of an invoice, debit memo or credit memo, as it stands on a day."""
    credit = document.kind is DocumentKind.CREDIT_MEMO
    return {
        "supplier": supplier,
        "customer": customer,
        "language": language,
        "title": document.kind.value if document.kind is DocumentKind.DEBIT_MEMO else None,
        "number": document.number,
        "issued_on": _day(document.issued_on),
        "due_on": _day(document.due_on),
        "po_number": document.po_number or None,
        "terms": None if credit else document.terms or None,
        "currency": document.total.currency if document.total else None,
        "lines": [_line(line) for line in document.lines],
        **_sums(document),
        "prepaid": money(None if document.prepaid is None else -document.prepaid),
        "rounding": money(document.rounding),
        "balance": money(_positive(document.balance) if credit else document.balance),
        "due_payable": None if credit else money(document.balance),
        "state": _state(document, today),
        "references": _references(document),
        "notes": document.notes or None,
    }


def order_data(document: Document, supplier: Plain, customer: Plain, language: str) -> Plain:
    """Answer the data of a purchase order."""
    return {
        **_filed(document, supplier, customer, language),
        "terms": document.terms or None,
        "currency": document.total.currency if document.total else None,
        "lines": [_line(line) for line in document.lines],
        **_sums(document),
    }


def delivery_data(document: Document, supplier: Plain, customer: Plain, language: str) -> Plain:
    """Answer the data of a bill of lading or despatch advice: quantities, and no prices."""
    return {
        **_filed(document, supplier, customer, language),
        "po_number": document.po_number or None,
        "currency": None,
        "lines": [_delivered(line) for line in document.lines],
    }


def _filed(document: Document, supplier: Plain, customer: Plain, language: str) -> Plain:
    """Answer what the papers have in common that are not posted."""
    ordered = (DocumentKind.PURCHASE_ORDER, document.po_number)
    return {
        "supplier": supplier,
        "customer": customer,
        "language": language,
        "kind": document.kind.value,
        "number": document.number,
        "issued_on": _day(document.issued_on),
        "references": [reference for reference in _references(document) if (reference["kind"], reference["number"]) != ordered],
        "custom": [{"name": custom.name, "value": custom.value} for custom in document.custom],
        "notes": document.notes or None,
    }


def _delivered(line: Line) -> Plain:
    quantity = line.quantity if line.shipped is None else line.shipped
    bare = _line(Line(number=line.number, product_code=line.product_code, description=line.description, unit=line.unit))
    return {
        **bare,
        "quantity": None if quantity is None else str(quantity),
        "ordered": None if line.ordered is None else str(line.ordered),
        "received": None if line.received is None else str(line.received),
    }


def _references(document: Document) -> list[Plain]:
    return [{"kind": reference.kind.value, "number": reference.number} for reference in document.references]


def _sums(document: Document) -> Plain:
    """Answer what stands under the lines, as it was stated."""
    return {
        "adjustments": [{"amount": money(one.amount), "reason": one.reason or None} for one in document.adjustments],
        "subtotal": money(document.subtotal),
        "taxes": [
            {"rate": None if share.rate is None else str(share.rate), "amount": money(share.amount)} for share in document.taxes
        ],
        "tax": money(document.tax),
        "total": money(document.total),
    }


def statement_data(statement: Statement, supplier: Plain, customer: Plain, language: str) -> Plain:
    """Answer the data of an open-item statement."""
    return {
        "supplier": supplier,
        "customer": customer,
        "language": language,
        "currency": statement.currency,
        "as_of": statement.as_of.isoformat(),
        "buckets": [{"label": bucket.label, "amount": money(bucket.amount)} for bucket in statement.buckets],
        "items": [
            {
                "date": _day(item.issued_on),
                "number": item.number,
                "kind": item.kind,
                "due_on": _day(item.due_on),
                "reference": item.reference or None,
                "original": money(item.original),
                "open": money(item.balance),
                "days_late": item.days_late,
            }
            for item in statement.items
        ],
        "credits": [
            {
                "date": _day(item.issued_on),
                "number": item.number,
                "kind": item.kind,
                "reference": item.reference or None,
                "original": money(item.original),
                "open": money(item.balance),
            }
            for item in statement.credits
        ],
        "total_open": money(statement.balance + statement.unapplied),
        "unapplied": money(statement.unapplied),
        "balance": money(statement.balance),
    }
