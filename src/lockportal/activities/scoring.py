"""The points that reasons to act are given: settings, so that each supplier weighs them as it works."""

from __future__ import annotations

from typing import Final

from attrs import field, frozen
from attrs.validators import ge, gt

OVERDUE: Final = "ledger.overdue"
"""The reason of whoever owes what is overdue, and whom nobody called lately: it stands in the list without a task."""
PASSED: Final = "credit.passed"
"""The reason of whoever owes more than their credit limit: it stands in the list without a task, too."""
BROKEN: Final = "promises.broken"
ESCALATION: Final = "promises.escalation"


@frozen(kw_only=True)
class Scoring:
    """How many of a hundred points each part of a score gives at most, and what gives them in full.

    `amount` by what is overdue, full from `full_amount` minor units on; `lateness` by the days past due of the oldest, full from
    `full_days` on; `pattern` by the share of the invoices settled within a year that were late; `kind` for tasks of the kinds
    `urgent`. Who owes what is overdue, or too much, stands in the list again `quiet_days` days after they were worked on.
    """

    amount: int = field(default=40, validator=ge(0))
    lateness: int = field(default=30, validator=ge(0))
    pattern: int = field(default=15, validator=ge(0))
    kind: int = field(default=15, validator=ge(0))
    full_amount: int = field(default=1_000_000, validator=gt(0))
    full_days: int = field(default=90, validator=gt(0))
    urgent: frozenset[str] = frozenset(
        {
            BROKEN,
            ESCALATION,
            PASSED,
            "disputes.late",
            "disputes.answered",
            "payments.returned",
            "payments.review",
            "promises.decide",
        }
    )
    quiet_days: int = field(default=7, validator=ge(0))
