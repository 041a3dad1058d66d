"""What those who walk through an image have in common."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from attrs import frozen

from lockportal.core.errors import Refused

MOST_PARTS: Final = 100_000
"""Parts of an image: chunks, segments, directories."""
BLANK: Final = b"\0\t\n\r "
"""Bytes that say nothing: what cameras and scanners fill up with."""
PADDING: Final = 1_024
"""So many of them may stand behind an image."""


@frozen
class Size:
    """How large one picture of a file is, in pixels, and where in the file it ends."""

    width: int
    height: int
    end: int


class Damage(Exception):
    """The file is not what it began as."""


def steps() -> Iterator[int]:
    """Count the parts of an image; Refused `image.too_heavy` for more than anybody needs."""
    yield from range(MOST_PARTS)
    raise Refused("image.too_heavy", f"the image has more than {MOST_PARTS:,} parts: save it again and send that")
