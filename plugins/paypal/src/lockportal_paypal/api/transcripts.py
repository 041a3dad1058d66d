"""What may be shown of a call: only fields that name no person and no secret. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

_SHOWN: Final = frozenset(
    [
        "amount",
        "create_time",
        "currency_code",
        "custom_id",
        "debug_id",
        "details",
        "final_capture",
        "id",
        "intent",
        "invoice_id",
        "issue",
        "net_amount",
        "paypal_fee",
        "payments",
        "purchase_units",
        "captures",
        "authorizations",
        "refunds",
        "reason",
        "related_ids",
        "order_id",
        "capture_id",
        "authorization_id",
        "seller_receivable_breakdown",
        "gross_amount",
        "status",
        "status_details",
        "supplementary_data",
        "update_time",
        "value",
        "dispute_id",
        "dispute_state",
        "dispute_outcome",
        "outcome_code",
    ]
)
_DEEPEST: Final = 8


def scrub(body: Mapping[str, Any]) -> str:
    """Answer an object of PayPal's as JSON on one line, with what may be shown alone: what is new is left out."""
    return json.dumps(_shown(body, 0), separators=(",", ":"), sort_keys=True)


def line(method: str, path: str, key: str, outcome: str, body: Mapping[str, Any]) -> str:
    """Answer one call as a line of a transcript."""
    under = f" [{key}]" if key else ""
    return f"{method} {path}{under} -> {outcome} {scrub(body) if body else ''}".rstrip()


def _shown(value: Any, depth: int) -> Any:  # noqa: ANN401 - JSON
    if depth > _DEEPEST:
        return None
    if isinstance(value, Mapping):
        return {key: _shown(one, depth + 1) for key, one in value.items() if key in _SHOWN}
    if isinstance(value, list):
        return [_shown(one, depth + 1) for one in value]
    return value
