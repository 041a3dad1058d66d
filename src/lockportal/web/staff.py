"""How a site learns which member of staff sent a request: the host's own authentication, or a small login to try things out."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Final, Protocol

from attrs import field, frozen

from lockportal.access.limits.known import KnownBrowsers
from lockportal.access.limits.passwords import PasswordLimit, Try
from lockportal.access.models import AccessSettings
from lockportal.core.actor import Actor, staff
from lockportal.signing import Purpose, same
from lockportal.web.http import Cookie, Request
from lockportal.web.security import Guard

if TYPE_CHECKING:
    from lockportal.portal import Portal

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
    """Names and passwords by HTTP Basic: for trying the desk out, or behind a proxy that keeps strangers away.

    A site lets each network give `links_per_network` wrong ones for a name within `limit_minutes`.
    """

    people: Mapping[str, str] = field(repr=False)
    challenge: str = 'Basic realm="desk", charset="UTF-8"'

    def __call__(self, request: Request) -> Actor | None:
        """Answer who sent a request by name and password."""
        given = _given(request)
        if given is None:
            return None
        name, password = given
        known = self.people.get(name, _NOBODY)
        return staff(name) if same(password.encode(), known.encode()) and known != _NOBODY else None


Logins = StaffLogin | Mapping[str, StaffLogin]
"""How one supplier's people are known, or those of several by the key of their supplier."""


@frozen
class LimitedLogin:
    """A login of which wrong passwords are counted; a browser in which a name came in before is counted apart."""

    login: BasicLogin
    guard: Guard
    limit: PasswordLimit
    known: KnownBrowsers
    now: Callable[[], datetime]
    client: Callable[[Request], str]
    """Answers the address of who sent a request."""

    @property
    def challenge(self) -> str:
        """What the login asks for."""
        return self.login.challenge

    def __call__(self, request: Request) -> Actor | None:
        """Answer who sent a request; Limited where too many wrong passwords were tried, even with a right one."""
        actor, given = self.login(request), _given(request)
        if given is not None:
            name, _ = given
            tried = Try(name, self.client(request), self._knows(request, name))
            (self.limit.count if actor is None else self.limit.check)(tried)
        return actor

    def kept(self, request: Request, actor: Actor) -> tuple[Cookie, ...]:
        """Answer what the browser of somebody who came in keeps of it, where it does not yet."""
        if self._knows(request, actor.id):
            return ()
        return (self.guard.desk_cookie(self.known.token(actor.id, self.now())),)

    def _knows(self, request: Request, name: str) -> bool:
        return self.known.knows(self.guard.desk(request), name, self.now())


def limited(login: StaffLogin | None, portal: Portal, guard: Guard, client: Callable[[Request], str]) -> StaffLogin | None:
    """Answer a login as a site asks it: of the one that asks for passwords here, wrong ones are counted."""
    if not isinstance(login, BasicLogin):
        return login
    signer = portal.context.signer
    limit = PasswordLimit(portal.shell, signer, portal.shell.settings(AccessSettings))
    known = KnownBrowsers(signer, portal.supplier.id, Purpose.KNOWN_DESK)
    return LimitedLogin(login, guard, limit, known, portal.context.clock.now, client)


def _given(request: Request) -> tuple[str, str] | None:
    """Answer name and password as they were sent by HTTP Basic; None where there are none, empty where they cannot be read."""
    scheme, _, given = request.header("Authorization").partition(" ")
    if scheme.casefold() != "basic":
        return None
    try:
        name, _, password = base64.b64decode(given.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return name, password


def login_of(text: str) -> BasicLogin | None:
    """Read `name:password`, several of them parted by commas; None for an empty text."""
    pairs = (part.strip().partition(":") for part in text.split(",") if part.strip())
    people = {name: password for name, _, password in pairs if name and password}
    return BasicLogin(people) if people else None
