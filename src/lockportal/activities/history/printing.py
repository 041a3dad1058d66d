"""The history of a customer as a paper, such as for a lawyer: everything that was said and done, the oldest first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from lockportal import formats
from lockportal.activities.history.views import TimelineKind, TimelineRow
from lockportal.core.errors import NotFound
from lockportal.documents.files.media import PDF
from lockportal.documents.papers import customer_data
from lockportal.documents.printing import file_name, letterhead
from lockportal.documents.views import Paper
from lockportal.profiles import queries as profiles

if TYPE_CHECKING:
    from lockportal.context import Context
    from lockportal.core.actor import Actor

Tell = Callable[[TimelineRow], str]
"""Says in words what a row is; as pages say it in their language."""


class HistoryPaper:
    """Makes the paper of a customer's history, in the supplier's own language."""

    def __init__(self, context: Context) -> None:
        """Take the renderer and the supplier."""
        self._shell, self._renderer, self._supplier, self._clock = (
            context.shell,
            context.renderer,
            context.supplier,
            context.clock,
        )

    def of(
        self, account_id: UUID, by: Actor, rows: Sequence[TimelineRow], days: tuple[date | None, date | None], tell: Tell | None
    ) -> Paper:
        """Make the paper of some rows, the oldest first."""
        found = self._shell.ask(profiles.CUSTOMER, by, account_id=account_id)
        if not found:
            raise NotFound("account.not_found", "There is no such account.")
        customer = profiles.customer_of(found[0])
        language, today = self._supplier.languages[0], self._supplier.today(self._clock.now())
        first = days[0] or (self._supplier.today(rows[0].at) if rows else today)
        data = {
            "supplier": letterhead(self._supplier, language),
            "customer": customer_data(customer),
            "first_on": first.isoformat(),
            "as_of": (days[1] or today).isoformat(),
            "language": language,
            "rows": [self._row(row, language, tell or _phrase) for row in rows],
        }
        return Paper(f"history-{file_name(customer.number)}-{data['as_of']}.pdf", PDF, self._renderer.render("history", data))

    def _row(self, row: TimelineRow, language: str, tell: Tell) -> dict[str, Any]:
        return {
            "at": formats.instant(row.at, language, self._supplier.zone),
            "what": tell(row),
            "who": row.by.partition(":")[2] or row.by,
            "contact": row.contact_name,
            "note": row.note,
        }


def _phrase(row: TimelineRow) -> str:
    outcome = f" ({row.outcome.replace('_', ' ')})" if row.outcome and row.kind is not TimelineKind.EVENT else ""
    return f"{row.text}{outcome}"
