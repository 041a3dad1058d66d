"""What an application asks of the ledger: positions, agings, roll-forwards, projections, and whether all of it ties out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from lockportal.context import Context
from lockportal.core.actor import Actor
from lockportal.core.money import Money
from lockportal.core.verify import Finding
from lockportal.ledger import queries
from lockportal.ledger.commands import RecordCredit
from lockportal.ledger.models import AgingBasis, EntryKind, LedgerSettings
from lockportal.ledger.views import (
    AccountBalance,
    Aging,
    DueDate,
    Position,
    RollForward,
    bucket_edges,
    last_day,
    make_aging,
    make_roll_forward,
)

_SHOWN = 5
_FINDINGS = 100


class Ledger:
    """The receivables ledger of one supplier."""

    def __init__(self, context: Context) -> None:
        """Keep the context."""
        self._shell = context.shell
        self._clock = context.clock
        self._supplier = context.supplier

    def today(self) -> date:
        """Answer the supplier's date, from which today's aging counts."""
        return self._supplier.today(self._clock.now())

    def position(self, account_id: UUID, by: Actor) -> tuple[Position, ...]:
        """Answer where a customer stands today, one position for each currency with anything open; two statements."""
        today, settings = self.today(), self._shell.settings(LedgerSettings)
        edges = self._edges(today)
        with self._shell.moment(by) as moment:
            shape = {"buckets": len(settings.buckets)}
            aged = moment.ask(queries.CURRENT_AGING, account_id=account_id, shape=shape, as_of=today, **edges)
            coming = moment.ask(queries.UPCOMING, account_id=account_id, as_of=today, dates=_SHOWN)
        upcoming: dict[str, list[DueDate]] = defaultdict(list)
        for row in coming:
            upcoming[row.currency].append(_due_date(row))
        oldest: dict[str, date] = {}
        for row in aged:
            if row.oldest is not None:
                oldest[row.currency] = min(row.oldest, oldest.get(row.currency, row.oldest))
        return tuple(
            Position(
                currency=made.currency,
                balance=made.balance,
                open_items=made.open_items,
                unapplied=made.unapplied,
                overdue=made.overdue,
                buckets=made.buckets,
                upcoming=tuple(upcoming[made.currency]),
                oldest_due=oldest.get(made.currency),
            )
            for made in self._agings(aged, today)
        )

    def balances(self, account_ids: Iterable[UUID], by: Actor) -> tuple[AccountBalance, ...]:
        """Answer what each of some accounts owes today, by account and currency, but for what is settled; one statement.

        What this actor may not read is left out, as what does not exist.
        """
        rows = self._shell.ask(queries.BALANCES, by, shown=list(account_ids), as_of=self.today())
        return tuple(
            AccountBalance(
                account_id=row.account_id,
                currency=row.currency,
                balance=Money(int(row.minor), row.currency),
                overdue=Money(int(row.overdue), row.currency),
            )
            for row in sorted(rows, key=lambda row: (row.account_id, row.currency))
            if row.minor or row.overdue
        )

    def aging(
        self, by: Actor, *, as_of: date | None = None, basis: AgingBasis | None = None, account_id: UUID | None = None
    ) -> tuple[Aging, ...]:
        """Age one account, or all that this actor may read, as of a day (today if None), by due or issue date.

        Without a day and by due date, the answer comes from the due balances.
        """
        settings = self._shell.settings(LedgerSettings)
        basis, day = basis or settings.aging_by, as_of or self.today()
        shape: dict[str, object] = {"buckets": len(settings.buckets)}
        bound: dict[str, date] = {"as_of": day, **self._edges(day)}
        question = queries.CURRENT_AGING
        if as_of is not None or basis is AgingBasis.ISSUE:
            question, shape["basis"] = queries.PAST_AGING, basis
        return self._agings(self._shell.ask(question, by, account_id=account_id, shape=shape, **bound), day)

    def roll_forward(self, first: date, last: date, by: Actor, *, account_id: UUID | None = None) -> tuple[RollForward, ...]:
        """Tell how receivables moved from the start of the first day to the end of the last, by currency and kind."""
        rows = self._shell.ask(queries.MOVEMENTS, by, account_id=account_id, first=first, last=last)
        opening: dict[str, int] = defaultdict(int)
        moved: dict[str, dict[EntryKind, int]] = defaultdict(dict)
        for row in rows:
            if row.before:
                opening[row.currency] += int(row.minor)
            else:
                moved[row.currency][row.kind] = int(row.minor)
        return make_roll_forward(opening, moved)

    def projection(self, by: Actor, *, days: int = 90, account_id: UUID | None = None) -> tuple[DueDate, ...]:
        """Answer what falls due from today to `days` days from now, by currency and day: the cash to expect if all pay."""
        today = self.today()
        until = last_day(today, days)
        rows = self._shell.ask(queries.PROJECTION, by, account_id=account_id, as_of=today, until=until)
        return tuple(_due_date(row) for row in rows)

    def record_credit(
        self,
        account_id: UUID,
        amount: Money,
        received_on: date,
        by: Actor,
        *,
        reference: str = "",
        key: str | None = None,
    ) -> UUID:
        """Record money that no document is named for; answer the id of the credit. `amount` is positive."""
        command = RecordCredit(account_id=account_id, amount=amount, received_on=received_on, reference=reference)
        return self._shell.run(command, by, key=key).id

    def verify(self, by: Actor) -> tuple[Finding, ...]:
        """Recompute from the entries' amounts what is kept beside them; answer what differs, the first hundred of each kind."""
        dues = self._shell.ask(queries.WRONG_DUE_BALANCES, by, limit=_FINDINGS)
        chains = self._shell.ask(queries.WRONG_ITEM_BALANCES, by, limit=_FINDINGS)
        given = self._shell.ask(queries.WRONG_CREDITS, by, limit=_FINDINGS)
        return (
            *(
                Finding(
                    "ledger.due_balance",
                    str(row.account_id),
                    f"{row.currency} due {row.due_on}: what is kept differs from its entries by {row.minor} minor units"
                    f" and {row.item_count} items",
                )
                for row in dues
            ),
            *(
                Finding("ledger.item_balance", str(row.item_id), "the balances of its entries do not follow from their amounts")
                for row in chains
            ),
            *(
                Finding("ledger.credit", str(row.id), f"the credit says {row.balance_minor}, its entries {row.minor} minor units")
                for row in given
            ),
        )

    def _edges(self, day: date) -> dict[str, date]:
        return {f"edge_{n}": edge for n, edge in enumerate(bucket_edges(self._shell.settings(LedgerSettings).buckets, day))}

    def _agings(self, rows: Iterable[Any], day: date) -> tuple[Aging, ...]:
        cells = ((row.currency, row.bucket, int(row.item_count), int(row.minor)) for row in rows)
        return make_aging(cells, self._shell.settings(LedgerSettings).buckets, day)


def _due_date(row: Any) -> DueDate:  # noqa: ANN401 - a row of UPCOMING
    return DueDate(row.due_on, int(row.item_count), Money(int(row.minor), row.currency))
