"""What can be done about scheduled payments, pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import ClassVar, Final
from uuid import UUID

from attrs import evolve, field, frozen

from lockportal.core.account import Account, Owner
from lockportal.core.actor import SYSTEM, Audience, Right
from lockportal.core.errors import NotFound, Refused
from lockportal.core.money import Money
from lockportal.core.record import DECIDED, Event, Record, Stamp
from lockportal.core.settings import Supplier
from lockportal.documents.models import Document
from lockportal.payments.commands import StartPayment, check_payer
from lockportal.payments.earmarks import Deposit
from lockportal.payments.folding import PaymentState
from lockportal.payments.methods import MethodKind
from lockportal.payments.models import Operation, OperationAsked, OperationObserved, Payment, PaymentStarted
from lockportal.payments.operations import FINAL, Advice, OpStatus
from lockportal.payments.planning import CreditChoice, LineChoice, Plan, Wish, available, open_of, plan, reserved
from lockportal.payments.saving.commands import contact_of, usable_method
from lockportal.payments.saving.models import SavedMethod
from lockportal.payments.scheduling.models import (
    PaymentScheduled,
    ScheduleCanceled,
    ScheduledPayment,
    ScheduleDue,
    ScheduleFailed,
    ScheduleOrigin,
    ScheduleRan,
    ScheduleSkipped,
    ScheduleStatus,
    said,
)
from lockportal.payments.settings import PaymentsSettings
from lockportal.payments.taking import check_method
from lockportal.profiles.models import Customer

NO_RIGHT: Final = "contact.no_right"
"""The reason where whoever wanted a payment, or saved its method, may not pay any more."""
PAYERS: Final = Audience(customer=Right.PAY, staff=True, system=True)
_AGAIN: Final = timedelta(hours=1)
_DAILY: Final = timedelta(days=1)
"""After a day in vain, such as where another payment holds its documents, it is tried daily."""
_GOOD: Final = frozenset({PaymentState.PAID, PaymentState.PARTLY_REFUNDED, PaymentState.REFUNDED})
_BAD: Final = frozenset({PaymentState.FAILED, PaymentState.CANCELED, PaymentState.REVERSED})


@frozen(kw_only=True)
class SchedulePayment:
    """Make a payment on a later day by a saved method; on no business day the next one. Nothing is reserved until then.

    `expected` is what the payer agreed to: Refused `payment.changed` where it comes to anything else. A document is scheduled
    for no more than it has open: Refused `schedule.twice`.
    """

    audience: ClassVar[Audience] = PAYERS
    owner: ClassVar[Owner | None] = Owner.CUSTOMER
    needs: ClassVar[tuple[type[Record], ...]] = (Customer, Payment, SavedMethod, ScheduledPayment, Deposit)
    opens: ClassVar[bool] = False

    account_id: UUID
    on: date
    currency: str
    lines: tuple[LineChoice, ...] = ()
    credits: tuple[CreditChoice, ...] = ()
    on_account: Money | None = None
    method: MethodKind
    method_id: UUID
    discounts: bool = True
    expected: Money | None = None

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """Work it out for its day and keep it."""
        on = run_day(account.supplier, self.on)
        check_day(account, on, stamp)
        check_payer(account, stamp.by, self)
        wish = Wish(
            currency=self.currency,
            lines=self.lines,
            credits=self.credits,
            on_account=self.on_account,
            method=self.method,
            discounts=self.discounts,
        )
        schedule = scheduled(account, wish, self.method_id, on, stamp)
        if self.expected is not None and self.expected != schedule.amount:
            message = f"Meanwhile it comes to {schedule.amount}. Look at it once more, then confirm."
            raise Refused("payment.changed", message, field="expected")
        check_once(account, schedule)
        return [PaymentScheduled(schedule=schedule)]


@frozen(kw_only=True)
class CancelSchedule:
    """Call a scheduled payment off before its day; Refused `schedule.begun` once its payment was begun."""

    audience: ClassVar[Audience] = PAYERS
    owner: ClassVar[Owner | None] = Owner.CUSTOMER
    needs: ClassVar[tuple[type[Record], ...]] = ()
    opens: ClassVar[bool] = False

    account_id: UUID
    schedule_id: UUID

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:  # noqa: ARG002 - a command's signature
        """End it; the same again changes nothing. A part of a plan goes with its plan."""
        schedule = account.get(ScheduledPayment, self.schedule_id)
        if schedule.status is ScheduleStatus.CANCELED:
            return []
        if schedule.origin is ScheduleOrigin.PLAN:
            raise Refused("schedule.of_plan", "This is an instalment. Call off the plan.")
        if schedule.status is not ScheduleStatus.SCHEDULED:
            raise Refused("schedule.begun", "This payment was begun already.")
        return [ScheduleCanceled(schedule=schedule.ended(ScheduleStatus.CANCELED))]


@frozen(kw_only=True)
class RunSchedule:
    """Begin the payment of a scheduled one whose day has come: once, for what is still open, never for more than was said.

    Where other payments hold what it is to pay it waits; it is skipped only where nothing is owed any more.
    `denied` is why the host's policy forbids it; `revoked` says that whoever wanted it may not pay any more.
    """

    audience: ClassVar[Audience] = Audience(system=True)
    owner: ClassVar[Owner | None] = Owner.CUSTOMER
    needs: ClassVar[tuple[type[Record], ...]] = (Customer, Payment, SavedMethod, Deposit)
    opens: ClassVar[bool] = False

    account_id: UUID
    schedule_id: UUID
    fee_forbidden: bool = field(default=False, metadata=DECIDED)
    denied: str = field(default="", metadata=DECIDED)
    revoked: bool = field(default=False, metadata=DECIDED)
    decided: Money | None = field(default=None, metadata=DECIDED)
    """What it came to when the policy was asked; where it comes to anything else the policy is asked again later."""
    undecided: bool = field(default=False, metadata=DECIDED)
    """Whether the policy was not asked, as nothing was to be begun: then nothing is."""

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """Begin the payment and note it in one; where it cannot be begun, say why."""
        schedule = account.get(ScheduledPayment, self.schedule_id)
        if schedule.status is not ScheduleStatus.SCHEDULED or account.supplier.today(stamp.at) < schedule.on:
            return []
        if self.revoked:
            return [ScheduleFailed(schedule=_failed(schedule, NO_RIGHT, final=True))]
        if self.denied:
            return [ScheduleFailed(schedule=_failed(schedule, "payment.denied", final=True))]
        return self._begun(account, schedule, stamp)

    def _begun(self, account: Account, schedule: ScheduledPayment, stamp: Stamp) -> Sequence[Event]:
        wanted = still_open(account, schedule)
        if waits(account, schedule, wanted):
            return []
        if not wanted.lines and not wanted.on_account:
            return [ScheduleSkipped(schedule=schedule.ended(ScheduleStatus.SKIPPED, "schedule.paid_already"))]
        stamp = evolve(stamp.branch("run"), by=SYSTEM)
        try:
            events = evolve(wanted, fee_forbidden=self.fee_forbidden).decide(account, stamp)
        except (Refused, NotFound) as refused:
            return [ScheduleFailed(schedule=_failed(schedule, refused.code, final=refused.code == "method.not_usable"))]
        payment = next(event.payment for event in events if isinstance(event, PaymentStarted))
        if payment.amount > schedule.amount:
            return [ScheduleFailed(schedule=_failed(schedule, "schedule.more_than_said"))]
        if self.undecided or self.decided not in {None, payment.amount}:
            return []
        done = payment.state is PaymentState.PAID
        ran = evolve(
            schedule,
            status=ScheduleStatus.PAID if done else ScheduleStatus.PROCESSING,
            payment_id=payment.id,
            wake_at=None,
        )
        return [*events, ScheduleRan(schedule=ran)]


def scheduled(account: Account, wish: Wish, method_id: UUID, on: date, stamp: Stamp) -> ScheduledPayment:
    """Work a payment out for a later day; Refused as the payment itself would be."""
    made = plan(account, wish, on)
    method = usable_method(account, method_id, wish.method, evolve(stamp, at=start_of(account.supplier, on)), off_session=True)
    if made.amount:
        check_method(account, wish.method, method.merchant_account, made.amount)
    return kept(made, wish, method_id, on, account, stamp)


def kept(made: Plan, wish: Wish, method_id: UUID, on: date, account: Account, stamp: Stamp) -> ScheduledPayment:
    """Answer what is kept of a payment that was worked out for a later day."""
    return ScheduledPayment(
        id=stamp.id,
        account_id=account.id,
        contact_id=contact_of(stamp.by, account.id),
        on=on,
        amount=made.amount,
        lines=made.lines,
        credits=made.credits,
        on_account=made.on_account,
        method=wish.method,
        method_id=method_id,
        discounts=wish.discounts,
        made_at=stamp.at,
        wake_at=start_of(account.supplier, on),
    )


def still_open(account: Account, schedule: ScheduledPayment) -> StartPayment:
    """Answer what begins a scheduled payment now: of each line so much as is still open, of each credit what is left of it."""
    held, currency = reserved(account), schedule.currency
    left: dict[UUID, int] = {}
    covered: dict[UUID, int] = {}
    account.require(Document, [line.document_id for line in schedule.lines])
    for use in schedule.credits:
        if use.credit_id not in left:
            left[use.credit_id] = max(available(account, use.credit_id, currency, held), 0)
        used = min(use.amount.minor, left[use.credit_id])
        left[use.credit_id] -= used
        covered[use.document_id] = covered.get(use.document_id, 0) + used
    lines = []
    for line in schedule.lines:
        document = account.find(Document, line.document_id)
        open_ = 0 if document is None else open_of(document, held)
        pay = min(open_, line.cash.minor + covered.get(line.document_id, 0))
        if pay > 0:
            part = LineChoice(document_id=line.document_id, pay=Money(pay, currency))
            lines.append(evolve(part, short_reason=line.short_reason, short_category=line.short_category))
    most: dict[UUID, int] = {}
    for use in schedule.credits:
        most[use.credit_id] = most.get(use.credit_id, 0) + use.amount.minor
    usable = [key for key in most if available(account, key, currency, held) > 0] if lines else []
    return StartPayment(
        account_id=account.id,
        currency=currency,
        lines=tuple(lines),
        credits=tuple(CreditChoice(credit_id=key, most=Money(most[key], currency)) for key in usable),
        on_account=schedule.on_account or None,
        method=schedule.method,
        method_id=schedule.method_id,
        discounts=schedule.discounts,
        agreed=True,
        schedule_id=schedule.id,
    )


def waits(account: Account, schedule: ScheduledPayment, wanted: StartPayment) -> bool:
    """Say whether other payments hold what this one is to pay: they may yet come to nothing, so it is tried again later.

    A part of a plan waits for all that is held of its documents; any other pays meanwhile what is open of them.
    """
    if schedule.origin is not ScheduleOrigin.PLAN and (wanted.lines or wanted.on_account):
        return False
    held = reserved(account)
    for line in schedule.lines:
        document = account.find(Document, line.document_id)
        owed = 0 if document is None else open_of(document, {})
        if document is not None and max(open_of(document, held), 0) < min(owed, line.cash.minor + line.credit.minor):
            return True
    return False


def check_once(account: Account, schedule: ScheduledPayment) -> None:
    """Hold what is scheduled of each document, with what was before, to what it has open; Refused `schedule.twice` beyond."""
    others = account.all(ScheduledPayment)
    for line in schedule.lines:
        planned = sum(said(one.lines, line.document_id) for one in others if one.status is ScheduleStatus.SCHEDULED)
        if planned + line.settles.minor > line.open.minor:
            raise Refused("schedule.twice", f"{line.number} is scheduled to be paid already.", field="lines")


def check_day(account: Account, on: date, stamp: Stamp) -> None:
    """Refuse, by `schedule.day`, a day that is not ahead, or further than the settings allow."""
    today, most = account.supplier.today(stamp.at), account.settings(PaymentsSettings).schedule_days
    if on <= today:
        raise Refused("schedule.day", "Choose a later day, or pay now.", field="on")
    if on > today + timedelta(days=most):
        raise Refused("schedule.day", f"Choose a day within {most} days.", field="on")


def due(schedule: ScheduledPayment, account: Account, stamp: Stamp) -> Sequence[Event]:
    """Say that the day has come, and again later if nothing comes of it: hourly, after a day daily."""
    fresh = stamp.at - start_of(account.supplier, schedule.on) < _DAILY
    return [ScheduleDue(schedule=evolve(schedule, wake_at=stamp.at + (_AGAIN if fresh else _DAILY)))]


def follow(event: OperationObserved | OperationAsked, account: Account, stamp: Stamp) -> Sequence[Event]:  # noqa: ARG001 - as every reaction
    """Say of a scheduled payment what became of its payment: paid, failed, or come back."""
    payment = event.payment
    schedule = None if payment.schedule_id is None else account.find(ScheduledPayment, payment.schedule_id)
    if schedule is None:
        return []
    if payment.state in _GOOD and schedule.status is not ScheduleStatus.PAID:
        return [ScheduleRan(schedule=evolve(schedule, status=ScheduleStatus.PAID, reason="", final=False))]
    if payment.state in _BAD and schedule.status is not ScheduleStatus.FAILED:
        reason, final = _why(event.operation)
        return [ScheduleFailed(schedule=_failed(schedule, reason, final=final))]
    return []


def run_day(supplier: Supplier, on: date) -> date:
    """Answer the day on which a payment for this day is made: it, or the next business day."""
    return supplier.calendar.next_business_day(on)


def start_of(supplier: Supplier, on: date) -> datetime:
    """Answer when a supplier's day begins."""
    return supplier.end_of(on - timedelta(days=1))


def _why(operation: Operation) -> tuple[str, bool]:
    decline = operation.merged.decline
    if decline is None:
        ended = operation.status in FINAL and operation.status is not OpStatus.SUCCEEDED
        return ("payment.not_made" if ended else "payment.came_back"), False
    return decline.code.value, decline.advice is Advice.NEVER


def _failed(schedule: ScheduledPayment, reason: str, *, final: bool = False) -> ScheduledPayment:
    return evolve(schedule.ended(ScheduleStatus.FAILED, reason), final=final)
