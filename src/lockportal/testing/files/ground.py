"""What every part of the files' contract stands on: the fixtures, and words for what is expected."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from typing import Final, TypeVar
from uuid import UUID

import pytest

from lockportal.clock import SystemClock
from lockportal.core.errors import LockportalError
from lockportal.core.ports import Files, Kept
from lockportal.testing.bench import fulfilled, race

T = TypeVar("T")
AMPLE: Final = 100_000_000
"""A limit that no content of the contract comes near."""
PATIENCE: Final = 20.0
"""The seconds that one caller may take while another is at a content."""


class Ground:
    """The fixtures of the contract. `files_of` is to be given."""

    patience: float = PATIENCE

    @pytest.fixture
    def files_of(self) -> Callable[[UUID], Files]:
        """Answer what opens the files of a supplier."""
        raise NotImplementedError("a files' contract needs a fixture `files_of`, from a supplier's id to its files")

    @pytest.fixture
    def files(self, files_of: Callable[[UUID], Files]) -> Iterator[Files]:
        """Answer the files of a supplier that has none yet; they are dropped afterwards."""
        yield from _lent(files_of)

    @pytest.fixture
    def others(self, files_of: Callable[[UUID], Files]) -> Iterator[Files]:
        """Answer the files of another supplier."""
        yield from _lent(files_of)

    def meanwhile(self, action: Callable[[], T], rule: str) -> T:
        """Answer what another thread answers, which must not be kept waiting."""
        answers: list[T | Exception] = []
        thread = threading.Thread(target=lambda: answers.extend(race(action)), daemon=True)
        thread.start()
        thread.join(self.patience)
        assert not thread.is_alive(), rule
        return fulfilled(answers)[0]


def kept_of(content: bytes) -> Kept:
    """Answer what a store says of a content that it keeps."""
    return Kept(hashlib.sha256(content).digest(), len(content))


def put(files: Files, content: bytes) -> Kept:
    """Keep a content that comes in one piece."""
    return files.put([content], limit=AMPLE)


def read(files: Files, content: bytes) -> bytes:
    """Read what is kept under a content's SHA-256."""
    return b"".join(files.read(kept_of(content).sha256))


def drop(files: Files, content: bytes) -> None:
    """Delete a content."""
    files.drop(kept_of(content).sha256)


def holds(files: Files, *contents: bytes) -> bool:
    """Say whether a store walks through these contents and no others, each once."""
    walked = list(files.walk())
    return len(walked) == len(contents) and set(walked) == {kept_of(content) for content in contents}


def refused(action: Callable[[], object], code: str, rule: str) -> None:
    """Expect an error of lockportal with this code; anything else breaks the rule."""
    try:
        action()
    except Exception as error:  # noqa: BLE001 - whatever else it is, it breaks the rule
        raised: Exception | None = error
    else:
        raised = None
    assert isinstance(raised, LockportalError), f"{rule}; it was {raised!r}"
    assert raised.code == code, f"{rule}; it was {raised}"


def _lent(files_of: Callable[[UUID], Files]) -> Iterator[Files]:
    files = files_of(SystemClock().new_id())
    yield files
    for kept in list(files.walk()):
        files.drop(kept.sha256)
