"""A ZIP as an input. It is a stranger's: what it says of itself is checked, and its contents are counted as they come out."""

from __future__ import annotations

import lzma
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO, Any, Final, Self, cast

from attrs import define, field

from lockportal.core.errors import Refused
from lockportal.documents.imports.inputs import Entry, Input, Limits, is_litter, opened

_BROKEN: Final = (
    EOFError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
    lzma.LZMAError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)
"""What the standard library raises for a ZIP that is damaged, or packed in a way that it does not know."""
_ENCRYPTED: Final = 0x1
_DIRECTORY: Final = 64_000_000
_FREE: Final = 1_000_000
"""Up to so many bytes an entry may unfold as it likes."""
_OFFICE: Final = {"[Content_Types].xml", "META-INF/manifest.xml"}


@contextmanager
def zip_input(path: Path, limits: Limits) -> Iterator[Input]:
    """Open a ZIP; Refused `archive.…` for what no honest one holds. Its entries can be read until it is closed."""
    with opened(path) as raw:
        try:
            archive = zipfile.ZipFile(cast("IO[bytes]", _Sparing(raw)))
        except _BROKEN as error:
            raise _damaged(path.name, error) from error
        with archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
            if len(infos) > limits.entries:
                raise _too_many(limits.entries)
            if sum(info.compress_size for info in infos) > raw.seek(0, 2):
                raise Refused("archive.overlap", f"{path.name} says of its files that they take more than it has.", field="file")
            unfolded = Unfolded(limits)
            entries: dict[str, Entry] = {}
            for info in infos:
                name = _name(info)
                if name in entries:
                    raise Refused("archive.twice", f"{name} stands in the ZIP twice.", field="file")
                entries[name] = Entry(name, info.compress_size, partial(_open, archive, info, name, unfolded))
            if _OFFICE & entries.keys():
                raise Refused("archive.office", f"{path.name} is an office document; save it as CSV.", field="file")
            kept = sorted((e for e in entries.values() if not is_litter(e.name)), key=lambda entry: entry.name)
            passed_over = tuple(sorted(filter(is_litter, entries)))
            yield Input(entries=tuple(kept), passed_over=passed_over, many=True)


def _name(info: zipfile.ZipInfo) -> str:
    """Answer the name of an entry; Refused if it, or what the entry is, has no place in an import."""
    written = info.filename.replace("\\", "/")
    path = PurePosixPath(written)
    sound = info.orig_filename.isprintable() and path.parts and not path.is_absolute() and ".." not in path.parts
    if not sound or ":" in path.parts[0]:
        raise Refused("archive.name", f"{info.filename!a} is no name of a file within the ZIP.", field="file")
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in {0, stat.S_IFREG}:
        raise Refused("archive.link", f"{path} is a link or something else that is no file.", field="file")
    if info.flag_bits & _ENCRYPTED:
        raise Refused("archive.encrypted", f"{path} is encrypted; pack it without a password.", field="file")
    return path.as_posix()


def _open(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, unfolded: Unfolded) -> IO[bytes]:
    try:
        raw = archive.open(info)
    except _BROKEN as error:
        raise _damaged(name, error) from error
    return cast("IO[bytes]", _Watched(raw, name, info.compress_size, unfolded))


@define
class Unfolded:
    """How many bytes have come out of a ZIP, each entry counted once, however often it is read."""

    _limits: Limits
    _entries: dict[str, int] = field(factory=dict)
    _total: int = 0

    def count(self, name: str, packed: int, size: int) -> None:
        """Note how far an entry has come; Refused if that is more than an input may hold."""
        known = self._entries.get(name, 0)
        if size > known:
            self._entries[name] = size
            self._total += size - known
        if self._total > self._limits.total:
            message = f"The files of the ZIP have more than {self._limits.total:,} bytes together; import them in parts."
            raise Refused("archive.too_large", message, field="file")
        if size > max(_FREE, packed * self._limits.ratio):
            message = f"{name} unfolds to more than {self._limits.ratio} times of what it takes in the ZIP."
            raise Refused("archive.ratio", message, field="file")


@define(eq=False)
class _Watched:
    """The bytes of one entry, counted as they come out; it has of a stream what readers of text ask for."""

    _raw: IO[bytes]
    _name: str
    _packed: int
    _unfolded: Unfolded
    _size: int = 0

    def read(self, size: int) -> bytes:
        try:
            piece = self._raw.read(size)
        except _BROKEN as error:
            raise _damaged(self._name, error) from error
        self._size += len(piece)
        self._unfolded.count(self._name, self._packed, self._size)
        return piece

    read1 = read

    def tell(self) -> int:
        return self._size

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return False

    def seekable(self) -> bool:
        return False

    def flush(self) -> None:
        """Do nothing: nothing is written."""

    @property
    def closed(self) -> bool:
        return self._raw.closed

    def close(self) -> None:
        self._raw.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@define(eq=False)
class _Sparing:
    """A file of which nobody takes more than a sensible directory of a ZIP into memory at once."""

    _raw: IO[bytes]

    def read(self, size: int = -1) -> bytes:
        if size > _DIRECTORY:
            raise _too_many(None)
        return self._raw.read(size)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever else a file can do
        return getattr(self._raw, name)


def _damaged(name: str, error: Exception) -> Refused:
    return Refused("archive.damaged", f"{name} cannot be unpacked: {error}.", field="file")


def _too_many(most: int | None) -> Refused:
    more = "too many files" if most is None else f"more than {most:,} files"
    return Refused("archive.too_many", f"The ZIP holds {more}; import them in parts.", field="file")
