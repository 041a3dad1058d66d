"""Tables to which rows are only added: the database itself refuses to change one, or to take one away.

A table is one of them by `info={"append_only": True}`. Migrations say `append_only.protect(name)` after they made it.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op
from alembic.autogenerate.api import AutogenContext
from alembic.autogenerate.render import renderers
from alembic.operations import ops

MARK: Final = "append_only"
_SHOWN: Final = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": (
        "SELECT tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid"
        " WHERE NOT tgisinternal AND tgenabled <> 'D' AND pg_table_is_visible(tgrelid)"
    ),
    "mariadb": "SELECT trigger_name FROM information_schema.triggers WHERE trigger_schema = database()",
}


class Protect(ops.MigrateOperation):
    """A step of a migration: a table is protected, or is so no longer."""

    def __init__(self, verb: str, table: str) -> None:
        """Keep the verb, `protect` or `release`, and the table's name."""
        self.verb, self.table = verb, table


@renderers.dispatch_for(Protect)
def _written(context: AutogenContext, step: Protect) -> str:
    context.imports.add("from lockportal.storage.migrations import append_only")
    return f"append_only.{step.verb}({step.table!r})"


def protect(table: str) -> None:
    """Let the database refuse every change of a row of this table; called by migrations."""
    for statement in _protecting(op.get_context().dialect.name, table):
        op.execute(statement)


def release(table: str) -> None:
    """Take the protection back, before the table is dropped; called by migrations."""
    dialect = op.get_context().dialect.name
    for trigger in triggers(dialect, table):
        op.execute(f"DROP TRIGGER IF EXISTS {trigger}" + (f" ON {table}" if dialect == "postgresql" else ""))
    if dialect == "postgresql":
        op.execute(f"DROP FUNCTION IF EXISTS {table}_append_only()")


def triggers(dialect: str, table: str) -> tuple[str, str]:
    """Answer the names of the triggers that protect a table on a kind of database."""
    second = "no_truncate" if dialect == "postgresql" else "no_delete"
    return (f"{table}_no_{'change' if dialect == 'postgresql' else 'update'}", f"{table}_{second}")


def lacking(connection: sa.Connection, schema: sa.MetaData) -> tuple[str, ...]:
    """Answer the triggers that a database should have and has not; MariaDB shows them to those alone who might drop them."""
    dialect = connection.dialect.name
    if dialect == "mariadb":
        grants = " ".join(connection.exec_driver_sql("SHOW GRANTS").scalars())
        if "TRIGGER" not in grants and "ALL PRIVILEGES" not in grants:
            return ()
    found = set(connection.exec_driver_sql(_SHOWN[dialect]).scalars())
    protected = [name for name, table in schema.tables.items() if table.info.get(MARK)]
    standing = {name for name in sa.inspect(connection).get_table_names() if name in protected}
    return tuple(name for table in protected if table in standing for name in triggers(dialect, table) if name not in found)


def _protecting(dialect: str, table: str) -> tuple[str, ...]:
    told, (first, second) = f"{table} is append-only", triggers(dialect, table)
    if dialect == "sqlite":
        refusal = f"BEGIN SELECT RAISE(ABORT, '{told}'); END"
        return tuple(
            f"CREATE TRIGGER IF NOT EXISTS {name} BEFORE {verb} ON {table} {refusal}"
            for name, verb in ((first, "UPDATE"), (second, "DELETE"))
        )
    if dialect == "postgresql":
        function = f"{table}_append_only()"
        raising = f"BEGIN RAISE EXCEPTION USING MESSAGE = '{told}', ERRCODE = 'restrict_violation'; END"
        return (
            f"CREATE OR REPLACE FUNCTION {function} RETURNS trigger LANGUAGE plpgsql AS $${raising}$$",
            f"CREATE TRIGGER {first} BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {function}",
            f"CREATE TRIGGER {second} BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {function}",
        )
    refusal = f"FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = '{told}'"
    return tuple(
        f"CREATE TRIGGER IF NOT EXISTS {name} BEFORE {verb} ON {table} {refusal}"
        for name, verb in ((first, "UPDATE"), (second, "DELETE"))
    )
