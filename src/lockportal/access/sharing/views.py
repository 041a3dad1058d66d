"""What is shown of links to documents."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from attrs import evolve, field, frozen

from lockportal.access.sharing.models import ShareLink, ShareState


class ShareAnswer(StrEnum):
    """What a link to a document answers: `ready`, or why it opens nothing."""

    READY = "ready"
    PAID = "paid"
    REVOKED = "revoked"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


_CLOSED: Final = {
    ShareState.PAID: ShareAnswer.PAID,
    ShareState.REVOKED: ShareAnswer.REVOKED,
    ShareState.EXPIRED: ShareAnswer.EXPIRED,
}


@frozen(kw_only=True)
class SharePreview:
    """A link to a document as the page shows it before the click: whether it opens, which number, and until when."""

    state: ShareAnswer
    number: str = ""
    account_id: UUID | None = None
    document_id: UUID | None = None
    expires_at: datetime | None = None


@frozen(kw_only=True)
class SharedDocument:
    """What opening came to: the cookie's value (a secret), its end, and the document that it opens."""

    cookie: str = field(repr=False)
    expires_at: datetime
    account_id: UUID
    document_id: UUID


@frozen(kw_only=True)
class ShareLinkLine:
    """One link to a document in a list; `last_used_at` is when somebody last opened it."""

    id: UUID
    document_id: UUID
    number: str
    contact_id: UUID
    contact_name: str
    state: ShareState
    created_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    reason: str
    last_used_at: datetime | None


def share_answer(*, state: ShareState, expires_at: datetime, entitled: bool, at: datetime) -> ShareAnswer:
    """Answer whether a link opens its document at this moment; the one rule for looking at it and for using it.

    `entitled` says whether its contact may still view the account.
    """
    if state in _CLOSED:
        return _CLOSED[state]
    if at >= expires_at:
        return ShareAnswer.EXPIRED
    return ShareAnswer.READY if entitled else ShareAnswer.REVOKED


def recomputed(link: ShareLink) -> ShareLink:
    """Answer a link that waits for its end, unless it has come."""
    return evolve(link, wake_at=link.expires_at if link.live else None)
