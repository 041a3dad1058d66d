"""An outside party that is spoken to by HTTP, a gateway or a receiver of webhooks: a real server on the loopback, by script."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Final, Self, cast

from attrs import frozen

from lockportal.testing.world.script import Outcome, Script

_RESET: Final = struct.pack("ii", 1, 0)
"""SO_LINGER of no time: closing sends a reset."""


@frozen
class Request:
    """What the party was asked: method, path with query, headers by lower-case name, and the raw body."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@frozen
class Answer:
    """What the party answers: a status and a body, of JSON unless it is told otherwise, and any other headers."""

    status: int = 200
    body: bytes = b"{}"
    type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()


def _fine(_: Request) -> Answer:
    """Answer 200 and an empty JSON object."""
    return Answer()


class HttpParty:
    """Serves on 127.0.0.1 while the `with` lasts; what had its effect is in `done`, every call in `asked`.

    with HttpParty(Script(Outcome.TIMEOUT_AFTER)) as gateway:
        httpx.post(gateway.url, …)
    """

    def __init__(
        self, script: Script | None = None, answer: Callable[[Request], Answer] = _fine, *, slowness: float = 0.2
    ) -> None:
        """Take the script, what is done for a request that it lets through, and the seconds of a slow answer."""
        self.script = script or Script()
        self.asked: list[Request] = []
        self.done: list[Request] = []
        self._answer, self._slowness = answer, slowness
        self._closing = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._server.daemon_threads = True
        cast("Any", self._server).party = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        """Answer where the party is, without a slash at its end."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        """Begin to serve."""
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Stop serving, and let go whoever still waits for an answer."""
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def handle(self, request: Request) -> tuple[Outcome, Answer]:
        """Do what the script says; the answer is for outcomes that have one."""
        outcome = self.script.next()
        self.asked.append(request)
        answer = Answer(400 if outcome is Outcome.REFUSE else 503)
        if outcome.done:
            answer = self._answer(request)
            self.done.append(request)
        if outcome is Outcome.SLOW:
            self._closing.wait(self._slowness)
        if outcome in {Outcome.TIMEOUT_BEFORE, Outcome.TIMEOUT_AFTER}:
            self._closing.wait()
        return outcome, answer


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    """An answer goes out in one piece: in two, each waits for the other side's acknowledgement."""

    def _speak(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.command, self.path, headers, self.rfile.read(length))
        outcome, answer = cast("Any", self.server).party.handle(request)
        if outcome is Outcome.GARBAGE:
            self.wfile.write(b"\x00\xffthis is no HTTP\r\n\r\n")
            self.close_connection = True
        elif outcome.answered or outcome in {Outcome.REFUSE, Outcome.LATER}:
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.type)
            self.send_header("Content-Length", str(len(answer.body)))
            for name, value in answer.headers:
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.body)
        else:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            self.connection.close()
            self.close_connection = True

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _speak  # noqa: N815 - the names that http.server calls

    def finish(self) -> None:
        """Leave a connection that was reset as it is."""
        try:
            super().finish()
        except (OSError, ValueError):
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        """Say nothing."""
