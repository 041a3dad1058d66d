"""How operations are known again at PayPal: what is written into `custom_id` and `invoice_id`, and references. Pure."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from lockportal.payments import OpKind

ORDER: Final = "order:"
"""A payment is known by its order until money was taken or authorized, then by that."""
SETUP: Final = "setup:"
"""A method is known by the setup token that its payer agreed to; the payment token is its mandate."""


def mark(kind: OpKind, operation_id: UUID) -> str:
    """Answer what an operation is marked with."""
    return f"{kind}:{operation_id}"


def marked(text: object, *kinds: OpKind) -> tuple[OpKind, UUID] | None:
    """Read a mark of one of these kinds, None where it is none of ours."""
    if not isinstance(text, str):
        return None
    kind, _, name = text.partition(":")
    if kind not in {one.value for one in kinds}:
        return None
    try:
        found = UUID(name)
    except ValueError:
        return None
    return (OpKind(kind), found) if str(found) == name else None
