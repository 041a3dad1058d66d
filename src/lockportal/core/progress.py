"""How far a long job is, for whoever waits for it."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Hears how far a job is: the name of the step, what is done of it, and of how much (0 when not known)."""

    def __call__(self, step: str, done: int, total: int) -> None:
        """Take note."""
        ...


def silent(step: str, done: int, total: int) -> None:
    """Hear nothing."""
