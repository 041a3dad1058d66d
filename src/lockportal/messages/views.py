"""What is shown of messages: deliveries, preferences, dead letters."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from attrs import frozen

from lockportal.core.messages import Channel
from lockportal.messages.models import LetterState, Outcome


@frozen(kw_only=True)
class DeliveryLine:
    """One try to send one message."""

    id: UUID
    message_id: UUID
    kind: str
    contact_id: UUID
    channel: Channel
    at: datetime
    outcome: Outcome
    reason: str


@frozen(kw_only=True)
class DeadLetterLine:
    """One thing that could not be delivered, and why."""

    id: UUID
    account_id: UUID
    receiver: str
    type: str
    attempts: int
    reason: str
    failed_at: datetime
    state: LetterState
    replayed_at: datetime | None


@frozen(kw_only=True)
class Choice:
    """One category of messages that a contact may switch off, and whether they want it."""

    category: str
    channel: Channel
    wanted: bool


@frozen(kw_only=True)
class SuppressionLine:
    """One address that nothing is sent to, and whose it is."""

    id: UUID
    account_id: UUID
    contact_id: UUID
    email: str
    status: str
    """What the server reported, by RFC 3463."""
    kind: str
    """The kind of the message that came back."""
    suppressed_at: datetime
    name: str
    customer_number: str
    customer_name: str
