"""What every service is given: the shell and the few things beside it that an application configures."""

from __future__ import annotations

from attrs import field, frozen

from lockportal.core.ports import Clock, Notifier, Renderer
from lockportal.core.settings import Supplier
from lockportal.shell import Shell
from lockportal.signing import Signer


@frozen(kw_only=True)
class Context:
    """The surroundings of a service; `base_url` is where the portal is reached from outside, without a slash at its end."""

    shell: Shell
    clock: Clock
    signer: Signer
    notifier: Notifier = field(eq=False)
    renderer: Renderer = field(eq=False)
    base_url: str

    @property
    def supplier(self) -> Supplier:
        """Answer the supplier that this portal is bound to."""
        return self.shell.supplier
