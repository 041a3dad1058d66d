"""Short messages: the number that one goes to, and what of a message fits into it; pure."""

from __future__ import annotations

import re
from typing import Final

MOST: Final = 459
"""Three texts of a telephone network in one (GSM 03.38: 153 signs each)."""
_FILLING: Final = re.compile(r"\(0\)|[\s().\-/\u00a0\u2010-\u2013]")
_NUMBER: Final = re.compile(r"\+[1-9][0-9]{6,14}")
_SPACES: Final = re.compile(r"\s+")


def number_of(phone: str) -> str:
    """Answer a telephone number as networks write it (E.164), such as +493023125042; empty for one without its country's code."""
    found = _FILLING.sub("", phone)
    return found if _NUMBER.fullmatch(found) else ""


def short_of(head: str, link: str, most: int = MOST) -> str:
    """Answer one line of at most so many signs: the link stays whole, what stands before it is cut."""
    head, link = _SPACES.sub(" ", head).strip(), link.strip()
    room = most - len(link) - (1 if link else 0)
    if len(head) > room:
        head = head[: max(room - 1, 0)].rstrip() + "…"
    return f"{head} {link}".strip()
