"""Promises to pay: asked for documents or the account, kept track of, put off, called off."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from attrs import frozen

from lockportal.core.actor import Actor, ActorKind
from lockportal.core.errors import Conflict, LockportalError, Refused
from lockportal.core.money import EXPONENTS, Money
from lockportal.payments.methods import MethodKind
from lockportal.promises.drafting import PromiseChoice
from lockportal.promises.models import Part
from lockportal.promises.settings import PromisesSettings
from lockportal.signing import draw_secret
from lockportal.web.filters import read_amount, read_day
from lockportal.web.http import Request, Response, redirect
from lockportal.web.pages.accounts import Frame, customer_of, frame, path_id, written_id
from lockportal.web.pages.payments_plans import days_from
from lockportal.web.payment_words import REFUSED
from lockportal.web.promise_words import PROMISE_REFUSED
from lockportal.web.site import Site

PROMISE: Final = "promise."
"""What the name of a field begins with that says how much of a document is promised; its id follows."""
_MOST: Final = 50
_LONGEST_KEY: Final = 64
_MOST_PARTS: Final = 60
_METHODS: Final = tuple(one for one in MethodKind if one not in {MethodKind.LOCKBOX, MethodKind.CREDIT})
"""The ways in which money may be promised."""


@frozen(kw_only=True)
class Chosen:
    """One document that may be promised: what of it is not promised yet, and what somebody typed."""

    id: UUID
    number: str
    due_on: date | None
    free: Money
    typed: str


def listing(site: Site, request: Request, actor: Actor) -> Response:
    """Show an account's promises, the newest first, with what has come of each."""
    return _listing(site, request, actor)


def change(site: Site, request: Request, actor: Actor) -> Response:
    """Put a promise off to another day, or call it off."""
    account_id, promise_id, form = path_id(request, "account"), path_id(request, "promise"), request.form
    promises = site.portal.promises
    try:
        if form.get("act") == "reschedule":
            on, key = read_day(form.get("on", "")), form.get("key", "")[:_LONGEST_KEY]
            promises.reschedule(account_id, promise_id, actor, on=on, note=form.get("note", ""), key=key or None)
        else:
            promises.cancel(account_id, promise_id, actor, reason=form.get("reason", ""))
    except (Refused, Conflict) as error:
        return _listing(site, request, actor, error)
    return redirect(f"{site.url('promises', account=account_id)}?done=promise_changed")


def ask(site: Site, request: Request, actor: Actor) -> Response:
    """Ask what is promised by when."""
    return _ask(site, request, actor, request.query)


def send(site: Site, request: Request, actor: Actor) -> Response:
    """Make the promise; the same form sent again makes no second one."""
    account_id, form, key = path_id(request, "account"), request.form, request.form.get("key", "")[:_LONGEST_KEY]
    try:
        made = site.portal.promises.make(account_id, actor, key=f"promise/{key}" if key else None, **_wanted(request))
    except (Refused, Conflict) as error:
        return _ask(site, request, actor, form, error)
    done = "promise_proposed" if made.status == "proposed" else "promise_made"
    if actor.kind is ActorKind.HOLDER:
        return redirect(f"{site.url('document_promise', account=account_id, document=path_id(request, 'document'))}?done={done}")
    if actor.kind is ActorKind.STAFF:
        return redirect(f"{site.url('desk_promises')}?done={done}")
    return redirect(f"{site.url('promises', account=account_id)}?done={done}")


def refusal_of(site: Site, error: LockportalError | None) -> str:
    """Say in the reader's language what was refused."""
    if error is None:
        return ""
    return site.templates.translate(PROMISE_REFUSED.get(error.code) or REFUSED.get(error.code) or error.message)


def _listing(site: Site, request: Request, actor: Actor, error: LockportalError | None = None) -> Response:
    customer = customer_of(site, request, actor)
    values = {
        "promises": site.portal.promises.list(customer.account_id, actor),
        "promised": site.portal.promises.promised(customer.account_id, actor),
        "done": request.query.get("done", ""),
        "fault": refusal_of(site, error),
        "key": draw_secret(),
        "today": _today(site),
    }
    return frame(site, actor, customer).page("promises.html", values, here="payments", status=422 if error else 200)


