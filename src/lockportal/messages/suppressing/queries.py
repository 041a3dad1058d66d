"""Questions about dead addresses: of which mail a report tells, and which addresses are suppressed."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from lockportal.core.actor import Audience
from lockportal.core.ports import Question
from lockportal.messages.models import Delivery, Suppression
from lockportal.profiles.models import Contact, Customer
from lockportal.storage.tables import Source


def _reported(source: Source) -> sa.Select[Any]:
    delivery, contact = source(Delivery), source(Contact)
    same = sa.and_(contact.c.account_id == delivery.c.account_id, contact.c.id == delivery.c.contact_id)
    d = delivery.c
    return (
        sa.select(d.account_id, d.message_id, d.contact_id, d.kind, d.channel, d.version, d.n, contact.c.email)
        .select_from(delivery.join(contact, same))
        .where(d.id == sa.bindparam("message", type_=d.id.type))
    )


REPORTED = Question(name="messages.reported", audience=Audience(system=True), build=_reported)
"""The mail that a report tells of, with its contact's address. Parameter: message."""


def _suppressions(source: Source, *, after: bool) -> sa.Select[Any]:
    suppression, contact, customer = source(Suppression), source(Contact), source(Customer)
    s = suppression.c
    whose = sa.and_(contact.c.account_id == s.account_id, contact.c.id == s.contact_id)
    made = (
        sa.select(
            s.id,
            s.account_id,
            s.contact_id,
            s.email,
            s.status,
            s.kind,
            s.suppressed_at,
            contact.c.name,
            customer.c.number.label("customer_number"),
            customer.c.name.label("customer_name"),
        )
        .select_from(suppression.join(contact, whose).join(customer, customer.c.account_id == s.account_id))
        .where(s.live == sa.true())
    )
    if after:
        at, key = sa.bindparam("at", type_=s.suppressed_at.type), sa.bindparam("id", type_=s.id.type)
        made = made.where(sa.or_(s.suppressed_at < at, sa.and_(s.suppressed_at == at, s.id < key)))
    return made.order_by(s.suppressed_at.desc(), s.id.desc()).limit(sa.bindparam("most", type_=sa.Integer()))


SUPPRESSIONS = Question(name="messages.suppressions", audience=Audience(staff=True, system=True), build=_suppressions)
"""Addresses that nothing is sent to, the newest first. Parameters: most; at, id (after)."""
