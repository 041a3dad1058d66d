"""Connections to Stripe that tell what failed before anything was sent from what failed after it."""

from __future__ import annotations

from typing import Any, Final

import requests
from requests.adapters import DEFAULT_POOLBLOCK, HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import NewConnectionError

_CONNECT: Final = 5.0
"""So many seconds a connection may take."""
_AT_ONCE: Final = 32
"""So many connections are kept open."""


class Unreached(NewConnectionError):
    """No connection came about: refused, not found, too slow, or the other side is not who it should be. Nothing was sent."""


class _Plain(HTTPConnection):
    def connect(self) -> None:
        try:
            super().connect()
        except Exception as error:
            raise Unreached(self, f"no connection: {type(error).__name__}") from error


class _Secure(HTTPSConnection):
    def connect(self) -> None:
        try:
            super().connect()
        except Exception as error:
            raise Unreached(self, f"no connection: {type(error).__name__}") from error


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _Secure


class _Adapter(HTTPAdapter):
    """Sends each request once, over connections that say when they did not come about."""

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = DEFAULT_POOLBLOCK, **more: Any) -> None:  # noqa: ANN401 - requests' own
        super().init_poolmanager(connections, maxsize, block, **more)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _SecurePool}


def session() -> requests.Session:
    """Open a session that takes neither proxies nor passwords from the environment."""
    made = requests.Session()
    made.trust_env = False
    for scheme in ("http://", "https://"):
        made.mount(scheme, _Adapter(pool_maxsize=_AT_ONCE, max_retries=0))
    return made


def timeouts(seconds: float) -> tuple[float, float]:
    """Answer how long to wait for a connection, and for an answer."""
    return min(_CONNECT, seconds), seconds


def unreached(error: BaseException | None) -> bool:
    """Say whether an error came of a connection that never came about."""
    seen: list[BaseException] = []
    while error is not None and error not in seen:
        if isinstance(error, Unreached) or any(_holds(one) for one in error.args):
            return True
        seen.append(error)
        error = error.__cause__ or error.__context__
    return False


def _holds(argument: object) -> bool:
    return isinstance(argument, Unreached) or isinstance(getattr(argument, "reason", None), Unreached)
