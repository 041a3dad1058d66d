"""Dead addresses at the desk: what servers reported of them, and that one lives after all."""

from __future__ import annotations

from lockportal.core.actor import Actor
from lockportal.web.http import Request, Response, redirect
from lockportal.web.pages.accounts import written_id
from lockportal.web.pages.desk import page
from lockportal.web.site import Site


def show(site: Site, request: Request, actor: Actor) -> Response:
    """Show the addresses that nothing is sent to, the newest first. One statement."""
    found = site.portal.messages.suppressed.list(actor, after=request.query.get("after") or None)
    return page(
        site, actor, "desk_suppressions.html", {"found": found, "done": request.query.get("done", "")}, here="desk_messages"
    )


def lift(site: Site, request: Request, actor: Actor) -> Response:
    """Have an address written to again; then show what is left."""
    account_id = written_id(request.form.get("account", ""), "account")
    site.portal.messages.suppressed.lift(account_id, written_id(request.form.get("suppression", ""), "suppression"), actor)
    return redirect(f"{site.url('desk_suppressions')}?done=lifted")
