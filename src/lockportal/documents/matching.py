"""What was ordered, shipped, received and billed, line against line; pure.

Lines meet by the numbers that they state (`order_line`, `delivery_line`), else by product code, else by an equal description.
Every line of an order, a delivery, a receipt and an invoice is in one of the answered lines, so that no quantity is lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Final

from attrs import evolve, frozen

from lockportal.documents.models import Document, DocumentKind
from lockportal.documents.pairing import DELIVERIES, ORDERS, RECEIPTS, Entry, Role, Row, gather, in_order, numbers_of, total

_INVOICES: Final = frozenset({DocumentKind.INVOICE})
_MEMOS: Final = frozenset({DocumentKind.CREDIT_MEMO})
MATCHED: Final = ORDERS | DELIVERIES | RECEIPTS | _INVOICES | _MEMOS
"""The kinds of document that take part."""
FROM: Final = MATCHED - _MEMOS
"""Those that may be held against the others."""


class Difference(StrEnum):
    """In what a line does not agree with itself on another paper."""

    NOT_ORDERED = "not_ordered"
    NOT_SHIPPED = "not_shipped"
    SHORT_SHIPPED = "short_shipped"
    SHORT_RECEIVED = "short_received"
    OVER_BILLED = "over_billed"
    UNDER_BILLED = "under_billed"
    PRICE_DIFFERS = "price_differs"
    UNIT_DIFFERS = "unit_differs"


@frozen(kw_only=True)
class MatchLine:
    """One article as it was ordered, shipped, received and billed; a quantity that no paper states is None.

    `billed` is what all invoices bill so far, `billed_here` what the invoice in hand does, `credited` what credit memos took
    back. Prices are for one unit, before tax. Where units differ, quantities are not compared.
    """

    order: str
    """The number of the purchase order, or empty for what none has."""
    number: str
    product_code: str
    description: str
    unit: str
    ordered: Decimal | None
    shipped: Decimal | None
    received: Decimal | None
    billed: Decimal | None
    billed_here: Decimal | None
    credited: Decimal | None
    ordered_price: Decimal | None
    billed_price: Decimal | None
    differences: frozenset[Difference] = frozenset()


@frozen(kw_only=True)
class ThreeWay:
    """A document beside what was ordered, shipped, received, billed and credited with it, and their lines one against another.

    `complete` says that these are all: of a trade with hundreds of papers only the latest are taken.
    """

    orders: tuple[Document, ...]
    deliveries: tuple[Document, ...]
    receipts: tuple[Document, ...]
    invoices: tuple[Document, ...]
    credits: tuple[Document, ...]
    lines: tuple[MatchLine, ...]
    complete: bool


def three_way(document: Document, around: Iterable[Document], *, complete: bool) -> ThreeWay:
    """Hold an invoice, an order or a delivery against the papers around it; lines of other orders are left out."""
    papers = in_order((document, *around))
    orders, deliveries, receipts, invoices, memos = (
        tuple(one for one in papers if one.kind in kinds) for kinds in (ORDERS, DELIVERIES, RECEIPTS, _INVOICES, _MEMOS)
    )
    in_hand = document if document.kind in _INVOICES else None
    lines = match(in_hand, orders, deliveries, receipts, others=invoices, memos=memos)
    own = {document.number} if document.kind in ORDERS else set(numbers_of(document, ORDERS))
    named = numbers_of(document, DELIVERIES)
    own |= {number for one in deliveries if one.number in named for number in numbers_of(one, ORDERS)}
    return ThreeWay(
        orders=orders,
        deliveries=deliveries,
        receipts=receipts,
        invoices=invoices,
        credits=memos,
        lines=tuple(line for line in lines if line.order in own or not (line.order and own) or line.billed_here is not None),
        complete=complete,
    )


def match(
    invoice: Document | None,
    orders: Iterable[Document],
    deliveries: Iterable[Document],
    receipts: Iterable[Document],
    *,
    others: Iterable[Document] = (),
    memos: Iterable[Document] = (),
) -> tuple[MatchLine, ...]:
    """Hold an invoice against its orders, deliveries and receipts; `others` are further invoices of theirs, `memos` credits.

    Without an invoice in hand, it is what became of the orders. The order in which documents are named does not matter. Of what
    there is no paper at all, that counts which the invoice in hand states of it (`Line.ordered`, `shipped`, `received`).
    """
    papers = {
        Role.ORDERED: tuple(orders),
        Role.SHIPPED: tuple(deliveries),
        Role.RECEIVED: tuple(receipts),
        Role.BILLED: (*others, *(() if invoice is None else (invoice,))),
        Role.CREDITED: tuple(memos),
    }
    known = frozenset(role for role, documents in papers.items() if documents)
    return tuple(_answer(row, invoice, known) for row in gather(papers))


def _answer(row: Row, invoice: Document | None, known: frozenset[Role]) -> MatchLine:
    here = [entry for entry in row.entries[Role.BILLED] if invoice is not None and entry.document.id == invoice.id]
    lines = [entry.line for role in Role for entry in row.entries[role]]
    made = MatchLine(
        order=row.order,
        number=row.first.number,
        product_code=next((line.product_code for line in lines if line.product_code), ""),
        description=next((line.description for line in lines if line.description), ""),
        unit=next((line.unit for line in lines if line.unit), ""),
        ordered=_said(row, Role.ORDERED, here, known),
        shipped=_said(row, Role.SHIPPED, here, known),
        received=_said(row, Role.RECEIVED, [*row.entries[Role.SHIPPED], *here], known),
        billed=row.quantity(Role.BILLED),
        billed_here=total(entry.quantity for entry in here),
        credited=row.quantity(Role.CREDITED),
        ordered_price=_price(row.entries[Role.ORDERED]),
        billed_price=_price(here or row.entries[Role.BILLED]),
    )
    return evolve(made, differences=frozenset(_differences(row, made, here, known)))


def _said(row: Row, role: Role, besides: Iterable[Entry], known: frozenset[Role]) -> Decimal | None:
    """Answer what the papers of a role say of a row, or without any, what other papers say of it."""
    return row.quantity(role) if role in known else total(getattr(entry.line, role.value) for entry in besides)


def _price(entries: Iterable[Entry]) -> Decimal | None:
    return next((entry.price[1] for entry in entries if entry.price is not None), None)


def _differences(row: Row, line: MatchLine, here: Sequence[Entry], known: frozenset[Role]) -> Iterator[Difference]:
    wanted = [entry.price for entry in row.entries[Role.ORDERED] if entry.price is not None]
    billed = [entry.price for entry in here or row.entries[Role.BILLED] if entry.price is not None]
    if wanted and not all(any(_equal(price, one) for one in wanted) for price in billed):
        yield Difference.PRICE_DIFFERS
    if Role.ORDERED in known and not row.entries[Role.ORDERED]:
        yield Difference.NOT_ORDERED
    if len({entry.line.unit.strip(" .").casefold() for role in Role for entry in row.entries[role] if entry.line.unit}) > 1:
        yield Difference.UNIT_DIFFERS
    else:
        yield from _amiss(row, line, known)


def _amiss(row: Row, line: MatchLine, known: frozenset[Role]) -> Iterator[Difference]:
    """Compare the quantities of one row: what was shipped of what was ordered, and what is billed of what came."""
    shipped, billed = line.shipped or 0, line.billed or 0
    if Role.SHIPPED in known and not shipped and (row.entries[Role.ORDERED] or Role.ORDERED not in known):
        yield Difference.NOT_SHIPPED
    elif line.shipped is not None and line.ordered is not None and shipped < line.ordered:
        yield Difference.SHORT_SHIPPED
    if line.shipped is not None and line.received is not None and line.received < shipped:
        yield Difference.SHORT_RECEIVED
    came = _came(row, line, known)
    if came is not None and billed - (line.credited or 0) > came:
        yield Difference.OVER_BILLED
    if came is not None and Role.BILLED in known and billed < came:
        yield Difference.UNDER_BILLED


def _came(row: Row, line: MatchLine, known: frozenset[Role]) -> Decimal | None:
    """Answer how much may be billed of a row; None for a charge that stands on invoices alone, such as freight."""
    if line.received is not None:
        return line.received
    if line.shipped is not None:
        return line.shipped
    if not row.entries[Role.ORDERED]:
        return None
    return Decimal(0) if Role.SHIPPED in known else line.ordered


def _equal(price: tuple[str, Decimal], other: tuple[str, Decimal]) -> bool:
    """Compare prices; one whose currency nobody states is of the other's."""
    return price[1] == other[1] and (price[0] == other[0] or "" in {price[0], other[0]})
