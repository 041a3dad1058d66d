"""How a site learns which member of staff sent a request: the host's own authentication, or a small login to try things out."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Final, Protocol

from attrs import field, frozen

from lockportal.core.actor import Actor, staff
from lockportal.signing import same
from lockportal.web.http import Request

_NOBODY: Final = "\0"


class StaffLogin(Protocol):
    """The host's authentication of its own people."""

    @property
    def challenge(self) -> str:
        """What a WWW-Authenticate header asks of who is not known; empty, the desk does not exist for them."""
        ...

    def __call__(self, request: Request) -> Actor | None:
        """Answer which member of staff sent a request, or None."""
        ...


@frozen
class BasicLogin:
    """Names and passwords by HTTP Basic: for trying the desk out, or behind a proxy that keeps strangers away."""

    people: Mapping[str, str] = field(repr=False)
    challenge: str = 'Basic realm="desk", charset="UTF-8"'

    def __call__(self, request: Request) -> Actor | None:
        """Answer who sent a request by name and password."""
        scheme, _, given = request.header("Authorization").partition(" ")
        if scheme.casefold() != "basic":
            return None
        try:
            name, _, password = base64.b64decode(given.strip(), validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        known = self.people.get(name, _NOBODY)
        return staff(name) if same(password.encode(), known.encode()) and known != _NOBODY else None


def login_of(text: str) -> BasicLogin | None:
    """Read `name:password`, several of them parted by commas; None for an empty text."""
    pairs = (part.strip().partition(":") for part in text.split(",") if part.strip())
    people = {name: password for name, _, password in pairs if name and password}
    return BasicLogin(people) if people else None
