"""What every service is given: the shell and the few things beside it that an application configures."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from attrs import field, frozen

from lockportal.core.messages import Channel
from lockportal.core.ports import Clock, Files, Mailbox, Messenger, Notifier, Renderer, TextNotifier
from lockportal.core.settings import Supplier
from lockportal.shell import Shell
from lockportal.signing import Signer


@frozen(kw_only=True)
class Context:
    """The surroundings of a service; `base_url` is where the portal is reached from outside, without a slash at its end.

    `hook` is pluggy's relay: a service that is built takes from it what plugins offer, and binds the hooks that it asks later.
    """

    shell: Shell
    clock: Clock
    signer: Signer
    notifier: Notifier = field(eq=False)
    renderer: Renderer = field(eq=False)
    files: Files = field(eq=False)
    uploads: Files = field(eq=False)
    """Where files of strangers lie, apart from those of the book."""
    hook: Any = field(eq=False)
    messenger: Messenger = field(eq=False)
    base_url: str
    templates: Path | None = None
    """The host's folder of templates."""
    mailbox: Mailbox | None = field(default=None, eq=False)
    """The box that mail is fetched from, where one is configured."""
    texts: Mapping[Channel, TextNotifier] = field(factory=dict, eq=False)
    """What sends short messages, by the channels that are configured."""

    @property
    def supplier(self) -> Supplier:
        """Answer the supplier that this portal is bound to."""
        return self.shell.supplier
