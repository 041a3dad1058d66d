"""Messages: what was sent to whom, what contacts want to get, and what could not be delivered."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any, ClassVar, Final
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from attrs import Attribute, field, frozen
from attrs.validators import instance_of

from lockportal.core.messages import Channel, Retries
from lockportal.core.record import AT_ONCE, PERSONAL, Event, Index, Record, length
from lockportal.core.settings import whole_number

NAME_LENGTH: Final = 64
_BOX: Final = re.compile(r"[A-Za-z0-9._-]{1,11}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
"""With `+` and a token of 52 signs, what stands before the @ has at most the 64 that every mail server takes (RFC 5321)."""


class Outcome(StrEnum):
    """What came of one try to send a message."""

    SENT = "sent"
    """The channel has taken it."""
    FAILED = "failed"
    """The channel has refused it, or could not be reached."""
    UNKNOWN = "unknown"
    """No answer came in time: it may have arrived."""
    DELIVERED = "delivered"
    """The recipient's server reports that it is in their box."""
    RETURNED = "returned"
    """The recipient's server reports that it did not arrive."""


class LetterState(StrEnum):
    """Where a dead letter is."""

    DEAD = "dead"
    REPLAYED = "replayed"


@frozen(kw_only=True)
class Delivery(Record):
    """One try to send one message to one contact: an observation. That of a sent message bears the message's id."""

    indexes: ClassVar[tuple[Index, ...]] = (Index(("at", "id")), Index(("id",), wide=True))

    message_id: UUID
    kind: str = field(metadata=length(NAME_LENGTH))
    contact_id: UUID
    channel: Channel = Channel.MAIL
    at: datetime
    outcome: Outcome
    reason: str = ""
    """Why it failed; it names no address."""
    version: int = 0
    n: int = 0
    """The row of the journal that it tells of; none for what is sent at once."""

    @property
    def live(self) -> bool:
        """No decision needs it."""
        return False


@frozen(kw_only=True)
class HeldMessage(Record):
    """A row of the account's journal that is told later to some of those whom it is for, as they sleep, or have had enough."""

    version: int
    n: int
    wake_at: datetime = AT_ONCE
    attempts: int = 0


@frozen(kw_only=True)
class Preference(Record):
    """Whether one contact wants the messages of one category by one channel; without it, they do by mail and by no other."""

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
class Suppression(Record):
    """An address that nothing is sent to, as a server has reported that there is none; another address of the contact is fine."""

    indexes: ClassVar[tuple[Index, ...]] = (Index(("live", "suppressed_at", "id"), wide=True), Index(("contact_id",)))

    contact_id: UUID
    email: str = field(metadata=PERSONAL | length(254))
    """In the form by which addresses are compared."""
    status: str = field(default="", metadata=length(16))
    """What the server reported, by RFC 3463."""
    kind: str = field(default="", metadata=length(NAME_LENGTH))
    message_id: UUID
    version: int = 0
    n: int = 0
    """The row of the journal that the mail told of."""
    suppressed_at: datetime
    lifted_at: datetime | None = None

    @property
    def live(self) -> bool:
        """One that was lifted keeps nothing back."""
        return self.lifted_at is None

    @property
    def subject_id(self) -> UUID:
        """It tells of the contact."""
        return self.contact_id


@frozen(kw_only=True)
class AddressSuppressed(Event):
    """A contact's address is dead: nothing more is sent to it."""

    suppression: Suppression


@frozen(kw_only=True)
class SuppressionLifted(Event):
    """Somebody says that an address lives."""

    suppression: Suppression


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


def suppression_id(contact_id: UUID, email: str) -> UUID:
    """Answer the id of what is kept of a contact's dead address: there is one for each address."""
    return uuid5(contact_id, f"suppression/{email}")


def held_id(account_id: UUID, version: int, n: int) -> UUID:
    """Answer the id under which a row of the journal waits to be told: there is one."""
    return uuid5(account_id, f"held/{version}/{n}")


