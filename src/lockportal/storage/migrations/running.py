"""The four verbs: upgrade, downgrade, check, sql. Run by the library itself, without an alembic.ini."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from lockportal.core.account import Capability
from lockportal.core.errors import Refused
from lockportal.storage.engines import Engines, url_of
from lockportal.storage.migrations.options import OPTIONS
from lockportal.storage.tables import HOUSE, table

_HERE = Path(__file__).resolve().parent
_LOCK = 0x10C4904741
_PATIENCE = 600


def upgrade(engines: Engines, capabilities: Sequence[Capability] = ()) -> None:
    """Bring the schema up to the newest version; does nothing if it is there. Several processes may do it at once.

    Refused, if the database is at a version that is not known here.
    """
    config = configuration(capabilities)
    if not _is_current(engines, config):
        with _alone(engines) as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "heads")


def downgrade(engines: Engines, to: str, capabilities: Sequence[Capability] = ()) -> None:
    """Take the schema back to a version; `base` drops every table of lockportal with what is in it."""
    config = configuration(capabilities)
    with _alone(engines) as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, to)


def check(engines: Engines, capabilities: Sequence[Capability] = ()) -> tuple[str, ...]:
    """Say what the database lacks or has otherwise than these capabilities need it; an empty answer is well."""
    config = configuration(capabilities)
    with engines.reading() as connection:
        script = ScriptDirectory.from_config(config)
        found, wanted = _heads(connection), set(script.get_heads())
        faults = [f"version {one} is not applied" for one in sorted(wanted - found)]
        faults += [f"version {one} is not known here" for one in sorted(found - _known(script))]
        context = MigrationContext.configure(connection, opts={**OPTIONS, "target_metadata": schema(capabilities)})
        faults += [_described(difference) for difference in compare_metadata(context, schema(capabilities))]
    return tuple(faults)


def sql(database: str, capabilities: Sequence[Capability] = ()) -> str:
    """Write the script that makes an empty database of this kind what `upgrade` would; no connection is opened."""
    config = configuration(capabilities)
    output = io.StringIO()
    config.attributes |= {"url": url_of(database), "output": output}
    command.upgrade(config, "heads", sql=True)
    return output.getvalue()


def schema(capabilities: Sequence[Capability]) -> sa.MetaData:
    """Answer the tables of the house and of these capabilities, and of nobody else."""
    made = sa.MetaData()
    for kept in (*HOUSE, *(table(cls) for capability in capabilities for cls in capability.tables)):
        kept.to_metadata(made)
    return made


def configuration(capabilities: Sequence[Capability]) -> Config:
    """Make Alembic's configuration: our own migrations and those of the capabilities that bring some."""
    packages = [capability.migrations for capability in capabilities if capability.migrations]
    folders = [str(_HERE / "versions"), *(str(Path(str(import_module(name).__file__)).parent) for name in packages)]
    config = Config(stdout=io.StringIO())
    config.set_main_option("script_location", str(_HERE).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", "\n".join(folders).replace("%", "%%"))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    return config


def _heads(connection: sa.Connection) -> set[str]:
    return set(MigrationContext.configure(connection, opts=OPTIONS).get_current_heads())


def _known(script: ScriptDirectory) -> set[str]:
    return {revision.revision for revision in script.walk_revisions()}


def _is_current(engines: Engines, config: Config) -> bool:
    script = ScriptDirectory.from_config(config)
    with engines.reading() as connection:
        found = _heads(connection)
    strange = found - _known(script)
    if strange:
        message = f"The database is at version {min(strange)}: use the lockportal, or the plugin, that brought it there."
        raise Refused("schema.version_unknown", message)
    return found == set(script.get_heads())


@contextmanager
def _alone(engines: Engines) -> Iterator[sa.Connection]:
    """Open a write transaction that no other process changes the schema beside; SQLite's write lock is enough."""
    with engines.writing() as connection:
        if engines.dialect == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
        if engines.dialect not in {"mysql", "mariadb"}:
            yield connection
            return
        connection.execute(sa.select(sa.func.get_lock(sa.func.concat("lockportal.", sa.func.database()), _PATIENCE)))
        try:
            yield connection
        finally:
            connection.execute(sa.select(sa.func.release_lock(sa.func.concat("lockportal.", sa.func.database()))))


def _described(difference: object) -> str:
    """Put one of Alembic's differences into words; a changed column comes as a list of one."""
    parts = difference[0] if isinstance(difference, list) else difference
    assert isinstance(parts, tuple)  # noqa: S101 - what Alembic documents
    verb, *rest = parts
    names = ".".join(str(getattr(part, "name", part)) for part in rest if isinstance(part, str | sa.Table | sa.Column | sa.Index))
    return f"{str(verb).replace('_', ' ')}: {names}"
