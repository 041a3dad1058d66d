"""How long a gateway's silence means nothing, and when the same may be sent to it again. Pure."""

from __future__ import annotations

from datetime import datetime

from lockportal.payments.methods import FetchBy, Idempotency, MethodCapability
from lockportal.payments.models import Operation
from lockportal.payments.operations import UNANSWERED, OpStatus


def past(operation: Operation, able: MethodCapability, now: datetime) -> bool:
    """Say whether an operation that the gateway does not find was never received, as far as its horizon tells.

    One that it has told of was received; one of which only a lost reference would tell may have been.
    """
    if operation.status not in UNANSWERED:
        return False
    findable = FetchBy.OPERATION_ID in able.fetch or bool(operation.gateway_ref)
    return findable and now - (operation.sent_at or operation.created_at) >= able.horizon


def soon(operation: Operation, able: MethodCapability, now: datetime) -> bool:
    """Say whether an operation that was sent in vain is still to be sent: within its horizon from the first time."""
    if operation.status is not OpStatus.SENT or operation.first_sent_at is None:
        return False
    return now - operation.first_sent_at < able.horizon


def repeatable(operation: Operation, able: MethodCapability, now: datetime) -> bool:
    """Say whether the gateway knows an operation again by its key, so that it may be sent once more."""
    window = able.idempotency_window
    fresh = window is None or now - (operation.first_sent_at or operation.created_at) < window
    return able.idempotency is Idempotency.NATIVE and fresh
