"""Calls of outside parties with a time limit: each in a thread of its own, abandoned when it hangs, and so many at most."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from lockportal.core.errors import GatewayError, LockportalError

T = TypeVar("T")


class Slots:
    """So many calls at once, each for so many seconds. What hangs keeps its slot until it ends; nobody waits for it."""

    def __init__(self, name: str, *, slots: int, seconds: float) -> None:
        """Keep the name that begins the errors' codes, how many slots there are, and the time limit."""
        self._name, self._seconds = name, seconds
        self._free = threading.BoundedSemaphore(slots)

    def run(self, work: Callable[[], T]) -> T:
        """Answer what the call answers; errors of lockportal go through.

        GatewayError `<name>.timed_out`: what became of it is not known. `<name>.busy`: nothing was called, as too many calls
        hang. `<name>.failed`: it raised something else, of which only the kind and the place are told.
        """
        if not self._free.acquire(blocking=False):
            raise GatewayError(f"{self._name}.busy", "Too many calls are under way and do not answer.")
        call = _Call(work, self._free)
        thread = threading.Thread(target=call.run, name=f"lockportal-{self._name}", daemon=True)
        try:
            thread.start()
        except BaseException:
            self._free.release()
            raise
        thread.join(self._seconds)
        if thread.is_alive():
            raise GatewayError(f"{self._name}.timed_out", f"No answer within {self._seconds:g} seconds.")
        if call.error is not None:
            raise self._told(call.error)
        answer: T = call.answer
        return answer

    def _told(self, error: BaseException) -> BaseException:
        if isinstance(error, LockportalError | KeyboardInterrupt):
            return error
        frames = traceback.extract_tb(error.__traceback__)
        place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
        return GatewayError(f"{self._name}.failed", f"{type(error).__name__}{place}")


class _Call:
    """One call, and what came of it."""

    def __init__(self, work: Callable[[], Any], free: threading.BoundedSemaphore) -> None:
        self._work, self._free = work, free
        self.answer: Any = None
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            self.answer = self._work()
        except BaseException as error:  # noqa: BLE001 - the caller judges it
            self.error = error
        finally:
            self._free.release()
