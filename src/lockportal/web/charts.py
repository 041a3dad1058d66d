"""Bars of a picture: what stands in a table beside it, drawn. A value below zero is drawn as none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from attrs import frozen

HEIGHT: Final = 100
_BAR: Final = 16
_GAP: Final = 12


@frozen
class Bar:
    """One bar, in the units of the drawing; `shade` is that of its series."""

    x: int
    y: int
    width: int
    height: int
    shade: int


@frozen
class Chart:
    """Bars in groups side by side, the highest as high as the drawing."""

    bars: tuple[Bar, ...]
    width: int
    height: int = HEIGHT


def chart(groups: Sequence[Sequence[int]], shades: Sequence[int]) -> Chart:
    """Draw groups of values, each with a bar for each series; what is more than nothing is seen."""
    most = max((value for group in groups for value in group), default=0)
    step = _BAR * len(shades) + _GAP
    bars = []
    for place, group in enumerate(groups):
        for number, (value, shade) in enumerate(zip(group, shades, strict=True)):
            if value > 0:
                height = max(value * HEIGHT // most, 1)
                bars.append(Bar(place * step + number * _BAR, HEIGHT - height, _BAR - 2, height, shade))
    return Chart(tuple(bars), max(len(groups) * step - _GAP, 1))
