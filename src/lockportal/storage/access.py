"""The one way to the database: reads that are tried once more, writes whose failures are named, and small writes tried again."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar
from uuid import UUID

import sqlalchemy as sa
from attrs import frozen

from lockportal.core.errors import Conflict
from lockportal.storage.engines import Engines
from lockportal.storage.faults import Fault, classify

T = TypeVar("T")
_TRIES = 10
_PAUSE = 0.01


@frozen
class Access:
    """The engines of one database for one supplier, whose id every statement bears."""

    engines: Engines
    supplier: UUID

    def read(self, run: Callable[[sa.Connection], T]) -> T:
        """Run statements that write nothing; after a lost connection they are run once more."""
        try:
            with self.engines.reading() as connection:
                return run(connection)
        except sa.exc.DBAPIError as error:
            if classify(error) is not Fault.LOST:
                raise
        with self.engines.reading() as connection:
            return run(connection)

    def write(self, run: Callable[[sa.Connection], T]) -> T:
        """Run one write transaction. Conflict: somebody was faster. ConnectionError: whether it was committed is not known."""
        try:
            with self.engines.writing() as connection:
                return run(connection)
        except sa.exc.DBAPIError as error:
            fault = classify(error)
            if fault in {Fault.CONFLICT, Fault.DUPLICATE}:
                raise Conflict("account.changed", "Somebody else changed this account meanwhile. Try again.") from error
            if fault is Fault.LOST:
                message = "the connection broke before the database answered"
                raise ConnectionError(message) from error
            raise

    def settle(self, run: Callable[[sa.Connection], T]) -> T:
        """Run a write transaction that does no harm twice, until it holds."""
        for attempt in range(1, _TRIES):
            try:
                return self.write(run)
            except (Conflict, ConnectionError):
                time.sleep(_PAUSE * attempt)
        return self.write(run)

    def take(self, run: Callable[[sa.Connection], list[T]]) -> list[T]:
        """Run a transaction that takes what waits for work; nothing where others were faster each time."""
        try:
            return self.settle(run)
        except Conflict:
            return []

    def all(self, statement: sa.Executable, **bound: Any) -> Sequence[sa.Row[Any]]:  # noqa: ANN401 - bound values
        """Answer the rows of one statement."""
        return self.read(lambda connection: connection.execute(statement, self.bound(**bound)).all())

    def one(self, statement: sa.Executable, **bound: Any) -> sa.Row[Any] | None:  # noqa: ANN401 - bound values
        """Answer the first row of one statement, or None."""
        return next(iter(self.all(statement, **bound)), None)

    def change(self, statement: sa.Executable, bound: Mapping[str, Any]) -> None:
        """Run one small write that does no harm twice."""
        self.settle(lambda connection: connection.execute(statement, self.bound(**bound)))

    def bound(self, **values: Any) -> dict[str, Any]:  # noqa: ANN401 - bound values
        """Put the supplier beside a statement's other values."""
        return {"supplier_": self.supplier, **values}
