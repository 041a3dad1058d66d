"""What can be done to customers, people and contacts."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Any, ClassVar, Final
from uuid import UUID

from attrs import evolve, fields, frozen

from lockportal.core.account import Account, Owner
from lockportal.core.actor import Audience, Right
from lockportal.core.errors import Refused
from lockportal.core.money import EXPONENTS, Money
from lockportal.core.record import KEEP, Event, Keep, Record, Stamp
from lockportal.profiles.models import (
    ADDRESS_LENGTH,
    Address,
    Contact,
    ContactStored,
    Customer,
    CustomerStored,
    Person,
    PersonStored,
    contact_id,
)

OFFICE: Final = Audience(staff=True, system=True)
"""Who keeps customers and contacts: staff, and the system's own jobs."""

_UNSTORABLE: Final = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}([_-][A-Za-z0-9]{2,8})*")
_COUNTRY: Final = re.compile(r"[A-Z]{2}")
_KIND: Final = re.compile(r"[a-z][a-z_]{0,31}")
_LONGEST: Final = 255
_LONGEST_PHONE: Final = 64
_MOST_LINES: Final = 20
_NOWHERE: Final = Address()


def _text(value: str, what: str, *, blank: bool = True, most: int = _LONGEST) -> str:
    """Answer a line of text without spaces around it; Refused names the field that cannot be kept."""
    field = what.partition(".")[2]
    value = value.strip()
    if not value and not blank:
        raise Refused(f"{what}_missing", f"Give a {field.replace('_', ' ')}.", field=field)
    if len(value) > most:
        raise Refused(f"{what}_too_long", f"At most {most} characters, please.", field=field)
    if _UNSTORABLE.search(value):
        raise Refused(f"{what}_unreadable", "This has characters that cannot be kept.", field=field)
    return value


def _language(value: str, what: str) -> str:
    if value and not _LANGUAGE.fullmatch(value):
        raise Refused(f"{what}.language_unknown", "Write it like en or pt-BR.", field="language")
    return value


def _rights(values: Collection[Right]) -> tuple[Right, ...]:
    """Answer rights in one order, each once; somebody without any would be no contact."""
    if not values:
        raise Refused("contact.rights_missing", "Grant at least one right, or disable the contact.", field="rights")
    return tuple(right for right in Right if right in values)


def _address(value: Address) -> Address:
    if value.country and not _COUNTRY.fullmatch(value.country):
        message = "Write the country as two capitals, like US or DE."
        raise Refused("customer.country_unknown", message, field="address.country")
    if len(value.lines) > _MOST_LINES:
        raise Refused("customer.address_too_long", f"At most {_MOST_LINES} lines, please.", field="address.lines")
    return Address(
        lines=tuple(_text(line, "customer.address") for line in value.lines),
        city=_text(value.city, "customer.city"),
        postcode=_text(value.postcode, "customer.postcode"),
        region=_text(value.region, "customer.region"),
        country=value.country,
    )


def _kinds(values: Collection[str]) -> tuple[str, ...]:
    """Answer names of kinds of document in one order, each once; which there are is not known here."""
    for value in values:
        if not _KIND.fullmatch(value):
            raise Refused("customer.kind_unknown", "Write a kind of document like purchase_order.", field="hidden_kinds")
    return tuple(sorted({str(value) for value in values}))


def _checked(customer: Customer) -> Customer:
    """Answer a customer as it may be stored."""
    if customer.parent_id == customer.id:
        raise Refused("customer.parent_itself", "A customer cannot be its own parent.", field="parent_id")
    if customer.currency and customer.currency not in EXPONENTS:
        raise Refused("customer.currency_unknown", "Write it like USD or EUR.", field="currency")
    if customer.credit_limit is not None and customer.credit_limit.minor < 0:
        raise Refused("customer.credit_limit_negative", "A limit is zero or more.", field="credit_limit")
    return evolve(
        customer,
        number=_text(customer.number, "customer.number", blank=False),
        name=_text(customer.name, "customer.name", blank=False),
        external_id=_text(customer.external_id, "customer.external_id"),
        language=_language(customer.language, "customer"),
        terms=_text(customer.terms, "customer.terms"),
        collector=_text(customer.collector, "customer.collector"),
        tax_ids=tuple(_text(number, "customer.tax_ids", blank=False) for number in customer.tax_ids),
        address=_address(customer.address),
        hidden_kinds=_kinds(customer.hidden_kinds),
    )


