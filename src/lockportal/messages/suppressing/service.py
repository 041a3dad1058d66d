"""Dead addresses for applications: `portal.messages.suppressed`."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from lockportal.context import Context
from lockportal.core.actor import Actor
from lockportal.core.page import Page
from lockportal.core.ports import JournalRow
from lockportal.messages.suppressing.commands import LiftSuppression
from lockportal.messages.suppressing.queries import SUPPRESSIONS
from lockportal.messages.views import SuppressionLine

_MOST: Final = 200
_NOTICES: Final = "messages.notices"


class Suppressions:
    """The addresses that nothing is sent to, as servers have reported that there are none."""

    def __init__(self, context: Context) -> None:
        """Take the shell."""
        self._shell, self._signer = context.shell, context.signer

    def list(
        self, by: Actor, *, account_id: UUID | None = None, after: str | None = None, limit: int = 50
    ) -> Page[SuppressionLine]:
        """Answer the addresses that nothing is sent to, the newest first, to staff."""
        limit = max(1, min(limit, _MOST))
        given: dict[str, Any] = {}
        if after is not None:
            at, last = self._signer.place(SUPPRESSIONS.name, after)
            given = {"at": datetime.fromisoformat(at), "id": UUID(last)}
        shape = {"after": after is not None}
        rows = self._shell.ask(SUPPRESSIONS, by, account_id=account_id, shape=shape, most=limit + 1, **given)
        lines = tuple(SuppressionLine(**row._asdict()) for row in rows[:limit])
        if len(rows) <= limit:
            return Page(lines)
        return Page(lines, self._signer.cursor(SUPPRESSIONS.name, lines[-1].suppressed_at.isoformat(), lines[-1].id.hex))

    def lift(self, account_id: UUID, suppression_id: UUID, by: Actor) -> None:
        """Say that an address lives: it is written to again."""
        self._shell.run(LiftSuppression(account_id=account_id, suppression_id=suppression_id), by)

    def try_next(self, row: JournalRow) -> None:
        """Tell the next contact what did not reach the one whose address is dead; who was told is not told again."""
        suppression = json.loads(row.body)["suppression"]
        if suppression["version"]:
            self._shell.outbox.redeliver(_NOTICES, row.account_id, suppression["version"], suppression["n"])
