"""What a test of a portal or of a plugin needs: contract suites, guards, strategies. Install it with the extra `testing`.

`lockportal.testing.book`, which the demo fills itself with, needs no extra: so pytest is imported with the first contract only.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lockportal.testing.batches import BatchContract
    from lockportal.testing.files import FilesContract
    from lockportal.testing.gateways import GatewayContract
    from lockportal.testing.guard import Unscoped, counting, scoped
    from lockportal.testing.notifiers import NotifierContract
    from lockportal.testing.notifiers.texts import TextMedium, TextNotifierContract
    from lockportal.testing.storage import StorageContract
    from lockportal.testing.world import HttpParty, Outcome, Script, ScriptedResolver, SmtpServer, VirtualClock, World

_PLACES = {
    "BatchContract": "lockportal.testing.batches",
    "FilesContract": "lockportal.testing.files",
    "GatewayContract": "lockportal.testing.gateways",
    "HttpParty": "lockportal.testing.world",
    "Outcome": "lockportal.testing.world",
    "Script": "lockportal.testing.world",
    "ScriptedResolver": "lockportal.testing.world",
    "SmtpServer": "lockportal.testing.world",
    "NotifierContract": "lockportal.testing.notifiers",
    "StorageContract": "lockportal.testing.storage",
    "TextMedium": "lockportal.testing.notifiers.texts",
    "TextNotifierContract": "lockportal.testing.notifiers.texts",
    "Unscoped": "lockportal.testing.guard",
    "VirtualClock": "lockportal.testing.world",
    "World": "lockportal.testing.world",
    "counting": "lockportal.testing.guard",
    "scoped": "lockportal.testing.guard",
}
__all__ = [
    "BatchContract",
    "FilesContract",
    "GatewayContract",
    "HttpParty",
    "NotifierContract",
    "Outcome",
    "Script",
    "ScriptedResolver",
    "SmtpServer",
    "StorageContract",
    "TextMedium",
    "TextNotifierContract",
    "Unscoped",
    "VirtualClock",
    "World",
    "counting",
    "scoped",
]


def __getattr__(name: str) -> object:
    """Import a public name from its module when it is first asked for."""
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_PLACES[name]), name)
