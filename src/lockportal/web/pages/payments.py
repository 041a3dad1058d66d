"""Payments that were made: the list of an account, where one is, the way back from a gateway, and calling one off."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from attrs import frozen

from lockportal.core.actor import Actor, ActorKind, Right
from lockportal.core.errors import NotFound, Refused
from lockportal.disputes.views import DisputeRow
from lockportal.payments.folding import PaymentState
from lockportal.payments.models import Payment
from lockportal.payments.operations import Decline
from lockportal.payments.papers.data import has_receipt
from lockportal.payments.payers import NextAction, NextKind
from lockportal.payments.scheduling.models import ScheduleStatus
from lockportal.payments.views import PaymentDetails, PaymentProgress
from lockportal.payments.wording import returned_by
from lockportal.web.http import Request, Response, redirect
from lockportal.web.pages.accounts import customer_of, frame, path_id, written_id
from lockportal.web.pages.payments_checkout import Place, around, place_of
from lockportal.web.pages.payments_saved import address_of
from lockportal.web.paying import Fault
from lockportal.web.qr import drawn, transfer_code
from lockportal.web.site import Site

_AGAIN: Final = frozenset({PaymentState.FAILED, PaymentState.CANCELED, PaymentState.REVERSED})
_SOON, _LATER = 5, 30
_MOST_ALSO: Final = 20
_GROUP: Final = 4


@frozen(kw_only=True)
class Shown:
    """What the page of a payment tells beside the payment itself."""

    payment: Payment
    progress: PaymentProgress
    action: NextAction | None
    decline: Decline | None
    came_back: bool
    goes_to: str
    reference: str
    qr: str
    seconds: int
    """After how many seconds the page is asked again; 0 where nothing more is awaited."""

    @property
    def by_transfer(self) -> bool:
        """Whether the payer was told what to do by themselves."""
        return self.action is not None and self.action.kind is NextKind.INSTRUCTIONS

    @property
    def again(self) -> bool:
        """Whether the same choice can be paid once more."""
        return self.payment.state in _AGAIN


def listing(site: Site, request: Request, actor: Actor) -> Response:
    """Show a page of an account's payments, the newest first; before the first of them what is scheduled."""
    return _listed(site, request, actor)


def cancel_scheduled(site: Site, request: Request, actor: Actor) -> Response:
    """Call a payment off that was to be made on a later day."""
    account_id = path_id(request, "account")
    try:
        site.portal.payments.schedules.cancel(account_id, path_id(request, "schedule"), actor)
    except Refused as error:
        return _listed(site, request, actor, Fault(request.params["schedule"], error.code, error.message))
    return redirect(f"{site.url('payments', account=account_id)}?done=schedule_canceled")


def _listed(site: Site, request: Request, actor: Actor, fault: Fault | None = None) -> Response:
    customer = customer_of(site, request, actor)
    after = request.query.get("after") or None
    found = site.portal.payments.payments(actor, account_id=customer.account_id, after=after, limit=25)
    waiting = () if after else site.portal.payments.schedules.list(customer.account_id, actor, waiting=True)
    coming = sorted((one for one in waiting if one.status is ScheduleStatus.SCHEDULED), key=lambda one: one.on)
    values = {"found": found, "after": after, "coming": coming, "fault": fault, "done": request.query.get("done", "")}
    status = 200 if fault is None else 422
    return frame(site, actor, customer).page("payments.html", values, here="payments", status=status)


