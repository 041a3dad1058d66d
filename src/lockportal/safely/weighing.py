"""How much memory a PDF would take, told from its bytes before anything parses them."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from typing import Final

from lockportal.core.errors import Refused

MOST_WORDS: Final = 2_500_000
"""Words of a PDF outside its compressed streams, as each costs some 140 bytes of memory."""

_STREAM: Final = re.compile(rb"(?<!end)stream\s*")
_OF_OBJECTS: Final = re.compile(
    b"|".join(
        b"/" + b"".join(b"(?:%c|#(?i:%02x))" % (one, one) for one in name) + b"(?![A-Za-z])" for name in (b"First", b"ObjStm")
    )
)
"""What streams of objects say of themselves, also where letters are written as numbers."""
_PIECE: Final = 8_192
_DELIMITERS: Final = b"\0\t\n\f\r ()<>[]{}/%"


def check_weight(content: bytes) -> None:
    """Refuse a PDF of more words than memory should hold (`pdf.too_heavy`)."""
    if weight_of(content) > MOST_WORDS:
        raise Refused("pdf.too_heavy", f"the PDF has more than {MOST_WORDS:,} parts: print the paper to a new PDF and send that")


def weight_of(content: bytes) -> int:
    """Answer how many words a PDF has; no more are counted than it may have."""
    weight = 0
    for more in _weights(content):
        weight += more
        if weight > MOST_WORDS:
            break
    return weight


def _weights(content: bytes) -> Iterator[int]:
    """Count words, also in streams that hold objects, which qpdf unfolds before anybody could ask how large they are."""
    yield _words(content)
    after = 0
    for start in _STREAM.finditer(content):
        objects = _OF_OBJECTS.search(content, after, start.start())
        after = start.end()
        for piece in _unfolded(content, after) if objects else ():
            yield max(_words(piece), len(piece) // 25)  # to unfold nothing at all takes time, too


def _words(content: bytes) -> int:
    return len(content) - len(content.translate(None, _DELIMITERS))


def _unfolded(content: bytes, place: int) -> Iterator[bytes]:
    unfold = zlib.decompressobj()
    while place < len(content) and not unfold.eof:
        try:
            yield unfold.decompress(content[place : place + _PIECE])
        except zlib.error:
            return
        place += _PIECE
