"""What of an invoice does not agree with its order, deliveries and receipts, as claims that somebody can make at once. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from attrs import frozen

from lockportal.core.errors import Refused
from lockportal.core.money import Money
from lockportal.disputes.amounts import disputed_line
from lockportal.disputes.beside import rows_of
from lockportal.disputes.models import Claim, DisputeCategory
from lockportal.documents.matching import ThreeWay
from lockportal.documents.models import Document, DocumentKind, Line
from lockportal.documents.pairing import Entry, Role, Row


@frozen(kw_only=True)
class SuggestedClaim:
    """A claim that follows from papers: this line was `billed`, but the paper of this kind and number states `stated`."""

    claim: Claim
    amount: Money
    description: str
    unit: str
    billed: Decimal | None
    stated: Decimal | None
    paper: DocumentKind
    number: str


def suggestions(invoice: Document, trade: ThreeWay) -> tuple[SuggestedClaim, ...]:
    """Answer what does not agree, by the lines of the invoice: too many billed, too high a price, not on the order."""
    found = []
    for key, row in rows_of(invoice, trade).items():
        here = [entry for entry in row.entries[Role.BILLED] if entry.document.id == invoice.id]
        if len(here) == 1:
            found += list(_suggested(invoice, trade, row, here[0], key))
    return tuple(found)


def _suggested(invoice: Document, trade: ThreeWay, row: Row, here: Entry, key: str) -> Iterator[SuggestedClaim]:
    line, ordered = here.line, row.entries[Role.ORDERED]
    quantity, price = _quantity(row, here), _price(ordered, here)
    if quantity is not None:
        expected, paper, stated = quantity
        claim = Claim(line=key, category=DisputeCategory.QUANTITY, expected_quantity=expected)
        yield from _reckoned(invoice, line, claim, here.quantity, stated, paper)
    elif price is not None:
        claim = Claim(line=key, category=DisputeCategory.PRICE, expected_price=price)
        yield from _reckoned(invoice, line, claim, line.unit_price, price, ordered[0].document)
    elif trade.orders and not ordered and not row.entries[Role.SHIPPED] and line.product_code:
        claim = Claim(line=key, category=DisputeCategory.NOT_ORDERED)
        yield from _reckoned(invoice, line, claim, here.quantity, None, trade.orders[0])


def _reckoned(
    invoice: Document, line: Line, claim: Claim, billed: Decimal | None, stated: Decimal | None, paper: Document
) -> Iterator[SuggestedClaim]:
    """Answer a claim with what it comes to; none where that is nothing."""
    try:
        amount = disputed_line(invoice, claim).amount
    except Refused:
        return
    yield SuggestedClaim(
        claim=claim,
        amount=amount,
        description=line.description or line.product_code,
        unit=line.unit,
        billed=billed,
        stated=stated,
        paper=paper.kind,
        number=paper.number,
    )


def _quantity(row: Row, here: Entry) -> tuple[Decimal, Document, Decimal] | None:
    """Answer how many may be billed on a line, by which paper, and what that states; None where no fewer may."""
    for role in (Role.RECEIVED, Role.SHIPPED):
        came, entries = row.quantity(role), row.entries[role]
        if came is not None and here.quantity and _one_unit(row):
            over = (row.quantity(Role.BILLED) or 0) - (row.quantity(Role.CREDITED) or 0) - came
            return (max(here.quantity - over, Decimal(0)), entries[-1].document, came) if over > 0 else None
    return None


def _price(ordered: Sequence[Entry], here: Entry) -> Decimal | None:
    """Answer the price of the order as the line states prices; None where it is no lower."""
    wanted = [entry.price for entry in ordered if entry.price is not None]
    if here.price is None or len(wanted) != 1 or wanted[0][0] not in {"", here.price[0]}:
        return None
    return wanted[0][1] * (here.line.price_per or 1) if wanted[0][1] < here.price[1] else None


def _one_unit(row: Row) -> bool:
    return len({entry.line.unit.strip(" .").casefold() for role in Role for entry in row.entries[role] if entry.line.unit}) <= 1
