"""Pages that a plugin adds to the portal, as data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from attrs import frozen

from lockportal.core.actor import Right
from lockportal.core.errors import Refused
from lockportal.core.routes import Route


@frozen(kw_only=True)
class MenuEntry:
    """A way to a page in the menu: of an account's pages, for whom the right is held there, or of the desk."""

    route: str
    label: str
    desk: bool = False
    right: Right = Right.VIEW


@frozen(kw_only=True)
class Pages:
    """Pages that a plugin adds: its routes, its entries in the menus, and its folder of templates.

    The folder holds templates, style sheets and pictures in `static`, and catalogues of words in `locale`; they come before the
    portal's own of the same names, and after the host's. A handler is called as `handler(site, request, actor)`.
    """

    routes: tuple[Route, ...] = ()
    menu: tuple[MenuEntry, ...] = ()
    folder: Path | None = None


def joined(own: Sequence[Route], added: Sequence[Pages]) -> tuple[Route, ...]:
    """Answer the portal's routes and those of plugins, in the order of their registration.

    Refused if a plugin takes a name or an address that another route has: a host replaces a page by a template of its own.
    """
    routes = (*own, *(route for pages in reversed(added) for route in pages.routes))
    names, addresses = Counter(route.name for route in routes), Counter((route.method, route.path) for route in routes)
    for route in routes:
        if names[route.name] > 1 or addresses[route.method, route.path] > 1:
            raise Refused("route.taken", f"Two routes are called {route.name!r} or lead to {route.method} {route.path}.")
    return routes
