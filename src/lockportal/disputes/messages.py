"""The messages of this room."""

from __future__ import annotations

from typing import Final

from attrs import frozen

from lockportal.core.actor import Right
from lockportal.core.messages import MessageKind
from lockportal.core.money import Money

THREAD: Final = "dispute"
"""The kind of a dispute's thread, and of the subject of its files."""
CATEGORY: Final = "disputes"


@frozen(kw_only=True)
class ToldLine:
    """One line of a dispute: what it is called, how much of it is disputed, and how much was granted."""

    name: str
    amount: Money
    granted: Money


@frozen(kw_only=True)
class DisputeTold:
    """What is told of a dispute of the document `number`; of `amount` so much was `granted`, and `credited` has arrived."""

    customer: str
    reference: str
    number: str
    amount: Money
    granted: Money
    credited: Money
    undisputed: Money
    """What of the document can be paid at once, as nobody disputes it."""
    lines: tuple[ToldLine, ...]
    more: int
    """How many lines more there are than are listed."""
    text: str = ""
    """What was written, asked or answered, in somebody's own words."""
    partly: bool = False
    """Whether less was granted than was asked for."""
    closed: bool = False
    link: str


def _kind(name: str, category: str = "") -> MessageKind:
    return MessageKind(name=f"disputes.{name}", variables=DisputeTold, category=category, right=Right.DISPUTE)


OPENED: Final = _kind("opened")
"""A dispute was received; always sent, as is whatever waits for the customer or decides."""
ASKED: Final = _kind("asked")
"""The customer is asked for more."""
MESSAGE: Final = _kind("message", CATEGORY)
"""The supplier's people wrote into the thread."""
ACCEPTED: Final = _kind("accepted")
"""A dispute was accepted, in whole or in part."""
REJECTED: Final = _kind("rejected")
"""A dispute was rejected."""
CREDITED: Final = _kind("credited", CATEGORY)
"""A credit memo came for a dispute; often it closes it."""
REOPENED: Final = _kind("reopened", CATEGORY)
"""A dispute is open again."""
WITHDRAWN: Final = _kind("withdrawn", CATEGORY)
"""A dispute was withdrawn."""
KINDS: Final = (OPENED, ASKED, MESSAGE, ACCEPTED, REJECTED, CREDITED, REOPENED, WITHDRAWN)
