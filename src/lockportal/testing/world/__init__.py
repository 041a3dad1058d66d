"""A world for tests: a portal on a real database whose time, ids and outside parties follow one seed.

    with World(seed=7, database="postgresql://…") as world:
        world.fill(customers=5)
        world.mail.then(Outcome.TIMEOUT_AFTER)
        world.portal.deliver()
        assert world.books().findings == ()

Threads and database servers keep a will of their own: a seed repeats what is drawn, and barriers make the interleavings.
"""

from __future__ import annotations

from lockportal.testing.world.books import Books, books_of
from lockportal.testing.world.clock import VirtualClock
from lockportal.testing.world.http import Answer, HttpParty, Request
from lockportal.testing.world.notes import Notes
from lockportal.testing.world.notifier import ScriptedNotifier
from lockportal.testing.world.resolver import ScriptedResolver
from lockportal.testing.world.script import Outcome, Script
from lockportal.testing.world.smtp import SmtpServer
from lockportal.testing.world.world import World

__all__ = [
    "Answer",
    "Books",
    "HttpParty",
    "Notes",
    "Outcome",
    "Request",
    "Script",
    "ScriptedNotifier",
    "ScriptedResolver",
    "SmtpServer",
    "VirtualClock",
    "World",
    "books_of",
]
