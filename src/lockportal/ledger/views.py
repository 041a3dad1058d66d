"""Answers about the ledger, pure: the same figures that the queries give, told from entries in memory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from uuid import UUID

from attrs import evolve, frozen

from lockportal.core.account import Account, Change
from lockportal.core.money import Money
from lockportal.core.record import Record
from lockportal.ledger.models import AgingBasis, DueBalance, Entry, EntryKind, due_balance_id


@frozen
class Bucket:
    """One bucket of an aging: its label, the days past due it spans (None is open), how many items, and how much."""

    label: str
    first_day: int | None
    last_day: int | None
    count: int
    amount: Money


@frozen
class Aging:
    """What is open in one currency as of a day: the buckets, and the credit that is not applied to any item.

    `balance` is the sum of the buckets less the unapplied credit, always.
    """

    currency: str
    as_of: date
    buckets: tuple[Bucket, ...]
    unapplied: Money
    credits: int

    @property
    def open_items(self) -> Money:
        """Answer the sum of the buckets."""
        return Money(sum(bucket.amount.minor for bucket in self.buckets), self.currency)

    @property
    def balance(self) -> Money:
        """Answer what is owed after all credit."""
        return self.open_items - self.unapplied

    @property
    def overdue(self) -> Money:
        """Answer the sum of all buckets but the current one."""
        return Money(sum(bucket.amount.minor for bucket in self.buckets[1:]), self.currency)


@frozen
class DueDate:
    """What falls due on one day."""

    due_on: date
    count: int
    amount: Money


@frozen(kw_only=True)
class AccountBalance:
    """What one account owes in one currency after all credit, and what of its open items is overdue."""

    account_id: UUID
    currency: str
    balance: Money
    overdue: Money


@frozen(kw_only=True)
class Position:
    """Where a customer stands in one currency today; amounts in that currency, `oldest_due` the earliest open due date."""

    currency: str
    balance: Money
    open_items: Money
    unapplied: Money
    overdue: Money
    buckets: tuple[Bucket, ...]
    upcoming: tuple[DueDate, ...]
    oldest_due: date | None


@frozen
class RollForward:
    """How one currency's receivables moved in a period: opening + the movements by kind = closing."""

    currency: str
    opening: Money
    movements: tuple[tuple[EntryKind, Money], ...]
    closing: Money


def bucket_bounds(buckets: Sequence[int]) -> tuple[tuple[str, int | None, int | None], ...]:
    """Answer (label, first day, last day) of each bucket: `current`, `1-30` …, `over 120`."""
    bounds: list[tuple[str, int | None, int | None]] = [("current", None, 0)]
    first = 1
    for last in buckets:
        bounds.append((f"{first}-{last}", first, last))
        first = last + 1
    bounds.append((f"over {first - 1}", first, None))
    return tuple(bounds)


def bucket_edges(buckets: Sequence[int], as_of: date) -> tuple[date, ...]:
    """Answer the earliest date of each bucket but the last: an item dated on or after edge n (and before n-1) is in bucket n."""
    past = as_of.toordinal() - 1  # as many days as the calendar has before this one
    return tuple(as_of - timedelta(days=min(days, past)) for days in (0, *buckets))


def make_aging(rows: Iterable[tuple[str, int | None, int, int]], buckets: Sequence[int], as_of: date) -> tuple[Aging, ...]:
    """Build agings from (currency, bucket number or None for unapplied credit, count, minor units), sorted by currency."""
    found: dict[str, dict[int | None, tuple[int, int]]] = defaultdict(dict)
    for currency, number, count, minor in rows:
        found[currency][number] = (count, minor)
    bounds = bucket_bounds(buckets)
    made = []
    for currency in sorted(found):
        cells = found[currency]
        filled = tuple(
            Bucket(label, first, last, cells.get(n, (0, 0))[0], Money(cells.get(n, (0, 0))[1], currency))
            for n, (label, first, last) in enumerate(bounds)
        )
        given, minor = cells.get(None, (0, 0))
        made.append(Aging(currency, as_of, filled, Money(-minor, currency), given))
    return tuple(made)


