"""What policies would do over a stretch of days, from customers as they stand now: nobody pays, nothing is billed. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Final

from lockportal.dunning.debtors import Debtor, Item
from lockportal.dunning.planning import Action, applied, comes_on, month_day, plan_one
from lockportal.dunning.policies import Policy, policy_of

_DAY: Final = timedelta(days=1)


def advance(
    debtors: Iterable[Debtor], policies: Sequence[Policy], first: date, last: date
) -> Iterator[tuple[Debtor, tuple[Action, ...]]]:
    """Run each day from the first to the last, both included; answer each customer as they then stand, and what was done."""
    for debtor in debtors:
        yield advance_one(debtor, policy_of(policies, debtor.facts), first, last)


def advance_one(debtor: Debtor, policy: Policy | None, first: date, last: date) -> tuple[Debtor, tuple[Action, ...]]:
    """As `advance`, of one customer; days on which nothing can happen are passed over."""
    done: list[Action] = []
    day: date | None = first
    while policy is not None and day is not None and day <= last:
        action = plan_one(debtor, policy, day)
        debtor = applied(debtor, action, day)
        if action is not None:
            done.append(action)
        day = _next(debtor, policy, day)
    return debtor, tuple(done)


def _next(debtor: Debtor, policy: Policy, day: date) -> date | None:
    """Answer the next day on which anything can change: no earlier one needs to be planned."""
    days = [one for item in debtor.items for one in _days_of(item, policy)]
    days += [month_day(day + _DAY, number) for number in policy.statements]
    if debtor.told_on is not None:
        days.append(debtor.told_on + timedelta(days=policy.gap_days))
    if day in {debtor.statement_on, debtor.told_on}:
        days.append(day + _DAY)
    return min((one for one in days if one > day), default=None)


def _days_of(item: Item, policy: Policy) -> Iterator[date]:
    yield item.issued_on
    yield item.due_on
    yield item.due_on + _DAY
    yield from (item.due_on - timedelta(days=days) for days in policy.upcoming)
    yield from (one.until + _DAY for one in item.quiet if one.until is not None)
    if item.stepped_on is not None:
        yield item.stepped_on + _DAY
    if item.level < len(policy.levels):
        yield comes_on(item, policy.levels[item.level])
