"""Verifying Stripe's webhooks: HMAC-SHA256 over time and raw body, several secrets, five minutes of tolerance. Pure.

https://docs.stripe.com/webhooks/signature. Stripe's own client reads the clock for this, and lets
headers make it raise anything.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from lockportal.payments.errors import WebhookUnverified
from lockportal.payments.ports import Secret

TOLERANCE: Final = timedelta(minutes=5)
"""How old, or how far ahead, a webhook may be."""
HEADER: Final = "stripe-signature"
_SECONDS: Final = re.compile(r"[0-9]{1,11}", re.ASCII)
_MOST: Final = 32
"""So many parts of a header are looked at."""


def sign(body: bytes, at: datetime, *secrets: Secret) -> str:
    """Answer the header of a body, signed by each of the secrets."""
    seconds = str(int(at.timestamp()))
    return ",".join([f"t={seconds}", *(f"v1={_signature(secret, seconds, body).decode()}" for secret in secrets)])


def verify(headers: Mapping[str, str], body: bytes, secrets: tuple[Secret, ...], now: datetime) -> None:
    """Raise WebhookUnverified unless one of the secrets signed these very bytes within the tolerance."""
    parts = [part.partition("=") for part in headers.get(HEADER, "").split(",")[:_MOST]]
    times = [value for name, _, value in parts if name == "t"]
    if len(times) != 1 or not _SECONDS.fullmatch(times[0]):
        raise WebhookUnverified("webhook.headers", "The header of the signature is missing or malformed.")
    if abs(now.timestamp() - int(times[0])) > TOLERANCE.total_seconds():
        raise WebhookUnverified("webhook.stale", "This was signed too long ago, or in the future.")
    given = [value.encode("utf-8", "replace") for name, _, value in parts if name == "v1"]
    signed = False
    for secret in secrets:
        expected = _signature(secret, times[0], body)
        for one in given:
            signed |= bool(secret.value) and hmac.compare_digest(expected, one)
    if not signed:
        raise WebhookUnverified("webhook.signature", "None of the secrets signed this.")


def _signature(secret: Secret, seconds: str, body: bytes) -> bytes:
    return hmac.new(secret.value.encode(), f"{seconds}.".encode() + body, hashlib.sha256).hexdigest().encode()
