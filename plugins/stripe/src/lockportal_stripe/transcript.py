"""What is kept of a conversation with Stripe: method, path, status and what does not belong to the payer. Pure.

Only fields that are known to be harmless are let through; in a text of any kind, whatever looks like a secret is blotted out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

_HARMLESS: Final = """
    id object amount amount_captured amount_received amount_refunded amount_total amount_capturable currency status payment_status
    mode captured paid refunded disputed created expires_at livemode type code decline_code advice_code network_decline_code
    failure_code failure_reason reason cancellation_reason capture_method brand last4 request payment_intent latest_charge charge
    setup_intent payment_method mandate client_reference_id metadata lockportal_operation lockportal_kind lockportal_flow
    lockportal_saves lockportal_capture error last_payment_error last_setup_error outcome data has_more param
"""
_KEPT: Final = frozenset(_HARMLESS.split())
_SECRETS: Final = (
    re.compile(r"\b(sk|rk|pk|whsec|ek|uk)_(test_|live_)?\w+", re.ASCII),
    re.compile(r"\b\w+_secret_\w+", re.ASCII),
    re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+"),
    re.compile(r"(?i)\bbearer\s+\S+"),
    re.compile(r"\b(?:\d[ -]?){12,19}\b", re.ASCII),
    re.compile(r"\b[A-Z]{2}\d{2}[A-Z0-9]{11,30}\b", re.ASCII),
)
_BLOT: Final = "…"
_MOST: Final = 2000


def scrub(text: str) -> str:
    """Blot out what looks like a key, a signature's secret, a number of a card or an account, or an address, in any text."""
    for pattern in _SECRETS:
        text = pattern.sub(_BLOT, text)
    return text


def line(method: str, path: str, status: int | str, body: object, request_id: str = "") -> str:
    """Answer one exchange as a line for the desk."""
    told = f"{method.upper()} {scrub(path)} {status} {request_id}".rstrip()
    return f"{told} {scrub(repr(harmless(body)))[:_MOST]}" if body else told


def harmless(value: Any) -> Any:  # noqa: ANN401 - JSON as it came
    """Answer of a JSON value what may be kept."""
    if isinstance(value, Mapping):
        return {key: harmless(one) for key, one in value.items() if key in _KEPT and one is not None}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [harmless(one) for one in value]
    return value
