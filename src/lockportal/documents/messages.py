"""The messages of this room."""

from __future__ import annotations

from datetime import date
from typing import Final
from uuid import UUID

from attrs import frozen

from lockportal.core.actor import Right
from lockportal.core.messages import MessageKind
from lockportal.core.money import Money


@frozen(kw_only=True)
class ReadyDocument:
    """One document as a message lists it; `link` opens it alone, for the recipient and whoever they forward it to."""

    document_id: UUID
    number: str
    amount: Money
    due_on: date | None
    link: str


@frozen(kw_only=True)
class DocumentsReady:
    """What is told of new invoices: how many, the first of them, how many more there are, and where all stand."""

    customer: str
    count: int
    documents: tuple[ReadyDocument, ...]
    more: int
    link: str


READY: Final = MessageKind(name="documents.ready", category="documents", right=Right.VIEW, variables=DocumentsReady)
"""New invoices are in the portal."""
