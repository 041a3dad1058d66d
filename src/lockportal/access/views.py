"""What is shown of a login link before anybody uses it, and of the sessions of a person."""

from __future__ import annotations

import hmac
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from attrs import evolve, frozen

from lockportal.access.models import LinkState, LoginLink, Session


class LinkAnswer(StrEnum):
    """What a login link answers to a browser: `ready`, or why it lets nobody in."""

    READY = "ready"
    WRONG_BROWSER = "wrong_browser"
    EXPIRED = "expired"
    USED = "used"
    SUPERSEDED = "superseded"
    UNKNOWN = "unknown"


_CLOSED: Final = {
    LinkState.USED: LinkAnswer.USED,
    LinkState.SUPERSEDED: LinkAnswer.SUPERSEDED,
    LinkState.EXPIRED: LinkAnswer.EXPIRED,
}


@frozen(kw_only=True)
class LinkPreview:
    """A login link as the page shows it before the click: whether it would let in, whom (masked), and where to."""

    state: LinkAnswer
    email: str = ""
    next_path: str = "/"
    expires_at: datetime | None = None


@frozen(kw_only=True)
class SessionLine:
    """One browser in which a person is signed in."""

    id: UUID
    created_at: datetime
    expires_at: datetime
    user_agent: str


def link_answer(*, state: LinkState, expires_at: datetime, bound: bytes, at: datetime, binding: bytes) -> LinkAnswer:
    """Answer whether a link lets this browser in at this moment; the one rule for looking at it and for using it."""
    if state in _CLOSED:
        return _CLOSED[state]
    if at >= expires_at:
        return LinkAnswer.EXPIRED
    return LinkAnswer.READY if hmac.compare_digest(bound, binding) else LinkAnswer.WRONG_BROWSER


def recomputed(record: LoginLink | Session) -> LoginLink | Session:
    """Answer a login link or session that waits for its end, unless it has come."""
    return evolve(record, wake_at=record.expires_at if record.live else None)


def masked(email: str) -> str:
    """Answer an address that its owner recognises and a stranger does not: `a…@example.com`."""
    name, _, domain = email.rpartition("@")
    return f"{name[:1]}…@{domain}"
