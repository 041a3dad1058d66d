"""What is told of contacts' events: that somebody is invited."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from lockportal import codec
from lockportal.context import Context
from lockportal.core.actor import SYSTEM, ActorKind
from lockportal.core.messages import Draft
from lockportal.core.ports import JournalRow
from lockportal.profiles import queries
from lockportal.profiles.messages import Invitation
from lockportal.profiles.models import ContactInvited

SIGN_IN_PATH: Final = "/sign-in"
"""Where somebody asks for a login link: the portal's address and this path."""


class Inviting:
    """Turns invited contacts into messages."""

    def __init__(self, context: Context) -> None:
        """Take the shell, and where the portal is reached."""
        self._shell = context.shell
        self._base_url = context.base_url

    def invitation(self, row: JournalRow) -> Sequence[Draft]:
        """Draft the invitation of one contact."""
        event: ContactInvited = codec.load_stored(ContactInvited, row.body)
        customer = self._shell.ask(queries.CUSTOMER, SYSTEM, account_id=row.account_id)[0]
        told = Invitation(customer=customer.name, inviter=self._name_of(row), link=f"{self._base_url}{SIGN_IN_PATH}")
        return [Draft(variables=told, contacts=(event.contact_id,))]

    def _name_of(self, row: JournalRow) -> str:
        """Answer the name that a customer's contact bears here or at a parent; the names of staff are the host's own."""
        kind, _, who = row.by.partition(":")
        if kind != ActorKind.CUSTOMER:
            return ""
        rows = self._shell.ask(queries.OF_PERSON, SYSTEM, shape={"children": True}, person=UUID(who))
        return next((str(contact.name) for contact in rows if contact.account_id == row.account_id), "")
