"""The page on which a payment is put together, looked at, and made; until it is made, nothing is stored."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from attrs import evolve, frozen

from lockportal.core.actor import Actor, ActorKind
from lockportal.core.errors import Conflict, NotFound, Refused
from lockportal.core.money import Money, total
from lockportal.disputes.models import DisputeCategory
from lockportal.documents.models import Document
from lockportal.payments.calling import Payer
from lockportal.payments.methods import MethodKind
from lockportal.payments.payers import NextKind
from lockportal.payments.settings import PaymentsSettings
from lockportal.signing import draw_secret
from lockportal.web.http import Request, Response, redirect
from lockportal.web.pages.accounts import Frame, customer_of, path_id
from lockportal.web.pages.payments_choosing import chosen
from lockportal.web.pages.payments_saved import SAVED, picked, savable
from lockportal.web.pages.payments_sheet import Desk, Sheet, found
from lockportal.web.paying import ALSO, CREDIT, OPEN, PART, PAY, WHY, WRONG, Fault, Wanted, read_wanted
from lockportal.web.site import Site

_CHANGED: Final = "payment.changed"
_MEANWHILE: Final = frozenset({_CHANGED, "payment.under_way", "payment.nothing_open", "credit.spent", "credit.not_found"})
"""What is refused because something was paid or used meanwhile: the payment is shown without it."""
_MOST_ALSO: Final = 20
_LONGEST_KEY: Final = 64


@frozen
class Place:
    """Where a payment is made: in an account, or on the pages of one document alone."""

    site: Site
    account_id: UUID
    document_id: UUID | None

    @property
    def here(self) -> str:
        """Answer the address of the page of a payment that is not made yet."""
        if self.document_id is None:
            return self.site.url("pay", account=self.account_id)
        return self.site.url("document_pay", account=self.account_id, document=self.document_id)

    def payment(self, payment: object, then: str = "") -> str:
        """Answer the address of a payment that is made; `then` stands behind it."""
        path = self.site.url("payments", account=self.account_id)
        if self.document_id is not None:
            path = self.site.url("document", account=self.account_id, document=self.document_id) + "/payments"
        return f"{path}/{payment}{then}"


def place_of(site: Site, request: Request) -> Place:
    """Answer where a request is about a payment."""
    of = path_id(request, "document") if "document" in request.params else None
    return Place(site, path_id(request, "account"), of)


def around(site: Site, request: Request, actor: Actor, place: Place) -> tuple[Frame, str]:
    """Answer the frame of a payment's pages, and the customer's country; NotFound for a stranger's account."""
    if actor.kind is ActorKind.HOLDER and place.document_id is not None:
        view = site.portal.documents.get(place.account_id, place.document_id, by=actor)
        return Frame(site=site, actor=actor, account_id=place.account_id, name=view.customer_name), ""
    customer = customer_of(site, request, actor)
    return Frame(site=site, actor=actor, account_id=place.account_id, name=customer.name), customer.address.country


def ask(site: Site, request: Request, actor: Actor) -> Response:
    """Show what is to be paid and what it comes to; nothing is stored by looking."""
    place = place_of(site, request)
    frame, country = around(site, request, actor, place)
    desk = Desk(site, actor, place.account_id, country)
    choice = chosen(desk, request, place.document_id)
    sheet = desk.sheet(choice.wanted, choice.documents)
    if choice.fault:
        sheet = evolve(sheet, faults=(Fault("", "amount.unreadable"),))
    return _page(frame, place, sheet, more=choice.more)


def send(site: Site, request: Request, actor: Actor) -> Response:
    """Work out anew what was changed, or make the payment and go on to it."""
    place = place_of(site, request)
    frame, country = around(site, request, actor, place)
    desk, wanted = Desk(site, actor, place.account_id, country), read_wanted(request.form)
    sheet = desk.opened(wanted, found(desk, tuple(wanted.amounts), place.document_id))
    if sheet.faults:
        return _page(frame, place, sheet, status=422)
    if request.form.get("act") != "pay":
        made = desk.quoted(sheet)
        return _page(frame, place, made, status=422 if made.faults else 200)
    act = _schedule if wanted.on else _start
    return act(desk, frame, place, sheet, request)


def _start(desk: Desk, frame: Frame, place: Place, sheet: Sheet, request: Request) -> Response:
    form, saved = request.form, picked(desk.saved(), request.form.get("method", ""))
    method = _method(form.get("method", "")) if saved is None else saved.kind
    if saved is None and form.get("method", "").startswith(SAVED):
        gone = Refused("method.not_usable", field="saved_method")
        return _page(frame, place, desk.refused(desk.quoted(sheet), gone), status=422)
    expected, key = _confirmed(request, sheet)
    if expected is None:
        return _once_more(desk, frame, place, sheet)
    later = _later(sheet.wanted)
    back = desk.site.guard.origin + place.payment("{payment}", "/back") + later
    payer = Payer(return_url=back, cancel_url=back, locale=desk.site.templates.locale)
    try:
        begun = desk.site.portal.payments.start(
            desk.account_id,
            desk.actor,
            key=key,
            method=method,
            expected=expected,
            payer=payer,
            saved_method=None if saved is None else saved.id,
            save=sheet.wanted.save and saved is None and method in savable(desk.site, desk.country),
            **sheet.wanted.kwargs(),
        )
    except Conflict as error:
        return _once_more(desk, frame, place, sheet, error.code)
    except (Refused, NotFound) as error:
        if error.code in _MEANWHILE:
            return _once_more(desk, frame, place, desk.opened(sheet.wanted, _documents(sheet)))
        if isinstance(error, NotFound):
            raise
        return _page(frame, place, desk.refused(desk.quoted(sheet), error), status=422)
    go = begun.next_action is not None and begun.next_action.kind is NextKind.REDIRECT
    mark = "go=1" if go else ""
    query = "&".join(filter(None, (mark, later.removeprefix("?"))))
    return redirect(place.payment(begun.payment_id) + (f"?{query}" if query else ""))


