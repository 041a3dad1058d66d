"""HTTP, for the stub."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler
from typing import Any, cast


class Handler(BaseHTTPRequestHandler):
    """Hands each request to the server's `stub`."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1
    """An answer goes out in one piece: in two, each waits for the other side's acknowledgement."""

    def _speak(self) -> None:
        stub: Any = cast("Any", self.server).stub
        length = int(self.headers.get("Content-Length") or 0)
        headers = {name.lower(): value for name, value in self.headers.items()}
        answered = stub.answer(self.command, self.path, headers, self.rfile.read(length))
        self.send_response(answered.status)
        for name, value in answered.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answered.body)))
        self.end_headers()
        self.wfile.write(answered.body)

    do_GET = do_POST = do_DELETE = _speak  # noqa: N815 - the names that http.server calls

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        """Say nothing."""
