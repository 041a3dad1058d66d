"""What was ordered, shipped, received and billed, as a page tells it: each difference in words, each with its weight."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Final

from attrs import frozen

from lockportal.documents.matching import FROM, Difference, MatchLine, ThreeWay
from lockportal.documents.models import Document, DocumentKind
from lockportal.documents.pairing import DELIVERIES, ORDERS, RECEIPTS
from lockportal.documents.views import DocumentView

COLUMNS: Final = ("ordered", "shipped", "received", "billed", "credited", "ordered_price", "billed_price")
"""What a line may state, in the order of the page."""
_BOTH_ENDS: Final = ORDERS | DELIVERIES | RECEIPTS


class Weight(StrEnum):
    """How much a remark matters to who reads it."""

    FINE = "fine"
    PLAIN = "plain"
    WARN = "warn"
    AMISS = "amiss"


@frozen
class Remark:
    """One thing to say of a line: the code of its words, how many units it is about, and its weight."""

    code: str
    count: Decimal | None
    weight: Weight


@frozen
class Compared:
    """A line with what is to be said of it, and the columns in which it differs."""

    line: MatchLine
    remarks: tuple[Remark, ...]
    differs: frozenset[str]

    @property
    def agrees(self) -> bool:
        """Whether nothing is said of it that anybody need look into."""
        return all(remark.weight in {Weight.FINE, Weight.PLAIN} for remark in self.remarks)


@frozen
class Side:
    """The papers of one column."""

    column: str
    papers: tuple[Document, ...]


_WEIGHTS: Final = {
    Difference.NOT_ORDERED: (Weight.WARN, "ordered"),
    Difference.NOT_SHIPPED: (Weight.AMISS, "shipped"),
    Difference.SHORT_SHIPPED: (Weight.AMISS, "shipped"),
    Difference.SHORT_RECEIVED: (Weight.AMISS, "received"),
    Difference.OVER_BILLED: (Weight.AMISS, "billed"),
    Difference.UNDER_BILLED: (Weight.PLAIN, ""),
    Difference.PRICE_DIFFERS: (Weight.AMISS, "billed_price"),
    Difference.UNIT_DIFFERS: (Weight.WARN, ""),
}
"""How much a difference matters, and in which column it shows."""


def comparable(view: DocumentView) -> bool:
    """Say whether there is something to hold a document against: an order, a delivery or a bill, linked and here."""
    kind = view.document.kind
    wanted = _BOTH_ENDS if kind is DocumentKind.INVOICE else FROM
    return kind in FROM and any(one.document_id is not None and one.kind in wanted for one in view.references)


def compare(lines: Iterable[MatchLine]) -> tuple[Compared, ...]:
    """Answer lines with what is to be said of them."""
    return tuple(_compared(line) for line in lines)


def columns_of(lines: Sequence[MatchLine]) -> tuple[str, ...]:
    """Answer the columns in which any line states something."""
    return tuple(name for name in COLUMNS if any(getattr(line, name) is not None for line in lines))


def sides_of(found: ThreeWay) -> tuple[Side, ...]:
    """Answer the papers by the column in which their quantities stand, without columns of none."""
    sides = (
        Side("ordered", found.orders),
        Side("shipped", found.deliveries),
        Side("received", found.receipts),
        Side("billed", found.invoices),
        Side("credited", found.credits),
    )
    return tuple(side for side in sides if side.papers)


def _compared(line: MatchLine) -> Compared:
    remarks = tuple(_remarks(line)) or (Remark("agrees", None, Weight.FINE),)
    differs = {_WEIGHTS[one][1] for one in line.differences if not _is_charge(line)}
    return Compared(line, remarks, frozenset(differs))


def _remarks(line: MatchLine) -> Iterator[Remark]:
    if _is_charge(line):
        yield Remark("charge", None, Weight.PLAIN)
        return
    for difference, (weight, _) in _WEIGHTS.items():
        if difference in line.differences:
            yield Remark(difference.value, _count(line, difference), weight)


def _is_charge(line: MatchLine) -> bool:
    """Say whether a line stands on bills alone, such as freight: it is no goods that could have been ordered or shipped."""
    goods = (line.ordered, line.shipped, line.received)
    return line.differences == {Difference.NOT_ORDERED} and all(quantity is None for quantity in goods)


def _count(line: MatchLine, difference: Difference) -> Decimal | None:
    """Answer by how many units a line differs, where that can be said."""
    ordered, shipped, received = (quantity or Decimal(0) for quantity in (line.ordered, line.shipped, line.received))
    billed, credited = line.billed or Decimal(0), line.credited or Decimal(0)
    match difference:
        case Difference.SHORT_SHIPPED:
            return ordered - shipped
        case Difference.SHORT_RECEIVED:
            return shipped - received
        case Difference.OVER_BILLED:
            return billed - credited - _came(line)
        case Difference.UNDER_BILLED:
            return _came(line) - billed
    return None


def _came(line: MatchLine) -> Decimal:
    """Answer how much of a line came, as its differences were found."""
    stated = (line.received, line.shipped, None if Difference.NOT_SHIPPED in line.differences else line.ordered)
    return next((quantity for quantity in stated if quantity is not None), Decimal(0))
