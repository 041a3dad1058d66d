"""The plugin: what lockportal finds through the entry point."""

from __future__ import annotations

from lockportal import hookimpl
from lockportal_apprise.notifier import AppriseNotifier, notifier_of


@hookimpl
def lockportal_text_notifier(channel: str, address: str) -> AppriseNotifier | None:
    """Answer for addresses that begin with `apprise:`; any other is left to others."""
    return notifier_of(channel, address)
