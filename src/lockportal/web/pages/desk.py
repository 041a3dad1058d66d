"""The desk of the supplier's people: what is to be done by whom, the customers, and what has happened with each of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Final
from uuid import UUID

from lockportal.activities.models import ActivitiesSettings
from lockportal.core.actor import Actor
from lockportal.core.errors import NotFound, Refused
from lockportal.ledger.views import AccountBalance
from lockportal.signing import draw_secret
from lockportal.web.http import Request, Response, redirect
from lockportal.web.pages import people
from lockportal.web.pages.accounts import customer_of, frame, path_id
from lockportal.web.pages.home import standings
from lockportal.web.site import Site

_OWNERS: Final = ("me", "nobody", "all")
_HISTORY: Final = 30
_LIST: Final = 50
_LONGEST: Final = 100


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
    values = {"found": found, "whose": whose, "counts": counts, "done": request.query.get("done", "")}
    return page(site, actor, "desk.html", values, here="desk")


def sign_out(site: Site, request: Request, actor: Actor) -> Response:  # noqa: ARG001 - nothing is asked
    """Have the browser forget name and password: a browser does when the next page asks for them although it has sent them.

    Where the host knows its people otherwise, it signs them out, too.
    """
    if not site.challenge:
        raise NotFound("page.not_found")
    return redirect(site.url("desk")).with_cookies(site.guard.left_cookie("left"))


def customers(site: Site, request: Request, actor: Actor) -> Response:
    """Show a page of customers by name, with what each owes; `search` finds parts of names and numbers. Two statements."""
    search = request.query.get("search", "").strip()[:_LONGEST]
    found = site.portal.profiles.customers(by=actor, after=request.query.get("after") or None, search=search, limit=_LIST)
    owed: dict[UUID, list[AccountBalance]] = defaultdict(list)
    for one in site.portal.ledger.balances((line.account_id for line in found.items), actor) if found.items else ():
        owed[one.account_id].append(one)
    values = {
        "found": found,
        "search": search,
        "after": request.query.get("after", ""),
        "owed": {account_id: site.in_order(several) for account_id, several in owed.items()},
    }
    return page(site, actor, "desk_customers.html", values, here="desk_customers")


def messages(site: Site, request: Request, actor: Actor) -> Response:
    """Show what could not be delivered and why, the newest first; with `replayed`, also what was sent again."""
    replayed = "replayed" in request.query
    after = request.query.get("after") or None
    found = site.portal.messages.dead_letters(by=actor, replayed=replayed, after=after, limit=_LIST)
    values = {"found": found, "replayed": replayed, "done": request.query.get("done", "")}
    return page(site, actor, "desk_messages.html", values, here="desk_messages")


def replay(site: Site, request: Request, actor: Actor) -> Response:
    """Send again what could not be delivered; then show the list again."""
    site.portal.messages.replay(path_id(request, "letter"), actor)
    return redirect(site.url("desk_messages") + "?done=resend")


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
    search = request.query.get("search", "")[:_LONGEST]
    activities, positions = site.portal.activities, site.portal.ledger.position(account_id, by=actor)
    values = {
        "standings": standings(site, positions),
        "done": request.query.get("done", ""),
        "outcomes": site.portal.shell.settings(ActivitiesSettings).outcomes,
        **people.listed(site, request, actor, account_id, fault),
        "here_people": site.url("desk_add_person", account=account_id),
        "rates": site.portal.promises.rates(actor, account_id=account_id),
        "habit": site.portal.kpis.habit(account_id, actor),
        "signed_in": site.portal.access.last_sign_ins(account_id, by=actor),
        "customer": customer,
        "found": activities.tasks(actor, account_id=account_id),
        "timeline": activities.timeline(
            account_id, actor, search=search, after=request.query.get("after") or None, limit=_HISTORY
        ),
        "search": search,
        "exposures": activities.credit.exposure(account_id, actor),
        "decisions": activities.credit.decisions(account_id, actor, limit=3),
        "key": draw_secret(),
    }
    around = frame(site, actor, customer)
    return around.page("desk_account.html", values, here="desk_account", status=200 if fault is None else 422)


def account_messages(site: Site, request: Request, actor: Actor) -> Response:
    """Show what was sent to one customer's people, and what came of it."""
    customer = customer_of(site, request, actor)
    account_id = customer.account_id
    values = {
        "found": site.portal.messages.deliveries(account_id, by=actor, after=request.query.get("after") or None, limit=_LIST),
        "names": {one.id: one.name or one.email for one in site.portal.profiles.contacts(account_id, by=actor)},
    }
    return frame(site, actor, customer).page("desk_account_messages.html", values, here="desk_account_messages")


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
        return redirect(site.url("desk_account", account=account_id) + f"?done={act}")
    return redirect(site.url("desk") + f"?owner={back if back in _OWNERS else 'me'}&done={act}")


def page(site: Site, actor: Actor, template: str, values: Mapping[str, object], *, here: str) -> Response:
    """Fill a template in the frame of the desk; `here` is the place in the menu that is lit."""
    around = {
        "here": here,
        "staff": actor.id,
        "form_token": site.guard.session_token(actor),
        "outcomes": site.portal.shell.settings(ActivitiesSettings).outcomes,
    }
    return site.page(template, {**around, **values})
