"""Routes of the portal as data, so that each web framework registers the same table in a loop, and the way from a path to one."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum

from attrs import field, frozen


class Entrance(StrEnum):
    """Who may come to a page at all; rights in an account are checked by the library behind it."""

    ANYONE = "anyone"
    SIGNED_IN = "signed_in"
    HOLDER = "holder"
    """Who is signed in, and who opened this document by its link."""
    STAFF = "staff"
    """The supplier's own people, whom the host application has authenticated."""
    GATEWAY = "gateway"
    """A payment gateway, which signs what it sends: no session and no form of the portal's."""


@frozen(kw_only=True)
class Route:
    """One route: `path` holds `{name}` parts; `handler` is a dotted name, `package.module:function`.

    One of the JSON API begins with `/api/`; its handler is a service's method, `package.module:Class.method`, of which the
    parameters in `omit` are not offered. What it changes is done once for each Idempotency-Key, unless `repeats` says why the
    same request again does no harm. With `upload` it is sent a form with a file.
    """

    name: str
    method: str
    path: str
    entrance: Entrance
    handler: str
    omit: tuple[str, ...] = ()
    repeats: str = ""
    upload: bool = False


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

    routes: Sequence[Route]
    _patterns: Mapping[int, Sequence[tuple[Route, re.Pattern[str]]]] = field(init=False, eq=False)
    """Those of paths with so many slashes: no part of a path holds one."""
    _paths: Mapping[str, str] = field(init=False, eq=False)

    @_patterns.default
    def _compile(self) -> Mapping[int, Sequence[tuple[Route, re.Pattern[str]]]]:
        made: dict[int, list[tuple[Route, re.Pattern[str]]]] = {}
        for route in self.routes:
            made.setdefault(route.path.count("/"), []).append((route, _pattern(route.path)))
        return made

    @_paths.default
    def _named(self) -> Mapping[str, str]:
        return {route.name: route.path for route in reversed(self.routes)}

    def find(self, method: str, path: str) -> Found | None:
        """Answer the route of a method (HEAD is a GET) and a path, or None."""
        wanted = "GET" if method == "HEAD" else method
        for route, pattern in self._patterns.get(path.count("/"), ()):
            match = pattern.fullmatch(path) if route.method == wanted else None
            if match:
                return Found(route, match.groupdict())
        return None

    def methods(self, path: str) -> tuple[str, ...]:
        """Answer the methods that a path knows, none for a path that leads nowhere."""
        known = {route.method for route, pattern in self._patterns.get(path.count("/"), ()) if pattern.fullmatch(path)}
        return tuple(sorted(known | {"HEAD"} if "GET" in known else known))

    def path(self, name: str, /, **params: object) -> str:
        """Answer the path of a named route; KeyError if there is no such route or a part is missing."""
        return self._paths[name].format_map({key: str(value) for key, value in params.items()})
