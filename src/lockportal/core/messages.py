"""Messages as data: what a capability sends, of which events, to whom, and how long the outbox tries."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from attrs import frozen

from lockportal.core.actor import Right
from lockportal.core.errors import LockportalError
from lockportal.core.record import Event
from lockportal.core.replies import ThreadRef

_LONGEST_REASON: Final = 255
_DOUBLINGS: Final = 30
"""After so many every wait is the longest."""


class Channel(StrEnum):
    """The ways by which a message travels: mail to everybody, the others to whoever chose them and has a telephone number."""

    MAIL = "mail"
    SMS = "sms"
    WHATSAPP = "whatsapp"


@frozen(kw_only=True)
class MessageKind:
    """One kind of message, such as `documents.ready`: its templates bear this name.

    `variables` is the frozen attrs class whose fields the templates may use, beside those that every message has. `category` is
    what a contact may switch off; a kind without one is always sent. `right` is what a contact must be granted to get it.
    """

    name: str
    variables: type
    category: str = ""
    right: Right | None = None
    templates: str = ""
    """Dotted name of the package that holds a stranger's templates and words; empty for the built-in ones."""


@frozen(kw_only=True)
class Notice:
    """What is told of an event: `compose` names a service method that turns its journal row into drafts of this kind.

    `address` names one that fits a draft's variables to one of its recipients: (account id, variables, recipient) to variables.
    `told` names one that hears when all that is told of a row is with whom it was for: (row, how many contacts that were). It
    may hear so again.
    """

    event: type[Event]
    kind: MessageKind
    compose: str
    address: str = ""
    told: str = ""


@frozen(kw_only=True)
class Attachment:
    """A file of text that comes with a message, such as a calendar's: `media_type` without parameters, written as UTF-8."""

    name: str
    media_type: str
    text: str


@frozen(kw_only=True)
class Draft:
    """One message before it is written: what its templates may use, and who gets it.

    `contacts` are ids of contacts; None means everybody in the account who has the kind's right. Messages of one `thread` stand
    together in a mail program. What bears a `key` is told once to each contact, however many events tell of it.
    An answer to the mail goes into the thread that `replies` names. A `channel` other than mail is taken instead of mail for
    those who have a number there and did not switch it off.
    """

    variables: object
    contacts: tuple[UUID, ...] | None = None
    thread: str = ""
    key: str = ""
    attachments: tuple[Attachment, ...] = ()
    replies: ThreadRef | None = None
    channel: Channel = Channel.MAIL


@frozen(kw_only=True)
class Recipient:
    """Who gets a message, by which address, in the first of the languages that is known."""

    contact_id: UUID
    email: str
    name: str = ""
    languages: tuple[str, ...] = ()


@frozen(kw_only=True)
class Retries:
    """How often the outbox tries one thing, and how long it waits in between: twice as long each time, up to `longest`."""

    attempts: int = 12
    first: timedelta = timedelta(seconds=5)
    longest: timedelta = timedelta(hours=1)

    def delay(self, attempts: int) -> timedelta:
        """Answer how long to wait after so many tries, one at least."""
        doubled: int = 2 ** min(attempts - 1, _DOUBLINGS)
        return min(self.first * doubled, self.longest)


@frozen(kw_only=True)
class Undelivered:
    """What the outbox has given up: a row of the journal for a subscriber, or an errand (`record_id`, without a version)."""

    account_id: UUID
    receiver: str
    """The subscriber's name, or the noun of the errand's record class."""
    type: str
    """The row's type, or again the noun."""
    version: int = 0
    n: int = 0
    ids: tuple[UUID, ...] = ()
    """The records that the row is about."""
    record_id: UUID | None = None
    attempts: int
    reason: str
    """What went wrong last; it names no person and no address."""


def reason_of(error: BaseException) -> str:
    """Answer what may be kept of an error: the code and words of one of lockportal's, of any other only its name."""
    told = f"{error.code}: {error.message}" if isinstance(error, LockportalError) else type(error).__name__
    return told[:_LONGEST_REASON]
