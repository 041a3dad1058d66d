"""What a host may decide of promises: the hook, and what it is told and answers."""

from __future__ import annotations

from typing import Final

import pluggy

from lockportal.promises.rulings import Decision, PromiseDraft, Ruling

__all__ = ["Decision", "Hooks", "PromiseDraft", "Ruling"]

_spec: Final = pluggy.HookspecMarker("lockportal")


class Hooks:
    """The hook of promises."""

    @_spec(firstresult=True)
    def lockportal_decide_promise(self, draft: PromiseDraft) -> Ruling | None:
        """Decide a customer's promise instead of the settings; None leaves it to others and to them."""
