"""The contract of a file store: the built-in one keeps it, so does the one of the docs, and each rule fails who breaks it."""

import hashlib
import inspect
import threading
from collections import defaultdict
from functools import partial
from pathlib import Path

import pytest
from sybil import Sybil
from sybil.parsers import myst

from lockportal.core.errors import NotFound, Refused
from lockportal.core.ports import Kept
from lockportal.files import LocalFiles
from lockportal.testing import FilesContract
from waiting import AMPLE, Meeting

PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "keep-files-elsewhere.md"
document = Sybil(parsers=[myst.PythonCodeBlockParser()]).parse(PAGE)
for example in document.examples():
    example.evaluate()
InMemory, TestTheStoreOfTheDocs = document.namespace["InMemory"], document.namespace["TestInMemory"]


class TestLocalFiles(FilesContract):
    @pytest.fixture
    def files_of(self, tmp_path):
        return partial(LocalFiles, tmp_path / "files")


class Text(InMemory):
    def put(self, chunks, *, limit):
        return super().put((b"".join(chunks).decode(errors="replace").encode(),), limit=limit)


class Twice(InMemory):
    def __init__(self):
        super().__init__()
        self.log = []

    def put(self, chunks, *, limit):
        self.log.append(super().put(chunks, limit=limit))
        return self.log[-1]

    def walk(self):
        return iter([kept for kept in self.log if kept.sha256 in self.contents])


class NoneThatIsEmpty(InMemory):
    def has(self, sha256):
        return bool(self.contents.get(sha256))


class UpToAnEmptyPiece(InMemory):
    def put(self, chunks, *, limit):
        pieces = iter(chunks)
        return super().put(iter(lambda: next(pieces, b""), b""), limit=limit)


class ToldLate(InMemory):
    def read(self, sha256):
        yield from super().read(sha256)


class ToldByAnother(InMemory):
    def read(self, sha256):
        return iter([self.contents[sha256]])


class KeepsWhatIsDropped(InMemory):
    def drop(self, sha256):
        pass


class DropsAll(InMemory):
    def drop(self, sha256):
        self.contents.clear()


class WalksThroughAPage(InMemory):
    def walk(self):
        return iter(list(super().walk())[:10])


class KnowsNoSupplier:
    store = InMemory()

    def __new__(cls):
        return cls.store


class WithoutLimit(InMemory):
    def put(self, chunks, *, limit):
        return super().put(chunks, limit=10**9)


class OneBelowItsLimit(InMemory):
    def put(self, chunks, *, limit):
        return super().put(chunks, limit=max(limit - 1, 0))


class KeepsWhatIsTooLong(InMemory):
    def put(self, chunks, *, limit):
        content = b"".join(chunks)
        kept = super().put([content], limit=len(content))
        if len(content) > limit:
            raise Refused("file.too_large")
        return kept


class ReadsToTheEnd(InMemory):
    def put(self, chunks, *, limit):
        return super().put([b"".join(chunks)], limit=limit)


class KeepsTheHalf(InMemory):
    def put(self, chunks, *, limit):
        content = b""
        try:
            for chunk in chunks:
                content += chunk
        finally:
            kept = super().put([content], limit=limit)
        return kept


class SwallowsErrors(InMemory):
    def put(self, chunks, *, limit):
        try:
            return super().put(chunks, limit=limit)
        except Refused:
            raise
        except Exception:  # noqa: BLE001 - it is the control
            return Kept(bytes(32), 0)


class WritesInPlace(InMemory):
    def put(self, chunks, *, limit):
        content = b""
        for chunk in chunks:
            if len(content + chunk) > limit:
                self.contents.pop(hashlib.sha256(content).digest(), None)
                raise Refused("file.too_large")
            self.contents.pop(hashlib.sha256(content).digest(), None)
            content += chunk
            self.contents[hashlib.sha256(content).digest()] = content
        return Kept(hashlib.sha256(content).digest(), len(content))


class LocksWhileItWrites(InMemory):
    def __init__(self):
        super().__init__()
        self.lock = threading.Lock()

    def put(self, chunks, *, limit):
        with self.lock:
            return super().put(chunks, limit=limit)

    def walk(self):
        with self.lock:
            return super().walk()


class LocksWhileItReads(InMemory):
    def __init__(self):
        super().__init__()
        self.lock = threading.RLock()

    def put(self, chunks, *, limit):
        with self.lock:
            return super().put(chunks, limit=limit)

    def read(self, sha256):
        (content,) = super().read(sha256)

        def pieces():
            with self.lock:
                yield content[:1]
                yield content[1:]

        return pieces()


class LooksBeforeItAppends(InMemory):
    def __init__(self):
        super().__init__()
        self.kept, self.looked = [], Meeting()

    def put(self, chunks, *, limit):
        found = super().put(chunks, limit=limit)
        if found not in self.kept:
            self.looked.wait()
            self.kept.append(found)
        return found

    def walk(self):
        return iter(self.kept)


class CopiesAll(InMemory):
    def __init__(self):
        super().__init__()
        self.copied, self.alone = Meeting(), threading.Lock()

    def put(self, chunks, *, limit):
        with self.alone:
            before = self.contents.copy()
        self.copied.wait()
        with self.alone:
            kept = super().put(chunks, limit=limit)
            self.contents = {**before, kept.sha256: self.contents[kept.sha256]}
        return kept


