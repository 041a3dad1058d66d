"""Key figures for other programs: as JSON with each formula's name beside its figure, and as CSV with a row for each figure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any, Final

from lockportal.kpis.figures import Kpi
from lockportal.kpis.models import Movement
from lockportal.kpis.views import Report, moved_figures

_AMOUNTS: Final = ("opening", "sales", "cash", "credits", "other", "closing", "current")
_BY_MONTH: Final = (Kpi.DSO_SIMPLE, Kpi.DSO_BEST_POSSIBLE, Kpi.CEI)


def as_json(reports: Iterable[Report], series: Sequence[Movement]) -> list[dict[str, Any]]:
    """Answer one object for each currency: the period, how receivables moved, each figure with its formula, and the months.

    Amounts and figures are texts of exact decimals; a figure over nothing is null.
    """
    return [
        {
            "currency": report.currency,
            "from": report.period.first.isoformat(),
            "to": report.period.last.isoformat(),
            "receivables": _amounts(report.movement),
            "figures": [
                {
                    "kpi": figure.kpi.value,
                    "value": None if figure.value is None else str(figure.value),
                    "unit": figure.unit.value,
                    "formula": figure.formula,
                    "target": None if figure.target is None else str(figure.target),
                    "met": figure.met,
                }
                for figure in report.figures
            ],
            "months": [_month(one) for one in series if one.currency == report.currency],
        }
        for report in reports
    ]


def as_csv(reports: Iterable[Report]) -> str:
    """Answer a table with a row for each figure of each currency, a row of headings first."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(("currency", "from", "to", "kpi", "value", "unit", "formula", "target", "met"))
    for report in reports:
        ends = (report.currency, report.period.first.isoformat(), report.period.last.isoformat())
        for name, amount in _amounts(report.movement).items():
            writer.writerow((*ends, f"receivables_{name}", amount, report.currency, "", "", ""))
        for figure in report.figures:
            value = "" if figure.value is None else figure.value
            target = "" if figure.target is None else figure.target
            met = "" if figure.met is None else str(figure.met).lower()
            writer.writerow((*ends, figure.kpi.value, value, figure.unit.value, figure.formula, target, met))
    return written.getvalue()


def _amounts(movement: Movement) -> dict[str, str]:
    return {name: str(getattr(movement, name).decimal) for name in _AMOUNTS}


def _month(movement: Movement) -> dict[str, Any]:
    values = moved_figures(movement)
    return {
        "from": movement.period.first.isoformat(),
        "to": movement.period.last.isoformat(),
        **_amounts(movement),
        **{kpi.value: None if values[kpi] is None else str(values[kpi]) for kpi in _BY_MONTH},
    }
