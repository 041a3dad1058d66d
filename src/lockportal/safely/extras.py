"""Libraries that may not be there."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from lockportal.core.errors import Refused


def library(name: str, family: str, extra: str) -> Any:  # noqa: ANN401 - a module that may not be there
    """Answer a module; Refused `<family>.not_installed` says which extra brings it."""
    try:
        return import_module(name)
    except ImportError as error:
        message = f'{name.partition(".")[0]} is not installed: pip install "lockportal[{extra}]"'
        raise Refused(f"{family}.not_installed", message) from error
