"""A walk through a JPEG."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from typing import Final

from lockportal.safely.walking import BLANK, PADDING, Damage, Size, steps

_START: Final = b"\xff\xd8"
_MARK: Final = re.compile(rb"\xff++([^\0])")
_MARK_IN_SCAN: Final = re.compile(rb"\xff([^\0\xff\xd0-\xd7])")
_END, _SCAN = 0xD9, 0xDA
_ALONE: Final = frozenset((0x01, *range(0xD0, 0xD9)))
"""Marks that have no length: nothing belongs to them."""
_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""Marks of segments that say how large the picture is."""


def jpeg(content: bytes) -> Iterator[Size]:
    """Walk from segment to segment, and on to the JPEGs behind: cameras put a small one there, or one that brightens it."""
    place, more = 0, steps()
    while place == 0 or content.startswith(_START, place):
        one = _one(content, place, more)
        yield one
        behind = content[one.end : one.end + PADDING]
        place = one.end + len(behind) - len(behind.lstrip(BLANK))


def _one(content: bytes, start: int, more: Iterator[int]) -> Size:
    if not content.startswith(_START, start):
        raise Damage("it does not begin as a JPEG does")
    place, scanned = start + len(_START), False
    sizes: list[tuple[int, int]] = []
    while True:
        next(more)
        found = _MARK_IN_SCAN.search(content, place) if scanned else _MARK.match(content, place)
        if found is None:
            raise Damage("it does not come to its end")
        kind, place = found[1][0], found.end()
        if kind == _END:
            if not scanned or not sizes:
                raise Damage("there is no picture in it")
            width, height = max(sizes, key=lambda sides: sides[0] * sides[1])
            return Size(width, height, place)
        if kind in _ALONE:
            continue
        (length,) = struct.unpack_from(">H", content, place)
        if kind in _FRAMES:
            height, width = struct.unpack_from(">HH", content, place + 3)
            sizes.append((width, height))
        scanned = scanned or kind == _SCAN
        place += length
