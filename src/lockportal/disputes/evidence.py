"""The files of disputes: photos, delivery notes, whatever shows what is right; by both sides, from pages and from mails."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from lockportal.context import Context
from lockportal.core.actor import Actor, Audience, Right
from lockportal.disputes.messages import THREAD
from lockportal.documents.views import Download
from lockportal.uploads.keeping import Keeping, no_upload
from lockportal.uploads.models import Subject
from lockportal.uploads.views import UploadLine

_SENDERS: Final = Audience(customer=Right.DISPUTE, staff=True, system=True)
_KINDS: Final = (THREAD,)


class DisputeFiles:
    """Where the files of disputes are; who may see a dispute is for its service to say."""

    def __init__(self, context: Context) -> None:
        """Take what keeps uploads."""
        self._keeping = Keeping(context)

    def keep(
        self,
        account_id: UUID,
        dispute_id: UUID,
        content: bytes,
        name: str,
        by: Actor,
        *,
        note: str = "",
        internal: bool = False,
        key: str | None = None,
    ) -> UUID:
        """Keep a file about a dispute; answer its id."""
        _SENDERS.check(by, account_id)
        subject = Subject(THREAD, dispute_id)
        return self._keeping.keep(account_id, subject, content, name, by, note=note, internal=internal, key=key)

    def lines(self, account_id: UUID, dispute_id: UUID, by: Actor) -> tuple[UploadLine, ...]:
        """Answer what was sent about a dispute, the newest first. One statement."""
        return self._keeping.lines(account_id, by, _KINDS, about=[dispute_id])

    def open(self, account_id: UUID, dispute_id: UUID, upload_id: UUID, by: Actor) -> Download:
        """Hand one out; NotFound `upload.not_found` alike for whatever is lacking."""
        upload = self._keeping.find(account_id, upload_id, by, _KINDS)
        if upload.subject_id != dispute_id:
            raise no_upload()
        return self._keeping.open(account_id, upload_id, by, _KINDS)
