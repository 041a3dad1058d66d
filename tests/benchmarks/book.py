"""A large plain book: one heavy customer with a twentieth of it, the others with twenty invoices each, a fifth open."""

from collections.abc import Iterator
from datetime import date, timedelta

from lockportal import Money
from lockportal.documents.imports.rows import ImportRow
from lockportal.documents.models import DocumentFacts, DocumentKind

FIRST_DAY = date(2024, 1, 1)
HEAVY = "C-HEAVY"


def rows(size: int, *, heavy: bool = True) -> Iterator[ImportRow]:
    """Answer so many invoices, in the order of their customers."""
    of_heavy = size // 20 if heavy else 0
    for n in range(size):
        customer = HEAVY if n < of_heavy else f"C-{n // 20:07}"
        issued_on = FIRST_DAY + timedelta(days=n * 7 % 700)
        facts = DocumentFacts(
            external_id=f"R-{n:08}",
            kind=DocumentKind.INVOICE,
            number=f"R-{n:08}",
            total=Money(10_000 + n % 90_000, "USD"),
            issued_on=issued_on,
            due_on=issued_on + timedelta(days=30),
            settled_on=None if n % 5 == 0 else issued_on + timedelta(days=20 + n % 30),
            po_number=f"PO-{n % 1000}",
        )
        yield ImportRow(n + 2, customer, f"Customer {customer}", facts)
