"""A process that is killed at any moment leaves no part of a content under a hash, and at most one half beside them."""

import hashlib
import itertools
import os
import random
import signal
import sys
import time
from uuid import UUID

import pytest

from lockportal.files import LocalFiles

SUPPLIER = UUID(int=1)
PIECES = [bytes([number]) * 30_000 for number in range(4)]
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system forks no process")


class InPlace(LocalFiles):
    """The control: it writes where the content belongs."""

    def put(self, chunks, *, limit):
        content = list(chunks)
        digest = hashlib.sha256(b"".join(content))
        place = self._place(digest.digest())
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("wb", buffering=0) as file:
            for chunk in content:
                file.write(chunk)


def child(work):
    """Do work in a process of its own and answer its id."""
    pid = os.fork()
    if pid:
        return pid
    try:
        work()
    finally:
        os._exit(0)


def killed(pid):
    """Wait for a process and say whether it was killed."""
    return os.WIFSIGNALED(os.waitpid(pid, 0)[1])


def partial_contents(files):
    """Answer what is under a hash that is not its own."""
    found = [path for path in files.folder.rglob("*") if path.is_file() and path.parent.name != "new"]
    return [path for path in found if hashlib.sha256(path.read_bytes()).hexdigest() != path.name]


def dying_at(files, call):
    """Put one content and die before the n-th call of a function in C: so between any two system calls there are."""
    count = itertools.count()

    def profile(frame, event, _):
        if event == "c_call" and next(count) == call:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(profile)
    files.put(iter(PIECES), limit=10**6)
    sys.setprofile(None)


def killed_before_every_call(store, folder):
    """Answer the stores that were left, one for each moment; the last is one whose put came to its end."""
    left = []
    for call in itertools.count():
        left.append(store(folder / str(call), SUPPLIER))
        if not killed(child(lambda call=call: dying_at(left[-1], call))):
            break
    return left


def test_a_put_that_is_killed_between_any_two_calls_leaves_a_whole_content_or_none(tmp_path):
    left = killed_before_every_call(LocalFiles, tmp_path)
    assert len(left) > 50
    assert [partial_contents(files) for files in left] == [[]] * len(left)
    assert {tuple(kept.size for kept in files.walk()) for files in left} == {(), (120_000,)}
    assert {len(list((files.folder / "new").glob("*"))) for files in left} == {0, 1}
    assert (list(left[-1].walk()) != [], list((left[-1].folder / "new").iterdir())) == (True, [])


def test_a_store_that_writes_in_place_is_found_out(tmp_path):
    assert any(partial_contents(files) for files in killed_before_every_call(InPlace, tmp_path))


def put_for_ever(files, seed):
    draw = random.Random(seed)
    while True:
        files.put([draw.randbytes(draw.choice((10, 1_000, 300_000))) for _ in range(5)], limit=10**8)


@pytest.mark.parametrize(("store", "sound"), [(LocalFiles, True), (InPlace, False)])
def test_writers_that_are_killed_at_random_leave_whole_contents(tmp_path, store, sound):
    files, draw, rounds = store(tmp_path, SUPPLIER), random.Random(7), 30 if sound else 3_000
    for seed in range(rounds):
        if not sound and partial_contents(files):  # one that dies in the middle of a content is enough, whenever it comes
            break
        pids = [child(lambda seed=seed, n=n: put_for_ever(files, f"{seed}/{n}")) for n in range(2)]
        time.sleep(draw.uniform(0.002, 0.04))
        while next(files.walk(), None) is None:  # a disk may be slow
            time.sleep(0.01)
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        assert [killed(pid) for pid in pids] == [True, True]
    assert (partial_contents(files) == []) is sound
    assert len(list((files.folder / "new").glob("*"))) <= 2 * rounds
