"""Files' contract: a content is kept once, found by its SHA-256 alone, and comes back byte by byte."""

from __future__ import annotations

from functools import partial
from itertools import cycle
from typing import Final

from lockportal.core.ports import Files
from lockportal.testing.files.ground import AMPLE, Ground, drop, holds, kept_of, put, read, refused

_BYTES: Final = (
    bytes(range(256)),
    b"\xff\xfe\x00\x00\x80\xc3(\xed\xa0\x80",
    b"\x00",
    b"%PDF-1.7\r\n%\xe2\xe3\xcf\xd3\n\r\r\n",
    b"\xef\xbb\xbfGr\xfc\xdfe\x1a",
    b"\x1f\x8b\x08 not really packed",
)
"""Contents that are no text, or look like something else."""
_LARGE: Final = b"".join(number.to_bytes(4, "big") for number in range(1_310_720))
"""5 MiB, no two pieces of which are the same."""
_ODD: Final = (1, 0, 65_535, 7, 65_537, 100_003, 0, 333)
_MANY: Final = 60


class ContentsContract(Ground):
    """What was put is what is there: all of it, nothing else, once."""

    def test_a_content_comes_back_byte_by_byte(self, files: Files) -> None:
        """Also where the bytes are no text."""
        for content in _BYTES:
            assert put(files, content) == kept_of(content), "put answers the SHA-256 and the size of the content"
            assert read(files, content) == content, "a content comes back byte by byte"
        assert holds(files, *_BYTES), "a content comes back byte by byte, each beside the others"

    def test_the_same_content_is_kept_once(self, files: Files) -> None:
        """The second time answers as the first."""
        first, second = put(files, b"same"), files.put([b"sa", b"me"], limit=AMPLE)
        assert first == second, "the same content has the same answer"
        assert holds(files, b"same"), "the same content is kept once"
        assert read(files, b"same") == b"same", "the same content put again changes nothing"

    def test_an_empty_content_is_a_content(self, files: Files) -> None:
        """Whether it comes in no piece or in empty ones."""
        assert files.put([], limit=0) == files.put([b"", b""], limit=0) == kept_of(b""), "an empty content is kept"
        assert files.has(kept_of(b"").sha256), "an empty content is there"
        assert read(files, b"") == b"", "an empty content comes back empty"
        assert holds(files, b""), "an empty content is walked through as any other"

    def test_pieces_make_no_difference(self, files: Files) -> None:
        """5 MiB in pieces of odd sizes, empty ones among them."""
        pieces, at, sizes = [], 0, cycle(_ODD)
        while at < len(_LARGE):
            size = next(sizes)
            pieces.append(_LARGE[at : at + size])
            at += size
        kept = files.put(iter(pieces), limit=len(_LARGE))
        assert kept == kept_of(_LARGE), "pieces make no difference to what is kept"
        assert read(files, _LARGE) == _LARGE, "pieces make no difference to what comes back"
        assert put(files, _LARGE) == kept, "pieces make no difference to what is the same"
        assert holds(files, _LARGE), "pieces make no difference to what is kept once"

    def test_a_missing_content_is_not_found_at_the_call(self, files: Files) -> None:
        """Before the first piece is asked for; and what is no SHA-256 is as missing."""
        put(files, b"another")
        for sha256 in (kept_of(b"missing").sha256, b"", bytes(1), bytes(2), bytes(33), b"../" * 11):
            rule = "read tells at the call, by NotFound `file.not_found`, that a content is missing"
            refused(partial(files.read, sha256), "file.not_found", rule)
            assert files.has(sha256) is False, "has says False of a content that is missing"

    def test_what_is_dropped_is_gone(self, files: Files) -> None:
        """It alone; dropping again is nothing, and putting again brings it back."""
        for content in (b"one", b"two"):
            put(files, content)
        for _ in range(2):
            drop(files, b"one")
            drop(files, b"never there")
            assert not files.has(kept_of(b"one").sha256), "what is dropped is gone"
            refused(lambda: read(files, b"one"), "file.not_found", "what is dropped is not found")
            assert holds(files, b"two"), "what is dropped is gone alone"
            assert read(files, b"two") == b"two", "what is dropped is gone alone"
        put(files, b"one")
        assert read(files, b"one") == b"one", "what was dropped can be put again"

    def test_walk_answers_all_that_is_there_and_nothing_else(self, files: Files) -> None:
        """Each once, with its size."""
        assert holds(files), "walk answers nothing where nothing is"
        contents = [b"x" * number for number in range(_MANY)]
        for content in contents:
            put(files, content)
        refused(lambda: files.put([b"too long"], limit=1), "file.too_large", "a content above its limit is refused")
        for content in contents[::3]:
            drop(files, content)
        left = [content for content in contents if content not in contents[::3]]
        assert holds(files, *left), "walk answers all that is there, each once with its size, and nothing else"
        assert all(files.has(kept_of(content).sha256) for content in left), "has says True of whatever walk answers"

    def test_two_suppliers_do_not_see_each_other(self, files: Files, others: Files) -> None:
        """Not even where both have the same content."""
        rule = "two suppliers do not see each other"
        put(files, b"shared")
        assert not others.has(kept_of(b"shared").sha256), rule
        refused(lambda: read(others, b"shared"), "file.not_found", rule)
        put(others, b"shared")
        put(others, b"theirs")
        assert holds(files, b"shared"), rule
        assert holds(others, b"shared", b"theirs"), rule
        drop(files, b"shared")
        drop(files, b"theirs")
        assert holds(files), rule
        assert read(others, b"shared") + read(others, b"theirs") == b"sharedtheirs", rule
