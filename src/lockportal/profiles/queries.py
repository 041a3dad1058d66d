"""The questions about customers and contacts that concern many accounts."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from attrs import fields

from lockportal.core.actor import Audience, Right
from lockportal.core.ports import Question
from lockportal.profiles.models import Contact, Customer, Person
from lockportal.storage.tables import Source, record_of

_OFFICE = Audience(staff=True, system=True)


def _customers(source: Source, *, after: bool = False, search: bool = False) -> sa.Select[Any]:
    customer = source(Customer)
    c = customer.c
    chosen = sa.select(c.account_id, c.number, c.name, c.language, c.hold, c.collector)
    if after:
        name, account = sa.bindparam("name", type_=c.name.type), sa.bindparam("account", type_=c.account_id.type)
        chosen = chosen.where(sa.or_(c.name > name, sa.and_(c.name == name, c.account_id > account)))
    if search:
        needle = sa.bindparam("needle", type_=sa.String())
        found = (sa.func.lower(text).like(needle, escape="/") for text in (c.name, c.number))
        chosen = chosen.where(sa.or_(*found))
    return chosen.order_by(c.name, c.account_id).limit(sa.bindparam("most", type_=sa.Integer()))


CUSTOMERS = Question(name="profiles.customers", audience=_OFFICE, build=_customers)
"""Customers by name, from a name and id on. Parameters: most; name, account (after); needle (search)."""


def _customer(source: Source) -> sa.Select[Any]:
    return sa.select(source(Customer))


CUSTOMER = Question(name="profiles.customer", audience=Audience(customer=Right.VIEW, staff=True, system=True), build=_customer)
"""The customer of an account, with every column of the record."""


def customer_of(row: Any) -> Customer:  # noqa: ANN401 - a row of CUSTOMER
    """Make the customer of a row."""
    return record_of(Customer, row)


def _accounts(source: Source) -> sa.Select[Any]:
    c = source(Customer).c
    return sa.select(c.account_id, c.name, c.number).order_by(c.name, c.account_id)


ACCOUNTS = Question(name="profiles.accounts", audience=Audience(customer=Right.VIEW), build=_accounts)
"""The accounts that the actor may view, by name."""


def _contacts(source: Source, *, one: bool = False, disabled: bool = False) -> sa.Select[Any]:
    c = source(Contact).c
    chosen = sa.select(*(c[attribute.name] for attribute in fields(Contact)))
    if one:
        chosen = chosen.where(c.id == sa.bindparam("contact"))
    elif not disabled:
        chosen = chosen.where(c.live == sa.true())
    return chosen.order_by(c.name, c.id)


_KEEPERS = Audience(customer=Right.USERS, staff=True, system=True)
CONTACTS = Question(name="profiles.contacts", audience=_KEEPERS, build=_contacts)
"""An account's contacts by name, with the fields of Contact. Shape: one (parameter contact), or disabled too."""


def _of_person(source: Source) -> sa.Select[Any]:
    contact, customer = source(Contact).c, source(Customer).c
    language = sa.case((contact.language != "", contact.language), else_=customer.language)
    return (
        sa.select(
            contact.account_id,
            contact.id.label("contact_id"),
            contact.rights,
            contact.name,
            contact.email,
            language.label("language"),
        )
        .join_from(contact.account_id.table, customer.account_id.table, customer.account_id == contact.account_id)
        .where(
            contact.person_id == sa.bindparam("person"),
            contact.live == sa.true(),
            customer.live == sa.true(),
        )
        .order_by(customer.name, contact.account_id)
    )


OF_PERSON = Question(name="profiles.of_person", audience=Audience(system=True), build=_of_person)
"""A person's active contacts over all accounts, each row with the fields of `views.Entitled`. Parameter: person."""


def _addresses(source: Source) -> sa.Select[Any]:
    contact, person = source(Contact), source(Person)
    account, last = (sa.bindparam(name, type_=contact.c.id.type) for name in ("account", "last"))
    joined = contact.outerjoin(person, person.c.account_id == contact.c.person_id)
    return (
        sa.select(contact.c.account_id, contact.c.id, contact.c.email, person.c.email.label("key"))
        .select_from(joined)
        .where(contact.c.account_id >= account, sa.or_(contact.c.account_id > account, contact.c.id > last))
        .order_by(contact.c.account_id, contact.c.id)
        .limit(sa.bindparam("most", type_=sa.Integer()))
    )


ADDRESSES = Question(name="profiles.addresses", audience=_OFFICE, build=_addresses)
"""Contacts with their address and their person's, from an account and id on. Parameters: account, last, most."""
