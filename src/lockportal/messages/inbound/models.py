"""Addresses for replies, and the mails that came to them."""

from __future__ import annotations

import hashlib
from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID, uuid5

from attrs import field, frozen

from lockportal.core.record import Event, Index, Record, length

KIND_LENGTH = 32


class MailOutcome(StrEnum):
    """What became of a mail that came in."""

    TAKEN = "taken"
    """It is in its thread."""
    REPEATED = "repeated"
    """It was taken before."""
    AUTOMATIC = "automatic"
    """No person wrote it: a bounce, an answer of somebody who is away, a list."""
    EMPTY = "empty"
    """Nothing is left of it without what it quotes, and no file came with it."""
    REFUSED = "refused"
    """Its thread takes no reply any more, or not of this contact."""
    REPORTED = "reported"
    """It reports what became of a mail of this portal, which is noted."""
    UNKNOWN = "unknown"
    """It is for no address of this portal, or not from the contact whose address it is."""


@frozen(kw_only=True)
class ReplyAddress(Record):
    """The address by which one contact replies into one thread. In the mail stands its id, sealed; nothing secret rests."""

    indexes: ClassVar[tuple[Index, ...]] = (Index(("id",), wide=True),)

    kind: str = field(metadata=length(KIND_LENGTH))
    thread_id: UUID
    contact_id: UUID
    opened_at: datetime

    @property
    def live(self) -> bool:
        """No decision needs it but by its id."""
        return False


@frozen(kw_only=True)
class ReceivedMail(Record):
    """A reply that came to an address, known by the digest of its Message-ID; `outcome` is missing while it is being taken."""

    address_id: UUID
    received_at: datetime
    outcome: MailOutcome | None = None

    @property
    def live(self) -> bool:
        """No decision needs it but by its id."""
        return False


@frozen(kw_only=True)
class ReplyAddressOpened(Event):
    """A contact may reply into a thread by mail."""

    address: ReplyAddress


@frozen(kw_only=True)
class MailReceived(Event):
    """A reply came in by mail."""

    mail: ReceivedMail


@frozen(kw_only=True)
class MailSettled(Event):
    """It is known what became of a reply by mail."""

    mail: ReceivedMail


def address_id(thread_id: UUID, contact_id: UUID) -> UUID:
    """Answer the id of the address of one contact for one thread: always the same."""
    return uuid5(thread_id, f"reply/{contact_id}")


def mail_id(address: UUID, message_id: str) -> UUID:
    """Answer the id of a mail that came to an address: the same for the same Message-ID, which is kept as a digest only."""
    return uuid5(address, f"mail/{hashlib.sha256(message_id.encode('utf-8', 'surrogateescape')).hexdigest()}")
