"""What is shown of a login link before anybody uses it, and of the sessions of a person."""

from __future__ import annotations

import hmac
import re
import unicodedata
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from attrs import evolve, frozen

from lockportal.access.devices import Device, device_of
from lockportal.access.models import LinkState, LoginLink, Session


class LinkAnswer(StrEnum):
    """What a login link answers to a browser: `ready`, that it wants the code, or why it lets nobody in."""

    READY = "ready"
    CODE_NEEDED = "code_needed"
    """It is another browser than the one that asked: the code that is shown there has to be typed."""
    CODE_WRONG = "code_wrong"
    CODE_SPENT = "code_spent"
    """Too many wrong codes were typed: the link is closed."""
    EXPIRED = "expired"
    USED = "used"
    SUPERSEDED = "superseded"
    UNKNOWN = "unknown"


_CLOSED: Final = {
    LinkState.USED: LinkAnswer.USED,
    LinkState.SUPERSEDED: LinkAnswer.SUPERSEDED,
    LinkState.EXPIRED: LinkAnswer.EXPIRED,
    LinkState.SPENT: LinkAnswer.CODE_SPENT,
}
_LONGEST_TYPED: Final = 64
_CODE: Final = re.compile(r"[0-9]{6}")
_BETWEEN: Final = re.compile(r"[\s\-\u2010-\u2015\u2212]+")
"""What people type between digits: blanks and hyphens of all sorts."""


@frozen(kw_only=True)
class LinkPreview:
    """A login link as the page shows it before the click: whether it would let in, whom (masked), and where to."""

    state: LinkAnswer
    email: str = ""
    next_path: str = "/"
    expires_at: datetime | None = None
    tries_left: int = 0
    """How many wrong codes may still be typed before it is closed."""


@frozen(kw_only=True)
class SessionLine:
    """One browser in which a person is signed in."""

    id: UUID
    created_at: datetime
    seen_at: datetime
    """When it was used last, to the minute."""
    expires_at: datetime
    user_agent: str

    @property
    def device(self) -> Device:
        """The browser and the system, as far as they can be told."""
        return device_of(self.user_agent)


def link_answer(*, state: LinkState, expires_at: datetime, bound: bytes, at: datetime, binding: bytes) -> LinkAnswer:
    """Answer whether a link lets this browser in at this moment; the one rule for looking at it and for using it."""
    if state in _CLOSED:
        return _CLOSED[state]
    if at >= expires_at:
        return LinkAnswer.EXPIRED
    return LinkAnswer.READY if hmac.compare_digest(bound, binding) else LinkAnswer.CODE_NEEDED


def recomputed(record: LoginLink | Session) -> LoginLink | Session:
    """Answer a login link or session that waits for its end, unless it has come."""
    return evolve(record, wake_at=record.expires_at if record.live else None)


def typed_code(text: str) -> str:
    """Answer the six digits of a code as somebody typed it, in groups or not; empty for whatever is no code."""
    digits = _BETWEEN.sub("", unicodedata.normalize("NFKC", text[:_LONGEST_TYPED]))
    return digits if _CODE.fullmatch(digits) else ""


def masked(email: str) -> str:
    """Answer an address that its owner recognises and a stranger does not: `a…@example.com`."""
    name, _, domain = email.rpartition("@")
    return f"{name[:1]}…@{domain}"