def aging(
    entries: Iterable[Entry], as_of: date, basis: AgingBasis = AgingBasis.DUE, buckets: Sequence[int] = (30, 60, 90, 120)
) -> tuple[Aging, ...]:
    """Age what is open as of a day: what was effective by then and not yet settled; current is what is due that day or later."""
    open_: dict[tuple[UUID, str, date | None], int] = defaultdict(int)
    for entry in entries:
        if entry.effective_on <= as_of:
            dated = entry.due_on if basis is AgingBasis.DUE or entry.due_on is None else entry.issued_on
            open_[entry.item_id, entry.amount.currency, dated] += entry.amount.minor
    cells: dict[tuple[str, int | None], list[int]] = defaultdict(lambda: [0, 0])
    edges = bucket_edges(buckets, as_of)
    for (_, currency, dated), minor in open_.items():
        if minor:
            number = None if dated is None else next((n for n, edge in enumerate(edges) if dated >= edge), len(edges))
            cell = cells[currency, number]
            cell[0] += 1
            cell[1] += minor
    return make_aging(((currency, n, count, minor) for (currency, n), (count, minor) in cells.items()), buckets, as_of)


def last_day(first: date, days: int) -> date:
    """Answer the day so many days later, or the last (below zero, the first) of the calendar."""
    return date.fromordinal(max(date.min.toordinal(), min(first.toordinal() + days, date.max.toordinal())))


def projection(entries: Iterable[Entry], today: date, days: int = 90) -> tuple[DueDate, ...]:
    """Tell what falls due from a day to so many days later, of what is open as of that day, by currency and due date."""
    open_: dict[tuple[UUID, str, date], int] = defaultdict(int)
    for entry in entries:
        if entry.effective_on <= today and entry.due_on is not None and today <= entry.due_on <= last_day(today, days):
            open_[entry.item_id, entry.amount.currency, entry.due_on] += entry.amount.minor
    sums: dict[tuple[str, date], list[int]] = defaultdict(lambda: [0, 0])
    for (_, currency, due_on), minor in open_.items():
        if minor:
            cell = sums[currency, due_on]
            cell[0] += 1
            cell[1] += minor
    return tuple(DueDate(due_on, count, Money(minor, currency)) for (currency, due_on), (count, minor) in sorted(sums.items()))


def roll_forward(entries: Iterable[Entry], first: date, last: date) -> tuple[RollForward, ...]:
    """Tell how the receivables moved from the start of the first day to the end of the last, by effective date."""
    opening: dict[str, int] = defaultdict(int)
    moved: dict[str, dict[EntryKind, int]] = defaultdict(lambda: defaultdict(int))
    for entry in entries:
        if entry.effective_on < first:
            opening[entry.amount.currency] += entry.amount.minor
        elif entry.effective_on <= last:
            moved[entry.amount.currency][entry.kind] += entry.amount.minor
    return make_roll_forward(opening, moved)


def make_roll_forward(opening: dict[str, int], moved: dict[str, dict[EntryKind, int]]) -> tuple[RollForward, ...]:
    """Build roll-forwards from opening balances and movements in minor units, sorted by currency and kind."""
    made = []
    for currency in sorted({*opening, *moved}):
        kinds = moved.get(currency, {})
        movements = tuple((kind, Money(kinds[kind], currency)) for kind in EntryKind if kind in kinds)
        begun = Money(opening.get(currency, 0), currency)
        made.append(RollForward(currency, begun, movements, Money(begun.minor + sum(kinds.values()), currency)))
    return tuple(made)


def due_balances(entries: Iterable[Entry]) -> dict[tuple[UUID, str, date | None], tuple[int, int]]:
    """Recompute the due balances: (account, currency, due date) → (minor units, open items), zeros left out."""
    sums: dict[tuple[UUID, str, date | None], list[int]] = defaultdict(lambda: [0, 0])
    for entry in entries:
        cell = sums[entry.account_id, entry.amount.currency, entry.due_on]
        cell[0] += entry.amount.minor
        cell[1] += entry.opened
    return {key: (minor, count) for key, (minor, count) in sums.items() if minor or count}


def recomputed(due: DueBalance) -> DueBalance:
    """Answer a due balance under the id that its currency and date give it."""
    return evolve(due, id=due_balance_id(due.account_id, due.amount.currency, due.due_on))


def derive_due_balances(account: Account, changes: Sequence[Change]) -> Sequence[Record]:
    """Keep the due balances beside new entries: pure, in the same commit."""
    moved = due_balances(change.after for change in changes if isinstance(change.after, Entry))
    keys = {key: due_balance_id(account.id, key[1], key[2]) for key in moved}
    account.require(DueBalance, list(keys.values()))
    made = []
    for key, (minor, count) in moved.items():
        _, currency, due_on = key
        before = account.find(DueBalance, keys[key])
        old_minor, old_items = (0, 0) if before is None else (before.amount.minor, before.item_count)
        made.append(
            DueBalance(
                id=keys[key],
                account_id=account.id,
                due_on=due_on,
                amount=Money(old_minor + minor, currency),
                item_count=old_items + count,
            )
        )
    return made
