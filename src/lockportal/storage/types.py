"""Column types that keep a value exactly alike on SQLite, PostgreSQL and MariaDB."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.types import TypeDecorator, TypeEngine

from lockportal import codec

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect

_MARIADB_COLLATION = "utf8mb4_nopad_bin"


def text(length: int | None) -> TypeEngine[str]:
    """Make a string type that compares byte by byte everywhere; None is a string of any length."""
    if length is None:
        return sa.Text().with_variant(mysql.LONGTEXT(charset="utf8mb4", collation=_MARIADB_COLLATION), "mysql", "mariadb")
    return (
        sa.String(length)
        .with_variant(mysql.VARCHAR(length, charset="utf8mb4", collation=_MARIADB_COLLATION), "mysql", "mariadb")
        .with_variant(postgresql.VARCHAR(length, collation="C"), "postgresql")
    )


def binary(size: int) -> TypeEngine[bytes]:
    """Make a type for exactly so many bytes."""
    return sa.LargeBinary(size).with_variant(mysql.BINARY(size), "mysql", "mariadb")


class Id(TypeDecorator[UUID]):
    """A UUID: native on PostgreSQL, 16 bytes elsewhere, so that ids sort alike on every database."""

    impl = sa.LargeBinary(16)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the native type where there is one that sorts by bytes."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(postgresql.UUID(as_uuid=True))
        if dialect.name in {"mysql", "mariadb"}:
            return dialect.type_descriptor(mysql.BINARY(16))
        return dialect.type_descriptor(sa.LargeBinary(16))

    def process_bind_param(self, value: UUID | None, dialect: Dialect) -> Any:  # noqa: ANN401 - the driver's form
        """Hand the driver a UUID or its 16 bytes."""
        return value if value is None or dialect.name == "postgresql" else value.bytes

    def process_result_value(self, value: Any, dialect: Dialect) -> UUID | None:  # noqa: ANN401 - the driver's form
        """Answer a UUID."""
        return value if value is None or dialect.name == "postgresql" else UUID(bytes=bytes(value))


class Instant(TypeDecorator[datetime]):
    """An aware time, kept in UTC with microseconds; on SQLite as ISO text that sorts."""

    impl = sa.String(27)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the type that keeps microseconds."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(sa.DateTime(timezone=True))
        if dialect.name in {"mysql", "mariadb"}:
            return dialect.type_descriptor(mysql.DATETIME(fsp=6))
        return dialect.type_descriptor(sa.String(27))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:  # noqa: ANN401 - the driver's form
        """Hand the driver a time in UTC."""
        if value is None:
            return None
        if dialect.name == "postgresql":
            return value
        return sqlite_instant(value) if dialect.name == "sqlite" else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ANN401 - driver's form
        """Answer an aware time in UTC."""
        if value is None:
            return None
        if dialect.name == "sqlite":
            return datetime.fromisoformat(value)
        found: datetime = value
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def sqlite_instant(value: datetime) -> str:
    """Write a time as text whose order is the order of time."""
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


class Moment(sa.sql.functions.FunctionElement[datetime]):
    """The time that is bound, or else the database's own at this statement."""

    name = "moment"
    type = Instant()
    inherit_cache = True

    def __init__(self, given: sa.BindParameter[Any]) -> None:
        """Keep the parameter, which is None for the database's own time."""
        super().__init__(given)


@compiles(Moment)
def _moment(element: Moment, compiler: Any, **kwargs: Any) -> str:  # noqa: ANN401 - SQLAlchemy's signature
    return f"coalesce({compiler.process(element.clauses, **kwargs)}, current_timestamp)"


@compiles(Moment, "postgresql")
def _moment_postgresql(element: Moment, compiler: Any, **kwargs: Any) -> str:  # noqa: ANN401 - SQLAlchemy's signature
    return f"coalesce({compiler.process(element.clauses, **kwargs)}, statement_timestamp())"


@compiles(Moment, "mysql", "mariadb")
def _moment_mariadb(element: Moment, compiler: Any, **kwargs: Any) -> str:  # noqa: ANN401 - SQLAlchemy's signature
    return f"cast(coalesce({compiler.process(element.clauses, **kwargs)}, utc_timestamp(6)) as datetime(6))"


@compiles(Moment, "sqlite")
def _moment_sqlite(element: Moment, compiler: Any, **kwargs: Any) -> str:  # noqa: ANN401 - SQLAlchemy's signature
    return f"coalesce({compiler.process(element.clauses, **kwargs)}, strftime('%Y-%m-%dT%H:%M:%f000Z', 'now'))"


class Number(TypeDecorator[Decimal]):
    """A Decimal kept digit by digit as text: 0.10 stays 0.10. It is never summed in the database; money is integers."""

    impl = sa.String(64)
    cache_ok = True
    length = 64

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:  # noqa: ARG002 - SQLAlchemy's signature
        """Use the exact text type."""
        return text(64)

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Hand the driver the digits."""
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Answer the Decimal."""
        return None if value is None else Decimal(value)


class Choice(TypeDecorator[Enum]):
    """A member of an Enum whose values are text."""

    impl = sa.String(32)
    cache_ok = True
    length = 32

    def __init__(self, choices: type[Enum]) -> None:
        """Keep the Enum whose members the column holds."""
        super().__init__(32)
        self.choices = choices

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:  # noqa: ARG002 - SQLAlchemy's signature
        """Use the exact text type."""
        return text(32)

    def process_bind_param(self, value: Enum | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Hand the driver the member's value."""
        return None if value is None else str(self.choices(value).value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Enum | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Answer the member."""
        return None if value is None else self.choices(value)


class Json(TypeDecorator[Any]):
    """A tuple of value objects, or one value object, as JSON text in the codec's form."""

    impl = sa.Text
    cache_ok = True

    def __init__(self, shape: Any) -> None:  # noqa: ANN401 - a type form such as tuple[Line, ...]
        """Keep the type that is read back."""
        super().__init__()
        self.shape = shape

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:  # noqa: ARG002 - SQLAlchemy's signature
        """Use the exact text type of any length."""
        return text(None)

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ANN401, ARG002 - SQLAlchemy's signature
        """Hand the driver JSON."""
        return None if value is None else codec.dumps(value).decode()

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:  # noqa: ANN401, ARG002 - SQLAlchemy's signature
        """Answer what the JSON says."""
        return None if value is None else codec.load_stored(self.shape, value)
