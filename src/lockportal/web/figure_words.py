"""The words of pages about key figures; codes are the library's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from lockportal.web.words import _

FIGURES: Final[Mapping[str, str]] = {
    "dso_simple": _("Days sales outstanding, simple"),
    "dso_countback": _("Days sales outstanding, by countback"),
    "dso_best_possible": _("Best possible days sales outstanding"),
    "average_days_delinquent": _("Average days delinquent"),
    "collection_effectiveness_index": _("Collection effectiveness index"),
    "receivables_turnover": _("Turnover of receivables"),
    "days_to_settle": _("Days to settle"),
    "days_to_settle_weighted": _("Days to settle, by amount"),
    "days_late": _("Days late"),
    "days_late_weighted": _("Days late, by amount"),
    "late_share": _("Settled late"),
    "late_share_amount": _("Settled late, by amount"),
    "disputed_share": _("Disputed"),
    "disputed_share_amount": _("Disputed, by amount"),
    "dispute_cycle_days": _("Days until a dispute is closed"),
    "promises_kept": _("Promises kept"),
    "promises_kept_amount": _("Promises kept, by amount"),
    "customers_signed_in": _("Customers who signed in"),
    "customers_viewing": _("Customers who looked at documents"),
    "customers_paying": _("Customers who paid themselves"),
    "customers_promising": _("Customers who promised themselves"),
    "customers_disputing": _("Customers who disputed themselves"),
    "self_service_payments": _("Payments by self-service"),
    "self_service_cash": _("Cash by self-service"),
    "self_service_promises": _("Promises by self-service"),
    "self_service_disputes": _("Disputes by self-service"),
    "links_visited": _("Links visited"),
    "mails_returned": _("Mails returned"),
    "days_late_before_portal": _("Days late before the first sign-in"),
    "days_late_since_portal": _("Days late since the first sign-in"),
    "days_accelerated": _("Cash comes sooner by"),
}
"""Names of key figures."""

FIGURE_FORMULAE: Final[Mapping[str, str]] = {
    "dso_simple": _("receivables at end ÷ credit sales × days"),
    "dso_countback": _("days of the newest sales that come to the receivables at end"),
    "dso_best_possible": _("current receivables at end ÷ credit sales × days"),
    "average_days_delinquent": _("DSO − best possible DSO"),
    "collection_effectiveness_index": _("(begin + sales − end total) ÷ (begin + sales − end current) × 100, sales by month"),
    "receivables_turnover": _("credit sales ÷ mean of receivables at begin and end"),
    "days_to_settle": _("days from issue to settlement ÷ invoices settled"),
    "days_to_settle_weighted": _("days from issue to settlement × amount ÷ amount settled"),
    "days_late": _("days from due to settlement, 0 if in time ÷ invoices settled"),
    "days_late_weighted": _("days from due to settlement, 0 if in time × amount ÷ amount settled"),
    "late_share": _("invoices settled after due ÷ invoices settled × 100"),
    "late_share_amount": _("amount settled after due ÷ amount settled × 100"),
    "disputed_share": _("invoices disputed ÷ invoices issued × 100"),
    "disputed_share_amount": _("amount disputed ÷ amount issued × 100"),
    "dispute_cycle_days": _("days from opening to closing ÷ disputes closed"),
    "promises_kept": _("promises kept ÷ promises fallen due × 100"),
    "promises_kept_amount": _("promised money that came in time ÷ promised money fallen due × 100"),
    "customers_signed_in": _("customers who signed in ÷ customers × 100"),
    "customers_viewing": _("customers who opened a document by its link or downloaded one ÷ customers × 100"),
    "customers_paying": _("customers who began a payment themselves ÷ customers × 100"),
    "customers_promising": _("customers who promised themselves ÷ customers × 100"),
    "customers_disputing": _("customers who disputed themselves ÷ customers × 100"),
    "self_service_payments": _("payments that customers began ÷ payments × 100"),
    "self_service_cash": _("cash of payments that customers began ÷ cash × 100"),
    "self_service_promises": _("promises that customers made ÷ promises made × 100"),
    "self_service_disputes": _("disputes that customers opened ÷ disputes opened × 100"),
    "links_visited": _("links to documents that were opened ÷ links sent × 100"),
    "mails_returned": _("mails that came back ÷ mails sent × 100"),
    "days_late_before_portal": _("days late ÷ invoices settled in the time before the customer first signed in"),
    "days_late_since_portal": _("days late ÷ invoices settled since the customer first signed in"),
    "days_accelerated": _("days late before the first sign-in − days late since"),
}
"""Formulae of key figures."""

FIGURE_UNITS: Final[Mapping[str, str]] = {"days": _("days"), "percent": _("%"), "times": _("times")}
"""What figures count in."""

BEHIND: Final[Mapping[str, str]] = {
    "open": _("What was open"),
    "current": _("What was not yet due"),
    "overdue": _("What was overdue"),
    "late": _("What was settled late"),
    "disputed": _("What was disputed"),
}
"""The documents behind figures."""

GROUPS: Final[Mapping[str, str]] = {
    "customer": _("Customer"),
    "collector": _("Collector"),
    "terms": _("Terms"),
    "segment": _("Segment"),
}
"""By what figures are told apart."""
