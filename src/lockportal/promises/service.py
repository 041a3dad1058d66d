"""What an application asks of promises to pay."""

from __future__ import annotations

import builtins
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from lockportal.context import Context
from lockportal.core.actor import SYSTEM, Actor
from lockportal.core.days import check_period
from lockportal.core.errors import NotFound
from lockportal.core.money import Money
from lockportal.core.page import Page
from lockportal.documents.visibility.showing import visibility_of
from lockportal.payments.methods import MethodKind
from lockportal.payments.queries import SHOWN
from lockportal.promises.asking import Rulings
from lockportal.promises.commands import CancelPromise, DecidePromise, MakePromise, ReschedulePromise
from lockportal.promises.drafting import YEAR, PromiseChoice
from lockportal.promises.models import Part, Promise, PromiseMade
from lockportal.promises.queries import CASH, PROMISE, PROMISES, SHARES, VERDICTS, promise_of
from lockportal.promises.settings import PromisesSettings
from lockportal.promises.views import KeepingRate, PromisedWeek, PromiseList, PromiseRow, promise_row, rates_of, weeks_of

_MOST: Final = 200
_MOST_WEEKS: Final = 104


class Promises:
    """The promises to pay of a supplier's customers: `portal.promises`."""

    def __init__(self, context: Context) -> None:
        """Take the shell, what customers see, and the hook that decides."""
        self._shell = context.shell
        self._clock = context.clock
        self._signer = context.signer
        self._supplier = context.supplier
        self._visibility = visibility_of(context)
        self._settings = context.shell.settings(PromisesSettings)
        self._rulings = Rulings(context)

    # what a customer does, or staff on their behalf

    def make(
        self,
        account_id: UUID,
        by: Actor,
        *,
        currency: str,
        lines: Sequence[PromiseChoice] = (),
        amount: Money | None = None,
        on: date | None = None,
        parts: Sequence[Part] = (),
        note: str = "",
        method: MethodKind | None = None,
        key: str | None = None,
    ) -> PromiseRow:
        """Promise to pay documents, or an `amount` for the account, by a day or in parts that come to it.

        What the rules do not accept is proposed to staff. The same `key` again promises nothing more. Refused by `promise.…`.
        """
        command = self._command(account_id, currency, lines, amount, on, parts, note, method)
        receipt = self._shell.run(self._rulings.ruled(command, by), by, key=key)
        return self._rows(account_id, by, [self._stored(account_id, receipt.id, SYSTEM)])[0]

    def preview(
        self,
        account_id: UUID,
        by: Actor,
        *,
        currency: str,
        lines: Sequence[PromiseChoice] = (),
        amount: Money | None = None,
        on: date | None = None,
        parts: Sequence[Part] = (),
        note: str = "",
        method: MethodKind | None = None,
    ) -> PromiseRow:
        """Answer exactly what `make` would keep now, and whether staff would have to decide. Refused as that is."""
        command = self._command(account_id, currency, lines, amount, on, parts, note, method)
        events = self._shell.rehearse(self._rulings.ruled(command, by), by).events
        return self._rows(account_id, by, [one.promise for one in events if isinstance(one, PromiseMade)])[0]

    def reschedule(
        self,
        account_id: UUID,
        promise_id: UUID,
        by: Actor,
        *,
        on: date | None = None,
        parts: Sequence[Part] = (),
        note: str = "",
        key: str | None = None,
    ) -> PromiseRow:
        """Promise what has not come of an open promise anew; the old one stays as it was, as rescheduled."""
        command = ReschedulePromise(account_id=account_id, promise_id=promise_id, on=on, parts=tuple(parts), note=note)
        receipt = self._shell.run(self._rulings.ruled(command, by), by, key=key)
        return self._rows(account_id, by, [self._stored(account_id, receipt.id, SYSTEM)])[0]

    def cancel(self, account_id: UUID, promise_id: UUID, by: Actor, *, reason: str) -> None:
        """Call a promise off, with a reason."""
        self._shell.run(CancelPromise(account_id=account_id, promise_id=promise_id, reason=reason), by)

    def get(self, account_id: UUID, promise_id: UUID, by: Actor) -> PromiseRow:
        """Answer one promise."""
        return self._rows(account_id, by, [self._stored(account_id, promise_id, by)])[0]

    def list(self, account_id: UUID, by: Actor, *, waiting: bool = False) -> tuple[PromiseRow, ...]:
        """Answer an account's promises, the newest first, 200 at most: all, or those that are open or proposed."""
        rows = self._shell.ask(PROMISES, by, account_id=account_id, shape={"waiting": waiting}, limit=_MOST)
        return self._rows(account_id, by, [promise_of(row) for row in rows])

    def shares(self, account_id: UUID, by: Actor, documents: Sequence[UUID]) -> Mapping[UUID, Money]:
        """Answer what of these documents is promised and has not come; those of which nothing is are left out."""
        rows = self._shell.ask(SHARES, by, account_id=account_id, document=[*documents]) if documents else ()
        return {row.document_id: Money(int(row.minor), row.currency) for row in rows}

    def promised(self, account_id: UUID, by: Actor) -> tuple[Money, ...]:
        """Answer what of an account's balance is promised and has not come, by currency."""
        sums: dict[str, int] = {}
        for row in self._shell.ask(CASH, by, account_id=account_id, before=date.max):
            sums[row.currency] = sums.get(row.currency, 0) + int(row.minor)
        return tuple(Money(minor, currency) for currency, minor in sorted(sums.items()))

    # what staff does

    def decide(self, account_id: UUID, promise_id: UUID, by: Actor, *, accept: bool, reason: str = "") -> None:
        """Accept or decline what was proposed."""
        self._shell.run(DecidePromise(account_id=account_id, promise_id=promise_id, accept=accept, reason=reason), by)

    def book(
        self,
        by: Actor,
        which: PromiseList,
        *,
        account_id: UUID | None = None,
        after: str | None = None,
        limit: int = 50,
    ) -> Page[PromiseRow]:
        """Answer one of the lists of promises, of the whole book or of an account, the newest first. One statement."""
        limit, of = max(1, min(limit, _MOST)), f"promises/{which}"
        bound: dict[str, Any] = {}
        if which is PromiseList.AT_RISK:
            bound = {"today": self._today(), "year_ago": self._clock.now() - YEAR}
        if after is not None:
            at, last = self._signer.place(of, after)
            bound |= {"at": datetime.fromisoformat(at), "last": UUID(last)}
        shape = {"which": which, "after": after is not None}
        rows = self._shell.ask(PROMISES, by, account_id=account_id, shape=shape, limit=limit + 1, **bound)
        made = [(promise_of(row), row.customer_number or "", row.customer_name or "") for row in rows[:limit]]
        items = tuple(self._row(one, None, number, name) for one, number, name in made)
        if len(rows) <= limit:
            return Page(items)
        last_made = made[-1][0]
        return Page(items, self._signer.cursor(of, last_made.made_at.isoformat(), last_made.id.hex))

    def calendar(self, by: Actor, *, account_id: UUID | None = None, weeks: int = 8) -> tuple[PromisedWeek, ...]:
        """Answer what is promised by week, from this one on; what was due before today and has not come is late."""
        weeks, today = max(1, min(weeks, _MOST_WEEKS)), self._today()
        before = today - timedelta(days=today.weekday()) + timedelta(weeks=weeks)
        rows = self._shell.ask(CASH, by, account_id=account_id, before=before)
        return weeks_of(((row.on, row.currency, int(row.minor), int(row.promises)) for row in rows), today)

    def rates(
        self, by: Actor, *, account_id: UUID | None = None, first: date | None = None, last: date | None = None
    ) -> tuple[KeepingRate, ...]:
        """Answer how well promises were kept that were judged from a day to another: by default of the year up to today.

        Refused `period.out_of_range` beyond the years 1000 to 9998.
        """
        check_period(first=first, last=last)
        last = last or self._today()
        first = first or last - YEAR
        begin, end = self._supplier.end_of(first - timedelta(days=1)), self._supplier.end_of(last)
        rows = self._shell.ask(VERDICTS, by, account_id=account_id, begin=begin, end=end)
        return rates_of((row.currency, row.status, int(row.promises), int(row.promised), int(row.came)) for row in rows)

    # within

    def _command(
        self,
        account_id: UUID,
        currency: str,
        lines: Sequence[PromiseChoice],
        amount: Money | None,
        on: date | None,
        parts: Sequence[Part],
        note: str,
        method: MethodKind | None,
    ) -> MakePromise:
        return MakePromise(
            account_id=account_id,
            currency=currency,
            lines=tuple(lines),
            amount=amount,
            on=on,
            parts=tuple(parts),
            note=note,
            method=method,
        )

    def _stored(self, account_id: UUID, promise_id: UUID, by: Actor) -> Promise:
        rows = self._shell.ask(PROMISE, by, account_id=account_id, promise=promise_id)
        if not rows:
            raise NotFound("promise.not_found", "There is no such promise.")
        return promise_of(rows[0])

    def _rows(self, account_id: UUID, by: Actor, promises: builtins.list[Promise]) -> tuple[PromiseRow, ...]:
        ids = sorted({line.document_id for one in promises for line in one.lines})
        shape = {"hidden": self._visibility.hidden(by)}
        shown = self._shell.ask(SHOWN, SYSTEM, account_id=account_id, shape=shape, documents=ids) if ids else ()
        seen = {row.id for row in shown}
        return tuple(self._row(one, seen) for one in promises)

    def _row(self, promise: Promise, seen: set[UUID] | None, number: str = "", name: str = "") -> PromiseRow:
        return promise_row(promise, self._supplier, self._settings.grace_days, seen, number, name)

    def _today(self) -> date:
        return self._supplier.today(self._clock.now())
