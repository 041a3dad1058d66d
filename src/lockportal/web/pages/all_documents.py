"""The documents of every account that a person may view, in one list."""

from __future__ import annotations

from lockportal.core.actor import Actor, Right
from lockportal.web.filters import FIRST_SORT, read_search
from lockportal.web.http import Request, Response
from lockportal.web.pages.accounts import offers_payment
from lockportal.web.pages.documents import NOTHING
from lockportal.web.site import Site


def show(site: Site, request: Request, actor: Actor) -> Response:
    """Show a page of what the filter finds in all accounts, each document with whose it is. Two statements."""
    search, portal = read_search(request.query), site.portal
    found = NOTHING
    if not search.errors:
        found = portal.documents.search_all(actor, search.filter, sort=search.sort, after=search.after)
    whose = portal.profiles.accounts_of(actor, among={row.account_id for row in found.items}) if found.items else ()
    values = {
        "search": search,
        "found": found,
        "first_sort": FIRST_SORT,
        "names": {one.account_id: one.name for one in whose},
        "payers": actor.accounts(Right.PAY) if offers_payment(site) else (),
        "form_token": site.guard.session_token(actor),
    }
    return site.page("all_documents.html", values, status=422 if search.errors else 200)
