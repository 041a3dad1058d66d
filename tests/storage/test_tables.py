"""Tables are derived from record classes, and a class that cannot be kept is refused when its table is made."""

from collections.abc import Callable
from enum import Enum, StrEnum
from typing import ClassVar
from uuid import UUID

import pytest
from attrs import field, frozen

from lockportal.core.money import Money
from lockportal.core.record import TEXT, Index, Record, length
from lockportal.storage.rows import reader, writer
from lockportal.storage.tables import HOUSE, table
from lockportal.testing.specimen import Specimen


def test_every_kind_of_field_has_its_columns():
    kinds = {column.name: type(column.type).__name__ for column in table(Specimen).columns}
    assert kinds["supplier_id"] == kinds["other_id"] == "Id"
    assert (kinds["price_minor"], kinds["price_currency"]) == ("BigInteger", "String")
    assert (kinds["colour"], kinds["ratio"], kinds["at"]) == ("Choice", "Number", "Instant")
    assert kinds["parts"] == kinds["part"] == kinds["marks"] == "Json"
    assert (kinds["name"], kinds["note"], kinds["live"]) == ("String", "Text", "Boolean")


def test_what_may_be_none_may_be_null_and_nothing_else():
    nullable = {column.name for column in table(Specimen).columns if column.nullable}
    assert nullable == {
        "alias", "size", "checked", "mood", "discount_minor", "discount_currency", "share",
        "until", "wake_at", "proof", "part", "other_id",
    }  # fmt: skip


def test_a_table_is_made_once():
    assert table(Specimen) is table(Specimen)


def test_indexes_begin_with_the_account_or_the_supplier():
    found = {index.name: [column.name for column in index.columns] for index in table(Specimen).indexes}
    assert found == {
        "lockportal_specimen_live": ["account_id", "live"],
        "lockportal_specimen_wake": ["supplier_id", "wake_at"],
        "lockportal_specimen_colour_day": ["account_id", "colour", "day"],
        "lockportal_specimen_wide_day": ["supplier_id", "day"],
    }


def test_the_house_s_tables_bear_supplier_and_account():
    for kept in HOUSE:
        assert {"supplier_id", "account_id"} <= {column.name for column in kept.columns}


def test_unique_indexes_hold_supplier_and_account():
    @frozen(kw_only=True)
    class Stamped(Record):
        indexes: ClassVar[tuple[Index, ...]] = (
            Index(("code",), unique=True),
            Index(("account_id", "code"), unique=True, wide=True),
        )
        code: str = ""

    columns = sorted([column.name for column in index.columns] for index in table(Stamped).indexes if index.unique)
    assert columns == [["account_id", "code", "supplier_id"], ["supplier_id", "account_id", "code"]]


def test_what_is_unique_beyond_an_account_is_a_claim():
    @frozen(kw_only=True)
    class Badge(Record):
        indexes: ClassVar[tuple[Index, ...]] = (Index(("code",), unique=True, wide=True),)
        code: str = ""

    with pytest.raises(TypeError, match="is a claim, not an index"):
        table(Badge)


class Long(StrEnum):
    ONE = "x" * 33


class Number(Enum):
    ONE = 1


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        (Callable[[], None], "no column can keep"),
        (dict[str, str], "no column can keep"),
        (float, "no column can keep"),
        (object, "no column can keep"),
        (int | str, "one type, or one type and None"),
        (Long, "must be texts of at most 32 characters"),
        (Number, "must be texts of at most 32 characters"),
    ],
)
def test_a_field_that_cannot_be_kept_is_refused_by_name(kind, reason):
    def annotated(cls):
        cls.__annotations__["odd"] = kind
        return cls

    @frozen(kw_only=True)
    @annotated
    class Odd(Record):
        pass

    with pytest.raises(TypeError, match=f"odd: .*{reason}"):
        table(Odd)


def test_texts_are_as_long_as_they_say():
    @frozen(kw_only=True)
    class Jotting(Record):
        short: str = field(default="", metadata=length(8))
        plain: str = ""
        long: str = field(default="", metadata=TEXT)

    columns = table(Jotting).c
    assert (columns.short.type.length, columns.plain.type.length, columns.long.type.length) == (8, 255, None)


def test_a_row_is_written_and_read_in_the_order_of_its_table():
    @frozen(kw_only=True)
    class Coin(Record):
        worth: Money
        tip: Money | None = None

    coin = Coin(id=UUID(int=1), account_id=UUID(int=2), worth=Money(5, "EUR"))
    names = [column.name for column in table(Coin).columns]
    row = writer(Coin, "postgresql")(UUID(int=9), coin)
    assert dict(zip(names, row, strict=True)) == {
        "supplier_id": UUID(int=9),
        "id": coin.id,
        "account_id": coin.account_id,
        "worth_minor": 5,
        "worth_currency": "EUR",
        "tip_minor": None,
        "tip_currency": None,
        "live": True,
    }
    assert reader(Coin)(row) == coin
