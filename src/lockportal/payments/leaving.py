"""What follows where a contact may not pay any more: nothing is taken that they wanted, nor by what they saved. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from lockportal.core.account import Account
from lockportal.core.actor import Right
from lockportal.core.record import Event, Stamp
from lockportal.payments.autopay.commands import paused
from lockportal.payments.autopay.models import AutopayRule, AutopayStatus
from lockportal.payments.instalments.commands import broken
from lockportal.payments.instalments.models import InstalmentPlan
from lockportal.payments.saving.models import SavedMethod
from lockportal.payments.scheduling.commands import NO_RIGHT
from lockportal.payments.scheduling.models import ScheduleCanceled, ScheduledPayment, ScheduleOrigin, ScheduleStatus
from lockportal.profiles.models import Contact, ContactStored


def may_pay(contact: Contact) -> bool:
    """Say whether a contact may pay in their own account."""
    return contact.active and Right.PAY in contact.rights


def leave(event: ContactStored, account: Account, stamp: Stamp) -> Sequence[Event]:  # noqa: ARG001 - as every reaction
    """Call off what a contact had scheduled who may not pay any more, pause their autopay, and break their plans."""
    if may_pay(event.contact):
        return []
    key = event.contact.id
    saved = {one.id for one in account.all(SavedMethod) if one.contact_id == key}

    def theirs(one: ScheduledPayment | AutopayRule | InstalmentPlan) -> bool:
        return one.contact_id == key or one.method_id in saved

    events: list[Event] = []
    for rule in account.all(AutopayRule):
        if rule.status is AutopayStatus.ACTIVE and theirs(rule):
            events += paused(account, rule, NO_RIGHT)
    for plan in account.all(InstalmentPlan):
        if theirs(plan):
            events += broken(account, plan, NO_RIGHT)
    for schedule in account.all(ScheduledPayment):
        own = schedule.origin is ScheduleOrigin.PAYER and schedule.status is ScheduleStatus.SCHEDULED
        if own and theirs(schedule):
            events.append(ScheduleCanceled(schedule=schedule.ended(ScheduleStatus.CANCELED, NO_RIGHT)))
    return events
