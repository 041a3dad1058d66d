"""The demo's own door: an address that signs in whoever opens it first.

A login link serves with a click in the browser that asked for it alone, so no link can be printed that does so elsewhere. The
library keeps that rule, and nothing here weakens it: the door asks for a link by the public service, as the sign-in page does,
and hands the mark of the asking browser, a cookie, to the browser that opened the door. From there on all is as ever: the
page of the link, the button, the session.

Whoever gets through such a door is believed to be the person without having read the mail. That is what a demo wants, with
invented people, on one's own machine; no portal should have one. So it is a server of its own on a port of its own (browsers
share the cookies of all ports of a host), and no part of any application.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

from attrs import define, field

from lockportal.access.mailing import SIGN_IN_PATH
from lockportal.access.views import LinkAnswer
from lockportal.demo.mailbox import Mailbox
from lockportal.portal import Portal
from lockportal.signing import draw_secret, same
from lockportal.web.http import Request
from lockportal.web.security import Guard

_PATIENCE: Final = 60.0


@define
class Door:
    """A door for one person, by the address of their contact; `key` is the secret part of its own address."""

    portal: Portal
    mailbox: Mailbox
    email: str
    key: str = field(factory=draw_secret, repr=False)
    _opened: bool = False
    _lock: threading.Lock = field(factory=threading.Lock)

    def open(self, path: str) -> tuple[str, str]:
        """Answer where to send a browser, and the cookie to set, if any: in by the right path and once, else to the portal."""
        front = f"{self.portal.config.base_url}/"
        with self._lock:
            mine = same(path.encode(), f"/{self.key}".encode()) and not self._opened
            self._opened = self._opened or mine
        if not mine:
            return front, ""
        asking = Guard(self.portal.config.base_url, self.portal.context.signer).asking(Request(method="GET", path="/"))
        self.portal.access.request_link(self.email, binding=asking.secret)
        self.portal.deliver()

        def suits(link: str) -> bool:
            token = link.rpartition(SIGN_IN_PATH)[2]
            return self.portal.access.inspect(token, asking.secret).state is LinkAnswer.READY

        link = self.mailbox.link(self.email, suits, _PATIENCE)
        return (front, "") if link is None or asking.cookie is None else (link, asking.cookie.line())

    @contextmanager
    def standing(self, host: str) -> Iterator[str]:
        """Let the door stand on a free port of a host and answer its address."""
        server = ThreadingHTTPServer((host, 0), self._handler())
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()
        try:
            yield f"http://{host}:{server.server_port}/{self.key}"
        finally:
            server.shutdown()
            server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        door = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                location, cookie = door.open(self.path)
                self.send_response(303)
                self.send_header("Location", location)
                self.send_header("Cache-Control", "no-store")
                self.send_header("Referrer-Policy", "no-referrer")
                if cookie:
                    self.send_header("Set-Cookie", cookie)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Stay silent: the path is a secret."""

        return Handler
