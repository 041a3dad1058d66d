"""What the planner knows of a customer: what is open, what of it is silent until when, and how far it was followed up. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from attrs import field, frozen


@frozen(kw_only=True)
class Quiet:
    """So much of an item nobody is reminded of, in minor units, up to the end of a day (None: until its cause has gone)."""

    minor: int
    reason: str
    until: date | None = None

    def holds(self, on: date) -> bool:
        """Say whether it still holds on a day."""
        return self.until is None or on <= self.until


@frozen(kw_only=True)
class Item:
    """One open document, `open` in minor units; `level` counts the levels that it has come to, the first one being 1."""

    document_id: UUID
    number: str
    currency: str
    open: int
    issued_on: date
    due_on: date
    quiet: tuple[Quiet, ...] = ()
    level: int = 0
    stepped_on: date | None = None
    announced: int | None = None
    """Its latest reminder before the day: so many days before."""
    interest_until: date | None = None
    charge: bool = False
    """Whether it is itself a fee or interest: told of, and never followed up alone."""

    def followed(self, on: date) -> int:
        """Answer what of it is followed up on a day."""
        return max(self.open - sum(one.minor for one in self.quiet if one.holds(on)), 0)


@frozen(kw_only=True)
class Debtor:
    """One customer. `facts` are what segments ask for: country, language, currency, terms, collector, number."""

    account_id: UUID
    items: tuple[Item, ...] = ()
    facts: Mapping[str, str] = field(factory=dict)
    told_on: date | None = None
    """When they were last reminded, of anything."""
    statement_on: date | None = None
    unsent: bool = False
    """Whether a reminder has not reached the outside yet: then nothing more is planned."""
    planned_on: date | None = None
    """The last day that was planned; nothing is planned for days before."""
