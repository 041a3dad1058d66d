"""What an application shows of customers and contacts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from attrs import evolve, fields, frozen

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
    """What a person may do in one account, as an active contact of it (`depth` 0) or of a parent, so many levels up.

    Name and address are the contact's; what somebody who is let in there must know of it.
    """

    account_id: UUID
    contact_id: UUID
    rights: tuple[Right, ...]
    name: str
    email: str
    language: str
    """The contact's language, else the customer's, else empty."""
    depth: int = 0


_ENTITLED: Final = tuple(attribute.name for attribute in fields(Entitled))


def entitled(rows: Iterable[Any]) -> list[Entitled]:
    """Answer what rows of `queries.OF_PERSON` say, whatever else stands in them."""
    return [Entitled(**{name: getattr(row, name) for name in _ENTITLED}) for row in rows]


def grants(found: Iterable[Entitled]) -> tuple[Grant, ...]:
    """Answer what an actor holds in each account, in the order of the accounts: the own rights and those of all parents."""
    by_account: dict[UUID, list[Entitled]] = {}
    for one in found:
        by_account.setdefault(one.account_id, []).append(one)
    made = []
    for account_id, several in by_account.items():
        nearest = min(several, key=lambda one: one.depth)
        inherited = frozenset(right for one in several if one.depth for right in one.rights)
        own = frozenset(right for one in several if not one.depth for right in one.rights)
        made.append(Grant(account_id, nearest.contact_id, own | inherited, nearest.language, inherited))
    return tuple(made)


def recomputed(record: Customer | Person) -> Customer | Person:
    """Answer a customer or person under the id of its account."""
    return evolve(record, id=record.account_id)


def recomputed_contact(contact: Contact) -> Contact:
    """Answer a contact under the id that its account and person give it."""
    return evolve(contact, id=contact_id(contact.account_id, contact.person_id))


def same_address(written: str, key: str | None) -> bool:
    """Say whether a contact's address, as it was written, is the one by which its person is found."""
    return written.lower() == key
