"""A pytest plugin: seeds that are drawn anew in each run, are told when they fail, and are kept for ever after; and worlds.

    pytest_plugins = ["lockportal.testing.plugin"]      # in the topmost conftest.py

    @pytest.mark.seeds(3)                               # how many fresh seeds; one without the mark
    def test_something(world): …

A test that asks for `seed` or `world` runs with the seeds that `seeds.txt` in the folder of tests keeps for it, then with fresh
ones. A failure prints the one command that repeats it and adds its seed to the file, unless CI is set. LOCKPORTAL_SEED names the
only seed to run; from a word in LOCKPORTAL_SEEDS the fresh ones follow, so that a run draws what one with the same word drew.
"""

from __future__ import annotations

import hashlib
import os
import shlex
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from lockportal.signing import draw_secret

if TYPE_CHECKING:
    from lockportal.testing.world.world import World

_KEPT: Final = "seeds.txt"
_RUN: Final = pytest.StashKey[str]()
_BITS: Final = 32


def pytest_configure(config: pytest.Config) -> None:
    """Draw what this run's fresh seeds follow from, the same for every process of the run."""
    config.addinivalue_line("markers", "seeds(n): how many fresh seeds a test of a seed is run with")
    workers = getattr(config, "workerinput", {})
    config.stash[_RUN] = os.environ.get("LOCKPORTAL_SEEDS") or workers.get("testrunuid") or draw_secret()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test of a seed with the kept ones first, then with fresh ones."""
    if "seed" not in metafunc.fixturenames or any(_names_seed(mark) for mark in metafunc.definition.iter_markers("parametrize")):
        return
    name = metafunc.definition.nodeid
    if given := os.environ.get("LOCKPORTAL_SEED"):
        metafunc.parametrize("seed", [int(given)], ids=["seed0"], indirect=True)
        return
    mark = metafunc.definition.get_closest_marker("seeds")
    kept = seeds_of(_file(metafunc.config), name)
    fresh = [_fresh(metafunc.config, name, n) for n in range(mark.args[0] if mark else 1)]
    ids = [*(f"kept-{seed}" for seed in kept), *(f"seed{n}" for n in range(len(fresh)))]
    metafunc.parametrize("seed", [*kept, *fresh], ids=ids, indirect=True)


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """Answer the seed of this run of the test."""
    found: int = request.param
    return found


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """Answer the URL of an empty database: of an SQLite file, where the tests have no fixture of this name."""
    return f"sqlite:///{tmp_path / 'world.sqlite'}"


@pytest.fixture
def world(seed: int, database_url: str) -> Iterator[World]:
    """Answer a world of the seed in the database of the fixture `database_url`."""
    from lockportal.testing.world.world import World  # noqa: PLC0415 - who tests without a world imports none

    with World(seed, database=database_url) as made:
        yield made


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Tell the command that repeats a failure, and keep its seed."""
    report = yield
    drawn = getattr(getattr(item, "callspec", None), "params", {}).get("seed")
    own = not any(_names_seed(mark) for mark in item.iter_markers("parametrize"))
    if report.failed and own and isinstance(drawn, int):
        node = item.nodeid.replace(f"kept-{drawn}", "seed0")
        report.sections.append(("seed", f"LOCKPORTAL_SEED={drawn} python -m pytest {shlex.quote(node)}"))
        if call.when == "call" and not os.environ.get("CI") and not os.environ.get("LOCKPORTAL_SEED"):
            keep_seed(_file(item.config), item.nodeid.partition("[")[0], drawn)
    return report


def seeds_of(path: Path, test: str) -> list[int]:
    """Answer the seeds that a file keeps for a test, each line being `test seed # why`."""
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    words = [line.partition("#")[0].split() for line in lines]
    return list(dict.fromkeys(int(line[1]) for line in words if line and line[0] == test))


def keep_seed(path: Path, test: str, seed: int) -> None:
    """Add a seed to a file that is there, once."""
    if path.exists() and seed not in seeds_of(path, test):
        with path.open("a", encoding="utf-8") as file:
            file.write(f"{test} {seed}\n")


def _file(config: pytest.Config) -> Path:
    """Answer the file of kept seeds: in the first of the folders that hold the tests."""
    folders = config.getini("testpaths") or ["tests"]
    return Path(config.rootpath / folders[0] / _KEPT)


def _fresh(config: pytest.Config, test: str, n: int) -> int:
    digest = hashlib.sha256(f"{config.stash[_RUN]}/{test}/{n}".encode()).digest()
    return int.from_bytes(digest[: _BITS // 8], "big")


def _names_seed(mark: pytest.Mark) -> bool:
    names = mark.args[0] if mark.args else ()
    return "seed" in ([name.strip() for name in names.split(",")] if isinstance(names, str) else names)