def _ask(site: Site, request: Request, actor: Actor, given: Mapping[str, str], error: LockportalError | None = None) -> Response:
    account_id = path_id(request, "account")
    rows = _chosen(site, request, actor, given)
    rules, today = site.portal.shell.settings(PromisesSettings), _today(site)
    position = () if rows or actor.kind is ActorKind.HOLDER else site.portal.ledger.position(account_id, actor)
    values = {
        "rows": rows,
        "prefix": PROMISE,
        "total": Money(sum(row.free.minor for row in rows), rows[0].free.currency) if rows else None,
        "currencies": [one.currency for one in position],
        "given": given,
        "on": given.get("on", (today + timedelta(days=7)).isoformat()),
        "parts_wanted": given.get("parts", "1"),
        "rhythm_wanted": given.get("rhythm", "month"),
        "rules": rules,
        "today": today,
        "last": today + timedelta(days=rules.latest_days),
        "methods": _METHODS,
        "rhythms": ("week", "two_weeks", "month"),
        "done": request.query.get("done", ""),
        "fault": refusal_of(site, error),
        "at": "" if error is None else (error.field or ""),
        "key": draw_secret(),
        "address": _address(site, request, actor),
    }
    status = 422 if error else 200
    if actor.kind is ActorKind.HOLDER:
        view = site.portal.documents.get(account_id, path_id(request, "document"), actor)
        return Frame(site=site, actor=actor, account_id=account_id, name=view.customer_name).page(
            "promise.html", values, here="", status=status
        )
    return frame(site, actor, customer_of(site, request, actor)).page("promise.html", values, here="payments", status=status)


def _address(site: Site, request: Request, actor: Actor) -> str:
    account_id = path_id(request, "account")
    if actor.kind is ActorKind.HOLDER:
        return site.url("make_document_promise", account=account_id, document=path_id(request, "document"))
    return site.url("desk_make_promise" if actor.kind is ActorKind.STAFF else "make_promise", account=account_id)


def _chosen(site: Site, request: Request, actor: Actor, given: Mapping[str, str]) -> tuple[Chosen, ...]:
    account_id = path_id(request, "account")
    if "document" in request.params:
        ids = [path_id(request, "document")]
        found = tuple(site.portal.documents.get(account_id, key, actor).document for key in ids)
    else:
        ids = [written_id(text, "document") for text in request.every("document")[:_MOST]]
        ids += [written_id(name.removeprefix(PROMISE), "document") for name in given if name.startswith(PROMISE)][:_MOST]
        found = tuple(site.portal.documents.several(account_id, list(dict.fromkeys(ids)), actor)) if ids else ()
    shares = site.portal.promises.shares(account_id, actor, [one.id for one in found])
    rows: list[Chosen] = []
    for one in found:
        if one.balance is None or one.balance.minor <= 0 or (rows and rows[0].free.currency != one.balance.currency):
            continue
        free = one.balance - shares.get(one.id, Money.zero(one.balance.currency))
        typed = given.get(f"{PROMISE}{one.id}", str(free.decimal))
        if free.minor > 0:
            rows.append(Chosen(id=one.id, number=one.number, due_on=one.due_on, free=free, typed=typed))
    return tuple(rows)


def _wanted(request: Request) -> dict[str, Any]:
    """Read what is promised from the form; Refused names the field that cannot be read."""
    form = request.form
    currency, first = form.get("currency", ""), read_day(form.get("on", ""))
    if currency not in EXPONENTS:
        raise Refused("promise.currency", "Choose a currency.", field="currency")
    if first is None:
        raise Refused("promise.days", "Say by which day.", field="on")
    lines = tuple(
        PromiseChoice(document_id=written_id(name.removeprefix(PROMISE), "document"), amount=_amount(text, currency))
        for name, text in form.items()
        if name.startswith(PROMISE) and text.strip()
    )
    method = form.get("method", "")
    if method and method not in _METHODS:
        raise Refused("payment.method", "This way to pay is not taken here. Choose another one.", field="method")
    amount = None if lines else _amount(form.get("amount", ""), currency)
    total = amount or Money(sum(one.amount.minor for one in lines if one.amount is not None), currency)
    return {
        "currency": currency,
        "lines": lines,
        "amount": amount,
        "parts": _parts(form, first, total),
        "note": form.get("note", ""),
        "method": MethodKind(method) if method else None,
    }


def _parts(form: Mapping[str, str], first: date, total: Money) -> tuple[Part, ...]:
    text = form.get("parts", "1").strip() or "1"
    number = int(text) if text.isascii() and text.isdigit() and int(text[:4]) <= _MOST_PARTS else 0
    if not 0 < number <= max(total.minor, 1):
        raise Refused("promise.too_many_parts", "Choose fewer parts.", field="parts")
    try:
        days = days_from(first, form.get("rhythm", "month"), number)
    except (ValueError, OverflowError):
        raise Refused("promise.too_late", "That is too far ahead.", field="on") from None
    return tuple(Part(on, share) for on, share in zip(days, total.split(number), strict=True))


def _amount(text: str, currency: str) -> Money:
    amount = read_amount(text, currency)
    if amount is None:
        raise Refused("amount.unreadable", "Enter an amount, such as 1250.00.", field="amount")
    return amount


def _today(site: Site) -> date:
    return site.portal.supplier.today(site.portal.clock.now())
