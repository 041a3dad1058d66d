"""The papers of a dispute side by side: each line beside the lines of the papers that are about the same goods. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final
from uuid import UUID

from attrs import frozen

from lockportal.disputes.models import Dispute
from lockportal.documents.lines import lines_of
from lockportal.documents.matching import ThreeWay
from lockportal.documents.models import Document, DocumentKind, Line
from lockportal.documents.pairing import Entry, Role, Row, gather


class PaperSide(StrEnum):
    """What a paper says of goods."""

    BILLED = "billed"
    ORDERED = "ordered"
    SHIPPED = "shipped"
    RECEIVED = "received"


@frozen(kw_only=True)
class PaperLine:
    """One line of one paper, and how many of the goods that paper is about."""

    side: PaperSide
    document_id: UUID
    kind: DocumentKind
    number: str
    issued_on: date | None
    quantity: Decimal | None
    line: Line


@frozen(kw_only=True)
class LinePapers:
    """A line of a dispute ("" is the document as a whole) with the lines of papers about the same goods, the bill's first."""

    line: str
    papers: tuple[PaperLine, ...]


_ROLES: Final = {PaperSide.ORDERED: Role.ORDERED, PaperSide.SHIPPED: Role.SHIPPED, PaperSide.RECEIVED: Role.RECEIVED}


def rows_of(invoice: Document, trade: ThreeWay) -> Mapping[str, Row]:
    """Answer by the lines of an invoice, as claims call them, which lines of the papers of its trade are about the same."""
    papers = {
        Role.ORDERED: trade.orders,
        Role.SHIPPED: trade.deliveries,
        Role.RECEIVED: trade.receipts,
        Role.BILLED: trade.invoices,
        Role.CREDITED: trade.credits,
    }
    keys = {id(line): key for key, line in lines_of(invoice).items()}
    here = ((row, entry) for row in gather(papers) for entry in row.entries[Role.BILLED] if entry.document.id == invoice.id)
    return {keys[id(entry.line)]: row for row, entry in here}


def beside(dispute: Dispute, invoice: Document, trade: ThreeWay) -> tuple[LinePapers, ...]:
    """Answer each line of a dispute with the lines of the papers about it; none for the document as a whole."""
    rows, billed = rows_of(invoice, trade), lines_of(invoice)
    return tuple(
        LinePapers(line=one.line, papers=tuple(_papers(invoice, billed.get(one.line), rows.get(one.line))))
        for one in dispute.lines
    )


def _papers(invoice: Document, line: Line | None, row: Row | None) -> Iterator[PaperLine]:
    if line is not None:
        yield _paper(PaperSide.BILLED, Entry(invoice, line, line.quantity))
    if row is not None:
        for side, role in _ROLES.items():
            yield from (_paper(side, entry) for entry in row.entries[role])


def _paper(side: PaperSide, entry: Entry) -> PaperLine:
    document = entry.document
    return PaperLine(
        side=side,
        document_id=document.id,
        kind=document.kind,
        number=document.number,
        issued_on=document.issued_on,
        quantity=entry.quantity,
        line=entry.line,
    )
