"""What is taken home of an account's documents: each as PDF or e-invoice, its files, several in one file."""

from __future__ import annotations

from typing import Final, Literal
from uuid import UUID

from lockportal.core.actor import Actor
from lockportal.core.errors import LockportalError, NotFound, Refused
from lockportal.documents.ports import Syntax
from lockportal.documents.views import Paper
from lockportal.web.http import Request, Response, download
from lockportal.web.pages.accounts import path_id, written_id
from lockportal.web.pages.documents import listing
from lockportal.web.site import Site
from lockportal.web.words import _

_FORMS: Final[dict[str, Literal["zip", "pdf"]]] = {"zip": "zip", "pdf": "pdf"}


def pdf(site: Site, request: Request, actor: Actor) -> Response:
    """Hand out a document's PDF."""
    return _paper(site.portal.documents.pdf(path_id(request, "account"), path_id(request, "document"), by=actor))


def einvoice(site: Site, request: Request, actor: Actor) -> Response:
    """Hand out an invoice or credit memo as e-invoice."""
    if request.params["syntax"] not in set(Syntax):
        raise NotFound("page.not_found")
    account_id, document_id, syntax = path_id(request, "account"), path_id(request, "document"), Syntax(request.params["syntax"])
    return _paper(site.portal.documents.einvoice(account_id, document_id, actor, syntax))


def file(site: Site, request: Request, actor: Actor) -> Response:
    """Hand out one file of a document."""
    account_id, document_id = path_id(request, "account"), path_id(request, "document")
    found = site.portal.documents.open_file(account_id, document_id, path_id(request, "file"), by=actor)
    return download(found.name, found.media_type, found.chunks, found.size)


def bundle(site: Site, request: Request, actor: Actor) -> Response:
    """Hand out the documents that were chosen in the list, in one file; what hinders it is told above the list."""
    account_id, chosen = path_id(request, "account"), _chosen(request)
    if not chosen:
        return listing(site, request, actor, hindrance=site.templates.translate(_("Choose the documents to download first.")))
    try:
        found = site.portal.documents.bundle(account_id, chosen, actor, _FORMS.get(request.query.get("form", ""), "zip"))
    except (NotFound, Refused) as error:
        if not _may_be_mended(error):
            raise
        return listing(site, request, actor, hindrance=error.message)
    return download(found.name, found.media_type, found.chunks, found.size)


def _chosen(request: Request) -> tuple[UUID, ...]:
    return tuple(written_id(text, "document") for text in request.every("document"))


def _may_be_mended(error: LockportalError) -> bool:
    """Say whether another choice helps; what may not be had answers as what is not there."""
    return error.code == "document.no_paper" or error.code.startswith("bundle.")


def _paper(paper: Paper) -> Response:
    return download(paper.name, paper.media_type, paper.content, len(paper.content))
