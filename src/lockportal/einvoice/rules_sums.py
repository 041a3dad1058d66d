"""The rules of EN 16931 about sums and what belongs together (BR-CO)."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from lockportal.einvoice.model import EInvoice, InvoiceLine
from lockportal.einvoice.parts import TaxSubtotal
from lockportal.einvoice.ruling import Rule, Weight, amounts, cents, summed

_FLAGGED: Final = Weight.FLAGGED
_NONE: Final = Decimal(0)
_HALF: Final = Decimal("0.5")
_COUNTRY: Final = 2


def _lines(invoice: EInvoice) -> bool:
    return invoice.lines_total is None or invoice.lines_total == summed(line.amount for line in invoice.lines)


def _allowances(invoice: EInvoice) -> bool:
    stated = invoice.allowances_total
    return not invoice.allowances if stated is None else stated == amounts(invoice.allowances)


def _charges(invoice: EInvoice) -> bool:
    stated = invoice.charges_total
    return not invoice.charges if stated is None else stated == amounts(invoice.charges)


def _without_tax(invoice: EInvoice) -> bool:
    if invoice.total_without_tax is None or invoice.lines_total is None:
        return True
    net = invoice.lines_total - (invoice.allowances_total or _NONE) + (invoice.charges_total or _NONE)
    return invoice.total_without_tax == cents(net)


def _taxes(invoice: EInvoice) -> bool:
    tax = invoice.tax_total
    return tax is None or not invoice.taxes or tax == summed(one.amount for one in invoice.taxes)


def _with_tax(invoice: EInvoice) -> bool:
    if invoice.total is None or invoice.total_without_tax is None or not invoice.currency:
        return True
    stated = [one.amount for one in invoice.tax_totals if one.currency == invoice.currency and one.amount is not None]
    if not invoice.tax_totals:
        return invoice.total == invoice.total_without_tax
    return len(stated) == 1 and invoice.total == cents(invoice.total_without_tax + stated[0])


def _due(invoice: EInvoice) -> bool:
    if invoice.payable is None or invoice.total is None:
        return True
    return cents(invoice.payable - (invoice.rounding or _NONE)) == cents(invoice.total - (invoice.prepaid or _NONE))


def taken(tax: TaxSubtotal) -> bool:
    """Say whether an amount of VAT is its rate of its base, within less than one unit of the currency.

    So the official check of UBL has it; that of CII lets one whole unit pass.
    """
    amount, base, rate = tax.amount, tax.base, tax.rate
    if amount is None or base is None:
        return True
    if rate is None or -_HALF <= rate < _HALF:
        return -_HALF <= amount < _HALF
    return abs(abs(amount) - cents(abs(base) * rate / 100)) < 1


def _period(line: InvoiceLine) -> bool:
    return line.period_start is not None or line.period_end is not None


def _has_country(vat_id: str) -> bool:
    return not vat_id or (len(vat_id) > _COUNTRY and vat_id[:_COUNTRY].isascii() and vat_id[:_COUNTRY].isalpha())


def _prefixed(invoice: EInvoice) -> bool:
    parties = (invoice.seller, invoice.buyer, invoice.tax_representative)
    return all(party is None or _has_country(party.vat_id) for party in parties)


def _identified(invoice: EInvoice) -> bool:
    seller = invoice.seller
    return seller is None or bool(seller.ids or seller.registration or seller.vat_id)


def _payable_by(invoice: EInvoice) -> bool:
    owed = invoice.payable is not None and invoice.payable > 0 and not invoice.credits
    return not owed or bool(invoice.due_on or invoice.payment_terms)


SUMS: Final = (
    Rule("br-co-03", "BT-7", "either the day of the tax point or its code", lambda i: not (i.tax_point and i.tax_point_code)),
    Rule("br-co-04", "BT-151", "each line's VAT category", lambda i: all(line.tax_category for line in i.lines)),
    Rule("br-co-09", "BT-31", "VAT identifiers that begin with their country's code", _prefixed),
    Rule("br-co-10", "BT-106", "a sum of the lines that is the lines' sum", _lines, _FLAGGED),
    Rule("br-co-11", "BT-107", "a sum of allowances that is the allowances' sum", _allowances, _FLAGGED),
    Rule("br-co-12", "BT-108", "a sum of charges that is the charges' sum", _charges, _FLAGGED),
    Rule("br-co-13", "BT-109", "a total without VAT = lines - allowances + charges", _without_tax, _FLAGGED),
    Rule("br-co-14", "BT-110", "a VAT that is the sum of its categories", _taxes, _FLAGGED),
    Rule("br-co-15", "BT-112", "a total = total without VAT + VAT", _with_tax, _FLAGGED),
    Rule("br-co-16", "BT-115", "an amount due = total - paid + rounding", _due, _FLAGGED),
    Rule("br-co-17", "BT-117", "each VAT to be its rate of its base", lambda i: all(taken(tax) for tax in i.taxes), _FLAGGED),
    Rule("br-co-18", "BG-23", "the VAT by category", lambda i: i.taxes),
    Rule("br-co-25", "BT-9", "a due date or payment terms", _payable_by),
    Rule("br-co-26", "BT-31", "an identifier, a registration or a VAT identifier of the seller", _identified),
)
"""Sums are flagged and never corrected: what is stated stands."""
