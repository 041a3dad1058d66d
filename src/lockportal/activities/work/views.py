"""The score of a reason to act and what is best done about it, pure."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from lockportal.activities.scoring import BROKEN, ESCALATION, OVERDUE, PASSED, Scoring
from lockportal.activities.work.models import NextAction

_CALL_AFTER: Final = 14
_ESCALATE_AFTER: Final = 90
_MOSTLY: Final = 50
_BY_KIND: Final[Mapping[str, tuple[NextAction, str]]] = MappingProxyType(
    {
        BROKEN: (NextAction.CALL, "A promise was not kept: ask what happened, and for another day."),
        ESCALATION: (NextAction.ESCALATE, "Several promises were not kept."),
        PASSED: (NextAction.DECIDE, "The credit limit is passed: decide whether new orders are held back."),
        "messages.undeliverable": (NextAction.FIND_CONTACT, "Mail does not arrive: find out who reads it."),
        "promises.decide": (NextAction.DECIDE, "The customer waits for an answer to a promise."),
        "disputes.decide": (NextAction.DECIDE, "The customer waits for a decision on a dispute."),
        "disputes.late": (NextAction.DECIDE, "A dispute is past the time in which it should be decided."),
        "disputes.answered": (NextAction.ANSWER, "The customer wrote about a dispute."),
        "payments.returned": (NextAction.CALL, "A payment came back: ask how it will be paid instead."),
    }
)


def score(scoring: Scoring, overdue: int, days: int, late_percent: int | None, kind: str) -> int:
    """Answer how pressing a reason is: amount + lateness + pattern + kind, each rounded down.

    amount × min(overdue, full) ÷ full; lateness × min(days past due, full) ÷ full; pattern × late share; kind if it is urgent.
    """
    amount = scoring.amount * min(max(overdue, 0), scoring.full_amount) // scoring.full_amount
    lateness = scoring.lateness * min(max(days, 0), scoring.full_days) // scoring.full_days
    pattern = scoring.pattern * (late_percent or 0) // 100
    return amount + lateness + pattern + (scoring.kind if kind in scoring.urgent else 0)


def next_action(kind: str, days: int, late_percent: int | None) -> tuple[NextAction, str]:
    """Answer what is best done next, and why, in words without personal details."""
    if kind in _BY_KIND:
        return _BY_KIND[kind]
    if kind != OVERDUE:
        return NextAction.LOOK, "See what it is about."
    if days > _ESCALATE_AFTER:
        return NextAction.ESCALATE, f"The oldest is {days} days past due."
    habit = "" if late_percent is None else f" {late_percent} % of the invoices settled within a year were late."
    if days > _CALL_AFTER or (late_percent or 0) > _MOSTLY:
        return NextAction.CALL, f"The oldest is {days} days past due.{habit}"
    return NextAction.REMIND, f"Only {days} days past due.{habit}"
