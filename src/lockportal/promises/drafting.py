"""From what somebody wants to promise to a promise: what it is for, its days, and which rules it breaks. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Final
from uuid import UUID

from attrs import frozen

from lockportal.core.account import Account
from lockportal.core.actor import Actor, ActorKind
from lockportal.core.days import LATEST
from lockportal.core.errors import NotFound, Refused
from lockportal.core.money import Money
from lockportal.documents.models import Document, DocumentsSettings
from lockportal.ledger.models import DueBalance
from lockportal.payments.methods import MethodKind
from lockportal.profiles.models import Customer
from lockportal.promises.models import FAILED, LONGEST_NOTE, Part, Promise, PromiseLine, PromiseStatus
from lockportal.promises.settings import PromisesSettings

YEAR: Final = timedelta(days=365)
MOST_LINES: Final = 200


@frozen(kw_only=True)
class PromiseChoice:
    """A document that is promised: `amount` of it, all that is open and not promised yet if None."""

    document_id: UUID
    amount: Money | None = None


@frozen(kw_only=True)
class Wanted:
    """What somebody wants to promise: documents or, without any, an amount for the account; one day, or parts."""

    currency: str
    lines: tuple[PromiseChoice, ...] = ()
    amount: Money | None = None
    on: date | None = None
    parts: tuple[Part, ...] = ()
    note: str = ""
    method: MethodKind | None = None
    replaces: UUID | None = None


@frozen(kw_only=True)
class Drafted:
    """What a promise would be."""

    amount: Money
    lines: tuple[PromiseLine, ...]
    parts: tuple[Part, ...]
    open: Money
    """What is open of its documents, or of the account."""


def drafted(account: Account, wanted: Wanted, by: Actor, today: date) -> Drafted:
    """Work a promise out; Refused or NotFound names what cannot be promised.

    Codes: `promise.empty`, `.too_many_lines`, `.twice`, `.currency`, `.nothing_open`, `.too_much`, `.note_too_long`, `.days`,
    `.day_past`, `.sum`, `.too_many_parts`.
    """
    if len(wanted.note) > LONGEST_NOTE:
        raise Refused("promise.note_too_long", f"At most {LONGEST_NOTE} characters, please.", field="note")
    others = [one for one in account.all(Promise) if one.status is PromiseStatus.OPEN and one.id != wanted.replaces]
    if wanted.lines:
        _check_seen(account, wanted, by)
        lines = _lines(account, wanted, others)
        amount = Money(sum(line.amount.minor for line in lines), wanted.currency)
        open_ = Money(sum(line.open.minor for line in lines), wanted.currency)
        if wanted.amount not in {None, amount}:
            raise Refused("promise.sum", f"The documents come to {amount}.", field="amount")
    else:
        lines, open_ = (), open_of_account(account, wanted.currency)
        amount = _on_account(wanted, open_, others)
    return Drafted(amount=amount, lines=lines, parts=_parts(account, wanted, amount, today), open=open_)


def open_of_account(account: Account, currency: str) -> Money:
    """Answer what an account's documents have open."""
    dues = (one for one in account.all(DueBalance) if one.due_on is not None and one.amount.currency == currency)
    return Money(sum(one.amount.minor for one in dues), currency)


def objections(account: Account, wanted: Wanted, draft: Drafted, at: datetime) -> tuple[str, ...]:
    """Answer the supplier's rules that a promise breaks, by their codes."""
    settings, supplier, today = account.settings(PromisesSettings), account.supplier, account.supplier.today(at)
    promises = account.all(Promise)
    replaced = next((one for one in promises if one.id == wanted.replaces), None)
    opened = [one for one in promises if one.status in {PromiseStatus.OPEN, PromiseStatus.PROPOSED} and one is not replaced]
    days = [part.on for part in draft.parts]
    broken = {
        "promise.too_late": days[-1] > today + timedelta(days=settings.latest_days),
        "promise.too_little": draft.amount.minor * 100 < settings.least_percent * draft.open.minor,
        "promise.too_many_open": len(opened) >= settings.most_open,
        "promise.too_many_broken": broken_lately(promises, at) >= settings.most_broken,
        "promise.moved_too_often": replaced is not None and replaced.moves >= settings.most_moves,
        "promise.no_business_day": settings.business_days_only and not all(map(supplier.calendar.is_business_day, days)),
    }
    return tuple(code for code, holds in broken.items() if holds)


