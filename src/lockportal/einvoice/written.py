"""Text as XML can hold it."""

from __future__ import annotations

import re
from typing import Final

_UNFIT: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def clean(text: str) -> str:
    """Answer a text without what XML cannot hold and without blanks around it."""
    return _UNFIT.sub(" ", text).strip()
