"""The lines of a document as people name them, and what each comes to with its tax, to the minor unit. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Final

from lockportal.core.money import Money, divide
from lockportal.documents.models import Document, Line

_HUNDRED: Final = 100


def lines_of(document: Document) -> Mapping[str, Line]:
    """Answer a document's lines by what claims call them: a number that is unique, else the place, as `#2`."""
    numbers = [line.number for line in document.lines]
    return {
        line.number if line.number and numbers.count(line.number) == 1 else f"#{place}": line
        for place, line in enumerate(document.lines, 1)
    }


def net_of(line: Line, currency: str) -> int | None:
    """Answer what a line was billed for before tax, in minor units: as stated, else its quantity times its price."""
    if line.amount is not None:
        return line.amount.minor
    if line.quantity is None or line.unit_price is None:
        return None
    exact = Fraction(line.quantity) * Fraction(line.unit_price) / Fraction(line.price_per or 1)
    return rounded(exact * _minor_units(currency))


def tax_on(document: Document, line: Line, billed: int, net: int) -> int:
    """Answer the tax on a part of a line: its own tax in proportion, else by its rate, else as the document's was taken."""
    if not billed or not net:
        return 0
    if line.tax is not None:
        return rounded(Fraction(line.tax.minor * net, billed))
    if line.tax_rate is not None:
        return rounded(Fraction(line.tax_rate) * net / _HUNDRED)
    shares = [one for one in document.taxes if one.category == line.tax_category] or list(document.taxes)
    if len(shares) == 1:
        (share,) = shares
        return rounded(Fraction(share.amount.minor * net, share.base.minor)) if share.base.minor else 0
    if document.tax is not None and document.subtotal is not None and document.subtotal.minor:
        return rounded(Fraction(document.tax.minor * net, document.subtotal.minor))
    return 0


def gross_of(document: Document, line: Line, currency: str) -> int | None:
    """Answer what a line comes to with its tax, in minor units; None for one that states no amount to reckon with."""
    net = net_of(line, currency)
    return None if net is None else net + tax_on(document, line, net, net)


def rounded(exact: Fraction) -> int:
    """Answer the nearest minor unit, halves away from nothing."""
    return divide(exact.numerator, exact.denominator)


def _minor_units(currency: str) -> int:
    return Money.of(1, currency).minor
