"""The portal's style sheets and pictures, in memory, each under an address that bears a mark of its content."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Final

from attrs import frozen

from lockportal.core.errors import Refused
from lockportal.core.settings import Branding
from lockportal.web.brand import brand_css

LOGO: Final = "logo"
_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".gif": "image/gif",
    ".ico": "image/x-icon",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".js": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}


@frozen
class Asset:
    """One file: its bytes, its media type, and a mark that changes with its content."""

    content: bytes
    media_type: str
    mark: str


def load_assets(folders: Sequence[Path], branding: Branding) -> Mapping[str, Asset]:
    """Read the portal's files, and those in `static` of the folders, the first of which is the strongest.

    brand.css and the logo are made of the branding. Refused if the logo cannot be read or is no picture.
    """
    found = {
        entry.name: _asset(entry.name, entry.read_bytes())
        for entry in files("lockportal.web").joinpath("static").iterdir()
        if _type_of(entry.name)
    }
    found["brand.css"] = _asset("brand.css", brand_css(branding.colour).encode())
    for folder in reversed([folder / "static" for folder in folders]):
        found |= {
            path.name: _asset(path.name, path.read_bytes())
            for path in (sorted(folder.iterdir()) if folder.is_dir() else ())
            if path.is_file() and _type_of(path.name)
        }
    if branding.logo:
        found[LOGO] = _logo(Path(branding.logo))
    return found


def _logo(path: Path) -> Asset:
    if not _type_of(path.name).startswith("image/"):
        raise Refused("branding.logo_type", "A logo is a PNG, SVG, JPEG, GIF or WebP picture.", field="branding.logo")
    try:
        return _asset(path.name, path.read_bytes())
    except OSError as error:
        message = f"The logo {str(path)!r} cannot be read."
        raise Refused("branding.logo_missing", message, field="branding.logo") from error


def _type_of(name: str) -> str:
    return _TYPES.get(Path(name).suffix.casefold(), "")


def _asset(name: str, content: bytes) -> Asset:
    return Asset(content, _type_of(name), hashlib.sha256(content).hexdigest()[:12])
