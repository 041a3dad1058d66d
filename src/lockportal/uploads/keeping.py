"""Where uploads are kept: room first, then the content under a key of chance, then into quarantine or out of it.

A capability whose things bear files of strangers (a dispute and its evidence) keeps them by this, each under its own kind of
subject. Who may do what with the subject is that capability's to say; what belongs to another account answers as nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, Final
from uuid import UUID

from attrs import fields

from lockportal.context import Context
from lockportal.core.actor import SYSTEM, Actor, ActorKind
from lockportal.core.errors import GatewayError, LockportalError, NotFound
from lockportal.documents.views import Download
from lockportal.signing import Purpose, digest, draw_secret
from lockportal.uploads import queries
from lockportal.uploads.checking import checked
from lockportal.uploads.commands import ReceiveUpload, RecordScan, RemoveUpload, StartUpload
from lockportal.uploads.models import Subject, Upload, UploadsSettings, UploadState
from lockportal.uploads.ports import Scanned, Scanner, Verdict
from lockportal.uploads.views import UploadLine

MOST: Final = 200
_HEAD: Final = 32
"""The bytes of chance that stand before a content in the file store, so that its key there tells nothing of it."""
_NAMES: Final = tuple(attribute.name for attribute in fields(UploadLine))


class Keeping:
    """The uploads of one supplier's customers, by what they are about."""

    def __init__(self, context: Context) -> None:
        """Take the store of strangers' files, and the scanner where a plugin brings one."""
        self._context = context
        self._shell = context.shell
        self._files = context.uploads
        self._scanner: Scanner | None = context.hook.lockportal_scanner()
        self.settings = context.shell.settings(UploadsSettings)

    # coming in

    def keep(
        self,
        account_id: UUID,
        subject: Subject,
        content: bytes,
        name: str,
        by: Actor,
        *,
        note: str = "",
        internal: bool = False,
        key: str | None = None,
    ) -> UUID:
        """Look a file through and keep it; answer its id, the same one where the same `key` is used again.

        Refused `file.…`, `pdf.…`, `image.…` for what is not taken, `upload.no_room` where the customer's room is full.
        """
        StartUpload.audience.check(by, account_id)
        facts = checked(content, name, self.settings)
        head = self._head(account_id, key)
        command = StartUpload(
            account_id=account_id,
            subject=subject,
            file=facts,
            storage_key=hashlib.sha256(head + content).digest(),
            note=note,
            internal=internal,
        )
        upload_id = self._shell.run(command, by, key=key).id
        upload = self._upload(account_id, upload_id)
        if upload.state is UploadState.RECEIVING:
            self._receive(upload, head, content)
        return upload_id

    def _receive(self, upload: Upload, head: bytes, content: bytes) -> None:
        """Put a content where it belongs, and say so; one that came too late is deleted again."""
        kept = self._files.put(iter((head, content)), limit=_HEAD + len(content))
        command = ReceiveUpload(
            account_id=upload.account_id,
            upload_id=upload.id,
            storage_key=kept.sha256,
            scanned=self._scanner is not None,
        )
        try:
            self._shell.run(command, SYSTEM)
        except LockportalError:
            now = self._upload(upload.account_id, upload.id)
            if now.counts and now.state is not UploadState.RECEIVING:
                return  # the same request was faster
            if not now.counts:
                self._files.drop(kept.sha256)
            raise

    def _head(self, account_id: UUID, key: str | None) -> bytes:
        """Answer 32 bytes of chance; for the same key of a client the same ones, which only this portal can tell."""
        if key is None:
            return digest(draw_secret())
        return bytes.fromhex(self._context.signer.secret_of(Purpose.UPLOAD, f"{account_id}/{key}")[0])

    # going out

    def lines(
        self,
        account_id: UUID,
        by: Actor,
        kinds: Collection[str],
        *,
        about: Sequence[UUID] | None = None,
        limit: int = MOST,
        after: Mapping[str, Any] | None = None,
    ) -> tuple[UploadLine, ...]:
        """List uploads about some kinds of subject, the newest first: all of them, or those about a few ids. One statement.

        Customers see nothing that is internal.
        """
        params: dict[str, Any] = {"kinds": list(kinds), "limit": limit, **(after or {})}
        if about is not None:
            params["subject_ids"] = list(about)
        shape = {"about": about is not None, "after": after is not None, "one": False}
        return tuple(_line(row) for row in self._ask(account_id, by, shape, params))

    def open(self, account_id: UUID, upload_id: UUID, by: Actor, kinds: Collection[str]) -> Download:
        """Hand out one upload piece by piece; NotFound `upload.not_found` alike for whatever is lacking, or not released."""
        upload = self.find(account_id, upload_id, by, kinds)
        if upload.state is not UploadState.RELEASED:
            raise no_upload()
        chunks = _behind_head(self._files.read(upload.storage_key))
        return Download(name=upload.name, media_type=upload.media_type, size=upload.size, chunks=chunks)

    def find(self, account_id: UUID, upload_id: UUID, by: Actor, kinds: Collection[str]) -> Upload:
        """Answer one upload that may be seen; NotFound `upload.not_found` alike for whatever is lacking."""
        shape = {"about": False, "after": False, "one": True}
        for row in self._ask(account_id, by, shape, {"kinds": list(kinds), "upload_id": upload_id, "limit": 1}):
            return queries.upload_of(row)
        raise no_upload()

    def remove(self, account_id: UUID, upload_id: UUID, by: Actor, kinds: Collection[str]) -> None:
        """Take an upload away, if it is still there; NotFound `upload.not_found` where there was none."""
        RemoveUpload.audience.check(by, account_id)
        rows = self._shell.ask(queries.UPLOAD, by, account_id=account_id, upload_id=upload_id)
        if not rows or rows[0].subject_kind not in kinds:
            raise no_upload()
        self._shell.run(RemoveUpload(account_id=account_id, upload_id=upload_id), by)

    # what is done after the commits

    def scan(self, account_id: UUID, upload_id: UUID) -> None:
        """Have an upload in quarantine scanned; GatewayError where the scanner cannot tell, so that it is asked again."""
        upload = self._upload(account_id, upload_id)
        if upload.state is not UploadState.QUARANTINED:
            return
        if self._scanner is None:
            raise GatewayError("scanner.missing", "An upload waits for a scanner, and no plugin brings one.")
        chunks = _behind_head(self._files.read(upload.storage_key))
        said = self._scanner.scan(Scanned(media_type=upload.media_type, size=upload.size, chunks=chunks))
        if not isinstance(said, Verdict):
            raise GatewayError("scanner.malformed", "The scanner did not answer a verdict.")
        command = RecordScan(account_id=account_id, upload_id=upload_id, clean=said.clean is True, verdict=said.found)
        self._shell.run(command, SYSTEM)

    def drop(self, account_id: UUID, upload_id: UUID) -> None:
        """Delete the content of an upload that was refused or removed."""
        upload = self._upload(account_id, upload_id)
        if not upload.counts:
            self._files.drop(upload.storage_key)

    # within

    def _ask(self, account_id: UUID, by: Actor, shape: dict[str, bool], params: dict[str, Any]) -> Sequence[Any]:
        shown = by.kind is ActorKind.CUSTOMER
        return self._shell.ask(queries.UPLOADS, by, account_id=account_id, shape={**shape, "shown": shown}, **params)

    def _upload(self, account_id: UUID, upload_id: UUID) -> Upload:
        (row,) = self._shell.ask(queries.UPLOAD, SYSTEM, account_id=account_id, upload_id=upload_id)
        return queries.upload_of(row)


def _line(row: Any) -> UploadLine:  # noqa: ANN401 - a row of UPLOADS
    stated = {name: getattr(row, name) for name in _NAMES}
    return UploadLine(**{**stated, "contact_name": row.contact_name or ""})


def _behind_head(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Answer the pieces of a content without the bytes of chance before it."""
    first = b""
    while len(first) <= _HEAD:
        first += next(chunks)  # no content is empty
    return chain((first[_HEAD:],), chunks)


def no_upload() -> NotFound:
    """Answer the one word for whatever is lacking."""
    return NotFound("upload.not_found", "There is no such file.")
