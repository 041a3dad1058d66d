"""Turns trades into what the books state: purchase orders, bills of lading, invoices, credit and debit memos, all numbered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal

from attrs import frozen

from lockportal.core.money import Money, total
from lockportal.documents.models import CustomField, DocumentFacts, DocumentKind, Line, Reference
from lockportal.testing.book.goods import CARRIERS
from lockportal.testing.book.house import TERMS
from lockportal.testing.book.models import BookCustomer
from lockportal.testing.book.trade import Item, Trade

_PERCENT = 10_000
_REASONS = ("Goods returned unused", "Damaged in transit", "Price as agreed in the contract", "Delivered short")
_CLAIMS = ("Deduction not agreed", "Freight difference", "Pallets not returned")


@frozen
class Stated:
    """One document of one customer."""

    customer: BookCustomer
    facts: DocumentFacts


def state(trades: Sequence[Trade]) -> tuple[Stated, ...]:
    """Answer every document of these trades, oldest first; the supplier's own numbers rise with the day of issue."""
    writing = _Numbered(
        bols=_numbers(trades, [trade.shipped_on for trade in trades], "BOL-{:06}", 318_001),
        invoices=_numbers(trades, [trade.invoiced_on for trade in trades], "INV-{:06}", 104_001),
        credits=_numbers(trades, [trade.credited_on for trade in trades], "CM-{:05}", 20_101),
        debits=_numbers(trades, [trade.debited_on for trade in trades], "DM-{:05}", 5_001),
    )
    made = [stated for place, trade in enumerate(trades) for stated in writing.papers(place, trade)]
    return tuple(sorted(made, key=lambda one: (one.facts.issued_on, one.facts.external_id)))


def _numbers(trades: Sequence[Trade], days: Sequence[date | None], pattern: str, first: int) -> dict[int, str]:
    """Number what happened, in the order of its days, by the place of its trade."""
    happened = [(day, trades[place].customer.number, place) for place, day in enumerate(days) if day is not None]
    return {place: pattern.format(first + n) for n, (_, _, place) in enumerate(sorted(happened))}


@frozen(kw_only=True)
class _Numbered:
    """The numbers of every paper, by the place of its trade."""

    bols: dict[int, str]
    invoices: dict[int, str]
    credits: dict[int, str]
    debits: dict[int, str]

    def papers(self, place: int, trade: Trade) -> Iterator[Stated]:
        """Answer the papers of one trade; the order is written with its first delivery."""
        if trade.delivery == 1:
            yield Stated(trade.customer, _order(trade))
        if place in self.bols:
            yield Stated(trade.customer, _bill_of_lading(trade, self.bols[place], place))
        if place in self.invoices:
            yield Stated(trade.customer, _invoice(trade, self.invoices[place], self.bols[place]))
        if place in self.credits:
            yield Stated(trade.customer, _credit_memo(trade, self.credits[place], self.invoices[place], place))
        if place in self.debits:
            yield Stated(trade.customer, _debit_memo(trade, self.debits[place], self.invoices[place], place))


def _order(trade: Trade) -> DocumentFacts:
    order = trade.order
    lines = tuple(_priced(trade, n, item, item.ordered, taxed=False) for n, item in enumerate(order.items, 1))
    return DocumentFacts(
        external_id=f"{trade.customer.number}/{order.number}",
        kind=DocumentKind.PURCHASE_ORDER,
        number=order.number,
        total=_sum((line.amount for line in lines), order.currency),
        issued_on=order.on,
        terms=trade.customer.terms,
        lines=lines,
    )


def _bill_of_lading(trade: Trade, number: str, place: int) -> DocumentFacts:
    order = trade.order
    lines = tuple(
        Line(
            number=str(n),
            product_code=item.product.code,
            description=item.product.description,
            unit=item.product.unit,
            quantity=Decimal(shipped),
            ordered=Decimal(item.ordered),
            shipped=Decimal(shipped),
            order_line=str(n),
        )
        for n, (item, shipped) in enumerate(zip(order.items, trade.shipped, strict=True), 1)
        if shipped
    )
    assert trade.shipped_on is not None
    return DocumentFacts(
        external_id=number,
        kind=DocumentKind.BILL_OF_LADING,
        number=number,
        issued_on=trade.shipped_on,
        po_number=order.number,
        lines=lines,
        references=(Reference(DocumentKind.PURCHASE_ORDER, order.number),),
        custom=(CustomField("Carrier", CARRIERS[place % len(CARRIERS)]), CustomField("Pallets", str(place % 11 + 1))),
        notes="Part of the order: the rest follows, or was short." if trade.is_short and trade.delivery == 1 else "",
    )


