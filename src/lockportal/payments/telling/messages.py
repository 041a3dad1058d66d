"""The messages of this room."""

from __future__ import annotations

from datetime import date
from typing import Final

from attrs import frozen

from lockportal.core.actor import Right
from lockportal.core.messages import MessageKind
from lockportal.core.money import Money

RECEIVED_CATEGORY: Final = "payments"
"""As the ledger's receipts: what came in by any way is switched off together."""
TROUBLE_CATEGORY: Final = "payment_problems"


@frozen(kw_only=True)
class PaidDocument:
    """One document of a payment, and how much of the payment's money it concerns."""

    number: str
    amount: Money


@frozen(kw_only=True)
class PaymentSucceeded:
    """What is told of a payment whose money is there; `method` is a code such as `card`."""

    customer: str
    reference: str
    amount: Money
    received_on: date
    method: str
    documents: tuple[PaidDocument, ...]
    more: int
    """How many documents more there are than are listed."""
    fee: Money | None
    on_account: Money | None
    link: str
    receipt: str
    """Where the receipt is, as PDF."""


@frozen(kw_only=True)
class PaymentFailed:
    """What is told of a payment of which nothing came in; `advice` says by a code what helps."""

    customer: str
    reference: str
    amount: Money
    method: str
    advice: str
    documents: tuple[PaidDocument, ...]
    more: int
    link: str
    said: str = ""
    """What the host says of it instead."""


@frozen(kw_only=True)
class PaymentReturned:
    """What is told of money that the bank took back: how much, when, and which documents are open again."""

    customer: str
    reference: str
    amount: Money
    returned_on: date
    method: str
    disputed: bool
    """Whether the payer had objected, at their bank, to what was debited."""
    advice: str
    documents: tuple[PaidDocument, ...]
    more: int
    link: str
    said: str = ""
    """What the host says of it instead."""


@frozen(kw_only=True)
class RefundMade:
    """What is told of money that the supplier gave back."""

    customer: str
    reference: str
    amount: Money
    refunded_on: date
    method: str
    documents: tuple[PaidDocument, ...]
    """Those that are open again."""
    more: int
    link: str


@frozen(kw_only=True)
class TransferInstructions:
    """What somebody is told who pays by transfer or cheque: how, how much, and what to state."""

    customer: str
    reference: str
    amount: Money
    method: str
    steps: tuple[str, ...]
    """The supplier's own words and its bank details, line by line."""
    state: str
    """What the payer is to state, by ISO 11649."""
    documents: tuple[PaidDocument, ...]
    more: int
    link: str
    advice: str
    """Where the remittance advice is, as PDF."""


@frozen(kw_only=True)
class AutopayNotice:
    """What is told before a payment is made by itself: how much, on which day, by which method, for which documents."""

    customer: str
    amount: Money
    on: date
    method: str
    documents: tuple[PaidDocument, ...]
    more: int
    link: str


@frozen(kw_only=True)
class ScheduledFailed:
    """What is told of a payment that was to be made by itself and could not be; `again_on` is the day of the next try."""

    customer: str
    amount: Money
    on: date
    method: str
    advice: str
    again_on: date | None
    documents: tuple[PaidDocument, ...]
    more: int
    link: str


@frozen(kw_only=True)
class AutopayStands:
    """What is told when autopay stands still until somebody sets it anew."""

    customer: str
    currency: str
    method: str
    link: str


@frozen(kw_only=True)
class AboveCeiling:
    """What is told of documents that autopay leaves out: `count` of them are above the ceiling, each by itself."""

    customer: str
    ceiling: Money
    count: int
    link: str


@frozen(kw_only=True)
class NothingToTake:
    """What is told of a payment of a later day that took nothing, as nothing was owed any more."""

    customer: str
    amount: Money
    on: date
    link: str


@frozen(kw_only=True)
class DepositWanted:
    """What is told of a deposit that is asked for; `number` is its order's, `note` is what the supplier says with it."""

    customer: str
    number: str
    amount: Money
    due_on: date | None
    note: str
    link: str


def _kind(name: str, variables: type, category: str, right: Right = Right.VIEW) -> MessageKind:
    return MessageKind(name=f"payments.{name}", variables=variables, category=category, right=right)


SUCCEEDED: Final = _kind("succeeded", PaymentSucceeded, RECEIVED_CATEGORY)
"""The money of a payment is there."""
FAILED: Final = _kind("failed", PaymentFailed, TROUBLE_CATEGORY)
"""A payment failed after its payer had left the page."""
RETURNED: Final = _kind("returned", PaymentReturned, TROUBLE_CATEGORY)
"""A debit came back, or was charged back."""
REFUNDED: Final = _kind("refunded", RefundMade, RECEIVED_CATEGORY)
"""Money was given back."""
INSTRUCTIONS: Final = _kind("instructions", TransferInstructions, "", Right.PAY)
"""How to pay by transfer or cheque; always sent, as it was asked for."""
AUTOPAY_NOTICE: Final = _kind("autopay_notice", AutopayNotice, "")
"""A payment will be made by itself; always sent, as whose account is debited is to know it before."""
SCHEDULED_FAILED: Final = _kind("scheduled_failed", ScheduledFailed, TROUBLE_CATEGORY)
"""A payment that was to be made by itself could not be."""
AUTOPAY_PAUSED: Final = _kind("autopay_paused", AutopayStands, TROUBLE_CATEGORY)
"""Autopay stands still."""
AUTOPAY_LEFT_OUT: Final = _kind("autopay_left_out", AboveCeiling, TROUBLE_CATEGORY)
"""Autopay leaves documents out that are above its ceiling."""
SCHEDULE_SKIPPED: Final = _kind("schedule_skipped", NothingToTake, TROUBLE_CATEGORY)
"""A payment of a later day had nothing to pay any more."""
DEPOSIT_ASKED: Final = _kind("deposit_asked", DepositWanted, "", Right.PAY)
"""A deposit is asked for on an order; always sent, as the order waits for it."""
KINDS: Final = (
    SUCCEEDED,
    FAILED,
    RETURNED,
    REFUNDED,
    INSTRUCTIONS,
    AUTOPAY_NOTICE,
    SCHEDULED_FAILED,
    AUTOPAY_PAUSED,
    AUTOPAY_LEFT_OUT,
    SCHEDULE_SKIPPED,
    DEPOSIT_ASKED,
)
