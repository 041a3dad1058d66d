"""The one way to the database: reads that are tried once more, writes whose failures are named, and small writes tried again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any, TypeVar
from uuid import UUID

import sqlalchemy as sa
from attrs import define, field, frozen

from lockportal.core.errors import Conflict, GatewayError
from lockportal.storage.engines import Engines
from lockportal.storage.faults import Fault, classify

T = TypeVar("T")
_TRIES = 10
_PAUSE = 0.01
_BROKE = "the connection broke before the database answered"
_UNWRITABLE = "The database's disk is full or takes no write, and nothing was changed: make room on it, then do it again."


@frozen
class Access:
    """The engines of one database for one supplier, whose id every statement bears."""

    engines: Engines
    supplier: UUID

    def read(self, run: Callable[[sa.Connection], T]) -> T:
        """Run statements that write nothing, each for itself: once more after a lost connection, again after a conflict.

        All of them are run again, never one alone. ConnectionError: the connection was lost again, or none could be opened.
        """

        def once() -> T:
            with self.engines.reading() as connection:
                return run(connection)

        return repeated(once)

    def still(self, run: Callable[[sa.Connection], T]) -> T:
        """As `read`, but every statement is answered of the same moment."""
        with self.moment() as moment:
            return moment.read(run)

    @contextmanager
    def moment(self) -> Iterator[Moment]:
        """Open a moment, of which several reads are answered."""
        with ExitStack() as open_:
            yield Moment(self.engines, open_)

    def write(self, run: Callable[[sa.Connection], T]) -> T:
        """Run one write transaction. Conflict: somebody was faster. ConnectionError: whether it was committed is not known.

        GatewayError `database.unwritable`: the disk is full or fails, and nothing was committed.
        """
        with naming(), self.engines.writing() as connection:
            return run(connection)

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


@define
class Moment:
    """Reads of one transaction, which begins with the first of them."""

    _engines: Engines
    _open: ExitStack
    _connection: sa.Connection | None = field(default=None, init=False)

    def read(self, run: Callable[[sa.Connection], T]) -> T:
        """Run statements that write nothing. The first read is repeated as `Access.read` does; later ones have no second try.

        ConnectionError: what was answered before and what would be answered now are not of one moment.
        """
        if self._connection is None:
            return repeated(lambda: self._begin(run))
        with naming():
            return run(self._connection)

    def _begin(self, run: Callable[[sa.Connection], T]) -> T:
        with ExitStack() as begun:
            connection = begun.enter_context(self._engines.snapshot())
            found = run(connection)
            self._open.push(begun.pop_all())
            self._connection = connection
        return found


@contextmanager
def naming() -> Iterator[None]:
    """Raise Conflict, ConnectionError, or GatewayError `database.unwritable` in the place of what the driver has for it."""
    try:
        yield
    except sa.exc.DBAPIError as error:
        fault = classify(error)
        if fault in {Fault.CONFLICT, Fault.DUPLICATE}:
            raise Conflict("account.changed", "Somebody else changed this account meanwhile. Try again.") from error
        if fault is Fault.UNWRITABLE:
            raise GatewayError("database.unwritable", _UNWRITABLE) from error
        if fault is Fault.LOST:
            raise ConnectionError(_BROKE) from error
        raise


def repeated(once: Callable[[], T]) -> T:
    """Do what writes nothing: a second time after a lost connection, some times after conflicts."""
    lost = False
    for attempt in range(1, _TRIES):
        try:
            with naming():
                return once()
        except Conflict:  # at SERIALIZABLE a read may be what gives way
            time.sleep(_PAUSE * attempt)
        except ConnectionError:
            if lost:
                raise
            lost = True
        except sa.exc.OperationalError as error:
            if not lost or error.statement is not None:
                raise
            raise ConnectionError(_BROKE) from error  # the database is gone: no connection can be opened
    with naming():
        return once()
