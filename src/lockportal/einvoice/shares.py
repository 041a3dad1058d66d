"""The VAT of a document by category and rate, as stated or, where the books state none, as little as can be said.

A document with a tax but no category is at the standard rate (S), at the rate that its tax is of its subtotal: there is no other
category under which a tax is taken. One without any tax is not subject to VAT (O): zero-rated, exempt, reverse charge and
export are claims about the law that the books do not make.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from attrs import frozen

from lockportal.core.errors import Refused
from lockportal.core.money import Money
from lockportal.core.money import total as sum_of
from lockportal.documents.models import Document, TaxShare
from lockportal.einvoice.parts import TaxSubtotal
from lockportal.einvoice.written import clean

STANDARD: Final = "S"
OUTSIDE: Final = "O"
_NO_TAX: Final = "Not subject to VAT"
_CODE: Final = re.compile(r"VATEX-[A-Z0-9-]+")
_MOST_PLACES: Final = 8
_CATEGORIES: Final = frozenset({"S", "Z", "E", "AE", "K", "G", "O", "L", "M", "B"})


@frozen
class Taxing:
    """What a document states of tax: `shares` are all its categories and rates."""

    total: Money
    subtotal: Money
    tax: Money
    shares: tuple[TaxShare, ...]

    def of(self, category: str, rate: Decimal | None, *, field: str) -> tuple[str, Decimal | None]:
        """Answer the category and rate of a line: its own, or the document's where that is of one; Refused where it is not."""
        if category:
            found = rate if rate is not None else self._rate(category)
            return category, None if category == OUTSIDE else found
        if len(self.shares) != 1:
            message = "BR-CO-04: an e-invoice needs each line's VAT category (BT-151), as the document has several."
            raise Refused("einvoice.br-co-04", message, field=field)
        share = self.shares[0]
        return share.category, None if share.category == OUTSIDE else share.rate

    def subtotals(self) -> Iterator[TaxSubtotal]:
        """Answer the VAT by category as EN 16931 states it."""
        for share in self.shares:
            reason = clean(share.reason)
            coded = _CODE.fullmatch(reason) is not None
            if share.category == OUTSIDE and not reason:
                reason = _NO_TAX
            yield TaxSubtotal(
                base=share.base.decimal,
                amount=share.amount.decimal,
                category=share.category,
                rate=None if share.category == OUTSIDE else share.rate,
                reason="" if coded else reason,
                reason_code=reason if coded else "",
            )

    def _rate(self, category: str) -> Decimal | None:
        rates = {share.rate for share in self.shares if share.category == category}
        return rates.pop() if len(rates) == 1 else None


def taxing_of(document: Document) -> Taxing:
    """Answer what a document states of tax."""
    whole = document.total
    if whole is None:
        raise Refused("einvoice.br-14", "BR-14: an e-invoice needs the total with VAT (BT-112).", field="total")
    tax = _tax(document, whole.currency)
    subtotal = document.subtotal if document.subtotal is not None else whole - tax
    unknown = {share.category for share in document.taxes} - _CATEGORIES
    if unknown:
        message = f"BR-CL-17: {min(unknown)[:20]!r} is no VAT category of UNTDID 5305 (BT-118)."
        raise Refused("einvoice.br-cl-17", message, field="taxes.category")
    shares = document.taxes or _by_line(document, subtotal) or (_only(subtotal, tax),)
    return Taxing(whole, subtotal, tax, shares)


def _tax(document: Document, currency: str) -> Money:
    if document.tax is not None:
        return document.tax
    if document.taxes:
        return sum_of((share.amount for share in document.taxes), currency)
    return sum_of((line.tax for line in document.lines if line.tax is not None), currency)


def _by_line(document: Document, subtotal: Money) -> tuple[TaxShare, ...]:
    """Answer the shares of lines that all state their category, adjustments with them."""
    stated = [(line.tax_category, line.tax_rate, line.amount) for line in document.lines]
    stated += [(one.tax_category, one.tax_rate, one.amount) for one in document.adjustments]
    bases: dict[tuple[str, Decimal | None], Money] = {}
    for category, rate, amount in stated:
        if not category or amount is None:
            return ()
        key = (category, None if category == OUTSIDE else rate or Decimal(0))
        bases[key] = bases.get(key, Money.zero(subtotal.currency)) + amount
    return tuple(
        TaxShare(category=category, rate=rate, base=base, amount=base.scale((rate or Decimal(0)) / 100))
        for (category, rate), base in bases.items()
    )


def _only(subtotal: Money, tax: Money) -> TaxShare:
    if not tax:
        return TaxShare(category=OUTSIDE, base=subtotal, amount=tax)
    return TaxShare(category=STANDARD, rate=implied_rate(subtotal, tax), base=subtotal, amount=tax)


def implied_rate(subtotal: Money, tax: Money) -> Decimal:
    """Answer the rate, per cent and with as few digits as will do, at which a tax is taken of a subtotal."""
    if not subtotal:
        raise Refused(
            "einvoice.br-co-17", "BR-CO-17: there is a tax (BT-117), but nothing that it is taken of (BT-116).", field="tax"
        )
    exact = Decimal(100) * tax.minor / subtotal.minor
    rounded = (round(exact, places) for places in range(_MOST_PLACES + 1))
    return next((rate for rate in rounded if subtotal.scale(rate / 100) == tax), exact)
