"""Records to rows and back: functions generated once for each record class (and dialect), as fast as hand-written ones."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, TypeVar, cast
from uuid import UUID

from lockportal import codec
from lockportal.core.errors import Refused
from lockportal.core.money import LIMIT, Money
from lockportal.core.record import Record, noun, remembered
from lockportal.storage.tables import BYTES, Field, longest, stored_fields, table
from lockportal.storage.types import Number, sqlite_instant

R = TypeVar("R", bound=Record)
ToRow = Callable[[UUID, Record], tuple[Any, ...]]
FromRow = Callable[[Any], Record]


def column_names(cls: type[Record]) -> tuple[str, ...]:
    """Answer the column names of a record class in the order of `writer`'s tuples."""
    return tuple(column.name for column in table(cls).columns)


def naive_utc(value: datetime) -> datetime:
    """Answer a time in UTC without its zone, as MariaDB's driver takes it."""
    return value.astimezone(UTC).replace(tzinfo=None)


class _Fitting:
    """Refuses, by the field's name, what one database would keep and another cut, refuse or corrupt."""

    def __init__(self, cls: type[Record]) -> None:
        self._noun = noun(cls)

    def text(self, value: str, most: int, name: str) -> str:
        """Answer a text of at most so many characters that every database keeps."""
        if len(value) > most:
            raise Refused(f"{self._noun}.too_long", f"Use at most {most} characters.", field=name)
        try:
            return codec.check_text(value)
        except ValueError as error:
            raise Refused(f"{self._noun}.unstorable", str(error), field=name) from error

    def whole(self, value: int, name: str) -> int:
        """Answer a whole number of 64 bits."""
        if -LIMIT <= value <= LIMIT:
            return value
        raise Refused(f"{self._noun}.too_large", "The number is too large.", field=name)

    def digest(self, value: bytes, name: str) -> bytes:
        """Answer exactly 32 bytes."""
        if len(value) == BYTES:
            return value
        raise Refused(f"{self._noun}.unstorable", f"It must be {BYTES} bytes.", field=name)


def _checked(stored: Field, value: str) -> str:
    """Answer the Python expression that lets only what every database keeps through."""
    if stored.type is str:
        return f"fitting.text({value}, {longest(stored)}, {stored.name!r})"
    if stored.type is int:
        return f"fitting.whole({value}, {stored.name!r})"
    if stored.type is bytes:
        return f"fitting.digest({value}, {stored.name!r})"
    if stored.type is Decimal:
        return f"fitting.text(str({value}), {Number.length}, {stored.name!r})"
    return value


def _converted(kind: object, name: str, dialect: str) -> str:
    """Answer the Python expression that turns the field's value into the driver's."""
    if kind is UUID and dialect != "postgresql":
        return f"{name}.bytes"
    if kind is datetime and dialect != "postgresql":
        return f"sqlite_instant({name})" if dialect == "sqlite" else f"naive_utc({name})"
    if kind is date and dialect == "sqlite":
        return f"{name}.isoformat()"
    if kind in {UUID, datetime, date, int, bool, str, bytes, Decimal}:
        return name
    if isinstance(kind, type) and issubclass(kind, Enum):
        return f"{name}.value"
    return f"dumps({name}).decode()"


def _expressions(stored: Field, dialect: str) -> tuple[str, ...]:
    name = f"r.{stored.name}"
    if stored.type is Money:
        made: tuple[str, ...] = (f"{name}.minor", f"{name}.currency")
    else:
        made = (_converted(stored.type, _checked(stored, name), dialect),)
    if stored.optional:
        made = tuple(f"(None if {name} is None else {expression})" for expression in made)
    return made


@remembered
def writer(cls: type[Record], dialect: str) -> ToRow:
    """Make the function (supplier_id, record) → tuple for the driver of a dialect."""
    supplier = "supplier_id" if dialect == "postgresql" else "supplier_id.bytes"
    body = [expression for stored in stored_fields(cls) for expression in _expressions(stored, dialect)]
    source = f"lambda supplier_id, r: ({supplier}, {', '.join(body)}, r.live)"
    scope = {
        "dumps": codec.dumps,
        "sqlite_instant": sqlite_instant,
        "naive_utc": naive_utc,
        "fitting": _Fitting(cls),
    }
    return cast("ToRow", eval(source, scope))  # noqa: S307 - the source is made of field names only


@remembered
def reader(cls: type[R]) -> Callable[[Any], R]:
    """Make the function row → record for rows of `select(table(cls))`, whose column types have done the conversions."""
    arguments, position = [], 1
    for stored in stored_fields(cls):
        if stored.type is Money:
            value = f"Money(row[{position}], row[{position + 1}])"
            arguments.append(f"None if row[{position}] is None else {value}" if stored.optional else value)
            position += 2
        else:
            arguments.append(f"row[{position}]")
            position += 1
    pairs = ", ".join(f"{stored.name}={argument}" for stored, argument in zip(stored_fields(cls), arguments, strict=True))
    source = f"lambda row: cls({pairs})"
    return cast("Callable[[Any], R]", eval(source, {"cls": cls, "Money": Money}))  # noqa: S307 - as above
