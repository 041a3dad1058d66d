"""What can be done to people and contacts, by staff or by a customer's own administrators."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, Final
from uuid import UUID

from attrs import evolve, frozen

from lockportal.core.account import Account, Owner
from lockportal.core.actor import Actor, ActorKind, Audience, Right
from lockportal.core.errors import Denied, NotFound, Refused
from lockportal.core.record import KEEP, Event, Keep, Record, Stamp
from lockportal.profiles import details
from lockportal.profiles.commands import OFFICE
from lockportal.profiles.models import (
    ADDRESS_LENGTH,
    Contact,
    ContactInvited,
    ContactStored,
    Person,
    PersonStored,
    contact_id,
)

KEEPERS: Final = Audience(customer=Right.USERS, staff=True, system=True)
"""Who keeps the contacts of an account: its administrators, who hold the right `users` there, staff, and the system."""

_LONGEST_PHONE: Final = 64


@frozen(kw_only=True)
class OpenPerson:
    """Make a person known by an address that `address_key` wrote, under an id that the service drew."""

    audience: ClassVar[Audience] = OFFICE
    owner: ClassVar[Owner | None] = Owner.PERSON
    needs: ClassVar[tuple[type[Record], ...]] = ()
    opens: ClassVar[bool] = True

    account_id: UUID
    email: str

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:  # noqa: ARG002 - as every command
        """Store the person; the claim on the address decides between two who do it at once."""
        if account.version:
            raise Refused("person.email_taken", "This person is known already.", field="email")
        person = Person(id=self.account_id, account_id=self.account_id, email=self.email)
        return [PersonStored(person=person)]


@frozen(kw_only=True)
class AddContact:
    """Let a person act for a customer; somebody who was disabled is let in again with the new details."""

    audience: ClassVar[Audience] = KEEPERS
    owner: ClassVar[Owner | None] = Owner.CUSTOMER
    needs: ClassVar[tuple[type[Record], ...]] = (Contact,)
    opens: ClassVar[bool] = False

    account_id: UUID
    person_id: UUID
    email: str
    name: str = ""
    phone: str = ""
    language: str = ""
    rights: tuple[Right, ...] = (Right.VIEW,)
    invite: bool = False

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """Store the contact; Refused if the person is one already, or gets a right that who adds them does not hold."""
        key = contact_id(self.account_id, self.person_id)
        contact = Contact(
            id=key,
            account_id=self.account_id,
            person_id=self.person_id,
            email=details.text(self.email, "contact.email", blank=False, most=ADDRESS_LENGTH),
            name=details.text(self.name, "contact.name"),
            phone=details.text(self.phone, "contact.phone", most=_LONGEST_PHONE),
            language=details.language(self.language, "contact"),
            rights=details.rights(self.rights),
        )
        held = _held(account, stamp.by)
        known = account.find(Contact, key)
        if known is not None and known.active:
            raise Refused("contact.exists", "This address is a contact of this customer already.", field="email")
        _check_granting(held, stamp.by, contact, contact.rights)
        stored = ContactStored(contact=contact)
        return [stored, ContactInvited(contact_id=key)] if self.invite else [stored]


@frozen(kw_only=True)
class ChangeContact:
    """Change details or rights of an active contact; what is KEEP stays. Another address is another contact."""

    audience: ClassVar[Audience] = KEEPERS
    owner: ClassVar[Owner | None] = Owner.CUSTOMER
    needs: ClassVar[tuple[type[Record], ...]] = (Contact,)
    opens: ClassVar[bool] = False

    account_id: UUID
    contact_id: UUID
    name: str | Keep = KEEP
    phone: str | Keep = KEEP
    language: str | Keep = KEEP
    rights: tuple[Right, ...] | Keep = KEEP

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """Store the contact if anything is different; Refused if it is disabled, or if its rights may not become these."""
        before = account.get(Contact, self.contact_id)
        changed = evolve(before, **details.given(self, Contact))
        after = evolve(
            changed,
            name=details.text(changed.name, "contact.name"),
            phone=details.text(changed.phone, "contact.phone", most=_LONGEST_PHONE),
            language=details.language(changed.language, "contact"),
            rights=details.rights(changed.rights),
        )
        held = _held(account, stamp.by)
        if not before.active:
            raise Refused("contact.disabled", "This contact is disabled: add it again first.")
        _check_granting(held, stamp.by, before, set(after.rights) - set(before.rights))
        _check_administrator(account, stamp.by, before, after)
        return [ContactStored(contact=after)] if after != before else []


@frozen(kw_only=True)
class ChooseLanguage:
    """Choose the language in which a contact is written to; customers choose it for themselves only."""

    audience: ClassVar[Audience] = Audience(customer=Right.VIEW, staff=True, system=True)
    owner: ClassVar[Owner | None] = Owner.CUSTOMER
    needs: ClassVar[tuple[type[Record], ...]] = (Contact,)
    opens: ClassVar[bool] = False

    account_id: UUID
    contact_id: UUID
    language: str

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """Store the contact if its language is another one; NotFound for another's contact, Refused if it is disabled."""
        grant = stamp.by.grant(account.id)
        if stamp.by.kind is ActorKind.CUSTOMER and (grant is None or grant.contact_id != self.contact_id):
            raise NotFound("contact.not_found", "There is no such contact.")
        before = account.get(Contact, self.contact_id)
        if not before.active:
            raise Refused("contact.disabled", "This contact is disabled: add it again first.")
        after = evolve(before, language=details.language(self.language, "contact"))
        return [ContactStored(contact=after)] if after != before else []


