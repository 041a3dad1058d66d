"""Disputes at the desk: the queue with its filters, one customer's disputes, and giving several to somebody at once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final
from uuid import UUID

from attrs import evolve

from lockportal.core.actor import Actor
from lockportal.core.errors import LockportalError, NotFound, Refused
from lockportal.core.page import Page
from lockportal.disputes.models import DisputeCategory
from lockportal.disputes.service import DisputeRef
from lockportal.disputes.settings import DisputesSettings
from lockportal.disputes.states import DisputeStatus
from lockportal.disputes.views import DisputeRow, SlaState
from lockportal.web.desk_dispute_words import DESK_DISPUTE_REFUSED, DISPUTE_SCOPES, DISPUTE_SORTS
from lockportal.web.dispute_filters import DisputeSearch, read_dispute_search
from lockportal.web.dispute_words import DISPUTE_REFUSED, reason_label
from lockportal.web.http import Request, Response, redirect
from lockportal.web.pages.accounts import customer_of, frame, written_id
from lockportal.web.pages.desk import page
from lockportal.web.site import Site

LIST: Final = 50
_NOTHING: Final[Page[DisputeRow]] = Page(())
_PICK: Final = "pick."


def listing(site: Site, request: Request, actor: Actor) -> Response:
    """Show a page of the disputes of the whole book that the filter finds. One statement."""
    return _listing(site, request, actor)


def account_listing(site: Site, request: Request, actor: Actor) -> Response:
    """Show a page of one customer's disputes that the filter finds. Two statements."""
    customer, search = customer_of(site, request, actor), _search(site, request, actor, "all")
    values = {**_values(site, actor, search, customer.account_id), "whole": False}
    status = 422 if search.errors else 200
    return frame(site, actor, customer).page("desk_disputes.html", values, here="desk_account_disputes", status=status)


def assign(site: Site, request: Request, actor: Actor) -> Response:
    """Give the disputes that were ticked to somebody; those that somebody else changed meanwhile are told, and stay ticked."""
    form = request.form
    try:
        refs = _chosen(form)
        owner, department = _assignee(form, actor)
        done = site.portal.disputes.assign_many(refs, actor, owner=owner, department=department)
    except Refused as error:
        return _listing(site, request, actor, error)
    kept = ".".join(str(one.dispute_id) for one in done if one.error)
    told = {"kept": kept} if kept else {"done": "dispute_assigned"}
    return redirect(site.url("desk_disputes") + _search(site, request, actor).query(**told))


def fault_of(site: Site, error: LockportalError | None) -> str:
    """Say in the reader's language what was refused."""
    if error is None:
        return ""
    return site.templates.translate(DESK_DISPUTE_REFUSED.get(error.code) or DISPUTE_REFUSED.get(error.code) or error.message)


def reasons_of(site: Site) -> Mapping[str, str]:
    """Answer what each reason of the settings is called, by its code."""
    settings = site.portal.shell.settings(DisputesSettings)
    return {one.code: reason_label(settings, one.code, site.templates.translate) for one in settings.reasons}


def departments_of(site: Site) -> tuple[str, ...]:
    """Answer the departments that the rules of the settings name."""
    settings = site.portal.shell.settings(DisputesSettings)
    return tuple(sorted({rule.department for rule in settings.routing if rule.department}))


def _listing(site: Site, request: Request, actor: Actor, error: Refused | None = None) -> Response:
    search = _search(site, request, actor)
    values = {
        **_values(site, actor, search, None),
        "frame": "desk_frame.html",
        "whole": True,
        "fault": fault_of(site, error),
        "kept": [one for one in request.query.get("kept", "").split(".") if one],
        "typed": request.form,
        "done": request.query.get("done", ""),
    }
    answer = page(site, actor, "desk_disputes.html", values, here="desk_disputes")
    return evolve(answer, status=422) if error or search.errors else answer


def _values(site: Site, actor: Actor, search: DisputeSearch, account_id: UUID | None) -> dict[str, object]:
    found = _NOTHING
    if not search.errors:
        disputes = site.portal.disputes
        found = disputes.list(actor, search.filter, account_id=account_id, order=search.order, after=search.after, limit=LIST)
    today = _today(site)
    return {
        "search": search,
        "found": found,
        "ages": {row.id: _age(site, row.opened_at, today) for row in found.items},
        "reasons": reasons_of(site),
        "departments": departments_of(site),
        "categories": [one.value for one in DisputeCategory],
        "states": [one.value for one in DisputeStatus if one is not DisputeStatus.DRAFT],
        "clocks": [one.value for one in SlaState],
        "dispute_sorts": DISPUTE_SORTS,
        "dispute_scopes": DISPUTE_SCOPES,
    }


def _search(site: Site, request: Request, actor: Actor, scope: str = "open") -> DisputeSearch:
    return read_dispute_search(request.query, actor.id, _today(site), site.portal.supplier.currencies[0], scope=scope)


def _assignee(form: Mapping[str, str], actor: Actor) -> tuple[str | None, str | None]:
    """Answer to whom and to which department; None leaves what stands."""
    owner, department = form.get("owner", "").strip(), form.get("department", "").strip()
    match form.get("act", ""):
        case "take":
            return actor.id, department or None
        case "release":
            return "", department or None
        case "assign" if owner or department:
            return owner or None, department or None
    raise Refused("dispute.nobody_named", "Say to whom, or to which department.", field="owner")


def _chosen(form: Mapping[str, str]) -> list[DisputeRef]:
    """Answer the disputes that were ticked; Refused `dispute.none_chosen` for none."""
    refs = [_ref(name, value) for name, value in form.items() if name.startswith(_PICK)]
    if not refs:
        raise Refused("dispute.none_chosen", "Choose at least one dispute.", field="dispute")
    return refs


def _ref(name: str, value: str) -> DisputeRef:
    """Read a box: its name has the dispute, its value the account and the revision that was seen."""
    account, _, seen = value.partition("/")
    if not seen.isdecimal():
        raise NotFound("dispute.not_found", "There is no such dispute.")
    return DisputeRef(
        account_id=written_id(account, "dispute"),
        dispute_id=written_id(name.removeprefix(_PICK), "dispute"),
        seen=int(seen),
    )


def _today(site: Site) -> date:
    return site.portal.supplier.today(site.portal.clock.now())


def _age(site: Site, opened_at: datetime | None, today: date) -> int:
    return 0 if opened_at is None else max((today - site.portal.supplier.today(opened_at)).days, 0)
