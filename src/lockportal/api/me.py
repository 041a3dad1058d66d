"""Who asks: what a client may know of itself."""

from __future__ import annotations

from uuid import UUID

from attrs import frozen

from lockportal.core.actor import Actor, ActorKind, Grant


@frozen(kw_only=True)
class Me:
    """Who asks: `id` names the person, the member of staff or the link; it is never a name or an address."""

    kind: ActorKind
    id: str
    person_id: UUID | None
    session_id: UUID | None
    document_id: UUID | None
    """The one document of who opened it by a link."""
    grants: tuple[Grant, ...]


def who(actor: Actor) -> Me:
    """Answer who sent this request, and what they may do in which account."""
    return Me(
        kind=actor.kind,
        id=actor.id,
        person_id=actor.person_id,
        session_id=actor.session_id,
        document_id=actor.document_id,
        grants=actor.grants,
    )
