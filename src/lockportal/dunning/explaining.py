"""Why a document is followed up on a day, or why nobody writes about it, in words. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from lockportal.core.money import Money
from lockportal.dunning.debtors import Debtor, Item
from lockportal.dunning.planning import announced_for, below_minimum, comes_on, plan_one, reached, rested
from lockportal.dunning.policies import Policy
from lockportal.dunning.views import Explanation, Reason, Why

_SILENCES: Final = {
    "promise": "is promised",
    "dispute": "is disputed",
    "payment": "is being paid",
    "credit": "is covered by credit that is not applied yet",
    "hold": "was put off by staff",
}


def explain(debtor: Debtor, policy: Policy | None, document_id: UUID, on: date, *, active: bool = True) -> Explanation:
    """Answer every reason, those that keep it silent first."""
    item = next((one for one in debtor.items if one.document_id == document_id), None)
    if item is None:
        reason = Reason(why=Why.NOTHING_OPEN, text="Nothing of it is open.")
        return Explanation(document_id=document_id, on=on, sent=False, followed=None, reasons=(reason,))
    action = plan_one(debtor, policy, on) if active else None
    sent = action is not None and document_id in {line.document_id for line in action.lines}
    reasons = (*_silent(item, on), *(() if sent else _because(debtor, item, policy, on, active=active)))
    if sent:
        reasons = (*reasons, Reason(why=Why.FOLLOWED, text=f"{_money(item, item.followed(on))} is followed up on this day."))
    followed = Money(item.followed(on), item.currency)
    return Explanation(document_id=document_id, number=item.number, on=on, sent=sent, followed=followed, reasons=reasons)


def _silent(item: Item, on: date) -> Iterator[Reason]:
    for quiet in item.quiet:
        if quiet.holds(on):
            what = _SILENCES.get(quiet.reason, f"is left in peace ({quiet.reason})")
            until = "" if quiet.until is None else f" until {quiet.until}"
            yield Reason(
                why=Why.SILENT,
                text=f"{_money(item, quiet.minor)} of {_money(item, item.open)} {what}{until}.",
                silence=quiet.reason,
                amount=Money(quiet.minor, item.currency),
                until=quiet.until,
            )


def _because(debtor: Debtor, item: Item, policy: Policy | None, on: date, *, active: bool) -> Iterator[Reason]:
    """Answer why nothing goes out though a share of it, or all, might."""
    if not active:
        yield Reason(why=Why.INACTIVE, text="Follow-up is switched off.")
    if policy is None:
        yield Reason(why=Why.NO_POLICY, text="No policy is for this customer.")
        return
    if debtor.planned_on is not None and on < debtor.planned_on:
        yield Reason(why=Why.PAST, text=f"This day was gone through; the last one was {debtor.planned_on}.")
    elif debtor.told_on == on and item.stepped_on == on:
        yield Reason(why=Why.TOLD, text="It was followed up on this day.")
    elif item.followed(on):
        yield from _waiting(debtor, item, policy, on)


def _waiting(debtor: Debtor, item: Item, policy: Policy, on: date) -> Iterator[Reason]:
    if item.charge:
        yield Reason(why=Why.CHARGE, text="Fees and interest are told of with the documents that they are for.")
        return
    if reached(item, policy, on) is None and announced_for(item, policy, on) is None:
        if item.level >= len(policy.levels):
            yield Reason(why=Why.LAST_LEVEL, text=f"It has come to the last level, {policy.levels[-1].name!r}.")
            return
        level = policy.levels[item.level]
        day = max(comes_on(item, level), item.stepped_on + timedelta(days=1) if item.stepped_on else date.min)
        yield Reason(why=Why.NOT_YET, text=f"It comes to the level {level.name!r} on {day}.", until=day - timedelta(days=1))
    if debtor.unsent:
        yield Reason(why=Why.UNSENT, text="The last reminder has not been sent yet.")
    if not rested(debtor, policy, on) and debtor.told_on is not None:
        until = debtor.told_on + timedelta(days=policy.gap_days - 1)
        text = f"The customer was reminded on {debtor.told_on}; {policy.gap_days} days lie between two reminders."
        yield Reason(why=Why.RESTED, text=text, until=until)
    if item.due_on <= on and below_minimum(debtor, policy, item.currency, on):
        least = policy.minimum[item.currency]
        yield Reason(why=Why.MINIMUM, text=f"Less than {item.currency} {least} is overdue.")


def _money(item: Item, minor: int) -> str:
    return str(Money(minor, item.currency))
