"""What disputes are about, and how long they take: `portal.disputes.measures`."""

from __future__ import annotations

from datetime import date

from lockportal.context import Context
from lockportal.core.actor import Actor
from lockportal.disputes.measuring.queries import CYCLES, REASONS
from lockportal.disputes.measuring.views import CycleTime, Grouping, Period, ReasonShare, period_of, shares_of


class Measures:
    """The measures of one supplier's disputes; for staff."""

    def __init__(self, context: Context) -> None:
        """Take the shell and the clock."""
        self._shell = context.shell
        self._clock = context.clock

    def reasons(
        self, by: Actor, *, per: Grouping = Grouping.REASON, first: date | None = None, last: date | None = None
    ) -> tuple[ReasonShare, ...]:
        """Answer what the disputes are about that were opened from a day to another, the largest first (a Pareto).

        By default those of the year up to today, by the customer's reason. One statement.
        """
        period = self._period(first, last)
        rows = self._shell.ask(REASONS, by, shape={"by": per}, begin=period.begin, end=period.end)
        return shares_of((row.currency, str(row.key), int(row.disputes), int(row.minor), int(row.granted)) for row in rows)

    def cycle_times(
        self, by: Actor, *, per: Grouping | None = None, first: date | None = None, last: date | None = None
    ) -> tuple[CycleTime, ...]:
        """Answer how long the disputes took that were closed from a day to another: all of them, or by category, department ….

        By default those of the year up to today. One statement.
        """
        period = self._period(first, last)
        rows = self._shell.ask(CYCLES, by, shape={"by": per}, begin=period.begin, end=period.end)
        made = (
            CycleTime(key=str(row.key), disputes=int(row.disputes), median=int(row.median), ninetieth=int(row.ninetieth))
            for row in rows
        )
        return tuple(sorted(made, key=lambda one: one.key))

    def _period(self, first: date | None, last: date | None) -> Period:
        return period_of(self._shell.supplier, self._clock.now(), first, last)
