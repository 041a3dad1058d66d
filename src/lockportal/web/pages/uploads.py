"""Files that a customer sends, and those that staff put there: the same page for both, each in their own frame."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from lockportal.core.actor import Actor, ActorKind
from lockportal.core.errors import Refused
from lockportal.signing import draw_secret
from lockportal.web.http import Request, Response, download, redirect
from lockportal.web.pages.accounts import customer_of, frame, path_id, written_id
from lockportal.web.site import Site
from lockportal.web.uploading import offered, sent_file, told

_LONGEST_KEY: Final = 200


def show(site: Site, request: Request, actor: Actor) -> Response:
    """Show the form and what was sent, about one document if it is named."""
    return _page(site, request, actor, request.query.get("document", ""))


def send(site: Site, request: Request, actor: Actor) -> Response:
    """Keep a file of the form; what is wrong with it is told on the same page, its note kept."""
    account_id, form = path_id(request, "account"), request.form
    about, key = form.get("document", ""), form.get("key", "")[:_LONGEST_KEY]
    document_id = _document(about)
    try:
        file = sent_file(request)
        site.portal.uploads.send(
            account_id,
            file.content,
            file.name,
            actor,
            document_id=document_id,
            note=form.get("note", ""),
            key=key if key.isascii() and key else None,
        )
    except Refused as error:
        return _page(site, request, actor, about, told(site, error))
    area = "desk_" if actor.kind is ActorKind.STAFF else ""
    behind = "" if document_id is None else f"&document={document_id}"
    return redirect(f"{site.url(f'{area}uploads', account=account_id)}?done=sent{behind}")


def hand_out(site: Site, request: Request, actor: Actor) -> Response:
    """Hand out one file, as something that is saved and never run."""
    found = site.portal.uploads.open(path_id(request, "account"), path_id(request, "upload"), by=actor)
    return download(found.name, found.media_type, found.chunks, found.size)


def remove(site: Site, request: Request, actor: Actor) -> Response:
    """Take a file away; then show the others."""
    account_id = path_id(request, "account")
    site.portal.uploads.remove(account_id, path_id(request, "upload"), by=actor)
    return redirect(f"{site.url('desk_uploads', account=account_id)}?done=upload_removed")


def _document(text: str) -> UUID | None:
    return written_id(text, "document") if text else None


def _page(site: Site, request: Request, actor: Actor, about: str, fault: str = "") -> Response:
    customer, document_id = customer_of(site, request, actor), _document(about)
    account_id, portal = customer.account_id, site.portal
    document = None if document_id is None else portal.documents.get(account_id, document_id, by=actor).document
    after = request.query.get("after") or None
    values = {
        **offered(site),
        "found": portal.uploads.list(account_id, actor, document_id=document_id, after=after),
        "document": document,
        "key": draw_secret(),
        "note": request.form.get("note", ""),
        "fault": fault,
        "done": request.query.get("done", ""),
    }
    return frame(site, actor, customer).page("uploads.html", values, here="uploads", status=422 if fault else 200)
