"""What of PostgreSQL's and MariaDB's protocols a proxy must know: where a client's message ends, and which statement it runs."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final, Protocol

from attrs import frozen

_NO_ENCRYPTION: Final = frozenset({80877103, 80877104})
"""PostgreSQL's codes of the requests for TLS and for GSS."""
_QUERY: Final = 3
"""MariaDB's command that runs a text."""


@frozen
class Message:
    """A client's message: its bytes, the statement that it runs ("" for none), and what is answered in the server's place."""

    data: bytes
    statement: str = ""
    last: bool = True
    """Whether the server answers after it: PostgreSQL runs a statement at one message and answers at a later one."""
    answer: bytes = b""


class Wire(Protocol):
    """Cuts a client's bytes into messages."""

    def feed(self, data: bytes) -> Iterator[Message]:
        """Take bytes and answer the messages that are whole now."""
        ...


class PostgresqlWire:
    """Version 3 of the protocol, without encryption, which is refused."""

    def __init__(self) -> None:
        """Wait for the start of a connection."""
        self._left = b""
        self._begun = False
        self._prepared: dict[bytes, str] = {}
        self._bound = ""

    def feed(self, data: bytes) -> Iterator[Message]:
        """Take bytes and answer the messages that are whole now."""
        self._left += data
        while (length := self._length()) and len(self._left) >= length:
            whole, self._left = self._left[:length], self._left[length:]
            yield self._message(whole)

    def _length(self) -> int:
        start = int(self._begun)
        if len(self._left) < start + 4:
            return 0
        return start + int(struct.unpack_from("!I", self._left, start)[0])

    def _message(self, whole: bytes) -> Message:
        if not self._begun:
            if struct.unpack_from("!I", whole, 4)[0] in _NO_ENCRYPTION:
                return Message(b"", answer=b"N")
            self._begun = True
            return Message(whole)
        kind, body = whole[:1], whole[5:]
        if kind == b"Q":
            return Message(whole, body.rstrip(b"\0").decode("utf-8", "replace"))
        if kind == b"P":
            name, text, _ = body.split(b"\0", 2)
            self._prepared[name] = text.decode("utf-8", "replace")
        elif kind == b"B":
            _, name, _ = body.split(b"\0", 2)
            self._bound = self._prepared.get(name, "")
        elif kind == b"E":
            return Message(whole, self._bound, last=False)
        return Message(whole)


class MariadbWire:
    """The text protocol of MariaDB and MySQL."""

    def __init__(self) -> None:
        """Wait for the first packet."""
        self._left = b""

    def feed(self, data: bytes) -> Iterator[Message]:
        """Take bytes and answer the messages that are whole now."""
        self._left += data
        while len(self._left) >= 4 and len(self._left) >= (length := 4 + int.from_bytes(self._left[:3], "little")):  # noqa: PLR2004 - a head
            whole, self._left = self._left[:length], self._left[length:]
            runs = whole[3] == 0 and whole[4:5] == bytes([_QUERY])
            yield Message(whole, whole[5:].decode("utf-8", "replace") if runs else "")


def wire_of(dialect: str) -> Wire:
    """Answer the reader of a dialect's protocol, `postgresql` or `mariadb`."""
    return PostgresqlWire() if dialect == "postgresql" else MariadbWire()
