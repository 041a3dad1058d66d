"""What follows where money is posted, payments end, or a day comes: pure.

What is posted may keep a promise at once, or open it again. That one was not kept is said only by the passing of time: so it is
the same whether the money or the end of the day is heard of first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from attrs import evolve

from lockportal.core.account import Account
from lockportal.core.record import Event, Stamp
from lockportal.ledger.models import EntriesPosted, Entry, EntryKind
from lockportal.payments.folding import PaymentState
from lockportal.payments.models import Operation, OperationAsked, OperationObserved, Payment, PaymentReviewed
from lockportal.payments.operations import OpStatus
from lockportal.promises.drafting import YEAR, broken_lately
from lockportal.promises.models import (
    FAILED,
    FOLLOWED,
    Inflow,
    InflowSeen,
    Moved,
    Promise,
    PromiseBroken,
    PromiseCancelled,
    PromiseKept,
    PromiseProgressed,
    PromiseReminded,
    PromiseReopened,
    PromisesSettled,
    PromiseStatus,
)
from lockportal.promises.settings import PromisesSettings
from lockportal.promises.weighing import Judgement, Scales, with_paid

NOTHING_OWED: Final = "promise.nothing_owed"
SETTLED_AFTER: Final = YEAR + timedelta(days=1)
_LATER: Final = timedelta(days=30)
_DAY: Final = timedelta(days=1)
_MONEY: Final = frozenset(
    {
        EntryKind.PAYMENT,
        EntryKind.DISCOUNT,
        EntryKind.REFUND,
        EntryKind.RETURN,
        EntryKind.CHARGEBACK,
        EntryKind.TRANSFER,
        EntryKind.REVERSAL,
    }
)
"""What customers pay, and what goes back of it; a reversal takes a settlement back that the books had told of."""
_BILLS: Final = frozenset({EntryKind.INVOICE, EntryKind.DEBIT_MEMO, EntryKind.CREDIT_MEMO, EntryKind.FEE, EntryKind.INTEREST})
_NOT_BEGUN: Final = frozenset({PaymentState.NEW, PaymentState.ACTION_REQUIRED})
_BEGUN: Final = frozenset({OpStatus.PENDING, OpStatus.SUCCEEDED})


def see_money(event: EntriesPosted, account: Account, stamp: Stamp) -> Sequence[Event]:
    """Note what was posted in an account with promises, and what it does to them."""
    entries = [one for one in event.entries if one.kind not in _BILLS or one.item_balance != one.amount.minor]
    if not entries or not any(one.status is PromiseStatus.PROPOSED or one.status in FOLLOWED for one in account.all(Promise)):
        return []
    begun = _begun_on(event, account)
    number = last_number(account)
    seen: list[Event] = []
    for effective in sorted({one.effective_on for one in entries}):
        number += 1
        inflow = Inflow(
            id=stamp.child(f"inflow/{number}"),
            account_id=account.id,
            number=number,
            value_on=effective if begun is None else min(effective, begun),
            payment_id=event.payment_id,
            moved=_moved(one for one in entries if one.effective_on == effective),
        )
        seen.append(InflowSeen(inflow=inflow))
    account = account.holding(record for one in seen for record in one.records())
    return [*seen, *judged(account, stamp, timely=False)]


def end_waiting(event: OperationObserved | OperationAsked | PaymentReviewed, account: Account, stamp: Stamp) -> Sequence[Event]:  # noqa: ARG001 - as every reaction
    """Have promises looked at again that wait for a payment, now that something became of one."""
    held = (one for one in account.all(Promise) if one.status is PromiseStatus.OPEN and one.wake_at is None)
    return [PromiseProgressed(promise=evolve(one, wake_at=stamp.at)) for one in held]


def come(promise: Promise, account: Account, stamp: Stamp) -> Sequence[Event]:
    """Let time pass for a promise: remind of it, judge it, or settle it after a year."""
    if promise.status is not PromiseStatus.OPEN:
        return _settled(promise, account, stamp)
    events: list[Event] = []
    today = account.supplier.today(stamp.at)
    part = next((one for one in promise.due if _reminds_on(promise, one.on, account) is not None and one.on >= today), None)
    if part is not None and _starts(account, _reminds_on(promise, part.on, account)) <= stamp.at:
        reminded = evolve(promise, reminded_on=part.on)
        reminded = evolve(reminded, wake_at=next_wake(reminded, account, stamp.at))
        events.append(PromiseReminded(promise=reminded, on=part.on))
        account = account.holding([reminded])
    return [*events, *judged(account, stamp, timely=True)]


def judged(account: Account, stamp: Stamp, *, timely: bool) -> Sequence[Event]:
    """Answer what has become of an account's promises; that one was not kept only if `timely`, else it is looked at at once."""
    promises = account.all(Promise)
    found = scales(account, stamp.at).weigh(promises, account.all(Inflow))
    events: list[Event] = []
    for promise in sorted((one for one in promises if one.id in found), key=lambda one: (one.last_on, one.since, one.id)):
        told = _told(promise, found[promise.id], account, stamp, timely=timely)
        account = account.holding(record for one in told for record in one.records())
        events += told
    return events


def scales(account: Account, at: datetime) -> Scales:
    """Answer what an account's promises are weighed by at a time."""
    today = account.supplier.today(at)
    return Scales(
        supplier=account.supplier,
        settings=account.settings(PromisesSettings),
        over=lambda day: day < today,
        under_way=lambda promise, until: any(_holds(one, promise, until) for one in account.all(Payment)),
    )


