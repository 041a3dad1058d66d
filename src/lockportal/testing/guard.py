"""Two looks at what leaves for the database: a guard that lets no statement pass without its supplier, and a count."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import sqlalchemy as sa

from lockportal.storage.engines import Engines

_KINDS: Final = ("SELECT", "INSERT", "UPDATE", "DELETE", "COPY", "WITH", "REPLACE", "TRUNCATE")
_TABLE: Final = re.compile(r"(?<![\w.])[\"`]?lockportal_(?!version\b)\w+[\"`]?(?![\w.\"`])")
_FILTER: Final = re.compile(r"supplier_id[\"`]? = (?:\?|%|:)")
_INSERT: Final = re.compile(r"\s*(?:INSERT INTO|COPY) [\"`]?lockportal_\w+[\"`]? \([\"`]?supplier_id\b")


class Unscoped(AssertionError):
    """A statement on lockportal's tables does not name its supplier."""


@contextmanager
def scoped(engines: Engines) -> Iterator[None]:
    """Raise Unscoped for every statement on lockportal's rows that does not bear a supplier for each table it names."""
    with _listening(engines, check_scope):
        yield


@contextmanager
def counting(engines: Engines) -> Iterator[list[str]]:
    """Collect the statements that are sent meanwhile.

    with counting(engines) as sent:
        portal.documents.find(…)
    assert len(sent) == 1
    """
    sent: list[str] = []
    with _listening(engines, sent.append):
        yield sent


def check_scope(statement: str) -> None:
    """Raise Unscoped unless the statement bears a supplier for each of lockportal's tables that it names.

    What is inserted has its supplier as its first column; of the tables that it is selected from, each has its own.
    """
    if not statement.lstrip().upper().startswith(_KINDS):
        return
    into = _INSERT.match(statement)
    read = statement if into is None else statement[into.end() :]
    if len(_FILTER.findall(read)) < len(_TABLE.findall(read)):
        raise Unscoped(statement)


@contextmanager
def _listening(engines: Engines, hear: Callable[[str], object]) -> Iterator[None]:
    def before(
        connection: object,  # noqa: ARG001 - SQLAlchemy's signature
        cursor: object,  # noqa: ARG001 - SQLAlchemy's signature
        statement: str,
        parameters: object,  # noqa: ARG001 - SQLAlchemy's signature
        context: Any,  # noqa: ANN401, ARG001 - SQLAlchemy's signature
        executemany: bool,  # noqa: ARG001 - SQLAlchemy's signature
    ) -> None:
        hear(statement)

    both = {id(engine): engine for engine in (engines.writes, engines.reads)}
    for engine in both.values():
        sa.event.listen(engine, "before_cursor_execute", before)
    try:
        yield
    finally:
        for engine in both.values():
            sa.event.remove(engine, "before_cursor_execute", before)
