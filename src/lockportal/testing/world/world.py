"""The world itself: a ready portal on a database, its clock, its mail, and whatever else it draws from its seed."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from random import Random  # noqa: TID251 - a world is drawn from a seed
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from attrs import evolve

from lockportal.config import Config
from lockportal.core.settings import Supplier
from lockportal.plugins import hookimpl
from lockportal.portal import Portal
from lockportal.storage.copies import upgrade
from lockportal.storage.engines import Engines
from lockportal.testing.book import Book, settings, supplier, write
from lockportal.testing.world.books import Books, books_of
from lockportal.testing.world.clock import START, VirtualClock
from lockportal.testing.world.files import HeardFolder
from lockportal.testing.world.notes import Notes
from lockportal.testing.world.notifier import ScriptedNotifier
from lockportal.testing.world.script import Outcome, Script

if TYPE_CHECKING:
    from lockportal.core.ports import Notifier

_KEY: Final = "a key of the worlds of tests, which is no secret"


class World:
    """A portal on a real database of which time, ids and faults are drawn from one seed; `with` closes it.

    Worlds of different seeds or keys are different suppliers, so that many share a database and never meet.
    """

    def __init__(
        self,
        seed: int = 0,
        *,
        database: str = "sqlite://",
        key: str = "",
        start: datetime = START,
        mail: Script | None = None,
        options: Sequence[object] = (),
        plugins: Sequence[object] = (),
        relay: Notifier | None = None,
        beside: World | None = None,
    ) -> None:
        """Open a world and bring its database's schema up to date; `beside` another one, it shares that one's ready database.

        `mail` is the script of its mail (all is well without one), `options` are the capabilities' settings in place of those
        that fit the book, `plugins` further hook implementations. `relay` is who gets what the script lets through, such as
        `SmtpNotifier` for a server of the test's own. `key` tells worlds of one seed apart.
        """
        self.seed = seed
        self.folder = Path(tempfile.mkdtemp(prefix="lockportal-world-"))
        self.clock = VirtualClock(seed, start)
        self.heard: Callable[[str], object] = _silent
        """Called around each mail, each change of the file store and each piece of a content: places to be killed at."""
        self.notifier = ScriptedNotifier(mail or Script(), self.notes("mail"), self.clock, self._hear, relay)
        self._plugins = (HeardFolder(self._hear), *plugins, *(() if beside is None else (_Shared(beside.portal.engines),)))
        self._portals: list[Portal] = []
        self._shares = beside is not None
        self._config = Config(
            database=database if beside is None else beside.portal.config.database,
            supplier=_supplier(f"world-{seed}{'-' * bool(key)}{key}"),
            settings=tuple(options) or settings(),
            secret_keys=(_KEY,),
            base_url="https://portal.example.com",
            files=f"folder:{self.folder / 'files'}",
        )
        self.portal: Portal = self._portal(self.clock)
        """The portal, ready for use."""
        if beside is None:
            upgrade(self.portal.engines, self.portal.capabilities)

    # what follows the seed

    @property
    def mail(self) -> Script:
        """The script of the mail."""
        return self.notifier.script

    def random(self, name: str = "") -> Random:
        """Answer a random generator of the seed; another name, another one."""
        return Random(f"{self.seed}/{name}")

    def script(self, name: str, *listed: Outcome, rates: Mapping[Outcome, float] | None = None) -> Script:
        """Make the script of an outside party from the seed: listed outcomes first, then by rates."""
        return Script(*listed, seed=f"{self.seed}/{name}", rates=rates)

    def notes(self, name: str) -> Notes:
        """Answer notes by name, which a killed process does not take along."""
        return Notes(self.folder / f"{name}.jsonl")

    # the portal

    def again(self, name: str) -> Portal:
        """Put the portal together once more, as another process or a restart would; its ids are the name's own."""
        return self._portal(self.clock.branch(name))

    def disconnect(self) -> None:
        """Close every connection of every portal of this world; they open new ones where they need them. None survives a fork."""
        for portal in self._portals:
            portal.close()

    def fill(self, customers: int = 5, *, as_of: date | None = None) -> Book:
        """Store a book of customers, contacts, documents and credits, drawn from the seed; answer it."""
        book = Book(seed=self.seed, customers=customers, as_of=as_of or self.clock.now().date())
        write(self.portal, book)
        return book

    def books(self) -> Books:
        """Read the books, to be held against another run's."""
        return books_of(self.portal)

    def close(self) -> None:
        """Delete what the world noted, and close the database's connections unless they are another world's."""
        if not self._shares:
            self.disconnect()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Self:
        """Enter the world."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Leave and close it."""
        self.close()

    def _hear(self, name: str) -> None:
        self.heard(name)

    def _portal(self, clock: VirtualClock) -> Portal:
        made = Portal(self._config, clock=clock, notifier=self.notifier, plugins=self._plugins)
        self._portals.append(made)
        return made


def _silent(_: str) -> None:
    """Hear nothing."""


class _Shared:
    """A plugin that hands over engines which know their statements already."""

    def __init__(self, engines: Engines) -> None:
        self._engines = engines

    @hookimpl
    def lockportal_engines(self, database: str) -> Engines:  # noqa: ARG002 - the hook's signature
        """Answer the engines of the other world."""
        return self._engines


def _supplier(key: str) -> Supplier:
    return evolve(supplier(), key=key)
