"""What lists of payments and of unapplied cash are asked for, and what they show."""

from __future__ import annotations

from datetime import date
from typing import Final
from uuid import UUID

from attrs import fields, frozen

from lockportal.core.money import Money
from lockportal.payments.folding import PaymentState
from lockportal.payments.methods import MethodKind

_FLAGS: Final = frozenset({"review", "under_way", "unknown"})


@frozen(kw_only=True)
class PaymentFilter:
    """Which payments are looked for; what is left out does not narrow. `text` is part of a reference or of a customer's name.

    `begun_from` and `begun_to` are days as of which payments count. A creditor reference (RF…) finds its payment, too.
    """

    text: str = ""
    state: PaymentState | None = None
    method: MethodKind | None = None
    begun_from: date | None = None
    begun_to: date | None = None
    review: bool = False
    """Only those that a person has to look at."""
    under_way: bool = False
    """Only those that may still take money, or give it back, or wait for a person."""
    unknown: bool = False
    """Only those of which nobody knows whether they went through."""

    @property
    def narrows(self) -> tuple[str, ...]:
        """Answer the names of the fields that narrow."""
        return tuple(one.name for one in fields(PaymentFilter) if getattr(self, one.name) not in {None, "", False})

    @property
    def values(self) -> dict[str, object]:
        """Answer what is bound to the fields that narrow by a value."""
        return {name: getattr(self, name) for name in self.narrows if name not in _FLAGS}


@frozen(kw_only=True)
class UnappliedRow:
    """Money received that stands applied to no document: whose it is, what it is called, and how much is left of it."""

    id: UUID
    account_id: UUID
    customer_number: str
    customer_name: str
    reference: str
    received_on: date
    days: int
    """For how many days it has been there."""
    amount: Money


@frozen
class AppliedRow:
    """So much of a credit that stands applied to a document."""

    credit_id: UUID
    document_id: UUID
    number: str
    amount: Money
