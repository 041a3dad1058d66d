"""Crashes: something is run in a forked child, which is killed by SIGKILL at its n-th boundary. No hook in the code is needed.

    for n in range(len(boundaries(world, act))):
        crash(world, act, at=n)
        act(world.again("after"))

What is to be imported should be before, as children inherit it.
"""

from __future__ import annotations

import gc
import os
import signal
import tempfile
import traceback
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, Never

from attrs import frozen

from lockportal.testing.faults.boundaries import listening
from lockportal.testing.world.notes import Notes

if TYPE_CHECKING:
    from lockportal.portal import Portal
    from lockportal.testing.world.world import World


@frozen
class Crash:
    """How a child ended: killed or not, and the boundaries it passed, the last one being where it was killed."""

    killed: bool
    passed: tuple[str, ...]


def boundaries(world: World, act: Callable[[Portal], object]) -> tuple[str, ...]:
    """Run `act` in a child to its end and answer the boundaries that it passed."""
    return crash(world, act, at=-1).passed


def crash(world: World, act: Callable[[Portal], object], *, at: int) -> Crash:
    """Run `act` with a portal of its own in a forked child and kill it at boundary `at`, counted from 0.

    The world's portals close their connections first, as none survives a fork. What `act` raises in the child is raised here
    as RuntimeError with the child's traceback.
    """
    if not isinstance(world.portal.engines.lock, nullcontext):
        message = "a database in memory does not outlive its process: use a file or a server"
        raise ValueError(message)  # noqa: TRY004 - the value of a setting, not the type of an argument
    world.disconnect()
    with tempfile.TemporaryDirectory(prefix="lockportal-crash-") as folder:
        notes, failure = Notes(Path(folder) / "passed"), Path(folder) / "failure"
        child = os.fork()
        if child == 0:
            _run(world, act, at, notes, failure)
        _, status = os.waitpid(child, 0)
        if failure.exists():
            raise RuntimeError(failure.read_text("utf-8"))
        return Crash(os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL, tuple(notes.all()))


def _run(world: World, act: Callable[[Portal], object], at: int, notes: Notes, failure: Path) -> Never:
    """Be the child."""
    left = at

    def passed(name: str, _: Any = None) -> None:  # noqa: ANN401 - a connection
        nonlocal left
        notes.add(name)
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1

    try:
        gc.disable()  # it would close what is the parent's
        world.heard = passed
        with listening(passed):
            act(world.again(f"crash-{at}"))
        passed("the end")
    except BaseException:  # noqa: BLE001 - whatever it is, the parent tells it
        failure.write_text(traceback.format_exc(), "utf-8")
    os._exit(0)
