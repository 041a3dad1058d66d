"""Signing in by a mailed link, and out again. Opening a link changes nothing: a person's click on the page redeems it."""

from __future__ import annotations

from typing import Final

from lockportal.core.actor import Actor, ActorKind
from lockportal.core.errors import Refused
from lockportal.web.http import Cookie, Request, Response, redirect
from lockportal.web.security import Asking
from lockportal.web.site import Site
from lockportal.web.words import LINKS

_LONGEST_ADDRESS: Final = 254
_READY: Final = "ready"
_DEAD: Final = {"unknown": 404, "wrong_browser": 403}
_GONE: Final = 410


def ask(site: Site, request: Request, actor: Actor) -> Response:  # noqa: ARG001 - a visitor, as far as the route knows
    """Show the form that asks for a link; somebody who is signed in goes on at once."""
    wanted = site.local_path(request.query.get("next", "/"))
    if site.actor(request).kind is ActorKind.CUSTOMER:
        return redirect(_within(site, wanted))
    return _form(site, site.guard.asking(request), wanted)


def send(site: Site, request: Request, actor: Actor) -> Response:  # noqa: ARG001 - a visitor
    """Ask for a link to be mailed; the answer is the same whether the address is known or not."""
    email = request.form.get("email", "").strip()
    wanted = site.local_path(request.form.get("next", "/"))
    asking = site.guard.asking(request)
    if not _could_be_an_address(email):
        return _form(site, asking, wanted, email=email, error=True)
    site.portal.access.request_link(email, binding=asking.secret, next_path=wanted)
    return site.page("check_mail.html", {"email": email, "next": wanted})


def inspect(site: Site, request: Request, actor: Actor) -> Response:  # noqa: ARG001 - a visitor
    """Show whom a link would sign in, with the button that does; nothing is spent by looking."""
    asking = site.guard.asking(request)
    preview = site.portal.access.inspect(request.params["token"], asking.secret)
    if preview.state != _READY:
        return _dead(site, preview.state, asking)
    values = {
        "email": preview.email,
        "token": request.params["token"],
        "form_token": site.guard.asking_token(asking),
    }
    return site.page("confirm.html", values, cookies=_new(asking))


def redeem(site: Site, request: Request, actor: Actor) -> Response:  # noqa: ARG001 - a visitor
    """Spend a link: a session begins under a cookie that was never seen before, and the asking one ends."""
    asking = site.guard.asking(request)
    try:
        signed_in = site.portal.access.redeem(
            request.params["token"], binding=asking.secret, user_agent=request.header("User-Agent")[:255]
        )
    except Refused as error:
        return _dead(site, error.code.removeprefix("link."), asking)
    answer = redirect(_within(site, site.local_path(signed_in.next_path)))
    return answer.with_cookies(site.guard.session_cookie(signed_in.cookie), site.guard.forget_asking())


def sign_out(site: Site, request: Request, actor: Actor) -> Response:  # noqa: ARG001 - nothing is asked
    """End the session."""
    site.portal.access.sign_out(actor)
    return redirect(site.url("sign_in")).with_cookies(site.guard.session_cookie(""), site.guard.forget_asking())


def _form(site: Site, asking: Asking, wanted: str, *, email: str = "", error: bool = False) -> Response:
    values = {"email": email, "next": wanted, "error": error, "form_token": site.guard.asking_token(asking)}
    return site.page("sign_in.html", values, status=422 if error else 200, cookies=_new(asking))


def _dead(site: Site, state: str, asking: Asking) -> Response:
    known = state if state in LINKS else "unknown"
    heading, advice = (site.templates.translate(text) for text in LINKS[known])
    values = {"heading": heading, "advice": advice, "state": known}
    return site.page("dead_link.html", values, status=_DEAD.get(known, _GONE), cookies=_new(asking))


def _new(asking: Asking) -> tuple[Cookie, ...]:
    return () if asking.cookie is None else (asking.cookie,)


def _within(site: Site, path: str) -> str:
    """Answer the address of a path that was checked to be a page of this site."""
    return site.url("accounts").removesuffix("/") + path


def _could_be_an_address(text: str) -> bool:
    name, _, host = text.rpartition("@")
    plain = text.isprintable() and not any(sign.isspace() for sign in text)
    return bool(name and host) and plain and len(text) <= _LONGEST_ADDRESS
