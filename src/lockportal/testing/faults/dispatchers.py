"""Dispatchers: processes that run a portal's deliveries in a loop, with receivers that fail, and that are killed on schedule.

    receiver = Receiver(world.notes("heard"), failing=0.3, seed=world.seed)
    with Dispatchers(make, processes=4, folder=world.folder) as dispatchers:
        dispatchers.harass(kills=20, every=0.1, random=world.random("kills"))
        world.clock.advance(timedelta(minutes=2))     # leases of the killed run out
        dispatchers.wait(lambda: len(receiver.ids()) == 20_000, seconds=60)

`make(name)` is called in each child and answers its `deliver`, of a shell or portal put together there, so that
`world.clock.branch(name)` gives it ids of its own and everybody's time. The receiver's notes outlive whoever is killed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random  # noqa: TID251 - failures are drawn from a seed
from types import TracebackType
from typing import Any, Self
from uuid import UUID

from lockportal.core.ports import JournalRow
from lockportal.outbox import Delivered
from lockportal.testing.faults.children import Children, Work
from lockportal.testing.world.notes import Notes


class Receiver:
    """A subscriber's handler that notes what it hears: `failing` is the share of calls that raise, half of them after noting."""

    def __init__(self, notes: Notes, *, failing: float = 0.0, seed: int | str = 0) -> None:
        """Keep the notes and the share of failures."""
        self._notes, self._failing, self._seed = notes, failing, seed
        self._random = Random(f"{seed}/receiver")

    def branch(self, name: str) -> Receiver:
        """Answer the same receiver with failures of its own: one for each child."""
        return Receiver(self._notes, failing=self._failing, seed=f"{self._seed}/{name}")

    def __call__(self, row: JournalRow) -> None:
        """Note a row, or fail before or after it; ConnectionError is the failure."""
        fails = self._random.random() < self._failing
        early = fails and self._random.random() < 0.5  # noqa: PLR2004 - half of them
        if not early:
            self._notes.add({"rows": [[str(row.account_id), row.version, row.n]], "failed": fails})
        else:
            self._notes.add({"rows": [], "failed": True})
        if fails:
            raise ConnectionError("the receiver fails, as it was told to")

    @property
    def failures(self) -> int:
        """Answer how many calls failed."""
        return sum(note["failed"] for note in self._notes.all())

    def heard(self) -> dict[UUID, list[tuple[int, int]]]:
        """Answer what was heard of each account, (version, n) in order, repetitions included."""
        found: dict[UUID, list[tuple[int, int]]] = defaultdict(list)
        for row in self._rows():
            found[UUID(row[0])].append((row[1], row[2]))
        return found

    def ids(self) -> set[tuple[UUID, int, int]]:
        """Answer the distinct messages that were heard: account, version and n."""
        return {(UUID(row[0]), row[1], row[2]) for row in self._rows()}

    def deliveries(self) -> int:
        """Answer how many messages were heard, repetitions included."""
        return len(self._rows())

    def _rows(self) -> list[Any]:
        return [row for note in self._notes.all() for row in note["rows"]]


class Dispatchers:
    """Forked processes that deliver in a loop; see the module for how they are made."""

    def __init__(
        self, make: Callable[[str], Callable[[], Delivered]], *, processes: int, folder: Path, pause: float = 0.01
    ) -> None:
        """Keep what a dispatcher does; the pause is in seconds, after a round that had nothing to do."""

        def work(name: str) -> Work:
            deliver = make(name)
            return lambda: deliver().handled

        self._children = Children(work, processes=processes, folder=folder, pause=pause)

    def __enter__(self) -> Self:
        """Start them."""
        self._children.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Let each finish its round; RuntimeError tells of one that failed."""
        self._children.stop()

    @property
    def kills(self) -> int:
        """Answer how many were killed."""
        return self._children.kills

    def kill(self, place: int) -> None:
        """Kill one by SIGKILL and start another in its place."""
        self._children.kill(place)

    def harass(self, *, kills: int, every: float, random: Random) -> None:
        """Kill so many, drawn at random, about `every` seconds apart, each replaced at once."""
        self._children.harass(kills=kills, every=every, random=random)

    def wait(self, until: Callable[[], bool], *, seconds: float) -> None:
        """Wait until something is so; TimeoutError after so many seconds."""
        self._children.wait(until, seconds=seconds)


def order_kept(heard: Sequence[tuple[int, int]]) -> bool:
    """Say whether one account's messages came in order, when each is counted at its first coming."""
    first = list(dict.fromkeys(heard))
    return first == sorted(first)
