"""What to do first: every reason to act by its score, to be taken, put off or done."""

from __future__ import annotations

from datetime import date
from typing import Final
from uuid import UUID

from attrs import evolve

from lockportal.activities.scoring import OVERDUE
from lockportal.core.actor import Actor
from lockportal.core.errors import NotFound, Refused
from lockportal.web.http import Request, Response, redirect
from lockportal.web.pages.desk import page
from lockportal.web.site import Site
from lockportal.web.work_words import WORK_REFUSED

_WHOSE: Final = ("nobody", "me", "all")


def show(site: Site, request: Request, actor: Actor) -> Response:
    """Show a page of the list: what nobody has taken, one's own, or everybody's."""
    return _show(site, request, actor)


def act(site: Site, request: Request, actor: Actor) -> Response:
    """Take the next, or one that is named, and go to its customer; or put one off."""
    try:
        return redirect(_acted(site, request, actor))
    except Refused as error:
        if error.code not in WORK_REFUSED:
            raise
        return _show(site, request, actor, error)


def _acted(site: Site, request: Request, actor: Actor) -> str:
    """Do what is asked for; answer the address to go to."""
    form, activities = request.form, site.portal.activities
    wanted = form.get("act", "")
    if wanted == "next":
        task = activities.claim_next(actor)
        if task is None:
            return f"{site.url('desk_work')}?done=nothing_left"
        return f"{site.url('desk_account', account=task.account_id)}?done=take"
    account_id, task_id = _id(form.get("account", "")), form.get("task", "")
    if wanted == "take":
        activities.claim(account_id, actor, task=_id(task_id) if task_id else None, kind=form.get("kind") or OVERDUE)
        return f"{site.url('desk_account', account=account_id)}?done=take"
    if wanted == "snooze":
        activities.reschedule(account_id, _id(task_id), actor, due_on=_day(form.get("due_on", "")))
        return f"{site.url('desk_work')}?owner=me&done=snooze"
    raise Refused("task.act_unknown", "Take or put off.", field="act")


def _show(site: Site, request: Request, actor: Actor, error: Refused | None = None) -> Response:
    asked = request.query.get("owner", "nobody")
    whose = asked if asked in _WHOSE else "nobody"
    owner = {"me": actor.id, "nobody": "", "all": None}[whose]
    values = {
        "found": site.portal.activities.work(actor, owner=owner, after=request.query.get("after") or None),
        "whose": whose,
        "today": site.portal.ledger.today(),
        "done": request.query.get("done", ""),
        "fault": "" if error is None else WORK_REFUSED[error.code],
    }
    answer = page(site, actor, "desk_work.html", values, here="desk_work")
    return answer if error is None else evolve(answer, status=422)


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("task.not_found", "There is no such task.") from None


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused("task.due_on_past", "Choose today or a later day.", field="due_on") from None
