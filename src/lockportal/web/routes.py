"""The portal's pages as one table of data, and the way from a path to its route."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from attrs import field, frozen

from lockportal.core.routes import Entrance, Route

_ACCOUNT: Final = "/accounts/{account}"
_DOCUMENT: Final = f"{_ACCOUNT}/documents/{{document}}"
_DESK_ACCOUNT: Final = "/desk/accounts/{account}"


def _route(name: str, method: str, path: str, handler: str, entrance: Entrance = Entrance.SIGNED_IN) -> Route:
    dotted = f"lockportal.web.pages.{handler}"
    return Route(name=name, method=method, path=path, entrance=entrance, handler=dotted)


ROUTES: Final[tuple[Route, ...]] = (
    _route("sign_in", "GET", "/sign-in", "sign_in:ask", Entrance.ANYONE),
    _route("request_link", "POST", "/sign-in", "sign_in:send", Entrance.ANYONE),
    _route("inspect_link", "GET", "/sign-in/{token}", "sign_in:inspect", Entrance.ANYONE),
    _route("redeem_link", "POST", "/sign-in/{token}", "sign_in:redeem", Entrance.ANYONE),
    _route("reissue_link", "POST", "/sign-in/{token}/again", "sign_in:again", Entrance.ANYONE),
    _route("inspect_share_link", "GET", "/d/{token}", "sharing:inspect", Entrance.ANYONE),
    _route("open_share_link", "POST", "/d/{token}", "sharing:open_document", Entrance.ANYONE),
    _route("sign_out", "POST", "/sign-out", "sign_in:sign_out"),
    _route("sessions", "GET", "/sessions", "sessions:show"),
    _route("end_sessions", "POST", "/sessions/end", "sessions:end_all"),
    _route("end_session", "POST", "/sessions/{session}/end", "sessions:end"),
    _route("accounts", "GET", "/", "home:choose"),
    _route("preferences", "GET", "/preferences", "preferences:show"),
    _route("store_preferences", "POST", "/preferences", "preferences:store"),
    _route("home", "GET", f"{_ACCOUNT}/", "home:show"),
    _route("documents", "GET", f"{_ACCOUNT}/documents", "documents:listing"),
    _route("documents_csv", "GET", f"{_ACCOUNT}/documents.csv", "documents:export"),
    _route("bundle", "GET", f"{_ACCOUNT}/bundle", "downloads:bundle"),
    _route("document", "GET", _DOCUMENT, "documents:show", Entrance.HOLDER),
    _route("comparison", "GET", f"{_DOCUMENT}/comparison", "documents:compare"),
    _route("document_pdf", "GET", f"{_DOCUMENT}/pdf", "downloads:pdf", Entrance.HOLDER),
    _route("einvoice", "GET", f"{_DOCUMENT}/einvoice/{{syntax}}", "downloads:einvoice", Entrance.HOLDER),
    _route("file", "GET", f"{_DOCUMENT}/files/{{file}}", "downloads:file", Entrance.HOLDER),
    _route("statement", "GET", f"{_ACCOUNT}/statement", "statements:show"),
    _route("statement_pdf", "GET", f"{_ACCOUNT}/statement.pdf", "statements:pdf"),
    _route("papers", "GET", f"{_ACCOUNT}/papers", "papers:show"),
    _route("paper", "GET", f"{_ACCOUNT}/papers/{{paper}}", "papers:hand_out"),
    _route("people", "GET", f"{_ACCOUNT}/people", "people:show"),
    _route("add_person", "POST", f"{_ACCOUNT}/people", "people:add"),
    _route("change_person", "POST", f"{_ACCOUNT}/people/{{contact}}", "people:change"),
    _route("share_links", "GET", f"{_ACCOUNT}/links", "sharing:listing"),
    _route("revoke_share_links", "POST", f"{_ACCOUNT}/links", "sharing:revoke"),
    _route("desk", "GET", "/desk", "desk:tasks", Entrance.STAFF),
    _route("desk_account", "GET", _DESK_ACCOUNT, "desk:account", Entrance.STAFF),
    _route("desk_task", "POST", f"{_DESK_ACCOUNT}/tasks/{{task}}", "desk:change", Entrance.STAFF),
    _route("desk_add_person", "POST", f"{_DESK_ACCOUNT}/people", "desk:add_person", Entrance.STAFF),
    _route("desk_change_person", "POST", f"{_DESK_ACCOUNT}/people/{{contact}}", "desk:change_person", Entrance.STAFF),
    _route("desk_links", "GET", f"{_DESK_ACCOUNT}/links", "sharing:desk_listing", Entrance.STAFF),
    _route("desk_revoke_links", "POST", f"{_DESK_ACCOUNT}/links", "sharing:desk_revoke", Entrance.STAFF),
    _route("health", "GET", "/health", "files:health", Entrance.ANYONE),
    _route("static", "GET", "/static/{name}", "files:static", Entrance.ANYONE),
)
"""Every page of the portal. A web framework registers them in a loop and hands each request to the site."""


@frozen
class Found:
    """A route and the named parts of the path that led to it."""

    route: Route
    params: Mapping[str, str]


def _pattern(path: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", path)
    return re.compile("".join(f"(?P<{part}>[^/]+)" if place % 2 else re.escape(part) for place, part in enumerate(parts)))


@frozen
class RouteMap:
    """Finds the route of a request."""

    routes: Sequence[Route] = ROUTES
    _patterns: tuple[tuple[Route, re.Pattern[str]], ...] = field(init=False)

    @_patterns.default
    def _compile(self) -> tuple[tuple[Route, re.Pattern[str]], ...]:
        return tuple((route, _pattern(route.path)) for route in self.routes)

    def find(self, method: str, path: str) -> Found | None:
        """Answer the route of a method (HEAD is a GET) and a path, or None."""
        wanted = "GET" if method == "HEAD" else method
        for route, pattern in self._patterns:
            match = pattern.fullmatch(path) if route.method == wanted else None
            if match:
                return Found(route, match.groupdict())
        return None

    def methods(self, path: str) -> tuple[str, ...]:
        """Answer the methods that a path knows, none for a path that leads nowhere."""
        known = {route.method for route, pattern in self._patterns if pattern.fullmatch(path)}
        return tuple(sorted(known | {"HEAD"} if "GET" in known else known))

    def path(self, name: str, /, **params: object) -> str:
        """Answer the path of a named route; KeyError if there is no such route or a part is missing."""
        template = next((route.path for route in self.routes if route.name == name), None)
        if template is None:
            raise KeyError(name)
        return template.format_map({key: str(value) for key, value in params.items()})