def _schedule(desk: Desk, frame: Frame, place: Place, sheet: Sheet, request: Request) -> Response:
    """Have the payment made on another day, as it was shown."""
    made, (expected, key) = desk.quoted(sheet), _confirmed(request, sheet)
    if made.faults or made.by is None or made.on is None:
        return _page(frame, place, made, status=422)
    if expected is None:
        return _page(frame, place, made, changed=_CHANGED, status=422)
    method, kwargs = made.by.method, desk.whole(sheet).kwargs()
    try:
        desk.site.portal.payments.schedules.schedule(
            desk.account_id,
            desk.actor,
            on=made.on,
            method=method.kind,
            saved_method=method.id,
            expected=expected,
            key=key,
            **kwargs,
        )
    except Conflict as error:
        return _page(frame, place, made, changed=error.code, status=422)
    except Refused as error:
        if error.code == _CHANGED:
            return _page(frame, place, made, changed=_CHANGED, status=422)
        return _page(frame, place, desk.refused(made, error), status=422)
    return redirect(f"{desk.site.url('payments', account=desk.account_id)}?done=scheduled")


def _once_more(desk: Desk, frame: Frame, place: Place, sheet: Sheet, code: str = _CHANGED) -> Response:
    """Show the payment as it is now, and ask again."""
    made = desk.quoted(sheet)
    return _page(frame, place, made, changed=code, status=422)


def _page(frame: Frame, place: Place, sheet: Sheet, *, status: int = 200, changed: str = "", more: bool = False) -> Response:
    sheet = Desk(frame.site, frame.actor, frame.account_id).disputed(sheet)
    lines = sheet.quote.lines if sheet.quote else ()
    disputed = [line.disputed for line in sheet.lines if line.disputed is not None]
    values = {
        "sheet": sheet,
        "settled": Money(sum(line.settles.minor for line in lines), sheet.wanted.currency or "USD"),
        "credit": Money(sum(line.credit.minor for line in lines), sheet.wanted.currency or "USD"),
        "disputed": total(disputed, sheet.wanted.currency or "USD"),
        "names": {"open": OPEN, "pay": PAY, "why": WHY, "credit": CREDIT, "also": ALSO, "wrong": WRONG, "part": PART},
        "categories": tuple(DisputeCategory),
        "chosen": sheet.wanted,
        "also": sorted(set(sheet.wanted.also.values())),
        "also_query": {code: _query(sheet.wanted, code) for code in sheet.wanted.also.values()},
        "key": draw_secret(),
        "changed": changed,
        "tomorrow": frame.site.portal.supplier.today(frame.site.portal.clock.now()) + timedelta(days=1),
        "parts_query": _in_parts(frame, sheet),
        "more": more,
        "here_pay": place.here,
        "place": place,
        "document_id": place.document_id,
    }
    return frame.page("pay.html", values, here="pay", status=status)


def _in_parts(frame: Frame, sheet: Sheet) -> str:
    """Answer the query of the page on which the documents are paid in parts; empty where that is not offered."""
    rules = frame.site.portal.shell.settings(PaymentsSettings).instalments
    if frame.actor.kind is not ActorKind.CUSTOMER or rules is None or rules.staff_only or not sheet.lines:
        return ""
    if rules.customers:
        number = frame.site.portal.profiles.customer(frame.account_id, by=frame.actor).number
        if number not in rules.customers:
            return ""
    return urlencode([("document", str(line.document.id)) for line in sheet.lines[:_MOST_ALSO]])


def _documents(sheet: Sheet) -> tuple[Document, ...]:
    return (*(line.document for line in sheet.lines), *(document for document, _ in sheet.busy), *sheet.done)


def _query(wanted: Wanted, code: str) -> str:
    """Answer the query that pays the documents in another currency, with the rest beside it."""
    ids = (*(key for key, other in wanted.also.items() if other == code), *wanted.amounts)
    return urlencode([("currency", code), *(("document", str(key)) for key in ids[:_MOST_ALSO])])


def _later(wanted: Wanted) -> str:
    """Answer what a payment's page is told of the documents in other currencies, which are paid after it."""
    ids = list(wanted.also)[:_MOST_ALSO]
    return f"?{urlencode([('document', str(key)) for key in ids])}" if ids else ""


def _method(text: str) -> MethodKind:
    return MethodKind(text) if text in set(MethodKind) else MethodKind.CREDIT


def _confirmed(request: Request, sheet: Sheet) -> tuple[Money | None, str]:
    """Answer the amount that its payer saw, None unless the form is whole, and the key under which it is done once."""
    key = request.form.get("key", "")[:_LONGEST_KEY]
    whole = bool(key) and key.isascii()
    return _expected(request.form.get("expected", ""), sheet.wanted.currency) if whole else None, key


def _expected(text: str, currency: str) -> Money | None:
    try:
        return Money.of(text, currency)
    except ValueError:
        return None
