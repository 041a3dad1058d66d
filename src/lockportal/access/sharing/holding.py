"""Who stands behind a link to a document, with the rights of this moment."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from lockportal.access.sharing.models import ShareState
from lockportal.access.sharing.queries import SHARE_LINK
from lockportal.access.sharing.views import ShareAnswer, share_answer
from lockportal.context import Context
from lockportal.core.actor import SYSTEM, VISITOR, Actor, ActorKind, Grant, Right

_OPENS: Final = frozenset({Right.VIEW, Right.PAY, Right.PROMISE, Right.DISPUTE})
"""What a link can let somebody do, as far as its contact may."""


class Holding:
    """Reads links to documents, and makes the actors of those who hold them."""

    def __init__(self, context: Context) -> None:
        """Take the shell and the clock."""
        self._shell, self._clock = context.shell, context.clock

    def link(self, account_id: UUID, link_id: UUID) -> Any | None:  # noqa: ANN401 - a row of SHARE_LINK
        """Answer a link with its contact's rights, or None."""
        rows = self._shell.ask(SHARE_LINK, SYSTEM, account_id=account_id, link=link_id)
        return rows[0] if rows else None

    def answer(self, row: Any) -> ShareAnswer:  # noqa: ANN401 - a row of SHARE_LINK
        """Say whether a link opens its document at this moment."""
        return self._answer(row, row.state)

    def _answer(self, row: Any, state: ShareState) -> ShareAnswer:  # noqa: ANN401 - a row of SHARE_LINK
        entitled = row.contact_live and Right.VIEW in row.rights
        return share_answer(state=state, expires_at=row.expires_at, entitled=entitled, at=self._clock.now())

    def holder(self, account_id: UUID, link_id: UUID, *, paid: bool = False) -> Actor:
        """Answer who holds a link; VISITOR for one that opens nothing, unless `paid` and it ended by that. One statement."""
        row = self.link(account_id, link_id)
        if row is None:
            return VISITOR
        state = ShareState.OPEN if paid and row.state is ShareState.PAID else row.state
        if self._answer(row, state) is not ShareAnswer.READY:
            return VISITOR
        rights = _OPENS & frozenset(row.rights)
        return Actor(
            kind=ActorKind.HOLDER,
            id=str(link_id),
            document_id=row.document_id,
            grants=(Grant(account_id, row.contact_id, rights, row.language),),
        )
