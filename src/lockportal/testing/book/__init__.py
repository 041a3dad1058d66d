"""A believable receivables book, always the same for the same seed: customers, contacts, documents, payments.

    book = Book(seed=7, customers=200, as_of=date(2026, 3, 31))
    write(portal, book)

All names, addresses and numbers in it are invented; its mail goes nowhere, as example.com and example.org take none.
"""

from __future__ import annotations

from lockportal.testing.book.book import Book
from lockportal.testing.book.enclosed import enclose
from lockportal.testing.book.house import TERMS, settings, supplier
from lockportal.testing.book.models import DEMO_EMAIL, GROUP_EMAIL, BookContact, BookCredit, BookCustomer, Habit
from lockportal.testing.book.writing import SOURCE, write

__all__ = [
    "DEMO_EMAIL",
    "GROUP_EMAIL",
    "SOURCE",
    "TERMS",
    "Book",
    "BookContact",
    "BookCredit",
    "BookCustomer",
    "Habit",
    "enclose",
    "settings",
    "supplier",
    "write",
]
