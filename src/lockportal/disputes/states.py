"""Where a dispute is, and where it can go from there: one table, from which the diagram of the documentation is made."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from lockportal.core.errors import Refused


class DisputeStatus(StrEnum):
    """Where a dispute is."""

    DRAFT = "draft"
    OPEN = "open"
    IN_REVIEW = "in_review"
    INFO_REQUESTED = "info_requested"
    ACCEPTED = "accepted"
    PARTLY_ACCEPTED = "partly_accepted"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"
    REOPENED = "reopened"


_S = DisputeStatus
TRANSITIONS: Final[Mapping[DisputeStatus, frozenset[DisputeStatus]]] = MappingProxyType(
    {
        _S.DRAFT: frozenset({_S.OPEN, _S.WITHDRAWN}),
        _S.OPEN: frozenset({_S.IN_REVIEW, _S.WITHDRAWN}),
        _S.IN_REVIEW: frozenset({_S.INFO_REQUESTED, _S.ACCEPTED, _S.PARTLY_ACCEPTED, _S.REJECTED, _S.WITHDRAWN}),
        _S.INFO_REQUESTED: frozenset({_S.IN_REVIEW, _S.WITHDRAWN}),
        _S.ACCEPTED: frozenset({_S.CLOSED}),
        _S.PARTLY_ACCEPTED: frozenset({_S.CLOSED}),
        _S.REJECTED: frozenset({_S.CLOSED}),
        _S.WITHDRAWN: frozenset({_S.CLOSED}),
        _S.CLOSED: frozenset({_S.REOPENED}),
        _S.REOPENED: frozenset({_S.IN_REVIEW, _S.WITHDRAWN}),
    }
)
"""Where a dispute can go from each status."""

UNDECIDED: Final = frozenset({_S.OPEN, _S.IN_REVIEW, _S.INFO_REQUESTED, _S.REOPENED})
"""Those in which what is disputed is not decided."""
AWAITING_CREDIT: Final = frozenset({_S.ACCEPTED, _S.PARTLY_ACCEPTED})
"""Those that wait for a credit memo."""
OUTCOMES: Final = frozenset({_S.ACCEPTED, _S.PARTLY_ACCEPTED, _S.REJECTED, _S.WITHDRAWN})
"""What can become of a dispute."""


def path(at: DisputeStatus, to: DisputeStatus) -> tuple[DisputeStatus, ...]:
    """Answer the statuses that a step goes through: whatever is decided of a dispute is reviewed first.

    Refused `dispute.status` where there is no way.
    """
    if to in TRANSITIONS[at]:
        return (to,)
    if _S.IN_REVIEW in TRANSITIONS[at] and to in TRANSITIONS[_S.IN_REVIEW]:
        return (_S.IN_REVIEW, to)
    raise Refused("dispute.status", f"This cannot be done with a dispute that is {at.replace('_', ' ')}.")
