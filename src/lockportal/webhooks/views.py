"""What is shown of webhooks: endpoints, attempts, and the events that there are."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from attrs import frozen

from lockportal.webhooks.models import AttemptOutcome, EndpointState, WebhookEndpoint


@frozen(kw_only=True)
class EndpointRow:
    """One endpoint; its secret is answered by `secret` alone."""

    id: UUID
    name: str
    url: str
    events: tuple[str, ...]
    write_back: bool
    state: EndpointState
    reason: str
    added_at: datetime
    rotating_until: datetime | None
    """Until when the secret before the last rotation signs, too."""
    failing_since: datetime | None


@frozen(kw_only=True)
class AttemptRow:
    """One attempt to tell one endpoint of one event."""

    id: UUID
    account_id: UUID
    endpoint_id: UUID
    call_id: UUID
    """The message's id, as it stands in the header `webhook-id`."""
    type: str
    version: int
    n: int
    number: int
    at: datetime
    outcome: AttemptOutcome
    last: bool
    status: int
    reason: str


@frozen(kw_only=True)
class EventKind:
    """One type of event that endpoints may be told, and the JSON Schema of its data."""

    type: str
    told: str
    schema: int
    data: Mapping[str, Any]


def endpoint_row(endpoint: WebhookEndpoint) -> EndpointRow:
    """Make what is shown of an endpoint."""
    return EndpointRow(
        id=endpoint.id,
        name=endpoint.name,
        url=endpoint.url,
        events=endpoint.events,
        write_back=endpoint.write_back,
        state=endpoint.state,
        reason=endpoint.reason,
        added_at=endpoint.added_at,
        rotating_until=endpoint.rotating_until,
        failing_since=endpoint.failing_since,
    )
