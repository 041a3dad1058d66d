"""The parts of the fault harness themselves: who is killed where, and what a control would miss."""

import os

import pytest

from faults.flows import contact
from lockportal.core.actor import SYSTEM
from lockportal.testing import World
from lockportal.testing.faults import Children, Receiver, boundaries, crash, order_kept
from lockportal.testing.world import Notes


def rename(account_id):
    return lambda portal: portal.profiles.change_customer(account_id, by=SYSTEM, name="Beta")


def test_a_child_is_killed_at_the_boundary_that_is_named_and_what_was_not_committed_is_gone(sqlite_url):
    with World(1, database=sqlite_url) as world:
        account_id = contact(world)
        passed = boundaries(world, lambda portal: portal.profiles.customers(by=SYSTEM))
        assert passed[:3] == ("begin", "before SELECT lockportal_customer", "after SELECT lockportal_customer")
        assert passed[-1] == "the end"
        commit = next(n for n in range(99) if crash(world, rename(account_id), at=n).passed[-1] == "before COMMIT")
        assert world.portal.profiles.customer(account_id, by=SYSTEM).name == "Alpha"
        ended = crash(world, rename(account_id), at=commit + 1)
        assert (ended.killed, ended.passed[-2:]) == (True, ("before COMMIT", "given back"))
        assert world.portal.profiles.customer(account_id, by=SYSTEM).name == "Beta"
        assert not crash(world, rename(account_id), at=999).killed


def test_what_a_child_raises_is_told_and_memory_is_refused(sqlite_url):
    with World(1, database=sqlite_url) as world, pytest.raises(RuntimeError, match="ZeroDivisionError"):
        crash(world, lambda _: 1 / 0, at=999)
    with World(1) as world, pytest.raises(ValueError, match="in memory"):
        crash(world, lambda _: None, at=0)


def test_killed_children_are_replaced_and_failed_ones_told(tmp_path):
    notes = Notes(tmp_path / "notes")

    def work_of(name):
        notes.add([name, os.getpid()])
        return lambda: notes.add(name)

    with Children(work_of, processes=2, folder=tmp_path) as children:
        children.wait(lambda: "child-1" in notes.all() and "child-2" in notes.all(), seconds=120)
        children.kill(0)
        children.wait(lambda: "child-3" in notes.all(), seconds=120)
        assert children.kills == 1
        with pytest.raises(TimeoutError):
            children.wait(lambda: False, seconds=0.05)
    assert len({note[1] for note in notes.all() if isinstance(note, list)}) == 3

    def fail(name):
        raise ZeroDivisionError

    with pytest.raises(RuntimeError, match="ZeroDivisionError"), Children(fail, processes=1, folder=tmp_path) as children:
        children.wait(lambda: False, seconds=120)


def test_a_receiver_fails_as_often_as_it_was_told_and_notes_half_of_that(tmp_path):
    class Row:
        account_id, version, n = "00000000-0000-0000-0000-000000000001", 1, 0

    receiver = Receiver(Notes(tmp_path / "heard"), failing=0.3, seed=1)
    failed = 0
    for _ in range(1000):
        try:
            receiver(Row)
        except ConnectionError:
            failed += 1
    assert 250 < failed == receiver.failures < 350
    assert 80 < receiver.deliveries() - (1000 - failed) < 220
    assert len(receiver.ids()) == len(receiver.heard()) == 1


def test_order_is_that_of_the_first_coming():
    assert order_kept([(1, 0), (2, 0), (1, 0), (2, 1)])
    assert not order_kept([(2, 0), (1, 0)])
