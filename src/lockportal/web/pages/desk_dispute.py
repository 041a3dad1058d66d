"""One dispute at the desk: its papers side by side, what was written, and what can be done: ask, assign, decide, credit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from attrs import frozen

from lockportal.core.actor import Actor
from lockportal.core.errors import Conflict, LockportalError, Refused
from lockportal.disputes.models import Dispute
from lockportal.disputes.settings import DisputesSettings
from lockportal.disputes.states import AWAITING_CREDIT, UNDECIDED, DisputeStatus
from lockportal.disputes.views import DisputeDetails
from lockportal.documents.models import DocumentKind
from lockportal.documents.service import Filter
from lockportal.documents.views import DocumentRow
from lockportal.signing import draw_secret
from lockportal.uploads.views import UploadLine
from lockportal.web.http import Request, Response, download, redirect
from lockportal.web.pages.accounts import customer_of, frame, path_id
from lockportal.web.pages.desk_dispute_acts import do
from lockportal.web.pages.desk_disputes import departments_of, fault_of, reasons_of
from lockportal.web.site import Site
from lockportal.web.uploading import offered, told

_MEMOS: Final = 50
_BARE: Final = ("file.", "pdf.", "image.", "upload.")


@frozen(kw_only=True)
class DisputeActs:
    """What can be done about a dispute now."""

    decide: bool
    review: bool
    ask: bool
    credit: bool
    assign: bool
    reopen: bool


def show(site: Site, request: Request, actor: Actor) -> Response:
    """Show one dispute: its lines beside those of order and delivery, its thread, its files. Twelve statements at most."""
    return _shown(site, request, actor)


def act(site: Site, request: Request, actor: Actor) -> Response:
    """Do what a form says, at the revision that it showed; where somebody was faster, show what stands now and what was typed."""
    account_id, dispute_id = path_id(request, "account"), path_id(request, "dispute")
    try:
        done = do(site, request, actor, account_id, dispute_id)
    except (Refused, Conflict) as error:
        return _shown(site, request, actor, error)
    return redirect(site.url("desk_dispute", account=account_id, dispute=dispute_id) + f"?done={done}")


def hand_out(site: Site, request: Request, actor: Actor) -> Response:
    """Hand out one file of a dispute, as something that is saved and never run."""
    account_id, dispute_id = path_id(request, "account"), path_id(request, "dispute")
    found = site.portal.disputes.open_file(account_id, dispute_id, path_id(request, "evidence"), actor)
    return download(found.name, found.media_type, found.chunks, found.size)


def acts_of(site: Site, dispute: Dispute) -> DisputeActs:
    """Answer what can be done about a dispute now."""
    undecided = dispute.status in UNDECIDED
    supplier, now = site.portal.supplier, site.portal.clock.now()
    days = timedelta(days=site.portal.shell.settings(DisputesSettings).reopen_days)
    closed_at = dispute.closed_at
    return DisputeActs(
        decide=undecided,
        review=undecided and dispute.status is not DisputeStatus.IN_REVIEW,
        ask=undecided and dispute.status is not DisputeStatus.INFO_REQUESTED,
        credit=dispute.status in AWAITING_CREDIT,
        assign=dispute.live,
        reopen=(
            closed_at is not None and dispute.granted < dispute.amount and supplier.today(now) <= supplier.today(closed_at) + days
        ),
    )


def _shown(site: Site, request: Request, actor: Actor, error: Conflict | Refused | None = None) -> Response:
    customer, dispute_id = customer_of(site, request, actor), path_id(request, "dispute")
    account_id, disputes, portal = customer.account_id, site.portal.disputes, site.portal
    details = disputes.get(account_id, dispute_id, actor)
    dispute, acts = details.dispute, acts_of(site, details.dispute)
    papers = disputes.papers(account_id, dispute_id, actor)
    memos: Sequence[DocumentRow] = ()
    if acts.credit:
        memos = portal.documents.search(account_id, actor, Filter(kind=DocumentKind.CREDIT_MEMO), limit=_MEMOS).items
    values = {
        **offered(site),
        "dispute": dispute,
        "thread": details.thread,
        "lines": tuple(zip(dispute.lines, papers, strict=True)),
        "acts": acts,
        "memos": memos,
        "files": _files(site, actor, details),
        "names": {one.id: one.name or one.email for one in portal.profiles.contacts(account_id, by=actor)},
        "reasons": reasons_of(site),
        "departments": departments_of(site),
        "sla": details.sla,
        "typed": request.form,
        "key": draw_secret(),
        "fault": _fault(site, error),
        "done": request.query.get("done", ""),
    }
    status = 200 if error is None else error.status
    return frame(site, actor, customer).page("desk_dispute.html", values, here="desk_account_disputes", status=status)


def _files(site: Site, actor: Actor, details: DisputeDetails) -> Mapping[UUID, UploadLine]:
    """Answer by id the files that were sent about a dispute; where others are named, too, those about its document."""
    dispute, portal = details.dispute, site.portal
    account_id = dispute.account_id
    found = {one.id: one for one in portal.disputes.files(account_id, dispute.id, actor)}
    named = {*dispute.evidence, *(key for line in dispute.lines for key in line.evidence)}
    named |= {key for message in details.thread for key in message.files}
    if named - found.keys():
        about = portal.uploads.list(account_id, actor, document_id=dispute.document_id, limit=200)
        found |= {one.id: one for one in about.items}
    return found


def _fault(site: Site, error: LockportalError | None) -> str:
    if isinstance(error, Refused) and error.code.startswith(_BARE):
        return told(site, error)
    return fault_of(site, error)
