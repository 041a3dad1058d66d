"""Notes of what happened outside: lines in a file that survive whoever wrote them and is killed."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any


class Notes:
    """Values in the order in which threads and processes noted them; a value is noted whole or not at all."""

    def __init__(self, path: Path) -> None:
        """Begin a file, or go on with it."""
        self.path = path
        path.touch()

    def add(self, value: object) -> None:
        """Note a JSON value: one write, so that writers do not mix."""
        line = json.dumps(value).encode() + b"\n"
        handle = os.open(self.path, os.O_WRONLY | os.O_APPEND)
        try:
            os.write(handle, line)
        finally:
            os.close(handle)

    def all(self) -> list[Any]:
        """Answer everything that was noted."""
        return [json.loads(line) for line in self.path.read_bytes().splitlines()]
