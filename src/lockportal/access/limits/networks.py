"""Which network a client belongs to, as far as limits go."""

from __future__ import annotations

from ipaddress import IPv4Address, ip_address, ip_network
from typing import Final

_HOUSEHOLD: Final = 64
"""The bits of an IPv6 address that name a household's network: within it, everybody has as many addresses as they like."""


def network_of(client: str) -> str:
    """Answer the network of a client's address: an IPv4 address itself, the /64 of an IPv6 one; empty for no address."""
    try:
        address = ip_address(client.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(address, IPv4Address):
        return str(address)
    mapped = address.ipv4_mapped
    return str(mapped) if mapped is not None else str(ip_network((address, _HOUSEHOLD), strict=False))
