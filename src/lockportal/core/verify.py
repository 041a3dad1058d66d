"""What a check of the books finds: a difference between what is kept and what it should be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from attrs import frozen

from lockportal.core.record import Record


@frozen
class Finding:
    """One difference: which check, about what, and what is wrong, for a person to read."""

    check: str
    subject: str
    detail: str


@frozen
class Recompute:
    """How those fields of a record that follow from its others are worked out again: a pure function from record to record."""

    record: type[Record]
    again: Callable[[Any], Record]
