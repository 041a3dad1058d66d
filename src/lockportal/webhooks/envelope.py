"""What an endpoint is sent, by Standard Webhooks: the body of an event, and the headers that sign it; pure."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from lockportal import codec
from lockportal.core.ports import JournalRow
from lockportal.signing import Purpose, Signer
from lockportal.webhooks.models import WebhookEndpoint

_PREFIX: Final = "whsec_"


def body_of(row: JournalRow, schema: int, data: Mapping[str, Any], customer_number: str | None) -> bytes:
    """Write what is told of a row of the journal; the same bytes for the same row."""
    return codec.dumps(
        {
            "type": row.type,
            "schema": schema,
            "timestamp": row.at,
            "account_id": row.account_id,
            "customer_number": customer_number,
            "version": row.version,
            "n": row.n,
            "data": data,
        }
    )


def secrets_of(endpoint: WebhookEndpoint, signer: Signer, now: datetime) -> Sequence[str]:
    """Answer the secrets that sign for an endpoint now, its own first: one, or two while it is rotated, by each of the keys."""
    generations = [endpoint.generation]
    if endpoint.rotating_until is not None and endpoint.rotating_until > now:
        generations.append(endpoint.generation - 1)
    return [
        _PREFIX + base64.b64encode(bytes.fromhex(secret)).decode()
        for generation in generations
        for secret in signer.secret_of(Purpose.WEBHOOK, f"{endpoint.id.hex}/{generation}")
    ]


def signed(message_id: UUID, at: datetime, body: bytes, secrets: Sequence[str]) -> Mapping[str, str]:
    """Answer the headers of a webhook: its id, the time of this attempt, and a signature by each secret."""
    seconds = str(int(at.timestamp()))
    content = f"{message_id}.{seconds}.".encode() + body
    signatures = [
        base64.b64encode(hmac.new(base64.b64decode(secret.removeprefix(_PREFIX)), content, hashlib.sha256).digest()).decode()
        for secret in secrets
    ]
    return {
        "webhook-id": str(message_id),
        "webhook-timestamp": seconds,
        "webhook-signature": " ".join(f"v1,{one}" for one in signatures),
    }
