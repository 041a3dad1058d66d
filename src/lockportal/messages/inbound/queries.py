"""Questions about replies by mail: whose address one is, and whether a mail was taken."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from lockportal.core.actor import Audience
from lockportal.core.ports import Question
from lockportal.messages.inbound.models import ReceivedMail, ReplyAddress
from lockportal.profiles.models import Contact
from lockportal.storage.tables import Source

_SYSTEM = Audience(system=True)


def _reply_address(source: Source) -> sa.Select[Any]:
    """Answer an address with its contact, while they are one of the account."""
    address, contact = source(ReplyAddress), source(Contact)
    same = sa.and_(contact.c.account_id == address.c.account_id, contact.c.id == address.c.contact_id)
    return (
        sa.select(
            address.c.id,
            address.c.account_id,
            address.c.kind,
            address.c.thread_id,
            address.c.contact_id,
            contact.c.email,
            contact.c.person_id,
            contact.c.rights,
        )
        .select_from(address.join(contact, same))
        .where(address.c.id == sa.bindparam("address", type_=address.c.id.type), contact.c.live == sa.true())
    )


def _received(source: Source) -> sa.Select[Any]:
    mail = source(ReceivedMail)
    return sa.select(mail.c.outcome, mail.c.received_at).where(mail.c.id == sa.bindparam("mail", type_=mail.c.id.type))


REPLY_ADDRESS = Question(name="messages.reply_address", audience=_SYSTEM, build=_reply_address)
"""An address for replies, with its contact. Parameter: address."""
RECEIVED = Question(name="messages.received", audience=_SYSTEM, build=_received)
"""What became of a mail. Parameter: mail."""
