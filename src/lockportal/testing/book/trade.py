"""Draws what one customer ordered and what became of it: deliveries, invoices, payments, and what went wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from random import Random  # noqa: TID251 - a book is drawn from a seed
from typing import Final

from attrs import evolve, frozen

from lockportal.core.money import EXPONENTS
from lockportal.testing.book.goods import GOODS, INDUSTRIES, RATES, Product
from lockportal.testing.book.house import TERMS, working_day
from lockportal.testing.book.models import BookCustomer, Habit

SPAN: Final = 548
"""The days that a book goes back: eighteen months."""
_GROWTH: Final = 0.72
"""Below 1, more orders fall into the later months."""
_LATENESS: Final = {
    Habit.PUNCTUAL: (-6, 2),
    Habit.LITTLE_LATE: (2, 24),
    Habit.CHRONICALLY_LATE: (28, 115),
    Habit.DISPUTING: (4, 45),
}
_STUCK: Final = {Habit.PUNCTUAL: 0.0, Habit.LITTLE_LATE: 0.03, Habit.CHRONICALLY_LATE: 0.11, Habit.DISPUTING: 0.3}
"""How often an invoice of the last months is not paid at all for now."""
_PART: Final = {Habit.PUNCTUAL: 0.01, Habit.LITTLE_LATE: 0.02, Habit.CHRONICALLY_LATE: 0.08, Habit.DISPUTING: 0.2}
"""How often it is paid in part."""
_CREDITED: Final = {Habit.PUNCTUAL: 0.05, Habit.LITTLE_LATE: 0.07, Habit.CHRONICALLY_LATE: 0.07, Habit.DISPUTING: 0.16}
_RECENT: Final = 260
_SHORT: Final = 0.07
_BACKORDER: Final = 0.5
_DEBITED: Final = 0.012
_OPEN_SINCE: Final = 50


class Fate(StrEnum):
    """What became of an invoice, where it is not left to the customer's habit."""

    HABIT = "habit"
    OPEN = "open"
    PART = "part"
    PAID = "paid"


@frozen
class Item:
    """One line of an order: an article, its price in the order's currency, and how much of it."""

    product: Product
    price: Decimal
    ordered: int


@frozen(kw_only=True)
class Order:
    """A purchase order: its own number, its day, its currency, its lines."""

    number: str
    on: date
    currency: str
    items: tuple[Item, ...]


@frozen(kw_only=True)
class Trade:
    """One delivery of an order and its invoice, as far as time has gone: a day that is still to come is None.

    `shipped` and `billed` are quantities by line; `part` is the percentage paid of a part-paid invoice; `credited` the
    percentage of one line that a credit memo gave back.
    """

    customer: BookCustomer
    order: Order
    delivery: int
    shipped: tuple[int, ...]
    billed: tuple[int, ...]
    freight: Decimal
    shipped_on: date | None
    invoiced_on: date | None
    due_on: date | None
    settled_on: date | None
    part: int = 0
    credited: int = 0
    credited_on: date | None = None
    credit_used_on: date | None = None
    debited_on: date | None = None
    debit_settled_on: date | None = None

    @property
    def is_short(self) -> bool:
        """Whether less was shipped than was ordered."""
        return any(shipped < item.ordered for shipped, item in zip(self.shipped, self.order.items, strict=True))


def draw_trades(random: Random, customer: BookCustomer, as_of: date) -> Iterator[Trade]:
    """Draw a customer's whole trade up to a day, in the order of its orders."""
    drawing = _Drawing(random, customer, as_of)
    first = random.randint(1, 60)
    days = sorted((SPAN - int(SPAN * random.random() ** _GROWTH) for _ in range(customer.orders)), reverse=True)
    for place, ago in enumerate(days):
        yield from drawing.trades(f"{first + place:04}", ago, Fate.HABIT)


def draw_demo(random: Random, customer: BookCustomer, as_of: date) -> Iterator[Trade]:
    """Draw the demo customer's trade: a quiet past, then something of everything."""
    drawing = _Drawing(random, customer, as_of)
    ages = [*range(SPAN - 8, 180, -24), 172, 151, 134, 112, 88, 61, 47, 33, 24, 17, 12, 7, 2]
    fates = {134: Fate.OPEN, 88: Fate.PART, 61: Fate.OPEN}
    for place, ago in enumerate(ages):
        usual = Fate.PAID if ago > _OPEN_SINCE else Fate.OPEN
        for trade in drawing.trades(f"{place + 41:04}", ago, fates.get(ago, usual)):
            yield _scripted(trade, ago, as_of)


def _scripted(trade: Trade, ago: int, as_of: date) -> Trade:
    """Let the demo customer meet what a portal is for: goods that were short, a credit that waits, a deduction."""
    if trade.invoiced_on is None or ago not in {134, 88, 61}:
        return trade
    later = min(working_day(trade.invoiced_on + timedelta(days=16)), as_of)
    if ago == 134:  # noqa: PLR2004 - billed as ordered, though less came
        items = trade.order.items
        shipped = (items[0].ordered - items[0].product.pack, *(item.ordered for item in items[1:]))
        return evolve(trade, shipped=shipped, billed=tuple(item.ordered for item in items), credited=0, credited_on=None)
    if ago == 88:  # noqa: PLR2004 - one day of the story
        return evolve(trade, credited=20, credited_on=later, credit_used_on=None)
    return evolve(trade, debited_on=later, debit_settled_on=None)


