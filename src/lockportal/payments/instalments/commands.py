"""What can be done about instalment plans, and what follows where a part is paid or fails; pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import ClassVar, Final
from uuid import UUID

from attrs import evolve, frozen

from lockportal.core.account import Account, Owner
from lockportal.core.actor import Actor, ActorKind, Audience, Right
from lockportal.core.errors import Refused
from lockportal.core.money import Money
from lockportal.core.record import Event, Record, Stamp
from lockportal.payments.commands import check_payer
from lockportal.payments.earmarks import Deposit
from lockportal.payments.instalments.models import (
    Instalment,
    InstalmentPlan,
    PlanAgreed,
    PlanBroken,
    PlanCanceled,
    PlanCompleted,
    PlanStatus,
)
from lockportal.payments.lines import PaymentLine
from lockportal.payments.methods import MethodKind
from lockportal.payments.models import Payment
from lockportal.payments.planning import CreditChoice, LineChoice, Plan, Wish, plan
from lockportal.payments.saving.commands import contact_of, usable_method
from lockportal.payments.saving.models import SavedMethod
from lockportal.payments.scheduling.commands import check_once, kept, run_day, start_of
from lockportal.payments.scheduling.models import (
    ScheduleCanceled,
    ScheduledPayment,
    ScheduleFailed,
    ScheduleOrigin,
    ScheduleRan,
    ScheduleSkipped,
    ScheduleStatus,
)
from lockportal.payments.settings import InstalmentRules, PaymentsSettings
from lockportal.payments.taking import check_method
from lockportal.profiles.models import Customer

_PAYERS: Final = Audience(customer=Right.PAY, staff=True, system=True)
_LEAST: Final = 2
_DONE: Final = frozenset({ScheduleStatus.PAID, ScheduleStatus.SKIPPED})


@frozen(kw_only=True)
class AgreeInstalments:
    """Pay documents in equal parts on these days (the next business day each), the larger parts first, by a saved method.

    Refused `plan.not_offered`, `plan.too_many`, `plan.days`, `plan.too_small` by the supplier's rules. Neither discounts nor
    credits take part; each part bears the fee of its payment.
    """

    audience: ClassVar[Audience] = _PAYERS
    owner: ClassVar[Owner | None] = Owner.CUSTOMER
    needs: ClassVar[tuple[type[Record], ...]] = (Customer, Payment, SavedMethod, ScheduledPayment, Deposit)
    opens: ClassVar[bool] = False

    account_id: UUID
    currency: str
    lines: tuple[LineChoice, ...]
    days: tuple[date, ...]
    method: MethodKind
    method_id: UUID
    expected: Money | None = None

    @property
    def credits(self) -> tuple[CreditChoice, ...]:
        """Answer that no credit takes part."""
        return ()

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """Share the documents out over the days."""
        rules = _rules(account, stamp.by)
        days = _days(account, self.days, rules, stamp)
        check_payer(account, stamp.by, self)
        wish = Wish(currency=self.currency, lines=self.lines, method=self.method, discounts=False, fee=False, agreed=True)
        made = plan(account, wish, account.supplier.today(stamp.at))
        if self.expected is not None and self.expected != made.amount:
            message = f"Meanwhile it comes to {made.amount}. Look at it once more, then confirm."
            raise Refused("payment.changed", message, field="expected")
        least = rules.least.get(self.currency)
        if made.amount.split(len(days))[-1] < Money.of(least or 0, self.currency):
            raise Refused("plan.too_small", f"Each part must be {Money.of(least or 0, self.currency)} at least.", field="days")
        schedules = self._schedules(account, made, wish, days, stamp)
        check_once(account, evolve(schedules[0], lines=made.lines))
        agreed = InstalmentPlan(
            id=stamp.id,
            account_id=account.id,
            contact_id=contact_of(stamp.by, account.id),
            total=made.amount,
            documents=tuple(line.document_id for line in made.lines),
            instalments=tuple(
                Instalment(schedule_id=one.id, on=one.on, amount=share)
                for one, share in zip(schedules, made.amount.split(len(days)), strict=True)
            ),
            method=self.method,
            method_id=self.method_id,
            agreed_at=stamp.at,
        )
        return [PlanAgreed(plan=agreed, schedules=schedules)]

    def _schedules(
        self, account: Account, made: Plan, wish: Wish, days: Sequence[date], stamp: Stamp
    ) -> tuple[ScheduledPayment, ...]:
        last = evolve(stamp, at=start_of(account.supplier, days[-1]))
        method = usable_method(account, self.method_id, self.method, last, off_session=True)
        rule = account.settings(PaymentsSettings).fee(self.method, self.currency)
        found = []
        for number, (on, lines) in enumerate(zip(days, shares(made, len(days)), strict=True)):
            cash = Money(sum(line.cash.minor for line in lines), self.currency)
            part = evolve(made, lines=lines, fee=made.fee if rule is None else rule.fee(cash))
            check_method(account, self.method, method.merchant_account, part.amount)
            schedule = kept(part, wish, self.method_id, on, account, stamp.branch(f"part/{number}"))
            found.append(evolve(schedule, origin=ScheduleOrigin.PLAN, origin_id=stamp.id))
        return tuple(found)


@frozen(kw_only=True)
class CancelPlan:
    """Call an instalment plan off: the parts that were not begun are not taken."""

    audience: ClassVar[Audience] = _PAYERS
    owner: ClassVar[Owner | None] = Owner.CUSTOMER
    needs: ClassVar[tuple[type[Record], ...]] = ()
    opens: ClassVar[bool] = False

    account_id: UUID
    plan_id: UUID

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:  # noqa: ARG002 - a command's signature
        """End it; the same again changes nothing, and what is over stays as it is."""
        agreed = account.get(InstalmentPlan, self.plan_id)
        if not agreed.live:
            return []
        return [PlanCanceled(plan=evolve(agreed, status=PlanStatus.CANCELED)), *_called_off(account, agreed)]


def shares(made: Plan, parts: int) -> tuple[tuple[PaymentLine, ...], ...]:
    """Share what documents take out over parts that differ by at most one minor unit: the first documents by the first parts."""
    left = [(line, line.cash.minor) for line in made.lines]
    found = []
    for share in made.amount.split(parts):
        lines, wanted = [], share.minor
        while wanted:
            line, rest = left.pop(0)
            taken = min(rest, wanted)
            nothing = Money.zero(line.cash.currency)
            open_ = Money(line.open.minor - (line.cash.minor - rest), line.open.currency)
            lines.append(evolve(line, open=open_, cash=Money(taken, line.cash.currency), discount=nothing, credit=nothing))
            wanted -= taken
            if rest > taken:
                left.insert(0, (line, rest - taken))
        found.append(tuple(lines))
    return tuple(found)


def after_part(event: ScheduleRan | ScheduleSkipped, account: Account, stamp: Stamp) -> Sequence[Event]:  # noqa: ARG001 - as every reaction
    """Complete a plan whose parts are all paid."""
    agreed = _plan_of(event.schedule, account)
    if agreed is None or not agreed.live:
        return []
    account.require(ScheduledPayment, [one.schedule_id for one in agreed.instalments])
    if any(account.get(ScheduledPayment, one.schedule_id).status not in _DONE for one in agreed.instalments):
        return []
    return [PlanCompleted(plan=evolve(agreed, status=PlanStatus.COMPLETED))]


def after_failed_part(event: ScheduleFailed, account: Account, stamp: Stamp) -> Sequence[Event]:  # noqa: ARG001 - as every reaction
    """Break a plan of which a part failed, or came back: nothing more is taken by it."""
    agreed = _plan_of(event.schedule, account)
    if agreed is None or agreed.status not in {PlanStatus.ACTIVE, PlanStatus.COMPLETED}:
        return []
    return broken(account, agreed, event.schedule.reason)


def broken(account: Account, agreed: InstalmentPlan, reason: str) -> Sequence[Event]:
    """Answer what follows where nothing more can be taken by a plan."""
    return [PlanBroken(plan=evolve(agreed, status=PlanStatus.BROKEN, reason=reason)), *_called_off(account, agreed)]


def _plan_of(schedule: ScheduledPayment, account: Account) -> InstalmentPlan | None:
    if schedule.origin is not ScheduleOrigin.PLAN or schedule.origin_id is None:
        return None
    return account.find(InstalmentPlan, schedule.origin_id)


def _called_off(account: Account, agreed: InstalmentPlan) -> Iterable[Event]:
    account.require(ScheduledPayment, [one.schedule_id for one in agreed.instalments])
    for one in agreed.instalments:
        schedule = account.get(ScheduledPayment, one.schedule_id)
        if schedule.status is ScheduleStatus.SCHEDULED:
            yield ScheduleCanceled(schedule=schedule.ended(ScheduleStatus.CANCELED))


def _rules(account: Account, by: Actor) -> InstalmentRules:
    rules, customer = account.settings(PaymentsSettings).instalments, account.get(Customer, account.id)
    allowed = rules is not None and (not rules.customers or customer.number in rules.customers)
    if rules is None or not allowed or (rules.staff_only and by.kind is ActorKind.CUSTOMER):
        raise Refused("plan.not_offered", "Instalments are not offered here. Please call us.")
    return rules


def _days(account: Account, wanted: Sequence[date], rules: InstalmentRules, stamp: Stamp) -> tuple[date, ...]:
    if not _LEAST <= len(wanted) <= rules.most:
        raise Refused("plan.too_many", f"Choose {_LEAST} to {rules.most} parts.", field="days")
    days, today = tuple(run_day(account.supplier, day) for day in wanted), account.supplier.today(stamp.at)
    rising = all(one < other for one, other in pairwise(days))
    if not rising or days[0] <= today or days[-1] > today + timedelta(days=rules.days):
        raise Refused("plan.days", f"Choose rising days from tomorrow on, the last within {rules.days} days.", field="days")
    return days
