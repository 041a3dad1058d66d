"""Hypothesis strategies for any record, event, command or value object, derived from the types of its fields.

    @given(records(Invoice, number=st.just("R-1")))

Values are such as every database keeps alike; what a class itself refuses is given by name, as `number` here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Final, TypeVar, Union, cast, get_args, get_origin, get_type_hints
from uuid import UUID

from attrs import AttrsInstance, fields, has
from hypothesis import strategies as st

from lockportal.core.money import EXPONENTS, LIMIT, Money
from lockportal.core.record import Event, Record

T = TypeVar("T")
R = TypeVar("R", bound=Record)
E = TypeVar("E", bound=Event)
_LONGEST: Final = 255
_MOST: Final = 3


def texts(most: int = _LONGEST) -> st.SearchStrategy[str]:
    """Draw texts of at most so many characters, without U+0000 and lone surrogates."""
    return st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=most)


def money(currencies: tuple[str, ...] = ("EUR", "JPY", "BHD", "USD")) -> st.SearchStrategy[Money]:
    """Draw amounts of some currencies, by default with exponents 2, 0 and 3."""
    assert set(currencies) <= EXPONENTS.keys()
    return st.builds(Money, st.integers(-LIMIT, LIMIT), st.sampled_from(currencies))


def moments() -> st.SearchStrategy[datetime]:
    """Draw times in UTC, with microseconds, in the years that every database keeps (1000 to 9999)."""
    return st.datetimes(datetime(1000, 1, 1), datetime(9999, 12, 31, 23), timezones=st.just(UTC))  # noqa: DTZ001 - bounds


def decimals() -> st.SearchStrategy[Decimal]:
    """Draw finite decimals of up to 38 digits."""
    digits = st.integers(-(10**38) + 1, 10**38 - 1)
    return st.builds(lambda number, exponent: Decimal(f"{number}E{exponent}"), digits, st.integers(-12, 6))


def records(cls: type[R], **given: st.SearchStrategy[Any]) -> st.SearchStrategy[R]:
    """Draw records of a class; name the strategies of fields that are not free."""
    return instances(cls, **given)


def events(cls: type[E], **given: st.SearchStrategy[Any]) -> st.SearchStrategy[E]:
    """Draw events of a class, their records included."""
    return instances(cls, **given)


def commands(cls: type[T], **given: st.SearchStrategy[Any]) -> st.SearchStrategy[T]:
    """Draw commands of a class."""
    return instances(cls, **given)


def instances(cls: type[T], **given: st.SearchStrategy[Any]) -> st.SearchStrategy[T]:
    """Draw instances of any attrs class by the types of its fields."""
    hints = get_type_hints(cls)
    attributes = fields(cast("type[AttrsInstance]", cls))
    drawn = {a.name: given[a.name] if a.name in given else values(hints[a.name], a.metadata) for a in attributes if a.init}
    return st.builds(cls, **{a.alias: drawn[a.name] for a in attributes if a.init})


def values(kind: Any, metadata: Mapping[Any, Any] | None = None) -> st.SearchStrategy[Any]:  # noqa: ANN401 - a type form
    """Draw values of a field's type; TypeError for a type that no field has."""
    kept = metadata or {}
    simple: dict[Any, st.SearchStrategy[Any]] = {
        UUID: st.uuids(),
        int: st.integers(-LIMIT, LIMIT),
        bool: st.booleans(),
        datetime: moments(),
        date: st.dates(date(1000, 1, 1)),
        Decimal: decimals(),
        bytes: st.binary(min_size=32, max_size=32),
        str: texts(1000 if kept.get("text") else kept.get("length", _LONGEST)),
        Money: money(),
        NoneType: st.none(),
    }
    origin, arguments = get_origin(kind), get_args(kind)
    if kind in simple:
        made = simple[kind]
    elif origin in {Union, UnionType}:
        made = st.one_of(*(values(part, kept) for part in arguments))
    elif origin is tuple:
        made = st.lists(values(arguments[0]), max_size=_MOST).map(tuple)
    elif origin is frozenset:
        made = st.frozensets(values(arguments[0]), max_size=_MOST)
    elif isinstance(kind, type) and issubclass(kind, Enum):
        made = st.sampled_from(kind)
    elif has(kind):
        made = instances(kind)
    else:
        message = f"no strategy draws {kind!r}"
        raise TypeError(message)
    return made
