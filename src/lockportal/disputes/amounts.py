"""What a claim comes to: expected against billed, its tax in proportion, to the minor unit. Pure.

A line that was billed with `q` units at the price `p` for `a` before tax, of which `q'` at `p'` are expected, is disputed for
a − a·q'p' ÷ qp, rounded half up once, and for the same share of its tax.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Final

from lockportal.core.errors import Refused
from lockportal.core.money import Money
from lockportal.disputes.models import LONGEST_NOTE, Claim, DisputeCategory, DisputeLine
from lockportal.documents.lines import lines_of, net_of, rounded, tax_on
from lockportal.documents.models import Document, Line

_ONE: Final = Fraction(1)
_MOST_EVIDENCE: Final = 50
_LATER: Final = frozenset({"dispute.expected", "dispute.nothing_wrong", "dispute.line_amount"})
"""What a draft may still lack."""


def disputed_line(document: Document, claim: Claim) -> DisputeLine:
    """Answer what one claim comes to.

    Refused `dispute.line_unknown`, `dispute.expected` (what is expected is lacking, too much, or not of this category),
    `dispute.currency`, `dispute.line_amount` where the line states no amount to reckon with.
    """
    _check(document, claim)
    if not claim.line:
        return _whole_document(document, claim)
    line = lines_of(document).get(claim.line)
    if line is None:
        raise Refused("dispute.line_unknown", f"{document.number} has no line {claim.line}.", field="line")
    currency = currency_of(document)
    billed = net_of(line, currency)
    if billed is None:
        message = f"Line {claim.line} states no amount: dispute the document as a whole."
        raise Refused("dispute.line_amount", message, field="line")
    if claim.category is DisputeCategory.TAX:
        billed = tax_on(document, line, billed, billed)
        minor = tax = billed - _expected_minor(claim)
    else:
        net = billed - _expected_net(claim, line, billed)
        tax = tax_on(document, line, billed, net)
        minor = net + tax
    return DisputeLine(
        line=claim.line,
        description=line.description or line.product_code,
        unit=line.unit,
        category=claim.category,
        billed_quantity=line.quantity,
        expected_quantity=claim.expected_quantity,
        billed_price=line.unit_price,
        expected_price=claim.expected_price,
        billed_amount=Money(billed, currency),
        expected_amount=claim.expected_amount,
        amount=_above_nothing(minor, currency),
        tax=Money(tax, currency),
        granted=Money.zero(currency),
        note=claim.note.strip(),
        evidence=tuple(dict.fromkeys(claim.evidence)),
    )


def drafted_line(document: Document, claim: Claim) -> DisputeLine:
    """Answer what one claim of a draft comes to: nothing yet, where what is expected is lacking or cannot be."""
    try:
        return disputed_line(document, claim)
    except Refused as refused:
        if refused.code not in _LATER:
            raise
    nothing = Money.zero(currency_of(document))
    line = lines_of(document).get(claim.line)
    return DisputeLine(
        line=claim.line,
        description="" if line is None else line.description or line.product_code,
        category=claim.category,
        expected_quantity=claim.expected_quantity,
        expected_price=claim.expected_price,
        expected_amount=claim.expected_amount,
        amount=nothing,
        tax=nothing,
        granted=nothing,
        note=claim.note.strip(),
        evidence=tuple(dict.fromkeys(claim.evidence)),
    )


def _whole_document(document: Document, claim: Claim) -> DisputeLine:
    """Answer a claim of the document as a whole: of its tax, its freight, or all that is payable."""
    currency = currency_of(document)
    if claim.expected_quantity is not None or claim.expected_price is not None:
        raise Refused("dispute.expected", "Say of a document as a whole which amount you expect.", field="expected_amount")
    billed = document.payable.minor if document.payable is not None else 0
    charges = [one for one in document.adjustments if one.amount.minor > 0]
    if claim.category is DisputeCategory.TAX:
        billed = _taxes(document)
        minor = tax = billed - _expected_minor(claim)
    elif claim.category is DisputeCategory.FREIGHT and charges:
        billed = sum(one.amount.minor for one in charges)
        net, as_line = billed - _expected_minor(claim), Line(tax_category=charges[0].tax_category, tax_rate=charges[0].tax_rate)
        tax = tax_on(document, as_line, billed, net)
        minor = net + tax
    else:
        minor = billed - _expected_minor(claim)
        tax = tax_within(document, minor)
    return DisputeLine(
        category=claim.category,
        billed_amount=Money(billed, currency),
        expected_amount=claim.expected_amount,
        amount=_above_nothing(minor, currency),
        tax=Money(tax, currency),
        granted=Money.zero(currency),
        note=claim.note.strip(),
        evidence=tuple(dict.fromkeys(claim.evidence)),
    )


def tax_within(document: Document, minor: int) -> int:
    """Answer how much of a part of a document's total is tax, in minor units: in proportion."""
    whole = document.total.minor if document.total is not None else 0
    return rounded(Fraction(_taxes(document) * minor, whole)) if whole else 0


