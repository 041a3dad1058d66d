"""A customer's disputes: the list, one with what happened, what was written and its files, and what can be done with it."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

from lockportal.core.actor import Actor
from lockportal.core.errors import Conflict, LockportalError, Refused
from lockportal.disputes.models import LONGEST_TEXT, Dispute
from lockportal.disputes.settings import DisputesSettings
from lockportal.disputes.states import UNDECIDED, DisputeStatus
from lockportal.disputes.views import DisputeDetails, DisputeFilter
from lockportal.signing import draw_secret
from lockportal.uploads.models import NOTE
from lockportal.web.dispute_words import reason_label
from lockportal.web.disputing import undisputed
from lockportal.web.http import Request, Response, download, redirect
from lockportal.web.pages.accounts import customer_of, frame, path_id
from lockportal.web.pages.disputes_opening import refusal_of
from lockportal.web.site import Site
from lockportal.web.uploading import FILE, offered, sent_file, told

PAGE: Final = 50
"""So many disputes stand on one page."""
_LONGEST_KEY: Final = 64
_LISTS: Final = {
    "open": DisputeFilter(open=True),
    "closed": DisputeFilter(open=False),
    "drafts": DisputeFilter(drafts=True),
}


def listing(site: Site, request: Request, actor: Actor) -> Response:
    """Show an account's disputes, the last changed first: the open ones, the closed ones, or drafts."""
    customer = customer_of(site, request, actor)
    which = request.query.get("list", "open")
    which = which if which in _LISTS else "open"
    after = request.query.get("after") or None
    found = site.portal.disputes.list(actor, _LISTS[which], account_id=customer.account_id, after=after, limit=PAGE)
    values = {"found": found, "which": which, "lists": tuple(_LISTS), "done": request.query.get("done", "")}
    return frame(site, actor, customer).page("disputes.html", values, here="payments")


def show(site: Site, request: Request, actor: Actor) -> Response:
    """Show one dispute."""
    return _page(site, request, actor)


def act(site: Site, request: Request, actor: Actor) -> Response:
    """Send a draft, withdraw a dispute, or take a closed one up again."""
    account_id, dispute_id, form = path_id(request, "account"), path_id(request, "dispute"), request.form
    disputes, key = site.portal.disputes, _key(request)
    try:
        if form.get("act") == "send":
            draft = disputes.get(account_id, dispute_id, actor).dispute
            disputes.open(account_id, draft.document_id, actor, draft_id=dispute_id, key=key)
            done = "dispute_opened"
        elif form.get("act") == "reopen":
            disputes.reopen(account_id, dispute_id, actor, key=key)
            done = "dispute_reopened"
        else:
            before = disputes.get(account_id, dispute_id, actor).dispute
            disputes.withdraw(account_id, dispute_id, actor, key=key)
            done = "dispute_withdrawn"
            if before.status is DisputeStatus.DRAFT:
                return redirect(f"{site.url('disputes', account=account_id)}?done=dispute_discarded")
    except (Refused, Conflict) as error:
        return _page(site, request, actor, refusal_of(site, error))
    return _back(site, account_id, dispute_id, done)


def write(site: Site, request: Request, actor: Actor) -> Response:
    """Take what a customer writes, and a file with it; with a draft stand files alone, as nobody reads it yet."""
    account_id, dispute_id, form = path_id(request, "account"), path_id(request, "dispute"), request.form
    disputes, key = site.portal.disputes, _key(request)
    draft = disputes.get(account_id, dispute_id, actor).dispute.status is DisputeStatus.DRAFT
    try:
        files = []
        if draft or FILE in request.files:
            file, sent = sent_file(request), f"file/{key}" if key else None
            files.append(disputes.attach(account_id, dispute_id, file.content, file.name, actor, key=sent))
        if not draft:
            disputes.write(account_id, dispute_id, actor, text=form.get("text", ""), files=files, key=key)
    except (Refused, Conflict) as error:
        return _page(site, request, actor, _fault(site, error))
    return _back(site, account_id, dispute_id, "dispute_file" if draft else "dispute_written")


def hand_out(site: Site, request: Request, actor: Actor) -> Response:
    """Hand out one file of a dispute, as something that is saved and never run."""
    account_id, dispute_id = path_id(request, "account"), path_id(request, "dispute")
    found = site.portal.disputes.open_file(account_id, dispute_id, path_id(request, "evidence"), actor)
    return download(found.name, found.media_type, found.chunks, found.size)


def _back(site: Site, account_id: UUID, dispute_id: UUID, done: str) -> Response:
    return redirect(f"{site.url('dispute', account=account_id, dispute=dispute_id)}?done={done}")


def _fault(site: Site, error: LockportalError) -> str:
    if isinstance(error, Refused) and not error.code.startswith("dispute."):
        return told(site, error)
    return refusal_of(site, error)


def _key(request: Request) -> str | None:
    key = request.form.get("key", "")[:_LONGEST_KEY]
    return f"dispute/{request.form.get('act', '')}/{key}" if key.isascii() and key else None


def _page(site: Site, request: Request, actor: Actor, fault: str = "") -> Response:
    customer, disputes = customer_of(site, request, actor), site.portal.disputes
    account_id, dispute_id = customer.account_id, path_id(request, "dispute")
    details = disputes.get(account_id, dispute_id, actor)
    dispute = details.dispute
    files = disputes.files(account_id, dispute_id, actor)
    document = site.portal.documents.get(account_id, dispute.document_id, actor).document
    settings = site.portal.shell.settings(DisputesSettings)
    left = undisputed(document.balance, disputes.about(account_id, document.id, actor))
    values = {
        **offered(site),
        "dispute": dispute,
        "thread": details.thread,
        "asked": _asked(details),
        "document": document,
        "left": left if left is not None and left.minor > 0 else None,
        "reason": reason_label(settings, dispute.reason, site.templates.translate) if dispute.reason else "",
        "files": files,
        "names": {one.id: one for one in files},
        "mine": None if (grant := actor.grant(account_id)) is None else grant.contact_id,
        "draft": dispute.status is DisputeStatus.DRAFT,
        "may_withdraw": dispute.status in UNDECIDED,
        "may_reopen": _may_reopen(site, dispute, settings),
        "longest_text": LONGEST_TEXT,
        "longest_note": NOTE,
        "fault": fault,
        "text": request.form.get("text", ""),
        "done": request.query.get("done", ""),
        "key": draw_secret(),
    }
    return frame(site, actor, customer).page("dispute.html", values, here="payments", status=422 if fault else 200)


def _asked(details: DisputeDetails) -> str:
    """Answer what the supplier wants to know, while they wait for it."""
    if details.dispute.status is not DisputeStatus.INFO_REQUESTED:
        return ""
    return next((one.text for one in reversed(details.thread) if one.by == "staff"), "")


def _may_reopen(site: Site, dispute: Dispute, settings: DisputesSettings) -> bool:
    """Say whether a closed dispute can still be taken up again."""
    if dispute.closed_at is None or dispute.opened_at is None or dispute.amount == dispute.granted:
        return False
    last = site.portal.supplier.today(dispute.closed_at) + timedelta(days=settings.reopen_days)
    return site.portal.supplier.today(site.portal.clock.now()) <= last
