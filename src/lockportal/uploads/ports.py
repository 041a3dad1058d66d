"""What a plugin of uploads brings: a scanner."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import pluggy
from attrs import frozen

_spec = pluggy.HookspecMarker("lockportal")


@frozen(kw_only=True)
class Scanned:
    """One upload about to be scanned: its type by its content, its size in bytes, and its content piece by piece.

    Its name is not told: a scanner needs none, and what it logs names nobody.
    """

    media_type: str
    size: int
    chunks: Iterator[bytes]


@frozen(kw_only=True)
class Verdict:
    """What a scanner says: whether the content is clean and, in the scanner's own words, what was found."""

    clean: bool
    found: str = ""


class Scanner(Protocol):
    """Looks for what does harm. It may be asked twice of one content, and raises GatewayError where it cannot tell."""

    def scan(self, content: Scanned) -> Verdict:
        """Say whether a content is clean."""
        ...


class Hooks:
    """The hooks of uploads."""

    @_spec(firstresult=True)
    def lockportal_scanner(self) -> Scanner | None:
        """Answer what scans uploads; where nobody does, an upload is released once it was looked through."""
