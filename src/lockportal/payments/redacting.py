"""What a gateway sent, as whoever looks into it may read it: ids, states and amounts stay, whatever may be personal does not."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

_PLAIN: Final = frozenset(
    {
        "id", "object", "type", "kind", "status", "state", "outcome", "currency", "value", "amount", "created", "livemode",
        "event_version", "api_version", "method",
    }
)  # fmt: skip
_ENDS: Final = ("_id", "_status", "_at", "_time", "_code", "_ref", "_type")
_HIDDEN: Final = "…"
_DIGITS: Final = re.compile(r"\d[\d -]{10,}\d")
_MOST: Final = 4000
_DEEPEST: Final = 12


def redacted(body: bytes) -> str:
    """Answer what came as text, at most 4,000 characters of it; of what is neither JSON nor a form only its length."""
    try:
        text = body.decode()
        found = json.loads(text)
    except (ValueError, RecursionError):
        pairs = dict(parse_qsl(body.decode("utf-8", "replace"))) if b"=" in body else {}
        if not pairs:
            return f"{len(body)} bytes"
        found = pairs
    return json.dumps(_shown(found, "", 0), ensure_ascii=False, indent=1)[:_MOST]


def _shown(value: Any, name: str, depth: int) -> Any:  # noqa: ANN401 - whatever JSON holds
    if depth > _DEEPEST:
        return _HIDDEN
    if isinstance(value, Mapping):
        return {str(key): _shown(one, str(key), depth + 1) for key, one in value.items()}
    if isinstance(value, list):
        return [_shown(one, name, depth + 1) for one in value]
    if value is None or isinstance(value, bool):
        return value
    return value if _plain(name) and not any(_secrets(str(value))) else _HIDDEN


def _plain(name: str) -> bool:
    folded = name.casefold()
    return folded in _PLAIN or folded.endswith(_ENDS)


def _secrets(text: str) -> Iterator[bool]:
    """Say of a value under a harmless name what may be wrong with it: an address, or as many digits as a card has."""
    yield "@" in text
    yield _DIGITS.search(text) is not None
