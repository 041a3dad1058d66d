"""An event that waits for its operation."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid5

from attrs import field, frozen

from lockportal.core.record import TEXT, Event, Record, length
from lockportal.payments.operations import Observation


@frozen(kw_only=True)
class ParkedEvent(Record):
    """What a gateway told of an operation that is not known here yet, with everything that is needed to apply it later."""

    merchant_account: str = field(metadata=length(64))
    event_id: str
    number: int = 0
    """Which of the event's observations it is."""
    type: str = field(default="", metadata=length(128))
    observation: Observation
    parked_at: datetime
    tries: int = 0
    done: bool = False
    given_up: bool = False
    """Whether its operation was looked for in vain so often that a person has to."""
    raw: str = field(default="", metadata=TEXT)
    """The delivery that told it, redacted, for whoever looks into it."""
    note: str = field(default="", metadata=TEXT)
    """What a person decided who closed it."""
    wake_at: datetime | None = None

    @property
    def live(self) -> bool:
        """One that has found its operation is done with."""
        return not self.done


def parked_id(supplier_id: UUID, merchant_account: str, event_id: str, number: int) -> UUID:
    """Answer the id of an event's part: the same for the same event, however often it comes."""
    return uuid5(supplier_id, f"parked/{merchant_account}/{event_id}/{number}")


@frozen(kw_only=True)
class EventParked(Event):
    """A gateway told of an operation that is not known here yet."""

    parked: ParkedEvent


@frozen(kw_only=True)
class EventUnparked(Event):
    """A parked event has found its operation."""

    parked: ParkedEvent


@frozen(kw_only=True)
class EventGivenUp(Event):
    """The operation of a parked event was looked for in vain for long: a person has to look at it."""

    parked: ParkedEvent


@frozen(kw_only=True)
class ParkedDue(Event):
    """It is time to look for the operation of a parked event again."""

    parked: ParkedEvent
