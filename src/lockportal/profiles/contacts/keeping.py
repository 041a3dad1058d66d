"""How a contact is added: the person behind an address is found or made known, and nobody learns which of the two it was."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from attrs import evolve

from lockportal.context import Context
from lockportal.core.account import Owner
from lockportal.core.actor import SYSTEM, Actor, ActorKind
from lockportal.core.errors import NotFound, Refused
from lockportal.core.record import Claim, Stamp
from lockportal.core.verify import Finding
from lockportal.profiles import queries
from lockportal.profiles.contacts.commands import KEEPERS, AddContact, OpenPerson
from lockportal.profiles.models import Contact, address_key, contact_id
from lockportal.profiles.views import same_address

_COMPARED: Final = 1000
_FINDINGS: Final = 100


class Keeping:
    """Adds contacts, and compares them with the people behind them."""

    def __init__(self, context: Context) -> None:
        """Take the shell and the clock."""
        self._shell = context.shell
        self._clock = context.clock

    def add(self, command: AddContact, by: Actor, key: str | None) -> UUID:
        """Add a contact for the person of its address and answer the contact's id; the command's own person stands for none yet.

        It is decided once for nobody in particular first: what is refused leaves no person behind.
        """
        account = self._shell.account(command.account_id, by, KEEPERS, (Contact,))
        if account.kind is not Owner.CUSTOMER:
            raise NotFound("account.not_found", "There is no such account.")
        nobody = contact_id(command.account_id, command.person_id)
        alone = evolve(account, absent=account.absent | {(Contact, nobody)})
        command.decide(alone, Stamp(command.person_id, self._clock.now(), by))
        person_id = self._person(address_key(command.email), command.person_id, quiet=by.kind is ActorKind.CUSTOMER)
        self._shell.run(evolve(command, person_id=person_id), by, key=key)
        return contact_id(command.account_id, person_id)

    def _person(self, email: str, fresh: UUID, *, quiet: bool) -> UUID:
        """Answer who has an address, made known under a fresh id if nobody has it; the claim decides between two at once.

        A `quiet` look does the same work whoever has the address: the new person is written, and taken back if it is known.
        """
        claim = Claim("person.email", email)
        holder = None if quiet else self._shell.find(claim)
        if holder is not None:
            return holder.account_id
        try:
            self._shell.run(OpenPerson(account_id=fresh, email=email), SYSTEM)
        except Refused:
            holder = self._shell.find(claim)
            if holder is None:
                raise
            return holder.account_id
        return fresh

    def verify(self, by: Actor) -> tuple[Finding, ...]:
        """Compare each contact's address with its person's; answer what differs, the first hundred."""
        wrong: list[Finding] = []
        account = last = UUID(int=0)
        while rows := self._shell.ask(queries.ADDRESSES, by, account=account, last=last, most=_COMPARED):
            wrong += [
                Finding("profiles.email", str(row.id), "the contact's address is not the one by which its person is found")
                for row in rows
                if not same_address(row.email, row.key)
            ]
            account, last = rows[-1].account_id, rows[-1].id
        return tuple(wrong[:_FINDINGS])
