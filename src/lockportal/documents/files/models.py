"""Who had which document in hand: one observation for each download by a customer."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from attrs import frozen

from lockportal.core.record import Index, Record


class DownloadForm(StrEnum):
    """In which form a document was handed out."""

    PDF = "pdf"
    ZIP = "zip"
    FILE = "file"
    UBL = "ubl"
    CII = "cii"
    FACTUR_X = "factur-x"


@frozen(kw_only=True)
class DocumentDownloaded(Record):
    """A customer downloaded a document, or one file of it. What staff look at is not written down."""

    indexes: ClassVar[tuple[Index, ...]] = (Index(("at", "id")), Index(("document_id", "at")))

    document_id: UUID
    file_id: UUID | None = None
    form: DownloadForm
    person_id: UUID | None = None
    contact_id: UUID | None = None
    at: datetime

    @property
    def live(self) -> bool:
        """No decision needs it."""
        return False