def _invoice(trade: Trade, number: str, bol: str) -> DocumentFacts:
    order, currency = trade.order, trade.order.currency
    lines = [_priced(trade, n, item, trade.billed[n - 1]) for n, item in enumerate(order.items, 1) if trade.billed[n - 1]]
    if trade.freight:
        amount = Money.of(trade.freight, currency)
        freight = Line(
            number=str(len(order.items) + 1),
            product_code="FREIGHT",
            description="Freight, prepaid and added",
            quantity=Decimal(1),
            unit_price=trade.freight,
            tax=_tax(trade.customer, amount),
            amount=amount,
        )
        lines.append(freight)
    subtotal, tax = _sum((line.amount for line in lines), currency), _sum((line.tax for line in lines), currency)
    paid = (subtotal + tax).scale(Decimal(trade.part) / 100)
    assert trade.invoiced_on is not None
    return DocumentFacts(
        external_id=number,
        kind=DocumentKind.INVOICE,
        number=number,
        total=subtotal + tax,
        payable=subtotal + tax - paid if trade.part else None,
        issued_on=trade.invoiced_on,
        due_on=trade.due_on,
        settled_on=trade.settled_on,
        terms=trade.customer.terms,
        po_number=order.number,
        notes=f"Paid in part: {paid} of {subtotal + tax}." if trade.part else "",
        subtotal=subtotal,
        tax=tax,
        lines=tuple(lines),
        references=(Reference(DocumentKind.BILL_OF_LADING, bol), Reference(DocumentKind.PURCHASE_ORDER, order.number)),
    )


def _credit_memo(trade: Trade, number: str, invoice: str, place: int) -> DocumentFacts:
    n, item = next((n, item) for n, item in enumerate(trade.order.items, 1) if trade.billed[n - 1])
    line = _priced(trade, n, item, max(1, trade.billed[n - 1] * trade.credited // 100))
    assert trade.credited_on is not None
    return _memo(
        trade,
        (line,),
        number=number,
        kind=DocumentKind.CREDIT_MEMO,
        invoice=invoice,
        on=trade.credited_on,
        settled_on=trade.credit_used_on,
        notes=f"{_REASONS[place % len(_REASONS)]}: invoice {invoice}, line {n}.",
    )


def _debit_memo(trade: Trade, number: str, invoice: str, place: int) -> DocumentFacts:
    claim = _CLAIMS[place % len(_CLAIMS)]
    amount = Money.of(trade.order.items[0].price * (place % 17 + 3), trade.order.currency)
    line = Line(number="1", description=claim, quantity=Decimal(1), amount=amount, tax=Money.zero(amount.currency))
    assert trade.debited_on is not None
    return _memo(
        trade,
        (line,),
        number=number,
        kind=DocumentKind.DEBIT_MEMO,
        invoice=invoice,
        on=trade.debited_on,
        settled_on=trade.debit_settled_on,
        notes=f"{claim}: invoice {invoice}.",
    )


def _memo(
    trade: Trade,
    lines: tuple[Line, ...],
    *,
    number: str,
    kind: DocumentKind,
    invoice: str,
    on: date,
    settled_on: date | None,
    notes: str,
) -> DocumentFacts:
    currency = trade.order.currency
    subtotal, tax = _sum((line.amount for line in lines), currency), _sum((line.tax for line in lines), currency)
    return DocumentFacts(
        external_id=number,
        kind=kind,
        number=number,
        total=subtotal + tax,
        issued_on=on,
        due_on=None if kind is DocumentKind.CREDIT_MEMO else max(on, TERMS["NET15"].due_on(on)),
        settled_on=settled_on,
        po_number=trade.order.number,
        notes=notes,
        subtotal=subtotal,
        tax=tax,
        lines=lines,
        references=(Reference(DocumentKind.INVOICE, invoice),),
    )


def _priced(trade: Trade, n: int, item: Item, quantity: int, *, taxed: bool = True) -> Line:
    """Make the line of an article: `amount` is quantity by price, before tax."""
    amount = Money.of(item.price * quantity, trade.order.currency)
    billed = taxed and quantity == trade.billed[n - 1]
    return Line(
        number=str(n),
        product_code=item.product.code,
        description=item.product.description,
        unit=item.product.unit,
        quantity=Decimal(quantity),
        ordered=Decimal(item.ordered) if billed else None,
        shipped=Decimal(trade.shipped[n - 1]) if billed else None,
        unit_price=item.price,
        tax=_tax(trade.customer, amount) if taxed else None,
        amount=amount,
        order_line=str(n) if taxed else "",
    )


def _tax(customer: BookCustomer, amount: Money) -> Money:
    return amount.scale(Decimal(customer.tax) / _PERCENT)


def _sum(amounts: Iterable[Money | None], currency: str) -> Money:
    return total([amount for amount in amounts if amount is not None], currency)
