"""Files' contract: many write, read and drop at once, and nobody meets half of a content."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from lockportal.core.errors import LockportalError, NotFound
from lockportal.core.ports import Files
from lockportal.testing.bench import race
from lockportal.testing.files.ground import AMPLE, Ground, drop, holds, kept_of, put, read

_THREADS: Final = 16
_ROUNDS: Final = 10
_LARGE: Final = b"".join(number.to_bytes(4, "big") for number in range(1_310_720))


class RacingContract(Ground):
    """Who races sees what was put, or that it is not there."""

    def test_racers_with_the_same_content_keep_it_once(self, files: Files) -> None:
        """16 at once, each with a source of its own."""
        rule = "racers with the same content keep it once"
        for number in range(_ROUNDS):
            content = b"%d" % number * 50_000
            answers = race(*[partial(files.put, _halves(content), limit=AMPLE) for _ in range(_THREADS)])
            assert answers == [kept_of(content)] * _THREADS, f"{rule}, and each is told so; it was {answers}"
            assert holds(files, content), rule
            assert read(files, content) == content, rule
            drop(files, content)

    def test_racers_with_different_contents_keep_them_all(self, files: Files) -> None:
        """16 at once, ten times."""
        rule = "racers with different contents keep them all"
        contents = [b"%d" % number * 10_000 for number in range(_THREADS * _ROUNDS)]
        for first in range(0, len(contents), _THREADS):
            mine = contents[first : first + _THREADS]
            answers = race(*[partial(files.put, _halves(content), limit=AMPLE) for content in mine])
            assert answers == [kept_of(content) for content in mine], f"{rule}, and each is told its own; it was {answers}"
        assert holds(files, *contents), rule
        assert all(read(files, content) == content for content in contents), rule

    def test_a_reader_of_what_is_dropped_reads_on_or_is_told(self, files: Files) -> None:
        """Never does a part look like the whole."""
        put(files, _LARGE)
        pieces = files.read(kept_of(_LARGE).sha256)
        seen = next(pieces)
        drop(files, _LARGE)
        try:
            seen += b"".join(pieces)
        except LockportalError:
            return
        except Exception as error:  # noqa: BLE001 - whatever else it is, it breaks the rule
            raised: Exception | None = error
        else:
            raised = None
        assert raised is None, f"a reader of what is dropped is told by an error of lockportal; it was {raised!r}"
        assert seen == _LARGE, "a reader of what is dropped reads on to the end, or is told"

    def test_a_reader_keeps_nobody_waiting(self, files: Files) -> None:
        """A download takes as long as its reader likes."""
        rule = "a reader keeps nobody waiting"
        put(files, _LARGE)
        pieces = files.read(kept_of(_LARGE).sha256)
        seen = next(pieces)

        def work() -> bool:
            put(files, b"another")
            put(files, _LARGE)
            drop(files, b"nothing")
            return read(files, b"another") == b"another" and holds(files, b"another", _LARGE)

        assert self.meanwhile(work, rule), rule
        assert seen + b"".join(pieces) == _LARGE, "a reader reads what was put, whatever others put meanwhile"

    def test_whoever_reads_among_racers_reads_the_whole(self, files: Files) -> None:
        """Or is told that it is not there: some put a content, some drop it, some read it."""
        content = b"racing" * 50_000
        steps: list[Callable[[], object]] = [partial(put, files, content), partial(drop, files, content)]
        readers = [partial(_whole_or_absent, files, content)] * (_THREADS - 2 * len(steps))
        for _ in range(_ROUNDS):
            answers = race(*steps, *readers, *steps)
            broken = [answer for answer in answers if isinstance(answer, Exception) or answer is False]
            assert not broken, f"whoever reads among racers reads the whole, or is told; it was {broken}"
        put(files, content)
        assert holds(files, content), "what is put after racers is there"


def _halves(content: bytes) -> list[bytes]:
    middle = len(content) // 2
    return [content[:middle], content[middle:]]


def _whole_or_absent(files: Files, content: bytes) -> bool:
    try:
        return read(files, content) == content
    except NotFound:
        return True
