"""Files' contract: what comes in may be too long, break off or take its time; what is kept is whole."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Final

from lockportal.core.ports import Files
from lockportal.testing.bench import race
from lockportal.testing.files.ground import AMPLE, Ground, holds, kept_of, put, read, refused

_PIECE: Final = bytes(range(256)) * 256
_LIMIT: Final = 1_000_000
_AHEAD: Final = 2_000_000
"""How far a store may read ahead: it may gather pieces, and need not hold whatever is sent."""


class SourceBrokeError(Exception):
    """What a source raises that breaks off."""


class SourcesContract(Ground):
    """Whole or not at all."""

    def test_a_content_above_its_limit_is_refused_and_nothing_is_kept(self, files: Files) -> None:
        """In one piece or in many; one of just the limit is kept."""
        rule = "a content above its limit is Refused `file.too_large`"
        for pieces in ([b"12345"], [b"1234", b"5"], [b"1", b"2", b"3", b"4", b"5", b""]):
            refused(partial(files.put, pieces, limit=4), "file.too_large", rule)
        refused(lambda: files.put([_PIECE] * 40, limit=_LIMIT), "file.too_large", rule)
        refused(lambda: files.put([b"1"], limit=0), "file.too_large", rule)
        assert holds(files), "of a content above its limit nothing is kept"
        for content in (b"12345", b"1234", b"1"):
            assert not files.has(kept_of(content).sha256), "of a content above its limit nothing is kept"
        (answer,) = race(partial(files.put, [b"12", b"34"], limit=4))
        assert answer == kept_of(b"1234"), f"a content of just its limit is kept; it was {answer!r}"

    def test_a_source_is_not_read_far_beyond_the_limit(self, files: Files) -> None:
        """Somebody may send for ever."""
        sent = 0

        def endless() -> Iterator[bytes]:
            nonlocal sent
            while sent <= _LIMIT + _AHEAD:
                sent += len(_PIECE)
                yield _PIECE

        refused(lambda: files.put(endless(), limit=_LIMIT), "file.too_large", "a content above its limit is Refused")
        assert sent <= _LIMIT + _AHEAD, "a source is not read far beyond the limit"
        assert holds(files), "of a content above its limit nothing is kept"

    def test_of_a_source_that_breaks_off_nothing_is_kept(self, files: Files) -> None:
        """Its error goes through as it is, so that the caller knows whose it was."""

        def breaking() -> Iterator[bytes]:
            yield b"half"
            yield _PIECE * 4
            raise SourceBrokeError

        raised: Exception | None = None
        try:
            files.put(breaking(), limit=AMPLE)
        except Exception as error:  # noqa: BLE001 - whatever else it is, it breaks the rule
            raised = error
        assert isinstance(raised, SourceBrokeError), f"the error of a source that breaks off goes through; it was {raised!r}"
        assert holds(files), "of a source that breaks off nothing is kept"
        for content in (b"half", b"half" + _PIECE * 4):
            assert not files.has(kept_of(content).sha256), "of a source that breaks off nothing is kept"
        put(files, b"half")
        assert read(files, b"half") == b"half", "after a source that broke off others are kept"

    def test_a_content_is_seen_when_it_is_whole(self, files: Files) -> None:
        """And whoever sends it slowly keeps nobody waiting."""
        whole, rule = b"slow" + _PIECE * 4 + b"ly", "whoever puts a content keeps nobody waiting"

        def look() -> bool:
            return holds(files, b"before") and not files.has(kept_of(b"slow").sha256) and not files.has(kept_of(whole).sha256)

        def slowly() -> Iterator[bytes]:
            for piece in (b"slow", _PIECE * 4, b"ly", b""):
                yield piece
                assert self.meanwhile(look, rule), "a content is seen when it is whole, and not before"

        put(files, b"before")
        files.put(slowly(), limit=AMPLE)
        assert holds(files, b"before", whole), "a content is seen when it is whole"
