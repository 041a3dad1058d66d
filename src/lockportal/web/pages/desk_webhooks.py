"""Webhooks at the desk: which programs are told what, what came of it, and what is sent again."""

from __future__ import annotations

from uuid import UUID

from attrs import evolve

from lockportal.core.actor import Actor
from lockportal.core.errors import Conflict, LockportalError, Refused
from lockportal.web.http import Request, Response, redirect
from lockportal.web.pages.accounts import path_id, written_id
from lockportal.web.pages.desk import page
from lockportal.web.site import Site
from lockportal.web.webhook_words import WEBHOOK_REFUSED
from lockportal.webhooks.models import AttemptOutcome


def show(site: Site, request: Request, actor: Actor) -> Response:
    """Show the endpoints, and what was given up. Two statements."""
    return _listed(site, request, actor)


def add(site: Site, request: Request, actor: Actor) -> Response:
    """Add an endpoint, or send again what was given up; then show what there is."""
    form, webhooks = request.form, site.portal.webhooks
    try:
        if "attempt" in form:
            webhooks.replay(written_id(form["attempt"], "webhook_attempt"), actor)
            return redirect(f"{site.url('desk_webhooks')}?done=resend")
        added = webhooks.add(
            actor,
            name=form.get("name", ""),
            url=form.get("url", ""),
            events=form.get("events", "").split(),
            write_back="write_back" in form,
            key=form.get("key") or None,
        )
    except (Refused, Conflict) as error:
        return _listed(site, request, actor, error)
    return redirect(f"{site.url('desk_webhook', endpoint=added.id)}?done=webhook_added")


def endpoint(site: Site, request: Request, actor: Actor) -> Response:
    """Show one endpoint, its secret and its history. Three statements."""
    return _one(site, request, actor)


def act(site: Site, request: Request, actor: Actor) -> Response:
    """Change an endpoint, try it, or send something again; then show it again."""
    try:
        done = _do(site, request, actor, path_id(request, "endpoint"))
    except (Refused, Conflict) as error:
        return _one(site, request, actor, error)
    if done == "webhook_removed":
        return redirect(f"{site.url('desk_webhooks')}?done={done}")
    return redirect(f"{site.url('desk_webhook', endpoint=path_id(request, 'endpoint'))}?done={done}")


def _do(site: Site, request: Request, actor: Actor, key: UUID) -> str:
    webhooks, form = site.portal.webhooks, request.form
    match form.get("act", ""):
        case "change":
            name, url, events = form.get("name", ""), form.get("url", ""), form.get("events", "").split()
            webhooks.change(key, actor, name=name, url=url, events=events, write_back="write_back" in form)
            return "changed"
        case "rotate":
            webhooks.rotate(key, actor)
            return "webhook_rotated"
        case "ping":
            taken = webhooks.ping(key, actor).outcome is AttemptOutcome.DELIVERED
            return "webhook_delivered" if taken else "webhook_failed"
        case "disable" | "enable" | "remove" as verb:
            {"disable": webhooks.disable, "enable": webhooks.enable, "remove": webhooks.remove}[verb](key, actor)
            return f"webhook_{verb}d"
        case "replay":
            webhooks.replay(written_id(form.get("attempt", ""), "webhook_attempt"), actor)
            return "resend"
        case _:
            raise Refused("webhook.act_unknown", "Change, rotate, ping, disable, enable, remove or replay.", field="act")


def _listed(site: Site, request: Request, actor: Actor, error: LockportalError | None = None) -> Response:
    webhooks = site.portal.webhooks
    endpoints = webhooks.endpoints(actor)
    values = {
        "enabled": webhooks.enabled,
        "endpoints": endpoints,
        "names": {one.id: one.name for one in endpoints},
        "found": webhooks.attempts(actor, amiss=True, after=request.query.get("after") or None),
        "given": request.form,
        "key": str(site.portal.clock.new_id()),
    }
    return _page(site, request, actor, "desk_webhooks.html", values, error)


def _one(site: Site, request: Request, actor: Actor, error: LockportalError | None = None) -> Response:
    webhooks, key = site.portal.webhooks, path_id(request, "endpoint")
    values = {
        "endpoint": webhooks.endpoint(key, actor),
        "secret": webhooks.secret(key, actor),
        "found": webhooks.attempts(actor, endpoint_id=key, after=request.query.get("after") or None),
    }
    return _page(site, request, actor, "desk_webhook.html", values, error)


def _page(
    site: Site, request: Request, actor: Actor, template: str, values: dict[str, object], error: LockportalError | None
) -> Response:
    told = "" if error is None else WEBHOOK_REFUSED.get(error.code, "")
    fault = "" if error is None else site.templates.translate(told) if told else error.message
    around = {"fault": fault, "done": request.query.get("done", "")}
    answer = page(site, actor, template, {**around, **values}, here="desk_webhooks")
    return answer if error is None else evolve(answer, status=error.status)
