"""What a web framework holds: the pages and the JSON API of one portal, or of several by host name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from attrs import evolve

from lockportal.api import Api
from lockportal.core.routes import Route, RouteMap
from lockportal.documents.models import DocumentsSettings
from lockportal.http import Request, Response
from lockportal.web.callers import Callers
from lockportal.web.site import Site
from lockportal.web.staff import StaffLogin

if TYPE_CHECKING:
    from lockportal.portal import Portal

LARGEST_FORM: Final = 64 * 1024
"""The most bytes of a form without a file, and of what stands around a file in a form with one."""
LARGEST_JSON: Final = 1024 * 1024
"""The most bytes of what is sent to the API, but for files."""
_HEALTH: Final = "/health"
_NOBODYS: Final = (
    ("Content-Type", "text/plain; charset=utf-8"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cache-Control", "no-store"),
)


class Front:
    """One portal, whatever host name it is asked by, or several, each by its own: `Front(portal).handle(request)`.

    A web framework registers `routes` in a loop, reads at most `largest` bytes of a request, and sends what `handle` answers.
    """

    def __init__(self, portals: Portal | Mapping[str, Portal], *, staff: StaffLogin | None = None) -> None:
        """Take one portal or a mapping of host names to portals, and how the host knows its own people, at every one of them."""
        several = portals if isinstance(portals, Mapping) else {"": portals}
        self._houses = {host.casefold(): _House(portal, staff) for host, portal in several.items()}
        routes = (route for house in self._houses.values() for route in house.routes)
        self.routes: tuple[Route, ...] = tuple({(route.method, route.path): route for route in routes}.values())

    def handle(self, request: Request) -> Response:
        """Answer a request: always with a response, always with headers that keep its reader safe.

        A host name that is nobody's is answered with 421, and what asks whether the process is alive, whatever its name.
        """
        house = self._house(request.header("Host"))
        if house is not None:
            return house.handle(request)
        if request.path == _HEALTH and request.method in {"GET", "HEAD"}:
            return next(iter(self._houses.values())).handle(request)
        body = b"" if request.method == "HEAD" else b"There is no portal of this name here.\n"
        return Response(status=421, headers=_NOBODYS, body=body)

    def largest(self, host: str, method: str, path: str) -> int:
        """Answer how many bytes a request may bear; a framework that is sent more hands it over as `refused=413`."""
        house = self._house(host)
        return LARGEST_FORM if house is None else house.largest(method, path)

    def _house(self, host: str) -> _House | None:
        if "" in self._houses:
            return self._houses[""]
        name = host.partition("]")[0] + "]" if host.startswith("[") else host.partition(":")[0]
        return self._houses.get(name.casefold())


class _House:
    """The pages and the API of one portal, below the path of its address."""

    def __init__(self, portal: Portal, staff: StaffLogin | None) -> None:
        self._site = Site(portal, staff=staff)
        self._api = Api(portal, cookie=self._site.guard.session_name)
        self._callers = Callers(self._site, staff)
        self._prefix = urlsplit(portal.config.base_url).path.rstrip("/")
        self._file = portal.shell.settings(DocumentsSettings).file_limit
        self.routes = (*self._site.routes, *self._api.routes)
        self._map = RouteMap(self.routes)

    def handle(self, request: Request) -> Response:
        path = self._inside(request.path)
        request = evolve(request, path=path)
        if Api.serves(path):
            response = self._api.handle(request, self._callers.identify).with_headers(*self._site.guard.headers())
        elif request.refused:
            response = self._site.problem(request.refused)
        else:
            return self._site.handle(request)
        return evolve(response, body=b"") if request.method == "HEAD" else response

    def largest(self, method: str, path: str) -> int:
        inside = self._inside(path)
        found = self._map.find(method, inside)
        if found is not None and found.route.upload:
            return self._file + LARGEST_FORM
        return LARGEST_JSON if Api.serves(inside) else LARGEST_FORM

    def _inside(self, path: str) -> str:
        """Answer the path inside the portal, whether or not the framework has taken off what stands before it."""
        return path.removeprefix(self._prefix) if path.startswith(f"{self._prefix}/") else path
