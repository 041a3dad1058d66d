"""A proxy between a client and its PostgreSQL or MariaDB, that cuts, delays, swallows or refuses where it is told to.

with Proxy("postgresql://…") as proxy:
    proxy.rule = lambda statement: Act.CUT_ANSWERED if statement == "COMMIT" else Act.PASS
    portal = Portal(Config(database=proxy.url, …))
"""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from enum import StrEnum
from types import TracebackType
from typing import Final, Self

from lockportal.storage.engines import url_of
from lockportal.testing.faults.wire import Message, wire_of

_RESET: Final = struct.pack("ii", 1, 0)
"""SO_LINGER of no time: closing sends a reset."""
_CHUNK: Final = 65536
_PORTS: Final = {"postgresql": 5432, "mariadb": 3306}


class Act(StrEnum):
    """What becomes of a statement on its way to the database."""

    PASS = "pass"  # noqa: S105 - no password
    """It is forwarded, and so is the answer."""
    CUT_BEFORE = "cut_before"
    """It never arrives; the client's connection is reset."""
    CUT_SENT = "cut_sent"
    """It is forwarded, and the client's connection reset at once: the database is done before or after the client asks again."""
    CUT_ANSWERED = "cut_answered"
    """The database has done it and answers; the client's connection is reset instead."""
    SWALLOW = "swallow"
    """It is forwarded, and the client hears nothing any more on this connection."""
    DELAY = "delay"
    """It is forwarded after `delay` seconds."""


def _pass(_: str) -> Act:
    """Let every statement pass."""
    return Act.PASS


class Proxy:
    """Listens on 127.0.0.1 while the `with` lasts and forwards to a database, without encryption."""

    def __init__(self, database: str, *, delay: float = 0.1) -> None:
        """Take the URL of the database behind it and the seconds of a delay."""
        self._target = url_of(database)
        self.rule: Callable[[str], Act] = _pass
        """Asked for every statement's text; transactions begin and end by statements, too."""
        self.refusing = False
        """Whether new connections are reset."""
        self.seen: list[str] = []
        """The statements that clients sent."""
        self.delay = delay
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._links: set[_Link] = set()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._accept, daemon=True)

    @property
    def url(self) -> str:
        """Answer the database's URL through the proxy."""
        through = self._target.set(host="127.0.0.1", port=self._listener.getsockname()[1])
        through = through.difference_update_query(("host", "port", "unix_socket"))
        if self.dialect == "postgresql":
            through = through.update_query_dict({"sslmode": "disable", "gssencmode": "disable"})
        return through.render_as_string(hide_password=False)

    @property
    def dialect(self) -> str:
        """Answer `postgresql` or `mariadb`."""
        return self._target.get_backend_name()

    def cut(self) -> None:
        """Reset every connection that is open."""
        with self._lock:
            links = list(self._links)
        for link in links:
            link.cut()

    def __enter__(self) -> Self:
        """Begin to listen."""
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Listen no more, and reset what is open."""
        self.refusing = True
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()
        self.cut()

    def asked(self, message: Message) -> Act:
        """Answer what becomes of a message, having noted its statement."""
        if not message.statement:
            return Act.PASS
        self.seen.append(message.statement)
        return self.rule(message.statement)

    def ended(self, link: _Link) -> None:
        """Forget a connection."""
        with self._lock:
            self._links.discard(link)

    def _connect(self) -> socket.socket:
        """Connect to the database, which may listen on a socket in the file system alone."""
        query = self._target.query
        host = str(self._target.host or query.get("host") or query.get("unix_socket") or "127.0.0.1")
        port = int(self._target.port or str(query.get("port") or _PORTS[self.dialect]))
        if not host.startswith("/"):
            return socket.create_connection((host, port))
        server = socket.socket(socket.AF_UNIX)
        server.connect(f"{host}/.s.PGSQL.{port}" if self.dialect == "postgresql" else host)
        return server

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if self.refusing:
                _reset(client)
                continue
            try:
                server = self._connect()
            except OSError:
                _reset(client)
                continue
            link = _Link(self, client, server)
            with self._lock:
                self._links.add(link)
            link.start()


class _Link:
    """One client's connection and its counterpart to the database."""

    def __init__(self, proxy: Proxy, client: socket.socket, server: socket.socket) -> None:
        self._proxy, self._client, self._server = proxy, client, server
        self._wire = wire_of(proxy.dialect)
        self._pending = self._answers = Act.PASS
        for end in (client, server):
            if end.family != socket.AF_UNIX:
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def start(self) -> None:
        for pump in (self._upwards, self._downwards):
            threading.Thread(target=pump, daemon=True).start()

    def cut(self) -> None:
        """Reset the client; the database is told in an orderly way, and finishes what it has."""
        self._proxy.ended(self)
        with suppress(OSError):
            self._server.shutdown(socket.SHUT_WR)
        _reset(self._client)

    def _upwards(self) -> None:
        with suppress(OSError):
            while data := self._client.recv(_CHUNK):
                for message in self._wire.feed(data):
                    if not self._forward(message):
                        return
        self.cut()

    def _forward(self, message: Message) -> bool:
        """Forward one message as the rule says; False if the connection was cut."""
        if message.answer:
            self._client.sendall(message.answer)
            return True
        act = self._proxy.asked(message)
        if act is Act.CUT_BEFORE:
            self.cut()
            return False
        if act is Act.DELAY:
            time.sleep(self._proxy.delay)
        elif act is not Act.PASS:
            self._pending = act
        if message.last and self._pending is not Act.PASS:
            self._answers = self._pending
        self._server.sendall(message.data)
        if message.last and self._pending is Act.CUT_SENT:
            self.cut()
            return False
        return True

    def _downwards(self) -> None:
        with suppress(OSError):
            while data := self._server.recv(_CHUNK):
                if self._answers in {Act.CUT_ANSWERED, Act.CUT_SENT}:
                    break
                if self._answers is not Act.SWALLOW:
                    self._client.sendall(data)
        self.cut()
        self._server.close()


def _reset(end: socket.socket) -> None:
    """Close a socket so that the other side sees a reset, and wake whoever reads it here."""
    with suppress(OSError):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        end.shutdown(socket.SHUT_RD)
    end.close()
