"""A proxy on the loopback before a gateway's stub that speaks HTTP; it goes wrong at the next calls as it is told.

with FaultProxy("http://127.0.0.1:8081") as proxy:
    gateway = MyGateway(proxy.url, …)
    proxy.fail(Fault.CUT_AFTER)
"""

from __future__ import annotations

import threading
from enum import StrEnum
from http.client import HTTPConnection
from types import TracebackType
from typing import Final, Self
from urllib.parse import urlsplit

from lockportal.testing.world.http import Answer, HttpParty, Request
from lockportal.testing.world.script import Outcome, Script

_SECONDS: Final = 30.0
_OWN: Final = frozenset({"host", "connection", "content-length", "accept-encoding", "transfer-encoding"})
"""What each connection says for itself."""
_THEIRS: Final = frozenset({*_OWN, "content-type", "date", "server", "keep-alive"})


class Fault(StrEnum):
    """What becomes of a call on its way to the gateway."""

    CUT_BEFORE = "cut_before"
    """It never arrives; the connection is reset."""
    CUT_AFTER = "cut_after"
    """The gateway has done it; the connection is reset in place of the answer."""
    SILENCE = "silence"
    """The gateway has done it; no answer comes."""
    ERROR = "error"
    """The gateway has done it, and answers 500."""
    GARBAGE = "garbage"
    """The gateway has done it; the answer is no HTTP."""
    NONSENSE = "nonsense"
    """The gateway has done it; the answer is a page of HTML with the status 200."""


_OUTCOMES: Final = {
    Fault.CUT_BEFORE: Outcome.RESET,
    Fault.CUT_AFTER: Outcome.CUT,
    Fault.SILENCE: Outcome.TIMEOUT_AFTER,
    Fault.GARBAGE: Outcome.GARBAGE,
}
_ANSWERS: Final = {
    Fault.ERROR: Answer(500, b"<h1>Internal Server Error</h1>", "text/html"),
    Fault.NONSENSE: Answer(200, b"<h1>We will be back soon</h1>", "text/html"),
}


class FaultProxy:
    """Listens on 127.0.0.1 while the `with` lasts, and forwards to `target`, an http URL without a path."""

    def __init__(self, target: str) -> None:
        """Take where the gateway's stub is."""
        parts = urlsplit(target)
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 80
        self._script = Script()
        self._party = HttpParty(self._script, self._forward)
        self._lock = threading.Lock()
        self._answer: Answer | None = None

    @property
    def url(self) -> str:
        """Answer where the proxy is, without a slash at its end."""
        return self._party.url

    @property
    def asked(self) -> list[Request]:
        """Answer every call that came in."""
        return self._party.asked

    def fail(self, fault: Fault) -> None:
        """Let the next call go wrong; those after it go well."""
        with self._lock:
            self._answer = _ANSWERS.get(fault)
        self._script.then(_OUTCOMES.get(fault, Outcome.OK))

    def __enter__(self) -> Self:
        """Begin to listen."""
        self._party.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Listen no more."""
        self._party.__exit__(kind, error, trace)

    def _forward(self, request: Request) -> Answer:
        connection = HTTPConnection(self._host, self._port, timeout=_SECONDS)
        try:
            headers = {name: value for name, value in request.headers.items() if name not in _OWN}
            connection.request(request.method, request.path, request.body, headers)
            response = connection.getresponse()
            content_type = response.headers.get("Content-Type", "application/octet-stream")
            headers_back = tuple((name, value) for name, value in response.getheaders() if name.lower() not in _THEIRS)
            answer = Answer(response.status, response.read(), content_type, headers_back)
        finally:
            connection.close()
        with self._lock:
            told, self._answer = self._answer, None
        return told or answer
