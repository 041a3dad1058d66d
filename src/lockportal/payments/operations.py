"""What gateways say of operations: kinds, statuses, declines, and observations that gather in any order. Pure."""

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
UNANSWERED: Final = frozenset({OpStatus.CREATED, OpStatus.SENT, OpStatus.UNKNOWN})
"""The statuses in which the gateway has told nothing of an operation yet."""
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
    taken_ref: str = ""
    """The gateway's reference where another operation of ours has it already: for a person to review."""
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
        meaning = (one.status, one.money, one.gateway_ref, one.taken_ref, one.decline, one.settlement)
        first = kept.get(meaning)
        if first is None or seen_first(one) < seen_first(first):
            kept[meaning] = one
    return tuple(sorted(kept.values(), key=lambda one: (RANKS[one.status], *seen_first(one), repr(one))))


def seen_first(one: Observation) -> tuple[datetime, str, str, str]:
    """Answer by what the observations of one meaning are ordered: the first one is kept."""
    return (one.occurred_at, one.source.value, one.event_id, one.parent_ref)
