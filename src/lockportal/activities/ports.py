"""What a host may decide of the work list: the hook that scores it."""

from __future__ import annotations

from typing import Final

import pluggy

from lockportal.activities.work.models import WorkItem

__all__ = ["Hooks", "WorkItem"]

_spec: Final = pluggy.HookspecMarker("lockportal")


class Hooks:
    """The hook of activities."""

    @_spec(firstresult=True)
    def lockportal_score_work(self, item: WorkItem) -> int | None:
        """Say how pressing a reason to act is, by a better model; None leaves the score as it is."""
