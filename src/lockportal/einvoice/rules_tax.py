"""The rules of EN 16931 about the VAT categories: standard rate (BR-S) and not subject to VAT (BR-O)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from lockportal.einvoice.model import EInvoice
from lockportal.einvoice.parts import AllowanceCharge, Party, TaxSubtotal
from lockportal.einvoice.rules_sums import taken
from lockportal.einvoice.ruling import Rule, Weight, amounts

_STANDARD: Final = "S"
_OUTSIDE: Final = "O"


def _categories(invoice: EInvoice) -> Iterator[str]:
    """Answer the categories that lines, allowances and charges bear."""
    yield from (line.tax_category for line in invoice.lines)
    yield from (one.tax_category for one in (*invoice.allowances, *invoice.charges))


def _broken_down(invoice: EInvoice, category: str) -> bool:
    return (category in set(_categories(invoice))) is any(tax.category == category for tax in invoice.taxes)


def _taxable(invoice: EInvoice, used: bool) -> bool:
    seller, representative = invoice.seller or Party(), invoice.tax_representative or Party()
    return not used or bool(seller.vat_id or seller.tax_registration or representative.vat_id)


def _rated(adjustments: tuple[AllowanceCharge, ...]) -> bool:
    return all((one.tax_rate or 0) > 0 for one in adjustments if one.tax_category == _STANDARD)


def _standard_base(invoice: EInvoice, tax: TaxSubtotal) -> bool:
    """Compare with the lines, allowances and charges of the same rate, within one unit, as the official check has it."""
    if tax.base is None or tax.rate is None:
        return True
    lines = [n.amount for n in invoice.lines if n.tax_category == _STANDARD and n.tax_rate == tax.rate and n.amount is not None]
    less, more = (
        [one for one in some if one.tax_category == _STANDARD and one.tax_rate == tax.rate]
        for some in (invoice.allowances, invoice.charges)
    )
    if not lines and not less and not more:
        return False
    return abs(tax.base - (sum(lines, Decimal(0)) + amounts(more) - amounts(less))) < 1


def _standard(invoice: EInvoice) -> Iterator[TaxSubtotal]:
    return (tax for tax in invoice.taxes if tax.category == _STANDARD)


def _without_vat_ids(invoice: EInvoice) -> bool:
    if all(line.tax_category != _OUTSIDE for line in invoice.lines):
        return True
    return not any(party and party.vat_id for party in (invoice.seller, invoice.tax_representative, invoice.buyer))


def _alone(invoice: EInvoice) -> bool:
    categories = {tax.category for tax in invoice.taxes}
    return _OUTSIDE not in categories or categories == {_OUTSIDE}


TAXES: Final = (
    Rule("br-s-01", "BG-23", "a VAT at standard rate where lines bear it", lambda i: _broken_down(i, _STANDARD)),
    Rule("br-s-02", "BT-31", "a tax id of the seller", lambda i: _taxable(i, any(n.tax_category == _STANDARD for n in i.lines))),
    Rule(
        "br-s-03",
        "BT-31",
        "a tax id of the seller",
        lambda i: _taxable(i, any(a.tax_category == _STANDARD for a in i.allowances)),
    ),
    Rule(
        "br-s-04", "BT-31", "a tax id of the seller", lambda i: _taxable(i, any(c.tax_category == _STANDARD for c in i.charges))
    ),
    Rule(
        "br-s-05",
        "BT-152",
        "a rate above zero on lines at standard rate",
        lambda i: all((line.tax_rate or 0) > 0 for line in i.lines if line.tax_category == _STANDARD),
    ),
    Rule("br-s-06", "BT-96", "a rate above zero on allowances at standard rate", lambda i: _rated(i.allowances)),
    Rule("br-s-07", "BT-103", "a rate above zero on charges at standard rate", lambda i: _rated(i.charges)),
    Rule(
        "br-s-08",
        "BT-116",
        "a base that its lines add up to",
        lambda i: all(_standard_base(i, tax) for tax in _standard(i)),
        Weight.FLAGGED,
    ),
    Rule(
        "br-s-09",
        "BT-117",
        "each VAT to be its rate of its base",
        lambda i: all(taken(tax) for tax in _standard(i)),
        Weight.FLAGGED,
    ),
    Rule("br-s-10", "BT-120", "no reason for taking no VAT", lambda i: not any(t.reason or t.reason_code for t in _standard(i))),
    Rule("br-o-02", "BT-31", "no VAT identifiers where nothing is subject to VAT", _without_vat_ids),
    Rule(
        "br-o-05",
        "BT-152",
        "no rate on lines that are not subject to VAT",
        lambda i: all(_unrated(n.tax_category, n.tax_rate) for n in i.lines),
    ),
    Rule(
        "br-o-10",
        "BT-120",
        "a reason why nothing is subject to VAT",
        lambda i: all(tax.reason or tax.reason_code for tax in i.taxes if tax.category == _OUTSIDE),
    ),
    Rule("br-o-11", "BG-23", "no other VAT beside what is not subject to VAT", _alone),
)
"""A tax adviser's business more than the ledger's."""


def _unrated(category: str, rate: Decimal | None) -> bool:
    return category != _OUTSIDE or rate is None
