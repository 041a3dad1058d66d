"""Our own marks on Stripe's objects: by its metadata an object tells whose operation it is, and how its payer gives the money."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from attrs import frozen

OPERATION: Final = "lockportal_operation"
KIND: Final = "lockportal_kind"
FLOW: Final = "lockportal_flow"
SAVES: Final = "lockportal_saves"
CAPTURE: Final = "lockportal_capture"
HOSTED: Final = "hosted"
"""The payer is on Stripe's page, and may try again there."""
DIRECT: Final = "direct"
"""A saved method is debited: one try."""
SETUP: Final = "setup"


@frozen
class Mark:
    """Whose an object is: the operation, its kind (`sale`, `authorize`, `refund`, `setup`), and its flow."""

    operation_id: UUID
    kind: str
    hosted: bool
    saves: bool


def written(operation_id: UUID, kind: str, flow: str = "", *, saves: bool = False) -> dict[str, str]:
    """Answer the metadata by which an object is ours."""
    marks = {OPERATION: str(operation_id), KIND: kind}
    return marks | ({FLOW: flow} if flow else {}) | ({SAVES: "1"} if saves else {})


def mark_of(thing: Mapping[str, Any]) -> Mark | None:
    """Answer whose an object is, None if it is none of ours."""
    metadata = thing.get("metadata")
    if not isinstance(metadata, Mapping):
        return None
    operation_id = uuid_of(metadata.get(OPERATION))
    if operation_id is None:
        return None
    return Mark(operation_id, str(metadata.get(KIND)), metadata.get(FLOW) == HOSTED, metadata.get(SAVES) == "1")


def uuid_of(text: object) -> UUID | None:
    """Answer the id that a text is, None if it is none."""
    try:
        return UUID(str(text))
    except ValueError:
        return None
