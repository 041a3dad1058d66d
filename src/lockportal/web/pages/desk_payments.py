"""Payments at the desk: the list with its filters, one payment with all that is known of it, and what can be done about it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final
from uuid import UUID

from attrs import evolve, frozen

from lockportal.core.actor import Actor
from lockportal.core.errors import Conflict, LockportalError, Refused
from lockportal.core.money import Money
from lockportal.core.page import Page
from lockportal.payments.folding import PaymentState
from lockportal.payments.limits import refunds_until
from lockportal.payments.lines import CreditUse
from lockportal.payments.listing.views import AppliedRow
from lockportal.payments.methods import MethodCapability, MethodKind
from lockportal.payments.models import Payment
from lockportal.payments.operations import OpKind, OpStatus
from lockportal.payments.papers.data import has_receipt, has_remittance
from lockportal.payments.views import PaymentDetails, PaymentRow
from lockportal.signing import draw_secret
from lockportal.web.desk_payment_words import DESK_REFUSED
from lockportal.web.filters import read_amount, read_day
from lockportal.web.http import Request, Response, redirect
from lockportal.web.pages.accounts import customer_of, frame, path_id, written_id
from lockportal.web.pages.desk import page
from lockportal.web.pages.payments import disputes_of
from lockportal.web.payment_filters import read_payment_search
from lockportal.web.payment_words import REFUSED
from lockportal.web.site import Site

LIST: Final = 50
_NOTHING: Final[Page[PaymentRow]] = Page(())
_LONGEST_KEY: Final = 64
_TAKING: Final = frozenset({OpKind.SALE, OpKind.CAPTURE})


@frozen(kw_only=True)
class Acts:
    """What can be done about a payment now; an amount says how much of it."""

    refund: Money | None
    capture: Money | None
    void: Money | None
    late: datetime | None
    """Until when its gateway would have given money back, where that is over for all of it."""
    lapsed: UUID | None
    """The authorization that is left, which a person may know to have lapsed."""
    waits: bool
    """Whether its money is waited for by hand: it has arrived, or is called off."""
    ask: bool
    """Whether a gateway can be asked what became of it."""
    review: bool
    receipt: bool
    remittance: bool


def listing(site: Site, request: Request, actor: Actor) -> Response:
    """Show a page of the payments of the whole book that the filter finds. One statement."""
    search = read_payment_search(request.query)
    lists, found = site.portal.payments.lists, _NOTHING
    if not search.errors:
        found = lists.payments(actor, search.filter, after=search.after, limit=LIST)
    values = {"frame": "desk_frame.html", "whole": True, "search": search, "found": found, **_choices()}
    answer = page(site, actor, "desk_payments.html", values, here="desk_payments")
    return evolve(answer, status=422) if search.errors else answer


def account_listing(site: Site, request: Request, actor: Actor) -> Response:
    """Show a page of one customer's payments that the filter finds. Two statements."""
    customer, search = customer_of(site, request, actor), read_payment_search(request.query)
    lists, account_id = site.portal.payments.lists, customer.account_id
    found = _NOTHING
    if not search.errors:
        found = lists.payments(actor, search.filter, account_id=account_id, after=search.after, limit=LIST)
    values = {"whole": False, "search": search, "found": found, **_choices()}
    status = 422 if search.errors else 200
    return frame(site, actor, customer).page("desk_payments.html", values, here="desk_account_payments", status=status)


def show(site: Site, request: Request, actor: Actor) -> Response:
    """Show one payment with its operations, what was seen of each, and what was said to the gateway."""
    return _shown(site, request, actor)


def act(site: Site, request: Request, actor: Actor) -> Response:
    """Capture, void, call off, note the arrival, ask the gateway, say what it cannot tell, or review; then show it again."""
    account_id, payment_id = path_id(request, "account"), path_id(request, "payment")
    done = request.form.get("act", "")
    try:
        _do(site, request, actor, account_id, payment_id)
    except (Refused, Conflict) as error:
        return _shown(site, request, actor, error)
    done = "unapplied" if done == "unapply" else done
    return redirect(site.url("desk_payment", account=account_id, payment=payment_id) + f"?done={done}")


