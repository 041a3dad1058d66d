"""What the menu of every page has to know of the supplier, asked once in a while and not for every page."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from lockportal.core.actor import Actor

if TYPE_CHECKING:
    from lockportal.portal import Portal

_KEPT: Final = timedelta(minutes=1)


class Menu:
    """Says whether customers are offered papers of the supplier; a change is seen within a minute."""

    def __init__(self, portal: Portal) -> None:
        """Know nothing yet."""
        self._portal = portal
        self._known: tuple[datetime, bool] | None = None

    def papers(self, actor: Actor) -> bool:
        """Say whether there is any paper; all customers are offered the same. One statement, at most once a minute."""
        now, known = self._portal.clock.now(), self._known
        if known is None or not timedelta(0) <= now - known[0] < _KEPT:
            known = self._known = (now, bool(self._portal.documents.papers(actor)))
        return known[1]
