"""Decisions: what a snapshot answers, how reactions follow, what is derived, and what may not be."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from attrs import evolve, frozen

from lockportal.core.account import (
    Account,
    Capability,
    Change,
    Derive,
    Missing,
    Owner,
    check_cycles,
    decide,
    on,
    unfold,
)
from lockportal.core.actor import SYSTEM
from lockportal.core.errors import NotFound
from lockportal.core.record import Event, Record, Stamp
from lockportal.core.settings import Supplier

HOME, A, B, C = (UUID(int=n) for n in range(4))
SUPPLIER = Supplier(name="S", currencies=("EUR",))
STAMP = Stamp(UUID(int=99), datetime(2026, 3, 1, tzinfo=UTC), SYSTEM)


@frozen(kw_only=True)
class Lamp(Record):
    lit: bool = True
    watts: int = 0

    @property
    def live(self):
        return self.lit


@frozen(kw_only=True)
class Total(Record):
    watts: int

    @property
    def live(self):
        return self.watts != 0


@frozen(kw_only=True)
class LampSet(Event):
    lamp: Lamp


@frozen(kw_only=True)
class LampsDimmed(Event):
    lamps: tuple[Lamp, ...]
    by: str = ""


@frozen(kw_only=True)
class RoomCounted(Event):
    number: int


@frozen
class LampSettings:
    brightest: int = 100


def lamp(key, watts=0, *, lit=True):
    return Lamp(id=key, account_id=HOME, watts=watts, lit=lit)


def account(*lamps, version=3, whole=(Lamp,), absent=()):
    return Account(
        id=HOME,
        kind=Owner.CUSTOMER,
        supplier=SUPPLIER,
        version=version,
        records={Lamp: {one.id: one for one in lamps}} if lamps else {},
        whole=frozenset(whole),
        absent=frozenset(absent),
    )


class Do:
    """A command that answers what it is given."""

    def __init__(self, *events):
        self.events = events

    def decide(self, account, stamp):
        return self.events


# the snapshot


def test_all_answers_live_records_only():
    assert account(lamp(A), lamp(B, lit=False)).all(Lamp) == (lamp(A),)


def test_all_of_a_class_that_is_not_loaded_asks_for_it():
    with pytest.raises(Missing) as caught:
        account(lamp(A), whole=()).all(Lamp)
    assert (caught.value.cls, caught.value.ids) == (Lamp, None)


def test_find_answers_a_record_live_or_not():
    assert account(lamp(A, lit=False), whole=()).find(Lamp, A) == lamp(A, lit=False)


def test_find_asks_for_what_it_has_not_looked_for():
    with pytest.raises(Missing) as caught:
        account(lamp(A)).find(Lamp, B)
    assert (caught.value.cls, caught.value.ids) == (Lamp, {B})


def test_find_answers_none_for_what_was_looked_for_in_vain():
    assert account(absent=[(Lamp, B)]).find(Lamp, B) is None


def test_get_raises_not_found_with_the_record_s_own_code():
    with pytest.raises(NotFound) as caught:
        account(absent=[(Total, B)]).get(Total, B)
    assert caught.value.code == "total.not_found"
    assert account(lamp(A)).get(Lamp, A) == lamp(A)


def test_require_asks_for_all_that_lacks_at_once():
    with pytest.raises(Missing) as caught:
        account(lamp(A), absent=[(Lamp, B)]).require(Lamp, [A, B, C, HOME])
    assert caught.value.ids == {C, HOME}


def test_require_is_content_with_what_is_there():
    assert account(lamp(A), absent=[(Lamp, B)]).require(Lamp, [A, B]) is None


def test_a_new_account_has_nothing_and_asks_for_nothing():
    new = account(version=0, whole=())
    assert new.all(Lamp) == ()
    assert new.find(Lamp, A) is None
    assert new.require(Lamp, [A, B]) is None


def test_holding_adds_and_replaces_and_leaves_the_first_alone():
    before = account(lamp(A, 1), lamp(B, 2))
    after = before.holding([lamp(A, 5), lamp(C, 3), Total(id=A, account_id=HOME, watts=1)])
    assert [one.watts for one in after.all(Lamp)] == [5, 2, 3]
    assert after.find(Total, A).watts == 1
    assert [one.watts for one in before.all(Lamp)] == [1, 2]


def test_before_answers_the_state_that_the_snapshot_saw():
    assert account(lamp(A, 1)).before(lamp(A, 7)) == lamp(A, 1)
    assert account(lamp(A, 1)).before(lamp(B)) is None


def test_settings_are_the_supplier_s_or_the_defaults():
    assert account().settings(LampSettings) == LampSettings()
    given = evolve(account(), options={LampSettings: LampSettings(brightest=7)})
    assert given.settings(LampSettings).brightest == 7


# reactions


def test_reactions_see_all_that_was_decided_before_them():
    """Two events of one decision and their reactions: nobody works on a state that another has replaced."""
    seen = []

    def dim(event, account, stamp):
        seen.append((event.lamp.id, [one.watts for one in account.all(Lamp)]))
        return [LampsDimmed(lamps=(evolve(account.get(Lamp, B), watts=account.get(Lamp, B).watts - 1),))]

    capability = Capability(name="x", reactions=(on(LampSet, dim, emits=(LampsDimmed,)),))
    first, second = LampSet(lamp=lamp(A, 10)), LampSet(lamp=lamp(B, 20))
    after, events = unfold(account(lamp(A), lamp(B)), [first, second], STAMP, [capability])
    assert seen == [(A, [10, 20]), (B, [10, 19])]
    assert after.get(Lamp, B).watts == 18
    assert events[:2] == (first, second)
    assert [event.lamps[0].watts for event in events[2:]] == [19, 18]


def test_reactions_follow_in_the_order_of_capabilities_and_breadth_first():
    order = []

    def say(name, *events):
        def react(event, account, stamp):
            order.append((name, type(event).__name__))
            return events

        return react

    dimmed, counted = LampsDimmed(lamps=()), RoomCounted(number=1)
    lower = Capability(
        name="lower",
        reactions=(on(LampSet, say("lower", dimmed), emits=(LampsDimmed,)), on(RoomCounted, say("last"))),
    )
    upper = Capability(
        name="upper",
        reactions=(on(LampSet, say("upper", counted), emits=(RoomCounted,)), on(LampsDimmed, say("dimmed"))),
    )
    _, events = unfold(account(), [LampSet(lamp=lamp(A))], STAMP, [lower, upper])
    assert order == [("lower", "LampSet"), ("upper", "LampSet"), ("dimmed", "LampsDimmed"), ("last", "RoomCounted")]
    assert [type(event) for event in events] == [LampSet, LampsDimmed, RoomCounted]


def test_each_reaction_has_a_stamp_of_its_own_and_the_same_again():
    def stamps():
        found = []

        def keep(event, account, stamp):
            found.append(stamp)
            return []

        capability = Capability(name="x", reactions=(on(LampSet, keep), on(LampSet, keep)))
        unfold(account(), [LampSet(lamp=lamp(A)), LampSet(lamp=lamp(B))], STAMP, [capability])
        return found

    found = stamps()
    assert len({stamp.id for stamp in found} | {STAMP.id}) == 5
    assert {(stamp.at, stamp.by) for stamp in found} == {(STAMP.at, STAMP.by)}
    assert found == stamps()


def test_a_reaction_may_ask_for_what_is_not_loaded():
    def look(event, account, stamp):
        account.all(Total)
        return []

    capability = Capability(name="x", reactions=(on(LampSet, look),))
    with pytest.raises(Missing):
        unfold(account(), [LampSet(lamp=lamp(A))], STAMP, [capability])


def test_a_reaction_that_emits_what_it_did_not_declare_is_a_defect():
    capability = Capability(name="x", reactions=(on(LampSet, lambda *_: [RoomCounted(number=1)]),))
    with pytest.raises(TypeError, match=r"RoomCounted, which its emits=\(…\) does not name"):
        unfold(account(), [LampSet(lamp=lamp(A))], STAMP, [capability])


def test_a_decision_on_another_account_s_record_is_a_defect():
    strange = LampSet(lamp=evolve(lamp(A), account_id=B))
    with pytest.raises(ValueError, match="another account's record"):
        decide(Do(strange), account(), STAMP, [])


def test_reactions_in_a_circle_are_refused():
    nothing = on(LampSet, lambda *_: [], emits=(LampsDimmed, RoomCounted))
    one = Capability(name="one", reactions=(nothing, on(LampsDimmed, lambda *_: [], emits=(RoomCounted,))))
    check_cycles([one])
    two = Capability(name="two", reactions=(on(RoomCounted, lambda *_: [], emits=(LampsDimmed,)),))
    with pytest.raises(ValueError, match="LampsDimmed → RoomCounted → LampsDimmed"):
        check_cycles([one, two])


def test_a_reaction_to_itself_is_a_circle():
    with pytest.raises(ValueError, match="LampSet → LampSet"):
        check_cycles([Capability(name="x", reactions=(on(LampSet, lambda *_: [], emits=(LampSet,)),))])


# decisions


def test_a_decision_writes_each_record_once_in_its_last_state():
    def dim(event, account, stamp):
        return [LampsDimmed(lamps=tuple(evolve(one, watts=1) for one in account.all(Lamp)))]

    capability = Capability(name="x", reactions=(on(LampSet, dim, emits=(LampsDimmed,)),))
    decision = decide(Do(LampSet(lamp=lamp(B, 9))), account(lamp(A, 5)), STAMP, [capability])
    assert decision.changes == (Change(None, lamp(B, 1)), Change(lamp(A, 5), lamp(A, 1)))
    assert len(decision.events) == 2
    assert decision.derived == ()


def total(account, changes):
    step = sum(
        (change.after.watts if change.after.lit else 0) - (change.before.watts if change.before else 0) for change in changes
    )
    kept = account.find(Total, HOME) or Total(id=HOME, account_id=HOME, watts=0)
    return [evolve(kept, watts=kept.watts + step)]


DERIVING = Capability(name="x", derive=(Derive(watches=(Lamp,), makes=(Total,), derive=total),))


def test_derived_records_come_from_the_watched_changes():
    before = account(lamp(A, 5), absent=[(Total, HOME)])
    decision = decide(Do(LampSet(lamp=lamp(A, 8)), LampSet(lamp=lamp(B, 4))), before, STAMP, [DERIVING])
    assert decision.derived == (Change(None, Total(id=HOME, account_id=HOME, watts=7)),)


def test_a_derived_record_bears_the_state_that_was_loaded():
    old = Total(id=HOME, account_id=HOME, watts=5)
    before = account(lamp(A, 5)).holding([old])
    decision = decide(Do(LampSet(lamp=lamp(A, 5, lit=False))), before, STAMP, [DERIVING])
    assert decision.derived == (Change(old, evolve(old, watts=0)),)


def test_nothing_is_derived_where_nothing_watched_has_changed():
    decision = decide(Do(RoomCounted(number=1)), account(), STAMP, [DERIVING])
    assert (decision.changes, decision.derived) == ((), ())


def test_deciding_again_decides_the_same():
    command = Do(LampSet(lamp=lamp(A, 8)))
    before = account(lamp(A, 5), absent=[(Total, HOME)])
    assert decide(command, before, STAMP, [DERIVING]) == decide(command, before, STAMP, [DERIVING])


def test_a_capability_s_tables_are_all_that_it_keeps():
    capability = Capability(name="x", records=(Lamp,), derived=(Total,), observations=(Record,))
    assert capability.tables == (Lamp, Total, Record)
