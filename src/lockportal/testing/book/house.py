"""Whose book it is: the supplier, its payment terms, and its working days."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from lockportal.core.settings import Branding, Supplier
from lockportal.core.terms import Terms
from lockportal.documents.models import DocumentsSettings
from lockportal.ledger.models import LedgerSettings

TERMS: Final[dict[str, Terms]] = {
    terms.code: terms
    for terms in (
        Terms("NET15", net_days=15),
        Terms("NET30", net_days=30),
        Terms("NET45", net_days=45),
        Terms("NET60", net_days=60),
        Terms("EOM30", net_days=30, end_of_month=True),
    )
}
"""The terms by which the book's invoices fall due."""

COLLECTORS: Final = ("m.ferreira", "t.okonkwo", "s.lindqvist")
"""The members of staff who look after the customers."""


def supplier(key: str = "demo") -> Supplier:
    """Answer the supplier to whom the book's customers owe."""
    return Supplier(
        key=key,
        name="Fernhollow Packaging & Supply",
        zone="America/Chicago",
        currencies=("USD", "EUR", "JPY"),
        languages=("en", "de", "fr", "es"),
        address=("Fernhollow Packaging & Supply Co.", "4100 Granary Row", "Chicago, IL 60608", "USA"),
        country="US",
        email="receivables@fernhollow.example.com",
        phone="+1 312 555 0147",
        tax_id="US 36-0000147",
        bank=(
            "USD: Lakeward Bank, routing 000 000 147, account 4400 1200 77",
            "EUR: IBAN NL00 LAKE 0000 4400 12, BIC LAKENL00",
            "JPY: Minato Example Bank, branch 001, account 4400127",
        ),
        branding=Branding(colour="#22577a"),
        footer="Please state the invoice number with every payment.",
    )


def settings() -> tuple[object, ...]:
    """Answer the capabilities' settings that fit the book, for `Config(settings=…)`; nobody is told of its papers."""
    return (DocumentsSettings(terms=TERMS, default_terms="NET30", notice_days=0), LedgerSettings(receipt_days=0))


def working_day(day: date) -> date:
    """Answer this day, or the Monday after it."""
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)  # noqa: PLR2004 - Friday
