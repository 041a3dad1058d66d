"""A host's own decision on a promise, and what it is told of it."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from attrs import frozen

from lockportal.core.money import Money
from lockportal.promises.models import Part, PromiseLine


@frozen(kw_only=True)
class PromiseDraft:
    """A promise about to be made by a customer, for who decides what becomes of it; `objections` are the rules that it breaks."""

    account_id: UUID
    amount: Money
    lines: tuple[PromiseLine, ...]
    parts: tuple[Part, ...]
    broken: int
    """How many the customer has not kept within a year."""
    objections: tuple[str, ...]
    """Codes such as `promise.too_late`; empty where the settings accept it at once."""


class Decision(StrEnum):
    """What becomes of a promise."""

    ACCEPT = "accept"
    PROPOSE = "propose"
    """Staff decides."""
    REFUSE = "refuse"


@frozen(kw_only=True)
class Ruling:
    """What a host decided of a promise, and why."""

    decision: Decision
    reason: str = ""
