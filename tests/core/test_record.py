"""Records, events and stamps: what they carry, how they are named, and ids that come out the same again."""

from datetime import UTC, datetime
from uuid import UUID, uuid5

from attrs import field, fields, frozen

from lockportal.core.actor import SYSTEM
from lockportal.core.record import (
    PERSONAL,
    TEXT,
    Claim,
    Event,
    Index,
    Record,
    Stamp,
    length,
    noun,
    personal_fields,
    remembered,
)

HOME = UUID(int=1)


@frozen(kw_only=True)
class ShipTo(Record):
    name: str = field(default="", metadata=PERSONAL)
    note: str = field(default="", metadata=TEXT)
    code: str = field(default="", metadata=length(8))


@frozen(kw_only=True)
class ShipToMoved(Event):
    number: int
    first: ShipTo
    others: tuple[ShipTo, ...]
    names: tuple[str, ...] = ()


def ship_to(number):
    return ShipTo(id=UUID(int=number), account_id=HOME)


def test_a_record_is_live_claims_nothing_and_is_its_own_subject_unless_it_says_otherwise():
    record = ship_to(5)
    assert record.live
    assert record.claims() == ()
    assert record.subject_id == record.id
    assert ShipTo.indexes == ()


def test_an_event_carries_its_records_in_the_order_of_its_fields():
    event = ShipToMoved(number=1, first=ship_to(3), others=(ship_to(2), ship_to(9)), names=("x",))
    assert [record.id.int for record in event.records()] == [3, 2, 9]


def test_a_child_is_the_same_again_and_another_for_another_name():
    stamp = Stamp(UUID(int=7), datetime(2026, 3, 1, tzinfo=UTC), SYSTEM)
    assert stamp.child("line-2") == stamp.child("line-2") == uuid5(UUID(int=7), "line-2")
    assert stamp.child("line-2") != stamp.child("line-3")


def test_a_branch_keeps_time_and_actor():
    stamp = Stamp(UUID(int=7), datetime(2026, 3, 1, tzinfo=UTC), SYSTEM)
    assert stamp.branch("a") == Stamp(stamp.child("a"), stamp.at, stamp.by)


def test_nouns_are_snake_case():
    assert [noun(cls) for cls in (ShipTo, Record, ShipToMoved)] == ["ship_to", "record", "ship_to_moved"]


def test_personal_fields_are_those_that_say_so():
    assert [attribute.name for attribute in personal_fields(ShipTo)] == ["name"]
    assert personal_fields(Record) == ()


def test_field_metadata_says_how_long_a_text_may_be():
    assert fields(ShipTo).code.metadata == {"length": 8}
    assert fields(ShipTo).note.metadata == {"text": True}


def test_claims_and_indexes_are_values():
    assert Claim("customer.number", "C-17") == Claim("customer.number", "C-17")
    assert Index(("due_on",)) == Index(("due_on",), unique=False, wide=False)


def test_what_is_remembered_is_worked_out_once():
    calls = []

    @remembered
    def name(cls: type) -> str:
        calls.append(cls)
        return cls.__name__

    assert [name(ShipTo), name(ShipTo), name(Record)] == ["ShipTo", "ShipTo", "Record"]
    assert calls == [ShipTo, Record]
