"""The one exit for statements: whatever leaves for the database passes here, and bears the supplier."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles

from lockportal.core.ports import JournalRow, Question, Scope
from lockportal.storage.tables import JOURNAL, table
from lockportal.storage.types import Id

if TYPE_CHECKING:
    from lockportal.storage.tables import Source

SUPPLIER = sa.bindparam("supplier_", type_=Id())
ACCOUNT = sa.bindparam("account_", type_=Id())
ACCOUNTS = sa.bindparam("accounts_", type_=Id(), expanding=True)


_KEPT = 512
"""So many built statements are kept: a stranger who combines filters must not fill the memory."""


class _Fenced(sa.ColumnElement[UUID]):
    """A column that a condition reads, but that should not choose the index.

    SQLite keeps no figures of how selective an index is: beside an account it would take the supplier's wide one as gladly, and
    read the whole book.
    """

    inherit_cache = True
    _traverse_internals = [("column", sa.sql.visitors.InternalTraversal.dp_clauseelement)]  # noqa: RUF012 - as SQLAlchemy has it

    def __init__(self, column: sa.ColumnElement[UUID]) -> None:
        """Keep the column."""
        self.column = column
        self.type = column.type


@compiles(_Fenced)
def _plain(element: _Fenced, compiler: Any, **kwargs: Any) -> str:  # noqa: ANN401 - SQLAlchemy's signature
    return cast("str", compiler.process(element.column, **kwargs))


@compiles(_Fenced, "sqlite")
def _plus(element: _Fenced, compiler: Any, **kwargs: Any) -> str:  # noqa: ANN401 - SQLAlchemy's signature
    return f"+{compiler.process(element.column, **kwargs)}"


def _source(accounts: str) -> Source:
    """Make what a question reads from. Over a whole supplier only its first table leads by the supplier; others are joined."""
    read_before: list[type[Any]] = []

    def read(cls: type[Any]) -> sa.FromClause:
        made = JOURNAL if cls is JournalRow else table(cls)
        leads = accounts == "all" and not read_before
        read_before.append(cls)
        supplier = made.c.supplier_id if leads else _Fenced(made.c.supplier_id)
        where = [supplier == SUPPLIER]
        if accounts == "one":
            where.append(made.c.account_id == ACCOUNT)
        elif accounts == "several":
            where.append(made.c.account_id.in_(ACCOUNTS))
        return sa.select(made).where(*where).subquery()

    return read


@lru_cache(maxsize=_KEPT)
def _statement(question: Question, accounts: str, shape: tuple[tuple[str, Any], ...]) -> sa.Select[Any]:
    build: Callable[..., sa.Select[Any]] = question.build
    return build(_source(accounts), **dict(shape))


def ask(
    connection: sa.Connection,
    supplier_id: UUID,
    question: Question,
    scope: Scope,
    shape: Mapping[str, Any],
    params: Mapping[str, Any],
) -> Sequence[sa.Row[Any]]:
    """Answer a question's rows, from the form that was prebuilt for the whole supplier, one account, or several."""
    bound: dict[str, Any] = {"supplier_": supplier_id, **params}
    if scope is None:
        accounts = "all"
    elif len(scope) == 1:
        accounts, bound["account_"] = "one", scope[0]
    else:
        accounts, bound["accounts_"] = "several", list(scope)
    statement = _statement(question, accounts, tuple(sorted(shape.items())))
    return connection.execute(statement, bound).all()