@frozen(kw_only=True)
class DisableContact:
    """Take all rights in this account away from a contact, at once."""

    audience: ClassVar[Audience] = KEEPERS
    owner: ClassVar[Owner | None] = Owner.CUSTOMER
    needs: ClassVar[tuple[type[Record], ...]] = (Contact,)
    opens: ClassVar[bool] = False

    account_id: UUID
    contact_id: UUID

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """Store the contact as disabled; nothing follows where it is so already. Refused for the last administrator."""
        before = account.get(Contact, self.contact_id)
        after = evolve(before, active=False)
        _held(account, stamp.by)
        _check_administrator(account, stamp.by, before, after)
        return [ContactStored(contact=after)] if before.active else []


def _held(account: Account, by: Actor) -> frozenset[Right]:
    """Answer what somebody may grant in this account as it stands now; what they held when they came may be gone.

    NotFound for whom nothing is left, Denied for whom is no administrator any more. Staff and the system may grant all.
    """
    grant = by.grant(account.id)
    if by.kind is not ActorKind.CUSTOMER or grant is None:
        return frozenset(Right)
    own = (right for contact in account.all(Contact) if contact.id == grant.contact_id for right in contact.rights)
    held = grant.inherited | frozenset(own)
    if not held:
        raise NotFound("account.not_found", "There is no such account.")
    if Right.USERS not in held:
        raise Denied("actor.denied", "Your administrator has not given you this right.")
    return held


def _check_granting(held: frozenset[Right], by: Actor, contact: Contact, more: Iterable[Right]) -> None:
    """Refuse rights that who grants them does not hold, and more of them for themselves."""
    lacking = set(more) - held
    if lacking:
        named = ", ".join(right for right in Right if right in lacking)
        raise Refused("contact.right_not_held", f"You cannot grant what you may not do yourself: {named}.", field="rights")
    if more and contact.person_id == by.person_id:
        raise Refused("contact.own_rights", "Nobody can extend their own rights: ask another administrator.", field="rights")


def _check_administrator(account: Account, by: Actor, before: Contact, after: Contact) -> None:
    """Leave every account that has an administrator with one, unless staff wants it otherwise."""
    if by.kind is not ActorKind.CUSTOMER or not _administers(before) or _administers(after):
        return
    if not any(_administers(other) for other in account.all(Contact) if other.id != before.id):
        message = "Somebody must be able to keep these people: make another one an administrator first."
        raise Refused("contact.last_administrator", message, field="rights")


def _administers(contact: Contact) -> bool:
    return contact.active and Right.USERS in contact.rights
