"""Gateways at the desk: accounts that are closed, and events whose payment was looked for in vain."""

from __future__ import annotations

from attrs import evolve

from lockportal.core.actor import Actor
from lockportal.core.errors import Conflict, LockportalError, Refused
from lockportal.web.http import Request, Response, redirect
from lockportal.web.pages.accounts import written_id
from lockportal.web.pages.desk import page
from lockportal.web.pages.desk_payments import fault_of
from lockportal.web.site import Site


def show(site: Site, request: Request, actor: Actor) -> Response:
    """Show the accounts with gateways that are closed, and what gateways told of that nobody knows. Two statements."""
    return _shown(site, request, actor)


def act(site: Site, request: Request, actor: Actor) -> Response:
    """Open an account again, look for an event's payment once more, or say what it was; then show what is left."""
    try:
        done = _do(site, request, actor)
    except (Refused, Conflict) as error:
        return _shown(site, request, actor, error)
    return redirect(f"{site.url('desk_gateways')}?done={done}")


def _do(site: Site, request: Request, actor: Actor) -> str:
    payments, form = site.portal.payments, request.form
    match form.get("act", ""):
        case "reopen":
            payments.merchants.reopen(form.get("merchant", ""), actor)
            return "reopened"
        case "retry":
            found = payments.retry_parked(written_id(form.get("event", ""), "parked_event"), actor)
            return "found" if found else "not_found"
        case "close":
            payments.close_parked(written_id(form.get("event", ""), "parked_event"), form.get("note", ""), actor)
            return "known"
        case _:
            raise Refused("gateway.act_unknown", "Reopen, retry or close.", field="act")


def _shown(site: Site, request: Request, actor: Actor, error: LockportalError | None = None) -> Response:
    payments = site.portal.payments
    values = {
        "closed": payments.merchants.closed(actor),
        "parked": payments.parked(actor),
        "fault": fault_of(site, error),
        "done": request.query.get("done", ""),
    }
    answer = page(site, actor, "desk_gateways.html", values, here="desk_gateways")
    return answer if error is None else evolve(answer, status=error.status)
