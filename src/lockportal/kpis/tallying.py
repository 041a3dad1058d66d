"""What is counted of a period beside the movements of receivables: asked of the database, within one moment."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from attrs import frozen

from lockportal.core.days import EARLIEST
from lockportal.core.settings import Supplier
from lockportal.kpis import queries
from lockportal.kpis.adopting.models import Adoption
from lockportal.kpis.models import Closed, Disputed, Period
from lockportal.kpis.views import Tallies, settlements_of
from lockportal.promises.queries import VERDICTS
from lockportal.promises.views import rates_of
from lockportal.shell import Moment

_EPOCH: Final = date(1970, 1, 1)
_CUSTOMERS: Final = ("customers", "signed_in", "viewed", "paid", "promised", "disputed", "mails", "mails_returned")


@frozen
class Span:
    """The days of a period and the times at which they begin and end, of one account or of all."""

    period: Period
    begin: datetime
    end: datetime
    account_id: UUID | None

    @property
    def days(self) -> dict[str, Any]:
        """Answer the parameters of a question about days."""
        return {"first": self.period.first, "last": self.period.last}

    @property
    def times(self) -> dict[str, Any]:
        """Answer the parameters of a question about times."""
        return {"begin": self.begin, "end": self.end}


def span(period: Period, supplier: Supplier, account_id: UUID | None) -> Span:
    """Answer a period with its times in the supplier's zone."""
    return Span(period, supplier.end_of(period.first - timedelta(days=1)), supplier.end_of(period.last), account_id)


def tallies(moment: Moment, of: Span, habit_days: int) -> Tallies:
    """Count what happened in a period. Eight statements."""
    settled = moment.ask(queries.SETTLEMENTS, account_id=of.account_id, **of.days)
    issued = moment.ask(queries.DISPUTED, account_id=of.account_id, **of.days)
    closed = moment.ask(queries.CLOSED, account_id=of.account_id, **of.times)
    verdicts = moment.ask(VERDICTS, account_id=of.account_id, **of.times)
    rates = rates_of((row.currency, row.status, int(row.promises), int(row.promised), int(row.came)) for row in verdicts)
    return Tallies(
        settlements={row.currency: settlements_of(row.currency, *(int(one) for one in row[1:])) for row in settled},
        disputed={
            row.currency: Disputed(
                currency=row.currency,
                issued=row.issued,
                issued_minor=int(row.issued_minor),
                disputed=int(row.disputed),
                disputed_minor=int(row.disputed_minor),
            )
            for row in issued
        },
        closed={row.currency: Closed(currency=row.currency, disputes=row[1], seconds=int(row[2])) for row in closed},
        promises={rate.currency: rate for rate in rates},
        adoption=adoption(moment, of, habit_days),
    )


def adoption(moment: Moment, of: Span, habit_days: int) -> Mapping[str, Adoption]:
    """Count by currency what customers did by themselves. Four statements."""
    shape = {"one": of.account_id is not None}
    whose: dict[str, Any] = {} if of.account_id is None else {"account": of.account_id}
    found: dict[str, dict[str, int]] = {}
    for row in moment.ask(queries.CUSTOMERS, shape=shape, **of.days, **of.times, **whose):
        found.setdefault(row.currency, {}).update({name: int(getattr(row, name)) for name in _CUSTOMERS})
    for row in moment.ask(queries.ACTS, account_id=of.account_id, **of.times):
        own = "links_visited" if row.what == "links" else f"own_{row.what}"
        found.setdefault(row.currency, {}).update({row.what: int(row.done), own: int(row.own)})
    for row in moment.ask(queries.OWN_CASH, account_id=of.account_id, **of.days):
        found.setdefault(row.currency, {}).update({"cash": int(row.cash), "own_cash": int(row.own_cash)})
    late: dict[str, Any] = {"first": EARLIEST, "last": of.period.last, "since": of.period.first, "end": of.end}
    for row in moment.ask(queries.LATENESS, shape=shape, **late, epoch=_EPOCH, habit_days=habit_days, **whose):
        numbers = (row.before, row.days_before, row.since, row.days_since)
        names = ("before", "days_before", "since", "days_since")
        found.setdefault(row.currency, {}).update(zip(names, (int(one) for one in numbers), strict=True))
    return {currency: Adoption(currency=currency, **counts) for currency, counts in found.items()}
