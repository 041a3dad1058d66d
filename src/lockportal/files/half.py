"""A content that is being written: a file of a random name that is moved to its place when it is whole and on the disk."""

from __future__ import annotations

import errno
import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, Self

from lockportal.core.errors import GatewayError
from lockportal.core.ports import Kept

_STALE: Final = 24 * 60 * 60
"""The seconds after which a half that nobody writes to was left by a crash."""
_UNABLE: Final = {errno.EACCES, errno.EINVAL, errno.ENOTSUP}
"""What is answered for a folder that may be written to and not read, and by network file systems that know no fsync of one."""

_CLOSED: Final = -1


@contextmanager
def telling() -> Iterator[None]:
    """Raise GatewayError `files.unavailable` in the place of what the disk says: full, read-only, not ours."""
    try:
        yield
    except OSError as error:
        raise GatewayError("files.unavailable", f"The folder of the files cannot be used: {error}.") from error


def sync(folder: Path) -> None:
    """Bring a folder's names to the disk, where that can be asked for."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        if error.errno not in _UNABLE:
            raise


class Half:
    """One content on its way: written, sealed, moved; and gone if it is left before, as a context manager."""

    @telling()
    def __init__(self, folder: Path) -> None:
        """Make its file, readable by us alone, and remove what crashes left in the folder long ago."""
        self._handle, path = tempfile.mkstemp(dir=folder)
        self._path = Path(path)
        self._digest = hashlib.sha256()
        self.size = 0
        _sweep(folder, os.fstat(self._handle).st_mtime)  # its own age is the time by the clock of the disk, wherever that is

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._close()
        with suppress(OSError):
            self._path.unlink()

    @telling()
    def write(self, chunk: bytes) -> None:
        """Add a piece."""
        self._digest.update(chunk)
        self.size += len(chunk)
        left = memoryview(chunk)
        while left:
            left = left[os.write(self._handle, left) :]

    @telling()
    def seal(self) -> Kept:
        """Bring the content to the disk and answer what it is."""
        os.fsync(self._handle)
        self._close()
        return Kept(self._digest.digest(), self.size)

    @telling()
    def move(self, place: Path) -> None:
        """Put it where it belongs, in one step; what is there already is the same content, if it is not damaged."""
        try:
            self._path.replace(place)
        except PermissionError:  # some systems replace no file that is being read
            if not place.is_file():
                raise

    def _close(self) -> None:
        if self._handle != _CLOSED:
            handle, self._handle = self._handle, _CLOSED
            os.close(handle)


def _sweep(folder: Path, now: float) -> None:
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            with suppress(OSError):  # another was faster, or it is not ours to remove
                if now - entry.stat(follow_symlinks=False).st_mtime > _STALE:
                    Path(entry).unlink()
