"""Calls, notes and credit at the desk: a call with what was promised or disputed in it, and the history as PDF."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Any, Final
from uuid import UUID

from lockportal.activities.history.models import CallDispute, CallPromise
from lockportal.activities.history.views import TimelineRow
from lockportal.activities.models import ActivitiesSettings
from lockportal.core.actor import Actor
from lockportal.core.errors import Conflict, LockportalError, Refused
from lockportal.core.money import EXPONENTS
from lockportal.disputes.models import Claim, DisputeCategory
from lockportal.documents.models import DocumentState
from lockportal.documents.service import Filter
from lockportal.promises.drafting import PromiseChoice
from lockportal.signing import draw_secret
from lockportal.web.dispute_words import DISPUTE_REFUSED
from lockportal.web.filters import read_amount, read_day
from lockportal.web.http import Request, Response, download, redirect
from lockportal.web.pages.accounts import customer_of, frame, path_id, written_id
from lockportal.web.promise_words import PROMISE_REFUSED
from lockportal.web.site import Site
from lockportal.web.work_words import CALL_REFUSED, said

_DOCUMENTS: Final = 100
_LONGEST_KEY: Final = 64
_ACCOUNT: Final = "account."
"""What stands for the account in one currency, where a promise is for no document."""


def write(site: Site, request: Request, actor: Actor) -> Response:
    """Keep a note about a customer; then show the customer again. Who writes nothing has written no note."""
    account_id, form = path_id(request, "account"), request.form
    back = site.url("desk_account", account=account_id)
    if not form.get("text", "").strip():
        return redirect(f"{back}#timeline")
    site.portal.activities.note(account_id, actor, text=form["text"], key=_key(form, "note"))
    return redirect(f"{back}?done=noted#timeline")


def ask(site: Site, request: Request, actor: Actor) -> Response:
    """Show the script of a call, and ask what came of it."""
    return _ask(site, request, actor, request.query)


def record(site: Site, request: Request, actor: Actor) -> Response:
    """Keep what came of a call; then show the customer again."""
    account_id = path_id(request, "account")
    try:
        site.portal.activities.call(account_id, actor, key=_key(request.form, "call"), **_wanted(request.form))
    except (Refused, Conflict) as error:
        return _ask(site, request, actor, request.form, error)
    return redirect(f"{site.url('desk_account', account=account_id)}?done=called#timeline")


def hold(site: Site, request: Request, actor: Actor) -> Response:
    """Hold new orders of a customer back, or let them go on; then show the customer again. Nothing is done without a reason."""
    account_id, form, credit = path_id(request, "account"), request.form, site.portal.activities.credit
    back = site.url("desk_account", account=account_id)
    reason, act = form.get("reason", ""), form.get("act", "")
    if act not in {"hold", "release"}:
        raise Refused("credit.act_unknown", "Hold or release.", field="act")
    if not reason.strip():
        return redirect(back)
    (credit.hold if act == "hold" else credit.release)(account_id, actor, reason=reason)
    return redirect(f"{back}?done=credit_{act}")


def history(site: Site, request: Request, actor: Actor) -> Response:
    """Hand out the timeline of a customer as a PDF: from a day to another, or all of it."""
    first, last = (read_day(request.query.get(name, "")) for name in ("from", "to"))
    tell = partial(_told, site)
    paper = site.portal.activities.history(path_id(request, "account"), actor, first=first, last=last, tell=tell)
    return download(paper.name, paper.media_type, paper.content)


def _told(site: Site, row: TimelineRow) -> str:
    return said(row, partial(site.templates.translate_into, site.portal.supplier.languages[0]))


def _ask(site: Site, request: Request, actor: Actor, given: Mapping[str, str], error: LockportalError | None = None) -> Response:
    customer = customer_of(site, request, actor)
    account_id, portal = customer.account_id, site.portal
    settings = portal.shell.settings(ActivitiesSettings)
    found = portal.documents.search(account_id, actor, Filter(state=DocumentState.OPEN), sort="due_on", limit=_DOCUMENTS)
    values = {
        "customer": customer,
        "contacts": portal.profiles.people(account_id, by=actor).items,
        "script": settings.call_script,
        "outcomes": settings.outcomes,
        "documents": [one for one in found.items if one.balance is not None and one.balance.minor > 0],
        "currencies": [one.currency for one in portal.ledger.position(account_id, actor)],
        "categories": tuple(DisputeCategory),
        "tasks": [one for one in portal.activities.tasks(actor, account_id=account_id).items if one.owner in {"", actor.id}],
        "given": given,
        "today": portal.ledger.today(),
        "key": draw_secret(),
        "fault": _fault(site, error),
    }
    return frame(site, actor, customer).page("desk_call.html", values, here="desk_account", status=422 if error else 200)


def _fault(site: Site, error: LockportalError | None) -> str:
    if error is None:
        return ""
    known = CALL_REFUSED.get(error.code) or PROMISE_REFUSED.get(error.code) or DISPUTE_REFUSED.get(error.code)
    return site.templates.translate(known or error.message)


def _key(form: Mapping[str, str], what: str) -> str | None:
    key = form.get("key", "")[:_LONGEST_KEY]
    return f"{what}/{key}" if key else None


def _wanted(form: Mapping[str, str]) -> dict[str, Any]:
    """Read what came of a call; Refused names the field that cannot be read."""
    return {
        "outcome": form.get("outcome", ""),
        "text": form.get("text", ""),
        "contact_id": _id(form, "contact"),
        "task_id": _id(form, "task"),
        "promise": _promise(form),
        "dispute": _dispute(form),
        "again_on": _day(form, "again_on"),
    }


def _promise(form: Mapping[str, str]) -> CallPromise | None:
    """Read what was promised: of a document, all of it without an amount; or an amount for the account."""
    what, on = form.get("promised", ""), _day(form, "promised_on")
    if not what:
        return None
    if on is None:
        raise Refused("promise.days", "Say by which day.", field="promised_on")
    whole, typed = what.startswith(_ACCOUNT), form.get("promised_amount", "").strip()
    document, _, code = what.rpartition(".")
    if code not in EXPONENTS:
        raise Refused("promise.currency", "Choose a currency.", field="promised")
    amount = read_amount(typed, code) if typed or whole else None
    if amount is None and (typed or whole):
        raise Refused("amount.unreadable", "Enter an amount, such as 1250.00.", field="promised_amount")
    if whole:
        return CallPromise(currency=code, on=on, amount=amount)
    choice = PromiseChoice(document_id=written_id(document, "document"), amount=amount)
    return CallPromise(currency=code, on=on, lines=(choice,))


def _dispute(form: Mapping[str, str]) -> CallDispute | None:
    """Read what was disputed: a document as a whole, of which so much would be right."""
    what = form.get("disputed", "")
    if not what:
        return None
    document, _, code = what.rpartition(".")
    category = form.get("category", "")
    if category not in set(DisputeCategory) or code not in EXPONENTS:
        raise Refused("dispute.category", "Say what is wrong.", field="category")
    expected = read_amount(form.get("expected", ""), code)
    if expected is None:
        raise Refused("amount.unreadable", "Enter an amount, such as 1250.00.", field="expected")
    claim = Claim(category=DisputeCategory(category), expected_amount=expected)
    return CallDispute(document_id=written_id(document, "document"), claims=(claim,))


def _id(form: Mapping[str, str], name: str) -> UUID | None:
    return written_id(form[name], name) if form.get(name) else None


def _day(form: Mapping[str, str], name: str) -> date | None:
    text = form.get(name, "").strip()
    found = read_day(text)
    if text and found is None:
        raise Refused("call.day_unreadable", "Enter a date, such as 2026-01-31.", field=name)
    return found
