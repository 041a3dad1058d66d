"""The lines of a document, of which somebody can pay some. Pure."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from attrs import frozen

from lockportal.core.money import Money
from lockportal.documents.lines import gross_of, lines_of
from lockportal.documents.models import Document

_FEWEST: Final = 2


@frozen(kw_only=True)
class Part:
    """One line of a document: what it is called, what it is for, what it comes to with its tax, and whether it is chosen."""

    name: str
    text: str
    amount: Money
    chosen: bool


def parts_of(document: Document, chosen: Collection[str]) -> tuple[Part, ...]:
    """Answer the lines that can be paid by themselves; none where there is only one, or one states no amount."""
    if document.balance is None:
        return ()
    currency, found = document.balance.currency, []
    for name, line in lines_of(document).items():
        minor = gross_of(document, line, currency)
        if minor is None:
            return ()
        text = line.description or line.product_code or name
        found.append(Part(name=name, text=text, amount=Money(minor, currency), chosen=name in chosen))
    return tuple(found) if len(found) >= _FEWEST else ()
