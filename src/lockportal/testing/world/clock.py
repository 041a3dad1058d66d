"""The clock of a world: it stands until it is moved, forked children share its time, and its ids come from a seed."""

from __future__ import annotations

import mmap
import struct
import threading
from datetime import UTC, datetime, timedelta
from random import Random  # noqa: TID251 - a world is drawn from a seed
from typing import TYPE_CHECKING, Final
from uuid import UUID

if TYPE_CHECKING:
    from lockportal.core.ports import Clock

START: Final = datetime(2026, 3, 2, 12, tzinfo=UTC)
"""The time at which a world begins unless it is told another."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_CELL: Final = struct.Struct("q")


class VirtualClock:
    """A clock that moves only when it is told to, forwards or back; the same seed makes the same UUIDv7 in the same order."""

    def __init__(self, seed: int | str = 0, start: datetime = START) -> None:
        """Begin at a time, which must be aware."""
        self._seed = seed
        self._random = Random(f"{seed}/ids")
        self._lock = threading.Lock()
        self._millisecond, self._low = -1, 0
        self._cell = mmap.mmap(-1, _CELL.size)  # memory that forked children see, too
        self.set(start)

    def now(self) -> datetime:
        """Answer the time, aware, in UTC."""
        return _EPOCH + timedelta(microseconds=self._microseconds())

    def set(self, time: datetime) -> None:
        """Stand at another time from now on, for forked children also."""
        _CELL.pack_into(self._cell, 0, (time - _EPOCH) // _MICROSECOND)

    def advance(self, step: timedelta) -> datetime:
        """Move by a step and answer the new time."""
        with self._lock:
            self.set(self.now() + step)
            return self.now()

    def new_id(self) -> UUID:
        """Make a UUIDv7 of this time; within one millisecond each id is above the one before."""
        with self._lock:
            millisecond = self._microseconds() // 1000
            if millisecond != self._millisecond:
                self._millisecond, self._low = millisecond, self._random.getrandbits(73)
            else:
                self._low += 1 + self._random.getrandbits(32)
            high, low = self._low >> 62, self._low & (1 << 62) - 1
        return UUID(int=(millisecond & (1 << 48) - 1) << 80 | 7 << 76 | high << 64 | 2 << 62 | low)

    def branch(self, name: str) -> VirtualClock:
        """Answer a clock of the same time, now and later, whose ids are others: for a forked child or a second process."""
        other = VirtualClock(f"{self._seed}/{name}")
        other._cell.close()
        other._cell = self._cell
        return other

    def _microseconds(self) -> int:
        return int(_CELL.unpack_from(self._cell, 0)[0])


if TYPE_CHECKING:
    _clock: Clock = VirtualClock()
