"""Instalments: a plan is proposed for documents within the supplier's rules, looked at, agreed to, and followed."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from attrs import field, frozen

from lockportal.core.actor import Actor
from lockportal.core.errors import Conflict, Refused
from lockportal.core.money import Money
from lockportal.documents.models import Document
from lockportal.payments.coming.views import PlanProgress
from lockportal.payments.planning import LineChoice
from lockportal.payments.saving.views import MethodRow
from lockportal.payments.settings import InstalmentRules, PaymentsSettings
from lockportal.signing import draw_secret
from lockportal.web.filters import read_day
from lockportal.web.http import Request, Response, redirect
from lockportal.web.pages.accounts import customer_of, frame, path_id, written_id
from lockportal.web.pages.payments_saved import SAVED, picked, usable
from lockportal.web.paying import MOST, Fault
from lockportal.web.site import Site

DOCUMENT: Final = "document."
"""What the name of a field begins with that names a document; its id follows."""
_WEEKS: Final[Mapping[str, int]] = {"week": 1, "two_weeks": 2}
_RHYTHMS: Final = (*_WEEKS, "month")
_LONGEST_KEY: Final = 64
_YEAR: Final = 12
_MOST_PARTS: Final = 120
_FARTHEST: Final = timedelta(days=3660)
"""No rule of a supplier reaches further."""


@frozen(kw_only=True)
class Proposal:
    """A plan before it is agreed to: what was chosen, the documents, and the plan, or what hinders it."""

    chosen: Mapping[str, str]
    documents: tuple[Document, ...]
    methods: tuple[MethodRow, ...]
    plan: PlanProgress | None = None
    faults: tuple[Fault, ...] = ()
    wanted: Mapping[str, Any] = field(factory=dict)

    @property
    def fault(self) -> Fault | None:
        """Answer what hinders it."""
        return next(iter(self.faults), None)


def rules_of(site: Site, number: str) -> InstalmentRules | None:
    """Answer the rules by which a customer may agree to instalments here, None where they may not."""
    rules = site.portal.shell.settings(PaymentsSettings).instalments
    if rules is None or rules.staff_only or (rules.customers and number not in rules.customers):
        return None
    return rules


def listing(site: Site, request: Request, actor: Actor) -> Response:
    """Show the instalment plans of an account, and what is paid of each."""
    customer = customer_of(site, request, actor)
    values = {
        "plans": site.portal.payments.instalments.list(customer.account_id, actor),
        "done": request.query.get("done", ""),
    }
    return frame(site, actor, customer).page("plans.html", values, here="payments")


def propose(site: Site, request: Request, actor: Actor) -> Response:
    """Show what paying some documents in parts comes to: the days and the amounts; nothing is stored by looking."""
    ids = [written_id(text, "document") for text in request.every("document")[:MOST]]
    made = _proposal(site, request, actor, ids, request.query)
    return _page(site, request, actor, made)


def agree(site: Site, request: Request, actor: Actor) -> Response:
    """Agree to the plan that was shown."""
    form, account_id = request.form, path_id(request, "account")
    ids = [written_id(name.removeprefix(DOCUMENT), "document") for name in form if name.startswith(DOCUMENT)][:MOST]
    made = _proposal(site, request, actor, ids, form)
    key = form.get("key", "")[:_LONGEST_KEY]
    if made.plan is None:
        return _page(site, request, actor, made, status=422)
    if form.get("expected") != str(made.plan.total.decimal) or not key or not key.isascii():
        return _page(site, request, actor, made, changed="payment.changed", status=422)
    try:
        site.portal.payments.instalments.agree(account_id, actor, key=key, expected=made.plan.total, **made.wanted)
    except (Conflict, Refused) as error:
        return _page(site, request, actor, made, changed=error.code, status=422)
    return redirect(f"{site.url('plans', account=account_id)}?done=plan_agreed")


def cancel(site: Site, request: Request, actor: Actor) -> Response:
    """Call a plan off: the parts that were not begun are not taken."""
    account_id = path_id(request, "account")
    site.portal.payments.instalments.cancel(account_id, path_id(request, "plan"), actor)
    return redirect(f"{site.url('plans', account=account_id)}?done=plan_canceled")


def days_from(first: date, rhythm: str, parts: int) -> tuple[date, ...]:
    """Answer so many days from the first one on, each a week, two weeks or a month after the one before."""
    if rhythm in _WEEKS:
        return tuple(first + timedelta(weeks=_WEEKS[rhythm] * number) for number in range(parts))
    return tuple(_months_after(first, number) for number in range(parts))


def _months_after(first: date, months: int) -> date:
    year, month = divmod(first.year * _YEAR + first.month - 1 + months, _YEAR)
    return date(year, month + 1, min(first.day, monthrange(year, month + 1)[1]))


def _proposal(site: Site, request: Request, actor: Actor, ids: Sequence[UUID], given: Mapping[str, str]) -> Proposal:
    account_id = path_id(request, "account")
    site.portal.payments.methods.list(account_id, actor)  # who may not pay is told so
    found = site.portal.documents.several(account_id, ids, actor)
    owed = [one for one in found if one.balance is not None and one.balance.minor > 0]
    currency = owed[0].balance.currency if owed and owed[0].balance else ""
    documents = tuple(one for one in owed if one.balance is not None and one.balance.currency == currency)
    methods, today = usable(site, actor, account_id, off_session=True), site.portal.supplier.today(site.portal.clock.now())
    chosen = {
        "parts": given.get("parts", "3"),
        "first": given.get("first", (today + timedelta(days=1)).isoformat()),
        "rhythm": given.get("rhythm", "month"),
        "saved_method": given.get("saved_method", f"{SAVED}{methods[0].id}" if methods else ""),
    }
    first, parts = read_day(chosen["first"]), _parts(chosen["parts"])
    method = picked(methods, chosen["saved_method"])
    before = Proposal(chosen=chosen, documents=documents, methods=methods)
    hindered = _hindered(documents, first, parts, method, today)
    if hindered is not None or first is None or parts is None or method is None:
        return _with(before, hindered)
    wanted: dict[str, Any] = {
        "currency": currency,
        "lines": [LineChoice(document_id=one.id) for one in documents],
        "days": days_from(first, chosen["rhythm"] if chosen["rhythm"] in _RHYTHMS else "month", parts),
        "method": method.kind,
        "saved_method": method.id,
    }
    try:
        plan = site.portal.payments.instalments.quote(account_id, actor, **wanted)
    except Refused as error:
        at = {"plan.days": "first", "plan.too_many": "parts", "plan.too_small": "parts", "method.not_usable": "saved_method"}
        return _with(before, Fault(at.get(error.code, ""), error.code, error.message))
    return Proposal(chosen=chosen, documents=documents, methods=methods, plan=plan, wanted=wanted)


def _hindered(
    documents: Sequence[Document], first: date | None, parts: int | None, method: MethodRow | None, today: date
) -> Fault | None:
    if not documents:
        return Fault("", "payment.nothing_open")
    if first is None:
        return Fault("first", "schedule.unreadable")
    if first > today + _FARTHEST:
        return Fault("first", "plan.days")
    if parts is None:
        return Fault("parts", "plan.too_many")
    return Fault("saved_method", "schedule.method") if method is None else None


def _with(proposal: Proposal, fault: Fault | None) -> Proposal:
    faults = () if fault is None else (fault,)
    return Proposal(chosen=proposal.chosen, documents=proposal.documents, methods=proposal.methods, faults=faults)


def _page(site: Site, request: Request, actor: Actor, made: Proposal, *, changed: str = "", status: int = 200) -> Response:
    customer = customer_of(site, request, actor)
    total = sum(one.balance.minor for one in made.documents if one.balance is not None)
    first = made.documents[0].balance if made.documents else None
    values = {
        "made": made,
        "fault": made.fault,
        "changed": changed,
        "open": None if first is None else Money(total, first.currency),
        "rules": rules_of(site, customer.number),
        "rhythms": _RHYTHMS,
        "saved_value": SAVED,
        "prefix": DOCUMENT,
        "key": draw_secret(),
    }
    return frame(site, actor, customer).page("plan.html", values, here="payments", status=status)


def _parts(text: str) -> int | None:
    plain = text.strip()
    return int(plain) if plain.isascii() and plain.isdigit() and plain and int(plain[:4]) <= _MOST_PARTS else None
