"""A paper of the supplier's own account, which every customer may have."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from attrs import field, frozen

from lockportal.core.record import Event, Index, Record, length


class PaperKind(StrEnum):
    """What a paper of the supplier is."""

    TAX_FORM = "tax_form"
    BANK_LETTER = "bank_letter"
    CERTIFICATE = "certificate"
    INSURANCE = "insurance"
    TERMS = "terms"
    PRICE_LIST = "price_list"
    OTHER = "other"


@frozen(kw_only=True)
class SharedPaper(Record):
    """One paper of the supplier, in one language (empty for any), valid from one day to another, both included."""

    indexes: ClassVar[tuple[Index, ...]] = (Index(("sha256",), wide=True),)

    kind: PaperKind
    title: str
    language: str = field(default="", metadata=length(32))
    valid_from: date | None = None
    valid_until: date | None = None
    name: str
    media_type: str = field(metadata=length(128))
    size: int
    sha256: bytes
    published_at: datetime
    withdrawn_at: datetime | None = None

    @property
    def live(self) -> bool:
        """What was withdrawn takes part in nothing any more."""
        return self.withdrawn_at is None


@frozen(kw_only=True)
class PaperPublished(Event):
    """A paper of the supplier may be had by its customers."""

    paper: SharedPaper


@frozen(kw_only=True)
class PaperWithdrawn(Event):
    """A paper of the supplier may be had no longer."""

    paper: SharedPaper


@frozen(kw_only=True)
class PaperLine:
    """One paper of the supplier, as it is offered; withdrawn ones are told to staff only."""

    id: UUID
    kind: PaperKind
    title: str
    language: str
    valid_from: date | None
    valid_until: date | None
    name: str
    media_type: str
    size: int
    published_at: datetime
    withdrawn_at: datetime | None
