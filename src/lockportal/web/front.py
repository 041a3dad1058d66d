"""What a web framework holds: the pages and the JSON API of one portal, or of several by host name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from attrs import evolve

from lockportal.api import Api, Unfit
from lockportal.core.errors import LockportalError, Refused
from lockportal.core.routes import Entrance, Route, RouteMap
from lockportal.documents.models import DocumentsSettings
from lockportal.http import Request, Response
from lockportal.uploads.models import UploadsSettings
from lockportal.web.callers import Callers
from lockportal.web.site import Site
from lockportal.web.staff import StaffLogin

if TYPE_CHECKING:
    from lockportal.portal import Portal

Logins = StaffLogin | Mapping[str, StaffLogin]
"""How the people of one supplier are known, or those of several by the key of their supplier."""
LARGEST_FORM: Final = 64 * 1024
"""The most bytes of a form without a file, and of what stands around a file in a form with one."""
LARGEST_JSON: Final = 1024 * 1024
"""The most bytes of what is sent to the API, but for files, and of what a payment gateway tells."""
MOST_PARTS: Final = 1000
"""The most fields and files of a form, together."""
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

    A web framework registers `routes` in a loop, reads at most `largest` bytes of a request and `most_parts` of a form, none
    where it does not admit (`admits`) who sends them, and sends what `handle` answers.
    """

    most_parts: int = MOST_PARTS

    def __init__(self, portals: Portal | Mapping[str, Portal], *, staff: Logins | None = None) -> None:
        """Take one portal or a mapping of host names to portals, and how the people of their supplier are known.

        Of several suppliers each has people of its own: `staff` maps their keys to logins, and who is not in it has no desk;
        Refused `staff.ambiguous` for one login at the desks of several.
        """
        several = portals if isinstance(portals, Mapping) else {"": portals}
        if staff is not None and not isinstance(staff, Mapping) and len({one.supplier.key for one in several.values()}) > 1:
            raise Refused("staff.ambiguous", "Several suppliers: give each its own people, by its key.", field="staff")
        self._houses = {host.casefold(): _House(portal, _login(staff, portal)) for host, portal in several.items()}
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
        return Response(status=421, headers=_NOBODYS, body=b"There is no portal of this name here.\n").sent(request.method)

    def largest(self, host: str, method: str, path: str) -> int:
        """Answer how many bytes a request may bear; one that says or turns out to bear more is handed over as `refused=413`.

        What says so by its Content-Length is not read at all.
        """
        house = self._house(host)
        return LARGEST_FORM if house is None else house.largest(method, path)

    def raw(self, host: str, method: str, path: str) -> bool:
        """Say whether a request's bytes are wanted as they came, though they are a form's: a gateway signs them."""
        house = self._house(host)
        return house is not None and house.told(method, path)

    def admits(self, request: Request) -> bool:
        """Say whether what a request bears may be read: where a file is sent, not before somebody is known, as `handle` says.

        Asks the database; what is not admitted is handed to `handle` unread.
        """
        house = self._house(request.header("Host"))
        return house is None or house.admits(request)

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
        self._callers = Callers(self._site)
        self._prefix = urlsplit(portal.config.base_url).path.rstrip("/")
        shell = portal.shell
        self._file = max(shell.settings(DocumentsSettings).file_limit, shell.settings(UploadsSettings).file_limit)
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
        return response.sent(request.method)

    def largest(self, method: str, path: str) -> int:
        inside = self._inside(path)
        found = self._map.find(method, inside)
        if found is not None and found.route.upload:
            return self._file + LARGEST_FORM
        return LARGEST_JSON if self.told(method, path) or Api.serves(inside) else LARGEST_FORM

    def told(self, method: str, path: str) -> bool:
        found = self._map.find(method, self._inside(path))
        return found is not None and found.route.entrance is Entrance.GATEWAY

    def admits(self, request: Request) -> bool:
        path = self._inside(request.path)
        found = self._map.find(request.method, path)
        if found is None or not found.route.upload:
            return True
        request = evolve(request, path=path, params=found.params)
        if not Api.serves(path):
            return self._site.admits(found.route, request)
        try:
            self._callers.identify(found.route, request)
        except (LockportalError, Unfit):
            return False
        return True

    def _inside(self, path: str) -> str:
        """Answer the path inside the portal, whether or not the framework has taken off what stands before it."""
        return path.removeprefix(self._prefix) if path.startswith(f"{self._prefix}/") else path


def _login(staff: Logins | None, portal: Portal) -> StaffLogin | None:
    return staff.get(portal.supplier.key) if isinstance(staff, Mapping) else staff
