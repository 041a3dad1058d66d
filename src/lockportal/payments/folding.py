"""How what gateways say adds up: the observations of one operation merge in any order, and operations fold into a payment.

Everything here is pure. An operation's status only rises; the same observations in any order, however often repeated, come to
the same operation, and the same operations to the same payment.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from attrs import frozen

from lockportal.core.money import Money
from lockportal.payments.operations import FINAL, RANKS, Decline, Observation, OpKind, OpStatus, gathered, seen_first


@frozen
class Merged:
    """What the observations of one operation come to."""

    status: OpStatus
    money: Money | None
    """What moved, where it succeeded, by the gateway's own figure: what was asked, if the gateway says so at all."""
    mismatch: bool
    """Whether the gateway moved another amount or currency than was asked: that is what is posted, and for a person to review."""
    conflict: bool
    """Whether it both succeeded and failed, or with two amounts, or under another one's reference: for a person to review."""
    gateway_ref: str
    decline: Decline | None
    at: datetime | None
    """When its status was first seen."""


def merged(asked: Money, observations: Iterable[Observation]) -> Merged:
    """Merge the observations of one operation by the highest rank."""
    seen = gathered(observations)
    status = max((one.status for one in seen), key=RANKS.__getitem__, default=OpStatus.CREATED)
    there = [one for one in seen if one.status is status]
    won = {one.money or asked for one in seen if one.status is OpStatus.SUCCEEDED}
    lost = any(one.status in {OpStatus.FAILED, OpStatus.CANCELED} for one in seen)
    refs = [one.gateway_ref for one in sorted(there, key=seen_first) if one.gateway_ref]
    refs = refs or [one.gateway_ref for one in sorted(seen, key=seen_first) if one.gateway_ref]
    declines = [one.decline for one in there if one.decline is not None]
    return Merged(
        status=status,
        money=asked
        if asked in won
        else min(won, key=lambda one: (one.currency != asked.currency, one.currency, one.minor), default=None),
        mismatch=bool(won) and asked not in won,
        conflict=len(won) > 1 or bool(won and lost) or any(one.taken_ref for one in seen),
        gateway_ref=refs[-1] if refs else "",
        decline=declines[0] if declines else None,
        at=min((one.occurred_at for one in there), default=None),
    )


@frozen(kw_only=True)
class Operating:
    """One operation as the fold sees it: what was asked, and what came of it."""

    kind: OpKind
    amount: Money
    merged: Merged
    closes: bool = False
    """Whether a capture gives up what is left of what was authorized."""
    by_hand: bool = False
    """Whether a person said what became of it, as its gateway cannot tell."""

    @property
    def moved(self) -> int:
        """Answer what it moved, in minor units of the payment: the gateway's own amount, nothing unless it succeeded.

        What is authorized moves nothing yet: it is never more than was asked.
        """
        money = self.merged.money
        if money is None or money.currency != self.amount.currency:
            return 0
        most = self.amount.minor if self.kind in _HOLDS else money.minor
        return max(min(money.minor, most), 0)

    @property
    def foreign(self) -> Money | None:
        """Answer what it moved in another currency than was asked, None unless it did."""
        money = self.merged.money
        return None if money is None or money.currency == self.amount.currency or self.kind in _HOLDS else money

    @property
    def maybe(self) -> int:
        """Answer what it may yet move; a refund in another currency than was asked counts as one that may be whole."""
        if self.foreign is not None:
            return self.amount.minor if self.kind is OpKind.REFUND else 0
        return 0 if self.merged.status in FINAL else self.amount.minor


@frozen(kw_only=True)
class Totals:
    """What a payment's operations come to, in minor units of its currency; `…_maybe` is under way or unknown."""

    authorized: int = 0
    captured: int = 0
    captured_maybe: int = 0
    refunded: int = 0
    refunded_maybe: int = 0
    reversed: int = 0
    """Returned and charged back, less what was won again."""
    mismatched: int = 0
    """Asked for by operations that moved less, or another currency, and so not come: a person decides."""

    @property
    def back(self) -> int:
        """Answer how much of what was captured has gone back."""
        return self.refunded + self.reversed

    @property
    def kept(self) -> int:
        """Answer what the supplier has of it."""
        return self.captured - self.back


class PaymentState(StrEnum):
    """What a payment is, as its operations come to; no plugin ever writes it."""

    NEW = "new"
    ACTION_REQUIRED = "action_required"
    PROCESSING = "processing"
    AUTHORIZED = "authorized"
    PAID = "paid"
    PARTLY_PAID = "partly_paid"
    PARTLY_REFUNDED = "partly_refunded"
    REFUNDED = "refunded"
    REVERSED = "reversed"
    FAILED = "failed"
    CANCELED = "canceled"


