"""Who stands behind a session, with the rights of this moment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from lockportal.access import queries
from lockportal.access.models import AccessSettings, Session
from lockportal.context import Context
from lockportal.core.actor import SYSTEM, VISITOR, Actor, ActorKind
from lockportal.profiles import queries as profiles
from lockportal.profiles.models import ProfilesSettings
from lockportal.profiles.views import Entitled, entitled, grants
from lockportal.signing import digest, same

_SEEN_EVERY: Final = timedelta(minutes=1)


class Identity:
    """Makes the actors of people who signed in; nothing is remembered, so that what is taken back is gone at once."""

    def __init__(self, context: Context) -> None:
        """Take the shell and the clock."""
        self._shell, self._clock = context.shell, context.clock
        self._idle_lasts = context.shell.settings(AccessSettings).idle_lasts
        self._shape = {"children": context.shell.settings(ProfilesSettings).parents_see_children}

    def present(self, person_id: UUID, session_id: UUID, secret: str) -> Actor:
        """Answer who shows the secret of a session, and note now and then that it is in use; VISITOR for nobody."""
        actor, seen = self._actor(person_id, session_id, digest(secret))
        if actor is not VISITOR and not seen:
            self._shell.touch(Session, person_id, session_id, _SEEN_EVERY)
        return actor

    def behind(self, person_id: UUID, session_id: UUID) -> Actor:
        """Answer in whose session something was asked for, which is no use of the session; VISITOR once it is over."""
        return self._actor(person_id, session_id, None)[0]

    def contacts(self, person_id: UUID) -> list[Entitled]:
        """Answer what a person may do, and where, as an active contact of an account or of a parent."""
        return entitled(self._shell.ask(profiles.OF_PERSON, SYSTEM, shape=self._shape, person=person_id))

    def _actor(self, person_id: UUID, session_id: UUID, mark: bytes | None) -> tuple[Actor, bool]:
        """Answer the actor, and whether the session's use was noted of late. One statement."""
        rows = self._shell.ask(queries.SESSION, SYSTEM, shape=self._shape, person=person_id, session=session_id)
        if not rows or (mark is not None and not same(rows[0].secret, mark)):
            return VISITOR, True
        now, seen_at = self._clock.now(), rows[0].seen_at
        if now >= min(rows[0].expires_at, seen_at + self._idle_lasts):
            return VISITOR, True
        return actor_of(person_id, session_id, entitled(rows)), now - seen_at < _SEEN_EVERY


def actor_of(person_id: UUID, session_id: UUID, contacts: Sequence[Entitled]) -> Actor:
    """Make the actor of a person in a session."""
    return Actor(
        kind=ActorKind.CUSTOMER,
        id=str(person_id),
        person_id=person_id,
        session_id=session_id,
        grants=grants(contacts),
    )
