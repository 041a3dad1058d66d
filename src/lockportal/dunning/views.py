"""What is told of follow-up: reminders, charges, holds, a simulation, and why nothing was sent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from attrs import frozen

from lockportal.core.money import Money
from lockportal.dunning.models import Charge, DunningHold, Handover, Reminder, ReminderCharge, ReminderStatus
from lockportal.dunning.planning import Action, ActionKind, ActionLine, ChargeKind
from lockportal.dunning.policies import Escalation, Policy


@frozen(kw_only=True)
class ReminderRow:
    """One reminder: what it was about, what it charged, and how many contacts got it."""

    id: UUID
    account_id: UUID
    customer_number: str
    customer_name: str
    kind: ActionKind
    on: date
    at: datetime
    policy: str
    level: int
    level_name: str
    days: int
    lines: tuple[ActionLine, ...]
    charges: tuple[ReminderCharge, ...]
    escalations: tuple[Escalation, ...]
    status: ReminderStatus
    people: int


@frozen(kw_only=True)
class ChargeRow:
    """One fee, or interest; what of it was waived, when and why."""

    id: UUID
    account_id: UUID
    kind: ChargeKind
    amount: Money
    on: date
    number: str
    memo_id: UUID
    document_id: UUID | None
    waived: Money | None
    waived_on: date | None
    reason: str


@frozen(kw_only=True)
class HoldRow:
    """One hold: nobody follows the customer, or the document, up until the end of that day."""

    id: UUID
    account_id: UUID
    customer_number: str
    customer_name: str
    document_id: UUID | None
    until: date
    reason: str
    by: str
    made_at: datetime


@frozen(kw_only=True)
class HandoverRow:
    """Documents that wait to be handed to a collection agency."""

    id: UUID
    account_id: UUID
    customer_number: str
    customer_name: str
    on: date
    lines: tuple[ActionLine, ...]


@frozen(kw_only=True)
class RunReport:
    """What a run did: so many customers looked at, so many written down as to be reminded, so many left for a better hour."""

    on: date
    customers: int
    reminders: int
    asleep: int
    next_at: datetime


@frozen(kw_only=True)
class SimulatedRow:
    """What one day, policy and level would bring: how many customers and documents, and how much, by currency."""

    on: date
    policy: str
    kind: ActionKind
    level: int
    name: str
    customers: int
    documents: int
    amounts: tuple[Money, ...]
    charges: tuple[Money, ...]


@frozen(kw_only=True)
class Simulation:
    """What policies would do from a day to another to the customers as they stand: nobody pays, nothing new is billed."""

    first: date
    last: date
    customers: int
    """How many have anything open."""
    reminded: int
    """How many of them would be reminded at all."""
    rows: tuple[SimulatedRow, ...]

    @property
    def messages(self) -> int:
        """Answer how many reminders there would be."""
        return sum(row.customers for row in self.rows)


class Why(StrEnum):
    """Why nothing is sent about a document, or that something is."""

    FOLLOWED = "followed"
    """It is to be sent on that day."""
    TOLD = "told"
    """It was sent on that day."""
    INACTIVE = "inactive"
    NO_POLICY = "no_policy"
    NOTHING_OPEN = "nothing_open"
    CHARGE = "charge"
    NOT_YET = "not_yet"
    LAST_LEVEL = "last_level"
    SILENT = "silent"
    """A share of it, or all, for the reason that is named."""
    UNSENT = "unsent"
    MINIMUM = "minimum"
    RESTED = "rested"
    PAST = "past"


@frozen(kw_only=True)
class Reason:
    """One reason: its code, a sentence, and for a silent share its name, its amount and its last day."""

    why: Why
    text: str
    silence: str = ""
    amount: Money | None = None
    until: date | None = None


@frozen(kw_only=True)
class Explanation:
    """Why a document is, or is not, followed up on a day: `followed` is what of it would be; `sent` whether anything goes out."""

    document_id: UUID
    number: str = ""
    on: date
    sent: bool
    followed: Money | None
    reasons: tuple[Reason, ...]

    @property
    def text(self) -> str:
        """Answer all of it in words."""
        return " ".join(reason.text for reason in self.reasons)


def reminder_row(reminder: Reminder, number: str, name: str) -> ReminderRow:
    """Answer what is told of a reminder."""
    return ReminderRow(
        id=reminder.id,
        account_id=reminder.account_id,
        customer_number=number,
        customer_name=name,
        kind=reminder.kind,
        on=reminder.on,
        at=reminder.at,
        policy=reminder.policy,
        level=reminder.level,
        level_name=reminder.level_name,
        days=reminder.days,
        lines=reminder.lines,
        charges=reminder.charges,
        escalations=reminder.escalations,
        status=reminder.status,
        people=reminder.people,
    )


def charge_row(charge: Charge) -> ChargeRow:
    """Answer what is told of a charge."""
    return ChargeRow(
        id=charge.id,
        account_id=charge.account_id,
        kind=charge.kind,
        amount=charge.amount,
        on=charge.on,
        number=charge.number,
        memo_id=charge.memo_id,
        document_id=charge.document_id,
        waived=charge.waived,
        waived_on=charge.waived_on,
        reason=charge.reason,
    )


def hold_row(hold: DunningHold, number: str, name: str) -> HoldRow:
    """Answer what is told of a hold."""
    return HoldRow(
        id=hold.id,
        account_id=hold.account_id,
        customer_number=number,
        customer_name=name,
        document_id=hold.document_id,
        until=hold.until,
        reason=hold.reason,
        by=hold.by,
        made_at=hold.made_at,
    )


def handover_row(handover: Handover, number: str, name: str) -> HandoverRow:
    """Answer what is told of a handover."""
    return HandoverRow(
        id=handover.id,
        account_id=handover.account_id,
        customer_number=number,
        customer_name=name,
        on=handover.on,
        lines=handover.lines,
    )


def simulated_rows(actions: Iterable[Action], policies: Iterable[Policy]) -> tuple[SimulatedRow, ...]:
    """Gather actions by day, policy, kind and level."""
    levels = {policy.name: [level.name for level in policy.levels] for policy in policies}
    found: dict[tuple[date, str, str, int], list[Action]] = defaultdict(list)
    for action in actions:
        found[action.on, action.policy, action.kind, action.level].append(action)
    rows = []
    for key in sorted(found):
        on, policy, kind, level = key
        own = found[key]
        rows.append(
            SimulatedRow(
                on=on,
                policy=policy,
                kind=ActionKind(kind),
                level=level,
                name=levels[policy][level - 1] if level else "",
                customers=len(own),
                documents=sum(len(action.lines) for action in own),
                amounts=_sums(line.amount for action in own for line in action.lines),
                charges=_sums(charge.amount for action in own for charge in action.charges),
            )
        )
    return tuple(rows)


def _sums(amounts: Iterable[Money]) -> tuple[Money, ...]:
    found: dict[str, int] = defaultdict(int)
    for amount in amounts:
        found[amount.currency] += amount.minor
    return tuple(Money(found[currency], currency) for currency in sorted(found))