@frozen(kw_only=True)
class Folded:
    """A payment as the fold of its operations: totals, state, and the two flags."""

    totals: Totals
    state: PaymentState
    unknown: bool = False
    problems: int = 0
    """How many of its operations a person has to look at."""


_ADDS: Final[Mapping[OpKind, tuple[str, int]]] = MappingProxyType(
    {
        OpKind.AUTHORIZE: ("authorized", 1),
        OpKind.CAPTURE: ("captured", 1),
        OpKind.SALE: ("captured", 1),
        OpKind.VOID: ("authorized", -1),
        OpKind.REFUND: ("refunded", 1),
        OpKind.REFUND_REVERSAL: ("refunded", -1),
        OpKind.RETURN: ("reversed", 1),
        OpKind.CHARGEBACK: ("reversed", 1),
        OpKind.REINSTATEMENT: ("reversed", -1),
    }
)
_MAYBE: Final[Mapping[OpKind, str]] = MappingProxyType(
    {
        OpKind.AUTHORIZE: "captured_maybe",
        OpKind.CAPTURE: "captured_maybe",
        OpKind.SALE: "captured_maybe",
        OpKind.REFUND: "refunded_maybe",
    }
)

_TAKING: Final = frozenset({OpKind.AUTHORIZE, OpKind.CAPTURE, OpKind.SALE})
_HOLDS: Final = frozenset({OpKind.AUTHORIZE, OpKind.VOID})


def fold(asked: Money, operations: Iterable[Operating]) -> Folded:
    """Add a payment's operations up; `asked` is what it was to bring. The order of the operations does not matter."""
    done = tuple(operations)
    sums = dict.fromkeys(("authorized", "captured", "captured_maybe", "refunded", "refunded_maybe", "reversed"), 0)
    for one in done:
        name, sign = _ADDS[one.kind]
        sums[name] += sign * one.moved
        if one.kind in _MAYBE:
            sums[_MAYBE[one.kind]] += one.maybe
    unfounded = sum(sums[name] < 0 for name in ("refunded", "reversed"))  # won again, but never gone
    sums |= {name: max(sums[name], 0) for name in ("refunded", "reversed")}
    if any(one.closes and one.moved for one in done):
        sums["authorized"] = min(sums["authorized"], sums["captured"] + sums["captured_maybe"])
    short = (max(one.amount.minor - one.moved, 0) for one in done if one.kind in _TAKING and one.merged.mismatch)
    sums["mismatched"] = sum(short)
    totals = Totals(**sums)
    doubtful = sum((one.merged.conflict or one.merged.mismatch) + one.by_hand for one in done)
    return Folded(
        totals=totals,
        state=_state(asked.minor, totals, done),
        unknown=any(one.merged.status is OpStatus.UNKNOWN for one in done),
        problems=doubtful + (totals.back > totals.captured) + unfounded,
    )


def foreign_kept(operations: Iterable[Operating]) -> Mapping[str, int]:
    """Answer what the supplier has of a payment in other currencies than its own, in minor units of each."""
    sums: dict[str, int] = {}
    for one in operations:
        if one.foreign is not None:
            sign = _ADDS[one.kind][1] * (1 if _ADDS[one.kind][0] == "captured" else -1)
            sums[one.foreign.currency] = sums.get(one.foreign.currency, 0) + sign * one.foreign.minor
    return {currency: minor for currency, minor in sums.items() if minor > 0}


def _state(asked: int, totals: Totals, operations: tuple[Operating, ...]) -> PaymentState:
    if totals.captured > 0 or not asked:
        return _after_capture(asked, totals)
    statuses = {one.merged.status for one in operations if one.kind in _MAYBE and one.kind is not OpKind.REFUND}
    if totals.captured_maybe:
        begun = PaymentState.NEW if statuses == {OpStatus.CREATED} else PaymentState.PROCESSING
        return PaymentState.ACTION_REQUIRED if OpStatus.ACTION_REQUIRED in statuses else begun
    if totals.authorized > 0:
        return PaymentState.AUTHORIZED
    if any(one.foreign is not None and one.kind in _TAKING for one in operations):
        return PaymentState.PARTLY_PAID if foreign_kept(operations) else PaymentState.REVERSED
    if OpStatus.SUCCEEDED in statuses and not any(one.kind is OpKind.VOID for one in operations):
        return PaymentState.PROCESSING  # something else was authorized than was asked: a person decides
    return PaymentState.FAILED if OpStatus.FAILED in statuses else PaymentState.CANCELED


def _after_capture(asked: int, totals: Totals) -> PaymentState:
    if not totals.back:
        return PaymentState.PAID if totals.captured >= asked else PaymentState.PARTLY_PAID
    if totals.back < totals.captured:
        return PaymentState.PARTLY_REFUNDED
    return PaymentState.REVERSED if totals.reversed > 0 else PaymentState.REFUNDED
