"""Signing in by a mailed link, and out again. Opening a link changes nothing: a person's click on the page redeems it."""

from __future__ import annotations

from typing import Final

from lockportal.access.models import LinkAsked
from lockportal.access.views import LinkAnswer
from lockportal.core.actor import Actor, ActorKind
from lockportal.core.errors import Refused
from lockportal.web.http import Cookie, Request, Response, redirect
from lockportal.web.security import Asking
from lockportal.web.site import Site
from lockportal.web.words import LINKS

_LONGEST_ADDRESS: Final = 254
_UNKNOWN: Final = "unknown"
_LOST, _GONE = 404, 410


def ask(site: Site, request: Request, actor: Actor) -> Response:  # noqa: ARG001 - a visitor, as far as the route knows
    """Show the form that asks for a link; somebody who is signed in goes on at once."""
    wanted = site.local_path(request.query.get("next", "/"))
    if site.actor(request).kind is ActorKind.CUSTOMER:
        return redirect(_within(site, wanted))
    return _form(site, site.guard.asking(request), wanted, done=request.query.get("done", ""))


def send(site: Site, request: Request, actor: Actor) -> Response:  # noqa: ARG001 - a visitor
    """Ask for a link to be mailed; the answer is the same whether the address is known or not."""
    email = request.form.get("email", "").strip()
    wanted = site.local_path(request.form.get("next", "/"))
    asking = site.guard.asking(request)
    if not _could_be_an_address(email):
        return _form(site, asking, wanted, email=email, error=True)
    asked = site.portal.access.request_link(
        email, binding=asking.secret, next_path=wanted, client=site.client(request), known_browser=site.guard.known(request)
    )
    return _sent(site, asked, asking, wanted, email=email)


def inspect(site: Site, request: Request, actor: Actor) -> Response:  # noqa: ARG001 - a visitor
    """Show whom a link would sign in, with the button that does; nothing is spent by looking."""
    asking = site.guard.asking(request)
    return _door(site, request.params["token"], asking)


def redeem(site: Site, request: Request, actor: Actor) -> Response:  # noqa: ARG001 - a visitor
    """Spend a link: a session begins under a cookie that was never seen before, and the asking one ends."""
    asking, token = site.guard.asking(request), request.params["token"]
    try:
        signed_in = site.portal.access.redeem(
            token, binding=asking.secret, code=request.form.get("code", ""), user_agent=request.header("User-Agent")[:255]
        )
    except Refused as error:
        return _door(site, token, asking, error=error.code)
    answer = redirect(_within(site, site.local_path(signed_in.next_path)))
    guard = site.guard
    begun, known = guard.session_cookie(signed_in.cookie), guard.known_cookie(signed_in.known_browser)
    return answer.with_cookies(begun, guard.forget_asking(), known)


def again(site: Site, request: Request, actor: Actor) -> Response:  # noqa: ARG001 - a visitor
    """Ask for a link once more in the place of one that serves no more; to whom it goes, its token says alone."""
    asking = site.guard.asking(request)
    try:
        asked = site.portal.access.request_again(request.params["token"], binding=asking.secret)
    except Refused:
        return _dead(site, _UNKNOWN, asking)
    return _sent(site, asked, asking)


def sign_out(site: Site, request: Request, actor: Actor) -> Response:  # noqa: ARG001 - nothing is asked
    """End the session."""
    site.portal.access.sign_out(actor)
    return redirect(site.url("sign_in") + "?done=left").with_cookies(site.guard.session_cookie(""), site.guard.forget_asking())


def _form(site: Site, asking: Asking, wanted: str, *, email: str = "", error: bool = False, done: str = "") -> Response:
    values = {"email": email, "next": wanted, "error": error, "done": done, "form_token": site.guard.asking_token(asking)}
    return site.page("sign_in.html", values, status=422 if error else 200, cookies=_new(asking))


def _sent(site: Site, asked: LinkAsked, asking: Asking, wanted: str = "/", *, email: str = "") -> Response:
    values = {"email": email, "next": wanted, "code": f"{asked.code[:3]} {asked.code[3:]}"}
    return site.page("check_mail.html", values, cookies=_new(asking))


def _door(site: Site, token: str, asking: Asking, *, error: str = "") -> Response:
    """Show a link as it stands: the button, the field for its code, or why it serves no more."""
    preview = site.portal.access.inspect(token, asking.secret)
    if preview.state not in {LinkAnswer.READY, LinkAnswer.CODE_NEEDED}:
        return _dead(site, preview.state, asking, token)
    values = {
        "email": preview.email,
        "token": token,
        "code_needed": preview.state is LinkAnswer.CODE_NEEDED,
        "tries_left": preview.tries_left,
        "error": error.removeprefix("link."),
        "form_token": site.guard.asking_token(asking),
    }
    return site.page("confirm.html", values, status=422 if error else 200, cookies=_new(asking))


def _dead(site: Site, state: str, asking: Asking, token: str = "") -> Response:
    heading, advice = (site.templates.translate(text) for text in LINKS[state])
    known = state != _UNKNOWN
    values = {"heading": heading, "advice": advice, "state": state, "token": token if known else ""}
    values["form_token"] = site.guard.asking_token(asking)
    return site.page("dead_link.html", values, status=_GONE if known else _LOST, cookies=_new(asking))


def _new(asking: Asking) -> tuple[Cookie, ...]:
    return () if asking.cookie is None else (asking.cookie,)


def _within(site: Site, path: str) -> str:
    """Answer the address of a path that was checked to be a page of this site."""
    return site.url("accounts").removesuffix("/") + path


def _could_be_an_address(text: str) -> bool:
    name, _, host = text.rpartition("@")
    plain = text.isprintable() and not any(sign.isspace() for sign in text)
    return bool(name and host) and plain and len(text) <= _LONGEST_ADDRESS
