"""The storage of the `limits` library over the portal's own counters. It is imported when it is first used."""

from __future__ import annotations

from datetime import timedelta

from limits.storage import Storage

from lockportal.core.errors import Conflict
from lockportal.core.ports import Tallies
from lockportal.signing import digest


class TallyStorage(Storage):
    """Counters by the digests of their keys; a window is fixed from its first hit."""

    STORAGE_SCHEME = None

    def __init__(self, tallies: Tallies) -> None:
        """Take the counters of one supplier."""
        super().__init__()
        self._tallies = tallies

    @property
    def base_exceptions(self) -> type[Exception] | tuple[type[Exception], ...]:
        """What the database may raise."""
        return (Conflict, ConnectionError)

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count so many more and answer the sum; `expiry` is how long the window is, in seconds."""
        return self._tallies.add(digest(key), amount, timedelta(seconds=expiry)).count

    def get(self, key: str) -> int:
        """Answer how many were counted in the window."""
        found = self._tallies.read(digest(key))
        return 0 if found is None else found.count

    def get_expiry(self, key: str) -> float:
        """Answer when the window ends, in seconds since 1970; 0 where there is none."""
        found = self._tallies.read(digest(key))
        return 0.0 if found is None else found.until.timestamp()

    def check(self) -> bool:
        """Say that the database is there; it raises where it is not."""
        self._tallies.read(digest(""))
        return True

    def reset(self) -> int | None:
        """Forget every counter of the supplier."""
        self._tallies.drop()
        return None

    def clear(self, key: str) -> None:
        """Forget one counter."""
        self._tallies.drop(digest(key))
