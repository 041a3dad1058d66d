"""What is told of promises: one, lists, promised cash by week, and how well promises are kept."""

from __future__ import annotations

from collections.abc import Container, Iterable
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Final
from uuid import UUID

from attrs import frozen

from lockportal.core.money import Money
from lockportal.core.settings import Supplier
from lockportal.payments.methods import MethodKind
from lockportal.promises.models import Part, Promise, PromiseLine, PromiseStatus, last_day

_PLACES: Final = Decimal("0.0001")
_WEEK: Final = timedelta(days=7)


class PromiseList(StrEnum):
    """The lists of promises that staff works with."""

    PROPOSED = "proposed"
    OPEN = "open"
    AT_RISK = "at_risk"
    """Open, with a promised day past and money lacking, or of a customer who broke one within a year."""
    BROKEN = "broken"
    """Not kept, in whole or in part."""
    KEPT = "kept"


@frozen(kw_only=True)
class PromiseRow:
    """One promise: `paid` of `amount` came in time; the next money is due on `next_on` and has to be there by `until`'s end."""

    id: UUID
    account_id: UUID
    customer_number: str = ""
    customer_name: str = ""
    amount: Money
    paid: Money
    lines: tuple[PromiseLine, ...]
    """The documents that whoever asks may see."""
    parts: tuple[Part, ...]
    next_on: date | None
    until: date | None
    last_on: date
    status: PromiseStatus
    reason: str
    note: str
    method: MethodKind | None
    by_staff: bool
    made_on: date
    judged_on: date | None
    replaces: UUID | None
    replaced_by: UUID | None

    @property
    def left(self) -> Money:
        """Answer what has not come."""
        return self.amount - self.paid

    @property
    def open(self) -> bool:
        """Say whether it is still followed."""
        return self.status in {PromiseStatus.OPEN, PromiseStatus.PROPOSED}


@frozen(kw_only=True)
class PromisedWeek:
    """What is promised for one week, Monday to Sunday, in one currency, and has not come; `late` is due before today."""

    first: date
    last: date
    amount: Money
    promises: int
    late: bool = False


@frozen(kw_only=True)
class KeepingRate:
    """How well promises of one currency were kept that were judged in a period.

    `by_number` is kept ÷ judged, `by_amount` what came in time ÷ what was promised: per cent, half up at four places, None where
    nothing was judged.
    """

    currency: str
    judged: int
    kept: int
    partly_kept: int
    broken: int
    promised: Money
    came: Money

    @property
    def by_number(self) -> Decimal | None:
        """Answer the share of promises that were kept."""
        return _percent(self.kept, self.judged)

    @property
    def by_amount(self) -> Decimal | None:
        """Answer the share of the promised money that came in time."""
        return _percent(self.came.minor, self.promised.minor)


def promise_row(
    promise: Promise, supplier: Supplier, grace: int, seen: Container[UUID] | None, number: str = "", name: str = ""
) -> PromiseRow:
    """Answer what is told of a promise; `seen` are the documents that whoever asks may see, None for all."""
    due = promise.due if promise.status in {PromiseStatus.OPEN, PromiseStatus.PROPOSED} else ()
    return PromiseRow(
        id=promise.id,
        account_id=promise.account_id,
        customer_number=number,
        customer_name=name,
        amount=promise.amount,
        paid=Money(promise.paid, promise.currency),
        lines=tuple(line for line in promise.lines if seen is None or line.document_id in seen),
        parts=promise.parts,
        next_on=due[0].on if due else None,
        until=last_day(supplier, due[0].on, grace) if due else None,
        last_on=promise.last_on,
        status=promise.status,
        reason=promise.reason,
        note=promise.note,
        method=promise.method,
        by_staff=promise.contact_id is None,
        made_on=promise.made_on,
        judged_on=promise.judged_on,
        replaces=promise.replaces,
        replaced_by=promise.replaced_by,
    )


def weeks_of(days: Iterable[tuple[date, str, int, int]], today: date) -> tuple[PromisedWeek, ...]:
    """Sum days up, each (day, currency, minor units, promises), to weeks; what is late stands before them."""
    first = today - timedelta(days=today.weekday())
    sums: dict[tuple[str, bool, date], tuple[int, int]] = {}
    for day, currency, minor, count in days:
        late = day < today
        start = first if late else day - timedelta(days=day.weekday())
        before = sums.get((currency, not late, start), (0, 0))
        sums[currency, not late, start] = (before[0] + minor, before[1] + count)
    return tuple(
        PromisedWeek(
            first=start,
            last=start + _WEEK - timedelta(days=1),
            amount=Money(minor, currency),
            promises=count,
            late=not ahead,
        )
        for (currency, ahead, start), (minor, count) in sorted(sums.items())
    )


def rates_of(rows: Iterable[tuple[str, PromiseStatus, int, int, int]]) -> tuple[KeepingRate, ...]:
    """Make rates of (currency, verdict, promises, promised, came), the last two in minor units."""
    found: dict[str, dict[PromiseStatus, tuple[int, int, int]]] = {}
    for currency, status, count, promised, came in rows:
        found.setdefault(currency, {})[status] = (count, promised, came)
    none = (0, 0, 0)
    return tuple(
        KeepingRate(
            currency=currency,
            judged=sum(one[0] for one in by.values()),
            kept=by.get(PromiseStatus.KEPT, none)[0],
            partly_kept=by.get(PromiseStatus.PARTLY_KEPT, none)[0],
            broken=by.get(PromiseStatus.BROKEN, none)[0],
            promised=Money(sum(one[1] for one in by.values()), currency),
            came=Money(sum(one[2] for one in by.values()), currency),
        )
        for currency, by in sorted(found.items())
    )


def _percent(part: int, whole: int) -> Decimal | None:
    return (Decimal(part) * 100 / whole).quantize(_PLACES, ROUND_HALF_UP) if whole else None
