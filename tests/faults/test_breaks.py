"""Connections that the database ends at every boundary of what is done: the whole unit is tried again, never one statement."""

from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from faults.flows import FLOWS, arrived, beside, finish, told
from lockportal.core.errors import LockportalError
from lockportal.storage.engines import Engines
from lockportal.testing.faults import breaking, count_boundaries


@pytest.fixture
def admin(server_ground):
    """An engine that may end other connections."""
    engine = sa.create_engine(server_ground.portal.config.database, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    yield engine
    engine.dispose()


def undisturbed(ground, seed, flow, name="plain"):
    """How many boundaries a flow passes, what it makes of the books, what of it is heard, and the mails."""
    with beside(ground, seed, f"{flow.name}-{name}", flow.world) as world:
        given = flow.prepare(world)
        many = count_boundaries(lambda: flow.act(world.portal, given))
        finish(world, world.portal, lambda portal: flow.act(portal, given))
        return many, world.books(), told(world), arrived(world)


def broken(ground, seed, admin, flow, at, name=""):
    """The books, what was heard and the mails, after a connection broke once."""
    with beside(ground, seed, f"{flow.name}-{at}{name}", flow.world) as world:
        given = flow.prepare(world)
        with breaking(admin, at) as where:
            flow.act(world.portal, given)
        assert where
        flow.at_once(world)
        finish(world, world.portal, lambda portal: flow.act(portal, given))
        return world.books(), told(world), arrived(world), where[0]


@pytest.mark.guarantee(27)
@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.name)
def test_a_connection_that_ends_at_any_boundary_is_survived(flow, server_ground, seed, admin, tier):
    many, books, heard, mails = undisturbed(server_ground, seed, flow)
    assert books.findings == ()
    for turn in range(tier.times(1, 1, 2)):
        for at in tier.some(many, flow.quick, 24):
            after, heard_after, mails_after, where = broken(server_ground, seed, admin, flow, at, f"-{turn}")
            assert after == books, where
            assert len(set(heard_after)) == len(set(heard)), where
            assert len(mails_after) == len({key for key, _ in mails_after}) == len(mails), where


def test_writes_that_stand_each_for_itself_do_not_survive_it(server_ground, seed, admin, monkeypatch):
    @contextmanager
    def writing(self):
        with self.reads.connect() as connection:
            yield connection

    monkeypatch.setattr(Engines, "writing", writing)
    flow = next(flow for flow in FLOWS if flow.name == "credit")
    many, books, *_ = undisturbed(server_ground, seed, flow, "naive")
    spoiled = 0
    for at in sorted(range(many), key=lambda at: abs(at - many * 2 // 3)):  # where the writes are
        try:
            spoiled += broken(server_ground, seed, admin, flow, at, "-naive")[0] != books
        except (LockportalError, sa.exc.DBAPIError, AssertionError):
            spoiled += 1
        if spoiled:
            break
    assert spoiled
