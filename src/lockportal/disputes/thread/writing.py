"""How a message of a thread is made. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from lockportal.core.actor import ActorKind
from lockportal.core.record import Stamp
from lockportal.disputes.models import Dispute, DisputeMessage
from lockportal.disputes.steps import contact_of, name_of

_MENTION: Final = re.compile(r"(?<![\w@.])@(\w(?:[\w.-]{0,126}\w)?)")


def message_of(
    dispute: Dispute,
    text: str,
    files: Sequence[UUID],
    stamp: Stamp,
    *,
    internal: bool = False,
    contact_id: UUID | None = None,
) -> DisputeMessage:
    """Answer a message by whoever acts, or by the contact in whose name the library's own jobs take it in."""
    by_mail = stamp.by.kind is ActorKind.SYSTEM and contact_id is not None
    return DisputeMessage(
        id=stamp.child("message"),
        account_id=dispute.account_id,
        dispute_id=dispute.id,
        at=stamp.at,
        by=ActorKind.CUSTOMER if by_mail else stamp.by.kind,
        name=name_of(stamp.by),
        contact_id=contact_id if by_mail else contact_of(stamp.by, dispute.account_id),
        internal=internal,
        text=text,
        mentions=mentioned(text) if internal else (),
        files=tuple(dict.fromkeys(files)),
    )


def mentioned(text: str) -> tuple[str, ...]:
    """Answer the names after an @, each once: `@casey` in "ask @casey, please"."""
    return tuple(dict.fromkeys(_MENTION.findall(text)))
