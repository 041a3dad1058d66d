"""Strategies draw what every database keeps, for any class by its fields."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from attrs import frozen
from hypothesis import given, settings
from hypothesis import strategies as st

from lockportal import builtin, codec
from lockportal.core.money import Money
from lockportal.core.record import Event, Record
from lockportal.testing.specimen import Colour, Keep, Part, Specimen, SpecimenKept, SpecimensSorted
from lockportal.testing.strategies import commands, decimals, events, moments, money, records, texts, values

CAPABILITIES = builtin.Rooms().lockportal_capabilities()
CLASSES = [cls for one in CAPABILITIES for cls in (*one.tables, *one.events, *one.commands)]


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
@settings(max_examples=settings.default.max_examples // 4)  # each of many classes
@given(data=st.data())
def test_every_record_event_and_command_is_drawn_and_its_json_says_all_of_it(cls, data):
    draw = records if issubclass(cls, Record) else events if issubclass(cls, Event) else commands
    drawn = data.draw(draw(cls))
    read = codec.load_stored if issubclass(cls, Record | Event) else codec.loads
    assert type(drawn) is cls
    assert read(cls, codec.dumps(drawn)) == drawn


@given(records(Specimen, number=st.just("N-1")))
def test_a_record_is_drawn_by_the_types_of_its_fields(specimen):
    assert specimen.number == "N-1"
    assert isinstance(specimen.id, UUID)
    assert len(specimen.name) <= 255
    assert isinstance(specimen.colour, Colour)
    assert len(specimen.digest) == 32
    assert all(isinstance(part, Part) for part in specimen.parts)
    assert specimen.at.tzinfo is UTC


@given(events(SpecimensSorted), events(SpecimenKept))
def test_an_event_is_drawn_with_its_records(several, one):
    assert all(isinstance(record, Specimen) for record in several.records())
    assert one.records() == (one.specimen,)


@given(commands(Keep, specimens=st.just(())))
def test_a_command_is_drawn(command):
    assert isinstance(command, Keep)


@given(texts(5), money(("JPY",)), decimals(), moments())
def test_values_are_such_as_every_database_keeps(text, amount, number, moment):
    assert len(text) <= 5
    assert text.encode().decode() == text
    assert "\0" not in text
    assert amount.currency == "JPY"
    assert len(number.as_tuple().digits) <= 38
    assert Decimal(str(number)).as_tuple() == number.as_tuple()
    assert moment >= datetime(1000, 1, 1, tzinfo=UTC)


@given(values(frozenset[Colour] | None), values(date), values(tuple[Money, ...]))
def test_other_types_of_fields_are_drawn(colours, day, amounts):
    assert colours is None or colours <= set(Colour)
    assert type(day) is date
    assert all(isinstance(amount, Money) for amount in amounts)


def test_a_type_that_no_field_has_is_refused():
    @frozen
    class Odd:
        run: Callable[[], None]

    with pytest.raises(TypeError, match="no strategy draws"):
        values(Odd)
