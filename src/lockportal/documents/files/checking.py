"""What a content must be before it is kept: what it began as to its very end, and nothing else besides."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Protocol

from lockportal.core.errors import Refused
from lockportal.documents.files.media import PDF, XML, media_type_of
from lockportal.safely.markup import check_end
from lockportal.safely.papers import check_pdf
from lockportal.safely.pictures import KINDS, check_image

LOOKED_THROUGH: Final = frozenset({PDF, XML, *KINDS})
"""The media types of which a content is looked through, whole; of others no more than the beginning is known."""


class Bounds(Protocol):
    """What settings say of the files that may be kept."""

    @property
    def file_limit(self) -> int:
        """The most bytes that one file may have."""
        ...

    @property
    def active_pdfs(self) -> bool:
        """Whether a PDF may have what a viewer runs."""
        ...


def gathered(pieces: Iterable[bytes], limit: int, field: str) -> bytes:
    """Put a content together that is of so many bytes at most; Refused `file.too_large`, of this field."""
    found, size = [], 0
    for piece in pieces:
        found.append(piece)
        size += len(piece)
        if size > limit:
            raise Refused("file.too_large", f"a file has at most {limit:,} bytes", field=field)
    return b"".join(found)


def check_content(content: bytes, media_type: str, settings: Bounds, field: str) -> None:
    """Refuse a content that may not be kept as what its beginning says that it is: `pdf.…`, `image.…`, `xml.…`, of this field."""
    try:
        if media_type == PDF:
            check_pdf(content, limit=settings.file_limit, active=settings.active_pdfs)
        elif media_type == XML:
            media_type_of(content)  # what a browser would run may stand anywhere in it
            check_end(content)
        elif media_type in KINDS:
            check_image(content, media_type)
    except Refused as fault:
        raise Refused(fault.code, fault.message, field=field) from None
