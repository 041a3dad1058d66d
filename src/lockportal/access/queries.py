"""The questions that a request asks before it is known who makes it; only the system asks them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from lockportal.access.models import LoginLink, Session
from lockportal.access.sharing.queries import OPEN_SHARE_LINKS, SHARE_LINK, SHARE_LINKS
from lockportal.core.actor import Audience
from lockportal.core.ports import Question
from lockportal.profiles import queries as profiles
from lockportal.profiles.models import Contact, Person
from lockportal.storage.tables import Source

__all__ = ["LINK", "NEWER_LINKS", "OPEN_SHARE_LINKS", "SESSION", "SESSIONS", "SHARE_LINK", "SHARE_LINKS"]

_SYSTEM = Audience(system=True)


def _link(source: Source) -> sa.Select[Any]:
    link, person = source(LoginLink), source(Person)
    return (
        sa.select(
            link.c.state, link.c.created_at, link.c.expires_at, link.c.binding, link.c.next_path, link.c.tries, person.c.email
        )
        .join_from(link, person, person.c.account_id == link.c.account_id)
        .where(link.c.id == sa.bindparam("link"))
    )


LINK = Question(name="access.link", audience=_SYSTEM, build=_link)
"""A login link and its person's address. Parameter: link."""


def _newer_links(source: Source) -> sa.Select[Any]:
    link = source(LoginLink).c
    return sa.select(link.id).where(link.asked_at > sa.bindparam("asked_at")).limit(1)


NEWER_LINKS = Question(name="access.newer_links", audience=_SYSTEM, build=_newer_links)
"""Whether a person has a link that was asked for later. Parameter: asked_at."""


def _session(source: Source, *, children: bool) -> sa.Select[Any]:
    held = profiles.of_person(source, children=children).order_by(None).subquery()
    session = source(Session)
    person, own = sa.bindparam("person", type_=session.c.account_id.type), session.c
    mine = sa.and_(own.account_id == person, own.id == sa.bindparam("session"), own.live == sa.true())
    return (
        sa.select(held, own.secret, own.seen_at, own.expires_at)
        .join_from(held, session, mine)
        .order_by(held.c.customer_name, held.c.account_id, held.c.depth, held.c.contact_id)
    )


SESSION = Question(name="access.session", audience=_SYSTEM, build=_session)
"""What a cookie is held against, beside what its person may do, as `profiles.of_person` has it; nothing once the session is over.

Parameters: person, session. Shape: children.
"""


def _sessions(source: Source) -> sa.Select[Any]:
    session = source(Session).c
    return (
        sa.select(session.id, session.created_at, session.seen_at, session.expires_at, session.user_agent)
        .where(session.live == sa.true(), session.expires_at > sa.bindparam("now"), session.seen_at > sa.bindparam("idle_since"))
        .order_by(session.created_at.desc(), session.id)
    )


SESSIONS = Question(name="access.sessions", audience=Audience(own=True, staff=True, system=True), build=_sessions)
"""A person's sessions, the newest first. Parameters: now, idle_since."""


def _last_sign_ins(source: Source) -> sa.Select[Any]:
    contact, session = source(Contact), source(Session)
    return (
        sa.select(contact.c.id, sa.func.max(session.c.created_at).label("at"))
        .join_from(contact, session, session.c.account_id == contact.c.person_id)
        .where(contact.c.account_id == sa.bindparam("account", type_=contact.c.account_id.type))
        .group_by(contact.c.id)
    )


LAST_SIGN_INS = Question(name="access.last_sign_ins", audience=Audience(staff=True, system=True), build=_last_sign_ins)
"""When each contact of an account signed in last, wherever they act. Parameter: account.

Their administrators do not ask this: it would tell that somebody acts for another customer, too.
"""
