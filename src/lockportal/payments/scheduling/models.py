"""A payment that is to be made on a later day."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar, Final
from uuid import UUID

from attrs import evolve, field, frozen

from lockportal.core.money import Money
from lockportal.core.record import Event, Index, Record, length
from lockportal.payments.lines import CreditUse, PaymentLine
from lockportal.payments.methods import MethodKind


class ScheduleStatus(StrEnum):
    """Where a scheduled payment is."""

    SCHEDULED = "scheduled"
    PROCESSING = "processing"
    """Its payment was begun."""
    PAID = "paid"
    SKIPPED = "skipped"
    """Nothing was owed any more."""
    FAILED = "failed"
    CANCELED = "canceled"


WAITING: Final = frozenset({ScheduleStatus.SCHEDULED, ScheduleStatus.PROCESSING})
"""The statuses of what may still pay."""


class ScheduleOrigin(StrEnum):
    """Who wanted a scheduled payment."""

    PAYER = "payer"
    AUTOPAY = "autopay"
    PLAN = "plan"


@frozen(kw_only=True)
class ScheduledPayment(Record):
    """A payment on `on`, a business day: at most `amount` for at most these lines, credits and money on account.

    On the day it is worked out again: what was paid meanwhile is left out, and nothing is taken beyond what was said.
    """

    indexes: ClassVar[tuple[Index, ...]] = (Index(("on", "id")), Index(("origin_id", "id")))

    contact_id: UUID | None = None
    on: date
    amount: Money
    lines: tuple[PaymentLine, ...] = ()
    credits: tuple[CreditUse, ...] = ()
    on_account: Money
    method: MethodKind
    method_id: UUID
    discounts: bool = True
    origin: ScheduleOrigin = ScheduleOrigin.PAYER
    origin_id: UUID | None = None
    """The rule of autopay or the instalment plan that it belongs to."""
    status: ScheduleStatus = ScheduleStatus.SCHEDULED
    reason: str = field(default="", metadata=length(64))
    """Why it was skipped or failed: the code of what was refused or declined."""
    final: bool = False
    """Whether its bank says that trying again is of no use."""
    payment_id: UUID | None = None
    made_at: datetime
    wake_at: datetime | None = None

    @property
    def live(self) -> bool:
        """What is over takes part in nothing."""
        return self.status in WAITING

    @property
    def currency(self) -> str:
        """Answer its currency."""
        return self.amount.currency

    def ended(self, status: ScheduleStatus, reason: str = "") -> ScheduledPayment:
        """Answer it as it is when nothing more comes of it."""
        return evolve(self, status=status, reason=reason[:64], wake_at=None)


@frozen(kw_only=True)
class PaymentScheduled(Event):
    """A payment is to be made on a later day."""

    schedule: ScheduledPayment


@frozen(kw_only=True)
class ScheduleDue(Event):
    """The day of a scheduled payment has come."""

    schedule: ScheduledPayment


@frozen(kw_only=True)
class ScheduleRan(Event):
    """A scheduled payment was begun, or its money is there."""

    schedule: ScheduledPayment


@frozen(kw_only=True)
class ScheduleSkipped(Event):
    """Nothing was owed any more when the day came: its documents are paid otherwise."""

    schedule: ScheduledPayment


@frozen(kw_only=True)
class ScheduleFailed(Event):
    """A scheduled payment could not be made, or came back; `reason` of the record says why."""

    schedule: ScheduledPayment


@frozen(kw_only=True)
class ScheduleCanceled(Event):
    """A scheduled payment was called off."""

    schedule: ScheduledPayment


def said(lines: tuple[PaymentLine, ...], document_id: UUID) -> int:
    """Answer by how much a document is to fall, in minor units."""
    return sum(line.settles.minor for line in lines if line.document_id == document_id)
