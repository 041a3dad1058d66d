"""Who asks: what a client may know of itself."""

from __future__ import annotations

from lockportal.core.actor import Actor


def who(actor: Actor) -> Actor:
    """Answer who sent this request, and what they may do in which account."""
    return actor
