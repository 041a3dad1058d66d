"""A walk through a WebP."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

from lockportal.safely.walking import Damage, Size, steps

_CHUNK: Final = struct.Struct("<4sI")
_START: Final = 12
_PICTURES: Final = {b"VP8 ", b"VP8L", b"ANMF"}
_SIDE: Final = 0x3FFF


def webp(content: bytes) -> Iterator[Size]:
    """Walk from chunk to chunk, as far as the file says that it goes; the first one says how large the picture is."""
    form, length = _CHUNK.unpack_from(content)
    if form != b"RIFF" or content[_CHUNK.size : _START] != b"WEBP":
        raise Damage("it does not begin as a WebP does")
    end, place, more = _CHUNK.size + length, _START, steps()
    names: set[bytes] = set()
    width = height = 0
    while place < end:
        next(more)
        name, length = _CHUNK.unpack_from(content, place)
        if not names:
            width, height = _sides(name, content, place + _CHUNK.size)
        names.add(name)
        place += _CHUNK.size + length + length % 2
    if place != end or end > len(content) or not names & _PICTURES:
        raise Damage("it does not come to its end")
    yield Size(width, height, end)


def _sides(name: bytes, content: bytes, place: int) -> tuple[int, int]:
    if name == b"VP8X":
        wide, wider, high, higher = struct.unpack_from("<4xHBHB", content, place)
        return wide + (wider << 16) + 1, high + (higher << 16) + 1
    if name == b"VP8L":
        (sides,) = struct.unpack_from("<xI", content, place)
        return (sides & _SIDE) + 1, (sides >> 14 & _SIDE) + 1
    if name == b"VP8 ":
        width, height = struct.unpack_from("<6xHH", content, place)
        return width & _SIDE, height & _SIDE
    raise Damage("it does not say how large it is")
