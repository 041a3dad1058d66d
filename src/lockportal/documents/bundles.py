"""Several files in one, as a ZIP that is written while it is read: nothing of it lies on a disk, nothing whole in memory."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator
from datetime import datetime


class _Outlet:
    """A file that can only be written to; what was written is taken from it."""

    def __init__(self) -> None:
        self._waiting: list[bytes] = []

    def write(self, data: bytes) -> int:
        """Take bytes."""
        self._waiting.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Do nothing: all is here."""

    def take(self) -> bytes:
        """Answer what was written since the last time."""
        taken, self._waiting = b"".join(self._waiting), []
        return taken


def zipped(entries: Iterable[tuple[str, Iterable[bytes]]], at: datetime) -> Iterator[bytes]:
    """Answer a ZIP of files (name and content), piece by piece; each bears the time at which it was handed out."""
    outlet = _Outlet()
    with zipfile.ZipFile(outlet, "w") as archive:  # type: ignore[call-overload]  # it needs no more than write and flush
        for name, content in entries:
            info = zipfile.ZipInfo(name, at.timetuple()[:6])
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            with archive.open(info, "w") as entry:
                for piece in content:
                    entry.write(piece)
                    if made := outlet.take():
                        yield made
            yield outlet.take()
    yield outlet.take()


def unique_names(names: Iterable[str]) -> list[str]:
    """Answer names that differ on any system, whatever it holds of case: the second of a kind is `name (2).pdf`."""
    made: list[str] = []
    taken: set[str] = set()
    for name in names:
        stem, dot, ending = name.rpartition(".")
        stem, ending = (stem, dot + ending) if stem else (name, "")
        number, free = 1, name
        while free.casefold() in taken:
            number += 1
            free = f"{stem} ({number}){ending}"
        taken.add(free.casefold())
        made.append(free)
    return made
