"""What may be done with uploads: reserve room for one, have its content in, hear the scanner, take it away."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar, Final
from uuid import UUID

from attrs import evolve, field, frozen

from lockportal.core.account import Account, Owner
from lockportal.core.actor import ActorKind, Audience, Right
from lockportal.core.errors import Conflict, Refused
from lockportal.core.record import DECIDED, Event, Record, Stamp
from lockportal.uploads.models import (
    ABANDONED,
    MOVES,
    NOTE,
    SUBJECT_LENGTH,
    Subject,
    Upload,
    UploadFacts,
    UploadQuarantined,
    UploadRefused,
    UploadReleased,
    UploadRemoved,
    UploadRoom,
    UploadsSettings,
    UploadStarted,
    UploadState,
    room_id,
)

_KIND: Final = re.compile(rf"[a-z][a-z_]{{0,{SUBJECT_LENGTH - 1}}}")
_VERDICT: Final = 255


@frozen(kw_only=True)
class StartUpload:
    """Reserve room for a file that was looked through; its content comes next."""

    audience: ClassVar[Audience] = Audience(customer=Right.VIEW, staff=True, system=True)
    owner: ClassVar[Owner | None] = Owner.CUSTOMER
    needs: ClassVar[tuple[type[Record], ...]] = (UploadRoom,)
    opens: ClassVar[bool] = False

    account_id: UUID
    subject: Subject
    file: UploadFacts
    storage_key: bytes = field(metadata=DECIDED)
    note: str = ""
    internal: bool = False

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """Answer the upload as it is on its way; Refused `upload.no_room` where the customer's room is full."""
        if not _KIND.fullmatch(self.subject.kind):
            raise Refused("upload.subject_kind", "The kind of a subject is written like account or document.", field="subject")
        if len(self.note) > NOTE:
            raise Refused("upload.note_too_long", f"Write at most {NOTE:,} characters.", field="note")
        if self.internal and stamp.by.kind is ActorKind.CUSTOMER:
            raise Refused("upload.internal", "What a customer sends is no secret to them.", field="internal")
        settings, room = account.settings(UploadsSettings), _room(account)
        filled = evolve(room, files=room.files + 1, size=room.size + self.file.size)
        if filled.files > settings.most_files or filled.size > settings.most_bytes:
            message = (
                f"There is no room for this file: at most {settings.most_files:,} files of {settings.most_bytes:,} bytes"
                " together are kept for a customer. Send it by another way."
            )
            raise Refused("upload.no_room", message, field="content")
        grant = stamp.by.grant(account.id)
        upload = Upload(
            id=stamp.id,
            account_id=account.id,
            subject_kind=self.subject.kind,
            subject_id=self.subject.id,
            name=self.file.name,
            media_type=self.file.media_type,
            size=self.file.size,
            sha256=self.file.sha256,
            storage_key=self.storage_key,
            flags=self.file.flags,
            note=self.note.strip(),
            internal=self.internal,
            contact_id=None if grant is None else grant.contact_id,
            staff=stamp.by.id if stamp.by.kind is ActorKind.STAFF else "",
            sent_at=stamp.at,
            wake_at=stamp.at + ABANDONED,
        )
        return [UploadStarted(upload=upload, room=filled)]


@frozen(kw_only=True)
class ReceiveUpload:
    """Note that an upload's content is in the file store: into quarantine where there is a scanner, else released."""

    audience: ClassVar[Audience] = Audience(system=True)
    owner: ClassVar[Owner | None] = Owner.CUSTOMER
    needs: ClassVar[tuple[type[Record], ...]] = ()
    opens: ClassVar[bool] = False

    account_id: UUID
    upload_id: UUID
    storage_key: bytes
    scanned: bool

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:  # noqa: ARG002 - the protocol's signature
        """Answer the upload as received; Conflict `upload.abandoned` where its time was over."""
        upload = account.get(Upload, self.upload_id)
        if upload.state is not UploadState.RECEIVING:
            raise Conflict("upload.abandoned", "This file came too late or twice; send it again.")
        here = evolve(upload, storage_key=self.storage_key)
        if self.scanned:
            return [UploadQuarantined(upload=_moved(here, UploadState.QUARANTINED))]
        return [UploadReleased(upload=_moved(here, UploadState.RELEASED))]


@frozen(kw_only=True)
class RecordScan:
    """Note what the scanner said of an upload in quarantine; nothing follows where it is there no more."""

    audience: ClassVar[Audience] = Audience(system=True)
    owner: ClassVar[Owner | None] = Owner.CUSTOMER
    needs: ClassVar[tuple[type[Record], ...]] = (UploadRoom,)
    opens: ClassVar[bool] = False

    account_id: UUID
    upload_id: UUID
    clean: bool
    verdict: str = ""

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """Answer the upload as released or refused."""
        upload = account.get(Upload, self.upload_id)
        if upload.state is not UploadState.QUARANTINED:
            return []
        seen = evolve(upload, scanned_at=stamp.at, verdict=self.verdict[:_VERDICT])
        if self.clean:
            return [UploadReleased(upload=_moved(seen, UploadState.RELEASED))]
        return [UploadRefused(upload=_moved(seen, UploadState.REFUSED), room=_without(account, upload))]


@frozen(kw_only=True)
class RemoveUpload:
    """Take an upload away; its content is deleted soon after, and its room is free again."""

    audience: ClassVar[Audience] = Audience(staff=True, system=True)
    owner: ClassVar[Owner | None] = Owner.CUSTOMER
    needs: ClassVar[tuple[type[Record], ...]] = (UploadRoom,)
    opens: ClassVar[bool] = False

    account_id: UUID
    upload_id: UUID

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:  # noqa: ARG002 - the protocol's signature
        """Answer the upload as removed; nothing follows where its content is gone already."""
        upload = account.get(Upload, self.upload_id)
        return [_removal(upload, account)] if upload.counts else []


def abandon(upload: Upload, account: Account, stamp: Stamp) -> Sequence[Event]:  # noqa: ARG001 - as every waking
    """Free the room of an upload whose content never came."""
    return [_removal(upload, account)]


def _removal(upload: Upload, account: Account) -> UploadRemoved:
    return UploadRemoved(upload=_moved(upload, UploadState.REMOVED), room=_without(account, upload))


def _moved(upload: Upload, state: UploadState, wake_at: datetime | None = None) -> Upload:
    if state not in MOVES[upload.state]:
        message = f"an upload does not go from {upload.state} to {state}"
        raise ValueError(message)
    return evolve(upload, state=state, wake_at=wake_at)


def _room(account: Account) -> UploadRoom:
    found = account.find(UploadRoom, room_id(account.id))
    return UploadRoom(id=room_id(account.id), account_id=account.id) if found is None else found


def _without(account: Account, upload: Upload) -> UploadRoom:
    room = _room(account)
    return evolve(room, files=room.files - 1, size=room.size - upload.size)
