"""The messages of this room."""

from __future__ import annotations

from datetime import date
from typing import Final
from uuid import UUID

from attrs import frozen

from lockportal.core.messages import MessageKind
from lockportal.core.money import Money
from lockportal.dunning.policies import Template

CATEGORY: Final = "reminders"


@frozen(kw_only=True)
class RemindedDocument:
    """One document as a reminder lists it; `link` opens it alone, for the recipient and whoever they forward it to."""

    document_id: UUID
    number: str
    amount: Money
    due_on: date
    link: str


@frozen(kw_only=True)
class ReminderTold:
    """What is told by a reminder: how many documents, the first of them, how many more, what they come to, where to pay."""

    customer: str
    on: date
    count: int
    documents: tuple[RemindedDocument, ...]
    more: int
    totals: tuple[Money, ...]
    """What all of them come to, by currency."""
    link: str


def _kind(template: Template, category: str = CATEGORY) -> MessageKind:
    return MessageKind(name=f"dunning.{template}", variables=ReminderTold, category=category)


UPCOMING: Final = _kind(Template.UPCOMING)
"""Documents fall due soon."""
FRIENDLY: Final = _kind(Template.FRIENDLY)
"""Documents are overdue: perhaps they were forgotten."""
FIRM: Final = _kind(Template.FIRM)
"""Documents are overdue still."""
FINAL: Final = _kind(Template.FINAL, "")
"""The last word before the matter is handed on; always sent, as something follows from it."""
STATEMENT: Final = _kind(Template.STATEMENT, "statements")
"""What is open, told by the calendar."""
KINDS: Final = {
    Template.UPCOMING: UPCOMING,
    Template.FRIENDLY: FRIENDLY,
    Template.FIRM: FIRM,
    Template.FINAL: FINAL,
    Template.STATEMENT: STATEMENT,
}
