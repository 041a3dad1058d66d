"""Disks that are full, or take no further write, at any point of what is done: a clear error, and nothing is left by half."""

import resource
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from faults.flows import FLOWS, beside, finish, told
from faults.worlds import TellingWorld
from lockportal.core.actor import SYSTEM
from lockportal.core.errors import GatewayError, LockportalError
from lockportal.storage.engines import Engines
from lockportal.testing.world import World

PAGE = 4096
WRITING = [flow for flow in FLOWS if flow.world is not TellingWorld]
"""Those whose mail server writes nothing of its own."""


@pytest.fixture(scope="module")
def ground(tmp_path_factory):
    """A world in a database on the disk."""
    with World(0, database=f"sqlite:///{tmp_path_factory.mktemp('disk') / 'lockportal.sqlite'}") as made:
        yield made


@contextmanager
def at_most(size):
    """Let no file of this process grow beyond so many bytes: what is written there fails, as on a disk that does."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@contextmanager
def full_at(world, pages):
    """Let the database have so many pages: it is full, then."""

    def limit(connection, *_):
        connection.execute(f"PRAGMA max_page_count={pages}").close()

    engine = world.portal.engines.writes
    sa.event.listen(engine, "checkout", limit)
    try:
        yield
    finally:
        sa.event.remove(engine, "checkout", limit)
        engine.dispose()  # what is opened from here on knows no limit


def ask(world, pragma):
    with world.portal.engines.reading() as connection:
        answer = connection.exec_driver_sql(pragma)
        return answer.first() if answer.returns_rows else None


def empty_log(world):
    """The path of the database's log, which is empty now: all that is written next is written there."""
    assert ask(world, "PRAGMA wal_checkpoint(TRUNCATE)")[0] == 0
    return Path(f"{sa.make_url(world.portal.config.database).database}-wal")


def packed(world):
    """How many pages the database has when no room is left in them."""
    ask(world, "VACUUM")
    return ask(world, "PRAGMA page_count")[0]


def act(world, flow, given):
    """The error of a flow, which tells by itself what to do; None where it went well."""
    try:
        flow.act(world.portal, given)
    except GatewayError as error:
        assert error.code in {"database.unwritable", "files.unavailable"}  # noqa: PT017 - the only ones that may be met
        return error
    return None


def whole(ground, seed, flow, before, after):
    """What a flow makes of the books and what of it is heard, and the difference that it makes in what is measured."""
    with beside(ground, seed, f"{flow.name}-whole-{before.__name__}", flow.world) as world:
        given = flow.prepare(world)
        start = before(world)
        flow.act(world.portal, given)
        size = after(world, start)
        finish(world, world.portal, lambda portal: flow.act(portal, given))
        return size, world.books(), len(set(told(world)))


def again(world, flow, given):
    """There is room: nothing was left by half, and the same thing once more does what it did not."""
    # A content is kept before any record names it: without the record it is told as orphaned.
    assert {finding.check for finding in world.portal.verify(SYSTEM)} <= {"documents.file_orphaned"}
    flow.at_once(world)
    finish(world, world.portal, lambda portal: flow.act(portal, given))
    return world.books(), len(set(told(world)))


def log_size(_, log):
    return log.stat().st_size


@pytest.mark.guarantee(32)
@pytest.mark.parametrize("flow", WRITING, ids=lambda flow: flow.name)
def test_a_disk_that_takes_no_write_beyond_any_point_leaves_nothing_by_half(flow, ground, seed, tier):
    size, *expected = whole(ground, seed, flow, empty_log, log_size)
    refused = 0
    for point in tier.some(2 * size // PAGE, 3, 10):
        with beside(ground, seed, f"{flow.name}-{point}", flow.world) as world:
            given = flow.prepare(world)
            empty_log(world)
            with at_most(point * PAGE // 2):
                refused += act(world, flow, given) is not None
            assert [*again(world, flow, given)] == expected
    assert refused


@pytest.mark.guarantee(32)
def test_a_database_that_is_full_at_any_page_leaves_nothing_by_half(ground, seed, tier):
    flow = next(flow for flow in FLOWS if flow.name == "import")
    pages, *expected = whole(ground, seed, flow, packed, lambda world, start: ask(world, "PRAGMA page_count")[0] - start)
    refused = 0
    for point in tier.some(pages, 4, 12):
        with beside(ground, seed, f"{flow.name}-page-{point}", flow.world) as world:
            given = flow.prepare(world)
            with full_at(world, packed(world) + point):
                refused += act(world, flow, given) is not None
            assert [*again(world, flow, given)] == expected
    assert refused


def test_writes_that_stand_each_for_itself_are_left_by_half(ground, seed, monkeypatch):
    @contextmanager
    def writing(self):
        with self.reads.connect() as connection:
            yield connection

    flow = next(flow for flow in FLOWS if flow.name == "credit")
    size, *expected = whole(ground, seed, flow, empty_log, log_size)
    monkeypatch.setattr(Engines, "writing", writing)
    spoiled = False
    for point in range(4 * size // PAGE):
        with beside(ground, seed, f"{flow.name}-naive-{point}", flow.world) as world:
            given = flow.prepare(world)
            empty_log(world)
            with at_most(point * PAGE // 2):
                act(world, flow, given)
            try:
                spoiled = [*again(world, flow, given)] != expected
            except (LockportalError, sa.exc.DBAPIError, AssertionError):
                spoiled = True
        if spoiled:
            break
    assert spoiled
