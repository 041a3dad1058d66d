"""Files that are a ZIP besides what they seem."""

from __future__ import annotations

import struct
from typing import Final

_END: Final = struct.Struct("<4s16xH")
_MARK: Final = b"PK\5\6"
_LONGEST: Final = 65_535 + _END.size


def is_zip_too(content: bytes) -> bool:
    """Say whether a content ends as a ZIP does, which is read from its end: with a last record that closes with the file."""
    place = content.rfind(_MARK, max(0, len(content) - _LONGEST))
    while place >= 0:
        if place + _END.size <= len(content):
            _, comment = _END.unpack_from(content, place)
            if place + _END.size + comment >= len(content):
                return True
        place = content.rfind(_MARK, max(0, len(content) - _LONGEST), place)
    return False
