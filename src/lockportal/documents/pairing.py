"""Which lines of orders, deliveries, receipts and invoices are about the same thing; pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from enum import Enum
from typing import Final

from attrs import define, field, frozen

from lockportal.documents.models import Document, DocumentKind, Line
from lockportal.documents.views import searchable

ORDERS: Final = frozenset({DocumentKind.PURCHASE_ORDER})
DELIVERIES: Final = frozenset({DocumentKind.BILL_OF_LADING, DocumentKind.DESPATCH_ADVICE})
RECEIPTS: Final = frozenset({DocumentKind.PROOF_OF_DELIVERY})


class Role(Enum):
    """What a paper says of a line's goods; its value names the field of a line that may say it beside the quantity."""

    ORDERED = "ordered"
    SHIPPED = "shipped"
    RECEIVED = "received"
    BILLED = "billed"
    CREDITED = "credited"


@frozen
class Entry:
    """One line of one document, with the quantity that it is about there."""

    document: Document
    line: Line
    quantity: Decimal | None

    @property
    def price(self) -> tuple[str, Decimal] | None:
        """Answer the price of one unit, with its currency (empty where nothing states it)."""
        if self.line.unit_price is None:
            return None
        amount = self.line.amount or self.document.total
        return ("" if amount is None else amount.currency, self.line.unit_price / (self.line.price_per or 1))


@define
class Row:
    """The lines that met; the first was there first, in the order whose number is `order`, if it was an order."""

    first: Line
    order: str = ""
    entries: dict[Role, list[Entry]] = field(factory=lambda: defaultdict(list))

    def quantity(self, role: Role) -> Decimal | None:
        """Answer the sum of what the papers of a role state, None if they state nothing."""
        return total(entry.quantity for entry in self.entries[role])

    def is_wanting(self, role: Role) -> bool:
        """Say whether less than was ordered came so far: of two rows with one product code, the first is filled first."""
        return (self.quantity(role) or 0) < (self.quantity(Role.ORDERED) or 0)


def gather(papers: Mapping[Role, Iterable[Document]]) -> Sequence[Row]:
    """Answer rows in which every line stands once; a credit memo's line that meets none is left out."""
    table = _Table()
    for role in Role:
        for document in in_order(papers.get(role, ())):
            for line in document.lines:
                row = None if role is Role.ORDERED else table.find(document, line, role)
                if row is None and role is not Role.CREDITED:
                    row = table.begin(document, line)
                if row is not None:
                    row.entries[role].append(Entry(document, line, _quantity(line, role)))
                    table.number(document, line, row)
    return table.rows


def total(quantities: Iterable[Decimal | None]) -> Decimal | None:
    """Answer the sum of those that are stated, None if none is."""
    stated = [quantity for quantity in quantities if quantity is not None]
    return sum(stated, Decimal(0)) if stated else None


@define
class _Table:
    """The rows, and by what a line finds its own."""

    rows: list[Row] = field(factory=list)
    _numbered: dict[tuple[frozenset[DocumentKind], str], list[tuple[str, Row]]] = field(factory=lambda: defaultdict(list))
    _by_code: dict[str, list[Row]] = field(factory=lambda: defaultdict(list))
    _by_words: dict[str, list[Row]] = field(factory=lambda: defaultdict(list))

    def begin(self, document: Document, line: Line) -> Row:
        """Begin a row."""
        row = Row(line, document.number if document.kind in ORDERS else "")
        self.rows.append(row)
        if line.product_code:
            self._by_code[line.product_code.casefold()].append(row)
        if line.description:
            self._by_words[searchable(line.description)].append(row)
        return row

    def number(self, document: Document, line: Line, row: Row) -> None:
        """Let later lines find a row by the number of a line."""
        for kinds in (ORDERS, DELIVERIES):
            if line.number and document.kind in kinds:
                self._numbered[kinds, _written(line.number)].append((document.number, row))

    def find(self, document: Document, line: Line, role: Role) -> Row | None:
        """Answer the row that a line belongs to: by the number that it states, else by its code, else by its words."""
        orders = numbers_of(document, ORDERS)
        stated = self._stated(ORDERS, orders, line.order_line)
        stated = stated or self._stated(DELIVERIES, numbers_of(document, DELIVERIES), line.delivery_line)
        if stated is not None:
            return stated
        alike = self._by_code.get(line.product_code.casefold(), []) if line.product_code else []
        if not alike and line.description:
            said = self._by_words.get(searchable(line.description), [])
            alike = [row for row in said if not (line.product_code and row.first.product_code)]
        own = [row for row in alike if not (row.order and orders) or row.order in orders]
        return next((row for row in own if row.is_wanting(role)), own[0] if own else None)

    def _stated(self, kinds: frozenset[DocumentKind], documents: frozenset[str], number: str) -> Row | None:
        found = self._numbered.get((kinds, _written(number)), []) if number else []
        return next((row for owner, row in found if owner in documents or not documents), None)


def in_order(documents: Iterable[Document]) -> list[Document]:
    """Answer documents in the order of their issue, each once."""
    once = {document.id: document for document in documents}
    return sorted(once.values(), key=lambda document: (document.issued_on, document.number, document.id))


def numbers_of(document: Document, kinds: frozenset[DocumentKind]) -> frozenset[str]:
    """Answer the numbers of the documents of some kinds that a document names."""
    return frozenset(reference.number for reference in document.references if reference.kind in kinds)


def _written(number: str) -> str:
    """Answer a line's number as it is compared: 10 is 0010."""
    return number.strip().lstrip("0").casefold()


def _quantity(line: Line, role: Role) -> Decimal | None:
    """Answer the quantity of a line in its role: what is said of the role itself stands over the plain quantity."""
    said: Decimal | None = getattr(line, role.value, None)
    return line.quantity if said is None else said
