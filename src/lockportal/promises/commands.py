"""What can be done about promises, pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import ClassVar, Final
from uuid import UUID

from attrs import evolve, field, frozen

from lockportal.core.account import Account, Owner
from lockportal.core.actor import ActorKind, Audience, Right
from lockportal.core.errors import Denied, Refused
from lockportal.core.money import Money
from lockportal.core.record import DECIDED, Event, Record, Stamp
from lockportal.ledger.models import DueBalance
from lockportal.payments.methods import MethodKind
from lockportal.profiles.models import Customer
from lockportal.promises.drafting import PromiseChoice, Wanted, broken_lately, drafted, objections
from lockportal.promises.following import judged, last_number, next_wake
from lockportal.promises.models import (
    Inflow,
    Part,
    Promise,
    PromiseAccepted,
    PromiseCancelled,
    PromiseDeclined,
    PromiseMade,
    PromiseRescheduled,
    PromiseStatus,
)
from lockportal.promises.rulings import Decision, Ruling
from lockportal.promises.settings import PromisesSettings

PROMISERS: Final = Audience(customer=Right.PROMISE, staff=True, system=True, holder_right=Right.PROMISE)
_SIGNED_IN: Final = Audience(customer=Right.PROMISE, staff=True, system=True)
_OFFICE: Final = Audience(staff=True, system=True)
_NEEDS: Final[tuple[type[Record], ...]] = (Customer, Promise, Inflow, DueBalance)
_CUSTOMERS: Final = frozenset({ActorKind.CUSTOMER, ActorKind.HOLDER})
_LONGEST_REASON: Final = 255
_REFUSALS: Final = {
    "promise.too_late": "That is too far ahead. Choose an earlier day.",
    "promise.too_little": "Promise more of what is open.",
    "promise.too_many_open": "There are too many open promises.",
    "promise.too_many_broken": "Too many promises were not kept. Please call us.",
    "promise.moved_too_often": "This was rescheduled too often. Please call us.",
    "promise.no_business_day": "Choose a business day.",
}


@frozen(kw_only=True)
class MakePromise:
    """Promise to pay documents, parts of them, or an amount for the account, by a day or in parts.

    The settings accept a customer's promise at once, propose it to staff or refuse it, by the code of the rule that it breaks;
    `ruling` is the host's own decision. What staff writes down is open at once.
    """

    audience: ClassVar[Audience] = PROMISERS
    owner: ClassVar[Owner | None] = Owner.CUSTOMER
    needs: ClassVar[tuple[type[Record], ...]] = _NEEDS
    opens: ClassVar[bool] = False

    account_id: UUID
    currency: str
    lines: tuple[PromiseChoice, ...] = ()
    amount: Money | None = None
    on: date | None = None
    parts: tuple[Part, ...] = ()
    note: str = ""
    method: MethodKind | None = None
    ruling: Ruling | None = field(default=None, metadata=DECIDED)

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """Work it out, hold it to the rules, and keep it."""
        if stamp.by.kind is ActorKind.HOLDER and not self.lines:
            raise Denied("actor.denied", "Sign in to do this.")
        wanted = Wanted(
            currency=self.currency,
            lines=self.lines,
            amount=self.amount,
            on=self.on,
            parts=self.parts,
            note=self.note,
            method=self.method,
        )
        return [made(account, wanted, stamp, self.ruling)]


@frozen(kw_only=True)
class ReschedulePromise:
    """Promise what has not come of an open promise by another day, or in other parts: a new promise that points back.

    The first one stays as it was. Where staff has to decide, it is followed until they accept.
    """

    audience: ClassVar[Audience] = _SIGNED_IN
    owner: ClassVar[Owner | None] = Owner.CUSTOMER
    needs: ClassVar[tuple[type[Record], ...]] = _NEEDS
    opens: ClassVar[bool] = False

    account_id: UUID
    promise_id: UUID
    on: date | None = None
    parts: tuple[Part, ...] = ()
    note: str = ""
    ruling: Ruling | None = field(default=None, metadata=DECIDED)

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """Make the new one, and let it take the place of the old one."""
        old = account.get(Promise, self.promise_id)
        if old.status is not PromiseStatus.OPEN:
            raise Refused("promise.over", "This promise is not open any more.")
        if any(one.replaces == old.id for one in account.all(Promise) if one.status is PromiseStatus.PROPOSED):
            raise Refused("promise.waiting", "Another day was asked for already.")
        event = made(account, replacement(old, self.on, self.parts, self.note), stamp, self.ruling)
        promise = evolve(event.promise, replaces=old.id, moves=old.moves + 1)
        return _weighed([evolve(event, promise=promise), *replaced(account, promise)], account, stamp)


@frozen(kw_only=True)
class DecidePromise:
    """Accept or decline what was proposed; deciding alike again changes nothing, otherwise Refused `promise.decided`."""

    audience: ClassVar[Audience] = _OFFICE
    owner: ClassVar[Owner | None] = Owner.CUSTOMER
    needs: ClassVar[tuple[type[Record], ...]] = _NEEDS
    opens: ClassVar[bool] = False

    account_id: UUID
    promise_id: UUID
    accept: bool
    reason: str = ""

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """Open it, or end it."""
        promise = account.get(Promise, self.promise_id)
        check_reason(self.reason)
        if promise.status is (PromiseStatus.OPEN if self.accept else PromiseStatus.DECLINED):
            return []
        if promise.status is not PromiseStatus.PROPOSED:
            raise Refused("promise.decided", "This promise was decided already.")
        if not self.accept:
            declined = evolve(promise.became(PromiseStatus.DECLINED), reason=self.reason.strip())
            return [PromiseDeclined(promise=declined)]
        if promise.last_on < account.supplier.today(stamp.at):
            raise Refused("promise.day_past", "Its day is past. Decline it, and agree on another one.")
        opened = evolve(promise.became(PromiseStatus.OPEN), reason=self.reason.strip())
        opened = evolve(opened, wake_at=next_wake(opened, account, stamp.at))
        return _weighed([PromiseAccepted(promise=opened), *replaced(account, opened)], account, stamp)


@frozen(kw_only=True)
class CancelPromise:
    """Call a promise off that is open or proposed, with a reason; the same again changes nothing."""

    audience: ClassVar[Audience] = _SIGNED_IN
    owner: ClassVar[Owner | None] = Owner.CUSTOMER
    needs: ClassVar[tuple[type[Record], ...]] = (Promise,)
    opens: ClassVar[bool] = False

    account_id: UUID
    promise_id: UUID
    reason: str

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """End it; what came for it is for the others."""
        promise, reason = account.get(Promise, self.promise_id), self.reason.strip()
        if not reason:
            raise Refused("promise.reason_missing", "Say why.", field="reason")
        check_reason(reason)
        if promise.status is PromiseStatus.CANCELLED:
            return []
        if promise.status not in {PromiseStatus.PROPOSED, PromiseStatus.OPEN}:
            raise Refused("promise.over", "This promise is not open any more.")
        cancelled = evolve(promise.became(PromiseStatus.CANCELLED), reason=reason)
        return _weighed([PromiseCancelled(promise=cancelled)], account, stamp)


def made(account: Account, wanted: Wanted, stamp: Stamp, ruling: Ruling | None) -> PromiseMade:
    """Answer the promise as it is kept: open, or proposed to staff; Refused where neither."""
    today = account.supplier.today(stamp.at)
    draft = drafted(account, wanted, stamp.by, today)
    broken = objections(account, wanted, draft, stamp.at)
    status, reason = _status(account, broken, stamp, ruling)
    grant = stamp.by.grant(account.id)
    promise = Promise(
        id=stamp.id,
        account_id=account.id,
        amount=draft.amount,
        lines=draft.lines,
        parts=draft.parts,
        last_on=draft.parts[-1].on,
        note=wanted.note.strip(),
        method=wanted.method,
        status=status,
        reason=reason,
        contact_id=None if grant is None else grant.contact_id,
        made_at=stamp.at,
        made_on=today,
        since=last_number(account),
    )
    if status is PromiseStatus.OPEN:
        promise = evolve(promise, wake_at=next_wake(promise, account, stamp.at))
    return PromiseMade(promise=promise, objections=broken, broken=broken_lately(account.all(Promise), stamp.at))


def replacement(old: Promise, on: date | None, parts: Sequence[Part], note: str) -> Wanted:
    """Answer what is promised anew of a promise: what has not come of it."""
    left = {one.document_id: Money(one.amount.minor - one.paid, old.currency) for one in old.lines}
    return Wanted(
        currency=old.currency,
        lines=tuple(PromiseChoice(document_id=key, amount=lack) for key, lack in left.items() if lack.minor > 0),
        amount=None if old.lines else old.left,
        on=on,
        parts=tuple(parts),
        note=note,
        method=old.method,
        replaces=old.id,
    )


def replaced(account: Account, promise: Promise) -> Sequence[Event]:
    """Answer what becomes of the promise whose place an open one takes."""
    old = None if promise.replaces is None else account.find(Promise, promise.replaces)
    if old is None or old.status is not PromiseStatus.OPEN or promise.status is not PromiseStatus.OPEN:
        return []
    return [PromiseRescheduled(promise=evolve(old.became(PromiseStatus.RESCHEDULED), replaced_by=promise.id))]


def _weighed(events: Sequence[Event], account: Account, stamp: Stamp) -> Sequence[Event]:
    """Answer events and what follows for other promises, whose money may be another now."""
    account = account.holding(record for event in events for record in event.records())
    return [*events, *judged(account, stamp, timely=False)]


def check_reason(reason: str) -> None:
    """Refuse a reason that is too long to be kept."""
    if len(reason) > _LONGEST_REASON:
        raise Refused("promise.reason_too_long", f"At most {_LONGEST_REASON} characters, please.", field="reason")


def _status(account: Account, broken: Sequence[str], stamp: Stamp, ruling: Ruling | None) -> tuple[PromiseStatus, str]:
    if stamp.by.kind not in _CUSTOMERS:
        return PromiseStatus.OPEN, ""
    if ruling is not None:
        if ruling.decision is Decision.REFUSE:
            raise Refused("promise.refused", ruling.reason or "This cannot be promised here. Please call us.")
        status = PromiseStatus.OPEN if ruling.decision is Decision.ACCEPT else PromiseStatus.PROPOSED
        return status, ruling.reason[:_LONGEST_REASON]
    if not broken:
        return PromiseStatus.OPEN, ""
    if not account.settings(PromisesSettings).staff_decides:
        raise Refused(broken[0], _REFUSALS[broken[0]])
    return PromiseStatus.PROPOSED, broken[0]
