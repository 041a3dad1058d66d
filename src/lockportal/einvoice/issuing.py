"""What a document states in the terms of EN 16931, so that it can be written as an e-invoice.

Nothing is recomputed: a document whose amounts do not add up is refused, by the rule that they break. What the books do not say
is filled in where the standard asks for it and any reader understands the same: one line where there are no lines, a price for
the whole quantity where none is stated, the tax category as `shares` says.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from attrs import evolve

from lockportal.core.errors import Refused
from lockportal.core.money import EXPONENTS, Money
from lockportal.core.settings import Supplier
from lockportal.documents.models import Document, DocumentKind
from lockportal.einvoice import customs
from lockportal.einvoice.codes import is_iban
from lockportal.einvoice.items import items_of
from lockportal.einvoice.model import EInvoice
from lockportal.einvoice.parties import buyer_of, seller_of
from lockportal.einvoice.parts import AllowanceCharge, CreditAccount, Note, PaymentMeans, Preceding, TaxTotal
from lockportal.einvoice.rules import broken
from lockportal.einvoice.shares import OUTSIDE, Taxing, taxing_of
from lockportal.einvoice.written import clean
from lockportal.profiles.models import Customer

SPECIFICATION: Final = "urn:cen.eu:en16931:2017"
"""What a written e-invoice says that it follows."""
_TRANSFER: Final = "30"
_MOST_DIGITS: Final = 2
_FIELDS: Final[Mapping[str, str]] = {
    "BT-1": "number",
    "BT-9": "due_on",
    "BT-27": "supplier.name",
    "BT-31": "supplier.tax_id",
    "BT-40": "supplier.country",
    "BT-44": "customer.name",
    "BT-55": "customer.address.country",
    "BT-106": "lines",
    "BT-109": "subtotal",
    "BT-110": "tax",
    "BT-112": "total",
    "BT-115": "payable",
    "BT-116": "taxes",
    "BT-117": "taxes",
    "BT-119": "taxes",
    "BT-131": "lines",
    "BT-146": "lines.unit_price",
    "BT-151": "lines.tax_category",
    "BT-152": "lines.tax_rate",
    "BG-23": "taxes",
}
"""Which field of the document, the supplier or the customer a term is taken from."""


def issued(document: Document, supplier: Supplier, customer: Customer) -> EInvoice:
    """Answer the EInvoice of an invoice or memo; Refused names the rule that it would break and the field that lacks."""
    if document.kind not in customs.TYPE_CODES:
        raise Refused("einvoice.kind", f"a document of kind {document.kind} is no e-invoice", field="kind")
    taxing = taxing_of(document)
    invoice = _stated(document, supplier, customer, taxing)
    if EXPONENTS[invoice.currency] > _MOST_DIGITS and not _two_digits(document):
        raise Refused("einvoice.br-dec-14", "EN 16931 takes amounts of two digits after the point at most", field="currency")
    for rule in broken(invoice):
        message = f"{rule.id.upper()}: an e-invoice needs {rule.says} ({rule.term})."
        raise Refused(f"einvoice.{rule.id}", message, field=_field(rule.term, document))
    return invoice


def _field(term: str, document: Document) -> str:
    name = _FIELDS.get(term, term)
    return name if document.bill_to is None else name.replace("customer.", "bill_to.")


def _stated(document: Document, supplier: Supplier, customer: Customer, taxing: Taxing) -> EInvoice:
    named = {one.name: clean(one.value) for one in document.custom}
    prepaid, payable = _settled(document, taxing.total)
    lines = items_of(document, taxing)
    allowances, charges = _adjusted(document, taxing)
    outside = any(share.category == OUTSIDE for share in taxing.shares)
    currency = taxing.subtotal.currency
    return _with_customs(
        EInvoice(
            specification=SPECIFICATION,
            number=clean(document.number),
            issued_on=document.issued_on,
            type_code=customs.type_code(document.kind, named),
            currency=currency,
            due_on=document.due_on,
            order=clean(document.po_number),
            contract=_reference(document, DocumentKind.CONTRACT),
            despatch_advice=_reference(document, DocumentKind.DESPATCH_ADVICE),
            receiving_advice=_reference(document, DocumentKind.PROOF_OF_DELIVERY),
            payment_terms=customs.payment_terms(named) or clean(document.terms),
            notes=(Note(text=clean(document.notes)),) if document.notes.strip() else (),
            preceding=tuple(
                Preceding(number=clean(one.number)) for one in document.references if one.kind is DocumentKind.INVOICE
            ),
            seller=seller_of(supplier, outside=outside),
            buyer=buyer_of(document, customer, outside=outside),
            payment_means=_means(supplier) if document.kind is not DocumentKind.CREDIT_MEMO else (),
            allowances=allowances,
            charges=charges,
            lines_total=sum((line.amount or Decimal(0) for line in lines), Decimal(0)),
            allowances_total=_sum(allowances),
            charges_total=_sum(charges),
            total_without_tax=taxing.subtotal.decimal,
            tax_totals=(TaxTotal(amount=taxing.tax.decimal, currency=currency),),
            total=taxing.total.decimal,
            prepaid=_decimal(prepaid),
            rounding=_decimal(document.rounding),
            payable=payable.decimal,
            taxes=tuple(taxing.subtotals()),
            lines=lines,
        ),
        named,
    )


def _with_customs(invoice: EInvoice, named: Mapping[str, str]) -> EInvoice:
    found: dict[str, Any] = customs.terms_in(named)
    accounted = customs.accounted_tax(named)
    currency = found.pop("tax_currency", "")
    if currency in EXPONENTS and currency != invoice.currency and accounted:
        try:
            total = TaxTotal(amount=Money.of(accounted, currency).decimal, currency=currency)
        except ValueError:
            raise Refused("einvoice.br-53", f"the VAT in {currency} is no amount: {accounted[:40]!r}", field="custom") from None
        found |= {"tax_currency": currency, "tax_totals": (*invoice.tax_totals, total)}
    return evolve(invoice, **found)


def _settled(document: Document, whole: Money) -> tuple[Money | None, Money]:
    """Answer what was paid before and what is due: one of them may be stated, the other follows."""
    due = whole if document.rounding is None else whole + document.rounding
    if document.payable is None:
        return document.prepaid, due if document.prepaid is None else due - document.prepaid
    return document.prepaid or (due - document.payable) or None, document.payable


def _adjusted(document: Document, taxing: Taxing) -> tuple[tuple[AllowanceCharge, ...], tuple[AllowanceCharge, ...]]:
    less: list[AllowanceCharge] = []
    more: list[AllowanceCharge] = []
    for one in document.adjustments:
        category, rate = taxing.of(one.tax_category, one.tax_rate, field="adjustments.tax_category")
        below = one.amount.minor < 0
        (less if below else more).append(
            AllowanceCharge(
                amount=abs(one.amount).decimal,
                reason=clean(one.reason),
                reason_code="" if one.reason.strip() else "95" if below else "ZZZ",
                tax_category=category,
                tax_rate=rate,
            )
        )
    return tuple(less), tuple(more)


def _means(supplier: Supplier) -> tuple[PaymentMeans, ...]:
    """Answer the transfer to the supplier's account, where an IBAN stands on its papers."""
    text = " ".join(supplier.bank)
    found = (sought.group().replace(" ", "") for sought in re.finditer(r"\b[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{1,4}){3,8}", text))
    account = next((one for one in found if is_iban(one)), "")
    return (PaymentMeans(code=_TRANSFER, account=CreditAccount(id=account)),) if account else ()


def _reference(document: Document, kind: DocumentKind) -> str:
    return next((clean(one.number) for one in document.references if one.kind is kind), "")


def _sum(some: tuple[AllowanceCharge, ...]) -> Decimal | None:
    return sum((one.amount or Decimal(0) for one in some), Decimal(0)) if some else None


def _decimal(amount: Money | None) -> Decimal | None:
    return None if amount is None else amount.decimal


def _two_digits(document: Document) -> bool:
    stated = (document.total, document.subtotal, document.tax, document.payable, *(line.amount for line in document.lines))
    return all(one is None or one.decimal == round(one.decimal, _MOST_DIGITS) for one in stated)
