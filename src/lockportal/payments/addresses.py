"""Where a payer's browser may go on after it was at a gateway: within the portal, and nowhere that a stranger names."""

from __future__ import annotations

from urllib.parse import urlsplit

from lockportal.context import Context
from lockportal.core.actor import Actor, ActorKind
from lockportal.core.errors import Refused
from lockportal.payments.payers import Payer
from lockportal.payments.settings import PaymentsSettings


class Addresses:
    """Holds what customers name to the portal's own address and those of the settings; the host's own code may name any."""

    def __init__(self, context: Context) -> None:
        """Take the portal's address, and those that the settings allow beside it."""
        self._allowed = (context.base_url, *context.shell.settings(PaymentsSettings).return_urls)

    def check(self, payer: Payer | None, by: Actor) -> None:
        """Refuse, by `payment.return_url`, an address that a customer's browser may not go on to."""
        if payer is None or by.kind not in {ActorKind.CUSTOMER, ActorKind.HOLDER}:
            return
        for name, url in (("return_url", payer.return_url), ("cancel_url", payer.cancel_url)):
            if not any(within(url, one) for one in self._allowed):
                raise Refused("payment.return_url", "The way back must be an address of this portal.", field=name)


def within(url: str, base: str) -> bool:
    """Say whether an address is below another one: of the same scheme, host and port, its path the same or below."""
    if any(character in url for character in "\\\t\r\n"):
        return False
    try:
        one, other = urlsplit(url), urlsplit(base)
        same = (one.scheme, one.netloc) == (other.scheme, other.netloc)
    except ValueError:
        return False
    folder = other.path.rstrip("/")
    return same and bool(one.netloc) and (one.path == folder or one.path.startswith(f"{folder}/")) and "/.." not in one.path
