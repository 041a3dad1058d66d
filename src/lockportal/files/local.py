"""Contents on a local disk, each once under its SHA-256; no part of a path comes from anybody's input.

Plain system calls, and no library: obstore's LocalStore wants a name before the content is known, makes files that everybody may
read, brings nothing to the disk by fsync, and follows symbolic links.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Final
from uuid import UUID

from lockportal.core.errors import GatewayError, NotFound, Refused
from lockportal.core.ports import Kept
from lockportal.files.half import Half, sync, telling

_PIECE: Final = 64 * 1024
_OURS: Final = 0o700
_READ: Final = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
_FAN: Final = re.compile(r"[0-9a-f]{2}")
_NAME: Final = re.compile(r"[0-9a-f]{64}")


class LocalFiles:
    """One supplier's files, in `<folder>/<supplier's id>/ab/cd/abcd…`; what is still being written is in `new` beside them.

    The folder itself may be a symbolic link; below it none is followed. GatewayError `files.unavailable` tells of a disk that is
    full or not ours, `file.damaged` of a content that is no longer what was put: it ends a `read` before the last piece, and is
    mended by putting the content again.
    """

    def __init__(self, folder: Path, supplier_id: UUID) -> None:
        """Keep the folder, relative to where the process now is; it is made by the first `put`."""
        self.folder = folder.absolute() / str(supplier_id)
        self._new = self.folder / "new"
        self._synced: set[Path] = set()

    def put(self, chunks: Iterable[bytes], *, limit: int) -> Kept:
        """Keep a content: on the disk, and whole, when this returns. Refused `file.too_large` above `limit` bytes."""
        self._prepare()
        with Half(self._new) as half:
            for chunk in chunks:
                if half.size + len(chunk) > limit:
                    raise Refused("file.too_large", f"A file has at most {limit:,} bytes.", field="file")
                half.write(chunk)
            kept = half.seal()
            self._keep(half, self._place(kept.sha256))
        return kept

    def read(self, sha256: bytes) -> Iterator[bytes]:
        """Answer a content in pieces of 64 kB; NotFound `file.not_found` at the call."""
        pieces = self._pieces(sha256)
        next(pieces)  # opens the file
        return pieces

    @telling()
    def has(self, sha256: bytes) -> bool:
        """Say whether a content is there."""
        place = self._place(sha256)
        return all(map(_is_folder, self._way(place))) and _size(place) is not None

    @telling()
    def drop(self, sha256: bytes) -> None:
        """Delete a content, on the disk when this returns; who is reading it reads on. Nothing if it is not there."""
        if self.has(sha256):
            place = self._place(sha256)
            place.unlink(missing_ok=True)
            sync(place.parent)

    def walk(self) -> Iterator[Kept]:
        """Answer every content that is there by its name and size, without reading any."""
        for first in _below(self.folder, _FAN):
            for leaf in _below(first, _FAN):
                for place in _below(leaf, _NAME):
                    sha256, size = bytes.fromhex(place.name), _size(place)
                    if size is not None and place == self._place(sha256):
                        yield Kept(sha256, size)

    def _place(self, sha256: bytes) -> Path:
        name = sha256.hex()
        return self.folder / name[:2] / name[2:4] / name

    def _way(self, place: Path) -> tuple[Path, Path, Path]:
        """Answer the folders from ours to a place."""
        return self.folder, place.parent.parent, place.parent

    @telling()
    def _prepare(self) -> None:
        _make_root(self.folder.parent)
        for folder in (self.folder, self._new):
            _make(folder)

    @telling()
    def _keep(self, half: Half, place: Path) -> None:
        """Move a sealed content to its place, and bring to the disk all that leads there, whoever of the racers made it."""
        top, first, leaf = self._way(place)
        for folder in (first, leaf):
            _make(folder)
        half.move(place)
        sync(leaf)
        sync(first)
        for folder in {top, first} - self._synced:  # a few hundred at most, and on the disk once and for all
            sync(folder.parent)
            self._synced.add(folder)

    def _open(self, sha256: bytes) -> BinaryIO:
        with telling():
            if self.has(sha256):
                with suppress(FileNotFoundError):  # dropped just now
                    return os.fdopen(os.open(self._place(sha256), _READ), "rb")
        raise NotFound("file.not_found", "There is no such file.")

    def _pieces(self, sha256: bytes) -> Iterator[bytes]:
        """Answer nothing when the file is open, then its pieces; one is held back, so that nothing damaged looks whole."""
        digest, held = hashlib.sha256(), b""
        with self._open(sha256) as file:
            yield held
            while True:
                with telling():
                    piece = file.read(_PIECE)
                if not piece:
                    break
                digest.update(piece)
                if held:
                    yield held
                held = piece
        if digest.digest() != sha256:
            raise GatewayError("file.damaged", f"The content of {self._place(sha256)} is no longer what was put there.")
        if held:
            yield held


def _make_root(folder: Path) -> None:
    """Make the folder and what leads there."""
    if not folder.is_dir():
        _make_root(folder.parent)
        with suppress(FileExistsError):
            folder.mkdir(_OURS)
        sync(folder.parent)


def _make(folder: Path) -> None:
    """Make a folder unless it is there; what is there and is none, or leads elsewhere, is refused."""
    try:
        folder.mkdir(_OURS)
    except FileExistsError:
        if not _is_folder(folder):
            raise


def _is_folder(path: Path) -> bool:
    found = _found(path)
    return found is not None and stat.S_ISDIR(found.st_mode)


@telling()
def _size(path: Path) -> int | None:
    """Answer the size of an ordinary file; None for anything else."""
    found = _found(path)
    return found.st_size if found is not None and stat.S_ISREG(found.st_mode) else None


def _found(path: Path) -> os.stat_result | None:
    try:
        return path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return None


@telling()
def _below(folder: Path, names: re.Pattern[str]) -> list[Path]:
    """Answer what has a name of this form in a folder; nothing if it is none, or a symbolic link."""
    return [path for path in folder.iterdir() if names.fullmatch(path.name)] if _is_folder(folder) else []
