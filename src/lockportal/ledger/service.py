"""What an application asks of the ledger: positions, agings, roll-forwards, projections, and whether all of it ties out."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from uuid import UUID

from lockportal.context import Context
from lockportal.core.actor import Actor
from lockportal.core.money import Money
from lockportal.core.verify import Finding
from lockportal.ledger import queries
from lockportal.ledger.commands import RecordCredit
from lockportal.ledger.models import AgingBasis, EntryKind, LedgerSettings
from lockportal.ledger.views import (
    Aging,
    DueDate,
    Position,
    RollForward,
    bucket_edges,
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
        today, settings = self.today(), self._settings()
        edges = self._edges(today)
        with self._shell.moment(by) as moment:
            shape = {"buckets": len(settings.buckets)}
            aged = moment.ask(queries.CURRENT_AGING, account_id=account_id, shape=shape, **edges)
            coming = moment.ask(queries.UPCOMING, account_id=account_id, as_of=today, days=_SHOWN)
        upcoming: dict[str, list[DueDate]] = defaultdict(list)
        for row in coming:
            upcoming[row.currency].append(DueDate(row.due_on, int(row.item_count), Money(int(row.minor), row.currency)))
        oldest = {}
        for row in aged:
            if row.oldest is not None:
                oldest[row.currency] = min(row.oldest, oldest.get(row.currency, row.oldest))
        agings = make_aging(((r.currency, r.bucket, int(r.item_count), int(r.minor)) for r in aged), settings.buckets, today)
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
            for made in agings
        )

    def aging(
        self, by: Actor, *, as_of: date | None = None, basis: AgingBasis | None = None, account_id: UUID | None = None
    ) -> tuple[Aging, ...]:
        """Age one account, or all that this actor may read, as of a day (today if None), by due or issue date.

        Without a day and by due date, the answer comes from the due balances and takes everything posted so far.
        """
        settings = self._settings()
        basis = basis or settings.aging_by
        day, shape = as_of or self.today(), {"buckets": len(settings.buckets)}
        if as_of is None and basis is AgingBasis.DUE:
            rows = self._shell.ask(queries.CURRENT_AGING, by, account_id=account_id, shape=shape, **self._edges(day))
        else:
            shape_of_day = {**shape, "basis": basis}
            edges = self._edges(day)
            rows = self._shell.ask(queries.PAST_AGING, by, account_id=account_id, shape=shape_of_day, as_of=day, **edges)
        return make_aging(((r.currency, r.bucket, int(r.item_count), int(r.minor)) for r in rows), settings.buckets, day)

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
        """Answer what falls due from today on, the next `days` due dates of each currency: the cash to expect if all pay in time."""
        rows = self._shell.ask(queries.UPCOMING, by, account_id=account_id, as_of=self.today(), days=days)
        return tuple(DueDate(row.due_on, int(row.item_count), Money(int(row.minor), row.currency)) for row in rows)

    def record_credit(
        self, account_id: UUID, amount: Money, received_on: date, by: Actor, *, reference: str = "", key: str | None = None
    ) -> UUID:
        """Record money that no document is named for; answer the id of the credit. `amount` is positive."""
        command = RecordCredit(account_id=account_id, amount=amount, received_on=received_on, reference=reference)
        return self._shell.run(command, by, key=key).id

    def verify(self, by: Actor) -> tuple[Finding, ...]:
        """Recompute the due balances from the entries; answer what differs."""
        rows = self._shell.ask(queries.WRONG_DUE_BALANCES, by, limit=_FINDINGS)
        return tuple(
            Finding(
                "ledger.due_balance",
                str(row.account_id),
                f"{row.currency} due {row.due_on}: kept and recomputed differ by {row.minor} minor units, {row.item_count} items",
            )
            for row in rows
        )

    def _settings(self) -> LedgerSettings:
        found = self._shell.options.get(LedgerSettings)
        return found if isinstance(found, LedgerSettings) else LedgerSettings()

    def _edges(self, day: date) -> dict[str, date]:
        return {f"edge_{n}": edge for n, edge in enumerate(bucket_edges(self._settings().buckets, day))}
