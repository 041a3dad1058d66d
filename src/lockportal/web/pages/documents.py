"""The documents of an account: the list with its filters, the list as CSV, one document, and what it is compared with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from lockportal.core.actor import Actor
from lockportal.core.errors import NotFound, Refused
from lockportal.core.money import Money
from lockportal.core.page import Page
from lockportal.documents.models import Document, DocumentState
from lockportal.documents.views import DocumentRow
from lockportal.web import comparison
from lockportal.web.disputing import can_be_disputed, held
from lockportal.web.filters import FIRST_SORT, read_search
from lockportal.web.http import Request, Response, download
from lockportal.web.pages.accounts import Frame, customer_of, frame, path_id, written_id
from lockportal.web.site import Site
from lockportal.web.spreadsheet import Cell, csv_lines

NOTHING: Final[Page[DocumentRow]] = Page(())
MOST_CHOSEN: Final = 100
"""So many documents are chosen at once; what is beyond is not carried from page to page."""
_HEAD: Final = (
    "Kind",
    "Number",
    "PO number",
    "Issued on",
    "Due on",
    "Currency",
    "Total",
    "Balance",
    "State",
    "Days overdue",
)


def listing(site: Site, request: Request, actor: Actor, *, hindrance: str = "") -> Response:
    """Show a page of the documents that the filter finds; a filter that cannot be read is shown with its faults.

    `hindrance` says why the documents that were chosen cannot be downloaded; they stay chosen.
    """
    customer = customer_of(site, request, actor)
    search = read_search(request.query)
    found = NOTHING
    if not search.errors:
        found = site.portal.documents.search(customer.account_id, actor, search.filter, sort=search.sort, after=search.after)
    chosen = tuple(dict.fromkeys(request.every("document")))[:MOST_CHOSEN]
    elsewhere = _elsewhere(site, actor, customer.account_id, set(chosen) - {str(row.id) for row in found.items})
    here = (row for row in found.items if str(row.id) in chosen)
    values = {
        "search": search,
        "found": found,
        "first_sort": FIRST_SORT,
        "chosen": chosen,
        "disputed": site.portal.disputes.shares(customer.account_id, actor),
        "chosen_sums": site.in_order(_sums((*here, *elsewhere))),
        "elsewhere": elsewhere,
        "carry": urlencode([("document", key) for key in chosen]),
        "hindrance": hindrance,
    }
    status = 422 if search.errors or hindrance else 200
    return frame(site, actor, customer).page("documents.html", values, here="documents", status=status)


def _elsewhere(site: Site, actor: Actor, account_id: UUID, keys: set[str]) -> tuple[Document, ...]:
    """Answer the documents that were chosen on other pages; none where one of them is nothing that may be seen."""
    try:
        return site.portal.documents.several(account_id, [written_id(key, "document") for key in sorted(keys)], actor)
    except NotFound:
        return ()


def _sums(rows: Iterable[DocumentRow | Document]) -> list[Money]:
    """Answer what is open of some documents, by currency."""
    open_amounts: dict[str, int] = defaultdict(int)
    for row in rows:
        if row.balance is not None:
            open_amounts[row.balance.currency] += row.balance.minor
    return [Money(minor, currency) for currency, minor in open_amounts.items()]


def export(site: Site, request: Request, actor: Actor) -> Response:
    """Hand out all that the filter finds, as CSV."""
    account_id = path_id(request, "account")
    search = read_search(request.query)
    if search.errors:
        name, advice = next(iter(search.errors.items()))
        raise Refused("filter.invalid", site.templates.translate(advice), field=name)
    rows = site.portal.documents.export(account_id, actor, search.filter)
    # The first row is fetched here, so that what is refused is answered as such and not in the midst of a file.
    rows = chain(tuple(islice(rows, 1)), rows)
    return download("documents.csv", "text/csv; charset=utf-8", csv_lines(_HEAD, _cells(rows)))


def show(site: Site, request: Request, actor: Actor) -> Response:
    """Show one document: its facts, its lines, what belongs to it, and what was posted to it."""
    account_id = path_id(request, "account")
    view = site.portal.documents.get(account_id, path_id(request, "document"), by=actor)
    lines = view.document.lines
    columns = {
        name
        for name in ("product_code", "ordered", "shipped", "received", "quantity", "unit_price", "discount", "tax")
        if any(getattr(line, name) not in {None, ""} for line in lines)
    }
    disputes = site.portal.disputes.about(account_id, view.document.id, actor)
    due_on, today = view.document.due_on, site.portal.supplier.today(site.portal.clock.now())
    late = due_on is not None and view.state is DocumentState.OVERDUE
    values = {
        "view": view,
        "document": view.document,
        "days_late": (today - due_on).days if due_on is not None and late else 0,
        "columns": columns,
        "wide": 1 + len(columns - {"product_code"}),
        "comparable": comparison.comparable(view),
        "disputable": can_be_disputed(view.document),
        "disputes": disputes,
        "disputed": held(disputes),
        "promised": site.portal.promises.shares(account_id, actor, [view.document.id]).get(view.document.id),
    }
    around = Frame(site=site, actor=actor, account_id=account_id, name=view.customer_name)
    return around.page("document.html", values, here="documents")


def compare(site: Site, request: Request, actor: Actor) -> Response:
    """Show what was ordered, shipped, received and billed, line against line."""
    customer, document_id = customer_of(site, request, actor), path_id(request, "document")
    found = site.portal.documents.three_way(customer.account_id, document_id, by=actor)
    papers = (*found.orders, *found.deliveries, *found.receipts, *found.invoices)
    lines = comparison.compare(found.lines)
    values = {
        "document": next(one for one in papers if one.id == document_id),
        "found": found,
        "sides": comparison.sides_of(found),
        "lines": lines,
        "columns": comparison.columns_of(found.lines),
        "differing": sum(1 for one in lines if not one.agrees),
    }
    return frame(site, actor, customer).page("comparison.html", values, here="documents")


def _cells(rows: Iterable[DocumentRow]) -> Iterator[tuple[Cell, ...]]:
    for row in rows:
        currency = next((money.currency for money in (row.total, row.balance) if money is not None), "")
        yield (
            row.kind.value,
            row.number,
            row.po_number,
            row.issued_on,
            row.due_on,
            currency,
            row.total,
            row.balance,
            row.state.value,
            row.overdue_days,
        )
