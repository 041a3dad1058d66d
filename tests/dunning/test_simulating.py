"""A simulation of the book as it stands: what it says is what runs then do, and it writes nothing."""

from datetime import date

import pytest
from attrs import evolve

from books import OTTO, day, invoice, open_portal, store
from dunning.chases import QUIET, settings
from dunning.test_planning import TIMELINE, debtor, item, on
from lockportal.core.days import EARLIEST, LATEST
from lockportal.core.errors import Refused
from lockportal.core.money import Money
from lockportal.dunning import simulating
from lockportal.dunning.planning import plan_one
from lockportal.dunning.simulating import advance


def told(rows):
    return [(row.on, row.kind.value, row.name, row.customers, row.documents, [str(one) for one in row.amounts]) for row in rows]


def test_a_simulation_says_what_runs_then_do(chasing):
    chase = chasing(invoice("A", due=0), invoice("B", due=2), policy=QUIET, active=False)
    chase.promise("A", on=7, each="60")
    heard = []
    found = chase.dunning.simulate(OTTO, day(0), day(60), progress=lambda *step: heard.append(step))
    assert told(found.rows) == [
        (day(5), "reminder", "first", 1, 2, ["USD 140.00"]),
        (day(10), "reminder", "first", 1, 2, ["USD 200.00"]),
        (day(20), "reminder", "second", 1, 2, ["USD 200.00"]),
        (day(25), "reminder", "second", 1, 2, ["USD 200.00"]),
        (day(40), "reminder", "third", 1, 2, ["USD 200.00"]),
        (day(45), "reminder", "third", 1, 2, ["USD 200.00"]),
    ]
    assert (found.customers, found.reminded, found.messages) == (1, 1, 6)
    assert heard == [("customers", 1, 1)]
    assert chase.dunning.reminders(OTTO).items == (), "nothing is written"


def test_another_policy_may_be_tried(chasing):
    chase = chasing(invoice("A", due=0), policy=QUIET)
    levels = tuple(evolve(level, days=level.days + 3) for level in QUIET.levels)
    other = evolve(QUIET, name="later", levels=levels)
    assert [row.on for row in chase.dunning.simulate(OTTO, day(0), day(60), policies=[other]).rows] == [day(8), day(23), day(43)]
    assert [row.on for row in chase.dunning.simulate(OTTO, day(6), day(19)).rows] == [day(6)]


@pytest.mark.parametrize(("first", "last"), [(5, 4), (0, 1200)])
def test_the_days_of_a_simulation_are_within_three_years(chase, first, last):
    with pytest.raises(Refused) as refused:
        chase.dunning.simulate(OTTO, day(first), day(last))
    assert refused.value.code == "dunning.days"


@pytest.mark.parametrize(("first", "last", "field"), [(date.min, date.min, "first"), (LATEST, date.max, "last")])
def test_days_that_are_too_far_away_are_refused(chase, first, last, field):
    with pytest.raises(Refused, match=r"period\.out_of_range") as refused:
        chase.dunning.simulate(OTTO, first, last)
    assert refused.value.field == field
    assert chase.dunning.simulate(OTTO, EARLIEST, EARLIEST).rows == ()
    assert chase.dunning.simulate(OTTO, LATEST, LATEST).rows


def test_currencies_are_summed_apart_and_fees_are_told():
    portal = open_portal("sqlite://", settings=(settings(evolve(TIMELINE, name="t")),))
    store(portal, invoice("A", due=0), invoice("Y", Money(5000, "JPY"), due=0))
    rows = portal.dunning.simulate(OTTO, day(0), day(30)).rows
    assert [[str(one) for one in row.amounts] for row in rows] == 2 * [["JPY 5000", "USD 100.00"]]
    assert [row.charges for row in rows] == [(), ()], "a fee in euros is none in other currencies"
    portal.close()


def test_days_on_which_nothing_can_happen_are_not_planned(monkeypatch):
    planned = []
    monkeypatch.setattr(simulating, "plan_one", lambda *given: planned.append(given[2]) or plan_one(*given))
    list(advance([debtor(item("A"), item("B", due=90))], [TIMELINE], on(-10), on(355)))
    assert len(planned) < 40, "of 366 days"
