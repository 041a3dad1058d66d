"""How many login links may be asked for, by one address and by one network."""

from __future__ import annotations

from enum import StrEnum
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


class Asker(StrEnum):
    """Who asks for a link, as far as can be told without looking anybody up."""

    STRANGER = "address"
    KNOWN_BROWSER = "browser"
    """It shows that the address signed in there."""
    READER = "mail"
    """They show a link that was mailed to the address."""


class Limiter:
    """Counts in the database, for all processes. What is counted stands there as a digest under the portal's key alone.

    A window begins with its first hit and lasts `limit_minutes`, whatever comes after. Strangers share what an address and a
    network may ask for; whoever shows that the mailbox is theirs is counted apart, so that no stranger keeps them out.
    """

    def __init__(self, shell: Shell, signer: Signer, settings: AccessSettings) -> None:
        """Take the shell with its counters and clock, the keys, and how many of what may be."""
        self._shell, self._signer, self._settings = shell, signer, settings

    def check_client(self, client: str, address: str) -> None:
        """Count a link that a client asks for an address; Limited `link.too_many` where its network has asked for too many.

        That is `links_per_network` within the window, and then only for addresses that the network has not asked for within
        it, up to `links_per_network_most` together: who asks for their own address the first time is let through although
        others of the network have asked again and again. A client without an address, as of a host that tells none, is not
        counted.
        """
        network = network_of(client)
        if not network:
            return
        item, named = self._item(self._settings.links_per_network), self._named("network", network)
        within = self._windows.hit(item, named)
        first = self._windows.hit(self._item(1), self._named("address from", f"{network} {address}"))
        if not within and not (first and self._windows.hit(self._item(self._more), self._named("more of", network))):
            wait = self._wait(item, named)
            message = f"Too many sign-in links were asked for from your network. Try again in {ceil(wait / _MINUTE)} minutes."
            raise Limited("link.too_many", message, retry_after=wait)

    def admits(self, address: str, asker: Asker = Asker.STRANGER) -> bool:
        """Count a link that is asked for an address, apart for each kind of who asks, and say whether it may be sent."""
        return self._windows.hit(self._item(self._settings.links_per_address), self._named(asker, address))

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

    @property
    def _more(self) -> int:
        """How many links a network may ask for beyond the limit, for addresses that it has not asked for; none or more."""
        return max(self._settings.links_per_network_most - self._settings.links_per_network, 0)

    def _named(self, kind: str, value: str) -> str:
        newest, *_ = self._signer.secret_of(Purpose.LIMIT, f"{kind}:{value}")
        return newest

    def _wait(self, item: RateLimitItem, named: str) -> int:
        """Answer the seconds until a window ends: at least one, and no more than a whole window."""
        left = self._windows.get_window_stats(item, named).reset_time - self._shell.store.now().timestamp()
        return min(max(ceil(left), 1), item.get_expiry())
