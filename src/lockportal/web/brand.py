"""The supplier's colour as a style sheet: a shade that can be read on light pages, and one for dark ones (WCAG 2.2, 1.4.3)."""

from __future__ import annotations

from typing import Final

from lockportal.colours import WHITE, Colour, colour_of, ink_on, mixed, readable, written

# Of the grounds that text in the house's colour may stand on, those against which it is the hardest to read.
_DAY: Final = (236, 239, 243)
_NIGHT: Final = (42, 50, 64)


def brand_css(colour: str) -> str:
    """Answer the style sheet of a house colour (`#rrggbb`), for light and dark pages."""
    house = colour_of(colour)
    light, dark = readable(house, _DAY), readable(house, _NIGHT)
    return (
        f":root{{--lp-house:{written(house)};--lp-house-ink:{written(ink_on(house))}}}\n"
        f":root:not([data-theme=dark]),[data-theme=light]{{{_tokens(light, (0, 0, 0))}}}\n"
        "@media only screen and (prefers-color-scheme:dark)"
        f"{{:root:not([data-theme]){{{_tokens(dark, WHITE)}}}}}\n"
        f"[data-theme=dark]{{{_tokens(dark, WHITE)}}}\n"
    )


def _tokens(shade: Colour, towards: Colour) -> str:
    hover, soft = mixed(shade, towards, 0.18), f"rgba({shade[0]},{shade[1]},{shade[2]},.25)"
    values = {
        "primary": written(shade),
        "primary-background": written(shade),
        "primary-border": written(shade),
        "primary-underline": f"rgba({shade[0]},{shade[1]},{shade[2]},.5)",
        "primary-hover": written(hover),
        "primary-hover-background": written(hover),
        "primary-hover-border": written(hover),
        "primary-hover-underline": written(hover),
        "primary-focus": soft,
        "primary-inverse": written(ink_on(shade)),
        "text-selection-color": soft,
    }
    return ";".join(f"--pico-{name}:{value}" for name, value in values.items())
