"""The desk of the supplier's people: what is to be done by whom, and what has happened with a customer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from lockportal.activities.models import ActivitiesSettings
from lockportal.core.actor import Actor
from lockportal.core.errors import Refused
from lockportal.web.http import Request, Response, redirect
from lockportal.web.pages import people
from lockportal.web.pages.accounts import path_id
from lockportal.web.site import Site

_OWNERS: Final = ("me", "nobody", "all")
_HISTORY: Final = 30


def tasks(site: Site, request: Request, actor: Actor) -> Response:
    """Show a page of open tasks: one's own, those that nobody has taken, or everybody's."""
    whose = request.query.get("owner", "me")
    if whose not in _OWNERS:
        whose = "me"
    owner = {"me": actor.id, "nobody": "", "all": None}[whose]
    found = site.portal.activities.tasks(actor, owner=owner, after=request.query.get("after") or None)
    loads = site.portal.activities.owners(actor)
    mine = {load.owner: load for load in loads}
    counts = {
        "me": mine[actor.id].tasks if actor.id in mine else 0,
        "nobody": mine[""].tasks if "" in mine else 0,
        "all": sum(load.tasks for load in loads),
    }
    return _page(site, actor, "desk.html", {"found": found, "whose": whose, "counts": counts})


def account(site: Site, request: Request, actor: Actor) -> Response:
    """Show one customer: what is to be done, who acts for it, and its timeline."""
    return _account(site, request, actor)


def add_person(site: Site, request: Request, actor: Actor) -> Response:
    """Add a contact of a customer; then show the customer again."""
    account_id = path_id(request, "account")
    fault = people.added(site, request, actor, account_id)
    if fault is not None:
        return _account(site, request, actor, fault)
    done = "invited" if "invite" in request.form else "added"
    return redirect(site.url("desk_account", account=account_id) + f"?done={done}")


def change_person(site: Site, request: Request, actor: Actor) -> Response:
    """Change or remove a contact of a customer; then show the customer again."""
    account_id = path_id(request, "account")
    done, fault = people.changed(site, request, actor, account_id)
    if fault is not None:
        return _account(site, request, actor, fault)
    return redirect(site.url("desk_account", account=account_id) + f"?done={done}")


def _account(site: Site, request: Request, actor: Actor, fault: people.Fault | None = None) -> Response:
    account_id = path_id(request, "account")
    customer = site.portal.profiles.customer(account_id, by=actor)
    activities = site.portal.activities
    values = {
        **people.listed(site, request, actor, account_id, fault),
        "here_people": site.url("desk_add_person", account=account_id),
        "signed_in": site.portal.access.last_sign_ins(account_id, by=actor),
        "customer": customer,
        "found": activities.tasks(actor, account_id=account_id),
        "timeline": activities.timeline(account_id, actor, after=request.query.get("after") or None, limit=_HISTORY),
    }
    return _page(site, actor, "desk_account.html", values, 200 if fault is None else 422)


def change(site: Site, request: Request, actor: Actor) -> Response:
    """Take a task, give it back, close it, or send again what it is about; then show the list again."""
    account_id, task_id = path_id(request, "account"), path_id(request, "task")
    act, activities = request.form.get("act", ""), site.portal.activities
    if act == "take":
        activities.assign(account_id, task_id, actor, owner=actor.id)
    elif act == "release":
        activities.assign(account_id, task_id, actor, owner="")
    elif act == "close":
        outcome, note = request.form.get("outcome", ""), request.form.get("note", "").strip()
        activities.close(account_id, task_id, actor, outcome=outcome, note=note)
    elif act == "resend":
        about = activities.get(account_id, task_id, actor).about_id
        site.portal.messages.replay(about or task_id, actor)
    else:
        raise Refused("task.act_unknown", "Take, release, close or resend.", field="act")
    back = request.form.get("back", "")
    if back == "account":
        return redirect(site.url("desk_account", account=account_id))
    return redirect(site.url("desk") + f"?owner={back if back in _OWNERS else 'me'}")


def _page(site: Site, actor: Actor, template: str, values: Mapping[str, object], status: int = 200) -> Response:
    around = {
        "staff": actor.id,
        "form_token": site.guard.session_token(actor),
        "outcomes": site.portal.shell.settings(ActivitiesSettings).outcomes,
    }
    return site.page(template, {**around, **values}, status=status)
