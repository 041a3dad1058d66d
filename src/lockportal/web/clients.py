"""Who sent a request, past the proxies before the portal: `X-Forwarded-For` is believed of those that are trusted alone."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from lockportal.web.http import Request


def client_of(request: Request, proxies: Sequence[IPv4Network | IPv6Network]) -> str:
    """Answer the address of the client: the last one, from right to left, that no trusted proxy has.

    Each proxy writes to the right of the list whom it was asked by, so that what stands further left may be forged.
    """
    client = request.remote
    for hop in reversed(request.header("X-Forwarded-For").split(",")):
        address = _address(client)
        if address is None or not any(address in network for network in proxies):
            break
        told = _address(hop.strip())
        if told is None:
            break
        client = str(told)
    return client


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """Read an address as proxies write it: with a port or brackets, too; an IPv4 one in IPv6 is that IPv4 one."""
    host = text.partition("]")[0].removeprefix("[") if text.startswith("[") else text
    if host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return None
    return address.ipv4_mapped or address if isinstance(address, IPv6Address) else address
