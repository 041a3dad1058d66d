"""The aging of a balance as a bar: how wide each part is drawn, in thousandths of the whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from attrs import frozen

from lockportal.ledger.views import Bucket

WIDTH: Final = 1000
_LEAST: Final = 6  # so that a small amount is seen beside a large one
_SHADES: Final = 6


@frozen
class Segment:
    """One bucket's part of the bar, from `x` on; `shade` runs from 0, not yet due, to 5, the oldest."""

    bucket: Bucket
    x: int
    width: int
    shade: int


def bar(buckets: Sequence[Bucket]) -> tuple[Segment, ...]:
    """Lay the buckets side by side; one that holds nothing, or credit only, is given no width."""
    amounts = [max(0, bucket.amount.minor) for bucket in buckets]
    whole = sum(amounts)
    shown = sum(1 for amount in amounts if amount)
    room = WIDTH - shown * _LEAST
    segments, x, before = [], 0, 0
    for place, (bucket, amount) in enumerate(zip(buckets, amounts, strict=True)):
        width = 0
        if amount:
            # The difference of two rounded sums: so the parts fill the bar exactly.
            width = _LEAST + room * (before + amount) // whole - room * before // whole
            before += amount
        segments.append(Segment(bucket, x, width, _shade(place, len(buckets))))
        x += width
    return tuple(segments)


def _shade(place: int, buckets: int) -> int:
    """Spread the shades over as many buckets as there are, the first and the last always their own."""
    if place == 0 or buckets <= _SHADES:
        return min(place, _SHADES - 1) if place < buckets - 1 or place == 0 else _SHADES - 1
    return 1 + (place - 1) * (_SHADES - 2) // (buckets - 2)
