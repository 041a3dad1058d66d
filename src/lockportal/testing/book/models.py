"""The parts of a book: customers with their contacts, and money that no document is named for."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from attrs import field, frozen

from lockportal.core.actor import Right
from lockportal.core.money import Money
from lockportal.profiles.models import Address

DEMO_EMAIL = "demo.buyer@example.com"
"""The contact of the first customer, whose documents are of every kind and in every state."""
GROUP_EMAIL = "demo.group@example.com"
"""A contact of two customers: the parent company and one of its subsidiaries."""


class Habit(StrEnum):
    """How a customer pays."""

    PUNCTUAL = "punctual"
    LITTLE_LATE = "little_late"
    CHRONICALLY_LATE = "chronically_late"
    DISPUTING = "disputing"


@frozen(kw_only=True)
class BookContact:
    """Somebody who acts for a customer."""

    name: str
    email: str
    phone: str = ""
    language: str = ""
    rights: tuple[Right, ...] = (Right.VIEW,)


@frozen(kw_only=True)
class BookCustomer:
    """One customer of the book.

    `tax` is the rate on its invoices in hundredths of a percent, `orders` how many it places (the demo's are scripted).
    """

    number: str
    name: str
    industry: str
    habit: Habit
    language: str
    currency: str
    terms: str
    tax: int
    orders: int
    address: Address
    credit_limit: Money | None = None
    hold: bool = False
    collector: str = ""
    parent: str = ""
    """The parent company's customer number, or empty."""
    other_currency: str = ""
    """A second currency in which some invoices are, or empty."""
    tax_ids: tuple[str, ...] = ()
    contacts: tuple[BookContact, ...] = field(factory=tuple)


@frozen(kw_only=True)
class BookCredit:
    """Money received that no document is named for."""

    customer: str
    amount: Money
    received_on: date
    reference: str