class ReadsWhatIsLeft(InMemory):
    def read(self, sha256):
        if sha256 not in self.contents:
            raise NotFound("file.not_found")
        return self.pieces(sha256)

    def pieces(self, sha256):
        for at in range(0, len(self.contents[sha256]), 65_536):
            yield self.contents.get(sha256, b"")[at : at + 65_536]


class TellsOfWhatIsLeft(ReadsWhatIsLeft):
    error = KeyError

    def pieces(self, sha256):
        content = self.contents[sha256]
        for at in range(0, len(content), 65_536):
            if sha256 not in self.contents:
                raise self.error("file.not_found")
            yield content[at : at + 65_536]


class TellsOfWhatIsLeftInOurWords(TellsOfWhatIsLeft):
    error = NotFound


class FillsWhatIsThere(InMemory):
    """The half of a content stays until somebody has read it."""

    def __init__(self):
        super().__init__()
        self.begun, self.seen = threading.Event(), threading.Event()

    def put(self, chunks, *, limit):
        content = b"".join(chunks)
        self.contents[hashlib.sha256(content).digest()] = content[:1]
        self.begun.set()
        assert self.seen.wait(AMPLE)
        return super().put([content], limit=limit)

    def read(self, sha256):
        assert self.begun.wait(AMPLE)
        found = super().read(sha256)
        self.seen.set()
        return found

    def drop(self, sha256):
        assert self.seen.wait(AMPLE)
        super().drop(sha256)


BROKEN = [
    (Text, "test_a_content_comes_back_byte_by_byte", "put answers the SHA-256 and the size of the content"),
    (Twice, "test_the_same_content_is_kept_once", "the same content is kept once"),
    (NoneThatIsEmpty, "test_an_empty_content_is_a_content", "an empty content is there"),
    (UpToAnEmptyPiece, "test_pieces_make_no_difference", "pieces make no difference to what is kept"),
    (ToldLate, "test_a_missing_content_is_not_found_at_the_call", "read tells at the call"),
    (ToldByAnother, "test_a_missing_content_is_not_found_at_the_call", "NotFound `file.not_found`.*it was KeyError"),
    (KeepsWhatIsDropped, "test_what_is_dropped_is_gone", "what is dropped is gone"),
    (DropsAll, "test_what_is_dropped_is_gone", "what is dropped is gone alone"),
    (WalksThroughAPage, "test_walk_answers_all_that_is_there_and_nothing_else", "walk answers all that is there"),
    (KnowsNoSupplier, "test_two_suppliers_do_not_see_each_other", "two suppliers do not see each other"),
    (WithoutLimit, "test_a_content_above_its_limit_is_refused_and_nothing_is_kept", "above its limit is Refused"),
    (OneBelowItsLimit, "test_a_content_above_its_limit_is_refused_and_nothing_is_kept", "just its limit is kept"),
    (KeepsWhatIsTooLong, "test_a_content_above_its_limit_is_refused_and_nothing_is_kept", "above its limit nothing is kept"),
    (ReadsToTheEnd, "test_a_source_is_not_read_far_beyond_the_limit", "a source is not read far beyond the limit"),
    (KeepsTheHalf, "test_of_a_source_that_breaks_off_nothing_is_kept", "of a source that breaks off nothing is kept"),
    (SwallowsErrors, "test_of_a_source_that_breaks_off_nothing_is_kept", "the error of a source that breaks off goes through"),
    (WritesInPlace, "test_a_content_is_seen_when_it_is_whole", "a content is seen when it is whole"),
    (LocksWhileItWrites, "test_a_content_is_seen_when_it_is_whole", "whoever puts a content keeps nobody waiting"),
    (LooksBeforeItAppends, "test_racers_with_the_same_content_keep_it_once", "racers with the same content keep it once"),
    (CopiesAll, "test_racers_with_different_contents_keep_them_all", "racers with different contents keep them all"),
    (ReadsWhatIsLeft, "test_a_reader_of_what_is_dropped_reads_on_or_is_told", "reads on to the end, or is told"),
    (TellsOfWhatIsLeft, "test_a_reader_of_what_is_dropped_reads_on_or_is_told", "by an error of lockportal; it was KeyError"),
    (LocksWhileItReads, "test_a_reader_keeps_nobody_waiting", "a reader keeps nobody waiting"),
    (FillsWhatIsThere, "test_whoever_reads_among_racers_reads_the_whole", "whoever reads among racers reads the whole"),
]
RULES = {name for name, _ in inspect.getmembers(FilesContract, inspect.isfunction) if name.startswith("test_")}


@pytest.mark.parametrize(("store", "rule", "words"), [pytest.param(*row, id=row[0].__name__) for row in BROKEN])
def test_a_store_that_breaks_a_rule_is_told_which(store, rule, words, monkeypatch):
    if store in {LocksWhileItWrites, LocksWhileItReads}:  # who waits for them waits in vain
        monkeypatch.setattr(FilesContract, "patience", 0.3)
    check = getattr(FilesContract(), rule)
    stores = defaultdict(store)
    given = {name: stores[name] for name in inspect.signature(check).parameters}
    with pytest.raises(AssertionError, match=words):
        check(**given)


def test_each_rule_has_a_store_that_breaks_it():
    assert {rule for _, rule, _ in BROKEN} == RULES


def test_a_store_may_tell_a_reader_that_its_content_was_dropped():
    FilesContract().test_a_reader_of_what_is_dropped_reads_on_or_is_told(TellsOfWhatIsLeftInOurWords())


def test_a_contract_without_a_store_says_what_it_needs():
    with pytest.raises(NotImplementedError, match="files_of"):
        FilesContract.files_of.__wrapped__(FilesContract())
