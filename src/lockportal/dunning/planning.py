"""The planner: from customers, policies and a day to what is to be done, each thing under a key of its own. Pure.

A run brings a document one level further at most, and writes to a customer at most once. What a missed day would have done is
done by the next run. What was done already, on this day or a later one, is not done again: so two runs of a day are one, and the
same days in any parts come to the same.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final
from uuid import UUID, uuid5

from attrs import evolve, frozen

from lockportal.core.money import Money
from lockportal.dunning.debtors import Debtor, Item
from lockportal.dunning.policies import Basis, Escalation, Level, Policy, policy_of

_DAY: Final = timedelta(days=1)


class ActionKind(StrEnum):
    """What is done."""

    REMINDER = "reminder"
    """Documents come to their next level."""
    UPCOMING = "upcoming"
    """Documents fall due soon."""
    STATEMENT = "statement"


class ChargeKind(StrEnum):
    """What is charged."""

    FEE = "fee"
    INTEREST = "interest"


@frozen(kw_only=True)
class ActionLine:
    """One document of an action and what of it is followed up; `level` is the one that it comes to, 0 if it only stands by."""

    document_id: UUID
    number: str
    amount: Money
    due_on: date
    level: int = 0


@frozen(kw_only=True)
class PlannedCharge:
    """What an action charges: interest on one document, or a fee on all of a currency."""

    kind: ChargeKind
    amount: Money
    document_id: UUID | None = None


@frozen(kw_only=True)
class Action:
    """One thing to do for one customer on one day. The same thing has the same `key`, whenever it is planned."""

    key: UUID
    account_id: UUID
    kind: ActionKind
    on: date
    policy: str
    level: int = 0
    """The highest of its documents' levels, by which it is told."""
    lines: tuple[ActionLine, ...]
    charges: tuple[PlannedCharge, ...] = ()
    escalations: tuple[Escalation, ...] = ()
    days: int = 0
    """Of what is told before the day: so many days before, the fewest."""


def plan(debtors: Iterable[Debtor], policies: Sequence[Policy], on: date) -> tuple[Action, ...]:
    """Answer what is to be done on a day, in the order of the accounts; the first policy that fits a customer holds."""
    made = (plan_one(debtor, policy_of(policies, debtor.facts), on) for debtor in debtors)
    return tuple(sorted((one for one in made if one is not None), key=lambda one: (one.account_id, one.key)))


def plan_one(debtor: Debtor, policy: Policy | None, on: date) -> Action | None:
    """Answer what is to be done for one customer on a day: at most one thing, a level before anything else."""
    if policy is None or debtor.unsent or (debtor.planned_on is not None and on < debtor.planned_on):
        return None
    if on in {debtor.told_on, debtor.statement_on}:
        return None
    if rested(debtor, policy, on):
        made = _reminder(debtor, policy, on) or _upcoming(debtor, policy, on)
        if made is not None:
            return made
    return _statement(debtor, policy, on)


def rested(debtor: Debtor, policy: Policy, on: date) -> bool:
    """Say whether a customer may be reminded again: so many days have gone by since they were."""
    return debtor.told_on is None or on >= debtor.told_on + timedelta(days=policy.gap_days)


def reached(item: Item, policy: Policy, on: date) -> Level | None:
    """Answer the next level of a document, if its day has come; a document comes to one level a day at most."""
    if item.charge or item.level >= len(policy.levels) or (item.stepped_on is not None and on <= item.stepped_on):
        return None
    level = policy.levels[item.level]
    return level if on >= comes_on(item, level) else None


def comes_on(item: Item, level: Level) -> date:
    """Answer from which day on a document is at a level, were it its next one."""
    since = item.stepped_on if item.stepped_on is not None and item.level else None
    if level.basis is Basis.ISSUE:
        day = item.issued_on + timedelta(days=level.days)
    elif level.basis is Basis.STEP:
        day = (since or item.due_on) + timedelta(days=level.days)
    elif level.basis is Basis.MONTH_DAY:
        day = month_day((since or item.due_on) + _DAY, level.days)
    else:
        day = item.due_on + timedelta(days=level.days)
    return max(day, item.due_on)


def month_day(day: date, number: int) -> date:
    """Answer the first day from this one on that is a month's day of that number, or its last one where it has fewer."""
    while day.day != min(number, monthrange(day.year, day.month)[1]):
        day += _DAY
    return day


def below_minimum(debtor: Debtor, policy: Policy, currency: str, on: date) -> bool:
    """Say whether too little is overdue in a currency to be followed up."""
    least = Money.of(policy.minimum.get(currency, Decimal(0)), currency).minor
    return sum(item.followed(on) for item in debtor.items if item.currency == currency and item.due_on <= on) < least


def applied(debtor: Debtor, action: Action | None, on: date) -> Debtor:
    """Answer a customer as they stand after a planned day and what was done on it."""
    if action is None:
        return evolve(debtor, planned_on=max(on, debtor.planned_on or on))
    if action.kind is ActionKind.STATEMENT:
        return evolve(debtor, statement_on=on, planned_on=on)
    levels = {line.document_id: line.level for line in action.lines}
    charged = {one.document_id for one in action.charges if one.kind is ChargeKind.INTEREST}
    items = tuple(_moved(item, action, levels, charged) for item in debtor.items)
    return evolve(debtor, items=items, told_on=on, planned_on=on)


