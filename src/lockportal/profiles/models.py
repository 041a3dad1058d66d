"""Customers, the people who act for them, and what is known of both."""

from __future__ import annotations

from typing import ClassVar, Final
from uuid import UUID, uuid5

from attrs import field, frozen
from attrs.validators import instance_of

from lockportal.core.actor import Right
from lockportal.core.errors import Refused
from lockportal.core.money import Money
from lockportal.core.record import PERSONAL, Claim, Event, Index, Record, length

ADDRESS_LENGTH: Final = 254
"""The longest e-mail address there is."""

DEEPEST: Final = 32
"""So many levels a customer may stand below the topmost parent, and so far down rights are passed on."""


@frozen
class Address:
    """A postal address; `country` is an ISO 3166 code of two letters, or empty."""

    lines: tuple[str, ...] = ()
    city: str = ""
    postcode: str = ""
    region: str = ""
    country: str = ""


@frozen(kw_only=True)
class Customer(Record):
    """The business that owes: one customer account at one supplier; its id is the account's id."""

    indexes: ClassVar[tuple[Index, ...]] = (
        Index(("name",), wide=True),
        Index(("number",), wide=True),
        Index(("parent_id",), bare=True),
    )

    number: str
    name: str
    external_id: str = ""
    """The books' own id, where it is not the number."""
    language: str = ""
    """A language tag, or empty for the supplier's first language."""
    currency: str = ""
    """The currency that this customer is usually billed in, or empty for the supplier's first one."""
    terms: str = ""
    """Code of the default payment terms, as the books call it."""
    credit_limit: Money | None = None
    hold: bool = False
    """Whether new orders are held back."""
    collector: str = ""
    """The member of staff who looks after this customer, as the host application names them."""
    parent_id: UUID | None = None
    """Whose contacts act for this customer, too, with the rights that they have there."""
    tax_ids: tuple[str, ...] = ()
    address: Address = Address()
    hidden_kinds: tuple[str, ...] = ()
    """The kinds of document that this customer's contacts do not see, beside those that the settings hide from all."""

    def claims(self) -> tuple[Claim, ...]:
        """Keep the customer number unique within the supplier."""
        return (Claim("customer.number", self.number),)


@frozen(kw_only=True)
class Person(Record):
    """Somebody with one e-mail address, who may act for several customers; its id is the account's id."""

    email: str = field(metadata=PERSONAL | length(ADDRESS_LENGTH))
    """In lower case, as `address_key` writes it."""

    def claims(self) -> tuple[Claim, ...]:
        """Keep the address unique within the supplier."""
        return (Claim("person.email", self.email),)


@frozen(kw_only=True)
class Contact(Record):
    """A person in one customer account, with the rights that they have there; a person is there once."""

    indexes: ClassVar[tuple[Index, ...]] = (Index(("person_id",), wide=True), Index(("id",), bare=True))

    person_id: UUID
    name: str = field(metadata=PERSONAL)
    email: str = field(metadata=PERSONAL | length(ADDRESS_LENGTH))
    """As it was written, but for the domain's case."""
    phone: str = field(default="", metadata=PERSONAL | length(64))
    language: str = ""
    rights: tuple[Right, ...] = (Right.VIEW,)
    active: bool = True

    @property
    def subject_id(self) -> UUID:
        """The salt is the person's in this account."""
        return self.person_id

    @property
    def live(self) -> bool:
        """A disabled contact takes part in no decision."""
        return self.active


@frozen(kw_only=True)
class CustomerStored(Event):
    """A customer was opened, or its details changed."""

    customer: Customer


@frozen(kw_only=True)
class PersonStored(Event):
    """A person became known by an address."""

    person: Person


@frozen(kw_only=True)
class ContactStored(Event):
    """A contact was added, changed or disabled."""

    contact: Contact


@frozen(kw_only=True)
class ContactInvited(Event):
    """A contact that was added is told so by mail."""

    contact_id: UUID


@frozen(kw_only=True)
class ProfilesSettings:
    """Who may act for whom, table `[profiles]`."""

    parents_see_children: bool = field(default=True, validator=instance_of(bool))
    """Whether a parent's contacts hold the same rights in its children, and in theirs."""


def contact_id(account_id: UUID, person_id: UUID) -> UUID:
    """Answer the id of a person's contact in an account: always the same, so that nobody is there twice."""
    return uuid5(account_id, person_id.hex)


def written_address(text: str) -> str:
    """Check an e-mail address and answer it as it is kept on a contact; Refused if nobody can have it."""
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415 - slow, and not always needed

    try:
        return validate_email(text.strip(), check_deliverability=False).normalized
    except EmailNotValidError:
        message = "This is not an e-mail address: write it like name@example.com."
        raise Refused("contact.email_invalid", message, field="email") from None


def address_key(text: str) -> str:
    """Answer the form of an e-mail address by which its person is found: checked, and in lower case."""
    return written_address(text).lower()
