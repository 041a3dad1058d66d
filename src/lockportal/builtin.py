"""What comes with lockportal, registered through the same hooks as a stranger's plugin."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from lockportal.core.account import Capability
from lockportal.core.ports import Notifier, Renderer
from lockportal.plugins import hookimpl

_CAPABILITIES = ("profiles", "access", "ledger", "documents")


class Rooms:
    """The built-in capabilities, from the lowest to the highest."""

    @hookimpl
    def lockportal_capabilities(self) -> Sequence[Capability]:
        """Answer them in layer order."""
        return [import_module(f"lockportal.{name}").capability for name in _CAPABILITIES]


class Databases:
    """SQLite, PostgreSQL and MariaDB."""

    @hookimpl(trylast=True)
    def lockportal_engines(self, database: str) -> Any:  # noqa: ANN401 - lockportal.storage.engines.Engines
        """Open the engines of a URL."""
        return import_module("lockportal.storage.engines").open_engines(database)


class Papers:
    """PDF by Typst."""

    @hookimpl(trylast=True)
    def lockportal_renderer(self, overrides: Path | None) -> Renderer:
        """Make the Typst renderer; typst itself is imported at the first paper."""
        renderer: Renderer = import_module("lockportal.pdf").TypstRenderer(overrides)
        return renderer


class Letters:
    """Mail by SMTP, or into a folder."""

    @hookimpl(trylast=True)
    def lockportal_notifier(self, address: str) -> Notifier | None:
        """Make the notifier of an address, or None if it is neither `smtp:`, `smtps:` nor `folder:`."""
        notifier: Notifier | None = import_module("lockportal.mail").notifier(address)
        return notifier


PLUGINS = (Rooms(), Databases(), Papers(), Letters())
"""The built-in plugins."""