@frozen
class _Drawing:
    """The chances of one customer."""

    random: Random
    customer: BookCustomer
    as_of: date

    def trades(self, number: str, ago: int, fate: Fate) -> Iterator[Trade]:
        """Draw one order and its one or two deliveries."""
        random, customer = self.random, self.customer
        on = working_day(self.as_of - timedelta(days=ago))
        if on > self.as_of:
            return
        other = customer.other_currency and random.random() < 0.3  # noqa: PLR2004 - a chance
        currency = customer.other_currency if other else customer.currency
        order = Order(number=self._order_number(number, on), on=on, currency=currency, items=self._items(currency, on))
        ordered = tuple(item.ordered for item in order.items)
        shipped_on = working_day(on + timedelta(days=random.randint(2, 9)))
        if random.random() >= _SHORT or fate is not Fate.HABIT:
            yield self._trade(order, 1, shipped_on, ordered, fate)
            return
        first = self._short(order.items)
        yield self._trade(order, 1, shipped_on, first, fate)
        if random.random() < _BACKORDER:
            rest = tuple(whole - part for whole, part in zip(ordered, first, strict=True))
            yield self._trade(order, 2, working_day(shipped_on + timedelta(days=random.randint(7, 21))), rest, fate)

    def _order_number(self, number: str, on: date) -> str:
        """Every customer counts its orders in a way of its own."""
        own = int(self.customer.number.removeprefix("C-"))
        styles = (f"PO-{own % 90 + 10}{number}", f"45{own % 1000:03}{number}", f"{on.year}-{number}", f"B{on:%y}/{number}")
        return styles[own % len(styles)]

    def _items(self, currency: str, on: date) -> tuple[Item, ...]:
        random = self.random
        groups = INDUSTRIES[self.customer.industry]
        offered = [product for group in groups for product in GOODS[group]]
        chosen = random.sample(offered, min(random.choice((1, 2, 2, 3, 3, 4, 5)), len(offered)))
        raised = Decimal("1.03") if on.year >= self.as_of.year else Decimal(1)
        step = Decimal(1).scaleb(-EXPONENTS[currency])
        return tuple(
            Item(
                product,
                (product.price * RATES[currency] * raised).quantize(step),
                product.pack * random.randint(max(1, product.most // 6), product.most),
            )
            for product in chosen
        )

    def _short(self, items: Sequence[Item]) -> tuple[int, ...]:
        """Leave out some packs of one line."""
        place = self.random.randrange(len(items))
        missing = max(1, items[place].product.pack * self.random.randint(1, 3))
        return tuple(
            max(item.ordered - missing, item.ordered // 2) if n == place else item.ordered for n, item in enumerate(items)
        )

    def _trade(self, order: Order, delivery: int, shipped_on: date, shipped: tuple[int, ...], fate: Fate) -> Trade:
        random = self.random
        invoiced_on = working_day(shipped_on + timedelta(days=random.randint(0, 1)))
        due_on = TERMS[self.customer.terms].due_on(invoiced_on)
        paid_on = working_day(due_on + timedelta(days=random.randint(*_LATENESS[self.customer.habit])))
        habit, recent = self.customer.habit, (self.as_of - invoiced_on).days < _RECENT
        drawn = random.random()
        if fate is Fate.HABIT and recent and drawn < _STUCK[habit]:
            fate = Fate.OPEN
        elif fate is Fate.HABIT and recent and drawn < _STUCK[habit] + _PART[habit]:
            fate = Fate.PART
        part = random.choice((25, 40, 50, 60, 75, 80)) if fate is Fate.PART else 0
        if fate is Fate.PAID:
            paid_on = min(paid_on, self.as_of - timedelta(days=1))
        settled_on = paid_on if fate in {Fate.HABIT, Fate.PAID} and paid_on <= self.as_of else None
        freight = Decimal(random.choice((0, 0, 0, 45, 85, 140))) * RATES[order.currency]
        trade = Trade(
            customer=self.customer,
            order=order,
            delivery=delivery,
            shipped=shipped,
            billed=shipped,
            freight=freight.quantize(Decimal(1).scaleb(-EXPONENTS[order.currency])),
            shipped_on=shipped_on if shipped_on <= self.as_of else None,
            invoiced_on=invoiced_on if invoiced_on <= self.as_of else None,
            due_on=due_on,
            settled_on=settled_on if invoiced_on <= self.as_of else None,
            part=part if invoiced_on <= self.as_of else 0,
        )
        return self._aftermath(trade, invoiced_on, settled_on)

    def _aftermath(self, trade: Trade, invoiced_on: date, settled_on: date | None) -> Trade:
        """Draw a credit memo or a debit memo that followed."""
        random = self.random
        drawn = random.random()
        credited_on = working_day(invoiced_on + timedelta(days=random.randint(5, 40)))
        if drawn < _CREDITED[self.customer.habit] and credited_on <= self.as_of:
            used = None if settled_on is None else max(settled_on, credited_on)
            credited = random.choice((10, 20, 25, 50, 100))
            return evolve(trade, credited=credited, credited_on=credited_on, credit_used_on=used)
        debited_on = working_day(invoiced_on + timedelta(days=random.randint(20, 60)))
        if drawn > 1 - _DEBITED and debited_on <= self.as_of:
            paid_on = working_day(debited_on + timedelta(days=random.randint(10, 50)))
            return evolve(trade, debited_on=debited_on, debit_settled_on=paid_on if paid_on <= self.as_of else None)
        return trade
