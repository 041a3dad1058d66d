"""Customers and their contacts: `portal.profiles`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from attrs import fields

from lockportal.context import Context
from lockportal.core.actor import Actor, Right
from lockportal.core.errors import NotFound, Refused
from lockportal.core.money import Money
from lockportal.core.page import Page
from lockportal.core.record import KEEP, Claim, Keep
from lockportal.core.verify import Finding
from lockportal.profiles import queries
from lockportal.profiles.commands import (
    OFFICE,
    AddContact,
    ChangeContact,
    ChangeCustomer,
    DisableContact,
    OpenCustomer,
    OpenPerson,
)
from lockportal.profiles.models import (
    Address,
    Contact,
    Customer,
    address_key,
    contact_id,
    written_address,
)
from lockportal.profiles.views import AccountChoice, CustomerLine, same_address
from lockportal.signing import Purpose

_CONTACT_FIELDS: Final = tuple(attribute.name for attribute in fields(Contact))
_MOST: Final = 200
_COMPARED: Final = 1000
_FINDINGS: Final = 100


class Profiles:
    """Customers, contacts and what they may do. Staff and the system keep them; a contact sees the own accounts."""

    def __init__(self, context: Context) -> None:
        """Take the shell and the signer that cursors need."""
        self._shell = context.shell
        self._clock = context.clock
        self._signer = context.signer

    # customers

    def open_customer(
        self,
        number: str,
        name: str,
        *,
        by: Actor,
        external_id: str = "",
        language: str = "",
        currency: str = "",
        terms: str = "",
        credit_limit: Money | None = None,
        hold: bool = False,
        collector: str = "",
        parent_id: UUID | None = None,
        tax_ids: Iterable[str] = (),
        address: Address | None = None,
        hidden_kinds: Iterable[str] = (),
        key: str | None = None,
    ) -> UUID:
        """Open a customer account and answer its id. With a client's `key`, a second call answers the first one's id.

        Refused `customer.number_taken` if the number is another's, `customer.…` if a detail cannot be kept.
        """

        def command(account_id: UUID) -> OpenCustomer:
            return OpenCustomer(
                account_id=account_id,
                number=number.strip(),
                name=name,
                external_id=external_id,
                language=language,
                currency=currency,
                terms=terms,
                credit_limit=credit_limit,
                hold=hold,
                collector=collector,
                parent_id=parent_id,
                tax_ids=tuple(tax_ids),
                address=address or Address(),
                hidden_kinds=tuple(hidden_kinds),
            )

        account_id = self._clock.new_id()
        self._check_parent(parent_id, by)
        try:
            self._shell.run(command(account_id), by, key=key)
        except Refused as error:
            holder = self._shell.find(Claim("customer.number", number.strip()))
            if error.code != "customer.number_taken" or key is None or holder is None:
                raise
            account_id = holder.account_id
            self._shell.run(command(account_id), by, key=key)
        return account_id

    def change_customer(
        self,
        account_id: UUID,
        *,
        by: Actor,
        number: str | Keep = KEEP,
        name: str | Keep = KEEP,
        external_id: str | Keep = KEEP,
        language: str | Keep = KEEP,
        currency: str | Keep = KEEP,
        terms: str | Keep = KEEP,
        credit_limit: Money | Keep | None = KEEP,
        hold: bool | Keep = KEEP,
        collector: str | Keep = KEEP,
        parent_id: UUID | Keep | None = KEEP,
        tax_ids: Iterable[str] | Keep = KEEP,
        address: Address | Keep = KEEP,
        hidden_kinds: Iterable[str] | Keep = KEEP,
        key: str | None = None,
    ) -> None:
        """Change those details that are given; the errors are those of `open_customer`."""
        if parent_id is not KEEP:
            self._check_parent(parent_id, by)
        command = ChangeCustomer(
            account_id=account_id,
            number=number,
            name=name,
            external_id=external_id,
            language=language,
            currency=currency,
            terms=terms,
            credit_limit=credit_limit,
            hold=hold,
            collector=collector,
            parent_id=parent_id,
            tax_ids=tax_ids if tax_ids is KEEP else tuple(tax_ids),
            address=address,
            hidden_kinds=hidden_kinds if hidden_kinds is KEEP else tuple(hidden_kinds),
        )
        self._shell.run(command, by, key=key)

    def customer(self, account_id: UUID, *, by: Actor) -> Customer:
        """Answer one customer; a stranger's is NotFound. One statement."""
        rows = self._shell.ask(queries.CUSTOMER, by, account_id=account_id)
        if not rows:
            raise NotFound("account.not_found", "There is no such account.")
        return queries.customer_of(rows[0])

    def customer_by_number(self, number: str, *, by: Actor) -> Customer:
        """Answer the customer of a number, to staff; NotFound where there is none."""
        OFFICE.scope(by, None)
        holder = self._shell.find(Claim("customer.number", number.strip()))
        if holder is None:
            raise NotFound("customer.not_found", "There is no customer of this number.")
        return self.customer(holder.account_id, by=by)

    def customers(self, *, by: Actor, after: str | None = None, limit: int = 50, search: str = "") -> Page[CustomerLine]:
        """Answer a page of customers by name, to staff; `search` finds parts of names and numbers, in any case."""
        limit = max(1, min(limit, _MOST))
        params: dict[str, Any] = {"most": limit + 1}
        if after is not None:
            params["name"], params["account"] = self._read_cursor(after)
        needle = search.strip().lower()
        if needle:
            params["needle"] = "%" + "".join(f"/{c}" if c in "/%_" else c for c in needle) + "%"
        shape = {"after": after is not None, "search": bool(needle)}
        rows = self._shell.ask(queries.CUSTOMERS, by, shape=shape, **params)
        lines = tuple(CustomerLine(**row._asdict()) for row in rows[:limit])
        return Page(lines, self._cursor(lines[-1]) if len(rows) > limit else None)

    def accounts_of(self, actor: Actor) -> tuple[AccountChoice, ...]:
        """Answer the accounts that somebody who is signed in may view, by name: for a switch of accounts."""
        rows = self._shell.ask(queries.ACCOUNTS, actor)
        return tuple(AccountChoice(**row._asdict()) for row in rows)

    # contacts

    def add_contact(
        self,
        account_id: UUID,
        email: str,
        name: str = "",
        rights: Iterable[Right] = (Right.VIEW,),
        *,
        by: Actor,
        phone: str = "",
        language: str = "",
        key: str | None = None,
    ) -> Contact:
        """Let a person act for a customer, with these rights; the same address may be a contact of several customers.

        Refused `contact.email_invalid`, or `contact.exists` where the address is an active contact here already.
        Somebody who was disabled is let in again. With a client's `key`, a second call adds nothing.
        """
        OFFICE.check(by, account_id)
        self.customer(account_id, by=by)
        command = AddContact(
            account_id=account_id,
            person_id=self._person(address_key(email), by),
            email=written_address(email),
            name=name,
            phone=phone,
            language=language,
            rights=tuple(rights),
        )
        self._shell.run(command, by, key=key)
        return self.contact(account_id, contact_id(account_id, command.person_id), by=by)

    def change_contact(
        self,
        account_id: UUID,
        contact_id: UUID,
        *,
        by: Actor,
        name: str | Keep = KEEP,
        phone: str | Keep = KEEP,
        language: str | Keep = KEEP,
        rights: Iterable[Right] | Keep = KEEP,
        key: str | None = None,
    ) -> Contact:
        """Change those details of a contact that are given, and answer it. Another address is another contact."""
        command = ChangeContact(
            account_id=account_id,
            contact_id=contact_id,
            name=name,
            phone=phone,
            language=language,
            rights=rights if rights is KEEP else tuple(rights),
        )
        self._shell.run(command, by, key=key)
        return self.contact(account_id, contact_id, by=by)

    def disable_contact(self, account_id: UUID, contact_id: UUID, *, by: Actor) -> None:
        """Take a contact's rights in this account away, from the next request on."""
        self._shell.run(DisableContact(account_id=account_id, contact_id=contact_id), by)

    def contact(self, account_id: UUID, contact_id: UUID, *, by: Actor) -> Contact:
        """Answer one contact of an account, disabled ones too; NotFound where there is none."""
        rows = self._shell.ask(queries.CONTACTS, by, account_id=account_id, shape={"one": True}, contact=contact_id)
        if not rows:
            raise NotFound("contact.not_found", "There is no such contact.")
        return _contact(rows[0])

    def contacts(self, account_id: UUID, *, by: Actor, disabled: bool = False) -> tuple[Contact, ...]:
        """Answer an account's contacts by name, disabled ones if asked for: to staff and those who keep its users."""
        rows = self._shell.ask(queries.CONTACTS, by, account_id=account_id, shape={"disabled": disabled})
        return tuple(_contact(row) for row in rows)

    # the books

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

    # within

    def _person(self, email: str, by: Actor) -> UUID:
        """Answer who has an address, made known if nobody has it; the claim decides between two who do it at once."""
        claim = Claim("person.email", email)
        holder = self._shell.find(claim)
        if holder is not None:
            return holder.account_id
        person_id = self._clock.new_id()
        try:
            self._shell.run(OpenPerson(account_id=person_id, email=email), by)
        except Refused:
            holder = self._shell.find(claim)
            if holder is None:
                raise
            return holder.account_id
        return person_id

    def _check_parent(self, parent_id: UUID | None, by: Actor) -> None:
        if parent_id is None:
            return
        try:
            self.customer(parent_id, by=by)
        except NotFound:
            raise Refused("customer.parent_unknown", "There is no such parent customer.", field="parent_id") from None

    def _cursor(self, last: CustomerLine) -> str:
        return self._signer.sign(Purpose.CURSOR, [last.name, last.account_id.hex])

    def _read_cursor(self, after: str) -> tuple[str, UUID]:
        match self._signer.read(Purpose.CURSOR, after):
            case [str(name), str(account)]:
                return name, UUID(account)
        raise Refused("cursor.unknown", "Begin again at the first page.", field="after")


def _contact(row: Any) -> Contact:  # noqa: ANN401 - a row with the fields of Contact
    return Contact(**{name: getattr(row, name) for name in _CONTACT_FIELDS})
