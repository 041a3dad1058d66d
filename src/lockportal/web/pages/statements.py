"""The open-item statement of an account, as of any day, one for each currency: as a page and as PDF."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from attrs import frozen

from lockportal.core.actor import Actor
from lockportal.core.errors import Refused
from lockportal.core.money import EXPONENTS, Money, total
from lockportal.documents.views import Statement
from lockportal.web.aging import Segment, bar
from lockportal.web.filters import read_day
from lockportal.web.http import Request, Response, download
from lockportal.web.pages.accounts import customer_of, frame, path_id
from lockportal.web.site import Site
from lockportal.web.words import _


@frozen
class Sheet:
    """A statement with its aging drawn as a bar, and the sum of its open items."""

    statement: Statement
    bar: tuple[Segment, ...]
    open_items: Money


def show(site: Site, request: Request, actor: Actor) -> Response:
    """Show the statement of a day, today's if none is named, in one currency or in all."""
    customer, portal = customer_of(site, request, actor), site.portal
    today = portal.supplier.today(portal.clock.now())
    as_of, currency, error = _asked(request)
    made = () if error else portal.documents.statement(customer.account_id, actor, currency=currency, as_of=as_of)
    values = {
        "sheets": tuple(
            Sheet(one, bar(one.buckets), Money(one.balance.minor + one.unapplied.minor, one.currency))
            for one in site.in_order(made)
        ),
        "as_of": as_of or today,
        "today": today,
        "currency": currency,
        "error": error,
        "disputed": _disputed(site, actor, customer.account_id) if as_of in {None, today} else (),
        "promised": portal.promises.promised(customer.account_id, actor) if as_of in {None, today} else (),
    }
    return frame(site, actor, customer).page("statement.html", values, here="statement", status=422 if error else 200)


def _disputed(site: Site, actor: Actor, account_id: UUID) -> tuple[Money, ...]:
    """Answer how much is disputed, by currency."""
    shares = [share for share in site.portal.disputes.shares(account_id, actor).values() if share]
    codes = dict.fromkeys(share.currency for share in shares)
    return tuple(total([share for share in shares if share.currency == code], code) for code in codes)


def pdf(site: Site, request: Request, actor: Actor) -> Response:
    """Hand out the statement of one currency as PDF."""
    account_id = path_id(request, "account")
    as_of, currency, error = _asked(request)
    if error:
        raise Refused("statement.invalid", site.templates.translate(_("Enter a date, such as 2026-01-31, and a currency.")))
    wanted = currency or site.portal.supplier.currencies[0]
    paper = site.portal.documents.statement_pdf(account_id, actor, currency=wanted, as_of=as_of)
    return download(paper.name, paper.media_type, paper.content)


def _asked(request: Request) -> tuple[date | None, str | None, bool]:
    """Read the day and the currency; the last part says that one of them cannot be read."""
    day, currency = request.query.get("as_of", "").strip(), request.query.get("currency", "").strip().upper()
    as_of = read_day(day) if day else None
    wrong = (bool(day) and as_of is None) or (bool(currency) and currency not in EXPONENTS)
    return as_of, currency or None, wrong
