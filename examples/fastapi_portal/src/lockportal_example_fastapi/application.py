"""The portal's routes registered in a loop: as a router for an application of your own, or as an application."""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI
from fastapi import Request as FastRequest
from fastapi import Response as FastResponse
from starlette.exceptions import HTTPException

from lockportal.portal import Portal
from lockportal.web import Front, Request, StaffLogin, portals_of, staff_of
from lockportal_example_fastapi.translation import from_fastapi, read, to_fastapi

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def router(front: Front) -> APIRouter:
    """Make a router of every route; its address in your application is the path of the portal's `base_url`."""
    made = APIRouter(redirect_slashes=False)

    async def sent(request: FastRequest) -> Request:
        return await read(request, front)

    def answer(request: Annotated[Request, Depends(sent)]) -> FastResponse:
        return to_fastapi(front.handle(request))

    for route in front.routes:
        methods = ["GET", "HEAD"] if route.method == "GET" else [route.method]
        made.add_api_route(route.path, answer, methods=methods, name=route.name, response_model=None)
    return made


def create_app(
    portals: Portal | Mapping[str, Portal],
    *,
    staff: StaffLogin | Mapping[str, StaffLogin] | None = None,
    lifespan: Lifespan | None = None,
) -> FastAPI:
    """Make an ASGI application of a portal, or of several by host name; behind a proxy, the server reads its headers.

    `staff` is how your own people are known, at the desk; for several suppliers, by the key of each. By default LOCKPORTAL_STAFF
    says it, as `name:password`; for several suppliers, LOCKPORTAL_STAFF_ACME for the one with the key `acme`.
    """
    app = FastAPI(openapi_url=None, redirect_slashes=False, lifespan=lifespan)
    front = Front(portals, staff=staff_of(portals) if staff is None else staff)

    def failed(request: FastRequest, error: Exception) -> FastResponse:
        status = error.status_code if isinstance(error, HTTPException) else 500
        return to_fastapi(front.handle(from_fastapi(request, refused=0 if status in {404, 405} else status)))

    app.include_router(router(front))
    app.add_exception_handler(HTTPException, failed)
    app.add_exception_handler(Exception, failed)
    return app


def from_environment() -> FastAPI:
    """Make the application of the portals that lockportal.toml and the environment describe."""
    return create_app(portals_of())
