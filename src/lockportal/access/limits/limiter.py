"""How many login links may be asked for, by one address and by one network."""

from __future__ import annotations

from functools import cached_property
from math import ceil
from typing import TYPE_CHECKING, Final

from lockportal.access.limits.networks import network_of
from lockportal.access.models import AccessSettings
from lockportal.core.errors import Limited
from lockportal.shell import Shell
from lockportal.signing import Purpose, Signer

if TYPE_CHECKING:
    from limits import RateLimitItem
    from limits.strategies import FixedWindowRateLimiter

_MINUTE: Final = 60


class Limiter:
    """Counts in the database, for all processes. What is counted stands there as a digest under the portal's key alone.

    A window begins with its first hit and lasts `limit_minutes`, whatever comes after: nobody is kept out for longer.
    """

    def __init__(self, shell: Shell, signer: Signer, settings: AccessSettings) -> None:
        """Take the shell with its counters and clock, the keys, and how many of what may be."""
        self._shell, self._signer, self._settings = shell, signer, settings

    def check_client(self, client: str) -> None:
        """Count a link that a client asks for; Limited `link.too_many` where its network has asked for too many.

        A client without an address, as of a host that tells none, is not counted.
        """
        network = network_of(client)
        if not network:
            return
        item, named = self._item(self._settings.links_per_network), self._named("network", network)
        if not self._windows.hit(item, named):
            wait = self._wait(item, named)
            message = f"Too many sign-in links were asked for from your network. Try again in {ceil(wait / _MINUTE)} minutes."
            raise Limited("link.too_many", message, retry_after=wait)

    def admits(self, address: str) -> bool:
        """Count a link that is asked for an address, and say whether it may be sent."""
        return self._windows.hit(self._item(self._settings.links_per_address), self._named("address", address))

    def sweep(self) -> None:
        """Forget what was counted before the windows of now."""
        self._shell.tallies.sweep()

    @cached_property
    def _windows(self) -> FixedWindowRateLimiter:
        from limits.strategies import FixedWindowRateLimiter  # noqa: PLC0415 - a tenth of a second, for who asks for a link

        from lockportal.access.limits.storage import TallyStorage  # noqa: PLC0415 - as above

        return FixedWindowRateLimiter(TallyStorage(self._shell.tallies))

    def _item(self, amount: int) -> RateLimitItem:
        from limits import RateLimitItemPerMinute  # noqa: PLC0415 - as above

        return RateLimitItemPerMinute(amount, self._settings.limit_minutes)

    def _named(self, kind: str, value: str) -> str:
        newest, *_ = self._signer.secret_of(Purpose.LIMIT, f"{kind}:{value}")
        return newest

    def _wait(self, item: RateLimitItem, named: str) -> int:
        """Answer the seconds until a window ends: at least one, and no more than a whole window."""
        left = self._windows.get_window_stats(item, named).reset_time - self._shell.store.now().timestamp()
        return min(max(ceil(left), 1), item.get_expiry())
