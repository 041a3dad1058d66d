"""The work list for staff: read page by page, and taken from without two taking the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from attrs import evolve

from lockportal.activities.models import ActivitiesSettings
from lockportal.activities.work.models import WorkItem
from lockportal.activities.work.queries import WORK
from lockportal.activities.work.views import next_action
from lockportal.core.money import Money
from lockportal.core.page import Page

if TYPE_CHECKING:
    from lockportal.context import Context
    from lockportal.core.actor import Actor

_CURSOR: Final = "work"
_YEAR: Final = timedelta(days=365)
_RESCORED: Final = 500
"""So many of the best are scored again by a hook."""


class WorkList:
    """Reads the work list, and asks the hook that scores it, where there is one."""

    def __init__(self, context: Context) -> None:
        """Bind the hook."""
        hook = context.hook.lockportal_score_work
        self._shell, self._clock, self._signer, self._supplier = context.shell, context.clock, context.signer, context.supplier
        self._scoring = context.shell.settings(ActivitiesSettings).scoring
        self._rescore: Callable[..., int | None] | None = hook if hook.get_hookimpls() else None

    def page(self, by: Actor, whose: str, after: str | None, limit: int) -> Page[WorkItem]:
        """Answer a page of the list; with a hook, that many of the best five hundred, and no further page."""
        params: dict[str, Any] = {}
        if after is not None:
            score, place, kind = self._signer.place(_CURSOR, after)
            params = {"score": score, "place": UUID(place), "kind": kind}
        if self._rescore is None:
            rows = self._rows(by, whose, limit + 1, params)
            shown = tuple(_item(row) for row in rows[:limit])
            last = rows[limit - 1] if len(rows) > limit else None
            return Page(
                shown, None if last is None else self._signer.cursor(_CURSOR, int(last.score), str(last.place), last.kind)
            )
        scored = [_item(row) for row in self._rows(by, whose, _RESCORED, params)]
        scored = [evolve(one, score=_given(self._rescore(item=one), one.score)) for one in scored]
        return Page(tuple(sorted(scored, key=lambda one: -one.score)[:limit]), None)

    def _rows(self, by: Actor, whose: str, limit: int, params: dict[str, Any]) -> Sequence[Any]:
        now = self._clock.now()
        today = self._supplier.today(now)
        named = {"owner": by.id} if whose == "mine" else {"since": now - timedelta(days=self._scoring.quiet_days)}
        return self._shell.ask(
            WORK,
            by,
            shape={"scoring": self._scoring, "whose": whose, "after": "place" in params},
            first=today - _YEAR,
            last=today,
            limit=limit,
            **named,
            **params,
        )


def _given(score: int | None, otherwise: int) -> int:
    return otherwise if score is None else score


def _item(row: Any) -> WorkItem:  # noqa: ANN401 - a row of WORK
    days, percent = int(row.days), None if row.percent is None else int(row.percent)
    action, why = next_action(row.kind, days, percent)
    return WorkItem(
        account_id=row.account_id,
        task_id=row.task_id,
        customer_number=row.customer_number or "",
        customer_name=row.customer_name or "",
        kind=row.kind,
        owner=row.owner,
        due_on=row.due_on,
        reason=row.reason.partition("\n")[0],
        overdue=None if row.minor is None else Money(int(row.minor), row.currency),
        days_past_due=days,
        late_percent=percent,
        score=int(row.score),
        action=action,
        why=why,
    )
