"""Images from strangers: whole, of a size that can be shown, with nothing behind their end. They are not decoded."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from lockportal.core.errors import Refused
from lockportal.safely.jpeg import jpeg
from lockportal.safely.png import png
from lockportal.safely.tiff import tiff
from lockportal.safely.walking import BLANK, PADDING, Damage, Size
from lockportal.safely.webp import webp
from lockportal.safely.zips import is_zip_too

MOST_PIXELS: Final = 200_000_000
"""Pixels of an image, of each if a file has several: what a viewer would have to hold, however few bytes state it."""
KINDS: Final[Mapping[str, Callable[[bytes], Iterator[Size]]]] = {
    "image/jpeg": jpeg,
    "image/png": png,
    "image/tiff": tiff,
    "image/webp": webp,
}
"""The media types of images that are looked through."""
_SAVE_AGAIN: Final = "save the image again and send that"


def check_image(content: bytes, media_type: str) -> None:
    """Refuse an image of one of the KINDS that may not be kept.

    `image.broken`: damaged or cut off; `image.trailing`: more behind its end; `image.two_formats`: a ZIP as well;
    `image.too_many_pixels`; `image.too_heavy`: of more parts than anybody needs.
    """
    try:
        found = tuple(KINDS[media_type](content))
    except Damage as damage:
        raise _broken(str(damage)) from None
    except struct.error:
        raise _broken("it does not come to its end") from None
    if not all(one.width and one.height for one in found):
        raise _broken("it has no size")
    if any(one.width * one.height > MOST_PIXELS for one in found):
        raise Refused("image.too_many_pixels", f"the image has more than {MOST_PIXELS:,} pixels: scan it more coarsely")
    behind = content[found[-1].end :]
    if len(behind) > PADDING or behind.strip(BLANK):
        raise Refused("image.trailing", f"something else follows the end of the image: {_SAVE_AGAIN}")
    if is_zip_too(content):
        raise Refused("image.two_formats", f"the file is an image and a ZIP at once: {_SAVE_AGAIN}")


def _broken(reason: str) -> Refused:
    return Refused("image.broken", f"the image is damaged or cut off ({reason}): {_SAVE_AGAIN}")