def message_id(account_id: UUID, version: int, n: int, draft: int, kind: str, contact_id: UUID) -> UUID:
    """Answer the id of the message that one contact gets of one draft on a row of the journal: the same at every try."""
    return uuid5(account_id, f"message/{version}/{n}/{draft}/{kind}/{contact_id}")


def keyed_message_id(account_id: UUID, key: str, kind: str, contact_id: UUID) -> UUID:
    """Answer the id of the message that one contact gets of a draft with a key: the same for every event that tells of it."""
    return uuid5(account_id, f"message/{key}/{kind}/{contact_id}")


def retries_of(options: Mapping[type, object]) -> Retries:
    """Answer how often the outbox of a supplier tries, and when."""
    found = options.get(MessagesSettings)
    return (found if isinstance(found, MessagesSettings) else MessagesSettings()).retries


def _box(_: object, attribute: Attribute[Any], value: object) -> None:
    """Refuse what is no address of a box whose sub-addresses any mail server takes."""
    if value != "" and not (isinstance(value, str) and _BOX.fullmatch(value)):
        message = f"messages.{attribute.name}: must be a plain address of at most 11 signs before the @, not {value!r}"
        raise ValueError(message)


def _zones(_: object, attribute: Attribute[Any], value: Mapping[str, str]) -> None:
    for country, zone in value.items():
        try:
            ZoneInfo(zone)
        except (LookupError, OSError, ValueError):
            message = f"messages.{attribute.name}: {zone!r} of {country} is not an IANA time zone"
            raise ValueError(message) from None


@frozen(kw_only=True)
class MessagesSettings:
    """How the outbox goes about what fails, table `[messages]`.

    `attempts` before it is a dead letter; the first wait in seconds, each later one twice as long up to the longest in minutes;
    the seconds that one send may take; and how many sends may hang before no more are begun. `reply_box` is the address
    `name@host` of a box whose mail is handed to `receive`, sub-addresses (`name+…@host`) included; without it nobody replies by
    mail. `mail_limit` are the most bytes of a mail that is received.

    `per_minute` messages leave in a minute, and one person gets `per_person` within `per_person_hours` of those that may be
    switched off; 0 is no limit. With `quiet_hours` those leave between `awake_from` and `awake_until` of the customer's own zone
    alone and, with `rest_days`, not on weekends and public holidays of their country; `zones` are by country, an ISO 3166 code,
    the zone of its customers, where the country has several or none is known.
    """

    attempts: int = field(default=12, validator=whole_number("messages", 1, 1000))
    first_wait_seconds: int = field(default=5, validator=whole_number("messages", 1, 3600))
    longest_wait_minutes: int = field(default=60, validator=whole_number("messages", 1, 7 * 24 * 60))
    send_seconds: int = field(default=20, validator=whole_number("messages", 1, 45))
    reply_box: str = field(default="", validator=_box)
    mail_limit: int = field(default=25_000_000, validator=whole_number("messages", 1, 1_000_000_000))
    slots: int = field(default=8, validator=whole_number("messages", 1, 1000))
    per_minute: int = field(default=0, validator=whole_number("messages", 0, 1_000_000))
    per_person: int = field(default=0, validator=whole_number("messages", 0, 10_000))
    per_person_hours: int = field(default=24, validator=whole_number("messages", 1, 24 * 31))
    quiet_hours: bool = field(default=False, validator=instance_of(bool))
    awake_from: time = time(8)
    awake_until: time = time(20)
    rest_days: bool = field(default=True, validator=instance_of(bool))
    zones: Mapping[str, str] = field(factory=dict, validator=_zones)

    def __attrs_post_init__(self) -> None:
        """Refuse hours between which nothing ever leaves."""
        if self.awake_from >= self.awake_until:
            message = f"messages.awake_from: must lie before {self.awake_until}, not at {self.awake_from}"
            raise ValueError(message)

    @property
    def retries(self) -> Retries:
        """How often the outbox tries, and when."""
        return Retries(
            attempts=self.attempts,
            first=timedelta(seconds=self.first_wait_seconds),
            longest=timedelta(minutes=self.longest_wait_minutes),
        )
