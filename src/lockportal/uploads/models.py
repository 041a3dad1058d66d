"""Uploads: files that customers and staff send, kept apart until they are known to do no harm."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import ClassVar, Final
from uuid import UUID, uuid5

from attrs import field, frozen

from lockportal.core.record import PERSONAL, TEXT, WITHHELD, Event, Index, Record, length
from lockportal.core.settings import whole_number

UPLOAD_TYPES: Final[frozenset[str]] = frozenset({"application/pdf", "image/jpeg", "image/png", "image/tiff", "image/webp"})
"""The media types that an upload may have, unless the settings say otherwise."""
SUBJECT_LENGTH: Final = 32
NOTE: Final = 2_000
"""The most characters of what is said with an upload."""
ABANDONED: Final = timedelta(hours=1)
"""After so long the room of an upload whose content never came is free again."""


class UploadState(StrEnum):
    """Where an upload is."""

    RECEIVING = "receiving"
    """Its room is reserved, its content on the way."""
    QUARANTINED = "quarantined"
    """Its content is here; nobody gets it before the scanner has seen it."""
    RELEASED = "released"
    """Who may see it can have it."""
    REFUSED = "refused"
    """The scanner has found something; the content is deleted."""
    REMOVED = "removed"
    """Staff took it away, or its content never came."""


MOVES: Final[Mapping[UploadState, frozenset[UploadState]]] = MappingProxyType(
    {
        UploadState.RECEIVING: frozenset({UploadState.QUARANTINED, UploadState.RELEASED, UploadState.REMOVED}),
        UploadState.QUARANTINED: frozenset({UploadState.RELEASED, UploadState.REFUSED, UploadState.REMOVED}),
        UploadState.RELEASED: frozenset({UploadState.REMOVED}),
        UploadState.REFUSED: frozenset(),
        UploadState.REMOVED: frozenset(),
    }
)
"""From which state an upload may go to which."""


@frozen
class Subject:
    """What an upload is about: the kind (`account`, `document`, or one of another capability, such as `dispute`) and its id."""

    kind: str
    id: UUID


ACCOUNT: Final = "account"
DOCUMENT: Final = "document"


@frozen(kw_only=True)
class UploadFacts:
    """A content that was looked through: its cleaned name, the type that the content itself tells, its size in bytes and digest.

    `flags` names what a PDF would make a viewer do besides showing pages, where the settings let such a one in.
    """

    name: str
    media_type: str
    size: int
    sha256: bytes
    flags: tuple[str, ...] = ()


@frozen(kw_only=True)
class Upload(Record):
    """One file that somebody sent. `storage_key` is where its content lies: by chance, nothing of the content or name in it."""

    indexes: ClassVar[tuple[Index, ...]] = (
        Index(("sent_at", "id")),
        Index(("subject_kind", "subject_id", "id")),
        Index(("storage_key",), wide=True),
    )

    subject_kind: str = field(metadata=length(SUBJECT_LENGTH))
    subject_id: UUID
    name: str = field(metadata=PERSONAL)
    media_type: str = field(metadata=length(128))
    size: int
    sha256: bytes
    storage_key: bytes = field(metadata=WITHHELD)
    flags: tuple[str, ...] = ()
    note: str = field(default="", metadata={**TEXT, **PERSONAL})
    internal: bool = False
    """Whether it is for staff only."""
    state: UploadState = UploadState.RECEIVING
    contact_id: UUID | None = None
    """The contact who sent it; None for staff."""
    staff: str = ""
    """The member of staff who sent it."""
    sent_at: datetime
    scanned_at: datetime | None = None
    verdict: str = ""
    """What the scanner said of it."""
    wake_at: datetime | None = None

    @property
    def live(self) -> bool:
        """What is neither here nor gone takes part in decisions."""
        return self.state in {UploadState.RECEIVING, UploadState.QUARANTINED}

    @property
    def counts(self) -> bool:
        """Whether it takes room."""
        return self.state not in {UploadState.REFUSED, UploadState.REMOVED}


@frozen(kw_only=True)
class UploadRoom(Record):
    """How much room the uploads of one account take, in files and bytes, those on the way included."""

    files: int = 0
    size: int = 0


def room_id(account_id: UUID) -> UUID:
    """Answer the id of an account's room: there is one."""
    return uuid5(account_id, "upload-room")


@frozen(kw_only=True)
class UploadStarted(Event):
    """Room was reserved for a file; its content is on the way."""

    upload: Upload
    room: UploadRoom


@frozen(kw_only=True)
class UploadQuarantined(Event):
    """A file is here and waits for the scanner."""

    upload: Upload


@frozen(kw_only=True)
class UploadReleased(Event):
    """A file may be had by who may see what it is about."""

    upload: Upload


@frozen(kw_only=True)
class UploadRefused(Event):
    """The scanner has found something in a file."""

    upload: Upload
    room: UploadRoom


@frozen(kw_only=True)
class UploadRemoved(Event):
    """A file was taken away, or never came."""

    upload: Upload
    room: UploadRoom


@frozen(kw_only=True)
class UploadsSettings:
    """What may be uploaded: table `[uploads]`.

    `file_limit` bytes for each file, `file_types` by what the content itself tells, and for each customer `most_files` files of
    `most_bytes` bytes together. `active_pdfs` lets in PDFs that would make a viewer do something; they bear flags then.
    """

    file_limit: int = field(default=10_000_000, validator=whole_number("uploads", 1, 1_000_000_000))
    file_types: frozenset[str] = UPLOAD_TYPES
    most_files: int = field(default=1_000, validator=whole_number("uploads", 1, 10_000_000))
    most_bytes: int = field(default=500_000_000, validator=whole_number("uploads", 1, 10**15))
    active_pdfs: bool = False
