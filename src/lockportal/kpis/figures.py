"""The figures by name: what each is called, what it counts in, and the formula that stands beside it wherever it is shown."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from attrs import frozen


class Unit(StrEnum):
    """What a figure counts in."""

    DAYS = "days"
    PERCENT = "percent"
    TIMES = "times"


class Kpi(StrEnum):
    """The key figures."""

    DSO_SIMPLE = "dso_simple"
    DSO_COUNTBACK = "dso_countback"
    DSO_BEST_POSSIBLE = "dso_best_possible"
    ADD = "average_days_delinquent"
    CEI = "collection_effectiveness_index"
    TURNOVER = "receivables_turnover"
    DAYS_TO_SETTLE = "days_to_settle"
    DAYS_TO_SETTLE_WEIGHTED = "days_to_settle_weighted"
    DAYS_LATE = "days_late"
    DAYS_LATE_WEIGHTED = "days_late_weighted"
    LATE_SHARE = "late_share"
    LATE_SHARE_AMOUNT = "late_share_amount"
    DISPUTED_SHARE = "disputed_share"
    DISPUTED_SHARE_AMOUNT = "disputed_share_amount"
    DISPUTE_CYCLE = "dispute_cycle_days"
    PROMISES_KEPT = "promises_kept"
    PROMISES_KEPT_AMOUNT = "promises_kept_amount"
    CUSTOMERS_SIGNED_IN = "customers_signed_in"
    CUSTOMERS_VIEWING = "customers_viewing"
    CUSTOMERS_PAYING = "customers_paying"
    CUSTOMERS_PROMISING = "customers_promising"
    CUSTOMERS_DISPUTING = "customers_disputing"
    SELF_SERVICE_PAYMENTS = "self_service_payments"
    SELF_SERVICE_CASH = "self_service_cash"
    SELF_SERVICE_PROMISES = "self_service_promises"
    SELF_SERVICE_DISPUTES = "self_service_disputes"
    LINKS_VISITED = "links_visited"
    MAILS_RETURNED = "mails_returned"
    DAYS_LATE_BEFORE_PORTAL = "days_late_before_portal"
    DAYS_LATE_SINCE_PORTAL = "days_late_since_portal"
    DAYS_ACCELERATED = "days_accelerated"


@frozen
class Formula:
    """What a figure counts in, and how it is worked out, in words; `rising` where more of it is better."""

    unit: Unit
    text: str
    rising: bool = False


_DAYS, _PERCENT = Unit.DAYS, Unit.PERCENT

FORMULAE: Final[Mapping[Kpi, Formula]] = MappingProxyType(
    {
        Kpi.DSO_SIMPLE: Formula(_DAYS, "receivables at end ÷ credit sales × days"),
        Kpi.DSO_COUNTBACK: Formula(_DAYS, "days of the newest sales that come to the receivables at end"),
        Kpi.DSO_BEST_POSSIBLE: Formula(_DAYS, "current receivables at end ÷ credit sales × days"),
        Kpi.ADD: Formula(_DAYS, "DSO − best possible DSO"),
        Kpi.CEI: Formula(
            _PERCENT, "(begin + sales − end total) ÷ (begin + sales − end current) × 100, sales by month", rising=True
        ),
        Kpi.TURNOVER: Formula(Unit.TIMES, "credit sales ÷ mean of receivables at begin and end", rising=True),
        Kpi.DAYS_TO_SETTLE: Formula(_DAYS, "days from issue to settlement ÷ invoices settled"),
        Kpi.DAYS_TO_SETTLE_WEIGHTED: Formula(_DAYS, "days from issue to settlement × amount ÷ amount settled"),
        Kpi.DAYS_LATE: Formula(_DAYS, "days from due to settlement, 0 if in time ÷ invoices settled"),
        Kpi.DAYS_LATE_WEIGHTED: Formula(_DAYS, "days from due to settlement, 0 if in time × amount ÷ amount settled"),
        Kpi.LATE_SHARE: Formula(_PERCENT, "invoices settled after due ÷ invoices settled × 100"),
        Kpi.LATE_SHARE_AMOUNT: Formula(_PERCENT, "amount settled after due ÷ amount settled × 100"),
        Kpi.DISPUTED_SHARE: Formula(_PERCENT, "invoices disputed ÷ invoices issued × 100"),
        Kpi.DISPUTED_SHARE_AMOUNT: Formula(_PERCENT, "amount disputed ÷ amount issued × 100"),
        Kpi.DISPUTE_CYCLE: Formula(_DAYS, "days from opening to closing ÷ disputes closed"),
        Kpi.PROMISES_KEPT: Formula(_PERCENT, "promises kept ÷ promises fallen due × 100", rising=True),
        Kpi.PROMISES_KEPT_AMOUNT: Formula(
            _PERCENT, "promised money that came in time ÷ promised money fallen due × 100", rising=True
        ),
        Kpi.CUSTOMERS_SIGNED_IN: Formula(_PERCENT, "customers who signed in ÷ customers × 100", rising=True),
        Kpi.CUSTOMERS_VIEWING: Formula(
            _PERCENT, "customers who opened a document by its link or downloaded one ÷ customers × 100", rising=True
        ),
        Kpi.CUSTOMERS_PAYING: Formula(_PERCENT, "customers who began a payment themselves ÷ customers × 100", rising=True),
        Kpi.CUSTOMERS_PROMISING: Formula(_PERCENT, "customers who promised themselves ÷ customers × 100", rising=True),
        Kpi.CUSTOMERS_DISPUTING: Formula(_PERCENT, "customers who disputed themselves ÷ customers × 100", rising=True),
        Kpi.SELF_SERVICE_PAYMENTS: Formula(_PERCENT, "payments that customers began ÷ payments × 100", rising=True),
        Kpi.SELF_SERVICE_CASH: Formula(_PERCENT, "cash of payments that customers began ÷ cash × 100", rising=True),
        Kpi.SELF_SERVICE_PROMISES: Formula(_PERCENT, "promises that customers made ÷ promises made × 100", rising=True),
        Kpi.SELF_SERVICE_DISPUTES: Formula(_PERCENT, "disputes that customers opened ÷ disputes opened × 100", rising=True),
        Kpi.LINKS_VISITED: Formula(_PERCENT, "links to documents that were opened ÷ links sent × 100", rising=True),
        Kpi.MAILS_RETURNED: Formula(_PERCENT, "mails that came back ÷ mails sent × 100"),
        Kpi.DAYS_LATE_BEFORE_PORTAL: Formula(
            _DAYS, "days late ÷ invoices settled in the time before the customer first signed in"
        ),
        Kpi.DAYS_LATE_SINCE_PORTAL: Formula(_DAYS, "days late ÷ invoices settled since the customer first signed in"),
        Kpi.DAYS_ACCELERATED: Formula(_DAYS, "days late before the first sign-in − days late since", rising=True),
    }
)
"""The formula of each key figure."""


@frozen
class Figure:
    """One key figure: its value in its unit, at four places, and its formula; None where there was nothing to divide by.

    `target` is what the supplier wants to reach, None where nothing is said, and `met` whether it does.
    """

    kpi: Kpi
    value: Decimal | None
    unit: Unit
    formula: str
    target: Decimal | None = None
    met: bool | None = None


def figure(kpi: Kpi, value: Decimal | None, target: Decimal | None = None) -> Figure:
    """Answer a key figure with its unit and formula, held against a target: at least, or at most, whichever is better."""
    formula = FORMULAE[kpi]
    met = None
    if value is not None and target is not None:
        met = value >= target if formula.rising else value <= target
    return Figure(kpi, value, formula.unit, formula.text, target, met)
