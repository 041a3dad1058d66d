"""Write a migration from what the records say: `python -m lockportal.storage.migrations.revision "what it is for"`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import cast

from alembic import command
from alembic.script import ScriptDirectory

from lockportal.core.account import Capability
from lockportal.storage.engines import open_engines
from lockportal.storage.migrations.running import OWN, schema, upgrade

_USAGE = 'usage: python -m lockportal.storage.migrations.revision "what it is for" | --initial'


def built_in() -> Sequence[Capability]:
    """Answer the capabilities that come with lockportal."""
    return cast("Sequence[Capability]", import_module("lockportal.builtin").Rooms().lockportal_capabilities())


def write(message: str, capabilities: Sequence[Capability]) -> Path:
    """Compare the newest schema with the records, in memory, and write what is between them as the next version."""
    engines = open_engines("sqlite://")
    upgrade(engines)
    config = OWN.config
    number = len(list(ScriptDirectory.from_config(config).walk_revisions())) + 1
    with engines.writing() as connection:
        config.attributes |= {"connection": connection, "metadata": schema(capabilities)}
        made = command.revision(config, message, autogenerate=True, rev_id=f"{number:04}", version_path=str(OWN.folder))
    engines.dispose()
    if made is None or isinstance(made, list):
        raise SystemExit("nothing was written")
    return Path(made.path)


def main(arguments: Sequence[str]) -> str:
    """Write the migration that the arguments ask for and answer where it is."""
    if len(arguments) != 1 or arguments[0] in {"-h", "--help"}:
        raise SystemExit(_USAGE)
    if arguments[0] != "--initial":
        return str(write(arguments[0], built_in()))
    for path in OWN.folder.glob("0*.py"):
        path.unlink()
    return str(write("initial", built_in()))


if __name__ == "__main__":
    sys.stdout.write(main(sys.argv[1:]) + "\n")
