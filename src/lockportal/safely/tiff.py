"""A walk through a TIFF: its parts may lie anywhere, so it ends where the last of them does."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

from attrs import define, field, frozen

from lockportal.safely.walking import Damage, Size, steps

_SIZES: Final = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
"""The bytes of a value by its type."""
_WHOLE: Final = {1: "B", 3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}
"""The types of counts and places."""
_WIDTH, _HEIGHT = 256, 257
_BELOW: Final = (330, 34665, 34853, 40965)
"""What leads to further directories: smaller pictures, and what the camera says."""
_DATA: Final = ((273, 279), (324, 325), (513, 514))
"""Where the picture is, in strips, tiles or as a JPEG, each with its lengths."""
_MOST_VALUES: Final = 2_000_000
"""Places and lengths that are read of one file: directories may share their lists."""


@frozen
class _Form:
    """How a TIFF of either kind spells things: numbers of things in it, entries, places; and the bytes that an entry takes."""

    count: str
    entry: str
    place: str
    inline: int


_CLASSIC: Final = _Form("H", "HHI4s", "I", 4)
_BIG: Final = _Form("Q", "HHQ8s", "Q", 8)
_FORMS: Final = {42: (_CLASSIC, 4), 43: (_BIG, 8)}


def tiff(content: bytes) -> Iterator[Size]:
    """Walk from directory to directory, one for each picture, and to whatever they lead to."""
    order = {b"II": "<", b"MM": ">"}.get(content[:2])
    form, place = _FORMS.get(0 if order is None else struct.unpack_from(f"{order}H", content, 2)[0], (None, 0))
    if order is None or form is None:
        raise Damage("it does not begin as a TIFF does")
    walk = _Walk(content, order, form)
    (first,) = walk.read(form.place, place)
    sizes = list(walk.directories(first))
    yield from (Size(width, height, walk.end) for width, height in sizes)


@define
class _Walk:
    """One way through a TIFF, and how far into it anything reached."""

    content: bytes
    order: str
    form: _Form
    end: int = 0
    _seen: set[int] = field(factory=set)
    _values: int = 0

    def read(self, spelt: str, place: int) -> tuple[int, ...]:
        """Read numbers, and note how far they reach."""
        spelt = f"{self.order}{spelt}"
        self.reach(place, struct.calcsize(spelt))
        return struct.unpack_from(spelt, self.content, place)

    def reach(self, place: int, length: int) -> None:
        """Note that bytes belong to the file."""
        if place + length > len(self.content):
            raise Damage("it does not come to its end")
        self.end = max(self.end, place + length)

    def directories(self, first: int) -> Iterator[tuple[int, int]]:
        """Answer the width and height of each picture."""
        waiting, more = [(first, True)], steps()
        while waiting:
            place, is_picture = waiting.pop()
            if place in self._seen:
                raise Damage("its directories go round")
            self._seen.add(place)
            found, after = self._directory(place, more)
            waiting += [(below, False) for tag in _BELOW for below in found.get(tag, ())]
            if after:
                waiting.append((after, is_picture))
            if found.get(_WIDTH) and found.get(_HEIGHT):
                self._picture(found)
                yield found[_WIDTH][0], found[_HEIGHT][0]
            elif is_picture:
                raise Damage("it does not say how large it is")

    def _directory(self, place: int, more: Iterator[int]) -> tuple[dict[int, tuple[int, ...]], int]:
        """Read one directory: the whole numbers in it by their tags, and where the next one is."""
        (count,) = self.read(self.form.count, place)
        place += struct.calcsize(f"={self.form.count}")
        found = {}
        for _ in range(count):
            next(more)
            tag, kind, many, _ = self.read(self.form.entry, place)
            inside = place + struct.calcsize(f"={self.form.entry}") - self.form.inline
            place = inside + self.form.inline
            size = _SIZES.get(kind, 0) * many
            if size > self.form.inline:
                (inside,) = self.read(self.form.place, inside)
                self.reach(inside, size)
            if kind in _WHOLE and tag in _READ:
                self._values += many
                if self._values > _MOST_VALUES:
                    raise Damage("it has too many parts")
                found[tag] = self.read(f"{many}{_WHOLE[kind]}", inside)
        (after,) = self.read(self.form.place, place)
        return found, after

    def _picture(self, found: dict[int, tuple[int, ...]]) -> None:
        """Reach for the bytes of a picture."""
        parts = [(found[places], found.get(lengths, ())) for places, lengths in _DATA if places in found]
        if not parts:
            raise Damage("there is no picture in it")
        for places, lengths in parts:
            if len(places) != len(lengths):
                raise Damage("it does not say where its picture ends")
            for place, length in zip(places, lengths, strict=True):
                self.reach(place, length)


_READ: Final = frozenset({_WIDTH, _HEIGHT, *_BELOW, *(tag for pair in _DATA for tag in pair)})
