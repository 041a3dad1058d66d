"""Sends a stub's webhooks to an endpoint, one after another; what is not taken is tried again a few times."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException
from typing import Final
from urllib.parse import urlsplit

from lockportal.payments.ports import WebhookRequest

_TRIES: Final = 5
_SECONDS: Final = 10.0


class Delivering:
    """A thread that posts, as long as it is not closed: what a stub tells is signed when it is sent, each time anew."""

    def __init__(self, endpoint: str, signed: Callable[[bytes], WebhookRequest]) -> None:
        """Take where to, an http address on this machine, and what signs."""
        self._parts, self._signed = urlsplit(endpoint), signed
        self._waiting: queue.Queue[bytes | None] = queue.Queue()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="lockportal-stub-webhooks", daemon=True)
        self._thread.start()

    def put(self, body: bytes) -> None:
        """Send an event, in its turn."""
        self._waiting.put(body)

    def close(self) -> None:
        """Send what is waiting once, and no more."""
        self._closing.set()
        self._waiting.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (body := self._waiting.get()) is not None:
            for trial in range(_TRIES):
                if self._posted(body) or self._closing.wait(0.05 * 2**trial):
                    break

    def _posted(self, body: bytes) -> bool:
        request = self._signed(body)
        connection = HTTPConnection(self._parts.hostname or "127.0.0.1", self._parts.port or 80, timeout=_SECONDS)
        try:
            connection.request("POST", self._parts.path or "/", request.body, dict(request.headers))
            status = connection.getresponse().status
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()
        return 200 <= status < 300  # noqa: PLR2004 - taken
