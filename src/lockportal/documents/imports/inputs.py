"""What an import is given: one file, a folder, or a ZIP, as entries that are read one at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import IO, Final

from attrs import field, frozen

from lockportal.core.errors import Refused

PIECE: Final = 64 * 1024
"""So many bytes of a content are in memory at once, where it need not be whole."""
_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_LITTER: Final = {"__macosx", "thumbs.db", "desktop.ini"}


@frozen(kw_only=True)
class Limits:
    """How much a ZIP may hold: entries, their bytes together, and how many times of what it takes one may unfold to."""

    entries: int = 50_000
    total: int = 10_000_000_000
    ratio: int = 200


@frozen
class Entry:
    """One file of an input: its name there, how many bytes of the input it takes, and how it is opened."""

    name: str
    size: int
    open: Callable[[], IO[bytes]] = field(eq=False)


@frozen(kw_only=True)
class Input:
    """The entries of an input in the order of their names, and what was passed over; `many` says that it is a folder or ZIP."""

    entries: Sequence[Entry]
    passed_over: tuple[str, ...] = ()
    many: bool = False


def is_litter(name: str) -> bool:
    """Say whether a name is one that systems leave in folders: hidden, or known for it."""
    return any(part.startswith(".") or part.lower() in _LITTER for part in PurePosixPath(name).parts)


def is_zip(head: bytes) -> bool:
    """Say whether a content that begins like this is a ZIP, or one of the formats that are made of one."""
    return head.startswith(_ZIP)


def unreadable(name: str, error: OSError) -> Refused:
    """Answer the refusal of what the system will not let us read."""
    return Refused("import.unreadable", f"{name} cannot be read: {error}", field="file")


def opened(path: Path) -> IO[bytes]:
    """Open a file of the system."""
    try:
        return path.open("rb")
    except OSError as error:
        raise unreadable(path.name, error) from error


def single(path: Path) -> Input:
    """Answer the input that is one file."""
    with opened(path) as raw:
        size = raw.seek(0, 2)
    return Input(entries=(Entry(path.name, size, lambda: opened(path)),))


def pieces(content: Callable[[], IO[bytes]]) -> Iterator[bytes]:
    """Answer a content piece by piece, and close it."""
    with content() as raw:
        while piece := raw.read(PIECE):
            yield piece
