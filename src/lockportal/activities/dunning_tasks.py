"""What of follow-up a person has to do becomes a task, once: a call, an agency's export, a reminder that reached nobody."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from lockportal.activities.models import LONGEST, open_task
from lockportal.core.account import Account
from lockportal.core.record import Event, Stamp
from lockportal.dunning.models import HandedOver, Reminded, ReminderSent
from lockportal.dunning.planning import ActionKind
from lockportal.dunning.policies import Escalation
from lockportal.profiles.models import Customer

CALL: Final = "dunning.call"
AGENCY: Final = "dunning.agency"
UNREACHED: Final = "dunning.unreached"


def chase_call(event: Reminded, account: Account, stamp: Stamp) -> Sequence[Event]:
    """Have the customer's collector call them, where a level says so."""
    reminder = event.reminder
    if Escalation.CALL not in reminder.escalations:
        return ()
    numbers = ", ".join(line.number for line in reminder.lines if line.level)
    reason = f"Call the customer: {numbers} came to the level {reminder.level_name!r}, and nothing was paid."
    return _opened(account, stamp, CALL, reason, reminder.id)


def chase_agency(event: HandedOver, account: Account, stamp: Stamp) -> Sequence[Event]:
    """Have somebody hand documents to the collection agency."""
    handover = event.handover
    if handover.exported_at is not None:
        return ()
    numbers = ", ".join(line.number for line in handover.lines)
    return _opened(account, stamp, AGENCY, f"Hand {numbers} to the collection agency.", handover.id)


def chase_unreached(event: ReminderSent, account: Account, stamp: Stamp) -> Sequence[Event]:
    """Have somebody find a contact, where a reminder reached nobody though something is open."""
    reminder = event.reminder
    if reminder.people or not event.open or not reminder.tell or reminder.kind is ActionKind.STATEMENT:
        return ()
    reason = "A reminder reached nobody: no contact of this customer has the role that the policy tells. Name one, or call."
    return _opened(account, stamp, UNREACHED, reason, reminder.id)


def _opened(account: Account, stamp: Stamp, kind: str, reason: str, about_id: UUID) -> Sequence[Event]:
    customer = account.find(Customer, account.id)
    owner = "" if customer is None else customer.collector
    return open_task(account, stamp, kind=kind, key=f"{kind}/{about_id}", reason=reason[:LONGEST], owner=owner, about_id=about_id)
