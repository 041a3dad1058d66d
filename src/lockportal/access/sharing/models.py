"""A link to one document: what it opens, how long, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from uuid import UUID

from attrs import evolve, field, frozen

from lockportal.core.record import PERSONAL, Event, Record, length

LONGEST_REASON: Final = 255
_LONGEST_NUMBER: Final = 128


class ShareState(StrEnum):
    """The states of a link to a document; only an open one opens it."""

    OPEN = "open"
    PAID = "paid"
    REVOKED = "revoked"
    EXPIRED = "expired"


SHARE_STEPS: Final[Mapping[ShareState, frozenset[ShareState]]] = MappingProxyType(
    {
        ShareState.OPEN: frozenset({ShareState.PAID, ShareState.REVOKED, ShareState.EXPIRED}),
        ShareState.PAID: frozenset(),
        ShareState.REVOKED: frozenset(),
        ShareState.EXPIRED: frozenset(),
    }
)
"""Which state may follow which."""


@frozen
class Shareable:
    """A document that a link is to open: its id, and its number for lists of links."""

    document_id: UUID
    number: str


@frozen(kw_only=True)
class ShareLink(Record):
    """A link to one document of an account, sent to one of its contacts: used many times, by whoever it is forwarded to.

    It serves until the document is paid, until it is revoked, or until its time is over, and as long as the contact may view
    the account. Its secret is not stored: it is derived from the id when the link is written.
    """

    document_id: UUID
    number: str = field(metadata=length(_LONGEST_NUMBER))
    """The document's number, for lists of links."""
    contact_id: UUID
    state: ShareState = ShareState.OPEN
    created_at: datetime
    expires_at: datetime
    """The first moment at which the link opens nothing any more."""
    ended_at: datetime | None = None
    reason: str = field(default="", metadata=length(LONGEST_REASON))
    """Why it was revoked, in the words of who did it."""
    wake_at: datetime | None = None

    @property
    def live(self) -> bool:
        """Only an open link can still change."""
        return self.state is ShareState.OPEN

    def extend(self, until: datetime) -> ShareLink:
        """Answer this link with a later end."""
        later = max(self.expires_at, until)
        return evolve(self, expires_at=later, wake_at=later)

    def end(self, state: ShareState, at: datetime, reason: str = "") -> ShareLink:
        """Answer this link in the state that ends it; ValueError if it cannot."""
        if state not in SHARE_STEPS[self.state]:
            message = f"a link that is {self.state} does not become {state}"
            raise ValueError(message)
        return evolve(self, state=state, ended_at=at, reason=reason, wake_at=None)


class ShareUse(StrEnum):
    """What was done with a link to a document."""

    FETCHED = "fetched"
    """Its address was asked for, by a person or a scanner of mails: nothing was opened."""
    OPENED = "opened"
    """A person pressed the button."""


@frozen(kw_only=True)
class ShareLinkUsed(Record):
    """One use of a link to a document."""

    link_id: UUID
    use: ShareUse
    at: datetime
    user_agent: str = field(default="", metadata=PERSONAL)


@frozen(kw_only=True)
class ShareLinksIssued(Event):
    """Links to documents were made, or their end put off."""

    links: tuple[ShareLink, ...]


@frozen(kw_only=True)
class ShareLinksEnded(Event):
    """Links to documents open nothing any more: paid, revoked or too old."""

    links: tuple[ShareLink, ...]


def ended(links: Sequence[ShareLink], state: ShareState, at: datetime, reason: str = "") -> Sequence[ShareLinksEnded]:
    """Answer what follows where these links end: nothing where there are none."""
    return [ShareLinksEnded(links=tuple(link.end(state, at, reason) for link in links))] if links else []
