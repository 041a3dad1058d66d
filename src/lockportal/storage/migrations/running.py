"""The four verbs: upgrade, downgrade, check, sql. Run by the library itself, without an alembic.ini."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from attrs import frozen

from lockportal.core.account import Capability
from lockportal.core.errors import Refused
from lockportal.storage.engines import Engines, url_of
from lockportal.storage.migrations.append_only import lacking
from lockportal.storage.migrations.options import OPTIONS, VERSION_TABLE
from lockportal.storage.tables import HOUSE, table

_HERE = Path(__file__).resolve().parent
_LOCK = 0x10C4904741
_PATIENCE = 600
_ONE_AT_A_TIME = threading.Lock()
"""Alembic's context belongs to the process: threads that upgrade different databases would work on each other's connections."""


@frozen
class Line:
    """One line of migrations: lockportal's own, or a plugin's, each with a version table of its own."""

    folder: Path
    version_table: str = VERSION_TABLE

    @property
    def config(self) -> Config:
        """Make Alembic's configuration of this line."""
        config = Config(stdout=io.StringIO())
        config.set_main_option("script_location", str(_HERE).replace("%", "%%"))
        config.set_main_option("path_separator", "newline")
        config.set_main_option("version_locations", str(self.folder).replace("%", "%%"))
        config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
        config.attributes["options"] = self.options
        return config

    @property
    def options(self) -> dict[str, Any]:
        """Answer how Alembic looks at the database for this line."""
        return {**OPTIONS, "version_table": self.version_table}

    def heads(self, connection: sa.Connection) -> set[str]:
        """Answer at which versions the database is."""
        return set(MigrationContext.configure(connection, opts=self.options).get_current_heads())


OWN = Line(_HERE / "versions")
"""Lockportal's own migrations."""


def lines(capabilities: Sequence[Capability]) -> tuple[Line, ...]:
    """Answer lockportal's own line and those of the capabilities that bring one."""
    return (OWN, *(line_of(capability) for capability in capabilities if capability.migrations))


def line_of(capability: Capability) -> Line:
    """Answer the line of a capability that brings its migrations."""
    package = import_module(capability.migrations)
    return Line(Path(str(package.__file__)).parent, f"{VERSION_TABLE}_{capability.name}")


def upgrade(engines: Engines, capabilities: Sequence[Capability] = ()) -> None:
    """Bring the schema up to the newest version; does nothing if it is there. Several processes may do it at once.

    Refused, if the database is at a version that is not known here.
    """
    for line in lines(capabilities):
        if not _is_current(engines, line):
            with _alone(engines) as connection, _ONE_AT_A_TIME:
                config = line.config
                config.attributes["connection"] = connection
                command.upgrade(config, "heads")


def downgrade(engines: Engines, to: str, plugin: Capability | None = None) -> None:
    """Take lockportal's own tables, or a plugin's, back to a version; `base` drops them with what is in them."""
    with _alone(engines) as connection, _ONE_AT_A_TIME:
        config = (OWN if plugin is None else line_of(plugin)).config
        config.attributes["connection"] = connection
        command.downgrade(config, to)


def check(engines: Engines, capabilities: Sequence[Capability] = ()) -> tuple[str, ...]:
    """Say what the database lacks or has otherwise than these capabilities need it; an empty answer is well."""
    faults: list[str] = []
    wanted = schema(capabilities)
    with engines.reading() as connection:
        for line in lines(capabilities):
            script = ScriptDirectory.from_config(line.config)
            found = line.heads(connection)
            faults += [f"version {one} is not applied" for one in sorted({*script.get_heads()} - found)]
            faults += [f"version {one} is not known here" for one in sorted(found - _known(script))]
        context = MigrationContext.configure(connection, opts={**OPTIONS, "target_metadata": wanted})
        faults += [_described(difference) for difference in compare_metadata(context, wanted)]
        faults += [f"add trigger: {name}" for name in lacking(connection, wanted)]
    return tuple(faults)


def sql(database: str, capabilities: Sequence[Capability] = ()) -> str:
    """Write the script that makes an empty database of this kind what `upgrade` would; no connection is opened."""
    output = io.StringIO()
    for line in lines(capabilities):
        config = line.config
        config.attributes |= {"url": url_of(database), "output": output}
        with _ONE_AT_A_TIME:
            command.upgrade(config, "heads", sql=True)
    return output.getvalue()


def schema(capabilities: Sequence[Capability]) -> sa.MetaData:
    """Answer the tables of the house and of these capabilities, and of nobody else."""
    made = sa.MetaData()
    for kept in (*HOUSE, *(table(cls) for capability in capabilities for cls in capability.tables)):
        kept.to_metadata(made)
    return made


def _known(script: ScriptDirectory) -> set[str]:
    return {revision.revision for revision in script.walk_revisions()}


def _is_current(engines: Engines, line: Line) -> bool:
    script = ScriptDirectory.from_config(line.config)
    with engines.reading() as connection:
        found = line.heads(connection)
    strange = found - _known(script)
    if strange:
        message = f"The database is at version {min(strange)}: use the lockportal, or the plugin, that brought it there."
        raise Refused("schema.version_unknown", message)
    return found == set(script.get_heads())


@contextmanager
def _alone(engines: Engines) -> Iterator[sa.Connection]:
    """Open a write transaction beside which no other process changes the schema, until it is committed; it sees what they did.

    SQLite's write lock is enough. PostgreSQL's ends with the transaction, whose level must let it look anew once it has the lock.
    MariaDB's belongs to a connection, and would be given back before the commit if it were this one.
    """
    if engines.dialect not in {"mysql", "mariadb"}:
        with engines.writing() as connection:
            if engines.dialect == "postgresql":
                connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
            yield connection
        return
    name = sa.func.concat("lockportal.", sa.func.database())
    with engines.reading() as guard:
        if guard.execute(sa.select(sa.func.get_lock(name, _PATIENCE))).scalar_one() != 1:
            raise Refused("schema.busy", "Somebody else has been changing the schema for ten minutes: try again afterwards.")
        try:
            with engines.writing() as connection:
                yield connection
        finally:
            guard.execute(sa.select(sa.func.release_lock(name)))


def _described(difference: object) -> str:
    """Put one of Alembic's differences into words; a changed column comes as a list of one."""
    parts = difference[0] if isinstance(difference, list) else difference
    assert isinstance(parts, tuple)  # noqa: S101 - what Alembic documents
    verb, *rest = parts
    names = ".".join(str(getattr(part, "name", part)) for part in rest if isinstance(part, str | sa.Table | sa.Column | sa.Index))
    return f"{str(verb).replace('_', ' ')}: {names}"
