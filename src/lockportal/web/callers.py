"""Who sends a request to the API: by a token, by a browser's cookie, or as the host knows its own people."""

from __future__ import annotations

from typing import Final

from attrs import frozen

from lockportal.api import Caller, Unfit
from lockportal.core.actor import VISITOR, Actor, ActorKind
from lockportal.core.errors import Denied
from lockportal.core.routes import Entrance, Route
from lockportal.http import Request
from lockportal.web.site import Site

_SAFE: Final = {"GET", "HEAD"}


@frozen
class Callers:
    """Tells the API of one site who calls. What a caller may do is none of its business."""

    site: Site

    def identify(self, route: Route, request: Request) -> Caller:
        """Answer who sends a request; Unfit 401 where somebody must be known and nobody is.

        A browser sends cookies, and what it knows of HTTP Basic, with whatever a foreign page makes it send: what changes
        something has to come from the portal's own pages then. A token is sent by nobody unawares.
        """
        known = VISITOR if route.entrance is Entrance.ANYONE else self._known(route, request)
        actor = known.peek() if request.method == "HEAD" else known
        return Caller(actor=actor, client=self.site.client(request), user_agent=request.header("User-Agent"))

    def _known(self, route: Route, request: Request) -> Actor:
        scheme, _, token = request.header("Authorization").partition(" ")
        if scheme.casefold() == "bearer":
            return _signed_in(self._bearer(token.strip()), 'Bearer error="invalid_token"')
        actor = _signed_in(self._of_browser(route, request), "Bearer")
        if request.method not in _SAFE and not self.site.guard.same_origin(request):
            raise Denied("request.foreign", "Send the Origin of the portal, as its own pages do, or a token instead of a cookie.")
        return actor

    def _bearer(self, token: str) -> Actor:
        """Answer whose session a token is of, or who opened a document by its link."""
        access = self.site.portal.access
        actor = access.authenticate(token)
        return access.sharing.authenticate(token) if actor is VISITOR else actor

    def _of_browser(self, route: Route, request: Request) -> Actor:
        member = None
        if self.site.staff is not None and not self.site.guard.left(request):  # a browser goes on sending what it knows
            member = self.site.staff(request)
        if member is not None and member.kind is ActorKind.STAFF:
            return member
        actor = self.site.actor(request)
        if "{document_id}" in route.path or actor is VISITOR:
            return self._holder(request, actor)
        return actor

    def _holder(self, request: Request, actor: Actor) -> Actor:
        """Answer who opened this document by its link, unless they are signed in to its account."""
        if request.params.get("account_id") in {str(grant.account_id) for grant in actor.grants}:
            return actor
        holder = self.site.portal.access.sharing.authenticate(self.site.guard.shared(request))
        its_own = actor is VISITOR or str(holder.document_id) == request.params.get("document_id")
        return holder if its_own and holder is not VISITOR else actor


def _signed_in(actor: Actor, challenge: str) -> Actor:
    if actor.kind is ActorKind.VISITOR:
        raise Unfit(401, "session.missing", "Sign in first.", headers=(("WWW-Authenticate", challenge),))
    return actor
