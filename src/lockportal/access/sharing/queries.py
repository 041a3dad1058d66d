"""The questions about links to documents."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from lockportal.access.sharing.models import ShareLink, ShareLinkUsed, ShareUse
from lockportal.core.actor import Audience, Right
from lockportal.core.ports import Question
from lockportal.profiles.models import Contact, Customer
from lockportal.storage.tables import Source


def _share_link(source: Source) -> sa.Select[Any]:
    link, contact, customer = source(ShareLink), source(Contact), source(Customer)
    language = sa.case((contact.c.language != "", contact.c.language), else_=customer.c.language)
    joined = link.join(contact, sa.and_(contact.c.account_id == link.c.account_id, contact.c.id == link.c.contact_id)).join(
        customer, customer.c.account_id == link.c.account_id
    )
    return (
        sa.select(
            link.c.document_id,
            link.c.number,
            link.c.contact_id,
            link.c.state,
            link.c.expires_at,
            contact.c.live.label("contact_live"),
            contact.c.rights,
            language.label("language"),
        )
        .select_from(joined)
        .where(link.c.id == sa.bindparam("link"))
    )


SHARE_LINK = Question(name="access.share_link", audience=Audience(system=True), build=_share_link)
"""A link to a document with its contact's rights. Parameter: link."""


def _open_share_links(source: Source) -> sa.Select[Any]:
    link = source(ShareLink).c
    return (
        sa.select(link.id, link.document_id)
        .where(
            link.document_id.in_(sa.bindparam("documents", type_=link.document_id.type, expanding=True)),
            link.contact_id == sa.bindparam("contact"),
            link.live == sa.true(),
            link.expires_at > sa.bindparam("now"),
        )
        .order_by(link.created_at, link.id)
    )


OPEN_SHARE_LINKS = Question(name="access.open_share_links", audience=Audience(system=True), build=_open_share_links)
"""The open links to some documents for a contact. Parameters: documents, contact, now."""


def _share_links(source: Source, *, after: bool = False) -> sa.Select[Any]:
    link, contact, used = source(ShareLink), source(Contact), source(ShareLinkUsed)
    opened = (
        sa.select(sa.func.max(used.c.at))
        .where(used.c.account_id == link.c.account_id, used.c.link_id == link.c.id, used.c.use == ShareUse.OPENED)
        .scalar_subquery()
    )
    chosen = sa.select(
        link.c.id,
        link.c.document_id,
        link.c.number,
        link.c.contact_id,
        contact.c.name.label("contact_name"),
        link.c.state,
        link.c.created_at,
        link.c.expires_at,
        link.c.ended_at,
        link.c.reason,
        opened.label("last_used_at"),
    ).select_from(link.outerjoin(contact, sa.and_(contact.c.account_id == link.c.account_id, contact.c.id == link.c.contact_id)))
    if after:
        at, key = sa.bindparam("at", type_=link.c.created_at.type), sa.bindparam("id", type_=link.c.id.type)
        chosen = chosen.where(sa.or_(link.c.created_at < at, sa.and_(link.c.created_at == at, link.c.id < key)))
    return chosen.order_by(link.c.created_at.desc(), link.c.id.desc()).limit(sa.bindparam("most", type_=sa.Integer()))


_KEEPERS = Audience(customer=Right.USERS, staff=True, system=True)
SHARE_LINKS = Question(name="access.share_links", audience=_KEEPERS, build=_share_links)
"""An account's links to documents, the newest first. Parameters: most; at, id (after)."""
