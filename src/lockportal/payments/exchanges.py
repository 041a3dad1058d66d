"""What was said to gateways and what they told: their events, each applied once, and the calls."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from uuid import UUID, uuid5

from attrs import field, frozen

from lockportal.core.record import TEXT, Index, Record, length
from lockportal.payments.payers import NextAction


@frozen(kw_only=True)
class GatewayEvent(Record):
    """One event of a gateway that was applied: kept for ever, so that the same one again changes nothing."""

    merchant_account: str = field(metadata=length(64))
    event_id: str
    type: str = field(default="", metadata=length(128))
    operation_id: UUID | None = None
    received_at: datetime

    @property
    def live(self) -> bool:
        """It is looked for by its id."""
        return False


def gateway_event_id(account_id: UUID, merchant_account: str, event_id: str) -> UUID:
    """Answer the id under which an event is kept in an account."""
    return uuid5(account_id, f"gateway-event/{merchant_account}/{event_id}")


@frozen(kw_only=True)
class Exchange(Record):
    """One call of a gateway and what it answered, redacted: for the desk, and to answer a repeated request alike."""

    indexes: ClassVar[tuple[Index, ...]] = (Index(("operation_id", "at")),)

    operation_id: UUID
    call: str = field(metadata=length(32))
    at: datetime
    sent: bool = True
    """False where it is proven that the gateway did nothing."""
    outcome: str = field(default="", metadata=length(64))
    """`answered`, or the code of the error."""
    request_id: str = ""
    next_action: NextAction | None = None
    transcript: str = field(default="", metadata=TEXT)
