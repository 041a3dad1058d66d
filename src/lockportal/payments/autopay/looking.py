"""Autopay looks after its documents once a day: what is due soon is announced and scheduled. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import ClassVar, Final
from uuid import UUID

from attrs import evolve, frozen

from lockportal.core.account import Account, Owner
from lockportal.core.actor import SYSTEM, Audience, Right
from lockportal.core.errors import Refused
from lockportal.core.record import Event, Record, Stamp
from lockportal.documents.models import Document, DocumentsSettings
from lockportal.ledger.models import Credit
from lockportal.payments.autopay.commands import paused
from lockportal.payments.autopay.models import (
    AutopayAnnounced,
    AutopayChanged,
    AutopayLeftOut,
    AutopayRule,
    AutopayStatus,
    autopay_id,
)
from lockportal.payments.earmarks import earmarked
from lockportal.payments.planning import MOST_CREDITS, MOST_LINES, CreditChoice, LineChoice, Wish, open_of, plan, reserved
from lockportal.payments.saving.commands import usable_method
from lockportal.payments.scheduling.commands import run_day, scheduled, start_of
from lockportal.payments.scheduling.models import WAITING, ScheduledPayment, ScheduleOrigin
from lockportal.payments.settings import PaymentsSettings
from lockportal.profiles.models import Customer

_MOST: Final = 200
"""So many documents are looked at in a day at most; the others the day after."""


def look(rule: AutopayRule, account: Account, stamp: Stamp) -> Sequence[Event]:
    """Announce what is to be paid soon, and look again when the supplier's next day begins."""
    today, notice = account.supplier.today(stamp.at), account.settings(PaymentsSettings).autopay.notice_days
    again = evolve(rule, wake_at=account.supplier.end_of(today))
    earliest = max(today + timedelta(days=notice), rule.not_before or today)
    if earliest > today + timedelta(days=notice):
        return [AutopayChanged(rule=again)]
    on = run_day(account.supplier, earliest)
    try:
        at_run = evolve(stamp, at=start_of(account.supplier, on))
        usable_method(account, rule.method_id, rule.method, at_run, off_session=True)
    except Refused as refused:
        return paused(account, rule, refused.code)
    known = {one.id for one in account.all(Document)}
    again = evolve(again, left_out=tuple(key for key in rule.left_out if key in known))
    amounts = {one.id: _alone(account, rule, one, on) for one in _wanted(account, again, earliest)}
    most = None if rule.ceiling is None else rule.ceiling.minor
    above = tuple(key for key, minor in amounts.items() if most is not None and minor > most)
    again = evolve(again, left_out=(*again.left_out, *above))
    events: list[Event] = [AutopayLeftOut(rule=again, documents=above)] if above else [AutopayChanged(rule=again)]
    payable = {key: minor for key, minor in amounts.items() if key not in above}
    credits_ = _credits(account, rule) if rule.credits_first else ()
    for number, group in enumerate(_groups(payable, most)):
        schedule = _scheduled(account, rule, group, () if number else credits_, on, stamp.branch(f"run/{number}"))
        if schedule is not None:
            events.append(AutopayAnnounced(rule=again, schedule=schedule))
    return events


@frozen(kw_only=True)
class LookAhead:
    """Answer, by being rehearsed, what autopay will announce next: on the first day on which it finds anything."""

    audience: ClassVar[Audience] = Audience(customer=Right.VIEW, staff=True, system=True)
    owner: ClassVar[Owner | None] = Owner.CUSTOMER
    needs: ClassVar[tuple[type[Record], ...]] = ()
    opens: ClassVar[bool] = False

    account_id: UUID
    currency: str

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """Look on that day; nothing where autopay stands still, or nothing is open that it would pay."""
        rule = account.find(AutopayRule, autopay_id(account.id, self.currency))
        found = [] if rule is None or rule.status is not AutopayStatus.ACTIVE else _wanted(account, rule, date.max)
        if rule is None or not found:
            return []
        today, notice = account.supplier.today(stamp.at), timedelta(days=account.settings(PaymentsSettings).autopay.notice_days)
        times = (found[0].due_on or today) - timedelta(days=rule.days_before), rule.not_before or today
        day = max(times) - notice
        at = stamp.at if day <= today else start_of(account.supplier, day)
        return look(rule, account, evolve(stamp, at=at, by=SYSTEM))


def _wanted(account: Account, rule: AutopayRule, until: date) -> Sequence[Document]:
    """Answer the open documents whose time has come, the earliest due first, but those that are being seen to already."""
    customer = account.get(Customer, account.id)
    hidden = {*account.settings(DocumentsSettings).hidden_kinds, *customer.hidden_kinds}
    busy = {line.document_id for one in account.all(ScheduledPayment) if one.status in WAITING for line in one.lines}
    left, held = {*busy, *rule.left_out}, reserved(account)
    found = [
        (one.due_on, one.id, one)
        for one in account.all(Document)
        if one.id not in left
        and one.visible
        and one.kind not in hidden
        and one.balance is not None
        and one.balance.currency == rule.currency
        and one.due_on is not None
        and one.due_on - timedelta(days=rule.days_before) <= until
        and open_of(one, held) > 0
    ]
    return [one for _, _, one in sorted(found, key=lambda place: place[:2])][:_MOST]


def _alone(account: Account, rule: AutopayRule, document: Document, on: date) -> int:
    """Answer what a document by itself would take, in minor units with its fee."""
    return plan(account, _wish(rule, (document.id,), ()), on).amount.minor


def _groups(amounts: dict[UUID, int], most: int | None) -> Iterable[tuple[UUID, ...]]:
    """Share documents out over as few payments as their order allows, none of more than the ceiling."""
    group: list[UUID] = []
    total = 0
    for key, minor in amounts.items():
        if group and ((most is not None and total + minor > most) or len(group) >= MOST_LINES):
            yield tuple(group)
            group, total = [], 0
        group.append(key)
        total += minor
    if group:
        yield tuple(group)


def _credits(account: Account, rule: AutopayRule) -> tuple[CreditChoice, ...]:
    """Answer the credit that can be used, the oldest first."""
    held, meant = reserved(account), earmarked(account)
    memos = [(one.issued_on, one.id, one.balance) for one in account.all(Document)]
    given = [(one.received_on, one.id, one.balance) for one in account.all(Credit)]
    usable = [
        (on, key)
        for on, key, balance in (*memos, *given)
        if balance is not None and balance.currency == rule.currency and key not in meant and -balance.minor > held.get(key, 0)
    ]
    return tuple(CreditChoice(credit_id=key) for _, key in sorted(usable)[:MOST_CREDITS])


def _scheduled(
    account: Account, rule: AutopayRule, keys: tuple[UUID, ...], credits_: tuple[CreditChoice, ...], on: date, stamp: Stamp
) -> ScheduledPayment | None:
    """Answer the payment of some documents, None where it would be refused: such as one that is too small yet."""
    try:
        schedule = scheduled(account, _wish(rule, keys, credits_), rule.method_id, on, stamp)
    except Refused:
        return None
    return evolve(schedule, contact_id=rule.contact_id, origin=ScheduleOrigin.AUTOPAY, origin_id=rule.id)


def _wish(rule: AutopayRule, keys: tuple[UUID, ...], credits_: tuple[CreditChoice, ...]) -> Wish:
    return Wish(
        currency=rule.currency,
        lines=tuple(LineChoice(document_id=key) for key in keys),
        credits=credits_,
        method=rule.method,
        discounts=rule.discounts,
    )
