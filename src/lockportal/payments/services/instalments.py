"""What an application asks of instalment plans."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import UUID

from lockportal.context import Context
from lockportal.core.actor import SYSTEM, Actor
from lockportal.core.money import Money
from lockportal.payments.coming.queries import PLANS, SCHEDULES_OF, plan_of, schedule_of
from lockportal.payments.coming.views import PlanProgress, plan_progress
from lockportal.payments.instalments.commands import AgreeInstalments, CancelPlan
from lockportal.payments.instalments.models import InstalmentPlan, PlanAgreed
from lockportal.payments.methods import MethodKind
from lockportal.payments.planning import LineChoice

_MOST: Final = 200


class Instalments:
    """The instalment plans of a supplier's customers: `portal.payments.instalments`."""

    def __init__(self, context: Context) -> None:
        """Take the shell."""
        self._shell = context.shell

    def agree(
        self,
        account_id: UUID,
        by: Actor,
        *,
        currency: str,
        lines: Sequence[LineChoice],
        days: Sequence[date],
        method: MethodKind,
        saved_method: UUID,
        expected: Money | None = None,
        key: str | None = None,
    ) -> PlanProgress:
        """Pay documents in equal parts on these days by a saved method, within the supplier's rules.

        The same `key` again agrees to nothing more. Refused `plan.not_offered`, `plan.too_many`, `plan.days`, `plan.too_small`.
        """
        command = AgreeInstalments(
            account_id=account_id,
            currency=currency,
            lines=tuple(lines),
            days=tuple(days),
            method=method,
            method_id=saved_method,
            expected=expected,
        )
        receipt = self._shell.run(command, by, key=key)
        return next(one for one in self.list(account_id, by) if one.id == receipt.id)

    def quote(
        self,
        account_id: UUID,
        by: Actor,
        *,
        currency: str,
        lines: Sequence[LineChoice],
        days: Sequence[date],
        method: MethodKind,
        saved_method: UUID,
    ) -> PlanProgress:
        """Answer exactly the plan that `agree` would make, on business days. Refused as that is."""
        command = AgreeInstalments(
            account_id=account_id,
            currency=currency,
            lines=tuple(lines),
            days=tuple(days),
            method=method,
            method_id=saved_method,
        )
        events = self._shell.rehearse(command, by).events
        made = next(event for event in events if isinstance(event, PlanAgreed))
        return plan_progress(made.plan, {one.id: one for one in made.schedules})

    def cancel(self, account_id: UUID, plan_id: UUID, by: Actor) -> None:
        """Call an instalment plan off: the parts that were not begun are not taken."""
        self._shell.run(CancelPlan(account_id=account_id, plan_id=plan_id), by)

    def list(self, account_id: UUID, by: Actor) -> tuple[PlanProgress, ...]:
        """Answer how far the instalment plans of an account are, the newest first, 200 at most."""
        plans = [plan_of(row) for row in self._shell.ask(PLANS, by, account_id=account_id, limit=_MOST)]
        return tuple(self._progress(one) for one in plans)

    def _progress(self, plan: InstalmentPlan) -> PlanProgress:
        ids = [one.schedule_id for one in plan.instalments]
        rows = self._shell.ask(SCHEDULES_OF, SYSTEM, account_id=plan.account_id, schedules=ids)
        return plan_progress(plan, {row.id: schedule_of(row) for row in rows})
