"""The portal in Flask: its routes registered in a loop, each request handed to the site, each answer handed back."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Final

from flask import Flask
from flask import Request as FlaskRequest
from flask import Response as FlaskResponse
from flask import request as current
from werkzeug.datastructures import Headers
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from werkzeug.serving import WSGIRequestHandler, make_server

from lockportal.portal import Portal
from lockportal.web import ROUTES, Request, Response, Site, StaffLogin, login_of, ticking

__all__ = ["create_app", "serve"]

_LARGEST_FORM: Final = 64 * 1024


def create_app(portal: Portal, *, staff: StaffLogin | None = None) -> Flask:
    """Make a WSGI application of a portal; behind a reverse proxy, wrap its `wsgi_app` in werkzeug's ProxyFix.

    `staff` is how your own people are known, at the desk; by default LOCKPORTAL_STAFF says it, as `name:password`.
    """
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = app.config["MAX_FORM_MEMORY_SIZE"] = _LARGEST_FORM
    app.url_map.strict_slashes = app.url_map.merge_slashes = False
    site = Site(portal, staff=staff or login_of(os.environ.get("LOCKPORTAL_STAFF", "")))

    def page(**_: str) -> FlaskResponse:
        return _to_flask(site.handle(_from_flask(current)))

    def failed(error: HTTPException) -> FlaskResponse:
        if isinstance(error, NotFound | MethodNotAllowed):
            return page()
        return _to_flask(site.problem(error.code or 500))

    for route in ROUTES:
        rule = route.path.replace("{", "<").replace("}", ">")
        app.add_url_rule(rule, route.name, page, methods=[route.method], provide_automatic_options=False)
    app.register_error_handler(HTTPException, failed)
    return app


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


def _from_flask(request: FlaskRequest) -> Request:
    return Request(
        method=request.method,
        path=request.path,
        query=request.args.to_dict(),
        repeated=request.args.to_dict(flat=False),
        form=request.form.to_dict(),
        cookies=request.cookies.to_dict(),
        headers=dict(request.headers),
        secure=request.is_secure,
        remote=request.remote_addr or "",
    )


def _to_flask(response: Response) -> FlaskResponse:
    made = FlaskResponse(response.body, response.status)
    made.headers = Headers(response.header_lines())  # these alone: an answer without a body has no type
    return made
