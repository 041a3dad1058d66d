"""Saved ways to pay as the pages of payments need them: which of somebody's can be used, and which ways can be saved here."""

from __future__ import annotations

from datetime import datetime
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from attrs import frozen

from lockportal.core.actor import Actor, ActorKind, Right
from lockportal.core.money import Money
from lockportal.payments.coming.views import ScheduleRow
from lockportal.payments.methods import Flow, MethodKind, Saved
from lockportal.payments.payers import NextAction
from lockportal.payments.requests import MethodStatus
from lockportal.payments.saving.views import MethodRow
from lockportal.payments.settings import MethodRule, PaymentsSettings
from lockportal.payments.views import Quote
from lockportal.web.site import Site

SAVED: Final = "saved."
"""What the value of a way to pay begins with that is a saved method; its id follows."""


@frozen
class SavedWay:
    """A saved method with the fee that paying by it costs."""

    method: MethodRow
    fee: Money

    @property
    def value(self) -> str:
        """Answer what the form of a payment calls it."""
        return f"{SAVED}{self.method.id}"


def usable(site: Site, actor: Actor, account_id: UUID, *, off_session: bool = False) -> tuple[MethodRow, ...]:
    """Answer the saved methods that somebody can pay by today, the preferred one first; none for who may not pay."""
    grant = actor.grant(account_id)
    if actor.kind is not ActorKind.CUSTOMER or grant is None or Right.PAY not in grant.rights:
        return ()
    today = site.portal.supplier.today(site.portal.clock.now())
    rows = (row for row in site.portal.payments.methods.list(account_id, actor) if row.status is MethodStatus.ACTIVE)
    fresh = (row for row in rows if row.expires_on is None or today <= row.expires_on)
    found = (row for row in fresh if row.off_session or not off_session)
    return tuple(sorted(found, key=lambda row: not row.default))


def picked(methods: tuple[MethodRow, ...], value: str) -> MethodRow | None:
    """Answer the saved method that a field names, None where it names none of these."""
    return next((row for row in methods if f"{SAVED}{row.id}" == value), None)


def savable(site: Site, country: str = "") -> tuple[MethodKind, ...]:
    """Answer the ways to pay that can be saved on a page of the supplier's gateways, for customers of a country."""
    rules = site.portal.shell.settings(PaymentsSettings).methods
    return tuple(dict.fromkeys(rule.method for rule in rules if _saves(site, rule, country)))


def address_of(site: Site, action: NextAction | None) -> str:
    """Answer where the payer goes on at their gateway; empty where they need not, or nowhere.

    That is by https, or on this portal, or from a portal on this very machine to what else stands there, such as a stub.
    """
    url, own = "" if action is None else action.url, site.portal.config.base_url
    here = url.startswith(f"{own}/") or (_on_loopback(own) and _on_loopback(url))
    return url if here or urlsplit(url).scheme == "https" else ""


def _on_loopback(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme == "http" and ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False


def on_a_day(row: ScheduleRow, expires_at: datetime) -> Quote:
    """Answer what a payment on another day comes to, as a payment now is told."""
    cash = sum(line.cash.minor for line in row.lines) + row.on_account.minor
    return Quote(
        lines=row.lines,
        credits=(),
        on_account=row.on_account,
        fee=Money(row.amount.minor - cash, row.amount.currency),
        amount=row.amount,
        counts_on=row.on,
        expires_at=expires_at,
    )


def _saves(site: Site, rule: MethodRule, country: str) -> bool:
    if not rule.merchant_account:
        return False
    able = site.portal.payments.gateways.merchant(rule.merchant_account).descriptor.method(rule.method)
    if able is None or able.saved is Saved.NONE or Flow.HOSTED not in able.flows:
        return False
    return not (able.countries and country) or country in able.countries
