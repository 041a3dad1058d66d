"""What is told of scheduled payments, autopay, instalment plans and deposits."""

from __future__ import annotations

from collections.abc import Container, Mapping
from datetime import date
from uuid import UUID

from attrs import frozen

from lockportal.core.money import Money
from lockportal.payments.autopay.models import AutopayRule, AutopayStatus
from lockportal.payments.earmarks import Deposit, DepositStatus
from lockportal.payments.instalments.models import InstalmentPlan, PlanStatus
from lockportal.payments.lines import PaymentLine
from lockportal.payments.methods import MethodKind
from lockportal.payments.scheduling.models import ScheduledPayment, ScheduleOrigin, ScheduleStatus


@frozen(kw_only=True)
class ScheduleRow:
    """One scheduled payment: at most `amount` on `on`; `reason` says why it was skipped or failed."""

    id: UUID
    on: date
    amount: Money
    lines: tuple[PaymentLine, ...]
    on_account: Money
    method: MethodKind
    method_id: UUID
    origin: ScheduleOrigin
    status: ScheduleStatus
    reason: str
    payment_id: UUID | None


@frozen(kw_only=True)
class AutopayRow:
    """How one currency is paid by itself; `reason` says why it stands still."""

    currency: str
    method: MethodKind
    method_id: UUID
    days_before: int
    ceiling: Money | None
    credits_first: bool
    discounts: bool
    status: AutopayStatus
    reason: str
    not_before: date | None


@frozen(kw_only=True)
class InstalmentRow:
    """One part of a plan."""

    on: date
    amount: Money
    status: ScheduleStatus
    payment_id: UUID | None


@frozen(kw_only=True)
class PlanProgress:
    """How far an instalment plan is: of `total` so much is `paid`, the next part is taken on `next_on`."""

    id: UUID
    total: Money
    paid: Money
    next_on: date | None
    status: PlanStatus
    reason: str
    instalments: tuple[InstalmentRow, ...]

    @property
    def left(self) -> Money:
        """Answer what is still to be paid."""
        return self.total - self.paid


@frozen(kw_only=True)
class DepositRow:
    """One deposit on an order."""

    id: UUID
    document_id: UUID
    number: str
    amount: Money
    due_on: date | None
    note: str
    status: DepositStatus
    payment_id: UUID | None


def schedule_row(schedule: ScheduledPayment, seen_ids: Container[UUID]) -> ScheduleRow:
    """Answer what is told of a scheduled payment, without the lines of documents that whoever asks does not see."""
    return ScheduleRow(
        id=schedule.id,
        on=schedule.on,
        amount=schedule.amount,
        lines=tuple(line for line in schedule.lines if line.document_id in seen_ids),
        on_account=schedule.on_account,
        method=schedule.method,
        method_id=schedule.method_id,
        origin=schedule.origin,
        status=schedule.status,
        reason=schedule.reason,
        payment_id=schedule.payment_id,
    )


def autopay_row(rule: AutopayRule) -> AutopayRow:
    """Answer what is told of a rule of autopay."""
    return AutopayRow(
        currency=rule.currency,
        method=rule.method,
        method_id=rule.method_id,
        days_before=rule.days_before,
        ceiling=rule.ceiling,
        credits_first=rule.credits_first,
        discounts=rule.discounts,
        status=rule.status,
        reason=rule.reason,
        not_before=rule.not_before,
    )


def plan_progress(plan: InstalmentPlan, schedules: Mapping[UUID, ScheduledPayment]) -> PlanProgress:
    """Answer how far a plan is, by its scheduled payments."""
    rows = tuple(
        InstalmentRow(
            on=one.on,
            amount=one.amount,
            status=schedules[one.schedule_id].status,
            payment_id=schedules[one.schedule_id].payment_id,
        )
        for one in plan.instalments
    )
    paid = sum(row.amount.minor for row in rows if row.status in {ScheduleStatus.PAID, ScheduleStatus.SKIPPED})
    return PlanProgress(
        id=plan.id,
        total=plan.total,
        paid=Money(paid, plan.total.currency),
        next_on=min((row.on for row in rows if row.status is ScheduleStatus.SCHEDULED), default=None),
        status=plan.status,
        reason=plan.reason,
        instalments=rows,
    )


def deposit_row(deposit: Deposit) -> DepositRow:
    """Answer what is told of a deposit."""
    return DepositRow(
        id=deposit.id,
        document_id=deposit.document_id,
        number=deposit.number,
        amount=deposit.amount,
        due_on=deposit.due_on,
        note=deposit.note,
        status=deposit.status,
        payment_id=deposit.payment_id,
    )
