"""Whether what PayPal knows under a key is what was asked for: a key is bound to its operation and its amount. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from lockportal.core.money import Money
from lockportal.payments import OpKind
from lockportal.payments.errors import RequestRejected
from lockportal_paypal import amounts
from lockportal_paypal.marks import mark, marked
from lockportal_paypal.reading import unit


def same_order(order: Mapping[str, Any], kind: OpKind, operation_id: UUID, money: Money) -> None:
    """Refuse an order that was known already under a key, for another amount: nothing was done for this request."""
    asked = unit(order)
    if asked.get("custom_id") != mark(kind, operation_id) or amounts.read(asked.get("amount")) != money:
        raise RequestRejected("paypal.key", "PayPal knows another order under this key.")


def same_amount(found: Mapping[str, Any], money: Money) -> None:
    """Refuse a capture or a refund that was known already under a key, for another amount."""
    if amounts.read(found["amount"]) != money:
        raise RequestRejected("paypal.key", "PayPal knows another request under this key.")


def owned(order: Mapping[str, Any], operation_id: UUID) -> bool:
    """Say whether an order was made for an operation."""
    found = marked(unit(order).get("custom_id"), OpKind.SALE, OpKind.AUTHORIZE)
    return found is not None and found[1] == operation_id
