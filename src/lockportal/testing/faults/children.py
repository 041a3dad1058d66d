"""Children: processes that do a piece of work again and again, are killed without warning, and replaced."""

from __future__ import annotations

import gc
import os
import signal
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from random import Random  # noqa: TID251 - who is killed when is drawn from a seed
from types import TracebackType
from typing import Never, Self

Work = Callable[[], object]
"""One round of what a child does; a true answer lets it go on at once, any other after a short pause."""


class Children:
    """Forked processes that work until they are stopped; `make(name)` is called in each child and answers its work.

        with Children(make, processes=4, folder=world.folder) as children:
            children.harass(kills=20, every=0.1, random=world.random("kills"))

    Nothing that is open survives a fork: close portals before, and let `make` put one together for the child.
    """

    def __init__(self, make: Callable[[str], Work], *, processes: int, folder: Path, pause: float = 0.01) -> None:
        """Keep what the children do; `folder` takes the tracebacks of those that fail."""
        self.kills = 0
        """How many were killed."""
        self._make, self._folder, self._pause = make, folder, pause
        self._processes = processes
        self._started = 0
        self._pids: list[int] = []

    def __enter__(self) -> Self:
        """Start them."""
        self._pids = [self._start() for _ in range(self._processes)]
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Let each finish its round, and wait; RuntimeError tells of a child that failed."""
        self.stop()

    def stop(self) -> None:
        """Let each finish its round, and wait; RuntimeError tells of a child that failed."""
        for pid in self._pids:
            os.kill(pid, signal.SIGTERM)
        for pid in self._pids:
            os.waitpid(pid, 0)
        self._pids = []
        self._tell()

    def kill(self, place: int) -> None:
        """Kill one child by SIGKILL, in the middle of whatever it does, and start another in its place."""
        os.kill(self._pids[place], signal.SIGKILL)
        os.waitpid(self._pids[place], 0)
        self.kills += 1
        self._pids[place] = self._start()

    def harass(self, *, kills: int, every: float, random: Random, until: Callable[[], bool] = lambda: False) -> None:
        """Kill so many children, drawn at random, about `every` seconds apart; end early once `until` answers true."""
        for _ in range(kills):
            if until():
                return
            time.sleep(random.uniform(0.5, 1.5) * every)
            self.kill(random.randrange(len(self._pids)))

    def wait(self, until: Callable[[], bool], *, seconds: float) -> None:
        """Wait until something is so; TimeoutError after so many seconds, RuntimeError where a child failed meanwhile."""
        end = time.monotonic() + seconds
        while not until():
            self._tell()
            if time.monotonic() > end:
                message = f"not so after {seconds} seconds"
                raise TimeoutError(message)
            time.sleep(0.02)

    def _tell(self) -> None:
        """Raise what a child raised."""
        for path in sorted(self._folder.glob("child-*.failure")):
            raise RuntimeError(path.read_text("utf-8"))

    def _start(self) -> int:
        self._started += 1
        pid = os.fork()
        if pid == 0:
            self._work(f"child-{self._started}")
        return pid

    def _work(self, name: str) -> Never:
        """Be a child."""
        stopped = False

        def stop(*_: object) -> None:
            nonlocal stopped
            stopped = True

        try:
            signal.signal(signal.SIGTERM, stop)
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            gc.disable()  # it would close what is the parent's
            work = self._make(name)
            while not stopped:
                if not work():
                    time.sleep(self._pause)
        except BaseException:  # noqa: BLE001 - whatever it is, the parent tells it
            (self._folder / f"{name}.failure").write_text(traceback.format_exc(), "utf-8")
        os._exit(0)
