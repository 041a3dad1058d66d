"""Nobody outside this machine is spoken to while a contract is tried."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock


class Contacted(AssertionError):
    """Something was asked of another machine."""


@contextmanager
def loopback_only() -> Iterator[None]:
    """Raise Contacted for every connection to another machine, and for every name that is looked up."""
    connect, connect_ex, look_up = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def guarded(itself: socket.socket, address: Any) -> None:  # noqa: ANN401 - socket's own signature
        _check(itself.family, address)
        connect(itself, address)

    def guarded_ex(itself: socket.socket, address: Any) -> int:  # noqa: ANN401 - socket's own signature
        _check(itself.family, address)
        return connect_ex(itself, address)

    def guarded_look_up(host: Any, *rest: Any, **named: Any) -> Any:  # noqa: ANN401 - socket's own signature
        _refuse_unless_home(host)
        return look_up(host, *rest, **named)

    with (
        mock.patch.object(socket.socket, "connect", guarded),
        mock.patch.object(socket.socket, "connect_ex", guarded_ex),
        mock.patch.object(socket, "getaddrinfo", guarded_look_up),
    ):
        yield


def _check(family: int, address: Any) -> None:  # noqa: ANN401 - socket's own signature
    if family in {socket.AF_INET, socket.AF_INET6}:
        _refuse_unless_home(address[0])


def _refuse_unless_home(host: object) -> None:
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
    if name in {None, "", "localhost"}:
        return
    try:
        home = ipaddress.ip_address(str(name)).is_loopback
    except ValueError:
        home = False
    if not home:
        raise Contacted(f"no network outside the loopback: {name} was asked for")
