"""Who acts for a customer: the same list and forms for the customer's own administrators and, at the desk, for staff."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final
from uuid import UUID

from attrs import frozen

from lockportal.core.actor import Actor, ActorKind, Right
from lockportal.core.errors import Refused
from lockportal.web.http import Request, Response, redirect
from lockportal.web.pages.accounts import Frame, path_id
from lockportal.web.site import Site

_FIELDS: Final = frozenset({"email", "name", "phone", "language", "rights"})
_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


@frozen(kw_only=True)
class Fault:
    """What was refused: of which contact's form (None is the one that adds), at which field, and what had been entered."""

    contact_id: UUID | None
    field: str
    text: str
    form: Mapping[str, str]


def show(site: Site, request: Request, actor: Actor) -> Response:
    """Show who acts for this account and what each may do, with forms to change that."""
    return _page(site, request, actor)


def add(site: Site, request: Request, actor: Actor) -> Response:
    """Invite somebody."""
    account_id = path_id(request, "account")
    fault = added(site, request, actor, account_id)
    if fault is not None:
        return _page(site, request, actor, fault)
    return redirect(site.url("people", account=account_id) + "?done=invited")


def change(site: Site, request: Request, actor: Actor) -> Response:
    """Change what somebody may do, or remove them; who changed themselves goes on to the first page."""
    account_id = path_id(request, "account")
    done, fault = changed(site, request, actor, account_id)
    if fault is not None:
        return _page(site, request, actor, fault)
    grant = actor.grant(account_id)
    if grant is not None and str(grant.contact_id) == request.params["contact"]:
        return redirect(site.url("accounts"))
    return redirect(site.url("people", account=account_id) + f"?done={done}")


def added(site: Site, request: Request, actor: Actor, account_id: UUID) -> Fault | None:
    """Add the contact of a form; answer what is wrong with it, if anything is."""
    form = request.form
    try:
        site.portal.profiles.add_contact(
            account_id,
            form.get("email", ""),
            form.get("name", ""),
            _rights(form),
            by=actor,
            language=form.get("language", ""),
            invite=actor.kind is ActorKind.CUSTOMER or "invite" in form,
        )
    except Refused as error:
        return _fault(None, error, form)
    return None


def changed(site: Site, request: Request, actor: Actor, account_id: UUID) -> tuple[str, Fault | None]:
    """Change or remove the contact of a form; answer what was done, and what is wrong with it, if anything is."""
    contact_id = path_id(request, "contact")
    try:
        return _change(site, request.form, actor, account_id, contact_id), None
    except Refused as error:
        return "", _fault(contact_id, error, request.form)


def _change(site: Site, form: Mapping[str, str], actor: Actor, account_id: UUID, contact_id: UUID) -> str:
    act, profiles = form.get("act", ""), site.portal.profiles
    if act == "change":
        profiles.change_contact(account_id, contact_id, by=actor, name=form.get("name", ""), rights=_rights(form))
        return "changed"
    if act == "remove":
        profiles.disable_contact(account_id, contact_id, by=actor)
        return "removed"
    raise Refused("contact.act_unknown", "Change or remove a contact.", field="act")


def listed(site: Site, request: Request, actor: Actor, account_id: UUID, fault: Fault | None = None) -> Mapping[str, object]:
    """Answer what the list of people needs: a page of the active ones, one of the disabled ones, and what was refused."""
    profiles, grant = site.portal.profiles, actor.grant(account_id)
    return {
        "people": profiles.people(account_id, by=actor, after=request.query.get("people") or None),
        "former": profiles.people(account_id, by=actor, disabled=True, after=request.query.get("former") or None),
        "grantable": [right for right in Right if grant is None or right in grant.rights],
        "all_rights": tuple(Right),
        "me": None if grant is None else grant.contact_id,
        "fault": fault,
        "done": request.query.get("done", ""),
    }


def _page(site: Site, request: Request, actor: Actor, fault: Fault | None = None) -> Response:
    account_id = path_id(request, "account")
    account = site.portal.profiles.account(account_id, by=actor)
    frame = Frame(site=site, actor=actor, account_id=account_id, name=account.name)
    values = {
        **listed(site, request, actor, account_id, fault),
        "here_people": site.url("people", account=account_id),
        "staff": "",
        "signed_in": _NOTHING,
    }
    return frame.page("people.html", values, here="people", status=200 if fault is None else 422)


def _rights(form: Mapping[str, str]) -> tuple[Right, ...]:
    return tuple(right for right in Right if f"right.{right}" in form)


def _fault(contact_id: UUID | None, error: Refused, form: Mapping[str, str]) -> Fault:
    field = error.field if error.field in _FIELDS else ""
    return Fault(contact_id=contact_id, field=field or "", text=error.message, form=form)
