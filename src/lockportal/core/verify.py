"""What a check of the books finds: a difference between what is kept and what it should be."""

from __future__ import annotations

from attrs import frozen


@frozen
class Finding:
    """One difference: which check, about what, and what is wrong, for a person to read."""

    check: str
    subject: str
    detail: str
