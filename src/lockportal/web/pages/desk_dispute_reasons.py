"""What disputes are about and how long they take, as pictures and tables, each line with the way to the queue."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Final
from urllib.parse import urlencode

from attrs import evolve, frozen

from lockportal.core.actor import Actor
from lockportal.disputes.measuring.views import YEAR, CycleTime, Grouping, ReasonShare
from lockportal.web.desk_dispute_words import GROUPINGS
from lockportal.web.dispute_filters import named
from lockportal.web.filters import read_day
from lockportal.web.http import Request, Response
from lockportal.web.pages.desk import page
from lockportal.web.pages.desk_disputes import reasons_of
from lockportal.web.site import Site
from lockportal.web.words import _

_HIGH: Final = 100
_STEP: Final = 60
_FEWEST: Final = 8
"""So many bars have room at least, so that few of them are no walls."""
_WIDE: Final = 1000
_DAY: Final = 86_400
_TENTH: Final = Decimal("0.1")


@frozen(kw_only=True)
class Bar:
    """One reason as a bar of the picture, in the units of its drawing, with the way to its disputes."""

    row: ReasonShare
    x: int
    y: int
    height: int
    reached: int
    """Where the line of the cumulative share stands."""
    query: str


@frozen(kw_only=True)
class Pareto:
    """The reasons of one currency: bars, and the line of what the largest of them come to together."""

    currency: str
    bars: tuple[Bar, ...]
    line: str
    width: int


@frozen(kw_only=True)
class Cycle:
    """How long the disputes of one group took, in days, with its bars and the way to them."""

    row: CycleTime
    median: Decimal
    ninetieth: Decimal
    half: int
    most: int
    query: str


def show(site: Site, request: Request, actor: Actor) -> Response:
    """Show what disputes of a period are about, and how long those took that were closed in it. Four statements."""
    today = site.portal.supplier.today(site.portal.clock.now())
    given = {name: request.query.get(name, "").strip() for name in ("first", "last")}
    read = {name: read_day(text) if text else None for name, text in given.items()}
    fault = any(text and read[name] is None for name, text in given.items())
    last = read["last"] or today
    first = read["first"] or max(last, date.min + YEAR) - YEAR
    wanted = request.query.get("per", "")
    per = Grouping(wanted) if wanted in GROUPINGS else Grouping.REASON
    measures, days = site.portal.disputes.measures, (first, last)
    cycles = {
        by: _cycles(measures.cycle_times(actor, per=by, first=first, last=last), by, days)
        for by in (None, Grouping.CATEGORY, Grouping.DEPARTMENT)
    }
    values = {
        "first": first,
        "last": last,
        "per": per.value,
        "groupings": GROUPINGS,
        "paretos": _paretos(site, measures.reasons(actor, per=per, first=first, last=last), per, days),
        "whole": cycles[None],
        "cycles": [(by.value, rows) for by, rows in cycles.items() if by is not None and rows],
        "reasons": reasons_of(site),
        "fault": site.templates.translate(_("Enter a date, such as 2026-01-31.")) if fault else "",
    }
    answer = page(site, actor, "desk_dispute_reasons.html", values, here="desk_disputes")
    return evolve(answer, status=422) if fault else answer


def _paretos(site: Site, rows: Sequence[ReasonShare], per: Grouping, days: tuple[date, date]) -> tuple[Pareto, ...]:
    made = []
    for currency in dict.fromkeys(row.currency for row in rows):
        own = [row for row in rows if row.currency == currency]
        most = max(row.amount.minor for row in own)
        bars = []
        for place, row in enumerate(own):
            height = max(row.amount.minor * _HIGH // most, 1)
            asked = {"least": "0", "currency": currency, "sort": "amount", **_days("opened", days)}
            bars.append(
                Bar(
                    row=row,
                    x=place * _STEP,
                    y=_HIGH - height,
                    height=height,
                    reached=_HIGH - int(row.cumulative),
                    query=_query("all", per, row.key, asked),
                )
            )
        line = " ".join(f"{bar.x + _STEP // 2},{bar.reached}" for bar in bars)
        made.append(Pareto(currency=currency, bars=tuple(bars), line=line, width=max(len(own), _FEWEST) * _STEP))
    return tuple(site.in_order(made))


def _cycles(rows: Sequence[CycleTime], per: Grouping | None, days: tuple[date, date]) -> tuple[Cycle, ...]:
    longest = max((row.ninetieth for row in rows), default=0) or 1
    return tuple(
        Cycle(
            row=row,
            median=(Decimal(row.median) / _DAY).quantize(_TENTH),
            ninetieth=(Decimal(row.ninetieth) / _DAY).quantize(_TENTH),
            half=row.median * _WIDE // longest,
            most=row.ninetieth * _WIDE // longest,
            query=_query("closed", per, row.key, {"sort": "changed", **_days("closed", days)}),
        )
        for row in rows
    )


def _query(scope: str, per: Grouping | None, key: str, asked: dict[str, str]) -> str:
    group = {} if per is None else {per.value: named(key)}
    return "?" + urlencode({"scope": scope, **group, **asked})


def _days(name: str, days: tuple[date, date]) -> dict[str, str]:
    first, last = days
    return {f"{name}_from": first.isoformat(), f"{name}_to": last.isoformat()}
