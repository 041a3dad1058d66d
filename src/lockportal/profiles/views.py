"""What an application shows of customers and contacts."""

from __future__ import annotations

from uuid import UUID

from attrs import evolve, frozen

from lockportal.core.actor import Grant, Right
from lockportal.profiles.models import Contact, Customer, Person, contact_id


@frozen(kw_only=True)
class CustomerLine:
    """One customer in a list."""

    account_id: UUID
    number: str
    name: str
    language: str
    hold: bool
    collector: str


@frozen(kw_only=True)
class AccountChoice:
    """One of the accounts that somebody may switch to."""

    account_id: UUID
    number: str
    name: str


@frozen(kw_only=True)
class Entitled:
    """A person's active contact in one account: what somebody who is let in there must know of it."""

    account_id: UUID
    contact_id: UUID
    rights: tuple[Right, ...]
    name: str
    email: str
    language: str
    """The contact's language, else the customer's, else empty."""

    @property
    def grant(self) -> Grant:
        """Answer what an actor holds in this account."""
        return Grant(self.account_id, self.contact_id, frozenset(self.rights), self.language)


def recomputed(record: Customer | Person) -> Customer | Person:
    """Answer a customer or person under the id of its account."""
    return evolve(record, id=record.account_id)


def recomputed_contact(contact: Contact) -> Contact:
    """Answer a contact under the id that its account and person give it."""
    return evolve(contact, id=contact_id(contact.account_id, contact.person_id))


def same_address(written: str, key: str | None) -> bool:
    """Say whether a contact's address, as it was written, is the one by which its person is found."""
    return written.lower() == key
