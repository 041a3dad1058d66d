"""Draws the customers of a book: who they are, how much they buy, how they pay, and who acts for them."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from random import Random  # noqa: TID251 - a book is drawn from a seed
from typing import Final, TypeVar

from attrs import evolve

from lockportal.core.actor import Right
from lockportal.core.money import Money, exponent
from lockportal.profiles.models import Address
from lockportal.testing.book.goods import INDUSTRIES, RATES
from lockportal.testing.book.house import COLLECTORS
from lockportal.testing.book.models import DEMO_EMAIL, GROUP_EMAIL, BookContact, BookCustomer, Habit
from lockportal.testing.book.names import COUNTRIES, UNITED_STATES, Country

T = TypeVar("T")

_FIRST: Final = 10001
_STEP: Final = 7
_HABITS: Final = {Habit.PUNCTUAL: 39, Habit.LITTLE_LATE: 31, Habit.CHRONICALLY_LATE: 19, Habit.DISPUTING: 11}
_TERMS: Final = {"NET30": 48, "NET45": 22, "NET60": 14, "NET15": 8, "EOM30": 8}
_SIZES: Final = ((4, 7, 50), (8, 13, 38), (19, 29, 12))
"""Fewest and most orders in the whole time, and how many customers of a hundred place as many."""
_DEMO_NAME: Final = "Juniper Flats Bakery Co."
_DEMO_LIMIT: Final = Money(60_000_00, "USD")
_GROUP: Final = (7, 8)
"""The places of the parent company and the subsidiary for which one person acts."""
_LIMITS: Final = (15_000, 30_000, 60_000, 120_000, 200_000, 350_000)
_EVERY: Final = tuple(Right)


def draw_customers(seed: int, count: int) -> tuple[BookCustomer, ...]:
    """Draw so many customers; the first is the demo's. A parent company stands before its subsidiaries."""
    random = Random(f"{seed}/customers")
    made: list[BookCustomer] = []
    names: set[str] = set()
    for place in range(count):
        made.append(_customer(random, place, names, made))
    return _with_contacts(random, made)


def _customer(random: Random, place: int, names: set[str], before: Sequence[BookCustomer]) -> BookCustomer:
    if place == 0:
        return _demo(random)
    country = _weighted(random, {each: each.share for each in COUNTRIES})
    industry = random.choice(tuple(INDUSTRIES))
    habit = _weighted(random, _HABITS)
    low, high = _weighted(random, {(low, high): share for low, high, share in _SIZES})
    orders = random.randint(low, high)
    parent = _parent(random, place, before)
    return BookCustomer(
        number=f"C-{_FIRST + _STEP * place}",
        name=_name(random, country, industry, names),
        industry=industry,
        habit=habit,
        language=country.language,
        currency=country.currency,
        terms=_weighted(random, _TERMS),
        tax=random.choice(country.taxes),
        orders=orders,
        address=_address(random, country),
        credit_limit=_limit(random, country.currency, orders),
        hold=habit is Habit.CHRONICALLY_LATE and random.random() < 0.4,  # noqa: PLR2004 - a chance
        collector=random.choice(COLLECTORS),
        parent=parent,
        other_currency="EUR" if country.currency == "USD" and place % 37 == 1 else "",
        tax_ids=(country.tax_id.format(place % 1000),) if country.tax_id else (),
    )


def _demo(random: Random) -> BookCustomer:
    return BookCustomer(
        number=f"C-{_FIRST}",
        name=_DEMO_NAME,
        industry="food",
        habit=Habit.LITTLE_LATE,
        language="en",
        currency="USD",
        terms="NET30",
        tax=625,
        orders=0,
        address=_address(random, UNITED_STATES),
        credit_limit=_DEMO_LIMIT,
        collector=COLLECTORS[0],
    )


def _parent(random: Random, place: int, before: Sequence[BookCustomer]) -> str:
    if place == _GROUP[1]:
        return before[_GROUP[0]].number
    parents = [one.number for one in before[1:] if not one.parent]
    return random.choice(parents) if place > _GROUP[1] and random.random() < 0.07 else ""  # noqa: PLR2004 - a chance


def _name(random: Random, country: Country, industry: str, names: set[str]) -> str:
    """Draw a name that nobody bears yet; where all are taken, a place and a number are added."""
    trade, roots = country.trades[industry], list(country.roots)
    random.shuffle(roots)
    free = next((f"{root} {trade}" for root in roots if f"{root} {trade}" not in names), None)
    name = free or f"{roots[0]} {trade} {random.choice(country.places)[0]} {len(names)}"
    names.add(name)
    return f"{name} {random.choice(country.forms)}"


def _address(random: Random, country: Country) -> Address:
    city, postcode, region = random.choice(country.places)
    street, number = random.choice(country.streets), random.randint(2, 980)
    line = f"{number} {street}" if country.number_first else f"{street} {number}"
    return Address(lines=(line,), city=city, postcode=postcode, region=region, country=country.code)


def _limit(random: Random, currency: str, orders: int) -> Money | None:
    if random.random() < 0.15:  # noqa: PLR2004 - a chance: some have none
        return None
    dollars = _LIMITS[min(orders // 5 + random.randint(0, 1), len(_LIMITS) - 1)]
    major = round(dollars * int(RATES[currency])) if RATES[currency] > 1 else dollars
    return Money(major * 10 ** exponent(currency), currency)


def _with_contacts(random: Random, customers: Sequence[BookCustomer]) -> tuple[BookCustomer, ...]:
    countries = {each.code: each for each in COUNTRIES}
    made: list[BookCustomer] = []
    for place, customer in enumerate(customers):
        country = countries[customer.address.country]
        contacts = [_contact(random, customer, country, _EVERY)]
        if random.random() < 0.45:  # noqa: PLR2004 - a chance
            contacts.append(_contact(random, customer, country, (Right.VIEW, Right.PAY)))
        if place == 0:
            contacts = [BookContact(name="Dana Marlowe", email=DEMO_EMAIL, phone=country.phone.format(0), rights=_EVERY)]
        elif place in _GROUP:
            contacts.append(BookContact(name="Robin Calloway", email=GROUP_EMAIL, rights=(Right.VIEW, Right.PAY)))
        elif place % 23 == 9:  # noqa: PLR2004 - now and then somebody keeps the books of two customers
            contacts.append(evolve(made[place - 2].contacts[0], rights=(Right.VIEW,)))
        once = {contact.email: contact for contact in contacts}
        made.append(evolve(customer, contacts=tuple(once.values())))
    return tuple(made)


def _contact(random: Random, customer: BookCustomer, country: Country, rights: tuple[Right, ...]) -> BookContact:
    first, last = random.choice(country.first_names), random.choice(country.last_names)
    ending = random.choice(("com", "org"))
    return BookContact(
        name=f"{first} {last}",
        email=f"{_plain(first)}.{_plain(last)}.{customer.number.removeprefix('C-')}@example.{ending}",
        phone=country.phone.format(random.randint(1, 99)) if country.phone else "",
        language=customer.language,
        rights=rights,
    )


def _plain(name: str) -> str:
    """Answer a name as an address writes it."""
    german = name.lower().replace("ä", "ae").replace("ö", "oe").replace("ü", "ue").replace("ß", "ss")
    letters = unicodedata.normalize("NFKD", german).encode("ascii", "ignore").decode()
    return "".join(letter for letter in letters if letter.isalnum())


def _weighted(random: Random, choices: Mapping[T, int]) -> T:
    """Draw one of the keys, each as often as its weight says."""
    return random.choices(list(choices), list(choices.values()))[0]
