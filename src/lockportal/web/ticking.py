"""A clockwork beside the pages, where nothing else calls `portal.tick()`."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from lockportal.portal import Portal

_LOG: Final = logging.getLogger("lockportal.web")
_PATIENCE: Final = 5.0


@contextmanager
def ticking(portal: Portal, *, every: float = 1.0) -> Iterator[None]:
    """Call `portal.tick()` in a thread, every so many seconds, while the `with` lasts; whatever a tick raises is logged."""
    stop = threading.Event()

    def tick() -> None:
        while not stop.wait(every):
            try:
                portal.tick()
            except Exception:  # noqa: BLE001 - the clockwork goes on, whatever broke
                _LOG.exception("a tick failed; the next one tries again")

    clockwork = threading.Thread(target=tick, name="lockportal-tick", daemon=True)
    clockwork.start()
    try:
        yield
    finally:
        stop.set()
        clockwork.join(timeout=_PATIENCE)
