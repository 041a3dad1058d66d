"""A year of follow-up simulated over books of growing size: seconds, and what one customer costs beside the smallest book.

Run as `python tests/benchmarks/bench_simulate.py [customers …]`; it prints lines of a markdown table. Each customer has one
invoice that is open and one that is settled; the standard policy goes through its levels.
"""

import sys
import time
from datetime import date, timedelta
from statistics import median
from tempfile import TemporaryDirectory

from lockportal import SYSTEM, Config, Money, Portal
from lockportal.documents.imports.rows import ImportRow
from lockportal.documents.models import DocumentFacts, DocumentKind

ROUNDS = 3
FIRST_DAY = date(2024, 1, 1)


def rows(customers):
    """Answer two invoices of each customer, due on days all over a year."""
    for n in range(2 * customers):
        issued_on = FIRST_DAY + timedelta(days=n * 7 % 365)
        facts = DocumentFacts(
            external_id=f"R-{n:08}",
            kind=DocumentKind.INVOICE,
            number=f"R-{n:08}",
            total=Money(10_000 + n % 90_000, "USD"),
            issued_on=issued_on,
            due_on=issued_on + timedelta(days=30),
            settled_on=None if n % 2 == 0 else issued_on + timedelta(days=20),
        )
        yield ImportRow(n + 2, f"C-{n // 2:07}", f"Customer {n // 2}", facts)


def simulated(customers):
    """Answer the median of the seconds that a year takes over a book of so many customers, and how many were reminded."""
    with TemporaryDirectory() as folder:
        portal = Portal(Config(database=f"sqlite:///{folder}/book.db", files=f"folder:{folder}/files", secret_keys=("k" * 40,)))
        portal.upgrade()
        portal.documents.store(rows(customers), SYSTEM, source="bench")
        took = []
        for _ in range(ROUNDS):
            began = time.perf_counter()
            found = portal.dunning.simulate(SYSTEM, FIRST_DAY, FIRST_DAY + timedelta(days=365))
            took.append(time.perf_counter() - began)
        assert found.customers == customers
        assert found.reminded > customers // 2
        portal.close()
        return median(took)


def main(*sizes):
    print("| customers | seconds | µs a customer | beside the smallest |")
    print("|---|---|---|---|")
    smallest = None
    for customers in sizes or (5_000, 50_000):
        seconds = simulated(customers)
        each = seconds / customers
        smallest = smallest or each
        print(f"| {customers:,} | {seconds:.2f} | {each * 1_000_000:.0f} | {each / smallest:.2f} |", flush=True)


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