def show(site: Site, request: Request, actor: Actor) -> Response:
    """Show where a payment is and what its payer has to do; nobody outside is asked."""
    place = place_of(site, request)
    on, _country = around(site, request, actor, place)
    payment_id = path_id(request, "payment")
    details = _details(site, actor, place, payment_id)
    progress = site.portal.payments.progress(place.account_id, payment_id, actor)
    shown = _shown(site, details, progress)
    also = [str(written_id(text, "document")) for text in request.every("document")[:_MOST_ALSO]]
    here = place.payment(payment_id)
    grant = actor.grant(place.account_id)
    values: dict[str, Any] = {
        "shown": shown,
        "has_receipt": has_receipt(shown.payment),
        "payment": shown.payment,
        "here_payment": here + (f"?{urlencode([('document', key) for key in also])}" if also else ""),
        "back": f"{here}/back",
        "also": urlencode([("document", key) for key in also]),
        "go": shown.goes_to if request.query.get("go") else "",
        "once_more": f"{place.here}?{urlencode({'again': str(payment_id)})}",
        "document_id": place.document_id,
        "done": request.query.get("done", ""),
        "disputes": disputes_of(site, actor, shown.payment),
        "may_cancel": _may_cancel(actor, shown) and grant is not None and Right.PAY in grant.rights,
    }
    return on.page("payment.html", values, here="payments")


def back(site: Site, request: Request, actor: Actor) -> Response:
    """Take somebody who comes back from a gateway to their payment: the gateway is asked, as what they bring proves nothing."""
    place, payment_id = place_of(site, request), path_id(request, "payment")
    _details(site, actor, place, payment_id)
    brought = {name: value for name, value in request.query.items() if name != "document"}
    site.portal.payments.complete(place.account_id, payment_id, actor, brought)
    also = [written_id(text, "document") for text in request.every("document")[:_MOST_ALSO]]
    then = urlencode([("document", str(key)) for key in also])
    return redirect(place.payment(payment_id) + (f"?{then}" if then else ""))


def cancel(site: Site, request: Request, actor: Actor) -> Response:
    """Call a transfer or a cheque off that is waited for; one that is waited for no more is shown as it is."""
    place, payment_id = place_of(site, request), path_id(request, "payment")
    try:
        site.portal.payments.cancel(place.account_id, payment_id, actor)
    except Refused as error:
        if error.code != "payment.not_waiting":
            raise
        return redirect(place.payment(payment_id))
    return redirect(f"{place.payment(payment_id)}?done=cancel")


def disputes_of(site: Site, actor: Actor, payment: Payment) -> tuple[DisputeRow, ...]:
    """Answer what a payment that was short disputes."""
    if not any(line.short for line in payment.lines):
        return ()
    return site.portal.disputes.short_pays.made(payment.account_id, payment.id, actor)


def _details(site: Site, actor: Actor, place: Place, payment_id: UUID) -> PaymentDetails:
    """Answer a payment; on the pages of one document NotFound for a payment of others."""
    details = site.portal.payments.payment(place.account_id, payment_id, actor)
    if place.document_id is not None and {line.document_id for line in details.payment.lines} != {place.document_id}:
        raise NotFound("payment.not_found", "There is no such payment.")
    return details


def _shown(site: Site, details: PaymentDetails, progress: PaymentProgress) -> Shown:
    payment, action = details.payment, progress.next_action
    returned = returned_by(details.operations)
    waits = payment.state in {PaymentState.NEW, PaymentState.PROCESSING} or payment.unknown
    redirected = action is not None and action.kind is NextKind.REDIRECT
    soon = payment.unknown or payment.state is PaymentState.NEW or redirected
    reference = action.token if action is not None and action.kind is NextKind.INSTRUCTIONS else ""
    code = transfer_code(site.portal.supplier, payment.amount, reference) if reference else None
    return Shown(
        payment=payment,
        progress=progress,
        action=action,
        decline=returned or progress.decline,
        came_back=returned is not None or payment.state is PaymentState.REVERSED,
        goes_to=address_of(site, action),
        reference=" ".join(reference[at : at + _GROUP] for at in range(0, len(reference), _GROUP)),
        qr=drawn(code) if code else "",
        seconds=(_SOON if soon else _LATER) if waits or action is not None else 0,
    )


def _may_cancel(actor: Actor, shown: Shown) -> bool:
    """Say whether somebody may call a payment off: a transfer that is waited for, or a gateway's page that was left open."""
    waits = shown.by_transfer and not shown.payment.merchant_account
    return actor.kind is ActorKind.CUSTOMER and (waits or bool(shown.goes_to))
