"""The page of somebody's saved ways to pay: adding one at its gateway, preferring one, and removing one."""

from __future__ import annotations

from typing import Final

from lockportal.core.actor import Actor
from lockportal.core.errors import Conflict, Refused
from lockportal.payments.methods import MethodKind
from lockportal.payments.payers import NextKind, Payer
from lockportal.payments.requests import MethodStatus
from lockportal.payments.saving.views import MethodProgress
from lockportal.signing import draw_secret
from lockportal.web.filters import read_amount
from lockportal.web.http import Request, Response, redirect
from lockportal.web.pages.accounts import customer_of, frame, path_id
from lockportal.web.pages.payments_saved import address_of, savable
from lockportal.web.paying import Fault
from lockportal.web.site import Site

_LONGEST_KEY: Final = 64
_AMOUNTS: Final = ("first", "second")
"""The fields of the small deposits."""


def show(site: Site, request: Request, actor: Actor) -> Response:
    """Show the saved ways to pay that somebody may use, and what can be saved."""
    return _page(site, request, actor)


def add(site: Site, request: Request, actor: Actor) -> Response:
    """Begin to save a way to pay, and lead its payer on to the gateway's page."""
    customer, form = customer_of(site, request, actor), request.form
    here = site.url("methods", account=customer.account_id)
    key = form.get("key", "")[:_LONGEST_KEY]
    payer = Payer(
        return_url=f"{site.guard.origin}{here}/{{method}}/back",
        cancel_url=f"{site.guard.origin}{here}",
        locale=site.templates.locale,
    )
    try:
        begun = site.portal.payments.methods.add(
            customer.account_id, actor, kind=_kind(form.get("kind", "")), payer=payer, key=key if key.isascii() and key else None
        )
    except (Refused, Conflict) as error:
        return _page(site, request, actor, Fault("kind", error.code, error.message))
    if _by_deposits(begun):
        return redirect(f"{here}/{begun.method.id}/back")
    goes_to = address_of(site, begun.next_action)
    if goes_to:
        values = {"goes_to": goes_to, "kind": begun.method.kind}
        return frame(site, actor, customer).page("method_setup.html", values, here="payments")
    return redirect(here + _done(begun.method.status))


def back(site: Site, request: Request, actor: Actor) -> Response:
    """Take somebody who comes back from a gateway to their ways to pay: the gateway itself is asked."""
    account_id = path_id(request, "account")
    kept = site.portal.payments.methods.complete(account_id, path_id(request, "method"), actor)
    if _by_deposits(kept):
        return _verifying(site, request, actor, kept)
    return redirect(site.url("methods", account=account_id) + _done(kept.method.status))


def verify(site: Site, request: Request, actor: Actor) -> Response:
    """Take the amounts of the small deposits that came to a bank account, and say whether they are those."""
    account_id, method_id = path_id(request, "account"), path_id(request, "method")
    methods, typed = site.portal.payments.methods, [request.form.get(name, "") for name in _AMOUNTS]
    currency = site.portal.supplier.currencies[0]
    amounts = [money for text in typed if (money := read_amount(text, currency)) is not None]
    try:
        kept = methods.verify(account_id, method_id, actor, amounts=amounts if len(amounts) == len(typed) else ())
    except Refused as error:
        if error.code != "method.amounts":
            return _page(site, request, actor, Fault(str(method_id), error.code, error.message))
        return _verifying(site, request, actor, methods.complete(account_id, method_id, actor), Fault("amounts", error.code))
    if kept.method.status is MethodStatus.PENDING_VERIFICATION:
        return _verifying(site, request, actor, kept, Fault("amounts", "method.other_amounts"))
    return redirect(site.url("methods", account=account_id) + _done(kept.method.status))


def change(site: Site, request: Request, actor: Actor) -> Response:
    """Prefer a saved way to pay, or remove it."""
    account_id, method_id = path_id(request, "account"), path_id(request, "method")
    methods, act = site.portal.payments.methods, request.form.get("act", "")
    acts = {"prefer": methods.prefer, "remove": methods.remove}
    if act not in acts:
        return _page(site, request, actor, Fault(str(method_id), "method.act_unknown"))
    try:
        acts[act](account_id, method_id, actor)
    except Refused as error:
        return _page(site, request, actor, Fault(str(method_id), error.code, error.message))
    return redirect(f"{site.url('methods', account=account_id)}?done=method_{act}")


def _page(site: Site, request: Request, actor: Actor, fault: Fault | None = None) -> Response:
    customer = customer_of(site, request, actor)
    values = {
        "methods": site.portal.payments.methods.list(customer.account_id, actor),
        "kinds": savable(site, customer.address.country),
        "key": draw_secret(),
        "fault": fault,
        "done": request.query.get("done", ""),
    }
    status = 200 if fault is None else 422
    return frame(site, actor, customer).page("methods.html", values, here="payments", status=status)


def _verifying(site: Site, request: Request, actor: Actor, kept: MethodProgress, fault: Fault | None = None) -> Response:
    customer = customer_of(site, request, actor)
    values = {
        "method": kept.method,
        "goes_to": address_of(site, kept.next_action),
        "names": _AMOUNTS,
        "typed": [request.form.get(name, "") for name in _AMOUNTS],
        "fault": fault,
    }
    return frame(site, actor, customer).page("method_verify.html", values, here="payments", status=422 if fault else 200)


def _by_deposits(kept: MethodProgress) -> bool:
    return kept.next_action is not None and kept.next_action.kind is NextKind.MICRO_DEPOSITS


def _done(status: MethodStatus) -> str:
    return "?done=method_saved" if status is MethodStatus.ACTIVE else ""


def _kind(text: str) -> MethodKind:
    return MethodKind(text) if text in set(MethodKind) else MethodKind.CREDIT
