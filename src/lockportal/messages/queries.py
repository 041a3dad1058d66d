"""Questions about messages: who gets them, what was sent, what could not be."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from lockportal.core.actor import Audience, Right
from lockportal.core.ports import Question
from lockportal.messages.inbound.queries import RECEIVED, REPLY_ADDRESS
from lockportal.messages.models import DeadLetter, Delivery, Preference, Suppression
from lockportal.messages.suppressing.queries import REPORTED, SUPPRESSIONS
from lockportal.profiles.models import Contact, Customer
from lockportal.storage.tables import Source, record_of

__all__ = ["RECEIVED", "REPLY_ADDRESS", "REPORTED", "SUPPRESSIONS"]

_SYSTEM = Audience(system=True)
_OFFICE = Audience(staff=True, system=True)
_MOST = sa.bindparam("most", type_=sa.Integer())


def _recipients(source: Source) -> sa.Select[Any]:
    """Answer the contacts of an account, but for those who switched a category off, and say whose address is dead."""
    contact, customer, preference = source(Contact), source(Customer), source(Preference)
    suppression = source(Suppression)
    dead = (
        sa.select(suppression.c.id)
        .where(
            suppression.c.account_id == contact.c.account_id,
            suppression.c.contact_id == contact.c.id,
            suppression.c.live == sa.true(),
            suppression.c.email == sa.func.lower(contact.c.email),
        )
        .exists()
    )
    said = sa.select(preference.c.contact_id).where(
        preference.c.account_id == contact.c.account_id,
        preference.c.contact_id == contact.c.id,
        preference.c.category == sa.bindparam("category", type_=sa.String()),
        preference.c.channel == sa.bindparam("channel", type_=preference.c.channel.type),
    )
    unwanted = said.where(preference.c.wanted == sa.false()).exists()
    told: list[Any] = [
        contact.c.id,
        contact.c.person_id,
        contact.c.email,
        contact.c.name,
        contact.c.rights,
        contact.c.language,
        customer.c.language.label("customer_language"),
        customer.c.name.label("customer_name"),
        dead.label("dead"),
        contact.c.phone,
        said.where(preference.c.wanted == sa.true()).exists().label("chosen"),
    ]
    return (
        sa.select(*told)
        .join_from(contact, customer, customer.c.account_id == contact.c.account_id)
        .where(contact.c.live == sa.true(), ~unwanted)
        .order_by(contact.c.id)
    )


RECIPIENTS = Question(name="messages.recipients", audience=_SYSTEM, build=_recipients)
"""Who in an account did not switch a category off, and who chose it. Parameters: category, channel."""


def _sent(source: Source) -> sa.Select[Any]:
    delivery = source(Delivery).c
    return sa.select(delivery.id).where(delivery.id.in_(sa.bindparam("ids", type_=delivery.id.type, expanding=True)))


SENT = Question(name="messages.sent", audience=_SYSTEM, build=_sent)
"""Which of some messages were sent. Parameter: ids."""


def _after(columns: Any) -> Any:  # noqa: ANN401 - the columns of a table and a condition on them
    at, key = sa.bindparam("at", type_=columns[0].type), sa.bindparam("id", type_=columns[1].type)
    return sa.or_(columns[0] < at, sa.and_(columns[0] == at, columns[1] < key))


def _deliveries(source: Source, *, after: bool) -> sa.Select[Any]:
    c = source(Delivery).c
    made = sa.select(c.id, c.message_id, c.kind, c.contact_id, c.channel, c.at, c.outcome, c.reason)
    if after:
        made = made.where(_after((c.at, c.id)))
    return made.order_by(c.at.desc(), c.id.desc()).limit(_MOST)


DELIVERIES = Question(
    name="messages.deliveries", audience=Audience(customer=Right.USERS, own=True, staff=True, system=True), build=_deliveries
)
"""What was sent in an account, the newest first. Parameters: most; at, id (after)."""


def _dead_letters(source: Source, *, after: bool, dead: bool) -> sa.Select[Any]:
    c = source(DeadLetter).c
    made = sa.select(c.id, c.account_id, c.receiver, c.type, c.attempts, c.reason, c.failed_at, c.state, c.replayed_at)
    if dead:
        made = made.where(c.live == sa.true())
    if after:
        made = made.where(_after((c.failed_at, c.id)))
    return made.order_by(c.failed_at.desc(), c.id.desc()).limit(_MOST)


DEAD_LETTERS = Question(name="messages.dead_letters", audience=_OFFICE, build=_dead_letters)
"""What could not be delivered, the newest first. Parameters: most; at, id (after). Shape: dead leaves out what was replayed."""


def _dead_letter(source: Source) -> sa.Select[Any]:
    letter = source(DeadLetter)
    return sa.select(letter).where(letter.c.id == sa.bindparam("letter", type_=letter.c.id.type))


def letter_of(row: Any) -> DeadLetter:  # noqa: ANN401 - a row of DEAD_LETTER
    """Make the dead letter of a row."""
    return record_of(DeadLetter, row)


DEAD_LETTER = Question(name="messages.dead_letter", audience=_OFFICE, build=_dead_letter)
"""One dead letter. Parameter: letter."""


def _preferences(source: Source) -> sa.Select[Any]:
    c = source(Preference).c
    return sa.select(c.category, c.channel, c.wanted).where(c.contact_id == sa.bindparam("contact", type_=c.contact_id.type))


PREFERENCES = Question(
    name="messages.preferences", audience=Audience(customer=Right.VIEW, staff=True, system=True), build=_preferences
)
"""What a contact has said about categories. Parameter: contact."""
