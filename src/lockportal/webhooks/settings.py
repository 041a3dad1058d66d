"""Whether and how other programs are told what happens, table `[webhooks]`."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_network
from typing import Any

from attrs import Attribute, field, frozen

from lockportal.core.settings import whole_number


def _networks(_: object, attribute: Attribute[Any], value: tuple[str, ...]) -> None:
    for one in value:
        try:
            ip_network(one)
        except ValueError:
            message = f"webhooks.{attribute.name}: must be networks such as 10.1.2.0/24, not {one!r}"
            raise ValueError(message) from None


@frozen(kw_only=True)
class WebhooksSettings:
    """`enabled` has every commit note what other programs are to be told; without it nobody is told anything.

    `private_networks` are the networks of the supplier's own house in which endpoints may lie, by plain `http`, too; all others
    have public addresses and `https`. `ca_file` names certificates of authorities that are trusted beside the machine's.
    """

    enabled: bool = False
    send_seconds: int = field(default=15, validator=whole_number("webhooks", 1, 45))
    """One attempt takes no longer, from looking the name up to the end of the answer."""
    slots: int = field(default=8, validator=whole_number("webhooks", 1, 1000))
    """So many attempts may be under way at once."""
    rotation_hours: int = field(default=24, validator=whole_number("webhooks", 0, 24 * 60))
    """So long the secret before signs along after a rotation."""
    rest_seconds: int = field(default=60, validator=whole_number("webhooks", 0, 3600))
    """An endpoint that did not answer is left in peace for so long, so that it keeps nobody else waiting."""
    private_networks: tuple[str, ...] = field(default=(), validator=_networks)
    ca_file: str = ""


def are_enabled(options: Mapping[type, object]) -> bool:
    """Say whether a supplier's settings have other programs told anything."""
    found = options.get(WebhooksSettings)
    return isinstance(found, WebhooksSettings) and found.enabled
