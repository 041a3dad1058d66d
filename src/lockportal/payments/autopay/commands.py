"""What can be done about autopay, and what follows where a payment of it failed or was made; pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import ClassVar, Final
from uuid import UUID

from attrs import evolve, frozen

from lockportal.core.account import Account, Owner
from lockportal.core.actor import Audience, Right
from lockportal.core.errors import Refused
from lockportal.core.money import Money
from lockportal.core.record import Event, Record, Stamp
from lockportal.payments.autopay.models import (
    AutopayChanged,
    AutopayFailed,
    AutopayPaused,
    AutopayRule,
    AutopaySet,
    AutopayStatus,
    AutopayStopped,
    autopay_id,
)
from lockportal.payments.methods import MethodKind
from lockportal.payments.saving.commands import contact_of, usable_method
from lockportal.payments.saving.models import SavedMethod
from lockportal.payments.scheduling.models import (
    ScheduleCanceled,
    ScheduledPayment,
    ScheduleFailed,
    ScheduleOrigin,
    ScheduleRan,
    ScheduleStatus,
)
from lockportal.payments.settings import PaymentsSettings

_PAYERS: Final = Audience(customer=Right.PAY, staff=True, system=True)
_MOST_DAYS: Final = 60


@frozen(kw_only=True)
class SetAutopay:
    """Have documents of a currency paid by themselves, `days_before` they are due; set again it begins anew.

    Refused `autopay.currency`, `autopay.days`, `autopay.ceiling`, `method.not_usable`, `payment.method`.
    """

    audience: ClassVar[Audience] = _PAYERS
    owner: ClassVar[Owner | None] = Owner.CUSTOMER
    needs: ClassVar[tuple[type[Record], ...]] = (SavedMethod,)
    opens: ClassVar[bool] = False

    account_id: UUID
    currency: str
    method: MethodKind
    method_id: UUID
    days_before: int = 0
    ceiling: Money | None = None
    credits_first: bool = True
    discounts: bool = True

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """Keep the rule, to be looked after from now on."""
        if self.currency not in account.supplier.currencies:
            raise Refused("autopay.currency", "Nothing is billed in this currency.", field="currency")
        if not 0 <= self.days_before <= _MOST_DAYS:
            raise Refused("autopay.days", f"Pay up to {_MOST_DAYS} days before the due date.", field="days_before")
        if self.ceiling is not None and (self.ceiling.currency != self.currency or self.ceiling.minor <= 0):
            raise Refused("autopay.ceiling", f"The ceiling is an amount of {self.currency} above zero.", field="ceiling")
        usable_method(account, self.method_id, self.method, stamp, off_session=True)
        key = autopay_id(account.id, self.currency)
        account.find(AutopayRule, key)  # set anew it takes the place of what was set before
        rule = AutopayRule(
            id=key,
            account_id=account.id,
            currency=self.currency,
            method=self.method,
            method_id=self.method_id,
            days_before=self.days_before,
            ceiling=self.ceiling,
            credits_first=self.credits_first,
            discounts=self.discounts,
            contact_id=contact_of(stamp.by, account.id),
            set_at=stamp.at,
            wake_at=stamp.at,
        )
        return [AutopaySet(rule=rule), *_called_off(account, rule.id)]


@frozen(kw_only=True)
class StopAutopay:
    """Stop autopay at once: what was announced and not begun is called off."""

    audience: ClassVar[Audience] = _PAYERS
    owner: ClassVar[Owner | None] = Owner.CUSTOMER
    needs: ClassVar[tuple[type[Record], ...]] = (ScheduledPayment,)
    opens: ClassVar[bool] = False

    account_id: UUID
    currency: str

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:  # noqa: ARG002 - a command's signature
        """Stop it; the same again changes nothing."""
        rule = account.get(AutopayRule, autopay_id(account.id, self.currency))
        if not rule.live:
            return []
        stopped = evolve(rule, status=AutopayStatus.STOPPED, wake_at=None)
        return [AutopayStopped(rule=stopped), *_called_off(account, rule.id)]


def after_failure(event: ScheduleFailed, account: Account, stamp: Stamp) -> Sequence[Event]:
    """Try a payment of autopay again some days later, or pause: after too many failures, or where it is of no use."""
    rule = _rule_of(event.schedule, account)
    if rule is None or rule.status is not AutopayStatus.ACTIVE:
        return []
    policy, failures = account.settings(PaymentsSettings).autopay, rule.failures + 1
    if event.schedule.final or failures >= policy.tries:
        return paused(account, evolve(rule, failures=failures), event.schedule.reason)
    days = policy.retry_days[min(failures, len(policy.retry_days)) - 1] if policy.retry_days else 1
    again = account.supplier.today(stamp.at) + timedelta(days=days)
    return [AutopayFailed(rule=evolve(rule, failures=failures, not_before=again), schedule=event.schedule)]


def after_success(event: ScheduleRan, account: Account, stamp: Stamp) -> Sequence[Event]:  # noqa: ARG001 - as every reaction
    """Count failures anew once a payment of autopay was made."""
    rule = _rule_of(event.schedule, account) if event.schedule.status is ScheduleStatus.PAID else None
    if rule is None or not rule.failures:
        return []
    return [AutopayChanged(rule=evolve(rule, failures=0, not_before=None))]


def after_cancel(event: ScheduleCanceled, account: Account, stamp: Stamp) -> Sequence[Event]:  # noqa: ARG001 - as every reaction
    """Leave out what somebody called off, while autopay goes on."""
    rule = _rule_of(event.schedule, account)
    if rule is None or rule.status is not AutopayStatus.ACTIVE or event.schedule.reason:
        return []
    more = (line.document_id for line in event.schedule.lines)
    return [AutopayChanged(rule=evolve(rule, left_out=tuple(dict.fromkeys((*rule.left_out, *more)))))]


def paused(account: Account, rule: AutopayRule, reason: str) -> Sequence[Event]:
    """Answer what follows where autopay cannot go on: it stands still, and nothing that was announced is begun."""
    still = evolve(rule, status=AutopayStatus.PAUSED, reason=reason, wake_at=None)
    return [AutopayPaused(rule=still), *_called_off(account, rule.id)]


def _rule_of(schedule: ScheduledPayment, account: Account) -> AutopayRule | None:
    if schedule.origin is not ScheduleOrigin.AUTOPAY or schedule.origin_id is None:
        return None
    return account.find(AutopayRule, schedule.origin_id)


def _called_off(account: Account, rule_id: UUID) -> Iterable[Event]:
    for one in account.all(ScheduledPayment):
        if one.origin_id == rule_id and one.status is ScheduleStatus.SCHEDULED:
            yield ScheduleCanceled(schedule=one.ended(ScheduleStatus.CANCELED, "autopay"))
