"""Whether PayPal sent a webhook: its signature over the transmission, the webhook's id and the checksum of the raw body."""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error, crc32
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

from attrs import frozen
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import Certificate

from lockportal.payments.errors import WebhookUnverified
from lockportal.payments.ports import WebhookRequest

TOLERANCE: Final = timedelta(hours=73)
"""How old a webhook may be: PayPal tries for three days to deliver one, under the time of its first try."""
ALGORITHM: Final = "SHA256withRSA"
_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z", re.ASCII)
_SIGNATURE: Final = re.compile(r"[A-Za-z0-9+/]{16,1024}={0,2}", re.ASCII)
_URL: Final = re.compile(r"https?://[A-Za-z0-9.:-]{1,100}/v1/notifications/certs/[A-Za-z0-9_-]{1,100}", re.ASCII)
_MOST: Final = 8


@frozen(kw_only=True)
class Transmission:
    """What stands in the headers of a webhook, checked for its form alone."""

    id: str
    time: str
    at: datetime
    signature: bytes
    certificate_url: str


def verify(request: WebhookRequest, webhook_ids: tuple[str, ...], certificate: Callable[[str, datetime], Certificate]) -> None:
    """Raise WebhookUnverified unless PayPal sent this to one of these webhooks; what costs nothing is looked at first."""
    sent = transmission(request.headers)
    if not webhook_ids:
        raise WebhookUnverified("webhook.no_secret", "No id of a webhook is set for this account.")
    if abs(request.received_at - sent.at) > TOLERANCE:
        raise WebhookUnverified("webhook.stale", "This webhook is too old, or of the future.")
    found = certificate(sent.certificate_url, request.received_at)
    if not any(signed(found, message(sent.id, sent.time, one, request.body), sent.signature) for one in webhook_ids[:_MOST]):
        raise WebhookUnverified("webhook.signature", "The signature is not of this webhook.")


def transmission(headers: Mapping[str, str]) -> Transmission:
    """Read the headers of a webhook; WebhookUnverified where one is missing, or is not what PayPal writes."""
    name, time, algorithm = (headers.get(f"paypal-{one}", "") for one in ("transmission-id", "transmission-time", "auth-algo"))
    signature, url = headers.get("paypal-transmission-sig", ""), headers.get("paypal-cert-url", "")
    formed = _NAME.fullmatch(name) and _TIME.fullmatch(time) and _SIGNATURE.fullmatch(signature) and _URL.fullmatch(url)
    if not formed or algorithm != ALGORITHM:
        raise WebhookUnverified("webhook.headers", "These are not the headers of a webhook of PayPal's.")
    try:
        at, raw = datetime.fromisoformat(time), b64decode(signature, validate=True)
    except (ValueError, Error):
        raise WebhookUnverified("webhook.headers", "These are not the headers of a webhook of PayPal's.") from None
    return Transmission(id=name, time=time, at=at, signature=raw, certificate_url=url)


def message(transmission_id: str, time: str, webhook_id: str, body: bytes) -> bytes:
    """Answer what PayPal signs."""
    return f"{transmission_id}|{time}|{webhook_id}|{crc32(body)}".encode()


def signed(certificate: Certificate, content: bytes, signature: bytes) -> bool:
    """Say whether the key of a certificate signed this."""
    key = certificate.public_key()
    if not isinstance(key, RSAPublicKey):
        return False
    try:
        key.verify(signature, content, PKCS1v15(), SHA256())
    except (InvalidSignature, ValueError):
        return False
    return True
