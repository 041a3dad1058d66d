"""One POST to an address that a stranger may have chosen: it reaches public addresses only, follows nothing, and ends in time.

The name is looked up once, every address that it has is checked, and the connection goes to one of these very addresses:
a name that answers otherwise the next time changes nothing.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from http.client import HTTPConnection, HTTPException, HTTPResponse
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final
from urllib.parse import urlsplit

from lockportal.core.errors import GatewayError
from lockportal.slots import Slots
from lockportal.webhooks.judging import Answer
from lockportal.webhooks.ports import Resolver

_Address = IPv4Address | IPv6Address
_LARGEST: Final = 64 * 1024
"""So much of an answer is read."""
_CHUNK: Final = 8 * 1024
_TRANSLATED: Final = (ip_network("64:ff9b::/96"), ip_network("64:ff9b:1::/48"), ip_network("::/96"))
"""Networks of IPv6 whose last four bytes are an address of IPv4."""
_SPECIAL: Final = tuple(
    ip_network(one) for one in ("168.63.129.16/32", "192.0.0.0/24", "192.88.99.0/24", "2001::/23", "3fff::/20", "5f00::/16")
)
"""Networks that some Pythons hold for public and that are not (IANA), and the one address by which Azure's machines are told."""


def machine_resolver(name: str) -> Sequence[str]:
    """Look a name up as the machine does; OSError where it has no address."""
    found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(one[4][0]) for one in found))


def is_public(address: _Address) -> bool:
    """Say whether an address belongs to the open internet, whatever it is wrapped in."""
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo and address.teredo[1])
        if not inner and any(address in network for network in _TRANSLATED):
            inner = IPv4Address(int(address) & 0xFFFFFFFF)
        if inner:
            return is_public(inner)
        if address.scope_id is not None or address.is_site_local:
            return False
    if any(address in network for network in _SPECIAL):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


@cache
def _machine_trust() -> ssl.SSLContext:
    """Trust the machine's authorities: read once a process and not before it is needed, as there are many."""
    return ssl.create_default_context()


def _trust_beside(ca_file: str) -> ssl.SSLContext:
    trust = ssl.create_default_context()
    trust.load_verify_locations(ca_file)
    return trust


class Line:
    """The way to endpoints, for one supplier."""

    def __init__(
        self, *, resolver: Resolver, networks: Sequence[str], seconds: float, slots: int, ca_file: str, agent: str
    ) -> None:
        """Take what looks names up, the networks of the house, the bounds, and whom to trust beside the machine's authorities."""
        self._resolve = resolver
        self._networks: tuple[IPv4Network | IPv6Network, ...] = tuple(ip_network(one) for one in networks)
        self._seconds, self._agent = seconds, agent
        self._slots = Slots("webhook", slots=slots, seconds=seconds)
        self._own_trust = _trust_beside(ca_file) if ca_file else None

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Send a body and answer what came back, or what kept it from coming; it never raises for what an endpoint does."""
        call = _Call(self, url, headers, body)
        try:
            return self._slots.run(call.run)
        except GatewayError as error:
            return Answer(fault=str(error), silent=True)
        finally:
            call.end()

    def addresses(self, host: str, *, secure: bool) -> Sequence[_Address]:
        """Answer the addresses of a host; GatewayError `webhook.address_forbidden` if any of them must not be reached."""
        try:
            found = [ip_address(one) for one in self._resolve(host)]
        except (OSError, ValueError, UnicodeError):
            found = []
        if not found:
            raise GatewayError("webhook.unresolved", "The name of the endpoint has no address.")
        for one in found:
            at_home = any(one.version == network.version and one in network for network in self._networks)
            if not at_home and not (secure and is_public(one)):
                kind = "is not on the open internet" if secure else "is not in the supplier's own networks, and http needs that"
                raise GatewayError("webhook.address_forbidden", f"The address of the endpoint {kind}.")
        return found


class _Call:
    """One POST; whatever it has opened is closed by `end`, though it hangs."""

    def __init__(self, line: Line, url: str, headers: Mapping[str, str], body: bytes) -> None:
        self._line, self._headers, self._body = line, headers, body
        self._parts = urlsplit(url)
        self._ends = time.monotonic() + line._seconds  # noqa: SLF001 - a part of the line
        self._sock: socket.socket | None = None

    def run(self) -> Answer:
        try:
            return self._asked()
        except ssl.SSLError as error:
            raise GatewayError("webhook.tls", f"No secure connection to the endpoint ({type(error).__name__}).") from None
        except TimeoutError:
            raise GatewayError("webhook.timed_out", f"No answer within {self._line._seconds:g} seconds.") from None  # noqa: SLF001
        except (OSError, HTTPException) as error:
            raise GatewayError("webhook.unreachable", f"The endpoint could not be reached ({type(error).__name__}).") from None

    def _asked(self) -> Answer:
        secure, host = self._parts.scheme == "https", self._parts.hostname or ""
        port = self._parts.port or (443 if secure else 80)
        address = self._line.addresses(host, secure=secure)[0]
        sock = self._sock = socket.create_connection((str(address), port), self._left())
        if secure:
            sock = self._sock = (self._line._own_trust or _machine_trust()).wrap_socket(sock, server_hostname=host)  # noqa: SLF001
        connection = HTTPConnection(host, port)
        connection.sock = sock
        target = (self._parts.path or "/") + (f"?{self._parts.query}" if self._parts.query else "")
        named = {
            "Host": self._parts.netloc,
            "User-Agent": self._line._agent,  # noqa: SLF001 - as above
            "Content-Type": "application/json",
            "Accept": "application/json",
            "Connection": "close",
            **self._headers,
        }
        connection.request("POST", target, self._body, named)
        response = connection.getresponse()
        return Answer(
            status=response.status,
            retry_after=response.headers.get("Retry-After", ""),
            location="Location" in response.headers,
            body=self._read(response, sock),
        )

    def _read(self, response: HTTPResponse, sock: socket.socket) -> bytes:
        """Read the beginning of an answer; what is wrong with the rest changes nothing, as the status is there."""
        read = b""
        with suppress(OSError, HTTPException):
            while len(read) < _LARGEST and (more := response.read1(min(_CHUNK, _LARGEST - len(read)))):
                read += more
                sock.settimeout(self._left())
        return read

    def _left(self) -> float:
        left = self._ends - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    def end(self) -> None:
        """Close the connection, so that what still hangs at it ends, too."""
        if self._sock is not None:
            with suppress(OSError):
                self._sock.shutdown(socket.SHUT_RDWR)
            self._sock.close()
