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


@frozen
class Formula:
    """What a figure counts in, and how it is worked out, in words."""

    unit: Unit
    text: str


_DAYS, _PERCENT = Unit.DAYS, Unit.PERCENT

FORMULAE: Final[Mapping[Kpi, Formula]] = MappingProxyType(
    {
        Kpi.DSO_SIMPLE: Formula(_DAYS, "receivables at end ÷ credit sales × days"),
        Kpi.DSO_COUNTBACK: Formula(_DAYS, "days of the newest sales that come to the receivables at end"),
        Kpi.DSO_BEST_POSSIBLE: Formula(_DAYS, "current receivables at end ÷ credit sales × days"),
        Kpi.ADD: Formula(_DAYS, "DSO − best possible DSO"),
        Kpi.CEI: Formula(_PERCENT, "(begin + sales − end total) ÷ (begin + sales − end current) × 100, sales by month"),
        Kpi.TURNOVER: Formula(Unit.TIMES, "credit sales ÷ mean of receivables at begin and end"),
        Kpi.DAYS_TO_SETTLE: Formula(_DAYS, "days from issue to settlement ÷ invoices settled"),
        Kpi.DAYS_TO_SETTLE_WEIGHTED: Formula(_DAYS, "days from issue to settlement × amount ÷ amount settled"),
        Kpi.DAYS_LATE: Formula(_DAYS, "days from due to settlement, 0 if in time ÷ invoices settled"),
        Kpi.DAYS_LATE_WEIGHTED: Formula(_DAYS, "days from due to settlement, 0 if in time × amount ÷ amount settled"),
        Kpi.LATE_SHARE: Formula(_PERCENT, "invoices settled after due ÷ invoices settled × 100"),
        Kpi.LATE_SHARE_AMOUNT: Formula(_PERCENT, "amount settled after due ÷ amount settled × 100"),
        Kpi.DISPUTED_SHARE: Formula(_PERCENT, "invoices disputed ÷ invoices issued × 100"),
        Kpi.DISPUTED_SHARE_AMOUNT: Formula(_PERCENT, "amount disputed ÷ amount issued × 100"),
        Kpi.DISPUTE_CYCLE: Formula(_DAYS, "days from opening to closing ÷ disputes closed"),
        Kpi.PROMISES_KEPT: Formula(_PERCENT, "promises kept ÷ promises fallen due × 100"),
        Kpi.PROMISES_KEPT_AMOUNT: Formula(_PERCENT, "promised money that came in time ÷ promised money fallen due × 100"),
    }
)
"""The formula of each key figure."""


@frozen
class Figure:
    """One key figure: its value in its unit, at four places, and its formula; None where there was nothing to divide by."""

    kpi: Kpi
    value: Decimal | None
    unit: Unit
    formula: str


def figure(kpi: Kpi, value: Decimal | None) -> Figure:
    """Answer a key figure with its unit and formula."""
    return Figure(kpi, value, FORMULAE[kpi].unit, FORMULAE[kpi].text)
