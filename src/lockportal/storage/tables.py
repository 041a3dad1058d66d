"""Tables derived from record classes: one class, one table, its columns read off its fields. Small by design.

`Money` becomes two columns (`<name>_minor`, `<name>_currency`), an Enum a short text, a time an aware UTC instant, a tuple
or a value object JSON. Every table bears `supplier_id` and `account_id`, and both are in every primary and unique key (but the
claims', which are unique beyond an account), so that suppliers never meet and the schema also stands partitioned by account.
The tables that belong to no record (accounts, journal, outbox …) are written by hand.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import sqlalchemy as sa
from attrs import fields, frozen, has
from sqlalchemy.types import TypeEngine

from lockportal.core.money import Money
from lockportal.core.record import Index, Record, noun, remembered
from lockportal.storage.types import Choice, Id, Instant, Json, Number, binary, text

R = TypeVar("R", bound=Record)
METADATA = sa.MetaData()
_MARIADB: dict[str, Any] = {
    f"{dialect}_{option}": value
    for dialect in ("mysql", "mariadb")
    for option, value in (("charset", "utf8mb4"), ("engine", "InnoDB"))
}
_APPENDED = {"append_only": True}
_DEFAULT_LENGTH = 255
_CHOICE_LENGTH = 32
_UNBOUNDED = 2**28
BYTES = 32
"""How many bytes a field of bytes holds, always: digests and fingerprints."""
_LONGEST_NAME = 63

Source = Callable[[type[Any]], sa.FromClause]
"""What a question reads from: `source(Document)` is that table within the supplier and the accounts of the scope.