@frozen(kw_only=True)
class OpenCustomer:
    """Open a customer account under an id that the service drew."""

    audience: ClassVar[Audience] = OFFICE
    owner: ClassVar[Owner | None] = Owner.CUSTOMER
    needs: ClassVar[tuple[type[Record], ...]] = ()
    opens: ClassVar[bool] = True

    account_id: UUID
    number: str
    name: str
    external_id: str = ""
    language: str = ""
    currency: str = ""
    terms: str = ""
    credit_limit: Money | None = None
    hold: bool = False
    collector: str = ""
    parent_id: UUID | None = None
    tax_ids: tuple[str, ...] = ()
    address: Address = _NOWHERE
    hidden_kinds: tuple[str, ...] = ()

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:  # noqa: ARG002 - as every command
        """Store the customer; Refused where the account is open already or a detail cannot be."""
        if account.version:
            raise Refused("customer.number_taken", "This customer is open already.", field="number")
        customer = Customer(
            id=self.account_id,
            account_id=self.account_id,
            number=self.number,
            name=self.name,
            external_id=self.external_id,
            language=self.language,
            currency=self.currency,
            terms=self.terms,
            credit_limit=self.credit_limit,
            hold=self.hold,
            collector=self.collector,
            parent_id=self.parent_id,
            tax_ids=self.tax_ids,
            address=self.address,
            hidden_kinds=self.hidden_kinds,
        )
        return [CustomerStored(customer=_checked(customer))]


@frozen(kw_only=True)
class ChangeCustomer:
    """Change details of a customer; what is KEEP stays as it is."""

    audience: ClassVar[Audience] = OFFICE
    owner: ClassVar[Owner | None] = Owner.CUSTOMER
    needs: ClassVar[tuple[type[Record], ...]] = (Customer,)
    opens: ClassVar[bool] = False

    account_id: UUID
    number: str | Keep = KEEP
    name: str | Keep = KEEP
    external_id: str | Keep = KEEP
    language: str | Keep = KEEP
    currency: str | Keep = KEEP
    terms: str | Keep = KEEP
    credit_limit: Money | Keep | None = KEEP
    hold: bool | Keep = KEEP
    collector: str | Keep = KEEP
    parent_id: UUID | Keep | None = KEEP
    tax_ids: tuple[str, ...] | Keep = KEEP
    address: Address | Keep = KEEP
    hidden_kinds: tuple[str, ...] | Keep = KEEP

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:  # noqa: ARG002 - as every command
        """Store the customer if anything is different."""
        before = account.get(Customer, self.account_id)
        after = _checked(evolve(before, **_given(self, Customer)))
        return [CustomerStored(customer=after)] if after != before else []


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

    audience: ClassVar[Audience] = OFFICE
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

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:  # noqa: ARG002 - as every command
        """Store the contact; Refused if the person is one already."""
        key = contact_id(self.account_id, self.person_id)
        known = account.find(Contact, key)
        if known is not None and known.active:
            raise Refused("contact.exists", "This address is a contact of this customer already.", field="email")
        contact = Contact(
            id=key,
            account_id=self.account_id,
            person_id=self.person_id,
            email=_text(self.email, "contact.email", blank=False, most=ADDRESS_LENGTH),
            name=_text(self.name, "contact.name"),
            phone=_text(self.phone, "contact.phone", most=_LONGEST_PHONE),
            language=_language(self.language, "contact"),
            rights=_rights(self.rights),
        )
        return [ContactStored(contact=contact)]


@frozen(kw_only=True)
class ChangeContact:
    """Change details or rights of an active contact; what is KEEP stays. Another address is another contact."""

    audience: ClassVar[Audience] = OFFICE
    owner: ClassVar[Owner | None] = Owner.CUSTOMER
    needs: ClassVar[tuple[type[Record], ...]] = (Contact,)
    opens: ClassVar[bool] = False

    account_id: UUID
    contact_id: UUID
    name: str | Keep = KEEP
    phone: str | Keep = KEEP
    language: str | Keep = KEEP
    rights: tuple[Right, ...] | Keep = KEEP

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:  # noqa: ARG002 - as every command
        """Store the contact if anything is different; Refused if it is disabled."""
        before = account.get(Contact, self.contact_id)
        if not before.active:
            raise Refused("contact.disabled", "This contact is disabled: add it again first.")
        changed = evolve(before, **_given(self, Contact))
        after = evolve(
            changed,
            name=_text(changed.name, "contact.name"),
            phone=_text(changed.phone, "contact.phone", most=_LONGEST_PHONE),
            language=_language(changed.language, "contact"),
            rights=_rights(changed.rights),
        )
        return [ContactStored(contact=after)] if after != before else []


@frozen(kw_only=True)
class DisableContact:
    """Take all rights in this account away from a contact, at once."""

    audience: ClassVar[Audience] = OFFICE
    owner: ClassVar[Owner | None] = Owner.CUSTOMER
    needs: ClassVar[tuple[type[Record], ...]] = (Contact,)
    opens: ClassVar[bool] = False

    account_id: UUID
    contact_id: UUID

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:  # noqa: ARG002 - as every command
        """Store the contact as disabled; nothing follows where it is so already."""
        before = account.get(Contact, self.contact_id)
        return [ContactStored(contact=evolve(before, active=False))] if before.active else []


def _given(command: ChangeCustomer | ChangeContact, record: type[Record]) -> dict[str, Any]:
    """Answer those fields of a change that are to be changed."""
    names = {attribute.name for attribute in fields(record)} & {attribute.name for attribute in fields(type(command))}
    values = {name: getattr(command, name) for name in names - {"account_id"}}
    return {name: value for name, value in values.items() if value is not KEEP}
