"""Messages: what was sent to whom, what contacts want to get, and what could not be delivered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar, Final
from uuid import UUID, uuid5

from attrs import field, frozen

from lockportal.core.messages import Retries
from lockportal.core.record import Event, Index, Record, length
from lockportal.core.settings import whole_number

NAME_LENGTH: Final = 64


class Channel(StrEnum):
    """The ways by which a message travels."""

    MAIL = "mail"


class Outcome(StrEnum):
    """What came of one try to send a message."""

    SENT = "sent"
    """The channel has taken it."""
    FAILED = "failed"
    """The channel has refused it, or could not be reached."""
    UNKNOWN = "unknown"
    """No answer came in time: it may have arrived."""


class LetterState(StrEnum):
    """Where a dead letter is."""

    DEAD = "dead"
    REPLAYED = "replayed"


@frozen(kw_only=True)
class Delivery(Record):
    """One try to send one message to one contact: an observation. That of a sent message bears the message's id."""

    indexes: ClassVar[tuple[Index, ...]] = (Index(("at", "id")),)

    message_id: UUID
    kind: str = field(metadata=length(NAME_LENGTH))
    contact_id: UUID
    channel: Channel = Channel.MAIL
    at: datetime
    outcome: Outcome
    reason: str = ""
    """Why it failed; it names no address."""

    @property
    def live(self) -> bool:
        """No decision needs it."""
        return False


@frozen(kw_only=True)
class Preference(Record):
    """Whether one contact wants the messages of one category by one channel; without it, they do."""

    contact_id: UUID
    category: str = field(metadata=length(NAME_LENGTH))
    channel: Channel = Channel.MAIL
    wanted: bool


@frozen(kw_only=True)
class DeadLetter(Record):
    """What the outbox gave up after its last try: a row of the account's journal for a subscriber, or an errand.

    A replay hands it over once more; what fails again is dead again.
    """

    indexes: ClassVar[tuple[Index, ...]] = (Index(("failed_at", "id"), wide=True),)

    receiver: str = field(metadata=length(NAME_LENGTH))
    """The subscriber, or the noun of the errand."""
    type: str = field(metadata=length(NAME_LENGTH))
    """What it is about, such as `documents.documents_stored`."""
    version: int = 0
    n: int = 0
    record_id: UUID | None = None
    """The errand."""
    attempts: int
    reason: str
    failed_at: datetime
    state: LetterState = LetterState.DEAD
    replayed_at: datetime | None = None

    @property
    def live(self) -> bool:
        """One that was replayed waits for nothing any more."""
        return self.state is LetterState.DEAD


@frozen(kw_only=True)
class PreferenceStored(Event):
    """A contact said what messages they want."""

    preference: Preference


@frozen(kw_only=True)
class MessageFailed(Event):
    """Something could not be delivered, for good unless somebody replays it."""

    letter: DeadLetter


@frozen(kw_only=True)
class MessageReplayed(Event):
    """A dead letter is to be handed over once more."""

    letter: DeadLetter


def preference_id(contact_id: UUID, category: str, channel: Channel) -> UUID:
    """Answer the id of a preference: always the same, so that there is one."""
    return uuid5(contact_id, f"preference/{category}/{channel}")


def message_id(account_id: UUID, version: int, n: int, draft: int, kind: str, contact_id: UUID) -> UUID:
    """Answer the id of the message that one contact gets of one draft on a row of the journal: the same at every try."""
    return uuid5(account_id, f"message/{version}/{n}/{draft}/{kind}/{contact_id}")


def retries_of(options: Mapping[type, object]) -> Retries:
    """Answer how often the outbox of a supplier tries, and when."""
    found = options.get(MessagesSettings)
    return (found if isinstance(found, MessagesSettings) else MessagesSettings()).retries


@frozen(kw_only=True)
class MessagesSettings:
    """How the outbox goes about what fails, table `[messages]`.

    `attempts` before it is a dead letter; the first wait in seconds, each later one twice as long up to the longest in minutes;
    the seconds that one send may take; and how many sends may hang before no more are begun.
    """

    attempts: int = field(default=12, validator=whole_number("messages", 1, 1000))
    first_wait_seconds: int = field(default=5, validator=whole_number("messages", 1, 3600))
    longest_wait_minutes: int = field(default=60, validator=whole_number("messages", 1, 7 * 24 * 60))
    send_seconds: int = field(default=20, validator=whole_number("messages", 1, 45))
    slots: int = field(default=8, validator=whole_number("messages", 1, 1000))

    @property
    def retries(self) -> Retries:
        """How often the outbox tries, and when."""
        return Retries(
            attempts=self.attempts,
            first=timedelta(seconds=self.first_wait_seconds),
            longest=timedelta(minutes=self.longest_wait_minutes),
        )
