"""A book of receivables, drawn whole from one seed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cached_property
from random import Random  # noqa: TID251 - a book is drawn from a seed
from typing import Final

from lockportal.core.money import Money, exponent
from lockportal.documents.imports.rows import ImportRow
from lockportal.testing.book.customers import draw_customers
from lockportal.testing.book.goods import RATES
from lockportal.testing.book.models import BookCredit, BookCustomer
from lockportal.testing.book.papers import Stated, state
from lockportal.testing.book.trade import Trade, draw_demo, draw_trades

_CREDITED: Final = 0.08
_REASONS: Final = ("Wire without a reference", "Paid twice", "Deposit for the next order", "Rounded up")


class Book:
    """The receivables of one supplier up to a day: `Book(seed=7, customers=200, as_of=date(2026, 3, 31))`.

    The same arguments give the same book. Nothing in it is dated after `as_of`; it goes back eighteen months.
    """

    def __init__(self, *, as_of: date, seed: int = 7, customers: int = 200) -> None:
        """Draw the customers; documents are drawn when they are first asked for."""
        self.seed, self.as_of = seed, as_of
        self.customers: tuple[BookCustomer, ...] = draw_customers(seed, customers)

    def rows(self) -> Iterator[ImportRow]:
        """Answer every document as `documents.store` takes it, oldest first."""
        for line, stated in enumerate(self._stated, 1):
            yield ImportRow(line, stated.customer.number, stated.customer.name, stated.facts)

    @cached_property
    def credits(self) -> tuple[BookCredit, ...]:
        """Money that came in without saying for what, for `ledger.record_credit`."""
        random = Random(f"{self.seed}/credits")
        made = []
        for place, customer in enumerate(self.customers):
            if place != 0 and random.random() >= _CREDITED:
                continue
            major = random.randint(120, 3200) * (int(RATES[customer.currency]) or 1)
            credit = BookCredit(
                customer=customer.number,
                amount=Money(major * 10 ** exponent(customer.currency), customer.currency),
                received_on=self.as_of - timedelta(days=random.randint(3, 70)),
                reference=f"{random.choice(_REASONS)}, receipt {70_001 + place}",
            )
            made.append(credit)
        return tuple(made)

    @cached_property
    def _stated(self) -> tuple[Stated, ...]:
        return state(tuple(self._trades()))

    def _trades(self) -> Iterator[Trade]:
        for place, customer in enumerate(self.customers):
            draw = draw_demo if place == 0 else draw_trades
            yield from draw(Random(f"{self.seed}/{customer.number}"), customer, self.as_of)
