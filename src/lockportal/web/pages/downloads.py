"""What is taken home of an account's documents: each as PDF or e-invoice, its files, several in one file."""

from __future__ import annotations

from typing import Final, Literal
from uuid import UUID

from lockportal.access.models import AccessSettings
from lockportal.core.actor import Actor
from lockportal.core.errors import LockportalError, NotFound, Refused
from lockportal.documents.ports import Syntax
from lockportal.web.http import Request, Response, download
from lockportal.web.pages.accounts import Frame, path_id, written_id
from lockportal.web.pages.documents import listing
from lockportal.web.site import Site
from lockportal.web.words import _

_PDF: Final = "pdf"
_FILE: Final = "file"
_FORMS: Final[dict[str, Literal["zip", "pdf"]]] = {"zip": "zip", "pdf": "pdf"}


def pdf(site: Site, request: Request, actor: Actor) -> Response:
    """Hand out a document's PDF."""
    return _handed_out(site, path_id(request, "account"), path_id(request, "document"), actor, _PDF)


def einvoice(site: Site, request: Request, actor: Actor) -> Response:
    """Hand out an invoice or credit memo as e-invoice."""
    if request.params["syntax"] not in set(Syntax):
        raise NotFound("page.not_found")
    account_id, document_id = path_id(request, "account"), path_id(request, "document")
    return _handed_out(site, account_id, document_id, actor, request.params["syntax"])


def file(site: Site, request: Request, actor: Actor) -> Response:
    """Hand out one file of a document."""
    account_id, document_id = path_id(request, "account"), path_id(request, "document")
    return _handed_out(site, account_id, document_id, actor, _FILE, path_id(request, "file"))


def addresses(site: Site, request: Request, actor: Actor) -> Response:
    """List the signed addresses of whatever there is of a document, for another program to take it from."""
    account_id, document_id = path_id(request, "account"), path_id(request, "document")
    view = site.portal.documents.get(account_id, document_id, by=actor)

    def address(form: str, file_id: UUID | None = None) -> str:
        signed_url = site.portal.access.signed_urls.sign(account_id, document_id, form, by=actor, file_id=file_id)
        return site.url("download", token=signed_url.rpartition("/")[2])

    values = {
        "document": view.document,
        "forms": tuple((form, address(form)) for form in ((_PDF,) if view.has_paper else ()) + view.einvoices),
        "files": tuple((one, address(_FILE, one.id)) for one in view.files),
        "minutes": site.portal.shell.settings(AccessSettings).signed_url_minutes,
    }
    around = Frame(site=site, actor=actor, account_id=account_id, name=view.customer_name)
    return around.page("addresses.html", values, here="documents")


def signed(site: Site, request: Request, actor: Actor) -> Response:  # noqa: ARG001 - the address says in whose name
    """Hand out what a signed address stands for; one that serves no more answers as a page that there is not."""
    asked = site.portal.access.signed_urls.open(request.params["token"])
    by = asked.actor.peek() if request.method == "HEAD" else asked.actor
    return _handed_out(site, asked.account_id, asked.document_id, by, asked.form, asked.file_id)


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


def _handed_out(
    site: Site, account_id: UUID, document_id: UUID, actor: Actor, form: str, file_id: UUID | None = None
) -> Response:
    documents = site.portal.documents
    if form == _FILE and file_id is not None:
        found = documents.open_file(account_id, document_id, file_id, by=actor)
        return download(found.name, found.media_type, found.chunks, found.size)
    if form == _PDF:
        paper = documents.pdf(account_id, document_id, by=actor)
    elif form in set(Syntax):
        paper = documents.einvoice(account_id, document_id, actor, Syntax(form))
    else:
        raise NotFound("page.not_found")
    return download(paper.name, paper.media_type, paper.content, len(paper.content))
