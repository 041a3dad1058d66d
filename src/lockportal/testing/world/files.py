"""The file store of a world: a folder, and what is asked of it is heard, so that a process can be killed there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING
from uuid import UUID

from lockportal.files import files_at
from lockportal.plugins import hookimpl

if TYPE_CHECKING:
    from lockportal.core.ports import Files, Kept


class HeardFiles:
    """Hands everything on to another file store; `heard` is called around each change, and after each piece of a content."""

    def __init__(self, files: Files, heard: Callable[[str], object]) -> None:
        """Keep the store that keeps the files, and who hears."""
        self._files = files
        self._heard = heard

    def put(self, chunks: Iterable[bytes], *, limit: int) -> Kept:
        """Keep a content."""
        self._heard("before put")
        kept = self._files.put(self._pieces(chunks), limit=limit)
        self._heard("after put")
        return kept

    def read(self, sha256: bytes) -> Iterator[bytes]:
        """Answer a content in pieces."""
        return self._files.read(sha256)

    def has(self, sha256: bytes) -> bool:
        """Say whether a content is there."""
        return self._files.has(sha256)

    def drop(self, sha256: bytes) -> None:
        """Delete a content."""
        self._heard("before drop")
        self._files.drop(sha256)
        self._heard("after drop")

    def walk(self) -> Iterator[Kept]:
        """Answer every content that is there."""
        return self._files.walk()

    def _pieces(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            yield chunk
            self._heard("put a piece")


class HeardFolder:
    """The plugin that brings it along, for addresses such as `folder:files`."""

    def __init__(self, heard: Callable[[str], object]) -> None:
        """Keep who hears."""
        self._heard = heard

    @hookimpl
    def lockportal_files(self, address: str, supplier_id: UUID) -> Files | None:
        """Answer the files of a folder; None where the address names none."""
        files = files_at(address, supplier_id)
        return None if files is None else HeardFiles(files, self._heard)


if TYPE_CHECKING:

    def _are_files(made: HeardFiles) -> Files:
        return made
