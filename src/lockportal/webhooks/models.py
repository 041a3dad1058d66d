"""Endpoints of other programs, what each is to be told, and what came of telling it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Final
from uuid import UUID, uuid5

from attrs import field, frozen

from lockportal.core.record import AT_ONCE, TEXT, Event, Index, Record, length

LONGEST_REASON: Final = 500
"""The most characters of another program's reason that are kept."""
TYPE_LENGTH: Final = 64


class EndpointState(StrEnum):
    """Whether an endpoint is told anything."""

    ENABLED = "enabled"
    DISABLED = "disabled"
    REMOVED = "removed"


class AttemptOutcome(StrEnum):
    """What came of one attempt to tell an endpoint something."""

    DELIVERED = "delivered"
    """It answered with 2xx."""
    FAILED = "failed"
    """It could not be reached, did not answer in time, or answered otherwise: it is tried again, but for the last time."""
    REFUSED = "refused"
    """Of a write-back: it answered with 4xx and a reason, and is not asked again."""
    GONE = "gone"
    """It answered with 410: it wants to be told nothing more."""
    HELD = "held"
    """It was disabled meanwhile and was told nothing."""


@frozen(kw_only=True)
class WebhookEndpoint(Record):
    """An address of another program, owned by the supplier. Its secrets are derived, and rest nowhere."""

    name: str = field(metadata=length(64))
    url: str = field(metadata=TEXT)
    events: tuple[str, ...] = ()
    """Types such as `promises.promise_made`, or `promises.*`; none is all of them."""
    write_back: bool = False
    """Whether it writes into the supplier's books, so that what it refuses with a reason is for a person to see to."""
    state: EndpointState = EndpointState.ENABLED
    reason: str = ""
    """Why it is disabled."""
    generation: int = 1
    """Which of its secrets signs; a rotation counts on."""
    rotating_until: datetime | None = None
    """Until when the secret before signs, too."""
    added_at: datetime
    failing_since: datetime | None = None
    """Since when something was given up, and nothing delivered after it."""

    @property
    def live(self) -> bool:
        """One that was removed is only there for its history."""
        return self.state is not EndpointState.REMOVED


@frozen(kw_only=True)
class WebhookCall(Record):
    """One event that one endpoint is to be told: its id is the message's, the same at every attempt."""

    endpoint_id: UUID
    type: str = field(metadata=length(TYPE_LENGTH))
    version: int
    n: int
    since: datetime
    """When it was begun, or begun anew by hand: attempts count from then."""
    wake_at: datetime = AT_ONCE
    attempts: int = 0


@frozen(kw_only=True)
class WebhookAttempt(Record):
    """One attempt to tell one endpoint of one event: an observation."""

    indexes: ClassVar[tuple[Index, ...]] = (
        Index(("at", "id"), wide=True),
        Index(("endpoint_id", "at", "id"), wide=True),
        Index(("id",), wide=True),
        Index(("call_id", "at")),
    )

    endpoint_id: UUID
    call_id: UUID
    type: str = field(metadata=length(TYPE_LENGTH))
    version: int
    n: int
    number: int
    at: datetime
    outcome: AttemptOutcome
    last: bool = False
    """Whether nothing follows by itself."""
    status: int = 0
    """The answer's; 0 without one."""
    reason: str = field(default="", metadata=TEXT)

    @property
    def live(self) -> bool:
        """No decision needs it."""
        return False


@frozen(kw_only=True)
class WriteBackRefusal(Record):
    """An endpoint that writes into the supplier's books refused one event of this account, with its reason."""

    endpoint_id: UUID
    endpoint: str = field(metadata=length(64))
    type: str = field(metadata=length(TYPE_LENGTH))
    status: int
    reason: str = field(metadata=TEXT)
    refused_at: datetime
    settled_at: datetime | None = None

    @property
    def live(self) -> bool:
        """One whose event was taken after all is settled."""
        return self.settled_at is None


@frozen(kw_only=True)
class EndpointAdded(Event):
    """Another program is to be told what happens."""

    endpoint: WebhookEndpoint


@frozen(kw_only=True)
class EndpointChanged(Event):
    """Where another program is told, or of what, was changed."""

    endpoint: WebhookEndpoint


@frozen(kw_only=True)
class SecretRotated(Event):
    """An endpoint has a new secret; the one before signs along for a while."""

    endpoint: WebhookEndpoint


@frozen(kw_only=True)
class EndpointDisabled(Event):
    """An endpoint is told nothing more for now; `gone` where it asked for that itself."""

    endpoint: WebhookEndpoint
    gone: bool


@frozen(kw_only=True)
class EndpointEnabled(Event):
    """An endpoint is told again what happens from now on."""

    endpoint: WebhookEndpoint


@frozen(kw_only=True)
class EndpointRemoved(Event):
    """An endpoint is gone for good."""

    endpoint: WebhookEndpoint


@frozen(kw_only=True)
class EndpointFailing(Event):
    """Something was given up after its last attempt at an endpoint that had worked before."""

    endpoint: WebhookEndpoint


@frozen(kw_only=True)
class EndpointRecovered(Event):
    """An endpoint that was failing has taken something."""

    endpoint: WebhookEndpoint


@frozen(kw_only=True)
class WriteBackRefused(Event):
    """A program that writes into the supplier's books refused an event, and said why."""

    refusal: WriteBackRefusal


@frozen(kw_only=True)
class WriteBackTaken(Event):
    """An event that was refused was taken after all."""

    refusal: WriteBackRefusal


def call_id(endpoint_id: UUID, account_id: UUID, version: int, n: int) -> UUID:
    """Answer the id under which an endpoint is told of a row of the journal: the same at every attempt."""
    return uuid5(endpoint_id, f"webhook/{account_id}/{version}/{n}")


def refusal_id(call: UUID) -> UUID:
    """Answer the id of the refusal of one call: there is one."""
    return uuid5(call, "refusal")
