"""How many wrong passwords may be tried, where the portal itself asks for passwords."""

from __future__ import annotations

from functools import cached_property
from math import ceil
from typing import TYPE_CHECKING

from attrs import frozen

from lockportal.access.limits.networks import network_of
from lockportal.access.models import AccessSettings
from lockportal.core.errors import Limited
from lockportal.shell import Shell
from lockportal.signing import Purpose, Signer

if TYPE_CHECKING:
    from limits import RateLimitItem
    from limits.strategies import FixedWindowRateLimiter


@frozen
class Try:
    """A password that was given: for which name, from which address, and whether the name came in by this browser before."""

    name: str
    client: str = ""
    known: bool = False


class PasswordLimit:
    """Counts wrong passwords in the database, for all processes, within `limit_minutes`.

    A network may try `links_per_network` for each name, and `links_per_network_most` for all names together. Where a client has
    no address, its name alone is counted. Browsers in which a name came in before are counted apart, by the name: no stranger
    keeps them out. A right password is no help where too many wrong ones were tried: else whoever guesses would be told which one
    is right.
    """

    def __init__(self, shell: Shell, signer: Signer, settings: AccessSettings) -> None:
        """Take the shell with its counters and clock, the keys, and how many of what may be."""
        self._shell, self._signer, self._settings = shell, signer, settings

    def check(self, given: Try) -> None:
        """Limited `password.too_many` where too many were tried. A statement for each counter: one, or two for a stranger."""
        for item, named in self._counters(given):
            if not self._windows.test(item, named):
                raise self._limited(item, named)

    def count(self, given: Try) -> None:
        """Count a wrong password; Limited `password.too_many` where it is one too many.

        What is one too many for its name is not counted for the network.
        """
        for item, named in self._counters(given):
            if not self._windows.hit(item, named):
                raise self._limited(item, named)

    def _counters(self, given: Try) -> list[tuple[RateLimitItem, str]]:
        """Answer what a try counts for, each with the most that may be."""
        own, network = self._item(self._settings.links_per_network), network_of(given.client)
        if given.known:
            return [(own, self._named("password of", given.name))]
        of_name = (own, self._named(f"password from {network}", given.name))
        if not network:
            return [of_name]
        most = max(self._settings.links_per_network_most, self._settings.links_per_network)
        return [of_name, (self._item(most), self._named("passwords", network))]

    def _limited(self, item: RateLimitItem, named: str) -> Limited:
        left = self._windows.get_window_stats(item, named).reset_time - self._shell.store.now().timestamp()
        wait = min(max(ceil(left), 1), item.get_expiry())
        message = f"Too many wrong passwords were tried. Try again in {ceil(wait / 60)} minutes."
        return Limited("password.too_many", message, retry_after=wait)

    def _named(self, kind: str, value: str) -> str:
        newest, *_ = self._signer.secret_of(Purpose.LIMIT, f"{kind}:{value}")
        return newest

    @cached_property
    def _windows(self) -> FixedWindowRateLimiter:
        from limits.strategies import FixedWindowRateLimiter  # noqa: PLC0415 - a tenth of a second, for who gives a password

        from lockportal.access.limits.storage import TallyStorage  # noqa: PLC0415 - as above

        return FixedWindowRateLimiter(TallyStorage(self._shell.tallies))

    def _item(self, amount: int) -> RateLimitItem:
        from limits import RateLimitItemPerMinute  # noqa: PLC0415 - as above

        return RateLimitItemPerMinute(amount, self._settings.limit_minutes)
