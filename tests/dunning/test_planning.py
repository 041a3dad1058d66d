"""The planner: what a day does, in which order, and that it matters not how often or in how many parts it is asked."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from lockportal.dunning.debtors import Debtor, Item, Quiet
from lockportal.dunning.planning import ActionKind, applied, month_day, plan, plan_one
from lockportal.dunning.policies import Basis, Escalation, Fee, Level, Policy, Segment, Telling, Template
from lockportal.dunning.simulating import advance, advance_one

DUE = date(2026, 3, 2)
CALLED = Level(
    name="third", days=40, fee=Fee(percent=Decimal(15)), escalate=(Escalation.CALL,), tell=(Telling(template=Template.FINAL),)
)
TIMELINE = Policy(
    name="timeline",
    levels=(
        Level(name="first", days=5),
        Level(name="second", days=20, fee=Fee(amounts={"EUR": Decimal(10)})),
        CALLED,
    ),
)


def on(days):
    return DUE + timedelta(days=days)


def item(number="A", *, minor=100_00, due=0, **options):
    due_on = on(due)
    key = UUID(int=sum(number.encode()) * 1000 + len(number))
    given = {"currency": "EUR", "issued_on": due_on - timedelta(days=30), **options}
    return Item(document_id=key, number=number, open=minor, due_on=due_on, **given)


def debtor(*items, key=1, **options):
    return Debtor(account_id=UUID(int=key), items=items or (item(),), **options)


def told(actions):
    return [(one.kind.value, (one.on - DUE).days, one.level) for one in actions]


def run(one, policy, first=-60, last=400):
    return advance_one(one, policy, on(first), on(last))[1]


# the timeline


def test_a_document_comes_to_each_level_on_its_day_and_pays_first_ten_then_fifteen_per_cent():
    actions = run(debtor(), TIMELINE)
    assert told(actions) == [("reminder", 5, 1), ("reminder", 20, 2), ("reminder", 40, 3)]
    assert [[str(one.amount) for one in action.charges] for action in actions] == [[], ["EUR 10.00"], ["EUR 15.00"]]
    assert [action.escalations for action in actions] == [(), (), (Escalation.CALL,)]


@pytest.mark.parametrize(("level", "days"), [(0, 5), (1, 20), (2, 40)])
def test_the_day_of_a_level_is_within_and_the_day_before_it_is_not(level, days):
    at = debtor(item(level=level, stepped_on=on(0) if level else None))
    assert plan([at], [TIMELINE], on(days - 1)) == ()
    assert [one.level for one in plan([at], [TIMELINE], on(days))] == [level + 1]


def test_days_that_were_missed_are_caught_up_one_level_a_run():
    one = debtor()
    found = []
    for day in (39, 40, 41, 43, 44, 45, 90, 91):
        action = plan_one(one, TIMELINE, on(day))
        found += [(day, action.level)] if action else []
        one = applied(one, action, on(day))
    assert found == [(39, 1), (44, 2), (90, 3)], "five days lie between two reminders"


def test_nothing_is_planned_before_the_last_run():
    one = applied(debtor(item(due=-30), item("B")), None, on(10))
    assert plan([one], [TIMELINE], on(9)) == ()
    assert len(plan([one], [TIMELINE], on(10))) == 1


def test_nothing_more_is_planned_while_something_is_unsent():
    assert plan([debtor(unsent=True)], [TIMELINE], on(50)) == ()


# from when a level counts


@pytest.mark.parametrize(
    ("level", "days"),
    [
        (Level(name="a", basis=Basis.ISSUE, days=45), 15),
        (Level(name="a", basis=Basis.ISSUE, days=3), 0),
        (Level(name="a", basis=Basis.STEP, days=7), 7),
        (Level(name="a", basis=Basis.MONTH_DAY, days=15), 13),
        (Level(name="a", basis=Basis.MONTH_DAY, days=31), 29),
        (Level(name="a", basis=Basis.MONTH_DAY, days=2), 31),
        (Level(name="a", days=0), 0),
    ],
)
def test_a_level_counts_from_issue_from_the_step_before_or_stands_on_a_day_of_the_month(level, days):
    assert told(run(debtor(), Policy(name="p", levels=(level,)))) == [("reminder", days, 1)]


def test_later_levels_count_from_the_step_before_where_they_say_so():
    levels = (
        Level(name="a", days=5),
        Level(name="b", basis=Basis.STEP, days=10),
        Level(name="c", basis=Basis.MONTH_DAY, days=1),
    )
    assert told(run(debtor(), Policy(name="p", levels=levels), first=9)) == [
        ("reminder", 9, 1),
        ("reminder", 19, 2),
        ("reminder", 30, 3),
    ]


def test_a_day_of_the_month_that_a_month_lacks_is_its_last():
    assert month_day(date(2026, 2, 3), 31) == date(2026, 2, 28)
    assert month_day(date(2026, 2, 28), 1) == date(2026, 3, 1)


# what is told together


def test_one_message_has_all_that_is_overdue_and_the_highest_level():
    one = debtor(item("A", due=-20), item("B", due=-1), item("C", due=-3, currency="USD"), item("D", due=30))
    (action,) = plan([one], [TIMELINE], on(4))
    assert [(line.number, line.level) for line in action.lines] == [("A", 1), ("C", 1), ("B", 1)]
    moved = applied(one, action, on(4))
    (later,) = plan([moved], [TIMELINE], on(9))
    assert [(line.number, line.level) for line in later.lines] == [("A", 2), ("C", 0), ("B", 0)]
    assert (later.level, [str(one.amount) for one in later.charges]) == (2, ["EUR 10.00"])


def test_below_its_minimum_a_currency_is_left_alone():
    policy = evolve(TIMELINE, minimum={"EUR": Decimal(150)})
    small, enough = debtor(), debtor(item("A"), item("B", minor=50_00, due=4))
    assert plan([small], [policy], on(5)) == ()
    assert [line.number for line in plan([enough], [policy], on(5))[0].lines] == ["A", "B"]
    assert [one.kind for one in plan([debtor(item(currency="USD"))], [policy], on(5))] == [ActionKind.REMINDER]


def test_a_silent_share_is_left_out_until_the_day_after_its_last():
    share = Quiet(minor=60_00, reason="promise", until=on(6))
    part = debtor(item(quiet=(share,)))
    assert [str(line.amount) for line in plan([part], [TIMELINE], on(6))[0].lines] == ["EUR 40.00"]
    assert [str(line.amount) for line in plan([part], [TIMELINE], on(7))[0].lines] == ["EUR 100.00"]
    whole = debtor(item(quiet=(evolve(share, minor=200_00),)))
    assert told(run(whole, TIMELINE)) == [("reminder", 7, 1), ("reminder", 20, 2), ("reminder", 40, 3)]
    for_ever = debtor(item(quiet=(evolve(share, minor=200_00, until=None),)))
    assert run(for_ever, TIMELINE) == ()


def test_fees_and_interest_are_told_of_and_never_followed_up_alone():
    one = debtor(item("A", due=-3), item("fee", minor=10_00, due=-5, charge=True))
    (action,) = plan([one], [TIMELINE], on(2))
    assert [(line.number, line.level) for line in action.lines] == [("fee", 0), ("A", 1)]
    assert run(debtor(item("fee", charge=True)), evolve(TIMELINE, upcoming=(3,))) == ()


# before the day, and statements

EARLY = evolve(TIMELINE, upcoming=(2, 7), levels=TIMELINE.levels[:1])


def test_reminders_before_the_day_are_sent_once_each_and_late_but_never_after_it():
    assert told(run(debtor(), EARLY)) == [("upcoming", -7, 0), ("upcoming", -2, 0), ("reminder", 5, 1)]
    assert told(run(debtor(), EARLY, first=-1)) == [("upcoming", -1, 0), ("reminder", 5, 1)]
    assert told(run(debtor(), EARLY, first=1)) == [("reminder", 5, 1)]
    assert told(run(debtor(item(quiet=(Quiet(minor=100_00, reason="credit"),))), EARLY)) == []


def test_of_two_reminders_at_once_the_nearer_day_is_told():
    one = debtor(item("A", due=0), item("B", due=5))
    (action,) = plan([one], [EARLY], on(-2))
    assert (action.days, [line.number for line in action.lines]) == (2, ["A", "B"])


def test_statements_go_to_whoever_has_anything_open_and_a_late_one_within_a_week():
    policy = evolve(EARLY, upcoming=(), statements=(15, 31))
    assert told(run(debtor(), policy, last=60))[:5] == [
        ("statement", -30, 0),
        ("statement", -15, 0),
        ("statement", -2, 0),
        ("reminder", 5, 1),
        ("statement", 13, 0),
    ]
    assert told(run(debtor(), policy, first=13, last=15)) == [("reminder", 13, 1), ("statement", 14, 0)]
    late = debtor(item(level=1, stepped_on=on(5)))
    assert told(run(late, policy, first=19, last=28)) == [("statement", 19, 0)]
    assert told(run(late, policy, first=20, last=28)) == [], "a week is too late"
    assert run(debtor(item(issued_on=on(100), due=110)), policy, last=60) == ()


def test_a_customer_whom_no_policy_is_for_is_left_alone():
    policy = evolve(TIMELINE, segment=Segment(countries=("DE",), languages=("de", "en")))
    both = {"country": "DE", "language": "en", "currency": "USD"}
    others = [debtor(facts={"country": "DE"}), debtor(key=2, facts={"language": "de"})]
    assert plan(others, [policy], on(5)) == ()
    found = plan([debtor(facts=both), *others[1:]], [policy, evolve(TIMELINE, name="rest")], on(5))
    assert [one.policy for one in found] == ["timeline", "rest"]
    assert advance_one(debtor(), None, on(0), on(9)) == (debtor(), ())


# properties

POLICIES = st.builds(
    Policy,
    name=st.just("p"),
    levels=st.sampled_from(
        [
            TIMELINE.levels,
            (Level(name="a", days=0), Level(name="b", basis=Basis.STEP, days=3), Level(name="c", basis=Basis.MONTH_DAY, days=31)),
            (Level(name="a", basis=Basis.ISSUE, days=33), Level(name="b", basis=Basis.STEP, days=0)),
        ]
    ),
    upcoming=st.sampled_from([(), (3,), (0, 2, 9)]),
    statements=st.sampled_from([(), (1,), (15, 31)]),
    minimum=st.sampled_from([{}, {"EUR": Decimal(90)}]),
    gap_days=st.integers(1, 9),
)
ITEMS = st.builds(
    item,
    st.sampled_from(["A", "BB", "CCC", "DDDD"]),
    minor=st.integers(1, 300_00),
    due=st.integers(-20, 40),
    currency=st.sampled_from(["EUR", "USD"]),
    charge=st.booleans(),
    quiet=st.lists(
        st.builds(Quiet, minor=st.integers(1, 300_00), reason=st.just("promise"), until=st.none() | st.integers(-5, 50).map(on)),
        max_size=2,
    ).map(tuple),
)
DEBTORS = st.lists(st.lists(ITEMS, min_size=1, max_size=4, unique_by=lambda one: one.number), min_size=1, max_size=4).map(
    lambda books: [debtor(*items, key=number + 1) for number, items in enumerate(books)]
)


def daily(debtors, policy, first, last):
    """Run every single day, whatever may happen on it: what the quick way must come to."""
    done = []
    for day in range(first, last + 1):
        found = plan(debtors, [policy], on(day))
        done += found
        own = {one.account_id: one for one in found}
        debtors = [applied(one, own.get(one.account_id), on(day)) for one in debtors]
    return debtors, done


@given(DEBTORS, POLICIES, st.integers(-30, 60))
def test_running_twice_on_a_day_is_running_once(debtors, policy, day):
    once = plan(debtors, [policy], on(day))
    own = {one.account_id: one for one in once}
    after = [applied(one, own.get(one.account_id), on(day)) for one in debtors]
    assert plan(after, [policy], on(day)) == ()


@settings(max_examples=60)
@given(DEBTORS, POLICIES, st.lists(st.integers(-30, 100), max_size=4))
def test_the_same_days_in_any_parts_come_to_the_same(debtors, policy, cuts):
    _, whole = daily(debtors, policy, -30, 100)
    parts, start = [], -30
    for cut in [*sorted(set(cuts)), 100]:
        found = list(advance(debtors, [policy], on(start), on(cut)))
        debtors = [one for one, _ in found]
        parts += [action for _, actions in found for action in actions]
        start = cut + 1
    key = lambda one: (one.on, one.account_id, one.key)  # noqa: E731 - two sorts by the same
    assert sorted(parts, key=key) == sorted(whole, key=key)


@given(DEBTORS, POLICIES, st.integers(-30, 60), st.randoms())
def test_the_order_of_the_accounts_and_of_their_documents_does_not_matter(debtors, policy, day, shuffle):
    mixed = [evolve(one, items=tuple(shuffle.sample(one.items, len(one.items)))) for one in debtors]
    shuffle.shuffle(mixed)
    assert plan(mixed, [policy], on(day)) == plan(debtors, [policy], on(day))


@settings(max_examples=60)
@given(DEBTORS, POLICIES, st.sets(st.integers(-30, 100), min_size=1))
def test_nobody_comes_two_levels_further_in_a_run_and_no_key_is_used_twice(debtors, policy, days):
    keys = Counter()
    for day in sorted(days):
        found = plan(debtors, [policy], on(day))
        assert len({one.account_id for one in found}) == len(found), "one message a customer"
        own = {one.account_id: one for one in found}
        moved = [applied(one, own.get(one.account_id), on(day)) for one in debtors]
        for before, after in zip(debtors, moved, strict=True):
            for old, new in zip(before.items, after.items, strict=True):
                assert new.level - old.level in {0, 1}
        keys.update(one.key for one in found)
        debtors = moved
    assert not keys or max(keys.values()) == 1


@settings(max_examples=60)
@given(DEBTORS, POLICIES, st.integers(-30, 60))
def test_a_day_that_was_missed_is_caught_up_under_the_same_key(debtors, policy, day):
    policy = evolve(policy, statements=(), upcoming=(), minimum={})
    for one in debtors:
        alone = [evolve(one, items=(single,)) for single in one.items]
        in_time = {action.key for single in alone for action in run(single, policy, first=day, last=day)}
        late = {action.key for single in alone for action in run(single, policy, first=day + 1, last=day + 1)}
        assert in_time <= late, "what one day would do, the next one does, if nobody ran on the first"
