"""Follow-up at the desk: the policies and what they would do, what waits; of one customer its history, holds and charges."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from attrs import evolve, frozen

from lockportal import codec
from lockportal.core.actor import Actor
from lockportal.core.errors import LockportalError, NotFound, Refused
from lockportal.dunning.settings import DunningSettings
from lockportal.dunning.views import Simulation
from lockportal.web.dunning_words import DUNNING_REFUSED
from lockportal.web.http import Request, Response, redirect
from lockportal.web.pages.accounts import customer_of, frame, path_id
from lockportal.web.pages.desk import page
from lockportal.web.site import Site

_LENGTHS: Final = (30, 90, 365)
_HIGH: Final = 100
_STEP: Final = 60


@frozen(kw_only=True)
class Bar:
    """One week of a simulation as a bar of the picture, in the units of its drawing."""

    first: date
    customers: int
    x: int
    y: int
    height: int


def show(site: Site, request: Request, actor: Actor) -> Response:
    """Show the policies, what waits, and what they would do where that is asked for."""
    dunning, days = site.portal.dunning, request.query.get("days", "")
    simulation = None
    if days in {str(length) for length in _LENGTHS}:
        today = site.portal.ledger.today()
        simulation = dunning.simulate(actor, today, today + timedelta(days=int(days)))
    values = {
        "policies": dunning.policies(actor),
        "active": site.portal.shell.settings(DunningSettings).active,
        "lengths": _LENGTHS,
        "days": days,
        "simulation": simulation,
        "bars": () if simulation is None else _bars(simulation),
        "holds": dunning.holds(actor),
        "handovers": dunning.handovers(actor),
        "found": dunning.reminders(actor, after=request.query.get("after") or None),
        "done": request.query.get("done", ""),
    }
    return page(site, actor, "desk_dunning.html", values, here="desk_dunning")


def history(site: Site, request: Request, actor: Actor) -> Response:
    """Show one customer's reminders, charges and holds, and why nothing is sent about what is overdue."""
    return _history(site, request, actor)


def act(site: Site, request: Request, actor: Actor) -> Response:
    """Put follow-up of a customer off, go on with it, waive a charge, settle a reminder, or note a handover."""
    account_id, form, dunning = path_id(request, "account"), request.form, site.portal.dunning
    what, about = form.get("act", ""), form.get("about", "")
    done = {
        "hold": "dunning_held",
        "resume": "dunning_resumed",
        "waive": "charge_waived",
        "release": "reminder_released",
        "export": "handover_exported",
    }
    if what not in done:
        raise Refused("dunning.act_unknown", "Hold, resume, waive, release or export.", field="act")
    try:
        if what == "hold":
            until = codec.structure(date, form.get("until", ""))
            document = _id(about) if about else None
            dunning.hold(account_id, actor, until=until, reason=form.get("reason", ""), document_id=document)
        elif what == "resume":
            dunning.resume(account_id, _id(about), actor)
        elif what == "waive":
            dunning.waive(account_id, _id(about), actor, reason=form.get("reason", ""))
        elif what == "release":
            dunning.release(account_id, _id(about), actor)
        else:
            dunning.export(account_id, _id(about), actor)
    except Refused as error:
        return _history(site, request, actor, error)
    return redirect(f"{site.url('desk_account_dunning', account=account_id)}?done={done[what]}")


def _history(site: Site, request: Request, actor: Actor, error: LockportalError | None = None) -> Response:
    customer = customer_of(site, request, actor)
    account_id, dunning = customer.account_id, site.portal.dunning
    values: dict[str, Any] = {
        "found": dunning.reminders(actor, account_id=account_id, after=request.query.get("after") or None),
        "charges": dunning.charges(actor, account_id=account_id),
        "holds": dunning.holds(actor, account_id=account_id),
        "explained": dunning.explanations(account_id, actor),
        "done": request.query.get("done", ""),
        "fault": _refusal(site, error),
        "until": request.form.get("until", "") if error else "",
        "reason": request.form.get("reason", "") if error else "",
    }
    answer = frame(site, actor, customer).page("desk_account_dunning.html", values, here="desk_account_dunning")
    return answer if error is None else evolve(answer, status=422)


def _refusal(site: Site, error: LockportalError | None) -> str:
    """Say in the reader's language what was refused."""
    return "" if error is None else site.templates.translate(DUNNING_REFUSED.get(error.code, error.message))


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("dunning.not_found", "There is no such thing.") from None


def _bars(simulation: Simulation) -> tuple[Bar, ...]:
    """Answer the weeks of a simulation, those in which nothing happens included."""
    weeks: dict[int, int] = defaultdict(int)
    for row in simulation.rows:
        weeks[(row.on - simulation.first).days // 7] += row.customers
    most = max(weeks.values(), default=0)
    if not most:
        return ()
    bars = []
    for place in range((simulation.last - simulation.first).days // 7 + 1):
        height = weeks[place] * _HIGH // most
        first = simulation.first + timedelta(weeks=place)
        bars.append(Bar(first=first, customers=weeks[place], x=place * _STEP, y=_HIGH - height, height=height))
    return tuple(bars)
