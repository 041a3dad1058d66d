"""The messages of this room."""

from __future__ import annotations

from datetime import date
from typing import Final

from attrs import frozen

from lockportal.core.actor import Right
from lockportal.core.messages import MessageKind
from lockportal.core.money import Money


@frozen(kw_only=True)
class ReceivedPayment:
    """One payment as a receipt lists it; `reference` is what the customer wrote, where it is known."""

    amount: Money
    received_on: date
    reference: str


@frozen(kw_only=True)
class PaymentReceived:
    """What is told of money that came in: its sum in one currency, the last day of it, and the payments."""

    customer: str
    amount: Money
    received_on: date
    payments: tuple[ReceivedPayment, ...]
    link: str


PAYMENT_RECEIVED: Final = MessageKind(
    name="ledger.payment_received", category="payments", right=Right.VIEW, variables=PaymentReceived
)
"""A payment was received."""
