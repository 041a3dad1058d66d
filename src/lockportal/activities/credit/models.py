"""Credit decisions: that new orders of a customer are held back, or may go on, by whom and why."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Final
from uuid import UUID

from attrs import field, frozen

from lockportal.core.money import Money
from lockportal.core.record import TEXT, Event, Index, Record, length
from lockportal.profiles.models import Customer

LONGEST_REASON: Final = 2000
"""The most characters of a reason."""


@frozen(kw_only=True)
class CreditDecision(Record):
    """That new orders were held back or released, with what the customer owed and might owe then; it is never changed."""

    indexes: ClassVar[tuple[Index, ...]] = (Index(("at", "id")),)

    at: datetime
    by: str = field(default="", metadata=length(128))
    """Who decided, as the journal names them."""
    held: bool
    reason: str = field(metadata=TEXT)
    exposure: Money | None = None
    limit: Money | None = None
    """Both in the currency of the limit; None without one."""

    @property
    def live(self) -> bool:
        """The customer says whether orders are held back now."""
        return False


@frozen(kw_only=True)
class CreditHeld(Event):
    """New orders of a customer are held back."""

    customer: Customer
    decision: CreditDecision


@frozen(kw_only=True)
class CreditReleased(Event):
    """New orders of a customer may go on."""

    customer: Customer
    decision: CreditDecision


@frozen(kw_only=True)
class Exposure:
    """What a customer owes in one currency, credit taken off, against the limit; `over` is what passes it, zero if nothing does.

    Without a limit in this currency `limit`, `free` and `used_percent` are None.
    """

    account_id: UUID
    owed: Money
    limit: Money | None
    free: Money | None
    over: Money
    used_percent: int | None


def exposure(account_id: UUID, owed: Money, limit: Money | None) -> Exposure:
    """Hold what is owed against a limit; one in another currency says nothing of it."""
    none = Money.zero(owed.currency)
    if limit is None or limit.currency != owed.currency:
        return Exposure(account_id=account_id, owed=owed, limit=None, free=None, over=none, used_percent=None)
    used = max(owed.minor, 0)
    return Exposure(
        account_id=account_id,
        owed=owed,
        limit=limit,
        free=Money(max(limit.minor - used, 0), limit.currency),
        over=Money(max(used - limit.minor, 0), limit.currency),
        used_percent=used * 100 // limit.minor if limit.minor else None,
    )