def next_wake(promise: Promise, account: Account, at: datetime, *, held: bool = False) -> datetime | None:
    """Answer when an open promise is to be looked at: to remind of it, or at the end of a part; None while a payment holds it."""
    if held:
        return None
    today, grace = account.supplier.today(at), account.settings(PromisesSettings).grace_days
    reminders = (_reminds_on(promise, one.on, account) for one in promise.due if one.on >= today)
    times = [_starts(account, day) for day in reminders if day is not None]
    ends = (account.supplier.calendar.add_business_days(part.on, grace) for part in promise.parts)
    times += [account.supplier.end_of(day) for day in ends if day >= today][:1]
    return min(times, default=at)


def last_number(account: Account) -> int:
    """Answer the highest number of what was seen of an account so far."""
    seen = (one.number for one in account.all(Inflow))
    return max((*seen, *(one.since for one in account.all(Promise))), default=0)


def _told(promise: Promise, judgement: Judgement, account: Account, stamp: Stamp, *, timely: bool) -> list[Event]:
    """Answer what is told of one promise: nothing if it is as it was."""
    now = with_paid(promise, judgement.taken)
    status = judgement.status
    if status is promise.status and status is not PromiseStatus.OPEN:
        return [] if now == promise else [PromiseProgressed(promise=now)]
    events: list[Event] = []
    if promise.status is not PromiseStatus.OPEN:
        now = evolve(now.became(PromiseStatus.OPEN), judged_at=None, judged_on=None, wake_at=stamp.at)
        events.append(PromiseReopened(promise=now))
    if judgement.nothing_owed:
        gone = evolve(now.became(PromiseStatus.CANCELLED), reason=NOTHING_OWED)
        return [*events, PromiseCancelled(promise=gone)]
    if status is PromiseStatus.KEPT or (status in FAILED and timely):
        over = evolve(
            now.became(status),
            judged_at=stamp.at,
            judged_on=judgement.on,
            verdicts=now.verdicts + 1,
            wake_at=stamp.at + SETTLED_AFTER,
        )
        if status is PromiseStatus.KEPT:
            return [*events, PromiseKept(promise=over)]
        others = [one for one in account.all(Promise) if one.id != promise.id]
        return [*events, PromiseBroken(promise=over, broken=broken_lately([*others, over], stamp.at))]
    wake_at = stamp.at if status in FAILED else next_wake(now, account, stamp.at, held=judgement.held)
    now = evolve(now, wake_at=wake_at)
    if events:
        return [PromiseReopened(promise=now)]
    return [] if now == promise else [PromiseProgressed(promise=now)]


def _settled(promise: Promise, account: Account, stamp: Stamp) -> Sequence[Event]:
    """Settle an account's promises together when the last of them cannot change: what came for one counts for no other."""
    promises = account.all(Promise)
    if any(one.judged_at is None or stamp.at - one.judged_at < SETTLED_AFTER for one in promises):
        return [PromiseProgressed(promise=evolve(promise, wake_at=stamp.at + _LATER))]
    settled = tuple(evolve(one, settled=True, wake_at=None) for one in promises)
    inflows = tuple(evolve(one, settled=True) for one in account.all(Inflow))
    return [PromisesSettled(promises=settled, inflows=inflows)]


def _reminds_on(promise: Promise, on: date, account: Account) -> date | None:
    """Answer the day on which contacts are reminded of a promised day, None where they were, or it is promised only then."""
    day = on - timedelta(days=account.settings(PromisesSettings).remind_days)
    known = promise.reminded_on is not None and on <= promise.reminded_on
    return None if known or day <= promise.made_on else day


def _starts(account: Account, day: date | None) -> datetime:
    if day is None:  # pragma: no cover - callers ask of days alone
        raise TypeError
    return account.supplier.end_of(day - _DAY)


def _holds(payment: Payment, promise: Promise, until: date) -> bool:
    """Say whether a payment that was begun by a day may still bring what was promised."""
    if payment.held <= 0 or payment.state in _NOT_BEGUN or payment.started_on > until or payment.currency != promise.currency:
        return False
    return not promise.lines or any(line.document_id in payment.holds for line in promise.lines)


def _begun_on(event: EntriesPosted, account: Account) -> date | None:
    """Answer the day on which a payment was handed to its bank: for that day it counts, however long its banks take."""
    payment = None if event.payment_id is None else account.find(Payment, event.payment_id)
    if payment is None:
        return None
    account.require(Operation, payment.operations)
    seen = (seen for key in payment.operations for seen in account.get(Operation, key).observations)
    return min((account.supplier.today(one.occurred_at) for one in seen if one.status in _BEGUN), default=None)


def _moved(entries: Iterable[Entry]) -> tuple[Moved, ...]:
    """Answer what was posted, item by item; what lowers an item's balance is money that came for it."""
    found: dict[tuple[object, str], Moved] = {}
    for one in entries:
        key = (one.item_id, one.amount.currency)
        moved = found.get(key) or Moved(item_id=one.item_id, currency=one.amount.currency)
        minor = one.amount.minor
        moved = evolve(moved, balance=moved.balance + minor)
        if one.kind in _MONEY:
            moved = evolve(moved, money=moved.money - minor)
        elif one.kind is EntryKind.ALLOCATION:
            moved = evolve(moved, given=moved.given - minor)
        found[key] = moved
    return tuple(found.values())
