"""The questions about customers and contacts that concern many accounts."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from attrs import fields

from lockportal.core.actor import Audience, Right
from lockportal.core.ports import Question
from lockportal.profiles.models import DEEPEST, Contact, Customer, Person
from lockportal.storage.tables import Source, record_of

_OFFICE = Audience(staff=True, system=True)


def _customers(source: Source, *, after: bool = False, search: bool = False) -> sa.Select[Any]:
    customer = source(Customer)
    c = customer.c
    chosen = sa.select(c.account_id, c.number, c.name, c.language, c.hold, c.collector)
    if after:
        chosen = chosen.where(_behind(c))
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


def _accounts(source: Source, *, after: bool = False, paged: bool = False, among: bool = False) -> sa.Select[Any]:
    c = source(Customer).c
    chosen = sa.select(c.account_id, c.name, c.number).order_by(c.name, c.account_id)
    if among:
        chosen = chosen.where(c.account_id.in_(sa.bindparam("among", type_=c.account_id.type, expanding=True)))
    if after:
        chosen = chosen.where(_behind(c))
    return chosen.limit(sa.bindparam("most", type_=sa.Integer())) if paged else chosen


def _behind(c: Any) -> Any:  # noqa: ANN401 - the columns of customers and a condition on them
    name, account = sa.bindparam("name", type_=c.name.type), sa.bindparam("account", type_=c.account_id.type)
    return sa.or_(c.name > name, sa.and_(c.name == name, c.account_id > account))


ACCOUNTS = Question(name="profiles.accounts", audience=Audience(customer=Right.VIEW), build=_accounts)
"""The accounts that the actor may view, by name. Shape: paged (most), after (name, account), among (among)."""


_KEEPERS = Audience(customer=Right.USERS, staff=True, system=True)


def _account(source: Source) -> sa.Select[Any]:
    c = source(Customer).c
    return sa.select(c.account_id, c.name, c.number)


ACCOUNT = Question(name="profiles.account", audience=_KEEPERS, build=_account)
"""What an account is called, for those who keep its people."""


def _contacts(source: Source, *, one: bool = False, disabled: bool = False) -> sa.Select[Any]:
    c = source(Contact).c
    chosen = sa.select(*(c[attribute.name] for attribute in fields(Contact)))
    if one:
        chosen = chosen.where(c.id == sa.bindparam("contact"))
    elif not disabled:
        chosen = chosen.where(c.live == sa.true())
    return chosen.order_by(c.name, c.id)


CONTACTS = Question(name="profiles.contacts", audience=_KEEPERS, build=_contacts)
"""An account's contacts by name, with the fields of Contact. Shape: one (parameter contact), or disabled too."""


def _people(source: Source, *, after: bool) -> sa.Select[Any]:
    c = source(Contact).c
    chosen = sa.select(*(c[attribute.name] for attribute in fields(Contact))).where(c.live == sa.bindparam("active"))
    if after:
        name, contact = sa.bindparam("name", type_=c.name.type), sa.bindparam("contact", type_=c.id.type)
        chosen = chosen.where(sa.or_(c.name > name, sa.and_(c.name == name, c.id > contact)))
    return chosen.order_by(c.name, c.id).limit(sa.bindparam("most", type_=sa.Integer()))


PEOPLE = Question(name="profiles.people", audience=_KEEPERS, build=_people)
"""A page of an account's contacts by name. Parameters: active, most; name, contact (after)."""


def of_person(source: Source, *, children: bool) -> sa.Select[Any]:
    """Select a person's contacts, and what is held by them, for `OF_PERSON` and whoever asks for more at once."""
    contact, customer = source(Contact).c, source(Customer).c
    holds = sa.select(
        contact.account_id,
        contact.id.label("contact_id"),
        contact.rights,
        contact.name,
        contact.email,
        contact.language,
        sa.literal_column("0", sa.Integer()).label("depth"),
    ).where(contact.person_id == sa.bindparam("person"), contact.live == sa.true())
    held: sa.FromClause = _with_children(source, holds) if children else holds.subquery()
    h = held.c
    return (
        sa.select(
            h.account_id,
            h.contact_id,
            h.rights,
            h.name,
            h.email,
            sa.case((h.language != "", h.language), else_=customer.language).label("language"),
            h.depth,
            customer.name.label("customer_name"),
        )
        .join_from(held, customer.account_id.table, customer.account_id == h.account_id)
        .where(customer.live == sa.true())
        .order_by(customer.name, h.account_id, h.depth, h.contact_id)
    )


def _with_children(source: Source, holds: Any) -> sa.CTE:  # noqa: ANN401 - a select of what contacts hold
    """Go down from the accounts of contacts to their children, and theirs; a circle ends at the deepest level."""
    held: sa.CTE = holds.cte("held", recursive=True)
    h, child = held.c, source(Customer).c
    below = (
        sa.select(child.account_id, h.contact_id, h.rights, h.name, h.email, h.language, h.depth + sa.literal_column("1"))
        .join_from(held, child.account_id.table, child.parent_id == h.account_id)
        .where(h.depth < sa.literal_column(str(DEEPEST)))
    )
    return held.union_all(below)


OF_PERSON = Question(name="profiles.of_person", audience=Audience(system=True), build=of_person)
"""A person's active contacts over all accounts, by customer; the rows bear the fields of `views.Entitled`. Parameter: person.

Shape: children has a row for each account below those of the contacts, too.
"""


def _ancestors(source: Source) -> sa.Select[Any]:
    first, above = source(Customer).c, source(Customer).c
    start = sa.select(first.account_id, first.parent_id, sa.literal_column("1", sa.Integer()).label("height")).where(
        first.account_id == sa.bindparam("account", type_=first.account_id.type)
    )
    line = start.cte("line", recursive=True)
    climb = (
        sa.select(above.account_id, above.parent_id, line.c.height + sa.literal_column("1"))
        .join_from(line, above.account_id.table, above.account_id == line.c.parent_id)
        .where(line.c.height < sa.literal_column(str(DEEPEST)))
    )
    whole = line.union_all(climb)
    return sa.select(whole.c.account_id, whole.c.height).order_by(whole.c.height)


ANCESTORS = Question(name="profiles.ancestors", audience=_OFFICE, build=_ancestors)
"""An account and the parents above it, the nearest first, as many as there may be. Parameter: account."""


def _circles(source: Source) -> sa.Select[Any]:
    first, above = source(Customer).c, source(Customer).c
    start = sa.select(first.account_id, first.parent_id, sa.literal_column("1", sa.Integer()).label("height")).where(
        first.parent_id.is_not(None)
    )
    line = start.cte("line", recursive=True)
    climb = (
        sa.select(line.c.account_id, above.parent_id, line.c.height + sa.literal_column("1"))
        .join_from(line, above.account_id.table, above.account_id == line.c.parent_id)
        .where(
            above.parent_id.is_not(None),
            line.c.parent_id != line.c.account_id,
            line.c.height < sa.literal_column(str(DEEPEST)),
        )
    )
    whole = line.union_all(climb).c
    found = sa.select(whole.account_id).where(whole.parent_id == whole.account_id).distinct()
    return found.order_by(whole.account_id).limit(sa.bindparam("most", type_=sa.Integer()))


CIRCLES = Question(name="profiles.circles", audience=_OFFICE, build=_circles)
"""Customers that stand below themselves. Parameter: most."""


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
