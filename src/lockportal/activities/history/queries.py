"""Questions of a customer's history: notes and calls, and mails, each the newest first and from a place on."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa

from lockportal.activities.history.models import Note
from lockportal.core.actor import Audience
from lockportal.core.ports import JournalRow, Question
from lockportal.messages.models import Delivery
from lockportal.profiles.models import Contact
from lockportal.storage.tables import Source

_OFFICE: Final = Audience(staff=True, system=True)
_LIMIT: Final = sa.bindparam("limit", type_=sa.Integer())
_NEEDLE: Final = sa.bindparam("needle", type_=sa.String())
_NOTED: Final = ("activities.note_written", "activities.call_recorded")
"""What stands in the list as what was written down."""


def _like(text: Any) -> Any:  # noqa: ANN401 - a column, and a condition on it
    return sa.func.lower(text).like(_NEEDLE, escape="/")


def _named(name: str) -> Any:  # noqa: ANN401 - a parameter of several values
    return sa.bindparam(name, type_=sa.String(), expanding=True)


def _behind(at: Any, key: Any) -> Any:  # noqa: ANN401 - two columns, and a condition on them
    last_at, last_id = sa.bindparam("at", type_=at.type), sa.bindparam("last_id", type_=key.type)
    return sa.or_(at < last_at, sa.and_(at == last_at, key < last_id))


def _journal(source: Source, *, after: bool = False, search: bool = False) -> sa.Select[Any]:
    row = source(JournalRow)
    chosen = sa.select(row.c.version, row.c.n, row.c.at, row.c.by, row.c.type, row.c.ids).where(row.c.type.not_in(_NOTED))
    if search:
        chosen = chosen.where(sa.or_(row.c.type.in_(_named("types")), _like(row.c.by)))
    if after:
        version, n = sa.bindparam("version", type_=sa.BigInteger()), sa.bindparam("n", type_=sa.Integer())
        chosen = chosen.where(row.c.version <= version, sa.or_(row.c.version < version, row.c.n < n))
    return chosen.order_by(row.c.version.desc(), row.c.n.desc()).limit(_LIMIT)


def _notes(source: Source, *, after: bool = False, search: bool = False) -> sa.Select[Any]:
    note, contact = source(Note), source(Contact)
    chosen = sa.select(note, contact.c.name.label("contact_name")).select_from(
        note.outerjoin(contact, sa.and_(contact.c.account_id == note.c.account_id, contact.c.id == note.c.contact_id))
    )
    if search:
        found = (note.c.text, note.c.by, sa.func.coalesce(contact.c.name, ""))
        chosen = chosen.where(sa.or_(*(_like(one) for one in found), note.c.outcome.in_(_named("outcomes"))))
    if after:
        chosen = chosen.where(_behind(note.c.at, note.c.id))
    return chosen.order_by(note.c.at.desc(), note.c.id.desc()).limit(_LIMIT)


def _mails(source: Source, *, after: bool = False, search: bool = False) -> sa.Select[Any]:
    mail, contact = source(Delivery), source(Contact)
    chosen = sa.select(
        mail.c.id, mail.c.at, mail.c.kind, mail.c.outcome, mail.c.contact_id, contact.c.name.label("contact_name")
    ).select_from(mail.outerjoin(contact, sa.and_(contact.c.account_id == mail.c.account_id, contact.c.id == mail.c.contact_id)))
    if search:
        chosen = chosen.where(sa.or_(_like(mail.c.kind), _like(sa.func.coalesce(contact.c.name, ""))))
    if after:
        chosen = chosen.where(_behind(mail.c.at, mail.c.id))
    return chosen.order_by(mail.c.at.desc(), mail.c.id.desc()).limit(_LIMIT)


TIMELINE = Question(name="activities.timeline", audience=_OFFICE, build=_journal)
"""An account's journal, the newest first, without its bodies and without what was written down.

Shape: after (version, n), search (types, needle). Parameter: limit."""
NOTES = Question(name="activities.notes", audience=_OFFICE, build=_notes)
"""What was written down, the newest first. Shape: after (at, last_id), search (outcomes, needle). Parameter: limit."""
MAILS = Question(name="activities.mails", audience=_OFFICE, build=_mails)
"""The mails that were sent, the newest first. Shape: after (at, last_id), search (needle). Parameter: limit."""
