"""How uploads are shown: one line each."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from attrs import frozen

from lockportal.uploads.models import UploadState


@frozen(kw_only=True)
class UploadLine:
    """One upload as it is listed: what it is, what it is about, who sent it when, and whether it can be had."""

    id: UUID
    subject_kind: str
    subject_id: UUID
    name: str
    media_type: str
    size: int
    flags: tuple[str, ...]
    note: str
    internal: bool
    state: UploadState
    contact_id: UUID | None
    contact_name: str
    staff: str
    sent_at: datetime
    verdict: str

    @property
    def ready(self) -> bool:
        """Whether it can be had."""
        return self.state is UploadState.RELEASED
