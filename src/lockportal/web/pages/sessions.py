"""Where a person is signed in: each browser with its own way out, and one for all of them."""

from __future__ import annotations

from uuid import UUID

from lockportal.core.actor import Actor
from lockportal.core.errors import NotFound
from lockportal.web.http import Request, Response, redirect
from lockportal.web.pages.accounts import path_id
from lockportal.web.site import Site


def show(site: Site, request: Request, actor: Actor) -> Response:
    """Show the browsers in which a person is signed in; the one that asks is marked."""
    values = {
        "sessions": site.portal.access.sessions(_person(actor), by=actor),
        "this": actor.session_id,
        "form_token": site.guard.session_token(actor),
        "done": request.query.get("done", ""),
    }
    return site.page("sessions.html", values)


def end(site: Site, request: Request, actor: Actor) -> Response:
    """Sign out of one browser; out of this one, the cookie goes, too."""
    session_id = path_id(request, "session")
    site.portal.access.end_session(_person(actor), session_id, by=actor)
    return _signed_out(site, "left") if session_id == actor.session_id else redirect(site.url("sessions") + "?done=ended")


def end_all(site: Site, request: Request, actor: Actor) -> Response:  # noqa: ARG001 - nothing is asked
    """Sign out of every browser, and take back the links that are under way."""
    site.portal.access.sign_out_everywhere(_person(actor), by=actor)
    return _signed_out(site, "left_all")


def _signed_out(site: Site, done: str) -> Response:
    return redirect(f"{site.url('sign_in')}?done={done}").with_cookies(site.guard.session_cookie(""), site.guard.forget_asking())


def _person(actor: Actor) -> UUID:
    """Answer whose sessions are meant: of who is signed in."""
    if actor.person_id is None:
        raise NotFound("person.not_found")
    return actor.person_id
