"""The formulae of the figures by which receivables are judged, pure: whole numbers in, a Decimal out, None over nothing.

Amounts are minor units of one currency. Answers are days, per cent or times, rounded half up at four places.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Final

_PLACES: Final = 4
_HUNDRED: Final = 100


def quotient(over: int | Fraction, under: int | Fraction, times: int = 1) -> Decimal | None:
    """Answer over ÷ under × times, half up at four places; None where there is nothing to divide by."""
    if not under:
        return None
    scaled = Fraction(over) * times / Fraction(under) * 10**_PLACES
    whole = int(abs(scaled) + Fraction(1, 2))
    return Decimal(-whole if scaled < 0 else whole).scaleb(-_PLACES)


def dso(receivables: int, sales: int, days: int) -> Decimal | None:
    """Answer the days sales outstanding, simple: receivables at the end ÷ credit sales of the period × days of the period."""
    return quotient(receivables, sales, days)


def countback_dso(receivables: int, periods: Sequence[tuple[int, int]]) -> Decimal | None:
    """Answer the days sales outstanding by counting back: take each period's sales off the receivables, and count its days.

    `periods` are (sales, days), the newest first; of the one whose sales cover the rest, that part is counted. None where
    all these sales do not come to the receivables: then the periods do not reach back far enough.
    """
    rest, counted = receivables, 0
    if rest <= 0:
        return Decimal(0).scaleb(-_PLACES)
    for sales, days in periods:
        if sales >= rest:
            return quotient(counted * sales + rest * days, sales)
        rest -= sales
        counted += days
    return None


def best_possible_dso(current: int, sales: int, days: int) -> Decimal | None:
    """Answer the days sales outstanding if nothing were overdue: current receivables at the end ÷ credit sales × days."""
    return quotient(current, sales, days)


def average_days_delinquent(outstanding: Decimal | None, best: Decimal | None) -> Decimal | None:
    """Answer by how many days payment is late on average: the simple days sales outstanding less the best possible."""
    return None if outstanding is None or best is None else outstanding - best


def collection_effectiveness(opening: int, sales: int, closing: int, current: int, months: int = 1) -> Decimal | None:
    """Answer the collection effectiveness index, per cent: what was collected of what could have been.

    (opening + sales − closing) ÷ (opening + sales − current at the end) × 100. Of several months the sales are averaged.
    """
    monthly = Fraction(sales, months)
    return quotient(opening + monthly - closing, opening + monthly - current, _HUNDRED)


def share(part: int, whole: int) -> Decimal | None:
    """Answer a part of a whole, per cent: late of settled, disputed of issued, kept of fallen due, by number or by amount."""
    return quotient(part, whole, _HUNDRED)


def mean(total: int, count: int) -> Decimal | None:
    """Answer a mean: days ÷ invoices, or weighted: days × amounts ÷ amounts."""
    return quotient(total, count)


def turnover(sales: int, opening: int, closing: int) -> Decimal | None:
    """Answer how often receivables were turned over in a period: sales ÷ the mean of opening and closing receivables."""
    return quotient(2 * sales, opening + closing)


def days_accelerated(before: Decimal | None, since: Decimal | None) -> Decimal | None:
    """Answer by how many days money comes sooner: the mean days late before less those since; below zero where it comes later."""
    return None if before is None or since is None else before - since


def rolled_forward(opening: int, sales: int, cash: int, credits_: int = 0, other: int = 0) -> int:
    """Answer the closing receivables: opening + sales − cash − credits + whatever else was posted."""
    return opening + sales - cash - credits_ + other
