"""The supplier's colour as a style sheet: a shade that can be read on light pages, and one for dark ones (WCAG 2.2, 1.4.3)."""

from __future__ import annotations

from typing import Final

_READABLE: Final = 4.5  # contrast of text to its ground, level AA
_STEPS: Final = 50
_WHITE: Final = (255, 255, 255)
_INK: Final = (24, 28, 37)
_NIGHT: Final = (19, 23, 31)
_LINEAR: Final = 0.04045  # below it sRGB is a straight line

Colour = tuple[int, int, int]


def brand_css(colour: str) -> str:
    """Answer the style sheet of a house colour (`#rrggbb`), for light and dark pages."""
    house: Colour = (int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16))
    light, dark = readable(house, _WHITE), readable(house, _NIGHT)
    return (
        f":root{{--lp-house:{_hex(house)};--lp-house-ink:{_hex(_ink_on(house))}}}\n"
        f":root:not([data-theme=dark]),[data-theme=light]{{{_tokens(light, (0, 0, 0))}}}\n"
        "@media only screen and (prefers-color-scheme:dark)"
        f"{{:root:not([data-theme]){{{_tokens(dark, _WHITE)}}}}}\n"
        f"[data-theme=dark]{{{_tokens(dark, _WHITE)}}}\n"
    )


def readable(colour: Colour, ground: Colour) -> Colour:
    """Answer the colour itself if text in it can be read on this ground, else the nearest shade of it that can."""
    end: Colour = (0, 0, 0) if _luminance(ground) > 0.5 else _WHITE  # noqa: PLR2004 - half the way to white
    shades = (_mix(colour, end, step / _STEPS) for step in range(_STEPS + 1))
    return next((shade for shade in shades if contrast(shade, ground) >= _READABLE), end)


def contrast(one: Colour, other: Colour) -> float:
    """Answer the contrast ratio of two colours, from 1 to 21, as WCAG 2.2 defines it."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _tokens(shade: Colour, towards: Colour) -> str:
    hover, soft = _mix(shade, towards, 0.18), f"rgba({shade[0]},{shade[1]},{shade[2]},.25)"
    values = {
        "primary": _hex(shade),
        "primary-background": _hex(shade),
        "primary-border": _hex(shade),
        "primary-underline": f"rgba({shade[0]},{shade[1]},{shade[2]},.5)",
        "primary-hover": _hex(hover),
        "primary-hover-background": _hex(hover),
        "primary-hover-border": _hex(hover),
        "primary-hover-underline": _hex(hover),
        "primary-focus": soft,
        "primary-inverse": _hex(_ink_on(shade)),
        "text-selection-color": soft,
    }
    return ";".join(f"--pico-{name}:{value}" for name, value in values.items())


def _ink_on(ground: Colour) -> Colour:
    return _WHITE if contrast(_WHITE, ground) >= contrast(_INK, ground) else _INK


def _mix(colour: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(colour, other, strict=True))
    return (red, green, blue)


def _luminance(colour: Colour) -> float:
    parts = (part / 255 for part in colour)
    red, green, blue = (p / 12.92 if p <= _LINEAR else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _hex(colour: Colour) -> str:
    return "#" + "".join(f"{part:02x}" for part in colour)
