"""Key figures at the desk: how receivables stand and move, when money will come, who owes most, and what stands behind it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from attrs import frozen

from lockportal.core.actor import Actor
from lockportal.core.errors import Refused
from lockportal.core.page import Page
from lockportal.kpis.figures import Kpi
from lockportal.kpis.habits import ForecastWeek
from lockportal.kpis.models import Behind, Group, Movement, Period, Standing
from lockportal.kpis.views import Report
from lockportal.web.charts import Chart, chart
from lockportal.web.figure_words import GROUPS
from lockportal.web.http import Request, Response
from lockportal.web.pages.desk import page
from lockportal.web.site import Site

_MONTHS: Final = 12
_GREATEST: Final = 10
_BEHIND: Final = {
    Kpi.DSO_SIMPLE: Behind.OPEN,
    Kpi.DSO_COUNTBACK: Behind.OPEN,
    Kpi.DSO_BEST_POSSIBLE: Behind.CURRENT,
    Kpi.ADD: Behind.OVERDUE,
    Kpi.CEI: Behind.OVERDUE,
    Kpi.DAYS_LATE: Behind.LATE,
    Kpi.DAYS_LATE_WEIGHTED: Behind.LATE,
    Kpi.LATE_SHARE: Behind.LATE,
    Kpi.LATE_SHARE_AMOUNT: Behind.LATE,
    Kpi.DISPUTED_SHARE: Behind.DISPUTED,
    Kpi.DISPUTED_SHARE_AMOUNT: Behind.DISPUTED,
}
"""Which documents stand behind a figure, where it is documents."""


@frozen(kw_only=True)
class Sheet:
    """What is shown of one currency: the figures, months and coming weeks as pictures and as rows, who owes most."""

    currency: str
    report: Report | None
    months: tuple[Movement, ...]
    month_chart: Chart
    weeks: tuple[ForecastWeek, ...]
    week_chart: Chart
    greatest: Page[Standing]


def show(site: Site, request: Request, actor: Actor) -> Response:
    """Show the key figures of a span of days, by default of this month up to today; and when money is expected."""
    first, last = _span(site, request)
    wanted = request.query.get("by", "")
    group = Group(wanted) if wanted in set(Group) else Group.CUSTOMER
    kpis = site.portal.kpis
    reports = {one.currency: one for one in kpis.report(actor, first, last)}
    months = kpis.series(actor, Period(first, last).before(_MONTHS - 1)[0].first, last)
    weeks = kpis.forecast(actor)
    codes = dict.fromkeys((*site.portal.supplier.currencies, *sorted({*reports, *(one.due.currency for one in weeks)})))
    sheets = tuple(
        _sheet(
            code,
            reports.get(code),
            months,
            weeks,
            kpis.standings(actor, group, first, last, currency=code, limit=_GREATEST),
        )
        for code in codes
        if code in reports or any(one.due.currency == code for one in weeks)
    )
    values = {"first": first, "last": last, "sheets": sheets, "behind": _BEHIND, "by": group.value, "groups": GROUPS}
    return page(site, actor, "desk_figures.html", values, here="desk_figures")


def documents(site: Site, request: Request, actor: Actor) -> Response:
    """Show the documents behind a figure, the greatest amounts first."""
    first, last = _span(site, request)
    wanted, code = request.query.get("what", ""), request.query.get("currency", "") or site.portal.supplier.currencies[0]
    what = Behind(wanted) if wanted in set(Behind) else Behind.OPEN
    after = request.query.get("after") or None
    found = site.portal.kpis.behind(actor, what, first, last, currency=code, after=after)
    values = {"first": first, "last": last, "what": what.value, "currency": code, "found": found}
    return page(site, actor, "desk_figures_documents.html", values, here="desk_figures")


def _span(site: Site, request: Request) -> tuple[date, date]:
    """Read the first and the last day; Refused `period.invalid` for what are no days, or come in the wrong order."""
    today = site.portal.ledger.today()
    try:
        last = date.fromisoformat(request.query.get("to") or today.isoformat())
        first = date.fromisoformat(request.query.get("from") or last.replace(day=1).isoformat())
    except ValueError:
        raise Refused("period.invalid", "Enter days such as 2026-01-31.", field="from") from None
    return Period(first, last).first, last


def _sheet(
    code: str, report: Report | None, months: Sequence[Movement], weeks: Sequence[ForecastWeek], greatest: Page[Standing]
) -> Sheet:
    own = tuple(one for one in months if one.currency == code)
    coming = tuple(one for one in weeks if one.due.currency == code)
    return Sheet(
        currency=code,
        report=report,
        months=own,
        month_chart=chart([(one.sales.minor, one.cash.minor, one.closing.minor) for one in own], (0, 1, 4)),
        weeks=coming,
        week_chart=chart([(one.due.minor, one.promised.minor, one.expected.minor) for one in coming], (1, 2, 0)),
        greatest=greatest,
    )
