"""An instalment plan."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from attrs import field, frozen

from lockportal.core.money import Money
from lockportal.core.record import Event, Index, Record, length
from lockportal.payments.methods import MethodKind
from lockportal.payments.scheduling.models import ScheduledPayment


class PlanStatus(StrEnum):
    """Where an instalment plan is."""

    ACTIVE = "active"
    COMPLETED = "completed"
    BROKEN = "broken"
    """An instalment failed: nothing more is taken by the plan."""
    CANCELED = "canceled"


@frozen(kw_only=True)
class Instalment:
    """One part of a plan: the scheduled payment, its day, and how much of the documents it pays."""

    schedule_id: UUID
    on: date
    amount: Money


@frozen(kw_only=True)
class InstalmentPlan(Record):
    """Documents that are paid in parts: `total` of them, without fees."""

    indexes: ClassVar[tuple[Index, ...]] = (Index(("agreed_at", "id")),)

    contact_id: UUID | None = None
    total: Money
    documents: tuple[UUID, ...]
    instalments: tuple[Instalment, ...]
    method: MethodKind
    method_id: UUID
    status: PlanStatus = PlanStatus.ACTIVE
    reason: str = field(default="", metadata=length(64))
    agreed_at: datetime

    @property
    def live(self) -> bool:
        """One that is over takes part in nothing."""
        return self.status is PlanStatus.ACTIVE


@frozen(kw_only=True)
class PlanAgreed(Event):
    """An instalment plan was agreed on, with a scheduled payment for each part."""

    plan: InstalmentPlan
    schedules: tuple[ScheduledPayment, ...]


@frozen(kw_only=True)
class PlanCompleted(Event):
    """Every part of an instalment plan is paid."""

    plan: InstalmentPlan


@frozen(kw_only=True)
class PlanBroken(Event):
    """A part of an instalment plan failed; the plan's `reason` says why."""

    plan: InstalmentPlan


@frozen(kw_only=True)
class PlanCanceled(Event):
    """An instalment plan was called off."""

    plan: InstalmentPlan
