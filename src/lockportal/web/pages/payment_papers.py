"""The papers of a payment, for whoever may see it: its payer, who holds the link to its one document, and staff."""

from __future__ import annotations

from lockportal.core.actor import Actor
from lockportal.web.http import Request, Response, download
from lockportal.web.pages.accounts import path_id
from lockportal.web.site import Site


def receipt(site: Site, request: Request, actor: Actor) -> Response:
    """Hand out the receipt of a payment."""
    paper = site.portal.payments.receipt(path_id(request, "account"), path_id(request, "payment"), actor)
    return download(paper.name, paper.media_type, paper.content)


def remittance(site: Site, request: Request, actor: Actor) -> Response:
    """Hand out the remittance advice of a payment."""
    paper = site.portal.payments.remittance(path_id(request, "account"), path_id(request, "payment"), actor)
    return download(paper.name, paper.media_type, paper.content)
