"""What an application asks of key figures: `portal.kpis`, as of any day, for staff."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from lockportal.context import Context
from lockportal.core.actor import Actor
from lockportal.core.money import Money
from lockportal.core.page import Page
from lockportal.kpis import formulae, queries
from lockportal.kpis.habits import ExpectedPayment, ForecastWeek, Habit, expected, forecast, monday
from lockportal.kpis.models import Behind, BehindRow, Group, KpisSettings, Movement, Period, Standing
from lockportal.kpis.tallying import span, tallies
from lockportal.kpis.views import Report, movements, report
from lockportal.promises.queries import CASH
from lockportal.shell import Moment

_MOST: Final = 200
_MOST_WEEKS: Final = 104


class Kpis:
    """The key figures of one supplier's receivables."""

    def __init__(self, context: Context) -> None:
        """Keep the context."""
        self._shell = context.shell
        self._clock = context.clock
        self._signer = context.signer
        self._supplier = context.supplier
        self._settings = context.shell.settings(KpisSettings)

    def report(self, by: Actor, first: date, last: date, *, account_id: UUID | None = None) -> tuple[Report, ...]:
        """Answer every key figure of the days from `first` to `last`, by currency; of one customer, or of all. Nine statements.

        Refused by `period.…`.
        """
        period = Period(first, last)
        periods = (*period.before(self._settings.countback_months), period)
        with self._shell.moment(by) as moment:
            moved = self._movements(moment, periods, account_id)
            counted = tallies(moment, span(period, self._supplier, account_id), self._settings.habit_days)
        return tuple(report(own[-1], own[:-1], counted, self._settings.targets) for own in moved.values())

    def series(self, by: Actor, first: date, last: date, *, account_id: UUID | None = None) -> tuple[Movement, ...]:
        """Answer how receivables moved in each month from `first` to `last`, by currency, the oldest first. One statement.

        The first and the last month are cut at these days. Refused `period.too_long` for more than a hundred and twenty.
        """
        with self._shell.moment(by) as moment:
            moved = self._movements(moment, Period(first, last).by_month(), account_id)
        return tuple(movement for own in moved.values() for movement in own)

    def standings(
        self,
        by: Actor,
        group: Group,
        first: date,
        last: date,
        *,
        currency: str | None = None,
        after: str | None = None,
        limit: int = 25,
    ) -> Page[Standing]:
        """Answer how the receivables of each customer, collector, kind of terms or segment moved; who owes most comes first.

        In one currency, the supplier's first if None is named. Customers in whose ledger nothing stands and nothing moved are
        left out. One statement.
        """
        period, code = Period(first, last), currency or self._supplier.currencies[0]
        params: dict[str, Any] = {}
        kind = f"kpis.{group.value}.{code}"
        if after is not None:
            closing, key = self._signer.place(kind, after)
            params = {"place": closing, "key": key}
        limit = max(1, min(limit, _MOST))
        rows = self._shell.ask(
            queries.STANDINGS,
            by,
            shape=self._shape(group) | {"after": after is not None},
            first=period.first,
            last=period.last,
            currency=code,
            limit=limit + 1,
            **params,
        )
        shown = tuple(_standing(row, code, period) for row in rows[:limit])
        more = len(rows) > limit
        return Page(shown, self._signer.cursor(kind, shown[-1].closing.minor, shown[-1].key) if more else None)

    def behind(
        self,
        by: Actor,
        what: Behind,
        first: date,
        last: date,
        *,
        currency: str | None = None,
        account_id: UUID | None = None,
        after: str | None = None,
        limit: int = 25,
    ) -> Page[BehindRow]:
        """List the documents behind a figure, the greatest amounts first; of one customer, or of all. One statement.

        What was open, current or overdue at the end of `last`; or settled late, or issued and disputed, from `first` to `last`.
        """
        period, code = Period(first, last), currency or self._supplier.currencies[0]
        params: dict[str, Any] = {}
        kind = f"kpis.{what.value}.{code}"
        if after is not None:
            amount, document = self._signer.place(kind, after)
            params = {"place": amount, "document": UUID(document)}
        limit = max(1, min(limit, _MOST))
        rows = self._shell.ask(
            queries.BEHIND,
            by,
            account_id=account_id,
            shape={"what": what, "after": after is not None},
            first=period.first,
            last=period.last,
            currency=code,
            limit=limit + 1,
            **params,
        )
        shown = tuple(_behind(row, code, period.last) for row in rows[:limit])
        more = len(rows) > limit
        return Page(shown, self._signer.cursor(kind, shown[-1].amount.minor, str(shown[-1].document_id)) if more else None)

    # when money will come

    def habit(self, account_id: UUID, by: Actor) -> Habit | None:
        """Answer how late a customer pays, by what they settled lately; None of too few invoices. One statement."""
        rows = self._shell.ask(queries.HABITS, by, account_id=account_id, **self._lately())
        return _habit(rows[0]) if rows else None

    def expected(
        self, account_id: UUID, by: Actor, *, currency: str | None = None, after: str | None = None, limit: int = 25
    ) -> Page[ExpectedPayment]:
        """Tell of each open document of a customer when it is expected to be paid, the greatest first. Two statements.

        By the customer's habit, which bears its interval; where there is none, when it is due. In one currency, as `behind`.
        """
        today = self._today()
        page = self.behind(by, Behind.OPEN, today, today, currency=currency, account_id=account_id, after=after, limit=limit)
        known = self.habit(account_id, by)
        return Page(tuple(_expected(row, known, today) for row in page.items), page.after)

    def forecast(self, by: Actor, *, weeks: int = 13, account_id: UUID | None = None) -> tuple[ForecastWeek, ...]:
        """Answer the cash of this week and those that follow: due, promised, expected by habit; by currency. Two statements.

        Due and expected are of what is open now, each by itself: a promise takes nothing off what is expected.
        """
        today, weeks = self._today(), max(1, min(weeks, _MOST_WEEKS))
        first = monday(today)
        with self._shell.moment(by) as moment:
            rows = moment.ask(queries.FORECAST, account_id=account_id, today=today, monday=first, weeks=weeks, **self._lately())
            said = moment.ask(CASH, account_id=account_id, before=first + timedelta(weeks=weeks))
        cells = [("due", row.due_week, row.currency, int(row.minor)) for row in rows if row.due_week < weeks]
        cells += [("expected", row.expected_week, row.currency, int(row.minor)) for row in rows if row.expected_week < weeks]
        return forecast(cells, ((row.on, row.currency, int(row.minor)) for row in said), today, weeks)

    # within

    def _shape(self, group: Group) -> dict[str, Any]:
        shape: dict[str, Any] = {"group": group, "sales": self._settings.sales}
        if group is Group.SEGMENT:
            usual = (self._supplier.languages[0], self._supplier.currencies[0])
            shape |= {"segments": tuple(self._settings.segments.items()), "usual": usual}
        return shape

    def _today(self) -> date:
        return self._supplier.today(self._clock.now())

    def _lately(self) -> dict[str, Any]:
        today = self._today()
        return {"first": today - timedelta(days=self._settings.habit_days), "last": today}

    def _movements(self, moment: Moment, periods: Sequence[Period], account_id: UUID | None) -> dict[str, tuple[Movement, ...]]:
        ends = {f"end_{number}": period.last for number, period in enumerate(periods, 1)}
        shape = {"periods": len(periods)}
        rows = moment.ask(queries.CELLS, account_id=account_id, shape=shape, begin=periods[0].first, **ends)
        cells = ((row.currency, row.place, row.due, row.kind, int(row.minor)) for row in rows)
        return movements(cells, periods, self._settings.sales)


