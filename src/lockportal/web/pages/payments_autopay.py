"""The page of autopay: what is paid by itself, what it takes next, setting it, and stopping it with one button."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from attrs import frozen

from lockportal.core.actor import Actor
from lockportal.core.errors import Refused
from lockportal.payments.autopay.models import AutopayStatus
from lockportal.payments.coming.views import AutopayRow, ScheduleRow
from lockportal.payments.scheduling.models import ScheduleOrigin
from lockportal.payments.settings import PaymentsSettings
from lockportal.web.filters import read_amount
from lockportal.web.http import Request, Response, redirect
from lockportal.web.pages.accounts import customer_of, frame, path_id
from lockportal.web.pages.payments_saved import SAVED, picked, usable
from lockportal.web.paying import Fault
from lockportal.web.site import Site

_LONGEST: Final = 4


@frozen
class Running:
    """A rule of autopay with what it takes next: what was announced, else what would be."""

    rule: AutopayRow
    announced: tuple[ScheduleRow, ...]
    ahead: tuple[ScheduleRow, ...]

    @property
    def coming(self) -> tuple[ScheduleRow, ...]:
        """Answer what it takes next."""
        return self.announced or self.ahead

    @property
    def on(self) -> bool:
        """Whether it was not stopped."""
        return self.rule.status is not AutopayStatus.STOPPED


def show(site: Site, request: Request, actor: Actor) -> Response:
    """Show how the account pays by itself in each currency, and what it takes next."""
    return _page(site, request, actor)


def store(site: Site, request: Request, actor: Actor) -> Response:
    """Set autopay for a currency, or set it anew."""
    account_id, form = path_id(request, "account"), request.form
    currency, days, ceiling = form.get("currency", ""), _days(form.get("days_before", "")), form.get("ceiling", "").strip()
    most = read_amount(ceiling, currency) if ceiling and currency in site.portal.supplier.currencies else None
    method = picked(usable(site, actor, account_id, off_session=True), form.get("saved_method", ""))
    if days is None:
        return _page(site, request, actor, Fault("days_before", "autopay.days"))
    if ceiling and most is None:
        return _page(site, request, actor, Fault("ceiling", "autopay.ceiling"))
    if method is None:
        site.portal.payments.methods.list(account_id, actor)  # who may not pay is told so
        return _page(site, request, actor, Fault("saved_method", "method.not_usable"))
    try:
        site.portal.payments.autopay.set(
            account_id,
            actor,
            currency=currency,
            method=method.kind,
            saved_method=method.id,
            days_before=days,
            ceiling=most,
            credits_first="credits_first" in form,
        )
    except Refused as error:
        at = error.field if error.field in {"currency", "days_before", "ceiling"} else "saved_method"
        return _page(site, request, actor, Fault(at, error.code, error.message))
    return redirect(f"{site.url('autopay', account=account_id)}?done=autopay_set")


def stop(site: Site, request: Request, actor: Actor) -> Response:
    """Stop autopay in a currency at once."""
    account_id = path_id(request, "account")
    site.portal.payments.autopay.stop(account_id, request.form.get("currency", ""), actor)
    return redirect(f"{site.url('autopay', account=account_id)}?done=autopay_stopped")


def _page(site: Site, request: Request, actor: Actor, fault: Fault | None = None) -> Response:
    customer, payments = customer_of(site, request, actor), site.portal.payments
    rules = payments.autopay.list(customer.account_id, actor)
    waiting = payments.schedules.list(customer.account_id, actor, waiting=True) if rules else ()
    values = {
        "running": [one for one in (_running(site, actor, customer.account_id, rule, waiting) for rule in rules) if one.on],
        "methods": usable(site, actor, customer.account_id, off_session=True),
        "saved_value": SAVED,
        "typed": request.form if fault else _typed(rules, request.query.get("currency", "")),
        "notice_days": site.portal.shell.settings(PaymentsSettings).autopay.notice_days,
        "fault": fault,
        "done": request.query.get("done", ""),
    }
    status = 200 if fault is None else 422
    return frame(site, actor, customer).page("autopay.html", values, here="payments", status=status)


def _running(site: Site, actor: Actor, account_id: UUID, rule: AutopayRow, waiting: Sequence[ScheduleRow]) -> Running:
    announced = [one for one in waiting if one.origin is ScheduleOrigin.AUTOPAY and one.amount.currency == rule.currency]
    ahead = () if announced else site.portal.payments.autopay.preview(account_id, rule.currency, actor)
    return Running(rule, tuple(sorted(announced, key=lambda one: one.on)), ahead)


def _typed(rules: Sequence[AutopayRow], currency: str) -> Mapping[str, str]:
    """Answer what the form begins with: the rule of a currency, else what most want."""
    rule = next((one for one in rules if one.currency == currency), None)
    if rule is None:
        return {"currency": currency, "days_before": "0", "credits_first": "on"}
    return {
        "currency": rule.currency,
        "saved_method": f"{SAVED}{rule.method_id}",
        "days_before": str(rule.days_before),
        "ceiling": "" if rule.ceiling is None else str(rule.ceiling.decimal),
        **({"credits_first": "on"} if rule.credits_first else {}),
    }


def _days(text: str) -> int | None:
    """Read a number of days, none for an empty field; None where it is no number."""
    plain = text.strip() or "0"
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) < _LONGEST else None
