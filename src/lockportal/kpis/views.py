"""Key figures, pure: from the cells that the database sums up, or from entries, documents and disputes in memory alike."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Final
from uuid import UUID

from attrs import frozen

from lockportal.core.money import Money
from lockportal.disputes.models import Dispute
from lockportal.documents.models import Document
from lockportal.kpis import formulae
from lockportal.kpis.adopting.models import Adoption
from lockportal.kpis.adopting.views import portal_figures
from lockportal.kpis.figures import Figure, Kpi, figure
from lockportal.kpis.models import BILLED, CASH, ISSUED, Closed, Disputed, Movement, Period, Settlements
from lockportal.ledger.models import Entry, EntryKind
from lockportal.promises.views import KeepingRate

_DAY: Final = 86_400

Cell = tuple[str, int, int, EntryKind, int]
"""Currency, period of the entry (0 is before all of them), last period at whose end its item is current, kind, minor units."""


@frozen(kw_only=True)
class Report:
    """The key figures of one currency and period, with how the receivables moved."""

    movement: Movement
    figures: tuple[Figure, ...]

    @property
    def currency(self) -> str:
        """Answer the currency."""
        return self.movement.currency

    @property
    def period(self) -> Period:
        """Answer the period."""
        return self.movement.period

    @property
    def aimed(self) -> bool:
        """Say whether any of the figures has a target."""
        return any(one.target is not None for one in self.figures)

    def __getitem__(self, kpi: Kpi) -> Figure:
        """Answer one figure."""
        return next(figure for figure in self.figures if figure.kpi is kpi)


@frozen(kw_only=True)
class Tallies:
    """What is counted of a period beside the movements, by currency."""

    settlements: Mapping[str, Settlements]
    disputed: Mapping[str, Disputed]
    closed: Mapping[str, Closed]
    promises: Mapping[str, KeepingRate]
    adoption: Mapping[str, Adoption]


def cells(entries: Iterable[Entry], periods: Sequence[Period]) -> tuple[Cell, ...]:
    """Sum entries up to cells: what the database answers."""
    sums: dict[tuple[str, int, int, EntryKind], int] = defaultdict(int)
    for entry in entries:
        if entry.effective_on <= periods[-1].last:
            place = sum(1 for one in periods if entry.effective_on >= one.first)
            due = 0 if entry.due_on is None else sum(1 for one in periods if entry.due_on >= one.last)
            sums[entry.amount.currency, place, due, entry.kind] += entry.amount.minor
    return tuple((*key, minor) for key, minor in sorted(sums.items()))


def movements(found: Iterable[Cell], periods: Sequence[Period], sales: Collection[EntryKind]) -> dict[str, tuple[Movement, ...]]:
    """Tell by currency how receivables moved in each of some periods that follow each other."""
    by_currency: dict[str, list[Cell]] = defaultdict(list)
    for cell in found:
        by_currency[cell[0]].append(cell)
    return {currency: _moved(own, currency, periods, sales) for currency, own in sorted(by_currency.items())}


def _moved(found: Sequence[Cell], currency: str, periods: Sequence[Period], sales: Collection[EntryKind]) -> tuple[Movement, ...]:
    made = []
    opening = sum(minor for _, place, _, _, minor in found if place == 0)
    for number, period in enumerate(periods, 1):
        sold = cash = credits_ = every = 0
        for _, place, _, kind, minor in found:
            if place == number:
                every += minor
                if kind in sales:
                    sold += minor
                elif kind in CASH:
                    cash -= minor
                elif kind is EntryKind.CREDIT_MEMO:
                    credits_ -= minor
        other = every - sold + cash + credits_
        closing = formulae.rolled_forward(opening, sold, cash, credits_, other)
        current = sum(minor for _, place, due, _, minor in found if place <= number <= due)
        amounts = {
            "opening": opening,
            "sales": sold,
            "cash": cash,
            "credits": credits_,
            "other": other,
            "closing": closing,
            "current": current,
        }
        made.append(Movement(period=period, **{name: Money(minor, currency) for name, minor in amounts.items()}))
        opening = closing
    return tuple(made)


def settlements(entries: Iterable[Entry], documents: Mapping[UUID, Document], period: Period) -> dict[str, Settlements]:
    """Tally by currency the invoices that were settled in a period: nothing is open of them at its end."""
    open_: dict[tuple[UUID, str], int] = defaultdict(int)
    moved: dict[tuple[UUID, str], date] = {}
    for entry in entries:
        if entry.effective_on <= period.last:
            key = (entry.item_id, entry.amount.currency)
            open_[key] += entry.amount.minor
            moved[key] = max(moved.get(key, entry.effective_on), entry.effective_on)
    sums: dict[str, list[int]] = defaultdict(lambda: [0] * 8)
    for (item, currency), minor in open_.items():
        document, settled_on = documents.get(item), moved[item, currency]
        if minor or settled_on < period.first or document is None or document.kind not in BILLED:
            continue
        amount, due_on = 0 if document.payable is None else document.payable.minor, document.due_on or settled_on
        took = (settled_on - document.issued_on).days
        late = max((settled_on - due_on).days, 0)
        for place, more in enumerate((1, late > 0, amount, amount * (late > 0), took, late, took * amount, late * amount)):
            sums[currency][place] += more
    return {currency: settlements_of(currency, *found) for currency, found in sums.items()}


def settlements_of(currency: str, *sums: int) -> Settlements:
    """Make a tally of its sums, in the order of its fields."""
    names = (
        "invoices",
        "late",
        "minor",
        "late_minor",
        "days_to_settle",
        "days_late",
        "weighted_to_settle",
        "weighted_late",
    )
    return Settlements(currency=currency, **dict(zip(names, sums, strict=True)))


def disputed(entries: Iterable[Entry], disputes: Iterable[Dispute], period: Period) -> dict[str, Disputed]:
    """Tally by currency what was issued in a period, and what of it was disputed."""
    claimed: dict[UUID, int] = defaultdict(int)
    for dispute in disputes:
        if dispute.opened_at is not None:
            claimed[dispute.document_id] += dispute.amount.minor
    sums: dict[str, list[int]] = defaultdict(lambda: [0] * 4)
    for entry in entries:
        if entry.kind in ISSUED and period.first <= entry.effective_on <= period.last:
            found = sums[entry.amount.currency]
            found[0] += 1
            found[1] += entry.amount.minor
            found[2] += entry.item_id in claimed
            found[3] += claimed.get(entry.item_id, 0)
    return {
        currency: Disputed(currency=currency, issued=one[0], issued_minor=one[1], disputed=one[2], disputed_minor=one[3])
        for currency, one in sums.items()
    }


def closed(disputes: Iterable[Dispute], begin: datetime, end: datetime) -> dict[str, Closed]:
    """Tally by currency the disputes that were closed from a time to another."""
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for dispute in disputes:
        if dispute.opened_at is not None and dispute.closed_at is not None and begin <= dispute.closed_at < end:
            sums[dispute.amount.currency][0] += 1
            sums[dispute.amount.currency][1] += int(dispute.closed_at.timestamp()) - int(dispute.opened_at.timestamp())
    return {currency: Closed(currency=currency, disputes=one, seconds=two) for currency, (one, two) in sums.items()}


def moved_figures(movement: Movement) -> dict[Kpi, Decimal | None]:
    """Work out the figures that follow from the movement of receivables alone, as for each month of a series."""
    begun, sold, left, now = (amount.minor for amount in (movement.opening, movement.sales, movement.closing, movement.current))
    days = movement.period.days
    simple, best = formulae.dso(left, sold, days), formulae.best_possible_dso(now, sold, days)
    return {
        Kpi.DSO_SIMPLE: simple,
        Kpi.DSO_BEST_POSSIBLE: best,
        Kpi.ADD: formulae.average_days_delinquent(simple, best),
        Kpi.CEI: formulae.collection_effectiveness(begun, sold, left, now, movement.period.months),
        Kpi.TURNOVER: formulae.turnover(sold, begun, left),
    }


def report(
    movement: Movement, before: Sequence[Movement], tallies: Tallies, targets: Mapping[Kpi, Decimal] = MappingProxyType({})
) -> Report:
    """Work out every key figure of a period, each held against its target, where it has one.

    `before` are the movements of the months before it, the oldest first.
    """
    code, sales = movement.currency, [(one.sales.minor, one.period.days) for one in reversed((*before, movement))]
    done = tallies.settlements.get(code) or Settlements(currency=code)
    issued = tallies.disputed.get(code) or Disputed(currency=code)
    ended, kept = tallies.closed.get(code) or Closed(currency=code), tallies.promises.get(code)
    values = {
        **moved_figures(movement),
        Kpi.DSO_COUNTBACK: formulae.countback_dso(movement.closing.minor, sales),
        Kpi.DAYS_TO_SETTLE: formulae.mean(done.days_to_settle, done.invoices),
        Kpi.DAYS_TO_SETTLE_WEIGHTED: formulae.mean(done.weighted_to_settle, done.minor),
        Kpi.DAYS_LATE: formulae.mean(done.days_late, done.invoices),
        Kpi.DAYS_LATE_WEIGHTED: formulae.mean(done.weighted_late, done.minor),
        Kpi.LATE_SHARE: formulae.share(done.late, done.invoices),
        Kpi.LATE_SHARE_AMOUNT: formulae.share(done.late_minor, done.minor),
        Kpi.DISPUTED_SHARE: formulae.share(issued.disputed, issued.issued),
        Kpi.DISPUTED_SHARE_AMOUNT: formulae.share(issued.disputed_minor, issued.issued_minor),
        Kpi.DISPUTE_CYCLE: formulae.mean(ended.seconds, ended.disputes * _DAY),
        Kpi.PROMISES_KEPT: None if kept is None else kept.by_number,
        Kpi.PROMISES_KEPT_AMOUNT: None if kept is None else kept.by_amount,
        **portal_figures(tallies.adoption.get(code)),
    }
    return Report(movement=movement, figures=tuple(figure(kpi, values[kpi], targets.get(kpi)) for kpi in Kpi))
