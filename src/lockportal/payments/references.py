"""Secrets by reference: settings say where a secret is; it is read when a gateway is opened, and stored nowhere."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

from lockportal.core.errors import Refused

_SCHEME: Final = re.compile(r"[a-z][a-z0-9+-]*:.", re.ASCII)


def is_reference(text: str) -> bool:
    """Say whether a text says where a secret is: a word, a colon, and what the word's reader understands."""
    return _SCHEME.match(text) is not None


def read_here(reference: str) -> str | None:
    """Read a secret from the environment (`env:NAME`) or a file (`file:/path`); None where it is not there, or elsewhere."""
    kind, _, where = reference.partition(":")
    try:
        if kind == "env":
            return os.environ.get(where)
        return Path(where).read_text(encoding="utf-8") if kind == "file" else None
    except (OSError, ValueError):
        return None


def reader(read: Callable[[str], str | None]) -> Callable[[str], str]:
    """Answer what reads a secret at a reference; Refused `gateway.secret` where there is none, or an empty one."""

    def secret_at(reference: str) -> str:
        found = (read(reference) or "").strip()
        if not found:
            raise Refused("gateway.secret", f"There is no secret at {reference}.")
        return found

    return secret_at


secret_at: Final = reader(read_here)
"""Reads a secret from the environment or a file."""