def _taxes(document: Document) -> int:
    """Answer the tax of a document as stated, in minor units."""
    return sum(one.amount.minor for one in document.taxes) if document.tax is None else document.tax.minor


def _expected_minor(claim: Claim) -> int:
    if claim.expected_quantity is not None or claim.expected_price is not None:
        raise Refused("dispute.expected", "Say which tax you expect, as an amount.", field="expected_amount")
    return 0 if claim.expected_amount is None else claim.expected_amount.minor


def _expected_net(claim: Claim, line: Line, billed: int) -> int:
    """Answer what is expected of a line before tax, in minor units."""
    quantity, price, category = claim.expected_quantity, claim.expected_price, claim.category
    if claim.expected_amount is not None:
        if quantity is not None or price is not None:
            raise Refused("dispute.expected", "Say either an amount, or a quantity and a price.", field="expected_amount")
        return claim.expected_amount.minor
    if category is DisputeCategory.QUANTITY and quantity is None:
        raise Refused("dispute.expected", "Say which quantity you expect.", field="expected_quantity")
    if category is DisputeCategory.PRICE and price is None:
        raise Refused("dispute.expected", "Say which price you expect.", field="expected_price")
    if quantity is None and price is None:
        return 0
    share = _share(quantity, line.quantity, "expected_quantity") * _share(price, line.unit_price, "expected_price")
    return rounded(billed * share)


def _share(expected: Decimal | None, billed: Decimal | None, name: str) -> Fraction:
    """Answer which share of what was billed is expected: all where nothing is said of it."""
    if expected is None:
        return _ONE
    if not billed:
        raise Refused("dispute.expected", "The line does not state it: say which amount you expect.", field=name)
    share = Fraction(expected) / Fraction(billed)
    if not 0 <= share <= 1:
        raise Refused("dispute.expected", f"Billed were {billed:f}: expect from nothing up to that.", field=name)
    return share


def _check(document: Document, claim: Claim) -> None:
    if len(claim.note) > LONGEST_NOTE:
        raise Refused("dispute.note_too_long", f"At most {LONGEST_NOTE} characters, please.", field="note")
    if len(claim.evidence) > _MOST_EVIDENCE:
        raise Refused("dispute.too_many_files", f"At most {_MOST_EVIDENCE} files, please.", field="evidence")
    if claim.expected_amount is not None:
        if claim.expected_amount.currency != currency_of(document):
            message = f"{document.number} is in {currency_of(document)}."
            raise Refused("dispute.currency", message, field="expected_amount")
        if claim.expected_amount.minor < 0:
            raise Refused("dispute.expected", "Nothing less than nothing can be expected.", field="expected_amount")


def _above_nothing(minor: int, currency: str) -> Money:
    if minor <= 0:
        raise Refused("dispute.nothing_wrong", "What you expect is no less than what was billed.", field="expected")
    return Money(minor, currency)


def currency_of(document: Document) -> str:
    """Answer the currency of an open document; Refused `dispute.not_owed` for one that changes nothing that is owed."""
    if document.balance is None:
        raise Refused("dispute.not_owed", "Only an open invoice or debit memo can be disputed.", field="document_id")
    return document.balance.currency