def _moved(item: Item, action: Action, levels: dict[UUID, int], charged: set[UUID | None]) -> Item:
    if item.document_id not in levels:
        return item
    if action.kind is ActionKind.UPCOMING:
        return evolve(item, announced=action.days)
    if not levels[item.document_id]:
        return item
    until = action.on if item.document_id in charged else item.interest_until
    return evolve(item, level=levels[item.document_id], stepped_on=action.on, interest_until=until)


def _reminder(debtor: Debtor, policy: Policy, on: date) -> Action | None:
    small: dict[str, bool] = {}
    stepping: dict[UUID, Level] = {}
    for item in debtor.items:
        level = reached(item, policy, on)
        if level is None or not item.followed(on):
            continue
        if item.currency not in small:
            small[item.currency] = below_minimum(debtor, policy, item.currency, on)
        if not small[item.currency]:
            stepping[item.document_id] = level
    if not stepping:
        return None
    lines = tuple(
        ActionLine(
            document_id=item.document_id,
            number=item.number,
            amount=Money(item.followed(on), item.currency),
            due_on=item.due_on,
            level=item.level + 1 if item.document_id in stepping else 0,
        )
        for item in _in_order(debtor)
        if item.document_id in stepping or (item.due_on < on and item.followed(on))
    )
    levels = [level for level in policy.levels if level in stepping.values()]
    return _action(
        ActionKind.REMINDER,
        debtor,
        policy,
        on,
        lines,
        level=max(line.level for line in lines),
        charges=(*_fees(lines, policy), *_interest(debtor, stepping, policy, on)),
        escalations=tuple(dict.fromkeys(one for level in levels for one in level.escalate)),
    )


def _fees(lines: Sequence[ActionLine], policy: Policy) -> Iterator[PlannedCharge]:
    """Answer the fee of each currency: that of its highest level, on what comes to that level."""
    for currency in sorted({line.amount.currency for line in lines if line.level}):
        own = [line for line in lines if line.amount.currency == currency]
        highest = max(line.level for line in own)
        base = Money(sum(line.amount.minor for line in own if line.level == highest), currency)
        amount = policy.levels[highest - 1].fee.of(base)
        if amount:
            yield PlannedCharge(kind=ChargeKind.FEE, amount=amount)


def _interest(debtor: Debtor, stepping: dict[UUID, Level], policy: Policy, on: date) -> Iterator[PlannedCharge]:
    for item in _in_order(debtor):
        if policy.interest is not None and item.document_id in stepping and stepping[item.document_id].interest:
            amount = policy.interest.of(Money(item.followed(on), item.currency), item.interest_until or item.due_on, on)
            if amount:
                yield PlannedCharge(kind=ChargeKind.INTEREST, amount=amount, document_id=item.document_id)


def _upcoming(debtor: Debtor, policy: Policy, on: date) -> Action | None:
    lines, fewest = [], None
    for item in _in_order(debtor):
        days = announced_for(item, policy, on)
        if days is not None and item.followed(on):
            lines.append(_line(item, on))
            fewest = days if fewest is None else min(days, fewest)
    if fewest is None:
        return None
    return _action(ActionKind.UPCOMING, debtor, policy, on, tuple(lines), days=fewest)


def announced_for(item: Item, policy: Policy, on: date) -> int | None:
    """Answer how many days before the due date a reminder is to be sent now; None if there is none, or it was sent."""
    left = (item.due_on - on).days
    due = [days for days in policy.upcoming if left <= days]
    if item.charge or left < 0 or not due:
        return None
    return due[0] if item.announced is None or due[0] < item.announced else None


def _statement(debtor: Debtor, policy: Policy, on: date) -> Action | None:
    day = statement_day(policy, on)
    if day is None or (debtor.statement_on is not None and debtor.statement_on >= day):
        return None
    lines = tuple(_line(item, on, whole=True) for item in _in_order(debtor) if item.issued_on <= day)
    return _action(ActionKind.STATEMENT, debtor, policy, on, lines, about=day.isoformat()) if lines else None


def statement_day(policy: Policy, on: date) -> date | None:
    """Answer the last day up to now, within a week, on which statements are sent; a longer delay lets one go."""
    days = (on - timedelta(days=back) for back in range(7))
    return next((day for day in days if any(month_day(day, number) == day for number in policy.statements)), None)


def _line(item: Item, on: date, *, whole: bool = False) -> ActionLine:
    minor = item.open if whole else item.followed(on)
    return ActionLine(document_id=item.document_id, number=item.number, amount=Money(minor, item.currency), due_on=item.due_on)


def _in_order(debtor: Debtor) -> Sequence[Item]:
    return sorted(debtor.items, key=lambda item: (item.due_on, item.number, item.document_id))


def _action(
    kind: ActionKind,
    debtor: Debtor,
    policy: Policy,
    on: date,
    lines: tuple[ActionLine, ...],
    *,
    level: int = 0,
    charges: tuple[PlannedCharge, ...] = (),
    escalations: tuple[Escalation, ...] = (),
    days: int = 0,
    about: str = "",
) -> Action:
    """Make an action; its key stands for what is done, not for when: documents and their levels, or the day of a statement."""
    stepping = sorted(f"{line.document_id}/{line.level or days}" for line in lines if line.level or kind is ActionKind.UPCOMING)
    return Action(
        key=uuid5(debtor.account_id, f"dunning/{kind}/{about}/{' '.join(stepping)}"),
        account_id=debtor.account_id,
        kind=kind,
        on=on,
        policy=policy.name,
        level=level,
        lines=lines,
        charges=charges,
        escalations=escalations,
        days=days,
    )
