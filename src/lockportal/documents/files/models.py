"""Who had which document, shared paper or statement in hand: one observation for each download by a customer."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from attrs import field, frozen

from lockportal.core.record import Index, Record, length


class DownloadForm(StrEnum):
    """In which form something was handed out."""

    PDF = "pdf"
    ZIP = "zip"
    FILE = "file"
    UBL = "ubl"
    CII = "cii"
    FACTUR_X = "factur-x"


@frozen(kw_only=True)
class DocumentDownloaded(Record):
    """A customer downloaded a document or one file of it, a paper of the supplier, or a statement.

    One of `document_id`, `paper_id` (with the title of that day) and `currency` (with the day that is stated) says which. What
    staff look at is not written down.
    """

    indexes: ClassVar[tuple[Index, ...]] = (Index(("at", "id")), Index(("document_id", "at")))

    document_id: UUID | None = None
    file_id: UUID | None = None
    paper_id: UUID | None = None
    title: str = ""
    currency: str = field(default="", metadata=length(3))
    as_of: date | None = None
    form: DownloadForm
    person_id: UUID | None = None
    contact_id: UUID | None = None
    at: datetime

    @property
    def live(self) -> bool:
        """No decision needs it."""
        return False
