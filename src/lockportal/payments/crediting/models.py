"""How much of which credit stands applied to which document."""

from __future__ import annotations

from uuid import UUID, uuid5

from attrs import frozen

from lockportal.core.money import Money
from lockportal.core.record import Event, Record


@frozen(kw_only=True)
class Application(Record):
    """So much of a credit (unapplied credit or a credit memo) stands applied to a document."""

    credit_id: UUID
    document_id: UUID
    amount: Money

    @property
    def live(self) -> bool:
        """It is looked for by its id."""
        return False


def application_id(credit_id: UUID, document_id: UUID) -> UUID:
    """Answer the id of what of one credit is applied to one document."""
    return uuid5(credit_id, f"application/{document_id}")


@frozen(kw_only=True)
class CreditsApplied(Event):
    """Credit went to documents, or came off them again."""

    applications: tuple[Application, ...]
