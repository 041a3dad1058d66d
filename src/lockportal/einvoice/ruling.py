"""What a rule of EN 16931 is here, and the arithmetic that rules share."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import ROUND_FLOOR, Decimal
from enum import StrEnum
from typing import Final

from attrs import frozen

from lockportal.einvoice.model import EInvoice
from lockportal.einvoice.parts import AllowanceCharge

_HUNDRED: Final = Decimal(100)
_HALF: Final = Decimal("0.5")


class Weight(StrEnum):
    """What comes of a broken rule where an e-invoice is read; one that is written keeps them all."""

    REFUSED = "refused"
    """A mandatory term is missing."""
    FLAGGED = "flagged"
    """Amounts do not add up: they stand as stated, and the document says so."""
    PASSED = "passed"
    """Nothing that the books depend on."""


@frozen
class Rule:
    """One rule: its id, the term at fault where it is broken, what it asks for, and a pure check."""

    id: str
    term: str
    says: str
    holds: Callable[[EInvoice], object]
    weight: Weight = Weight.PASSED


def cents(amount: Decimal) -> Decimal:
    """Round to two digits, halves up, as the rules of EN 16931 do in every currency."""
    return (amount * _HUNDRED + _HALF).to_integral_value(ROUND_FLOOR) / _HUNDRED


def summed(amounts: Iterable[Decimal | None]) -> Decimal:
    """Add up what is stated, to two digits."""
    return cents(sum((amount for amount in amounts if amount is not None), Decimal(0)))


def amounts(adjustments: Iterable[AllowanceCharge]) -> Decimal:
    """Add up the amounts of allowances, or of charges."""
    return summed(one.amount for one in adjustments)
