"""A dispute is begun from a document: which lines, what is expected of each, what that comes to; kept as a draft, or sent.

At the desk, staff open it on behalf of the customer, by the same page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from attrs import frozen

from lockportal.core.actor import Actor, ActorKind
from lockportal.core.errors import Conflict, LockportalError, NotFound, Refused
from lockportal.disputes.amounts import currency_of
from lockportal.disputes.models import LONGEST_NOTE, LONGEST_TEXT, Dispute, DisputeCategory
from lockportal.disputes.settings import DisputesSettings
from lockportal.disputes.states import DisputeStatus
from lockportal.disputes.suggesting import SuggestedClaim
from lockportal.disputes.views import DisputePreview
from lockportal.documents.views import DocumentView
from lockportal.signing import draw_secret
from lockportal.web.dispute_words import DISPUTE_REFUSED, reason_label
from lockportal.web.disputing import (
    WHOLE,
    can_be_disputed,
    choosable,
    claim_of,
    of_draft,
    of_form,
    of_keys,
    reasons_of,
    rows_of,
    undisputed,
)
from lockportal.web.http import Request, Response, redirect
from lockportal.web.pages.accounts import Frame, path_id, written_id
from lockportal.web.site import Site

_LONGEST_KEY: Final = 64


@frozen(kw_only=True)
class Begun:
    """What the page begins with: what was typed of each line and of the whole, and the draft that it comes from."""

    lines: Sequence[Mapping[str, str]]
    said: Mapping[str, str]
    checked: bool = False


def ask(site: Site, request: Request, actor: Actor) -> Response:
    """Ask which lines are wrong, then what is expected of each."""
    draft = request.query.get("draft", "")
    if draft:
        kept = _draft(site, request, actor, draft)
        said = {"reason": kept.reason, "note": kept.note, "draft": draft}
        return _page(site, request, actor, Begun(lines=of_draft(kept), said=said))
    return _page(site, request, actor, Begun(lines=of_keys(request.every("line")), said={}))


def send(site: Site, request: Request, actor: Actor) -> Response:
    """Say what it comes to, keep a draft, or send the dispute; the same form sent again sends no second one."""
    account_id, document_id, form = path_id(request, "account"), path_id(request, "document"), request.form
    begun, disputes = Begun(lines=of_form(form), said=form, checked=True), site.portal.disputes
    try:
        given = _given(site, request, actor, begun)
        if form.get("act") == "preview":
            claims = given["claims"]
            preview = disputes.preview(account_id, document_id, actor, claims=claims)
            return _page(site, request, actor, begun, preview=preview)
        step = disputes.draft if form.get("act") == "draft" else disputes.open
        kept = step(account_id, document_id, actor, **given)
    except (Refused, Conflict) as error:
        return _page(site, request, actor, begun, error)
    done = "dispute_drafted" if kept.status is DisputeStatus.DRAFT else "dispute_opened"
    if actor.kind is ActorKind.HOLDER:
        return redirect(f"{site.url('new_dispute', account=account_id, document=document_id)}?done={done}")
    if actor.kind is ActorKind.STAFF:
        return redirect(f"{site.url('desk_dispute', account=account_id, dispute=kept.id)}?done=dispute_recorded")
    return redirect(f"{site.url('dispute', account=account_id, dispute=kept.id)}?done={done}")


def refusal_of(site: Site, error: LockportalError | None) -> str:
    """Say in the reader's language what was refused."""
    return "" if error is None else site.templates.translate(DISPUTE_REFUSED.get(error.code) or error.message)


def _given(site: Site, request: Request, actor: Actor, begun: Begun) -> dict[str, Any]:
    form, key = request.form, request.form.get("key", "")[:_LONGEST_KEY]
    view = site.portal.documents.get(path_id(request, "account"), path_id(request, "document"), actor)
    currency = currency_of(view.document)
    return {
        "claims": [claim_of(line, currency) for line in begun.lines],
        "reason": form.get("reason", ""),
        "note": form.get("note", ""),
        "draft_id": written_id(form["draft"], "dispute") if form.get("draft") else None,
        "key": f"dispute/{form.get('act', '')}/{key}" if key.isascii() and key else None,
    }


def _draft(site: Site, request: Request, actor: Actor, key: str) -> Dispute:
    found = site.portal.disputes.get(path_id(request, "account"), written_id(key, "dispute"), actor).dispute
    if found.status is not DisputeStatus.DRAFT or found.document_id != path_id(request, "document"):
        raise NotFound("dispute.not_found", "There is no such draft.")
    return found


def _page(
    site: Site,
    request: Request,
    actor: Actor,
    begun: Begun,
    error: LockportalError | None = None,
    *,
    preview: DisputePreview | None = None,
) -> Response:
    account_id, document_id = path_id(request, "account"), path_id(request, "document")
    view = site.portal.documents.get(account_id, document_id, actor)
    about = site.portal.disputes.about(account_id, document_id, actor)
    suggested = _suggested(site, actor, view, about)
    settings, translate = site.portal.shell.settings(DisputesSettings), site.templates.translate
    rows = rows_of(view.document, begun.lines, suggested, checked=begun.checked) if can_be_disputed(view.document) else ()
    values = {
        "document": view.document,
        "open": can_be_disputed(view.document),
        "left": undisputed(view.document.balance, about),
        "about": about,
        "lines": choosable(view.document, suggested) if can_be_disputed(view.document) else (),
        "whole": WHOLE,
        "rows": rows,
        "faults": {row.number: translate(DISPUTE_REFUSED.get(row.fault, row.fault)) for row in rows if row.fault},
        "said": begun.said,
        "categories": tuple(DisputeCategory),
        "reasons": {
            category: [(one.code, reason_label(settings, one.code, translate)) for one in found]
            for category, found in reasons_of(settings, internal=actor.kind is ActorKind.STAFF).items()
        },
        "preview": preview,
        "longest_note": LONGEST_NOTE,
        "longest_text": LONGEST_TEXT,
        "fault": refusal_of(site, error),
        "done": request.query.get("done", ""),
        "key": draw_secret(),
    }
    around = Frame(site=site, actor=actor, account_id=account_id, name=view.customer_name)
    return around.page("dispute_new.html", values, here="documents", status=422 if error else 200)


def _suggested(site: Site, actor: Actor, view: DocumentView, about: Sequence[Dispute]) -> tuple[SuggestedClaim, ...]:
    """Answer what papers say otherwise of lines that nobody disputes yet; who holds a link to the one document sees no others."""
    if actor.kind is ActorKind.HOLDER or not can_be_disputed(view.document):
        return ()
    known = {line.line for one in about if one.live for line in one.lines}
    found = site.portal.disputes.suggest(view.document.account_id, view.document.id, actor)
    return tuple(one for one in found if one.claim.line not in known)
