"""A walk through a PNG."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import Final

from lockportal.safely.walking import Damage, Size, steps

_START: Final = b"\x89PNG\r\n\x1a\n"
_CHUNK: Final = struct.Struct(">I4s")


def png(content: bytes) -> Iterator[Size]:
    """Walk from chunk to chunk, each of which bears a sum of its bytes; the first one says how large the picture is."""
    if not content.startswith(_START):
        raise Damage("it does not begin as a PNG does")
    place, view, more = len(_START), memoryview(content), steps()
    names: set[bytes] = set()
    width = height = 0
    while b"IEND" not in names:
        next(more)
        length, name = _CHUNK.unpack_from(content, place)
        last = place + _CHUNK.size + length
        if not names:
            if name != b"IHDR":
                raise Damage("it does not say how large it is")
            width, height = struct.unpack_from(">II", content, place + _CHUNK.size)
        (stated,) = struct.unpack_from(">I", content, last)
        if zlib.crc32(view[place + 4 : last]) != stated:
            raise Damage("a sum of its bytes is wrong")
        names.add(name)
        place = last + 4
    if b"IDAT" not in names:
        raise Damage("there is no picture in it")
    yield Size(width, height, place)
