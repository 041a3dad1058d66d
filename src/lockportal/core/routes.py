"""A route of the portal as data, so that each web framework registers the same table in a loop."""

from __future__ import annotations

from enum import StrEnum

from attrs import frozen


class Entrance(StrEnum):
    """Who may come to a page at all; rights in an account are checked by the library behind it."""

    ANYONE = "anyone"
    SIGNED_IN = "signed_in"
    HOLDER = "holder"
    """Who is signed in, and who opened this document by its link."""
    STAFF = "staff"
    """The supplier's own people, whom the host application has authenticated."""


@frozen(kw_only=True)
class Route:
    """One route: `path` holds `{name}` parts; `handler` is a dotted name, `package.module:function`."""

    name: str
    method: str
    path: str
    entrance: Entrance
    handler: str
