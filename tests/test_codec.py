"""The one JSON form: strict about what comes in, one form out, and nothing personal in the journal."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import get_args
from uuid import UUID

import pytest
from attrs import evolve, field, frozen
from hypothesis import given
from hypothesis import strategies as st

from lockportal import codec
from lockportal.core.actor import Grant, Right
from lockportal.core.errors import Refused
from lockportal.core.money import Money
from lockportal.core.record import Event, Record
from lockportal.testing.specimen import (
    Colour,
    Counted,
    Counter,
    Keep,
    Part,
    Specimen,
    SpecimenKept,
    SpecimensSorted,
)
from lockportal.testing.strategies import commands, events, instances, records

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOME = UUID(int=5)
PART = Part("bolt", Money(150, "EUR"), at=AT, day=date(2026, 3, 1), ratio=Decimal("0.10"))
SPECIMEN = Specimen(id=UUID(int=1), account_id=HOME, at=AT, parts=(PART, PART), email="zoe@example.com")
KEEP = Keep(account_id=HOME, specimens=(SPECIMEN,))


def fault(cls, raw):
    with pytest.raises(Refused) as caught:
        codec.structure(cls, raw)
    assert caught.value.code == "input.invalid"
    return caught.value.field, caught.value.message


# what comes in


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("name", 5, "expected str, got int"),
        ("name", None, "expected str, got NoneType"),
        ("name", "a\0b", "the character U+0000 is not allowed"),
        ("name", "\ud800", "a lone surrogate is not allowed"),
        ("colour", "green", "'green' is not a valid Colour"),
        ("colour", 1, "expected str, got int"),
        ("at", "2026-03-01T12:00:00", "a time needs its offset, such as Z"),
        ("at", "0001-01-01T00:00:00+14:00", "before the first or after the last day of the calendar"),
        ("at", 1_772_366_400, "expected str, got int"),
        ("day", "2026-03-01T12:00:00", "not a date such as 2026-03-31: '2026-03-01T12:00:00'"),
        ("day", "20260301", "not a date such as 2026-03-31: '20260301'"),
        ("day", 5, "expected str, got int"),
        ("ratio", 0.1, "expected str, got float"),
        ("ratio", "NaN", "not a decimal number: 'NaN'"),
        ("ratio", "1_0", "not a decimal number: '1_0'"),
        ("ratio", "٣", "not a decimal number: '٣'"),
        ("ratio", "1E+999", "not a decimal number: '1E+999'"),
        ("ratio", "1" * 65, f"not a decimal number: {'1' * 64!r}"),
        ("price", None, "expected an object, got NoneType"),
        ("price", [150, "EUR"], "expected an object, got list"),
    ],
)
def test_a_field_of_another_type_is_refused_by_name(field, value, reason):
    assert fault(Part, {**codec.plain(PART), field: value}) == (field, reason)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (1.9, "expected int, got float"),
        (1.0, "expected int, got float"),
        (True, "expected int, got bool"),
        ("1", "expected int, got str"),
        (2**63, "beyond what a 64-bit column keeps"),
    ],
)
def test_an_amount_is_a_whole_number(value, reason):
    assert fault(Part, {**codec.plain(PART), "price": {"minor": value, "currency": "EUR"}}) == ("price.minor", reason)


def keeping(**changed):
    raw = json.loads(codec.dumps(KEEP))
    raw["specimens"][0] |= changed
    return raw


@pytest.mark.parametrize(
    ("changed", "field", "reason"),
    [
        ({"open": "false"}, "specimens[0].open", "expected bool, got str"),
        ({"open": 0}, "specimens[0].open", "expected bool, got int"),
        ({"marks": "abc"}, "specimens[0].marks", "expected a list, got str"),
        ({"marks": {"a": 1}}, "specimens[0].marks", "expected a list, got dict"),
        ({"marks": ["a", 1]}, "specimens[0].marks[1]", "expected str, got int"),
        ({"others": ["x"]}, "specimens[0].others[0]", "not a UUID of 32 digits in five groups"),
        ({"id": "{" + str(HOME) + "}"}, "specimens[0].id", "not a UUID of 32 digits in five groups"),
        ({"digest": "=="}, "specimens[0].digest", "not base64"),
        ({"digest": 5}, "specimens[0].digest", "expected str, got int"),
        ({"colour": None}, "specimens[0].colour", "expected str, got NoneType"),
        ({"alias": 5}, "specimens[0].alias", "expected str, got int"),
        ({"colours": []}, "specimens[0].colours", "there is no such field"),
    ],
)
def test_a_fault_is_named_by_its_path(changed, field, reason):
    assert fault(Keep, keeping(**changed)) == (field, reason)


def test_the_fault_of_a_line_is_named_by_its_number():
    raw = keeping()
    raw["specimens"][0]["parts"][1]["price"]["minor"] = 1.9
    assert fault(Keep, raw) == ("specimens[0].parts[1].price.minor", "expected int, got float")


def test_a_missing_field_is_named():
    raw = keeping()
    del raw["specimens"][0]["parts"][1]["name"]
    assert fault(Keep, raw) == ("specimens[0].parts[1].name", "this field is required")


def test_a_note_of_somebody_else_is_no_path():
    def refuse(*_):
        error = ValueError("not this one")
        error.add_note("said in passing")
        raise error

    @frozen
    class Choosy:
        size: int = field(validator=refuse)

    assert fault(tuple[Choosy, ...], [{"size": 1}]) == ("[0]", "not this one")


def test_a_fault_of_the_whole_has_no_field():
    for raw in (None, [], "x", 5):
        assert fault(Keep, raw)[0] is None


def test_lists_are_read_into_what_the_field_is():
    assert codec.structure(tuple[int, ...], [1, 2]) == (1, 2)
    assert codec.structure(list[int], (1, 2)) == [1, 2]
    assert codec.structure(Sequence[int], [1]) == (1,)
    assert codec.structure(frozenset[Colour], ["red", "red"]) == frozenset({Colour.RED})
    assert fault(tuple[Part, ...], [codec.plain(PART), {**codec.plain(PART), "name": 1}])[0] == "[1].name"


def test_values_of_toml_and_forms_are_taken_as_they_are():
    assert codec.structure(date, date(2026, 3, 1)) == date(2026, 3, 1)
    eleven = datetime(2026, 3, 1, 12, tzinfo=timezone(timedelta(hours=1)))
    assert codec.structure(datetime, eleven) == datetime(2026, 3, 1, 11, tzinfo=UTC)
    assert fault(date, datetime(2026, 3, 1, tzinfo=UTC))[1] == "expected str, got datetime"


def test_times_are_read_into_utc():
    read = codec.structure(datetime, "2026-03-01T12:00:00.000001+01:00")
    assert read.isoformat() == "2026-03-01T11:00:00.000001+00:00"


@pytest.mark.parametrize("text", [b"{", b"\xff", b'{"a":1}{', b"[1e999]", b"[" * 5000, b"", '"\\ud800'])
def test_what_is_not_json_is_refused(text):
    with pytest.raises(Refused) as caught:
        codec.loads(Part, text)
    assert caught.value.code == "json.malformed"


def test_toml_is_read_or_refused():
    assert codec.load_toml("[ledger]\ndays = 3") == {"ledger": {"days": 3}}
    with pytest.raises(Refused) as caught:
        codec.load_toml("[ledger")
    assert caught.value.code == "toml.malformed"


SCALARS = st.none() | st.booleans() | st.integers() | st.text()


@given(st.recursive(SCALARS, lambda part: st.lists(part) | st.dictionaries(st.text(), part)))
def test_whatever_comes_in_is_refused_as_input_and_nothing_else_is_raised(raw):
    with pytest.raises(Refused) as caught:
        codec.structure(Keep, {"specimens": raw})
    assert caught.value.code == "input.invalid"


# what goes out


@given(commands(Keep, specimens=st.lists(records(Specimen), max_size=2).map(tuple)))
def test_a_command_is_the_same_by_either_reader(command):
    written = codec.dumps(command)
    assert codec.loads(Keep, written) == command
    assert codec.load_stored(Keep, written) == command
    assert codec.structure(Keep, codec.plain(command)) == command


@given(events(SpecimensSorted))
def test_both_writers_write_the_same(event):
    assert json.loads(codec.dumps(event)) == json.loads(json.dumps(codec.plain(event)))
    assert codec.dumps(codec.plain(event)) == codec.dumps(event)


@given(instances(Grant))
def test_sets_are_written_in_order(grant):
    assert codec.plain(grant)["rights"] == sorted(grant.rights)
    assert codec.loads(Grant, codec.dumps(grant)) == grant


def test_what_nothing_can_write_can_still_be_looked_at_and_is_refused_by_name():
    assert fault(Part, codec.plain(evolve(PART, name="\ud800"))) == ("name", "a lone surrogate is not allowed")


def test_the_form_is_pinned():
    assert codec.dumps(PART) == (
        b'{"at":"2026-03-01T12:00:00Z","colour":"red","day":"2026-03-01","name":"bolt",'
        b'"price":{"currency":"EUR","minor":150},"ratio":"0.10"}'
    )
    assert codec.plain({"digest": b"\xff\xfe", "id": HOME}) == {
        "digest": "//4=",
        "id": "00000000-0000-0000-0000-000000000005",
    }


# fingerprints


def test_a_fingerprint_binds_the_command_and_its_body():
    @frozen(kw_only=True)
    class Discard:
        account_id: UUID
        specimens: tuple[Specimen, ...]

    prints = {
        codec.fingerprint(KEEP),
        codec.fingerprint(evolve(KEEP, specimens=())),
        codec.fingerprint(Discard(account_id=HOME, specimens=(SPECIMEN,))),
    }
    assert len(prints) == 3
    assert {len(one) for one in prints} == {32}
    assert codec.fingerprint(evolve(KEEP)) == codec.fingerprint(KEEP)


def test_a_fingerprint_is_the_same_in_every_process():
    source = (
        "from uuid import UUID; from lockportal import codec; from lockportal.core.actor import Grant, Right;"
        "print(codec.fingerprint(Grant(UUID(int=1), UUID(int=2), frozenset(Right))).hex())"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", source],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONHASHSEED": str(seed)},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in range(1, 4)
    }
    assert len(found) == 1
    assert len(Right) > 3, "fewer would often come out in the same order by chance"


# the journal


def hide(record, name):
    return f"hidden-{record.id.int}-{name}"


def test_the_journal_has_no_personal_field():
    body = json.loads(codec.journal_body(SpecimenKept(specimen=SPECIMEN), hide))
    assert body["specimen"].pop("email") == "hidden-1-email"
    shown = json.loads(codec.dumps(SPECIMEN))
    del shown["email"]
    assert body["specimen"] == shown


def test_the_journal_hides_in_tuples_too():
    event = SpecimensSorted(specimens=(SPECIMEN, evolve(SPECIMEN, id=UUID(int=2))))
    body = json.loads(codec.journal_body(event, hide))
    assert [one["email"] for one in body["specimens"]] == ["hidden-1-email", "hidden-2-email"]


def test_an_empty_personal_field_stays_empty():
    body = json.loads(codec.journal_body(SpecimenKept(specimen=evolve(SPECIMEN, email="")), hide))
    assert body["specimen"]["email"] == ""


def test_an_event_without_personal_fields_is_written_whole():
    event = Counted(counter=Counter(id=HOME, account_id=HOME, value=3))
    assert codec.journal_body(event, hide) == codec.dumps(event)


@frozen(kw_only=True)
class SpecimenLabelled(Event):
    labels: tuple[str, ...]
    number: int
    specimen: Specimen


def test_other_fields_of_an_event_are_written_as_they_are():
    event = SpecimenLabelled(labels=("a", "b"), number=5, specimen=SPECIMEN)
    body = json.loads(codec.journal_body(event, hide))
    assert (body["labels"], body["number"]) == (["a", "b"], 5)
    assert body["specimen"]["email"] == "hidden-1-email"


@given(events(SpecimensSorted))
def test_no_personal_value_is_in_the_journal(event):
    marked = evolve(event, specimens=tuple(evolve(one, email="<personal>") for one in event.specimens))
    assert b"<personal>" not in codec.journal_body(marked, hide)


def test_text_that_no_database_keeps_alike_is_refused():
    assert codec.check_text("é 👩\u202e") == "é 👩\u202e"
    for text in ("\0", "a\ud800", "\udfff"):
        with pytest.raises(ValueError, match="not allowed"):
            codec.check_text(text)


def test_the_specimen_has_every_kind_of_field_that_a_record_has():
    kinds = {str(kind) for attribute in Specimen.__attrs_attrs__ for kind in (attribute.type, *get_args(attribute.type))}
    assert len(kinds) > 15
    assert issubclass(Specimen, Record)
