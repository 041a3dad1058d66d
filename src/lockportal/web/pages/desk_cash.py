"""Cash at the desk: money that came by other ways is recorded, and what stands unapplied goes to the documents it is for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final
from uuid import UUID

from attrs import frozen

from lockportal.core.actor import Actor
from lockportal.core.errors import Conflict, LockportalError, Refused
from lockportal.core.money import EXPONENTS
from lockportal.documents.models import DocumentState
from lockportal.documents.service import Filter
from lockportal.documents.views import DocumentRow
from lockportal.payments.lines import CreditUse
from lockportal.payments.methods import BY_HAND, MethodKind
from lockportal.payments.planning import LineChoice
from lockportal.profiles.models import Customer
from lockportal.signing import draw_secret
from lockportal.web.http import Request, Response, redirect
from lockportal.web.pages.accounts import customer_of, frame, path_id, written_id
from lockportal.web.pages.desk import page
from lockportal.web.pages.desk_payments import amount_of, day_of, fault_of, key_of
from lockportal.web.site import Site

_LIST: Final = 50
_OPEN: Final = 200
"""So many open documents stand on one page, the longest due first."""
_PAY: Final = "pay."


@frozen(kw_only=True)
class Cash:
    """Money as somebody types it in: nothing of it is read yet."""

    method: str
    amount: str
    currency: str
    received_on: str
    reference: str
    discounts: bool


def credits_listing(site: Site, request: Request, actor: Actor) -> Response:
    """Show a page of the money that stands applied to nothing, the oldest first. One statement."""
    found = site.portal.payments.lists.unapplied(actor, after=request.query.get("after") or None, limit=_LIST)
    values = {"found": found, "done": request.query.get("done", "")}
    return page(site, actor, "desk_payment_credits.html", values, here="desk_credits")


def credit(site: Site, request: Request, actor: Actor) -> Response:
    """Show one unapplied credit beside what is open in its currency; the surest suggestion, or the one chosen, is filled in."""
    return _credit(site, request, actor)


def apply(site: Site, request: Request, actor: Actor) -> Response:
    """Apply credit to documents; then show what is left to do."""
    account_id, credit_id = path_id(request, "account"), path_id(request, "credit")
    try:
        currency = _currency(request.form.get("currency", ""))
        uses = [
            CreditUse(credit_id=credit_id, document_id=key, amount=amount_of(text, currency))
            for key, text in _typed(request.form).items()
        ]
        site.portal.payments.apply(account_id, uses, actor, key=key_of(request))
    except (Refused, Conflict) as error:
        return _credit(site, request, actor, error)
    return redirect(site.url("desk_credits") + "?done=applied")


def ask(site: Site, request: Request, actor: Actor) -> Response:
    """Ask for money that came by other ways, and what it is for."""
    return _cash(site, request, actor)


def record(site: Site, request: Request, actor: Actor) -> Response:
    """Record a cheque, a transfer or a lockbox payment; the same form sent again records nothing more."""
    account_id, form = path_id(request, "account"), request.form
    try:
        currency = _currency(form.get("currency", ""))
        made = site.portal.payments.record(
            account_id,
            actor,
            money=amount_of(form.get("amount", ""), currency),
            received_on=day_of(form.get("received_on", "")),
            method=_method(form.get("method", "")),
            lines=[LineChoice(document_id=key, pay=amount_of(text, currency)) for key, text in _typed(form).items()],
            discounts="discounts" in form,
            reference=form.get("reference", "").strip(),
            key=key_of(request),
        )
    except (Refused, Conflict) as error:
        return _cash(site, request, actor, error)
    return redirect(site.url("desk_payment", account=account_id, payment=made) + "?done=recorded")


def _credit(site: Site, request: Request, actor: Actor, error: LockportalError | None = None) -> Response:
    customer, credit_id = customer_of(site, request, actor), path_id(request, "credit")
    found = site.portal.payments.lists.credit(customer.account_id, credit_id, actor)
    rows = _open(site, customer, actor, found.amount.currency)
    suggestions = site.portal.payments.suggest(customer.account_id, actor, credit_id)
    wanted = request.query.get("suggestion", "0")
    place = int(wanted) if wanted.isdecimal() and int(wanted) < len(suggestions) else 0
    typed = _typed(request.form)
    if error is None and suggestions:
        typed = {use.document_id: str(use.amount.decimal) for use in suggestions[place].uses}
    values = {
        "credit": found,
        "rows": rows,
        "typed": typed,
        "suggestions": suggestions,
        "place": place,
        "key": draw_secret(),
        "fault": fault_of(site, error),
    }
    return _framed(site, actor, customer, "desk_payment_credit.html", values, error)


def _cash(site: Site, request: Request, actor: Actor, error: LockportalError | None = None) -> Response:
    customer, form = customer_of(site, request, actor), request.form
    today: date = site.portal.supplier.today(site.portal.clock.now())
    asked = request.query.get("currency", "") or form.get("currency", "")
    currency = asked if asked in EXPONENTS else site.portal.supplier.currencies[0]
    values = {
        "cash": Cash(
            method=form.get("method", MethodKind.CHEQUE.value),
            amount=form.get("amount", ""),
            currency=currency,
            received_on=form.get("received_on", today.isoformat()),
            reference=form.get("reference", ""),
            discounts="discounts" in form or error is None,
        ),
        "methods": sorted(one.value for one in BY_HAND),
        "rows": _open(site, customer, actor, currency),
        "typed": _typed(form),
        "today": today,
        "key": draw_secret(),
        "fault": fault_of(site, error),
    }
    return _framed(site, actor, customer, "desk_payment_record.html", values, error)


def _framed(
    site: Site, actor: Actor, customer: Customer, template: str, values: Mapping[str, object], error: LockportalError | None
) -> Response:
    status = 200 if error is None else error.status
    return frame(site, actor, customer).page(template, values, here="desk_account_payments", status=status)


def _open(site: Site, customer: Customer, actor: Actor, currency: str) -> Sequence[DocumentRow]:
    """Answer what is open in a currency, the longest due first. One statement."""
    wanted = Filter(state=DocumentState.OPEN, currency=currency)
    return site.portal.documents.search(customer.account_id, actor, wanted, sort="due_on", limit=_OPEN).items


def _typed(form: Mapping[str, str]) -> dict[UUID, str]:
    """Answer the amounts that were typed beside documents."""
    given = {name.removeprefix(_PAY): text.strip() for name, text in form.items() if name.startswith(_PAY)}
    return {written_id(name, "document"): text for name, text in given.items() if text}


def _method(text: str) -> MethodKind:
    if text not in {one.value for one in BY_HAND}:
        raise Refused("method.unreadable", "Choose how the money came.", field="method")
    return MethodKind(text)


def _currency(text: str) -> str:
    if text not in EXPONENTS:
        raise Refused("amount.unreadable", "Name a currency by its three letters, such as USD.", field="currency")
    return text
