"""Deposits that are asked for against orders: customers pay them, the supplier's people ask for them and call them off."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from attrs import frozen

from lockportal.core.actor import Actor, Right
from lockportal.core.errors import Conflict, LockportalError, NotFound, Refused
from lockportal.core.money import EXPONENTS, Money
from lockportal.documents.service import Filter
from lockportal.documents.views import DocumentRow
from lockportal.payments.calling import Payer
from lockportal.payments.coming.views import DepositRow
from lockportal.payments.earmarks import ORDERS, DepositStatus
from lockportal.payments.methods import MethodKind
from lockportal.payments.payers import NextKind
from lockportal.signing import draw_secret
from lockportal.web.http import Request, Response, redirect
from lockportal.web.pages.accounts import customer_of, frame, offers_payment, path_id, written_id
from lockportal.web.pages.desk_payments import amount_of, day_of, fault_of, key_of
from lockportal.web.pages.payments_sheet import Desk, Way
from lockportal.web.paying import Fault
from lockportal.web.site import Site

_LONGEST_KEY: Final = 64
_ORDERS: Final = 100
"""So many orders are offered to ask for a deposit on, the newest first."""


@frozen
class Payable:
    """A deposit with the ways in which somebody can pay it now; none where they may not, or it is not asked for any more."""

    deposit: DepositRow
    ways: tuple[Way, ...] = ()
    fault: Fault | None = None


def listing(site: Site, request: Request, actor: Actor) -> Response:
    """Show the deposits on the orders that somebody may see, each that is asked for with the ways to pay it."""
    return _listed(site, request, actor)


def pay(site: Site, request: Request, actor: Actor) -> Response:
    """Pay a deposit, for what was shown; then go on to its payment."""
    account_id, deposit_id = path_id(request, "account"), path_id(request, "deposit")
    kind, key = _kind(request.form.get("method", "")), request.form.get("key", "")[:_LONGEST_KEY]
    found = next((one for one in site.portal.payments.deposits.list(account_id, actor) if one.id == deposit_id), None)
    if found is None:
        raise NotFound("deposit.not_found", "There is no such deposit.")
    home = site.url("payments", account=account_id)
    back = f"{site.guard.origin}{home}/{{payment}}/back"
    try:
        begun = site.portal.payments.start(
            account_id,
            actor,
            key=key if key.isascii() and key else None,
            currency=found.amount.currency,
            method=kind,
            deposit=deposit_id,
            expected=_shown(request.form.get(f"expected.{kind}", ""), found.amount.currency),
            payer=Payer(return_url=back, cancel_url=back, locale=site.templates.locale),
        )
    except (Refused, Conflict) as error:
        return _listed(site, request, actor, Fault(str(deposit_id), error.code, error.message))
    go = begun.next_action is not None and begun.next_action.kind is NextKind.REDIRECT
    return redirect(f"{home}/{begun.payment_id}" + ("?go=1" if go else ""))


def desk_listing(site: Site, request: Request, actor: Actor) -> Response:
    """Show the deposits of a customer, and ask for one."""
    return _desk(site, request, actor)


def ask(site: Site, request: Request, actor: Actor) -> Response:
    """Ask for a deposit on an order, or call one off; the same form sent again asks for nothing more."""
    account_id, form, deposits = path_id(request, "account"), request.form, site.portal.payments.deposits
    try:
        if form.get("act") == "cancel":
            deposits.cancel(account_id, written_id(form.get("deposit", ""), "deposit"), actor)
            done = "deposit_canceled"
        else:
            deposits.ask(
                account_id,
                written_id(form.get("document", ""), "document"),
                actor,
                amount=amount_of(form.get("amount", ""), _currency(site, form.get("currency", ""))),
                due_on=day_of(form["due_on"]) if form.get("due_on") else None,
                note=form.get("note", ""),
                key=key_of(request),
            )
            done = "deposit_asked"
    except (Refused, Conflict) as error:
        return _desk(site, request, actor, error)
    return redirect(f"{site.url('desk_deposits', account=account_id)}?done={done}")


def _listed(site: Site, request: Request, actor: Actor, fault: Fault | None = None) -> Response:
    customer = customer_of(site, request, actor)
    desk = Desk(site, actor, customer.account_id, customer.address.country)
    deposits = site.portal.payments.deposits.list(customer.account_id, actor)
    grant = actor.grant(customer.account_id)
    pays = grant is not None and Right.PAY in grant.rights and offers_payment(site)
    values = {
        "deposits": [_payable(desk, one, pays=pays) for one in deposits],
        "key": draw_secret(),
        "fault": fault,
    }
    return frame(site, actor, customer).page("deposits.html", values, here="payments", status=200 if fault is None else 422)


def _payable(desk: Desk, deposit: DepositRow, *, pays: bool) -> Payable:
    if deposit.status is not DepositStatus.ASKED or not pays:
        return Payable(deposit)
    currency, ways, fault = deposit.amount.currency, [], None
    for kind in desk.kinds(currency):
        try:
            quote = desk.site.portal.payments.quote(
                desk.account_id, desk.actor, currency=currency, method=kind, deposit=deposit.id
            )
        except Refused as error:
            fault = Fault(str(deposit.id), error.code, error.message)
            continue
        ways.append(Way(kind, quote.fee))
    return Payable(deposit, tuple(ways), None if ways else fault)


def _desk(site: Site, request: Request, actor: Actor, error: LockportalError | None = None) -> Response:
    customer = customer_of(site, request, actor)
    values = {
        "deposits": site.portal.payments.deposits.list(customer.account_id, actor),
        "orders": _orders(site, customer.account_id, actor),
        "currencies": site.portal.supplier.currencies,
        "given": request.form,
        "key": draw_secret(),
        "fault": fault_of(site, error),
        "done": request.query.get("done", ""),
    }
    status = 200 if error is None else error.status
    return frame(site, actor, customer).page("desk_deposits.html", values, here="desk_account_payments", status=status)


def _orders(site: Site, account_id: UUID, actor: Actor) -> Sequence[DocumentRow]:
    """Answer the orders that a deposit can be asked for on, the newest first. One statement for each of their kinds."""
    found = [
        row
        for kind in sorted(ORDERS)
        for row in site.portal.documents.search(account_id, actor, Filter(kind=kind), limit=_ORDERS).items
    ]
    return sorted(found, key=lambda row: row.issued_on, reverse=True)


def _kind(text: str) -> MethodKind:
    return MethodKind(text) if text in set(MethodKind) else MethodKind.CREDIT


def _currency(site: Site, text: str) -> str:
    return text if text in EXPONENTS else site.portal.supplier.currencies[0]


def _shown(text: str, currency: str) -> Money | None:
    """Answer the amount that the payer saw; where none can be read, one that no payment comes to."""
    try:
        return Money.of(text, currency)
    except ValueError:
        return Money(-1, currency)
