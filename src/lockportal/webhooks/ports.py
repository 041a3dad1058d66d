"""How a host may look up the names of endpoints."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import pluggy

Resolver = Callable[[str], Sequence[str]]
"""Answers the addresses of a host's name, as text; OSError where there are none."""
_spec: Final = pluggy.HookspecMarker("lockportal")


class Hooks:
    """The hook of webhooks."""

    @_spec(firstresult=True)
    def lockportal_resolver(self) -> Resolver | None:
        """Answer what looks up the names of endpoints, instead of the machine; each address is checked all the same."""
