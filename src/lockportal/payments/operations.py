"""What gateways say of operations, and how it adds up: observations that merge in any order, and the fold of a payment.

Everything here is pure. An operation's status only rises; the same observations in any order, however often repeated, come to
the same operation, and the same operations to the same payment.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from uuid import UUID

from attrs import frozen

from lockportal.core.money import Money


class OpKind(StrEnum):
    """What is asked of a gateway, and, from `return` on, what happens at it without being asked."""

    AUTHORIZE = "authorize"
    CAPTURE = "capture"
    SALE = "sale"
    VOID = "void"
    REFUND = "refund"
    RETURN = "return"
    """A debit that had succeeded came back."""
    CHARGEBACK = "chargeback"
    REINSTATEMENT = "reinstatement"
    """A chargeback was won: the money is back."""
    REFUND_REVERSAL = "refund_reversal"
    """A refund that had succeeded did not arrive: the money is back."""


UNASKED: Final = frozenset({OpKind.RETURN, OpKind.CHARGEBACK, OpKind.REINSTATEMENT, OpKind.REFUND_REVERSAL})
"""What happens at a gateway without being asked: each is an operation of its own, with the one that it undoes as parent."""


class OpStatus(StrEnum):
    """Where an operation is; its rank only rises."""

    CREATED = "created"
    SENT = "sent"
    UNKNOWN = "unknown"
    """It may have been done: only the gateway can tell."""
    ACTION_REQUIRED = "action_required"
    PENDING = "pending"
    CANCELED = "canceled"
    FAILED = "failed"
    SUCCEEDED = "succeeded"


RANKS: Final[Mapping[OpStatus, int]] = MappingProxyType(
    {
        OpStatus.CREATED: 0,
        OpStatus.SENT: 10,
        OpStatus.UNKNOWN: 20,
        OpStatus.ACTION_REQUIRED: 30,
        OpStatus.PENDING: 40,
        OpStatus.CANCELED: 50,
        OpStatus.FAILED: 60,
        OpStatus.SUCCEEDED: 70,
    }
)
"""The order in which the statuses of one operation follow each other: of two observations the higher one holds."""
FINAL: Final = frozenset({OpStatus.CANCELED, OpStatus.FAILED, OpStatus.SUCCEEDED})
"""The statuses after which an operation asks for nothing more."""


class ObservationSource(StrEnum):
    """By which way something was observed."""

    SYNC = "sync"
    WEBHOOK = "webhook"
    POLL = "poll"
    FILE = "file"
    MANUAL = "manual"


class DeclineCode(StrEnum):
    """Why a gateway or a bank said no, in words that all gateways share."""

    DECLINED = "declined"
    INSUFFICIENT_FUNDS = "insufficient_funds"
    EXPIRED_CARD = "expired_card"
    INCORRECT_NUMBER = "incorrect_number"
    INCORRECT_CVC = "incorrect_cvc"
    LIMIT_EXCEEDED = "limit_exceeded"
    AUTHENTICATION_FAILED = "authentication_failed"
    SUSPECTED_FRAUD = "suspected_fraud"
    LOST_OR_STOLEN = "lost_or_stolen"
    PROCESSING_ERROR = "processing_error"
    ACCOUNT_CLOSED = "account_closed"
    NO_ACCOUNT = "no_account"
    UNAUTHORIZED_DEBIT = "unauthorized_debit"
    PAYMENT_STOPPED = "payment_stopped"
    MANDATE_REVOKED = "mandate_revoked"
    DUPLICATE = "duplicate"
    EXPIRED = "expired"
    """The payer did not go on in time."""
    NOT_RECEIVED = "not_received"
    """The gateway knows of no such operation."""
    OTHER = "other"


class Advice(StrEnum):
    """What helps against a decline."""

    RETRY_LATER = "retry_later"
    OTHER_METHOD = "other_method"
    FIX_DATA = "fix_data"
    CONTACT_BANK = "contact_bank"
    NEVER = "never"
    """Trying again is of no use, and the method must not be used again."""


@frozen(kw_only=True)
class Decline:
    """Why an operation failed or came back; `raw_code` and `network_code` are the gateway's and the network's own."""

    code: DeclineCode
    advice: Advice
    raw_code: str = ""
    network_code: str = ""
    raw_message: str = ""


@frozen(kw_only=True)
class Settlement:
    """How money reached the supplier's bank account: what the gateway kept, and the payout that brought the rest."""

    fee: Money | None = None
    net: Money | None = None
    payout_ref: str = ""
    value_date: date | None = None


