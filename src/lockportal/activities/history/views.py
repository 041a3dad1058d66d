"""What a timeline tells, pure: rows of several sources, brought into one order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from attrs import frozen


class TimelineKind(StrEnum):
    """What a row of a timeline is."""

    EVENT = "event"
    NOTE = "note"
    CALL = "call"
    MAIL = "mail"


@frozen(kw_only=True)
class TimelineRow:
    """One thing of a customer's history: an event of the journal, a note, a call or a mail that was sent.

    `type` is the event's; of a mail the kind of message. `text` says in a phrase what it is, `note` what was written down,
    `outcome` what came of a call or a mail, `contact_name` who was called or written to. `ids` are the records that it changed.
    """

    kind: TimelineKind
    at: datetime
    by: str
    type: str
    text: str
    ids: tuple[UUID, ...]
    version: int = 0
    n: int = 0
    """Where an event stands in the journal."""
    note: str = ""
    outcome: str = ""
    contact_name: str = ""
    promise_id: UUID | None = None
    dispute_id: UUID | None = None
    document_id: UUID | None = None


def merged(sources: Sequence[Sequence[TimelineRow]], limit: int) -> tuple[tuple[TimelineRow, ...], tuple[int, ...]]:
    """Bring lists into one, the newest first, at most so many; answer how many were taken of each, too.

    Each list keeps its own order; at the same time the row of the earlier list comes first.
    """
    places = [0] * len(sources)
    rows: list[TimelineRow] = []
    while len(rows) < limit:
        heads = [
            (source[place].at, -number)
            for number, (source, place) in enumerate(zip(sources, places, strict=True))
            if place < len(source)
        ]
        if not heads:
            break
        number = -max(heads)[1]
        rows.append(sources[number][places[number]])
        places[number] += 1
    return tuple(rows), tuple(places)
