"""Storage contract: every kind of field comes back as it was given."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lockportal.clock import SystemClock
from lockportal.core.errors import Refused
from lockportal.core.money import LIMIT, Money
from lockportal.core.record import Claim, Record
from lockportal.testing.bench import NOON, Bench
from lockportal.testing.specimen import Colour, Part, Sighting, Specimen
from lockportal.testing.storage.ground import Ground
from lockportal.testing.strategies import records

_ID = SystemClock().new_id()
_FULL: dict[str, Any] = {
    "name": "Zoë",
    "note": "long " * 20_000,
    "alias": "",
    "count": LIMIT,
    "size": -LIMIT,
    "open": False,
    "checked": False,
    "colour": Colour.DEEP_BLUE,
    "mood": Colour.RED,
    "price": Money(LIMIT, "JPY"),
    "discount": Money(-1, "BHD"),
    "share": Decimal("0.10"),
    "day": date(2024, 2, 29),
    "until": date(9999, 12, 31),
    "wake_at": NOON,
    "digest": bytes(range(32)),
    "proof": b"\x00\xff" * 16,
    "parts": (
        Part("", Money(-5, "EUR"), Colour.DEEP_BLUE, NOON, date(2026, 1, 1), Decimal("1E+3")),
        Part('"%s"', Money(0, "BHD")),
    ),
    "marks": ("", "a", "A", "%s", "\\"),
    "others": (_ID, _ID),
    "part": Part("x", Money(1, "JPY")),
    "other_id": _ID,
    "number": "N-1",
    "email": "a@example.com",
}
_NUMBERS = ("0.10", "1E+3", "-0", "0", "0.00", "-0.000", "1E-12", "12345678901234567890.123456789012345678", "9" * 38)


class FieldsContract(Ground):
    """What is stored is what is read: no rounding, no trimming, no folding."""

    def same(self, bench: Bench, *specimens: Specimen) -> None:
        """Store specimens of one account and read them back by key, equal field by field."""
        bench.keep(*specimens)
        account = specimens[0].account_id
        loaded = bench.store().load([account], [], {Specimen: [(account, specimen.id) for specimen in specimens]})[account]
        for specimen in specimens:
            assert loaded.records[Specimen][specimen.id] == specimen

    def test_every_kind_of_field_comes_back_full_and_empty(self, bench: Bench) -> None:
        """Both at their fullest and with every optional field left out."""
        full = bench.specimen(**_FULL)
        self.same(bench, full, bench.specimen(full.account_id))

    def test_a_change_of_every_field_is_kept(self, bench: Bench) -> None:
        """Update a record from empty to full and back."""
        empty = bench.specimen()
        full = bench.specimen(empty.account_id, **{**_FULL, "id": empty.id})
        for state in (empty, full, empty):
            self.same(bench, state)

    def test_decimals_keep_their_digits(self, bench: Bench) -> None:
        """Keep digits and exponent and sign, not the value alone."""
        first = bench.specimen(ratio=Decimal(_NUMBERS[0]))
        others = [bench.specimen(first.account_id, ratio=Decimal(text)) for text in _NUMBERS[1:]]
        self.same(bench, first, *others)
        loaded = bench.account(first.account_id, Specimen).all(Specimen)
        assert sorted(str(specimen.ratio) for specimen in loaded) == sorted(_NUMBERS)

    def test_times_come_back_as_the_same_instant_in_utc(self, bench: Bench, first_year: int) -> None:
        """Keep microseconds, whatever zone a time is given in, from the first year to the last."""
        times = [
            datetime(2026, 3, 1, 12, 0, 0, 1, UTC),
            datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Berlin")),
            datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"), fold=1),
            datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=-9, minutes=-30))),
            datetime(1969, 12, 31, 23, 59, 59, 999_999, timezone(timedelta(hours=14))),
            datetime(first_year, 1, 1, 0, 0, 0, 1, UTC),
            datetime(9999, 12, 31, 23, 59, 59, 999_999, UTC),
        ]
        account = bench.clock.new_id()
        kept = [bench.specimen(account, at=at, day=date(first_year, 1, 1)) for at in times]
        bench.keep(*kept)
        read = bench.account(account, Specimen)
        # A time that a clock shows twice equals none of another zone: so both are compared in UTC.
        assert [read.get(Specimen, one.id).at for one in kept] == [at.astimezone(UTC) for at in times]
        assert {one.at.utcoffset() for one in read.all(Specimen)} == {timedelta(0)}

    @pytest.mark.parametrize("exponent", [0, 2, 3, 4])
    def test_money_comes_back_in_every_exponent(self, bench: Bench, exponent: int) -> None:
        """Keep minor units as they are, to the ends of a 64-bit number."""
        currency = {0: "JPY", 2: "EUR", 3: "BHD", 4: "CLF"}[exponent]
        first = bench.specimen(price=Money(0, currency), discount=Money(-LIMIT, currency))
        self.same(bench, first, bench.specimen(first.account_id, price=Money(LIMIT, currency)))

    def test_texts_come_back_letter_by_letter(self, bench: Bench, naughty: tuple[str, ...]) -> None:
        """Neither trim nor fold nor interpret: in columns, in JSON and as a claim."""
        account = bench.clock.new_id()
        fitting = sorted({text[:255] for text in naughty if "\0" not in text})
        specimens = [
            bench.specimen(account, name=text, note=text, alias=text, marks=(text,), email=text[:255], number=f"N{text}"[:255])
            for text in fitting
        ]
        self.same(bench, *specimens)
        for specimen in specimens:
            holder = bench.store().find(Claim("specimen.number", specimen.number))
            assert holder is not None
            assert holder.record_id == specimen.id

    def test_texts_are_compared_letter_by_letter(self, bench: Bench) -> None:
        """Claims of look-alikes are different claims: case, accents, trailing spaces, forms of Unicode."""
        alike = ("A", "a", "á", "a\u0301", "A ", "A  ", "ß", "ss", "\uff21")
        first = bench.specimen(number=alike[0])
        self.same(bench, first, *(bench.specimen(first.account_id, number=number) for number in alike[1:]))

    def test_any_record_comes_back(self, bench: Bench) -> None:
        """Whatever values the fields' types allow."""
        account = bench.clock.new_id()

        @settings(max_examples=30, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(records(Specimen, account_id=st.just(account), number=st.just(""), count=st.integers(0, LIMIT)))
        def holds(specimen: Specimen) -> None:
            self.same(bench, evolve(specimen, id=bench.clock.new_id()))

        holds()

    @pytest.mark.parametrize(
        ("field", "value", "code"),
        [
            ("name", "x" * 256, "specimen.too_long"),
            ("alias", "x" * 256, "specimen.too_long"),
            ("name", "a\0b", "specimen.unstorable"),
            ("note", "\ud800", "specimen.unstorable"),
            ("count", 2**63, "specimen.too_large"),
            ("size", -(2**63), "specimen.too_large"),
            ("ratio", Decimal("1." + "1" * 63), "specimen.too_long"),
            ("digest", bytes(31), "specimen.unstorable"),
            ("proof", bytes(33), "specimen.unstorable"),
        ],
    )
    def test_what_one_database_would_corrupt_is_refused_on_each(
        self,
        bench: Bench,
        field: str,
        value: Any,  # noqa: ANN401 - of the field's type
        code: str,
    ) -> None:
        """By the field's name, and nothing of the decision is written."""
        specimen = bench.specimen(**{field: value})
        with pytest.raises(Refused) as caught:
            bench.keep(specimen)
        assert (caught.value.code, caught.value.field) == (code, field)
        assert bench.store().load([specimen.account_id], [], {}) == {}

    def test_many_rows_come_back_like_one(self, bench: Bench) -> None:
        """The way that many rows take into the database keeps every kind of field too."""
        first = bench.specimen(**_FULL)
        unnumbered = [evolve(first, id=bench.clock.new_id(), number="", count=number) for number in range(450)]
        empty = [bench.specimen(first.account_id) for _ in range(50)]
        self.same(bench, first, *unnumbered, *empty)

    @pytest.mark.parametrize("many", [3, 500])
    def test_observations_leave_the_version_alone(self, bench: Bench, many: int) -> None:
        """Append them beside the account's decisions, be they few or so many that they take the fast way."""
        kept = bench.specimen()
        bench.keep(kept)
        seen: list[Record] = [Sighting(id=bench.clock.new_id(), account_id=kept.account_id, at=NOON) for _ in range(many)]
        bench.shell().observe(*seen)
        loaded = bench.store().load([kept.account_id], [Sighting], {})[kept.account_id]
        assert loaded.version == 1
        assert set(loaded.records[Sighting].values()) == set(seen)
