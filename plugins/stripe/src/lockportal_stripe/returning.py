"""From Stripe's refunds and disputes to observations: money that goes back, and money that comes back once more. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from lockportal.core.money import Money
from lockportal.payments.operations import Decline, Observation, OpKind, OpStatus
from lockportal_stripe.amounts import from_stripe
from lockportal_stripe.declines import decline_of_reason
from lockportal_stripe.marks import mark_of
from lockportal_stripe.reading import Seen, Thing, ref_of

_REFUNDS: Final = {
    "pending": OpStatus.PENDING,
    "requires_action": OpStatus.PENDING,
    "succeeded": OpStatus.SUCCEEDED,
    "canceled": OpStatus.CANCELED,
}
_GONE: Final = frozenset({"needs_response", "under_review", "won", "lost"})
"""A dispute with one of these has taken the money; the others, `warning_…` and `prevented`, have not."""
_BANKS: Final = frozenset(
    {
        "debit_not_authorized",
        "bank_cannot_process",
        "incorrect_account_details",
        "insufficient_funds",
        "customer_initiated",
        "check_returned",
    }
)
"""Reasons of disputes that come of a debit's return."""


def of_refund(refund: Thing, seen: Seen) -> tuple[Observation, ...]:
    """Read a refund, ours or one that was made at Stripe. One that failed after the money had gone out came back."""
    mark = mark_of(refund)
    money, ref = from_stripe(refund["amount"], refund["currency"]), refund["id"]
    back = ref_of(refund.get("failure_balance_transaction"))
    failed = refund["status"] == "failed"
    status = OpStatus.FAILED if failed and not back else _REFUNDS.get(refund["status"], OpStatus.PENDING)
    told = Observation(
        kind=OpKind.REFUND,
        status=OpStatus.SUCCEEDED if failed and back else status,
        money=money,
        occurred_at=seen.at(refund["created"]),
        source=seen.source,
        operation_id=mark.operation_id if mark is not None and mark.kind == OpKind.REFUND else None,
        gateway_ref=ref,
        parent_ref=ref_of(refund.get("charge")) or ref_of(refund.get("payment_intent")),
        decline=decline_of_reason(refund.get("failure_reason")) if status is OpStatus.FAILED else None,
    )
    if not (failed and back):
        return (told,)
    reason = decline_of_reason(refund.get("failure_reason"))
    return (told, _unasked(OpKind.REFUND_REVERSAL, money, back, ref, seen.at(), seen, reason))


def of_dispute(dispute: Thing, seen: Seen) -> tuple[Observation, ...]:
    """Read a dispute that has taken money: a chargeback of a card, or a debit's return; won, the money is back."""
    money, charge = from_stripe(dispute["amount"], dispute["currency"]), ref_of(dispute["charge"])
    moves = [one["amount"] for one in dispute.get("balance_transactions") or ()]
    if dispute["status"] not in _GONE and not any(one < 0 for one in moves):
        return ()
    details = dispute.get("payment_method_details") or {}
    card = details.get("type") == "card"
    network = (details.get("card") or {}).get("network_reason_code") if card else dispute.get("network_reason_code")
    returned = not card and (dispute["reason"] in _BANKS or charge.startswith("py_"))
    kind = OpKind.RETURN if returned else OpKind.CHARGEBACK
    reason = decline_of_reason(dispute["reason"], network)
    gone = _unasked(kind, money, dispute["id"], charge, seen.at(dispute["created"]), seen, reason)
    if dispute["status"] != "won" and not any(one > 0 for one in moves):
        return (gone,)
    return (gone, _unasked(OpKind.REINSTATEMENT, money, f"{dispute['id']}/won", charge, seen.at(), seen))


def _unasked(
    kind: OpKind, money: Money, ref: str, parent: str, at: datetime, seen: Seen, decline: Decline | None = None
) -> Observation:
    return Observation(
        kind=kind,
        status=OpStatus.SUCCEEDED,
        money=money,
        occurred_at=at,
        source=seen.source,
        gateway_ref=ref,
        parent_ref=parent,
        decline=decline,
    )
