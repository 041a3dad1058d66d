"""What a work list is made of: reasons to act, each with its score, and what is best done next."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from uuid import UUID

from attrs import frozen

from lockportal.core.money import Money


class NextAction(StrEnum):
    """What is best done next."""

    CALL = "call"
    REMIND = "remind"
    ESCALATE = "escalate"
    ANSWER = "answer"
    DECIDE = "decide"
    FIND_CONTACT = "find_contact"
    LOOK = "look"


@frozen(kw_only=True)
class WorkItem:
    """One reason to act for one customer: a task, or what is overdue; with its score, and what is best done and why.

    `overdue` is what the customer owes past due in the currency in which it is most; `late_percent` how many of a hundred
    invoices settled within a year were late, None of fewer than three invoices.
    """

    account_id: UUID
    task_id: UUID | None
    customer_number: str
    customer_name: str
    kind: str
    owner: str
    due_on: date
    reason: str
    overdue: Money | None
    days_past_due: int
    late_percent: int | None
    score: int
    action: NextAction
    why: str
