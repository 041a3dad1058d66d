"""Serving a portal to try it out; `lockportal demo` calls it."""

from __future__ import annotations

from collections.abc import Callable

from werkzeug.serving import WSGIRequestHandler, make_server

from lockportal.portal import Portal
from lockportal.web import ticking
from lockportal_example_flask.application import create_app


def serve(portal: Portal, *, host: str, port: int, ready: Callable[[str], None] | None = None) -> None:
    """Serve a portal to try it out, until interrupted: pages in threads, and beside them its clockwork, every second.

    `ready` is told the address once it answers. In production, a WSGI server runs `create_app(portal)`.
    """
    server = make_server(host, port, create_app(portal), threaded=True, request_handler=_Quiet)
    try:
        with ticking(portal):
            if ready is not None:
                ready(f"http://{host}:{server.server_port}")
            server.serve_forever()
    finally:
        server.server_close()


class _Quiet(WSGIRequestHandler):
    """Leaves requests out of the log: a path can hold the token of a sign-in link."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Log nothing."""