def ask_refund(site: Site, request: Request, actor: Actor) -> Response:
    """Ask how much is to be given back and why; with an amount, say what that means, before anything is done."""
    return _refunding(site, request, actor)


def refund(site: Site, request: Request, actor: Actor) -> Response:
    """Give money back; the same confirmation sent again gives nothing more back."""
    account_id, payment_id = path_id(request, "account"), path_id(request, "payment")
    payments = site.portal.payments
    payment = payments.payment(account_id, payment_id, actor).payment
    try:
        money = amount_of(request.form.get("amount", ""), payment.currency)
        reason = request.form.get("reason", "").strip()
        payments.refund(account_id, payment_id, actor, money=money, reason=reason, key=key_of(request))
    except (Refused, Conflict) as error:
        return _refunding(site, request, actor, error)
    return redirect(site.url("desk_payment", account=account_id, payment=payment_id) + "?done=refund")


def key_of(request: Request) -> str:
    """Answer the key that was drawn for a form, so that it is done once; Refused `form.key` without one."""
    key = request.form.get("key", "")
    if not 0 < len(key) <= _LONGEST_KEY:
        raise Refused("form.key", "Open the form once more, then send it.", field="key")
    return f"desk/{key}"


def amount_of(text: str, currency: str) -> Money:
    """Read an amount; Refused `amount.unreadable`."""
    money = read_amount(text, currency)
    if money is None:
        raise Refused("amount.unreadable", "Enter an amount, such as 1250.00.", field="amount")
    return money


def day_of(text: str) -> date:
    """Read a date; Refused `day.unreadable`."""
    day = read_day(text)
    if day is None:
        raise Refused("day.unreadable", "Enter a date, such as 2026-01-31.", field="received_on")
    return day


def fault_of(site: Site, error: LockportalError | None) -> str:
    """Say in the reader's language what was refused."""
    if error is None:
        return ""
    return site.templates.translate(DESK_REFUSED.get(error.code) or REFUSED.get(error.code) or error.message)


def acts_of(site: Site, details: PaymentDetails) -> Acts:
    """Answer what can be done about a payment, as far as its gateway offers it."""
    payment = details.payment
    left = payment.totals.authorized - payment.totals.captured - payment.totals.captured_maybe
    live = [one for one in details.operations if one.live]

    def able(kind: OpKind, minor: int) -> Money | None:
        return Money(minor, payment.currency) if minor > 0 and _offers(site, payment, kind) else None

    refund, late = able(OpKind.REFUND, payment.refundable), _late(site, details)
    held = [one.id for one in details.operations if one.kind is OpKind.AUTHORIZE and one.status is OpStatus.SUCCEEDED]
    return Acts(
        refund=None if late else refund,
        late=late if refund else None,
        lapsed=held[-1] if held and left > 0 and payment.merchant_account else None,
        capture=able(OpKind.CAPTURE, left),
        void=able(OpKind.VOID, left),
        waits=any(not one.merchant_account for one in live),
        ask=any(one.merchant_account for one in live),
        review=payment.needs_review,
        receipt=has_receipt(payment),
        remittance=has_remittance(payment),
    )


def _do(site: Site, request: Request, actor: Actor, account_id: UUID, payment_id: UUID) -> None:
    payments, form = site.portal.payments, request.form
    match form.get("act", ""):
        case "capture":
            currency = payments.payment(account_id, payment_id, actor).payment.currency
            money = amount_of(form.get("amount", ""), currency)
            payments.capture(account_id, payment_id, actor, money=money, key=key_of(request))
        case "void":
            payments.void(account_id, payment_id, actor, key=key_of(request))
        case "cancel":
            payments.cancel(account_id, payment_id, actor)
        case "arrived":
            payments.arrived(account_id, payment_id, day_of(form.get("received_on", "")), actor)
        case "ask":
            payments.reconcile(actor, account_id=account_id)
        case "known":
            operation = written_id(form.get("operation", ""), "operation")
            happened, note = form.get("happened", "") == "yes", form.get("note", "")
            payments.close_operation(account_id, operation, actor, happened=happened, note=note)
        case "unapply":
            use = CreditUse(
                credit_id=written_id(form.get("credit", ""), "credit"),
                document_id=written_id(form.get("document", ""), "document"),
                amount=amount_of(form.get("amount", ""), form.get("currency", "")),
            )
            payments.unapply(account_id, use, actor, key=key_of(request))
        case "review":
            payments.review(account_id, payment_id, form.get("note", ""), actor)
        case _:
            raise Refused("payment.act_unknown", "Capture, void, cancel, arrived, ask, known, unapply or review.", field="act")


