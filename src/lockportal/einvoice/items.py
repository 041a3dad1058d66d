"""The lines of a document in the terms of EN 16931."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from lockportal.core.errors import Refused
from lockportal.core.money import Money, Rounding
from lockportal.documents.models import Document, Line
from lockportal.einvoice.codes import unit_code
from lockportal.einvoice.model import InvoiceLine
from lockportal.einvoice.parts import AllowanceCharge
from lockportal.einvoice.shares import Taxing
from lockportal.einvoice.written import clean

_ONE: Final = Decimal(1)
_DISCOUNT: Final = "95"
"""UNTDID 5189: a discount."""
_CHARGE: Final = "ZZZ"
"""UNTDID 7161: a charge that both sides know."""


def items_of(document: Document, taxing: Taxing) -> tuple[InvoiceLine, ...]:
    """Answer the lines, one of the subtotal where the document has none."""
    if not document.lines:
        return (_whole(document, taxing),)
    return tuple(_item(line, place, taxing) for place, line in enumerate(document.lines, 1))


def _whole(document: Document, taxing: Taxing) -> InvoiceLine:
    amount = taxing.subtotal
    for one in document.adjustments:
        amount -= one.amount
    category, rate = taxing.of("", None, field="lines")
    return InvoiceLine(
        number="1",
        quantity=-_ONE if amount.minor < 0 else _ONE,
        unit=unit_code(""),
        amount=amount.decimal,
        price=abs(amount).decimal,
        name=clean(document.number),
        tax_category=category,
        tax_rate=rate,
    )


def _item(line: Line, place: int, taxing: Taxing) -> InvoiceLine:
    amount = line.amount if line.amount is not None else _computed(line, taxing.subtotal.currency)
    quantity, price, price_quantity = _priced(line, amount)
    category, rate = taxing.of(line.tax_category, line.tax_rate, field="lines.tax_category")
    name, _, description = line.description.strip().partition("\n")
    allowances, charges = _discounted(line)
    return InvoiceLine(
        number=clean(line.number) or str(place),
        quantity=quantity,
        unit=unit_code(line.unit),
        amount=amount.decimal,
        order_line=clean(line.order_line),
        allowances=allowances,
        charges=charges,
        price=price,
        price_quantity=price_quantity,
        tax_category=category,
        tax_rate=rate,
        name=clean(name) or clean(line.product_code) or str(place),
        description=clean(description),
        seller_item=clean(line.product_code),
    )


def _computed(line: Line, currency: str) -> Money:
    """Answer the amount of a line that states only its price."""
    if line.unit_price is None or line.quantity is None:
        raise Refused("einvoice.br-24", "BR-24: an e-invoice needs each line's amount (BT-131).", field="lines.amount")
    exact = line.quantity * line.unit_price / (line.price_per or _ONE)
    amount = Money.of(exact, currency, rounding=Rounding.HALF_UP)
    return amount if line.discount is None else amount - line.discount


def _priced(line: Line, amount: Money) -> tuple[Decimal, Decimal, Decimal | None]:
    """Answer quantity, price and what the price is for. No price may be below zero (BR-27): a negative one turns the quantity."""
    quantity, price, per = line.quantity, line.unit_price, line.price_per
    if quantity is None:
        quantity, price, per = _ONE, (amount.decimal if price is None else price), None
    if price is None:
        gross = amount if line.discount is None else amount + line.discount
        price, per = gross.decimal, abs(quantity) if quantity else None
        if quantity < 0:
            price = -price
    return (-quantity, -price, per) if price < 0 else (quantity, price, per)


def _discounted(line: Line) -> tuple[tuple[AllowanceCharge, ...], tuple[AllowanceCharge, ...]]:
    if not line.discount:
        return (), ()
    amount = abs(line.discount).decimal
    if line.discount.minor > 0:
        return (AllowanceCharge(amount=amount, reason_code=_DISCOUNT),), ()
    return (), (AllowanceCharge(amount=amount, reason_code=_CHARGE),)
