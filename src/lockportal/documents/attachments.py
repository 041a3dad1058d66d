"""Where files come in and go out: checked before they are kept, and written down when a customer takes one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from os import PathLike
from pathlib import Path
from typing import IO, Final
from uuid import UUID

from lockportal.context import Context
from lockportal.core.actor import Actor
from lockportal.core.errors import Refused
from lockportal.documents.commands import AttachFile
from lockportal.documents.download_log import DownloadLog
from lockportal.documents.files.checking import LOOKED_THROUGH, check_content, gathered
from lockportal.documents.files.media import HEAD, checked_type, cleaned_name
from lockportal.documents.files.models import DownloadForm
from lockportal.documents.lookup import Lookup
from lockportal.documents.models import FileFacts, FileRole, file_id
from lockportal.documents.views import Download

Content = bytes | PathLike[str]
"""A file's content: its bytes, or where it lies."""

_PIECE: Final = 64 * 1024


class Attachments:
    """The files of one supplier's documents."""

    def __init__(self, context: Context, lookup: Lookup) -> None:
        """Take the file store, and the lookup that knows who may have what."""
        self.log = DownloadLog(context)
        self._shell = context.shell
        self._files = context.files
        self._lookup = lookup

    def take(self, content: Content, name: str, role: FileRole, media_type: str | None) -> FileFacts:
        """Check a content and keep it in the file store; Refused `file.…` for one that may not be kept."""
        settings = self._lookup.settings
        with _pieces(content) as pieces:
            head = next(pieces, b"")
            if not head:
                raise Refused("file.empty", "This file is empty.", field="content")
            kind = checked_type(head[:HEAD], media_type, settings.file_types)
            called = cleaned_name(name, kind)
            found = chain([head], pieces)
            if kind in LOOKED_THROUGH:
                whole = gathered(found, settings.file_limit, "content")
                check_content(whole, kind, settings, "content")
                found = chain([whole])
            kept = self._files.put(found, limit=settings.file_limit)
        return FileFacts(role=role, name=called, media_type=kind, size=kept.size, sha256=kept.sha256)

    def attach(
        self, account_id: UUID, document_id: UUID, content: Content, name: str, by: Actor, role: FileRole, media_type: str | None
    ) -> UUID:
        """Add a file to a document that is there; answer the file's id."""
        AttachFile.audience.check(by, account_id)
        self._lookup.one(account_id, document_id, by)
        facts = self.take(content, name, role, media_type)
        self._shell.run(AttachFile(account_id=account_id, document_id=document_id, file=facts), by)
        return file_id(document_id, facts.sha256)

    def open(self, account_id: UUID, document_id: UUID, key: UUID, by: Actor) -> Download:
        """Hand out one file piece by piece."""
        file = self._lookup.file(account_id, document_id, key, by)
        chunks = self._files.read(file.sha256)
        self.log.documents(account_id, [document_id], by, DownloadForm.FILE, file_id=key)
        return Download(name=file.name, media_type=file.media_type, size=file.size, chunks=chunks)


@contextmanager
def _pieces(content: Content) -> Iterator[Iterator[bytes]]:
    """Open a content, to be read piece by piece."""
    if isinstance(content, bytes):
        yield iter((content,) if content else ())
        return
    path = Path(content)
    try:
        raw = path.open("rb")
    except OSError as error:
        raise Refused("file.unreadable", f"{path.name} cannot be read: {error}", field="content") from error
    with raw:
        yield _read(raw)


def _read(raw: IO[bytes]) -> Iterator[bytes]:
    while piece := raw.read(_PIECE):
        yield piece
