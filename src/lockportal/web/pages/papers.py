"""The supplier's own papers, which every customer may have: its tax form, a letter of its bank, certificates."""

from __future__ import annotations

from lockportal.core.actor import Actor
from lockportal.web.http import Request, Response, download
from lockportal.web.pages.accounts import customer_of, frame, path_id
from lockportal.web.site import Site


def show(site: Site, request: Request, actor: Actor) -> Response:
    """List the papers that are offered today."""
    customer = customer_of(site, request, actor)
    values = {"papers": site.portal.documents.papers(actor)}
    return frame(site, actor, customer).page("papers.html", values, here="papers")


def hand_out(site: Site, request: Request, actor: Actor) -> Response:
    """Hand out one paper."""
    account_id, paper_id = path_id(request, "account"), path_id(request, "paper")
    found = site.portal.documents.open_paper(paper_id, by=actor, account_id=account_id)
    return download(found.name, found.media_type, found.chunks, found.size)
