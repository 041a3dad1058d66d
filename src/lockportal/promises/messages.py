"""The messages of this room."""

from __future__ import annotations

from datetime import date
from typing import Final

from attrs import frozen

from lockportal.core.actor import Right
from lockportal.core.messages import MessageKind
from lockportal.core.money import Money

CATEGORY: Final = "promises"


@frozen(kw_only=True)
class PromisedPart:
    """So much by one day."""

    on: date
    amount: Money


@frozen(kw_only=True)
class PromisedDocument:
    """One document of a promise, and how much of it is promised."""

    number: str
    amount: Money


@frozen(kw_only=True)
class PromiseTold:
    """What is told of a promise: `on` is its last day, or the day that is near; `came` what has come of it."""

    customer: str
    amount: Money
    on: date
    parts: tuple[PromisedPart, ...]
    documents: tuple[PromisedDocument, ...]
    more: int
    """How many documents more there are than are listed."""
    came: Money
    waits: bool = False
    """Whether staff has to decide."""
    partly: bool = False
    """Whether a part of it came in time."""
    link: str


def _kind(name: str, category: str = "") -> MessageKind:
    return MessageKind(name=f"promises.{name}", variables=PromiseTold, category=category, right=Right.VIEW)


MADE: Final = _kind("made")
"""A promise was made or accepted, with its days as a calendar file; always sent, as somebody gave their word."""
DECLINED: Final = _kind("declined")
"""Staff declined a promise."""
REMINDER: Final = _kind("reminder", CATEGORY)
"""A promised day is near."""
KEPT: Final = _kind("kept", CATEGORY)
"""Thanks for what came in time."""
BROKEN: Final = _kind("broken")
"""A promise was not kept, in whole or in part; always sent, as follow-up begins again."""
KINDS: Final = (MADE, DECLINED, REMINDER, KEPT, BROKEN)
