"""Signed webhooks by Standard Webhooks: HMAC-SHA256 over id, time and raw body, several secrets, five minutes of tolerance.

https://www.standardwebhooks.com. A secret is `whsec_` with base64, or any other text as it stands.
"""

from __future__ import annotations

import base64
import binascii
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
ID: Final = "webhook-id"
TIME: Final = "webhook-timestamp"
SIGNATURE: Final = "webhook-signature"
_PREFIX: Final = "whsec_"
_SECONDS: Final = re.compile(r"[0-9]{1,11}", re.ASCII)
_MOST: Final = 16
"""So many signatures of one webhook are looked at."""


def sign(webhook_id: str, at: datetime, body: bytes, secret: Secret) -> Mapping[str, str]:
    """Answer the headers that a webhook bears, by names in lower case; ValueError if the secret is none."""
    key = _key(secret)
    if key is None:
        message = "a secret is whsec_ with base64, or another text, and not empty"
        raise ValueError(message)
    seconds = str(int(at.timestamp()))
    return {ID: webhook_id, TIME: seconds, SIGNATURE: _signature(key, webhook_id, seconds, body).decode()}


def verify(headers: Mapping[str, str], body: bytes, secrets: tuple[Secret, ...], now: datetime) -> None:
    """Raise WebhookUnverified unless one of the secrets signed these very bytes within the tolerance."""
    webhook_id, seconds = headers.get(ID, ""), headers.get(TIME, "")
    if not (webhook_id and webhook_id.isascii() and _SECONDS.fullmatch(seconds)):
        raise WebhookUnverified("webhook.headers", "The headers of the signature are missing or malformed.")
    if abs(now.timestamp() - int(seconds)) > TOLERANCE.total_seconds():
        raise WebhookUnverified("webhook.stale", "This was signed too long ago, or in the future.")
    given = [one.encode("utf-8", "replace") for one in headers.get(SIGNATURE, "").split(" ")[:_MOST]]
    keys = [key for key in map(_key, secrets) if key is not None]
    signed = False
    for key in keys:
        expected = _signature(key, webhook_id, seconds, body)
        for one in given:
            signed |= hmac.compare_digest(expected, one)
    if not signed:
        raise WebhookUnverified("webhook.signature", "None of the secrets signed this.")


def _signature(key: bytes, webhook_id: str, seconds: str, body: bytes) -> bytes:
    signed = hmac.new(key, f"{webhook_id}.{seconds}.".encode() + body, hashlib.sha256).digest()
    return b"v1," + base64.b64encode(signed)


def _key(secret: Secret) -> bytes | None:
    """Answer the bytes of a secret, None for one that can sign nothing."""
    if not secret.value.startswith(_PREFIX):
        return secret.value.encode() or None
    try:
        return base64.b64decode(secret.value.removeprefix(_PREFIX), validate=True) or None
    except (binascii.Error, ValueError):
        return None
