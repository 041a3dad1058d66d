"""The first page of an account: what is owed, what is due, what can be done. And the choice between several accounts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from attrs import frozen

from lockportal.core.actor import Actor, Right
from lockportal.core.money import Money
from lockportal.documents.models import DocumentState
from lockportal.documents.service import Filter
from lockportal.ledger.views import AccountBalance, Position
from lockportal.web.aging import Segment, bar
from lockportal.web.http import Request, Response, redirect
from lockportal.web.pages.accounts import customer_of, frame
from lockportal.web.site import Site

_FIRST: Final = 5


@frozen
class CreditLine:
    """The credit limit and what is left of it, in its own currency; `percent` of it is used, 100 at most."""

    limit: Money
    used: Money
    left: Money
    percent: int
    exceeded: bool


@frozen
class Standing:
    """Where the account stands in one currency, with the aging drawn as a bar."""

    position: Position
    bar: tuple[Segment, ...]


def choose(site: Site, request: Request, actor: Actor) -> Response:
    """Go to the only account, or tell somebody who acts for several what each owes, and let them choose one."""
    accounts = actor.accounts(Right.VIEW)
    if len(accounts) == 1:
        return redirect(site.url("home", account=accounts[0]))
    kept = actor.accounts(Right.USERS)
    if kept and not accounts:
        return redirect(site.url("people", account=kept[0]))
    shown = site.portal.profiles.accounts(actor, after=request.query.get("after") or None)
    owed: dict[UUID, list[AccountBalance]] = defaultdict(list)
    for one in site.portal.ledger.balances((choice.account_id for choice in shown.items), actor) if shown.items else ():
        owed[one.account_id].append(one)
    values = {
        "accounts": shown,
        "owed": {account_id: site.in_order(several) for account_id, several in owed.items()},
        "totals": site.in_order(site.portal.ledger.aging(actor)) if shown.items else (),
        "form_token": site.guard.session_token(actor),
    }
    return site.page("accounts.html", values)


def show(site: Site, request: Request, actor: Actor) -> Response:
    """Show the balance, what is overdue and due next, the aging, the credit, and what to settle first."""
    customer, portal = customer_of(site, request, actor), site.portal
    positions = portal.ledger.position(customer.account_id, by=actor)
    still_open = Filter(state=DocumentState.OPEN)
    first = portal.documents.search(customer.account_id, actor, still_open, sort="due_on", limit=_FIRST)
    values = {
        "standings": standings(site, positions),
        "credit_line": _credit_line(customer.credit_limit, positions),
        "customer": customer,
        "first": first,
    }
    return frame(site, actor, customer).page("home.html", values, here="home")


def standings(site: Site, positions: Sequence[Position]) -> tuple[Standing, ...]:
    """Answer where an account stands, the supplier's first currency first."""
    return tuple(Standing(one, bar(one.buckets)) for one in site.in_order(positions))


def _credit_line(limit: Money | None, positions: Sequence[Position]) -> CreditLine | None:
    if limit is None or limit.minor <= 0:
        return None
    owed = next((one.balance for one in positions if one.currency == limit.currency), Money.zero(limit.currency))
    used = max(owed, Money.zero(limit.currency))
    return CreditLine(
        limit=limit,
        used=used,
        left=max(limit - used, Money.zero(limit.currency)),
        percent=min(100, used.minor * 100 // limit.minor),
        exceeded=used > limit,
    )
