"""What can be done about follow-up, pure: go through a customer, put it off, waive what was charged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import ClassVar, Final
from uuid import UUID, uuid5

from attrs import evolve, field, frozen

from lockportal.core.account import Account, Owner
from lockportal.core.actor import Audience
from lockportal.core.errors import Refused
from lockportal.core.record import DECIDED, Event, Record, Stamp
from lockportal.documents.models import Document
from lockportal.dunning.accounts import NEEDS, debtor_of
from lockportal.dunning.charging import charged, waived
from lockportal.dunning.debtors import Debtor
from lockportal.dunning.models import (
    LONGEST_REASON,
    DunningHeld,
    DunningHold,
    DunningRan,
    DunningResumed,
    DunningRun,
    DunningState,
    DunningStep,
    DunningStepsSettled,
    HandedOver,
    Handover,
    Reminded,
    Reminder,
    ReminderCharge,
    ReminderSent,
    ReminderStatus,
    run_id,
    state_id,
    step_id,
)
from lockportal.dunning.planning import Action, ActionKind, applied, plan_one
from lockportal.dunning.policies import Escalation, Policy, Telling, policy_of
from lockportal.dunning.settings import DunningSettings
from lockportal.payments.models import Payment
from lockportal.profiles.models import Customer, CustomerStored

_OFFICE: Final = Audience(staff=True, system=True)
_SYSTEM: Final = Audience(system=True)
_LONGEST_HOLD: Final = 366 * 2


@frozen(kw_only=True)
class FollowUp:
    """Go through one customer today: what the policies say of them is made a reminder, with its fees, interest and escalations.

    The same day again, or another process at the same time, makes nothing more. Where `awake` is False, nothing is done that
    would be told of now: another run does it.
    """

    audience: ClassVar[Audience] = _OFFICE
    owner: ClassVar[Owner | None] = Owner.CUSTOMER
    needs: ClassVar[tuple[type[Record], ...]] = NEEDS
    opens: ClassVar[bool] = False

    account_id: UUID
    awake: bool = field(default=True, metadata=DECIDED)

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """Plan the day, and write down what is to be done."""
        if not self.awake:
            return []
        on = account.supplier.today(stamp.at)
        found = _planned(account, stamp.at, on)
        if found is None:
            return []
        debtor, policy, action = found
        account, events = _settled(account)
        after = applied(debtor, action, on)
        posted, charges = charged(account, action, stamp)
        return [*events, *posted, _reminded(account, policy, action, after, charges, stamp), *_escalated(account, action)]


def _planned(account: Account, at: datetime, on: date) -> tuple[Debtor, Policy, Action] | None:
    """Plan from what is loaded; only where anything is to be done, look for steps of documents that are open again."""
    policies = account.settings(DunningSettings).policies
    found = None
    for thorough in (False, True):
        debtor = debtor_of(account, at, thorough=thorough)
        policy = policy_of(policies, debtor.facts)
        action = plan_one(debtor, policy, on)
        if policy is None or action is None:
            return None
        found = (debtor, policy, action)
    return found


def _reminded(
    account: Account, policy: Policy, action: Action, after: Debtor, charges: tuple[ReminderCharge, ...], stamp: Stamp
) -> Reminded:
    tell = _tell(policy, action)
    reminder = Reminder(
        id=action.key,
        account_id=account.id,
        kind=action.kind,
        on=action.on,
        at=stamp.at,
        policy=action.policy,
        level=action.level,
        level_name=policy.levels[action.level - 1].name if action.level else "",
        days=action.days,
        tell=tell,
        lines=action.lines,
        charges=charges,
        escalations=action.escalations,
        status=ReminderStatus.WAITING if tell else ReminderStatus.SENT,
    )
    state = DunningState(id=state_id(account.id), account_id=account.id, told_on=after.told_on, statement_on=after.statement_on)
    return Reminded(reminder=reminder, state=state, steps=tuple(_steps(account, action, after)))


def _tell(policy: Policy, action: Action) -> tuple[Telling, ...]:
    if action.kind is ActionKind.REMINDER:
        return policy.levels[action.level - 1].tell
    return policy.tell_upcoming if action.kind is ActionKind.UPCOMING else policy.tell_statements


def _steps(account: Account, action: Action, after: Debtor) -> Iterator[DunningStep]:
    """Answer the steps of the documents that an action moves."""
    moved = {line.document_id for line in action.lines if line.level or action.kind is ActionKind.UPCOMING}
    for item in after.items:
        if item.document_id in moved:
            yield DunningStep(
                id=step_id(item.document_id),
                account_id=account.id,
                document_id=item.document_id,
                level=item.level,
                stepped_on=item.stepped_on,
                announced=item.announced,
                interest_until=item.interest_until,
            )


def _settled(account: Account) -> tuple[Account, Sequence[Event]]:
    """Settle the steps of documents that are not open any more."""
    open_ = {one.id for one in account.all(Document)}
    steps = tuple(evolve(one, settled=True) for one in account.all(DunningStep) if one.document_id not in open_)
    return (account.holding(steps), [DunningStepsSettled(steps=steps)]) if steps else (account, [])


def _escalated(account: Account, action: Action) -> Iterator[Event]:
    """Answer what a level brings about beside its message; that somebody is to call is for activities to hear."""
    customer = account.get(Customer, account.id)
    if Escalation.HOLD in action.escalations and not customer.hold:
        yield CustomerStored(customer=evolve(customer, hold=True))
    if Escalation.AGENCY in action.escalations:
        lines = tuple(line for line in action.lines if line.level)
        key = uuid5(action.key, "agency")
        yield HandedOver(handover=Handover(id=key, account_id=account.id, on=action.on, lines=lines))


@frozen(kw_only=True)
class NoteReminder:
    """Say that a reminder reached so many people, or that it is settled in another way; the same again changes nothing."""

    audience: ClassVar[Audience] = _OFFICE
    owner: ClassVar[Owner | None] = Owner.CUSTOMER
    needs: ClassVar[tuple[type[Record], ...]] = (Document,)
    opens: ClassVar[bool] = False

    account_id: UUID
    reminder_id: UUID
    people: int = 0

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """Note it, and whether there was still a reason for it."""
        del stamp
        reminder = account.get(Reminder, self.reminder_id)
        if reminder.status is ReminderStatus.SENT:
            return []
        open_ = {one.id for one in account.all(Document)}
        sent = evolve(reminder, status=ReminderStatus.SENT, people=max(self.people, 0))
        return [ReminderSent(reminder=sent, open=any(line.document_id in open_ for line in reminder.lines))]


@frozen(kw_only=True)
class HoldDunning:
    """Follow a customer, or one document of theirs, up no more until the end of a day, with a reason."""

    audience: ClassVar[Audience] = _OFFICE
    owner: ClassVar[Owner | None] = Owner.CUSTOMER
    needs: ClassVar[tuple[type[Record], ...]] = ()
    opens: ClassVar[bool] = False

    account_id: UUID
    until: date
    reason: str
    document_id: UUID | None = None

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """Keep it; it ends by itself."""
        today = account.supplier.today(stamp.at)
        check_reason(self.reason)
        if not 0 <= (self.until - today).days <= _LONGEST_HOLD:
            raise Refused("dunning_hold.day", "Choose a day from today on, within two years.", field="until")
        if self.document_id is not None:
            account.get(Document, self.document_id)
        hold = DunningHold(
            id=stamp.id,
            account_id=account.id,
            document_id=self.document_id,
            until=self.until,
            reason=self.reason.strip(),
            by=stamp.by.id[:128],
            made_at=stamp.at,
            wake_at=account.supplier.end_of(self.until),
        )
        return [DunningHeld(hold=hold)]


@frozen(kw_only=True)
class EndDunningHold:
    """Follow up again before the day of a hold is over; one that has ended stays so."""

    audience: ClassVar[Audience] = _OFFICE
    owner: ClassVar[Owner | None] = Owner.CUSTOMER
    needs: ClassVar[tuple[type[Record], ...]] = ()
    opens: ClassVar[bool] = False

    account_id: UUID
    hold_id: UUID

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """End it."""
        hold = account.get(DunningHold, self.hold_id)
        return resume(hold, account, stamp) if hold.live else []


def resume(hold: DunningHold, account: Account, stamp: Stamp) -> Sequence[Event]:
    """End a hold whose day is over."""
    del account
    return [DunningResumed(hold=evolve(hold, ended_at=stamp.at, wake_at=None))]


@frozen(kw_only=True)
class WaiveCharge:
    """Give up what is left of a fee or of interest, with a reason; the same again changes nothing."""

    audience: ClassVar[Audience] = _OFFICE
    owner: ClassVar[Owner | None] = Owner.CUSTOMER
    needs: ClassVar[tuple[type[Record], ...]] = (Payment,)
    opens: ClassVar[bool] = False

    account_id: UUID
    charge_id: UUID
    reason: str

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """Post it off."""
        check_reason(self.reason)
        return waived(account, self.charge_id, self.reason.strip(), stamp)


@frozen(kw_only=True)
class ExportHandover:
    """Say that documents were handed to the agency; the same again changes nothing."""

    audience: ClassVar[Audience] = _OFFICE
    owner: ClassVar[Owner | None] = Owner.CUSTOMER
    needs: ClassVar[tuple[type[Record], ...]] = ()
    opens: ClassVar[bool] = False

    account_id: UUID
    handover_id: UUID

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """Note when."""
        handover = account.get(Handover, self.handover_id)
        return [HandedOver(handover=evolve(handover, exported_at=stamp.at))] if handover.live else []


@frozen(kw_only=True)
class NoteRun:
    """Note that the supplier's customers were gone through, and when they are again."""

    audience: ClassVar[Audience] = _OFFICE
    owner: ClassVar[Owner | None] = Owner.SUPPLIER
    needs: ClassVar[tuple[type[Record], ...]] = ()
    opens: ClassVar[bool] = True

    account_id: UUID
    next_at: datetime

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """Keep it; the same again changes nothing."""
        key, today = run_id(account.id), account.supplier.today(stamp.at)
        known = account.find(DunningRun, key)
        if known is not None and (known.on, known.next_at) == (today, self.next_at):
            return []
        run = DunningRun(id=key, account_id=account.id, on=today, at=stamp.at, next_at=self.next_at)
        return [DunningRan(run=run)]


def check_reason(reason: str) -> None:
    """Refuse a reason that is missing, or too long to be kept."""
    if not reason.strip():
        raise Refused("dunning.reason_missing", "Say why.", field="reason")
    if len(reason) > LONGEST_REASON:
        raise Refused("dunning.reason_too_long", f"At most {LONGEST_REASON} characters, please.", field="reason")