def broken_lately(promises: Sequence[Promise], at: datetime) -> int:
    """Answer how many promises were not kept within a year, in whole or in part."""
    return sum(one.status in FAILED and one.judged_at is not None and at - one.judged_at <= YEAR for one in promises)


def _check_seen(account: Account, wanted: Wanted, by: Actor) -> None:
    keys = [line.document_id for line in wanted.lines]
    if len(keys) > MOST_LINES:
        raise Refused("promise.too_many_lines", f"At most {MOST_LINES} documents at once.", field="lines")
    if len(set(keys)) < len(keys):
        raise Refused("promise.twice", "A document is named twice.", field="lines")
    account.require(Document, keys)
    strange = by.kind is ActorKind.HOLDER and set(keys) != {by.document_id}
    if strange or any(_hidden(account, key, by) for key in keys):
        raise NotFound("document.not_found", "There is no such document.")


def _hidden(account: Account, document_id: UUID, by: Actor) -> bool:
    """Say whether a document is hidden from whoever asks."""
    if by.kind not in {ActorKind.CUSTOMER, ActorKind.HOLDER}:
        return False
    document = account.get(Document, document_id)
    hidden = {*account.settings(DocumentsSettings).hidden_kinds, *account.get(Customer, account.id).hidden_kinds}
    return not document.visible or document.kind in hidden


def _lines(account: Account, wanted: Wanted, others: Sequence[Promise]) -> tuple[PromiseLine, ...]:
    lines = []
    for choice in wanted.lines:
        document = account.get(Document, choice.document_id)
        balance = document.balance
        if balance is None or balance.minor <= 0:
            raise Refused("promise.nothing_open", f"{document.number} has nothing open.", field="lines")
        if balance.currency != wanted.currency:
            raise Refused("promise.currency", "A promise is of one currency.", field="currency")
        promised = sum(
            line.amount.minor - line.paid for other in others for line in other.lines if line.document_id == document.id
        )
        free = balance.minor - promised
        if free <= 0:
            raise Refused("promise.twice", f"{document.number} is promised already.", field="lines")
        amount = Money(free, balance.currency) if choice.amount is None else choice.amount
        _check_amount(amount, Money(free, balance.currency), document.number)
        lines.append(PromiseLine(document_id=document.id, number=document.number, amount=amount, open=balance))
    return tuple(lines)


def _on_account(wanted: Wanted, open_: Money, others: Sequence[Promise]) -> Money:
    for part in wanted.parts:
        if part.amount.currency != wanted.currency:
            raise Refused("promise.currency", "A promise is of one currency.", field="parts")
    summed = Money(sum(part.amount.minor for part in wanted.parts), wanted.currency)
    amount = wanted.amount or summed
    promised = sum(other.left.minor for other in others if other.currency == wanted.currency)
    _check_amount(amount, Money(max(open_.minor - promised, 0), wanted.currency), "the account")
    return amount


def _check_amount(amount: Money, free: Money, what: str) -> None:
    if amount.currency != free.currency:
        raise Refused("promise.currency", "A promise is of one currency.", field="currency")
    if amount.minor <= 0:
        raise Refused("promise.empty", "Promise more than nothing.", field="amount")
    if amount > free:
        raise Refused("promise.too_much", f"At most {free} of {what} can be promised.", field="amount")


def _parts(account: Account, wanted: Wanted, amount: Money, today: date) -> tuple[Part, ...]:
    parts = wanted.parts
    if not parts:
        if wanted.on is None:
            raise Refused("promise.days", "Say by which day.", field="on")
        parts = (Part(wanted.on, amount),)
    most = account.settings(PromisesSettings).most_parts
    if len(parts) > most:
        raise Refused("promise.too_many_parts", f"At most {most} parts.", field="parts")
    if any(one.on >= other.on for one, other in pairwise(parts)):
        raise Refused("promise.days", "The days of the parts must rise.", field="parts")
    if parts[0].on < today:
        raise Refused("promise.day_past", "Choose today or a later day.", field="on")
    if parts[-1].on > LATEST:
        raise Refused("promise.too_late", "That is too far ahead.", field="parts" if wanted.parts else "on")
    if any(part.amount.currency != amount.currency or part.amount.minor <= 0 for part in parts):
        raise Refused("promise.sum", "Each part is more than nothing, in one currency.", field="parts")
    if sum(part.amount.minor for part in parts) != amount.minor:
        raise Refused("promise.sum", f"The parts do not come to {amount}.", field="parts")
    return parts
