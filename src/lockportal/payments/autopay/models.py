"""A rule of autopay."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID, uuid5

from attrs import field, frozen

from lockportal.core.money import Money
from lockportal.core.record import Event, Record, length
from lockportal.payments.methods import MethodKind
from lockportal.payments.scheduling.models import ScheduledPayment


class AutopayStatus(StrEnum):
    """Where a rule of autopay is."""

    ACTIVE = "active"
    PAUSED = "paused"
    """It failed too often, or its method cannot be used any more: somebody has to set it anew."""
    STOPPED = "stopped"


@frozen(kw_only=True)
class AutopayRule(Record):
    """How the documents of one account in one currency are paid by themselves: `days_before` their due date, by one method."""

    currency: str = field(metadata=length(3))
    method: MethodKind
    method_id: UUID
    days_before: int = 0
    ceiling: Money | None = None
    """No single payment is of more; a document beyond it is left out, and told."""
    credits_first: bool = True
    discounts: bool = True
    status: AutopayStatus = AutopayStatus.ACTIVE
    reason: str = field(default="", metadata=length(64))
    failures: int = 0
    """How many of its payments failed in a row."""
    not_before: date | None = None
    """After a failure: the day of the next try."""
    left_out: tuple[UUID, ...] = ()
    """Open documents that it does not pay: above the ceiling, or called off."""
    contact_id: UUID | None = None
    set_at: datetime
    wake_at: datetime | None = None

    @property
    def live(self) -> bool:
        """One that was stopped takes part in nothing."""
        return self.status is not AutopayStatus.STOPPED


def autopay_id(account_id: UUID, currency: str) -> UUID:
    """Answer the id of an account's rule for a currency: there is one."""
    return uuid5(account_id, f"autopay/{currency}")


@frozen(kw_only=True)
class AutopaySet(Event):
    """Autopay was set up, or set anew."""

    rule: AutopayRule


@frozen(kw_only=True)
class AutopayAnnounced(Event):
    """A payment will be made by itself: its day, amount and documents are those of the schedule."""

    rule: AutopayRule
    schedule: ScheduledPayment


@frozen(kw_only=True)
class AutopayLeftOut(Event):
    """Documents are not paid by themselves, as they are above the ceiling."""

    rule: AutopayRule
    documents: tuple[UUID, ...]


@frozen(kw_only=True)
class AutopayFailed(Event):
    """A payment of autopay failed; it is tried again on the rule's `not_before`."""

    rule: AutopayRule
    schedule: ScheduledPayment


@frozen(kw_only=True)
class AutopayPaused(Event):
    """Autopay stands still until it is set anew; the rule's `reason` says why."""

    rule: AutopayRule


@frozen(kw_only=True)
class AutopayStopped(Event):
    """Autopay was stopped."""

    rule: AutopayRule


@frozen(kw_only=True)
class AutopayChanged(Event):
    """Autopay looked after its documents, or something became of a payment of it."""

    rule: AutopayRule