@frozen(kw_only=True)
class Observation:
    """What was seen of one operation: immutable, never inferred. `money` is the gateway's own figure, not what was asked.

    `operation_id` is ours where the gateway tells it; else `gateway_ref`, or for what nobody asked `parent_ref`, finds it.
    """

    kind: OpKind
    status: OpStatus
    money: Money | None = None
    occurred_at: datetime
    source: ObservationSource
    operation_id: UUID | None = None
    gateway_ref: str = ""
    parent_ref: str = ""
    event_id: str = ""
    decline: Decline | None = None
    settlement: Settlement | None = None


def gathered(known: Iterable[Observation], more: Iterable[Observation] = ()) -> tuple[Observation, ...]:
    """Join observations of one operation in one order: each meaning once, as it was seen first.

    Commutative, associative and idempotent, so that it does not matter when and how often the gateway told something.
    """
    kept: dict[tuple[object, ...], Observation] = {}
    for one in (*known, *more):
        meaning = (one.status, one.money, one.gateway_ref, one.decline, one.settlement)
        first = kept.get(meaning)
        if first is None or _seen(one) < _seen(first):
            kept[meaning] = one
    return tuple(sorted(kept.values(), key=lambda one: (RANKS[one.status], *_seen(one), repr(one))))


def _seen(one: Observation) -> tuple[datetime, str, str, str]:
    return (one.occurred_at, one.source.value, one.event_id, one.parent_ref)


@frozen
class Merged:
    """What the observations of one operation come to."""

    status: OpStatus
    money: Money | None
    """What moved, where it succeeded: what was asked, if the gateway says so."""
    mismatch: bool
    """Whether the gateway moved another amount or currency than was asked; then nothing is posted of it."""
    conflict: bool
    """Whether it both succeeded and failed, or with two amounts: for a person to review."""
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
    refs = [one.gateway_ref for one in sorted(there, key=_seen) if one.gateway_ref]
    refs = refs or [one.gateway_ref for one in sorted(seen, key=_seen) if one.gateway_ref]
    declines = [one.decline for one in there if one.decline is not None]
    return Merged(
        status=status,
        money=asked if asked in won else min(won, key=lambda money: (money.currency, money.minor), default=None),
        mismatch=bool(won) and asked not in won,
        conflict=len(won) > 1 or bool(won and lost),
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

    @property
    def moved(self) -> int:
        """Answer what it moved, in minor units of the payment: nothing unless it succeeded as it was asked."""
        done = self.merged.status is OpStatus.SUCCEEDED and not self.merged.mismatch
        return self.amount.minor if done else 0

    @property
    def maybe(self) -> int:
        """Answer what it may yet move; a refund of another amount than was asked counts as one that may be whole."""
        if self.merged.mismatch:
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
    """Asked for by operations that moved another amount or currency: a person decides."""

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
    sums["mismatched"] = sum(one.amount.minor for one in done if one.kind in _TAKING and one.merged.mismatch)
    totals = Totals(**sums)
    return Folded(
        totals=totals,
        state=_state(asked.minor, totals, done),
        unknown=any(one.merged.status is OpStatus.UNKNOWN for one in done),
        problems=sum(one.merged.conflict or one.merged.mismatch for one in done) + (totals.back > totals.captured) + unfounded,
    )


def _state(asked: int, totals: Totals, operations: tuple[Operating, ...]) -> PaymentState:
    if totals.captured > 0 or not asked:
        return _after_capture(asked, totals)
    statuses = {one.merged.status for one in operations if one.kind in _MAYBE and one.kind is not OpKind.REFUND}
    if totals.captured_maybe:
        begun = PaymentState.NEW if statuses == {OpStatus.CREATED} else PaymentState.PROCESSING
        return PaymentState.ACTION_REQUIRED if OpStatus.ACTION_REQUIRED in statuses else begun
    if totals.authorized > 0:
        return PaymentState.AUTHORIZED
    if OpStatus.SUCCEEDED in statuses and not any(one.kind is OpKind.VOID for one in operations):
        return PaymentState.PROCESSING  # another amount came than was asked: a person decides
    return PaymentState.FAILED if OpStatus.FAILED in statuses else PaymentState.CANCELED


def _after_capture(asked: int, totals: Totals) -> PaymentState:
    if not totals.back:
        return PaymentState.PAID if totals.captured >= asked else PaymentState.PARTLY_PAID
    if totals.back < totals.captured:
        return PaymentState.PARTLY_REFUNDED
    return PaymentState.REVERSED if totals.reversed > 0 else PaymentState.REFUNDED