Beside record classes it knows `JournalRow`, the journal."""


@frozen
class Field:
    """One field of a record class as storage sees it: its name, its type without None, and whether it may be None."""

    name: str
    type: Any
    optional: bool
    metadata: Any


@remembered
def stored_fields(cls: type[Record]) -> tuple[Field, ...]:
    """Answer the fields of a record class with their types resolved, in the order of the class."""
    hints = get_type_hints(cls)
    return tuple(_field(attribute.name, hints[attribute.name], attribute.metadata) for attribute in fields(cls))


def _field(name: str, hint: Any, metadata: Any) -> Field:  # noqa: ANN401 - a type form
    parts = get_args(hint) if get_origin(hint) in {Union, UnionType} else (hint,)
    kinds = tuple(part for part in parts if part is not NoneType)
    if len(kinds) != 1:
        message = f"field {name}: a stored field has one type, or one type and None"
        raise TypeError(message)
    return Field(name, kinds[0], len(kinds) < len(parts), metadata)


def longest(stored: Field) -> int:
    """Answer how many characters a field of text may hold."""
    unbounded = stored.metadata.get("text")
    return _UNBOUNDED if unbounded else int(stored.metadata.get("length", _DEFAULT_LENGTH))


def column_type(stored: Field) -> TypeEngine[Any]:
    """Answer the column type of one field that is not Money."""
    kind = stored.type
    simple: dict[Any, Callable[[], Any]] = {
        UUID: Id,
        int: sa.BigInteger,
        bool: sa.Boolean,
        datetime: Instant,
        date: sa.Date,
        Decimal: Number,
        bytes: lambda: binary(BYTES),
    }
    made: Any
    if kind in simple:
        made = simple[kind]()
    elif kind is str:
        made = text(None if stored.metadata.get("text") else longest(stored))
    elif isinstance(kind, type) and issubclass(kind, Enum):
        if any(not isinstance(choice.value, str) or len(choice.value) > _CHOICE_LENGTH for choice in kind):
            message = f"field {stored.name}: the values of {kind.__name__} must be texts of at most {_CHOICE_LENGTH} characters"
            raise TypeError(message)
        made = Choice(kind)
    elif get_origin(kind) is tuple or has(kind):
        made = Json(kind)
    else:
        message = f"field {stored.name}: no column can keep {kind!r}"
        raise TypeError(message)
    return made  # type: ignore[no-any-return]  # one of many types


def _columns(cls: type[Record]) -> list[sa.Column[Any]]:
    columns: list[sa.Column[Any]] = [sa.Column("supplier_id", Id(), nullable=False)]
    for stored in stored_fields(cls):
        if stored.type is Money:
            columns.append(sa.Column(f"{stored.name}_minor", sa.BigInteger(), nullable=stored.optional))
            columns.append(sa.Column(f"{stored.name}_currency", text(3), nullable=stored.optional))
        else:
            columns.append(sa.Column(stored.name, column_type(stored), nullable=stored.optional))
    columns.append(sa.Column("live", sa.Boolean(), nullable=False))
    return columns


@remembered
def table(cls: type[Record]) -> sa.Table:
    """Derive the table of a record class, once."""
    name = f"lockportal_{noun(cls)}"
    key = sa.PrimaryKeyConstraint("supplier_id", "account_id", "id")
    made = sa.Table(name, METADATA, *_columns(cls), key, info=_APPENDED if cls.append_only else {}, **_MARIADB)
    sa.Index(f"{name}_live", made.c.account_id, made.c.live)
    if "wake_at" in made.c:
        sa.Index(f"{name}_wake", made.c.supplier_id, made.c.wake_at)
    for index in cls.indexes:
        kind = ("_wide" if index.wide else "_bare" if index.bare else "") + ("_unique" if index.unique else "")
        label = f"{name}{kind}_{'_'.join(index.columns)}"[:_LONGEST_NAME]
        sa.Index(label, *(made.c[column] for column in _indexed(cls, index)), unique=index.unique)
    return made


def _indexed(cls: type[Record], index: Index) -> tuple[str, ...]:
    """Answer the columns of a hinted index; a unique one holds supplier and account, so that it stands partitioned."""
    if index.bare:
        return (*index.columns, "supplier_id")
    first = "supplier_id" if index.wide else "account_id"
    if not index.unique:
        return (first, *index.columns)
    if index.wide and "account_id" not in index.columns:
        message = f"{cls.__name__}: what is unique beyond an account is a claim, not an index"
        raise TypeError(message)
    return (first, *index.columns) if index.wide else (first, *index.columns, "supplier_id")


ACCOUNT = sa.Table(
    "lockportal_account",
    METADATA,
    sa.Column("supplier_id", Id(), primary_key=True),
    sa.Column("account_id", Id(), primary_key=True),
    sa.Column("kind", text(16), nullable=False),
    sa.Column("version", sa.BigInteger(), nullable=False),
    **_MARIADB,
)
JOURNAL = sa.Table(
    "lockportal_journal",
    METADATA,
    sa.Column("supplier_id", Id(), primary_key=True),
    sa.Column("account_id", Id(), primary_key=True),
    sa.Column("version", sa.BigInteger(), primary_key=True, autoincrement=False),
    sa.Column("n", sa.Integer(), primary_key=True, autoincrement=False),
    sa.Column("type", text(64), nullable=False),
    sa.Column("stamp_id", Id(), nullable=False),
    sa.Column("at", Instant(), nullable=False),
    sa.Column("by", text(128), nullable=False),
    sa.Column("ids", Json(tuple[UUID, ...]), nullable=False),
    sa.Column("body", text(None), nullable=False),
    info=_APPENDED,
    **_MARIADB,
)
CLAIM = sa.Table(
    "lockportal_claim",
    METADATA,
    sa.Column("supplier_id", Id(), primary_key=True),
    sa.Column("hash", binary(32), primary_key=True),
    sa.Column("account_id", Id(), nullable=False),
    sa.Column("record_id", Id(), nullable=False),
    sa.Index("lockportal_claim_account", "account_id"),
    **_MARIADB,
)
KEY = sa.Table(
    "lockportal_key",
    METADATA,
    sa.Column("supplier_id", Id(), primary_key=True),
    sa.Column("account_id", Id(), primary_key=True),
    sa.Column("key", Id(), primary_key=True),
    sa.Column("fingerprint", binary(32), nullable=False),
    sa.Column("version", sa.BigInteger(), nullable=False),
    **_MARIADB,
)
SALT = sa.Table(
    "lockportal_salt",
    METADATA,
    sa.Column("supplier_id", Id(), primary_key=True),
    sa.Column("account_id", Id(), primary_key=True),
    sa.Column("subject_id", Id(), primary_key=True),
    sa.Column("salt", binary(32), nullable=False),
    **_MARIADB,
)
OUTBOX = sa.Table(
    "lockportal_outbox",
    METADATA,
    sa.Column("supplier_id", Id(), primary_key=True),
    sa.Column("account_id", Id(), primary_key=True),
    sa.Column("subscriber", text(64), primary_key=True),
    sa.Column("version", sa.BigInteger(), nullable=False),
    sa.Column("wake_at", Instant(), nullable=False),
    sa.Column("attempts", sa.Integer(), nullable=False),
    sa.Column("reason", text(255), nullable=False),
    sa.Index("lockportal_outbox_wake", "supplier_id", "subscriber", "wake_at"),
    **_MARIADB,
)
POSITION = sa.Table(
    "lockportal_position",
    METADATA,
    sa.Column("supplier_id", Id(), primary_key=True),
    sa.Column("account_id", Id(), primary_key=True),
    sa.Column("subscriber", text(64), primary_key=True),
    sa.Column("version", sa.BigInteger(), nullable=False),
    sa.Column("n", sa.Integer(), nullable=False),
    **_MARIADB,
)
QUOTA = sa.Table(
    "lockportal_quota",
    METADATA,
    sa.Column("supplier_id", Id(), primary_key=True),
    sa.Column("account_id", Id(), primary_key=True),
    sa.Column("key", binary(32), primary_key=True),
    sa.Column("hits", sa.BigInteger(), nullable=False),
    sa.Column("until", Instant(), nullable=False),
    sa.Index("lockportal_quota_until", "supplier_id", "until"),
    **_MARIADB,
)
HOUSE = (ACCOUNT, JOURNAL, CLAIM, KEY, SALT, OUTBOX, POSITION, QUOTA)
"""The tables that belong to no record class."""


def record_of(cls: type[R], row: Any) -> R:  # noqa: ANN401 - a row whose columns bear the table's names
    """Make a record of a question's row; a field that the question left out keeps its default."""
    columns = row._mapping  # noqa: SLF001 - the documented way to read a row by name
    values: dict[str, Any] = {}
    for stored in stored_fields(cls):
        if stored.type is Money:
            minor = columns.get(f"{stored.name}_minor")
            if minor is not None:
                values[stored.name] = Money(minor, columns[f"{stored.name}_currency"])
        elif stored.name in columns:
            values[stored.name] = columns[stored.name]
    return cls(**values)
