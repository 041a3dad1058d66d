"""Links to single documents: the page before the click, the document behind it, and the lists of links, to take them back."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from lockportal.core.actor import Actor
from lockportal.core.errors import Refused
from lockportal.web.http import Request, Response, redirect
from lockportal.web.pages.accounts import customer_of, frame, path_id, written_id
from lockportal.web.site import Site
from lockportal.web.words import SHARES

_READY: Final = "ready"
_UNKNOWN: Final = "unknown"
_ALL: Final = "all"
_OF_CONTACT: Final = "contact."
_NOT_FOUND, _GONE = 404, 410


def inspect(site: Site, request: Request, actor: Actor) -> Response:  # noqa: ARG001 - a visitor
    """Show which document a link opens, with the button that does; nothing is opened by looking."""
    asking, token = site.guard.asking(request), request.params["token"]
    preview = site.portal.access.sharing.inspect(token, user_agent=request.header("User-Agent"))
    if preview.state != _READY:
        return _dead(site, preview.state)
    values = {"number": preview.number, "token": token, "form_token": site.guard.asking_token(asking)}
    return site.page("shared.html", values, cookies=() if asking.cookie is None else (asking.cookie,))


def open_document(site: Site, request: Request, actor: Actor) -> Response:  # noqa: ARG001 - a visitor
    """Open the document of a link, and nothing else, in this browser."""
    try:
        opened = site.portal.access.sharing.open(request.params["token"], user_agent=request.header("User-Agent"))
    except Refused as error:
        return _dead(site, error.code.removeprefix("share_link."))
    document = site.url("document", account=opened.account_id, document=opened.document_id)
    return redirect(document).with_cookies(site.guard.shared_cookie(opened.cookie))


def listing(site: Site, request: Request, actor: Actor) -> Response:
    """Show an account's links to documents, to those who keep its users."""
    customer = customer_of(site, request, actor)
    values = _values(site, request, actor, customer.account_id, "revoke_share_links", "share_links")
    return frame(site, actor, customer).page("share_links.html", values, here="share_links")


def revoke(site: Site, request: Request, actor: Actor) -> Response:
    """Take one link back, or all of a contact, or all; then show the list again."""
    account_id = path_id(request, "account")
    _revoke(site, request, actor, account_id)
    return redirect(site.url("share_links", account=account_id) + "?done=revoked")


def desk_listing(site: Site, request: Request, actor: Actor) -> Response:
    """Show a customer's links to documents, to staff."""
    customer = customer_of(site, request, actor)
    values = _values(site, request, actor, customer.account_id, "desk_revoke_links", "desk_links")
    return frame(site, actor, customer).page("desk_share_links.html", {"customer": customer, **values}, here="desk_links")


def desk_revoke(site: Site, request: Request, actor: Actor) -> Response:
    """Take links back, as `revoke` does, from the desk."""
    account_id = path_id(request, "account")
    _revoke(site, request, actor, account_id)
    return redirect(site.url("desk_links", account=account_id) + "?done=revoked")


def _values(site: Site, request: Request, actor: Actor, account_id: UUID, act: str, here: str) -> dict[str, Any]:
    found = site.portal.access.sharing.links(account_id, by=actor, after=request.query.get("after") or None)
    still_open = [link for link in found.items if link.state == "open"]
    return {
        "found": found,
        "open": bool(still_open),
        "holders": {link.contact_id: link.contact_name for link in still_open},
        "act": site.url(act, account=account_id),
        "older": site.url(here, account=account_id),
        "done": request.query.get("done", ""),
    }


def _revoke(site: Site, request: Request, actor: Actor, account_id: UUID) -> None:
    chosen, reason = request.form.get("link", ""), request.form.get("reason", "")
    if not chosen:
        raise Refused("share_link.choice_missing", "Choose a link, or all of them.", field="link")
    revoke_links = site.portal.access.sharing.revoke
    if chosen == _ALL:
        revoke_links(account_id, reason=reason, by=actor)
    elif chosen.startswith(_OF_CONTACT):
        contact_id = written_id(chosen.removeprefix(_OF_CONTACT), "contact")
        revoke_links(account_id, reason=reason, by=actor, contact_id=contact_id)
    else:
        revoke_links(account_id, reason=reason, by=actor, link_id=written_id(chosen, "share_link"))


def _dead(site: Site, state: str) -> Response:
    known = state if state in SHARES else _UNKNOWN
    heading, advice = (site.templates.translate(text) for text in SHARES[known])
    values = {"heading": heading, "advice": advice}
    return site.page("dead_share.html", values, status=_NOT_FOUND if known == _UNKNOWN else _GONE)
