"""Colours that can be read: contrast, and shades and inks that have enough of it (WCAG 2.2, 1.4.3)."""

from __future__ import annotations

from typing import Final

READABLE: Final = 4.5
"""The contrast of text to its ground at level AA."""
WHITE: Final = (255, 255, 255)
INK: Final = (24, 28, 37)
_STEPS: Final = 50
_LINEAR: Final = 0.04045  # below it sRGB is a straight line

Colour = tuple[int, int, int]


def colour_of(text: str) -> Colour:
    """Read a colour such as `#1f5f8b`."""
    return (int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16))


def written(colour: Colour) -> str:
    """Write a colour such as `#1f5f8b`."""
    return "#" + "".join(f"{part:02x}" for part in colour)


def readable(colour: Colour, ground: Colour) -> Colour:
    """Answer the colour itself if text in it can be read on this ground, else the nearest shade of it that can."""
    end: Colour = (0, 0, 0) if _luminance(ground) > 0.5 else WHITE  # noqa: PLR2004 - half the way to white
    shades = (mixed(colour, end, step / _STEPS) for step in range(_STEPS + 1))
    return next((shade for shade in shades if contrast(shade, ground) >= READABLE), end)


def contrast(one: Colour, other: Colour) -> float:
    """Answer the contrast ratio of two colours, from 1 to 21, as WCAG 2.2 defines it."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def ink_on(ground: Colour) -> Colour:
    """Answer the better of white and ink for text on a ground."""
    return WHITE if contrast(WHITE, ground) >= contrast(INK, ground) else INK


def mixed(colour: Colour, other: Colour, share: float) -> Colour:
    """Answer a colour with so much of another one."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(colour, other, strict=True))
    return (red, green, blue)


def _luminance(colour: Colour) -> float:
    parts = (part / 255 for part in colour)
    red, green, blue = (p / 12.92 if p <= _LINEAR else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
