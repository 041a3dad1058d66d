"""Deposits: money asked for against an order before there is an invoice, which stands as credit for that order alone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar, Final
from uuid import UUID, uuid5

from attrs import field, frozen

from lockportal.core.account import Account
from lockportal.core.money import Money
from lockportal.core.record import Event, Index, Record, length
from lockportal.documents.models import Document, DocumentKind

ORDERS: Final = frozenset({DocumentKind.PURCHASE_ORDER})
"""The kinds of document against which a deposit can be asked for."""
BILLS: Final = frozenset({DocumentKind.INVOICE, DocumentKind.DEBIT_MEMO})
"""The kinds that a deposit is applied to."""


class DepositStatus(StrEnum):
    """Where a deposit is."""

    ASKED = "asked"
    PAID = "paid"
    """Its money stands as credit for its order."""
    APPLIED = "applied"
    """All of it went to invoices of its order."""
    CANCELED = "canceled"
    """It is asked for no more; what was paid of it is credit as any other."""


@frozen(kw_only=True)
class Deposit(Record):
    """A deposit on an order: `amount`, paid in one payment; its credit goes to the invoices that name the order."""

    indexes: ClassVar[tuple[Index, ...]] = (Index(("document_id",)), Index(("asked_at", "id")))

    document_id: UUID
    number: str = field(metadata=length(128))
    """The order's number, by which its invoices name it."""
    amount: Money
    due_on: date | None = None
    note: str = ""
    status: DepositStatus = DepositStatus.ASKED
    payment_id: UUID | None = None
    asked_at: datetime

    @property
    def live(self) -> bool:
        """One that is applied or called off takes part in nothing."""
        return self.status in {DepositStatus.ASKED, DepositStatus.PAID}

    @property
    def credit_id(self) -> UUID | None:
        """Answer the credit that its money stands as."""
        return None if self.payment_id is None else uuid5(self.payment_id, "rest")

    def meant_for(self, document: Document) -> bool:
        """Say whether a document is a bill of its order."""
        named = document.po_number == self.number or any(
            one.kind in ORDERS and one.number == self.number for one in document.references
        )
        return document.kind in BILLS and named


def earmarked(account: Account) -> Mapping[UUID, Deposit]:
    """Answer the credits that stand for one order alone, by id."""
    return {one.credit_id: one for one in account.all(Deposit) if one.credit_id is not None}


@frozen(kw_only=True)
class DepositAsked(Event):
    """A deposit is asked for."""

    deposit: Deposit


@frozen(kw_only=True)
class DepositPaid(Event):
    """The money of a deposit is there."""

    deposit: Deposit


@frozen(kw_only=True)
class DepositChanged(Event):
    """A deposit was applied, called off, or its money went back."""

    deposit: Deposit
