"""Disputes: a chargeback that is under way, until it is decided. Pure.

The money itself goes by a reversal, which PayPal tells of apart; so a dispute never says that money moved, only that it may.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lockportal.core.money import Money
from lockportal.payments import Observation, OpKind, OpStatus
from lockportal_paypal import amounts
from lockportal_paypal.reading import Seen, occurred


def of_dispute(found: Mapping[str, Any], seen: Seen) -> Observation | None:
    """Answer a dispute as the chargeback that it threatens; None where it names no payment."""
    transactions = found.get("disputed_transactions")
    first = transactions[0] if isinstance(transactions, list) and transactions else {}
    capture = first.get("seller_transaction_id") if isinstance(first, Mapping) else None
    if not isinstance(capture, str) or not capture or not isinstance(found.get("dispute_id"), str):
        return None
    over = found.get("status") == "RESOLVED"
    return Observation(
        kind=OpKind.CHARGEBACK,
        status=OpStatus.CANCELED if over else OpStatus.PENDING,
        money=_amount(found.get("dispute_amount")),
        occurred_at=occurred(found.get("update_time") or found.get("create_time"), seen.now),
        source=seen.source,
        gateway_ref=found["dispute_id"],
        parent_ref=capture,
    )


def _amount(told: object) -> Money | None:
    try:
        return amounts.read(told)
    except (LookupError, TypeError, ValueError):
        return None
