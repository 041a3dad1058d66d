"""How Alembic is told to look at lockportal's tables and at nothing else of the database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import sqlalchemy as sa
from alembic.autogenerate import rewriter
from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops

from lockportal.storage import types
from lockportal.storage.migrations.append_only import MARK, Protect

PREFIX: Final = "lockportal_"
VERSION_TABLE: Final = "lockportal_version"


def _is_ours(name: str | None, kind: str, parents: Mapping[str, str | None]) -> bool:  # noqa: ARG001 - Alembic's signature
    return kind != "table" or (name is not None and name.startswith(PREFIX) and not name.startswith(VERSION_TABLE))


def _is_wanted(item: object, name: str | None, kind: str, reflected: bool, twin: object) -> bool:  # noqa: ARG001 - as above
    """Pass over a table of the database that no loaded capability keeps: a plugin's that is switched off."""
    return not (kind == "table" and reflected and twin is None)


def _written(kind: str, item: object, context: AutogenContext) -> str | bool:  # noqa: ARG001 - Alembic's signature
    """Write a column's type by what the database keeps, so that a migration knows no record class."""
    made = ""
    if isinstance(item, types.Id | types.Instant):
        made = f"types.{type(item).__name__}()"
    elif isinstance(item, types.Json):
        made = "types.text(None)"
    elif isinstance(item, sa.LargeBinary):
        made = f"types.binary({item.length})"
    elif isinstance(item, types.Choice | types.Number | sa.String):  # sa.Text is one too
        made = f"types.text({item.length})"
    return made if made and kind == "type" else False


_again = rewriter.Rewriter()


@_again.rewrites(ops.CreateTableOp)
def _create_table(context: object, revision: object, op: ops.CreateTableOp) -> Iterable[ops.MigrateOperation]:  # noqa: ARG001 - Alembic's signature
    """Let a migration that broke off run again, where DDL is in no transaction; protect what is append-only."""
    op.if_not_exists = True
    return [op, Protect("protect", op.table_name)] if op.info.pop(MARK, False) else [op]


@_again.rewrites(ops.DropTableOp)
def _drop_table(context: object, revision: object, op: ops.DropTableOp) -> Iterable[ops.MigrateOperation]:  # noqa: ARG001 - Alembic's signature
    return [Protect("release", op.table_name), op] if (op.info or {}).get(MARK) else [op]


@_again.rewrites(ops.CreateIndexOp)
def _create_index(context: object, revision: object, op: ops.CreateIndexOp) -> Iterable[ops.MigrateOperation]:  # noqa: ARG001 - Alembic's signature
    op.if_not_exists = True
    return [op]


@_again.rewrites(ops.DowngradeOps)
def _downgrade(context: object, revision: object, op: ops.DowngradeOps) -> Iterable[ops.MigrateOperation]:  # noqa: ARG001 - as above
    """Leave to a table that is dropped its indexes: who runs it again could not drop them from a table that is gone."""
    dropped = {each.table_name for each in op.ops if isinstance(each, ops.DropTableOp)}
    op.ops = [each for each in op.ops if not (isinstance(each, ops.ModifyTableOps) and each.table_name in dropped)]
    for each in op.ops:
        if isinstance(each, ops.DropTableOp):
            each.if_exists = True
    return [op]


OPTIONS: Final[dict[str, Any]] = {
    "render_as_batch": True,
    "include_name": _is_ours,
    "include_object": _is_wanted,
    "render_item": _written,
    "process_revision_directives": _again,
    "compare_type": True,
    "transactional_ddl": True,
}
"""The same for every line of migrations, and for the comparison of a database with the records."""