def _standing(row: Any, currency: str, period: Period) -> Standing:  # noqa: ANN401 - a row of STANDINGS
    names = ("opening", "sales", "cash", "closing", "current")
    opening, sales, _, closing, current = minors = tuple(int(getattr(row, name)) for name in names)
    simple, best = formulae.dso(closing, sales, period.days), formulae.best_possible_dso(current, sales, period.days)
    return Standing(
        key=row.key,
        name=row.name,
        account_id=row.account_id,
        dso=simple,
        delinquent=formulae.average_days_delinquent(simple, best),
        effectiveness=formulae.collection_effectiveness(opening, sales, closing, current, period.months),
        **{name: Money(minor, currency) for name, minor in zip(names, minors, strict=True)},
    )


def _behind(row: Any, currency: str, day: date) -> BehindRow:  # noqa: ANN401 - a row of BEHIND
    ended = row.settled_on or day
    return BehindRow(
        account_id=row.account_id,
        document_id=row.document_id,
        number=row.number,
        customer_number=row.customer_number or "",
        customer_name=row.customer_name or "",
        issued_on=row.issued_on,
        due_on=row.due_on,
        settled_on=row.settled_on,
        days=0 if row.due_on is None else max((ended - row.due_on).days, 0),
        amount=Money(int(row.minor), currency),
    )


def _habit(row: Any) -> Habit:  # noqa: ANN401 - a row of HABITS
    return Habit(account_id=row.account_id, invoices=row.invoices, earliest=row.earliest, usual=row.usual, latest=row.latest)


def _expected(row: BehindRow, known: Habit | None, today: date) -> ExpectedPayment:
    due_on = row.due_on or row.issued_on
    usual, earliest, latest = expected(due_on, known, today)
    return ExpectedPayment(
        document_id=row.document_id,
        number=row.number,
        amount=row.amount,
        due_on=due_on,
        expected_on=usual,
        earliest_on=earliest,
        latest_on=latest,
        invoices=0 if known is None else known.invoices,
    )
