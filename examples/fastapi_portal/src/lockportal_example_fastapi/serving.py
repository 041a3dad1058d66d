"""Serving a portal to try it out; `lockportal demo` calls it."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI

from lockportal.portal import Portal
from lockportal.web import ticking
from lockportal_example_fastapi.application import create_app


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
