"""Where the sandbox's bank keeps its books: contents under names, each written once, in memory or in a folder."""

from __future__ import annotations

import os
import tempfile
import threading
from pathlib import Path
from typing import Protocol


class Books(Protocol):
    """Keeps contents under names; what is written stays as it is."""

    def put(self, name: str, content: bytes) -> bool:
        """Keep a content unless there is one under this name; say whether it was kept. Of racers exactly one is."""
        ...

    def get(self, name: str) -> bytes | None:
        """Answer what is kept under a name, None if nothing is."""
        ...


class MemoryBooks:
    """Books for as long as the process lives."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._kept: dict[str, bytes] = {}
        self._lock = threading.Lock()

    def put(self, name: str, content: bytes) -> bool:
        """Keep a content unless there is one."""
        with self._lock:
            free = name not in self._kept
            self._kept.setdefault(name, content)
        return free

    def get(self, name: str) -> bytes | None:
        """Answer what is kept under a name, None if nothing is."""
        return self._kept.get(name)


class FolderBooks:
    """Books in a folder, one file for each content: processes share them, and they outlive all of them."""

    def __init__(self, folder: Path) -> None:
        """Take the folder, which is made when it is first written to."""
        self._folder = folder

    def put(self, name: str, content: bytes) -> bool:
        """Keep a content unless there is one: it is written whole beside, then linked, which fails where the name is taken."""
        self._folder.mkdir(parents=True, exist_ok=True)
        handle, beside = tempfile.mkstemp(dir=self._folder)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            Path(self._folder, name).hardlink_to(beside)
        except FileExistsError:
            return False
        finally:
            Path(beside).unlink()
        return True

    def get(self, name: str) -> bytes | None:
        """Answer what is kept under a name, None if nothing is."""
        try:
            return Path(self._folder, name).read_bytes()
        except FileNotFoundError:
            return None
