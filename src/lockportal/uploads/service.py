"""What an application does with uploads: send a file about an account or a document, list them, hand them out, take one away."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Any, Final
from uuid import UUID

from lockportal.context import Context
from lockportal.core.actor import Actor
from lockportal.core.page import Page
from lockportal.core.ports import JournalRow
from lockportal.core.verify import Finding
from lockportal.documents.lookup import Lookup
from lockportal.documents.views import Download
from lockportal.uploads import queries
from lockportal.uploads.keeping import MOST, Keeping
from lockportal.uploads.models import ACCOUNT, DOCUMENT, Subject
from lockportal.uploads.views import UploadLine

_KINDS: Final = (ACCOUNT, DOCUMENT)
_LIST: Final = "uploads"
_FINDINGS: Final = 100
_BATCH: Final = 500


class Uploads:
    """The files that one supplier's customers and staff send."""

    def __init__(self, context: Context) -> None:
        """Take what keeps them, and the lookup that knows who may see a document."""
        self._context = context
        self._shell = context.shell
        self._keeping = Keeping(context)
        self._lookup = Lookup(context)

    def send(
        self,
        account_id: UUID,
        content: bytes,
        name: str,
        by: Actor,
        *,
        document_id: UUID | None = None,
        note: str = "",
        key: str | None = None,
    ) -> UUID:
        """Send a file to the supplier, or put one there for a customer, about a document if one is named; answer its id.

        What it is, its content tells. Refused `file.…`, `pdf.…`, `image.…` for what is not taken, `upload.no_room` where too
        much is kept for this customer; NotFound `document.not_found`. It can be had once the scanner has seen it.
        """
        subject = Subject(ACCOUNT, account_id)
        if document_id is not None:
            self._lookup.one(account_id, document_id, by)
            subject = Subject(DOCUMENT, document_id)
        return self._keeping.keep(account_id, subject, content, name, by, note=note, key=key)

    def list(
        self, account_id: UUID, by: Actor, *, document_id: UUID | None = None, after: str | None = None, limit: int = 50
    ) -> Page[UploadLine]:
        """List what was sent about an account and its documents, or about one of them, the newest first. One statement."""
        limit = max(1, min(limit, MOST))
        place: dict[str, Any] | None = None
        if after is not None:
            at, key = self._context.signer.place(_LIST, after)
            place = {"last_at": datetime.fromisoformat(at), "last_id": UUID(key)}
        about = None if document_id is None else [document_id]
        lines = self._keeping.lines(account_id, by, _KINDS, about=about, limit=limit + 1, after=place)
        if len(lines) <= limit:
            return Page(lines)
        last = lines[limit - 1]
        return Page(lines[:limit], self._context.signer.cursor(_LIST, last.sent_at.isoformat(), str(last.id)))

    def open(self, account_id: UUID, upload_id: UUID, by: Actor) -> Download:
        """Hand out one file piece by piece; NotFound `upload.not_found` alike for whatever is lacking, or not released yet."""
        return self._keeping.open(account_id, upload_id, by, _KINDS)

    def remove(self, account_id: UUID, upload_id: UUID, by: Actor) -> None:
        """Take a file away, for staff: its content is deleted by the next deliveries, and its room is free."""
        self._keeping.remove(account_id, upload_id, by, _KINDS)

    # for the outbox

    def scan(self, row: JournalRow) -> None:
        """Have the scanner look at a file that has come into quarantine, whatever it is about."""
        self._keeping.scan(row.account_id, row.ids[0])

    def drop(self, row: JournalRow) -> None:
        """Delete the content of a file that was refused or taken away, whatever it was about."""
        self._keeping.drop(row.account_id, row.ids[0])

    # the books

    def verify(self, by: Actor) -> tuple[Finding, ...]:
        """Answer where room is not the sum of what it holds, and contents and records do not match; a hundred of each at most."""
        rows = self._shell.ask(queries.WRONG_ROOMS, by, limit=_FINDINGS)
        return (
            *(
                Finding(
                    "uploads.room",
                    str(row.account_id),
                    f"{row.files} files of {row.size} bytes are counted, {int(row.held)} of {int(row.held_size)} are kept",
                )
                for row in rows
            ),
            *islice(self._missing(by), _FINDINGS),
            *islice(self._orphaned(by), _FINDINGS),
        )

    def _missing(self, by: Actor) -> Iterator[Finding]:
        last = b""
        while rows := self._shell.ask(queries.CONTENTS, by, last=last, limit=_BATCH):
            for row in rows:
                last = bytes(row.storage_key)
                if not self._context.uploads.has(last):
                    yield Finding("uploads.content_missing", str(row.id), "its content is not in the file store")

    def _orphaned(self, by: Actor) -> Iterator[Finding]:
        kept = self._context.uploads.walk()
        while batch := list(islice(kept, _BATCH)):
            rows = self._shell.ask(queries.NAMED, by, contents=[content.sha256 for content in batch])
            named = {bytes(row.storage_key) for row in rows}
            for content in batch:
                if content.sha256 not in named:
                    detail = f"no upload names these {content.size:,} bytes of the file store"
                    yield Finding("uploads.content_orphaned", content.sha256.hex(), detail)
