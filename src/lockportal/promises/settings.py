"""What a supplier accepts as a promise, how it is judged, and when it is spoken of; table `[promises]`."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from attrs import Attribute, field, frozen

from lockportal.core.money import Money, Rounding
from lockportal.core.settings import whole_number


def _percent(_: object, attribute: Attribute[Any], value: Decimal) -> None:
    if not 0 <= value <= 100:  # noqa: PLR2004 - per cent
        message = f"promises.{attribute.name}: must be a percentage from 0 to 100, not {value}"
        raise ValueError(message)


def _amounts(_: object, attribute: Attribute[Any], value: Mapping[str, Decimal]) -> None:
    for currency, amount in value.items():
        if not amount >= 0:
            message = f"promises.{attribute.name}: must not be below zero, not {amount} {currency}"
            raise ValueError(message)


@frozen(kw_only=True)
class PromisesSettings:
    """The rules by which promises are decided at once; what breaks one goes to staff, or is refused without `staff_decides`."""

    latest_days: int = field(default=30, validator=whole_number("promises", 1, 3660))
    """The last date lies at most so many days ahead."""
    least_percent: Decimal = field(default=Decimal(0), validator=_percent)
    """At least so much of what its invoices, or the account, have open."""
    most_open: int = field(default=5, validator=whole_number("promises", 1, 1000))
    """So many open promises at most in one account."""
    most_broken: int = field(default=3, validator=whole_number("promises", 1, 1000))
    """None after so many broken ones within a year."""
    most_moves: int = field(default=2, validator=whole_number("promises", 0, 1000))
    """A promise is rescheduled at most so often."""
    business_days_only: bool = False
    staff_decides: bool = True
    """Whether what no rule accepts is proposed to staff."""
    most_parts: int = field(default=12, validator=whole_number("promises", 1, 60))
    """So many instalments at most; nobody may go beyond."""
    grace_days: int = field(default=1, validator=whole_number("promises", 0, 60))
    """Business days after the promised day within which the money may still come."""
    tolerance: Mapping[str, Decimal] = field(factory=dict, validator=_amounts)
    """By currency, in major units: what may lack of a kept promise."""
    tolerance_percent: Decimal = field(default=Decimal(0), validator=_percent)
    """What may lack, per cent of the promise; the larger of both holds."""
    remind_days: int = field(default=2, validator=whole_number("promises", 0, 365))
    """So many days before each promised day its contacts are reminded; 0 is the morning of the day itself."""
    escalate_after: int = field(default=2, validator=whole_number("promises", 1, 1000))
    """So many broken promises of a customer within a year are a manager's business."""
    manager: str = ""
    """Who gets those tasks, as the host names its staff; empty for whoever takes them."""

    def lacking(self, amount: Money) -> int:
        """Answer how much may lack of a promise of this amount, in minor units, and it is kept all the same."""
        fixed = Money.of(self.tolerance.get(amount.currency, Decimal(0)), amount.currency, rounding=Rounding.DOWN)
        return max(fixed.minor, amount.scale(self.tolerance_percent / 100, Rounding.DOWN).minor)
