"""The portal in FastAPI: its routes registered in a loop, each request handed to the site, each answer handed back."""

from __future__ import annotations

import os
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Annotated, Final

import uvicorn
from fastapi import Depends, FastAPI
from fastapi import Request as FastRequest
from fastapi import Response as FastResponse
from fastapi.responses import StreamingResponse
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lockportal.portal import Portal
from lockportal.web import ROUTES, Request, Response, Site, StaffLogin, login_of, ticking

__all__ = ["create_app", "serve"]

_LARGEST_FORM: Final = 64 * 1024
_TOO_LARGE: Final = 413
_BY_THE_SITE: Final = {404, 405}

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


async def _form(request: FastRequest) -> dict[str, str]:
    """Read a form before its endpoint is run in a thread; of a repeated field the first value counts."""
    if request.method != "POST":
        return {}
    async with request.form(max_files=0) as form:
        return {name: value for name in form if isinstance(value := form.getlist(name)[0], str)}


def create_app(portal: Portal, *, staff: StaffLogin | None = None, lifespan: Lifespan | None = None) -> FastAPI:
    """Make an ASGI application of a portal; behind a reverse proxy, let the server read its headers (--proxy-headers).

    `staff` is how your own people are known, at the desk; by default LOCKPORTAL_STAFF says it, as `name:password`.
    """
    app = FastAPI(title=portal.supplier.name, openapi_url=None, redirect_slashes=False, lifespan=lifespan)
    app.add_middleware(_AtMost, size=_LARGEST_FORM)
    site = Site(portal, staff=staff or login_of(os.environ.get("LOCKPORTAL_STAFF", "")))

    def page(request: FastRequest, form: Annotated[dict[str, str], Depends(_form)]) -> FastResponse:
        return _to_fastapi(site.handle(_from_fastapi(request, form)))

    def failed(request: FastRequest, error: HTTPException) -> FastResponse:
        if error.status_code in _BY_THE_SITE:
            return page(request, {})
        return _to_fastapi(site.problem(error.status_code))

    for route in ROUTES:
        methods = ["GET", "HEAD"] if route.method == "GET" else [route.method]
        app.add_api_route(route.path, page, methods=methods, name=route.name, response_model=None)
    app.add_exception_handler(HTTPException, failed)  # type: ignore[arg-type]  # it is called with its own kind of error alone
    return app


def serve(portal: Portal, *, host: str, port: int, ready: Callable[[str], None] | None = None) -> None:
    """Serve a portal to try it out, until interrupted: pages in threads, and beside them its clockwork, every second.

    `ready` is told the address once it answers. In production, an ASGI server runs `create_app(portal)`.
    """
    with socket.create_server((host, port)) as listener:
        address = f"http://{host}:{listener.getsockname()[1]}"

        @asynccontextmanager
        async def lifespan(_: FastAPI) -> AsyncIterator[None]:
            with ticking(portal):
                if ready is not None:
                    ready(address)
                yield

        # No access log: a path can hold the token of a sign-in link.
        config = uvicorn.Config(create_app(portal, lifespan=lifespan), access_log=False, log_level="warning")
        uvicorn.Server(config).run([listener])


class _AtMost:
    """Reads no more of a request than a form of the portal can have."""

    def __init__(self, app: ASGIApp, size: int) -> None:
        """Take the application behind it and the most bytes of a body."""
        self._app, self._size = app, size

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; reading more than is allowed raises what FastAPI answers with 413."""
        read = 0

        async def limited() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > self._size:
                raise HTTPException(_TOO_LARGE)
            return message

        await self._app(scope, limited if scope["type"] == "http" else receive, send)


def _from_fastapi(request: FastRequest, form: dict[str, str]) -> Request:
    query = request.query_params
    return Request(
        method=request.method,
        path=request.scope["path"].removeprefix(request.scope.get("root_path", "")),
        query={name: query.getlist(name)[0] for name in query},
        repeated={name: query.getlist(name) for name in query},
        form=form,
        cookies=request.cookies,
        headers=dict(request.headers),
        secure=request.url.scheme == "https",
        remote=request.client.host if request.client else "",
    )


def _to_fastapi(response: Response) -> FastResponse:
    body = response.body
    made = FastResponse(body, response.status) if isinstance(body, bytes) else StreamingResponse(body, response.status)
    for name, value in response.header_lines():
        made.headers.append(name, value)
    return made
