"""Customers and their contacts: `portal.profiles`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from lockportal.context import Context
from lockportal.core.actor import Actor, ActorKind, Right
from lockportal.core.errors import NotFound, Refused
from lockportal.core.messages import Draft
from lockportal.core.money import Money
from lockportal.core.page import Page
from lockportal.core.ports import JournalRow
from lockportal.core.record import KEEP, Claim, Keep
from lockportal.core.verify import Finding
from lockportal.profiles import queries
from lockportal.profiles.commands import OFFICE, ChangeCustomer, OpenCustomer
from lockportal.profiles.contacts.commands import AddContact, ChangeContact, ChooseLanguage, DisableContact
from lockportal.profiles.contacts.inviting import Inviting
from lockportal.profiles.contacts.keeping import Keeping
from lockportal.profiles.families import Families
from lockportal.profiles.listing import Listing
from lockportal.profiles.models import Address, Contact, Customer, written_address
from lockportal.profiles.views import AccountChoice, CustomerLine


class Profiles:
    """Customers, contacts and what they may do. Staff and the system keep them; a contact sees the own accounts."""

    def __init__(self, context: Context) -> None:
        """Take the shell, the clock, and what lists and messages need."""
        self._shell = context.shell
        self._clock = context.clock
        self._listing = Listing(context)
        self._families = Families(context)
        self._keeping = Keeping(context)
        self._inviting = Inviting(context)

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
        self._families.check(parent_id, account_id, by)
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
        """Change those details that are given; the errors are those of `open_customer`.

        A parent's contacts hold the same rights in its children, from their next request on. Refused `customer.parent_cycle`
        for a parent that stands below this customer, `customer.parent_too_deep` for one too far below its topmost parent.
        """
        if parent_id is not KEEP:
            self._families.check(parent_id, account_id, by)
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
        if isinstance(parent_id, UUID):
            self._families.part(account_id, by)

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
        return self._listing.customers(by, after, limit, search)

    def account(self, account_id: UUID, *, by: Actor) -> AccountChoice:
        """Answer the name and number of one account to those who keep its people; a stranger's is NotFound. One statement."""
        rows = self._shell.ask(queries.ACCOUNT, by, account_id=account_id)
        if not rows:
            raise NotFound("account.not_found", "There is no such account.")
        return AccountChoice(**rows[0]._asdict())

    def accounts_of(self, actor: Actor, *, among: Iterable[UUID] | None = None) -> tuple[AccountChoice, ...]:
        """Answer the accounts that somebody who is signed in may view, or those among some of them, by name. One statement."""
        given: dict[str, Any] = {} if among is None else {"among": list(among)}
        rows = self._shell.ask(queries.ACCOUNTS, actor, shape=dict.fromkeys(given, True), **given)
        return tuple(AccountChoice(**row._asdict()) for row in rows)

    def accounts(self, actor: Actor, *, after: str | None = None, limit: int = 50) -> Page[AccountChoice]:
        """Answer a page of the same accounts: a parent's contacts may have many."""
        return self._listing.accounts(actor, after, limit)

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
        invite: bool | None = None,
        key: str | None = None,
    ) -> Contact:
        """Let a person act for a customer, with these rights; the same address may be a contact of several customers.

        Staff may, and whoever holds the right `users` in this account: they grant no right that they lack themselves. The contact
        is told by mail, unless `invite` is False; what the system adds is told only if it is True. Somebody who was disabled is
        let in again. With a client's `key`, a second call adds nothing.

        Refused `contact.email_invalid`, `contact.exists` where the address is an active contact here already,
        `contact.right_not_held`, `contact.own_rights`, or `contact.…` if a detail cannot be kept.
        """
        adding = AddContact(
            account_id=account_id,
            person_id=self._clock.new_id(),
            email=written_address(email),
            name=name,
            phone=phone,
            language=language,
            rights=tuple(rights),
            invite=by.kind is not ActorKind.SYSTEM if invite is None else invite,
        )
        return self.contact(account_id, self._keeping.add(adding, by, key), by=by)

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
        """Change those details of a contact that are given, and answer it. Another address is another contact.

        The same people may as in `add_contact`, with the same errors; Refused `contact.disabled` for one who is disabled, and
        `contact.last_administrator` where nobody but staff could keep these people afterwards.
        """
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

    def choose_language(self, account_id: UUID, contact_id: UUID, language: str, *, by: Actor, key: str | None = None) -> None:
        """Choose the language in which a contact is written to, by its tag; a contact does so for themselves, staff for anybody.

        An empty one is the customer's. Refused `contact.language_unknown`, and `contact.disabled` for one who is disabled.
        """
        self._shell.run(ChooseLanguage(account_id=account_id, contact_id=contact_id, language=language), by, key=key)

    def disable_contact(self, account_id: UUID, contact_id: UUID, *, by: Actor) -> None:
        """Take a contact's rights in this account away, from the next request on; the same people may as in `add_contact`.

        Refused `contact.last_administrator` where nobody but staff could keep these people afterwards.
        """
        self._shell.run(DisableContact(account_id=account_id, contact_id=contact_id), by)

    def contact(self, account_id: UUID, contact_id: UUID, *, by: Actor) -> Contact:
        """Answer one contact of an account, disabled ones too; NotFound where there is none."""
        return self._listing.contact(account_id, contact_id, by)

    def contacts(self, account_id: UUID, *, by: Actor, disabled: bool = False) -> tuple[Contact, ...]:
        """Answer an account's contacts by name, disabled ones if asked for: to staff and those who keep its users."""
        return self._listing.contacts(account_id, by, disabled=disabled)

    def people(
        self, account_id: UUID, *, by: Actor, disabled: bool = False, after: str | None = None, limit: int = 50
    ) -> Page[Contact]:
        """Answer a page of an account's contacts by name, the active or the disabled ones, to those who keep them."""
        return self._listing.people(account_id, by, disabled=disabled, after=after, limit=limit)

    # what is told of it

    def invitation(self, row: JournalRow) -> Sequence[Draft]:
        """Draft the message to a contact who was invited."""
        return self._inviting.invitation(row)

    # the books

    def verify(self, by: Actor) -> tuple[Finding, ...]:
        """Compare each contact's address with its person's, and see that no customer stands below itself.

        The first hundred of each.
        """
        return (*self._keeping.verify(by), *self._families.verify(by))