def _shown(site: Site, request: Request, actor: Actor, error: LockportalError | None = None) -> Response:
    customer, payment_id = customer_of(site, request, actor), path_id(request, "payment")
    details = site.portal.payments.payment(customer.account_id, payment_id, actor)
    said: dict[UUID, list[object]] = {}
    for exchange in details.exchanges:
        said.setdefault(exchange.operation_id, []).append(exchange)
    values = {
        "details": details,
        "payment": details.payment,
        "acts": acts_of(site, details),
        "said": said,
        "disputes": disputes_of(site, actor, details.payment),
        "applied": _applied(site, actor, details.payment),
        "today": site.portal.supplier.today(site.portal.clock.now()),
        "key": draw_secret(),
        "fault": fault_of(site, error),
        "done": request.query.get("done", ""),
    }
    status = 200 if error is None else error.status
    return frame(site, actor, customer).page("desk_payment.html", values, here="desk_account_payments", status=status)


def _applied(site: Site, actor: Actor, payment: Payment) -> tuple[AppliedRow, ...]:
    """Answer where credit went: what of this payment stands applied to documents, and what it used of others."""
    used = {use.credit_id for use in payment.credits} | {payment.rest_id}
    documents = {line.document_id for line in payment.lines}
    rows = site.portal.payments.lists.applied(payment.account_id, sorted(used), actor)
    return tuple(row for row in rows if row.credit_id == payment.rest_id or row.document_id in documents)


def _refunding(site: Site, request: Request, actor: Actor, error: LockportalError | None = None) -> Response:
    customer, payment_id = customer_of(site, request, actor), path_id(request, "payment")
    details = site.portal.payments.payment(customer.account_id, payment_id, actor)
    payment, given = details.payment, {**request.query, **request.form}
    acts, money = acts_of(site, details), None
    most = acts.refund
    if error is None and "amount" in given:
        try:
            money = _within(amount_of(given["amount"], payment.currency), most)
        except Refused as refused:
            error = refused
    values = {
        "payment": payment,
        "most": most,
        "late": acts.late,
        "money": money,
        "amount": given.get("amount", "" if most is None else str(most.decimal)),
        "reason": given.get("reason", ""),
        "key": draw_secret(),
        "fault": fault_of(site, error),
    }
    status = 200 if error is None else error.status
    return frame(site, actor, customer).page("desk_payment_refund.html", values, here="desk_account_payments", status=status)


def _within(money: Money, most: Money | None) -> Money:
    if most is None or not 0 < money.minor <= most.minor:
        raise Refused("payment.not_refundable", "So much cannot be given back.", field="amount")
    return money


def _offers(site: Site, payment: Payment, kind: OpKind) -> bool:
    """Say whether something can be done: by the gateway, or by hand where there is none."""
    if not payment.merchant_account:
        return kind is OpKind.REFUND
    able = _able(site, payment)
    return able is not None and able.offers(kind, payment.currency)


def _late(site: Site, details: PaymentDetails) -> datetime | None:
    """Answer when the time ended in which the gateway gave back what it took last, None while it has not."""
    able, now = _able(site, details.payment), site.portal.clock.now()
    taken = [one for one in details.operations if one.kind in _TAKING and one.status is OpStatus.SUCCEEDED]
    until = [refunds_until(able, one) for one in taken]
    last = max((at for at in until if at is not None), default=None)
    return last if last is not None and None not in until and now > last else None


def _able(site: Site, payment: Payment) -> MethodCapability | None:
    merchant = site.portal.payments.gateways.merchants.get(payment.merchant_account)
    return None if merchant is None else merchant.descriptor.method(payment.method)


def _choices() -> dict[str, object]:
    return {"states": [one.value for one in PaymentState], "methods": [one.value for one in MethodKind]}
