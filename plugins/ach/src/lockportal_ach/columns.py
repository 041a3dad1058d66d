"""Fixed columns: how a record of 94 characters is declared, written and read. Pure.

A record is a frozen class; each field says how many columns it takes and what may stand in them. Nothing is cut off silently but
names and remarks, which are for people; a number that does not fit is refused.
"""

from __future__ import annotations

import unicodedata
from enum import StrEnum
from typing import Any, Final, TypeVar

from attrs import Attribute, field, fields, frozen

from lockportal.core.errors import Refused

WIDTH: Final = 94
"""The columns of every record."""
_FIRST_SIGN: Final = 0x20
_SIGNS: Final = 0x7F


class Kind(StrEnum):
    """What may stand in a column."""

    NUMBER = "number"
    """Digits, filled with zeros from the left; an int in the record."""
    DIGITS = "digits"
    """Digits that are a name, as a routing number: a str of exactly so many, or blank."""
    TEXT = "text"
    """Letters, filled with blanks from the right; what is too long is refused."""
    WORDS = "words"
    """As text, but for people: what is too long is cut off."""
    RIGHT = "right"
    """As text, filled with blanks from the left."""


@frozen
class Column:
    """How many characters a field takes, and of what kind."""

    length: int
    kind: Kind


@frozen(kw_only=True)
class Problem:
    """What is wrong with a file: in which line (from 1), a stable code, and a sentence, which never shows an account's number."""

    line: int
    code: str
    message: str


def number(length: int, *, default: int = 0) -> Any:  # noqa: ANN401 - as attrs' own field
    """Declare a column of digits that are an amount or a count."""
    return field(default=default, metadata={"column": Column(length, Kind.NUMBER)})


def digits(length: int, *, default: str = "") -> Any:  # noqa: ANN401 - as attrs' own field
    """Declare a column of digits that are a name."""
    return field(default=default, metadata={"column": Column(length, Kind.DIGITS)})


def text(length: int, *, default: str = "", secret: bool = False) -> Any:  # noqa: ANN401 - as attrs' own field
    """Declare a column of letters; a secret one is not shown by repr."""
    return field(default=default, repr=not secret, metadata={"column": Column(length, Kind.TEXT)})


def words(length: int) -> Any:  # noqa: ANN401 - as attrs' own field
    """Declare a column of letters that are for people: what is too long for it is cut off."""
    return field(default="", metadata={"column": Column(length, Kind.WORDS)})


def right(length: int, *, default: str = "") -> Any:  # noqa: ANN401 - as attrs' own field
    """Declare a column of letters that stand at its right."""
    return field(default=default, metadata={"column": Column(length, Kind.RIGHT)})


def plain(words: str) -> str:
    """Write a text with the signs that a file may hold: marks are taken off letters, anything else becomes a blank."""
    parts = unicodedata.normalize("NFKD", words)
    return "".join(one if _FIRST_SIGN <= ord(one) < _SIGNS else " " for one in parts if not unicodedata.combining(one))


def write(record: object) -> str:
    """Write a record: 94 characters. Refused `ach.field` names the field that does not fit."""
    return "".join(_written(getattr(record, one.name), one) for one in fields(type(record)))  # type: ignore[arg-type]  # an attrs class


def _written(value: int | str, one: Attribute[Any]) -> str:
    column: Column = one.metadata["column"]
    if column.kind is Kind.NUMBER:
        found = str(value).rjust(column.length, "0")
        fits = found.isdecimal()
    elif column.kind is Kind.DIGITS:
        found = str(value) or " " * column.length
        fits = len(found) == column.length and (found.isdecimal() or not found.strip())
    else:
        found = plain(str(value))
        found = found[: column.length] if column.kind is Kind.WORDS else found
        found = found.rjust(column.length) if column.kind is Kind.RIGHT else found.ljust(column.length)
        fits = True
    if not fits or not found.isascii() or len(found) != column.length:
        raise Refused("ach.field", f"{one.name} does not fit into its {column.length} columns.", field=one.name)
    return found


R = TypeVar("R")


def read(kind: type[R], line: str, at: int, problems: list[Problem]) -> R:
    """Read a record of a line; what should be a number and is none is 0 and a problem. Raises nothing."""
    values: dict[str, int | str] = {}
    start = 0
    for one in fields(kind):  # type: ignore[arg-type]  # an attrs class
        column: Column = one.metadata["column"]
        found = line[start : start + column.length]
        start += column.length
        if column.kind is Kind.NUMBER:
            well = found.isascii() and found.isdecimal()
            values[one.name] = int(found) if well else 0
            if not well and found.strip():
                problems.append(Problem(line=at, code="field.number", message=f"{one.name} is no number."))
        else:
            values[one.name] = found.rstrip() if column.kind in {Kind.TEXT, Kind.WORDS} else found.strip()
            if column.kind is Kind.DIGITS and found.strip() and not (found.isascii() and found.isdecimal()):
                problems.append(Problem(line=at, code="field.digits", message=f"{one.name} has other signs than digits."))
    return kind(**values)
