"""Processes that are killed at every boundary of what they do, or at any instant: started again, they end with the same books."""

import pytest
from attrs import evolve

from faults.flows import FLOWS, beside, contact, credit, finish, told
from lockportal.core.actor import SYSTEM
from lockportal.core.money import Money
from lockportal.storage.salts import salts_of
from lockportal.storage.store import SqlStore
from lockportal.storage.tables import KEY
from lockportal.storage.unit import Writer
from lockportal.testing.faults import Children, boundaries, crash


def undisturbed(ground, seed, flow, name="plain"):
    """What a flow passes, what it makes of the books, and what of it is heard."""
    with beside(ground, seed, f"{flow.name}-{name}") as world:
        given = flow.prepare(world)
        passed = boundaries(world, lambda portal: flow.act(portal, given))
        finish(world, world.portal, lambda portal: flow.act(portal, given))
        return passed, world.books(), told(world)


def killed(ground, seed, flow, at, name=""):
    """The books, what was heard, and the mails' ids after a kill at a boundary and a restart."""
    with beside(ground, seed, f"{flow.name}-{at}{name}") as world:
        given = flow.prepare(world)
        ended = crash(world, lambda portal: flow.act(portal, given), at=at)
        assert ended.killed
        finish(world, world.again("restart"), lambda portal: flow.act(portal, given))
        return world.books(), told(world), [mail.id for mail in world.notifier.sent]


@pytest.mark.guarantee(23)
@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.name)
def test_who_is_killed_at_any_boundary_and_starts_again_ends_with_the_same_books(flow, ground, seed, tier):
    passed, books, heard = undisturbed(ground, seed, flow)
    assert books.findings == ()
    for at in tier.some(len(passed), flow.quick):
        after, heard_after, mails = killed(ground, seed, flow, at)
        assert after == books, passed[at]
        assert len(set(heard_after)) == len(set(heard)), passed[at]
        assert len(mails) <= len(set(mails)) + 1, passed[at]  # the one that was on its way when the process was killed


def apart(*order):
    """A commit in two transactions: the effects, and what must be committed with them."""

    def commit(self, units):
        salts, new_salts = salts_of(self._access, units)
        key = self._claim_key
        keyless = [evolve(unit, key=None) for unit in units]

        def writer(connection, cls=Writer):
            return cls(connection, self._supplier, self._registry, key)

        steps = {
            "effects": lambda connection: writer(connection, _Markless).write(keyless, salts, new_salts),
            "key": lambda connection: _write_keys(writer(connection), units),
            "marks": lambda connection: writer(connection)._marks(units),
        }
        for step in order:
            self._access.write(steps[step])

    return commit


class _Markless(Writer):
    def _marks(self, units):
        """Leave them to another transaction."""


def _write_keys(writer, units):
    writer._plain(KEY, [writer._key_row(unit) for unit in units if unit.key is not None])


@pytest.mark.parametrize("order", [("key", "marks", "effects"), ("key", "effects", "marks")], ids="-".join)
def test_a_commit_in_two_transactions_does_not_survive_the_same_kills(order, ground, seed, monkeypatch):
    monkeypatch.setattr(SqlStore, "commit", apart(*order))
    name = "-".join(order)
    flow = next(flow for flow in FLOWS if flow.name == "credit")
    passed, books, heard = undisturbed(ground, seed, flow, name)
    between = [at for at in range(1, len(passed)) if passed[at - 1] == "before COMMIT"]
    outcomes = [killed(ground, seed, flow, at, f"-{name}") for at in between]
    assert any(after.rows != books.rows or len(set(told)) != len(set(heard)) for after, told, _ in outcomes)


@pytest.mark.guarantee(23)
def test_two_processes_that_are_killed_at_any_instant_do_everything_once(ground, seed, tier):
    kills, total = tier.times(4, 40, 170), tier.times(40, 200, 800)
    with beside(ground, seed, "pair") as world:
        account_id, done = contact(world), world.notes("done")
        world.disconnect()

        def work_of(name):
            portal, numbers = world.again(name), iter(range(total))

            def work():
                number = next(numbers, None)
                if number is not None:
                    day = portal.ledger.today()
                    portal.ledger.record_credit(account_id, Money(100, "USD"), day, SYSTEM, key=f"w-{number}")
                    done.add(number)
                return number is not None

            return work

        with Children(work_of, processes=2, folder=world.folder) as children:
            children.harass(kills=kills, every=0.15, random=world.random("kills"))
            children.wait(lambda: total - 1 in done.all(), seconds=120)
        finish(world, world.portal, lambda portal: credit(portal, account_id))
        books = world.books()
        assert books.findings == ()
        assert books.rows["lockportal_credit"] == books.rows["lockportal_key"] == total + 1
        assert set(done.all()) == set(range(total))
