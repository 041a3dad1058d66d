"""What key figures are counted from: periods of days, the movements of receivables, and tallies of settlements and disputes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from attrs import Attribute, field, frozen

from lockportal.core.days import EARLIEST, check_period
from lockportal.core.errors import Refused
from lockportal.core.money import Money
from lockportal.documents.models import DocumentKind
from lockportal.dunning.policies import Segment
from lockportal.kpis.figures import FORMULAE, Kpi
from lockportal.ledger.models import EntryKind

MOST_PERIODS: Final = 120
"""So many months are counted at once."""


class Group(StrEnum):
    """By what figures are told apart."""

    CUSTOMER = "customer"
    COLLECTOR = "collector"
    TERMS = "terms"
    SEGMENT = "segment"
    """The first of the settings' segments that a customer fits; none of them is the empty one."""


class Behind(StrEnum):
    """Which documents stand behind figures: those open, current or overdue at the end, or settled late, or disputed."""

    OPEN = "open"
    CURRENT = "current"
    OVERDUE = "overdue"
    LATE = "late"
    DISPUTED = "disputed"


def _reachable(_: object, attribute: Attribute[Any], value: Mapping[Kpi, Decimal]) -> None:
    for kpi, target in value.items():
        if not target.is_finite():
            message = f"kpis.{attribute.name}.{kpi.value}: must be a number of {FORMULAE[kpi].unit.value}, not {target}"
            raise ValueError(message)


@frozen(kw_only=True)
class KpisSettings:
    """`sales` are the kinds of entry that are credit sales; with `credit_memo` among them, sales are net of credits.

    `countback_months`: how many months the countback looks back at most. `habit_days`: from how many
    days back what was settled tells how late customers pay.
    """

    sales: frozenset[EntryKind] = frozenset({EntryKind.INVOICE, EntryKind.DEBIT_MEMO})
    countback_months: int = 12
    habit_days: int = 365
    targets: Mapping[Kpi, Decimal] = field(factory=dict, validator=_reachable)
    segments: Mapping[str, Segment] = field(factory=dict)


CASH: Final = frozenset({EntryKind.PAYMENT, EntryKind.REFUND, EntryKind.RETURN, EntryKind.CHARGEBACK})
"""The kinds of entry that are money: payments, less what went back."""
BILLED: Final = frozenset({DocumentKind.INVOICE, DocumentKind.DEBIT_MEMO})
"""The documents whose settlement is counted."""
ISSUED: Final = frozenset({EntryKind.INVOICE, EntryKind.DEBIT_MEMO})
"""The entries that issue them."""


@frozen
class Period:
    """The days from `first` to `last`, both counted.

    Refused `period.invalid` where the last comes before the first, `period.out_of_range` beyond the years 1000 to 9998.
    """

    first: date
    last: date

    def __attrs_post_init__(self) -> None:
        """Refuse an end before the beginning."""
        if self.last < self.first:
            raise Refused("period.invalid", "The last day comes before the first.", field="last")
        check_period(first=self.first, last=self.last)

    @property
    def days(self) -> int:
        """Answer how many days it has."""
        return (self.last - self.first).days + 1

    @property
    def months(self) -> int:
        """Answer how many calendar months it touches."""
        return (self.last.year - self.first.year) * 12 + self.last.month - self.first.month + 1

    def by_month(self) -> tuple[Period, ...]:
        """Cut it at the ends of months; Refused `period.too_long` for more than a hundred and twenty of them."""
        if self.months > MOST_PERIODS:
            raise Refused("period.too_long", f"At most {MOST_PERIODS} months at once.", field="first")
        cut, first = [], self.first
        while first <= self.last:
            last = min(month_end(first), self.last)
            cut.append(Period(first, last))
            first = last + timedelta(days=1)
        return tuple(cut)

    def before(self, count: int) -> tuple[Period, ...]:
        """Answer so many months before it, the oldest first, the newest ending the day before it begins."""
        made: list[Period] = []
        first = self.first
        while len(made) < count and first > EARLIEST:
            last = first - timedelta(days=1)
            first = last.replace(day=1)
            made.append(Period(first, last))
        return tuple(reversed(made))


def month_end(day: date) -> date:
    """Answer the last day of a day's month."""
    following = (day.replace(day=28) + timedelta(days=4)).replace(day=1)
    return following - timedelta(days=1)


@frozen(kw_only=True)
class Movement:
    """How one currency's receivables moved in a period: opening + sales − cash − credits + other = closing.

    `current` is what of the closing receivables is not overdue at the end. What customers have as credit lowers `closing`.
    """

    period: Period
    opening: Money
    sales: Money
    cash: Money
    credits: Money
    other: Money
    closing: Money
    current: Money

    @property
    def currency(self) -> str:
        """Answer the currency."""
        return self.closing.currency


@frozen(kw_only=True)
class Standing:
    """How the receivables of one group of customers moved in a period, in one currency: `key` names it, `name` in words.

    `dso` (days, simple), `delinquent` (average days) and `effectiveness` (per cent) are the figures that follow from that.
    """

    key: str
    name: str
    account_id: UUID | None = None
    """The customer, where the group is one."""
    opening: Money
    sales: Money
    cash: Money
    closing: Money
    current: Money
    dso: Decimal | None = None
    delinquent: Decimal | None = None
    effectiveness: Decimal | None = None


@frozen(kw_only=True)
class BehindRow:
    """One document behind a figure: what it has open at the end of the period, or had in all; `days` late, or past due."""

    account_id: UUID
    document_id: UUID
    number: str
    customer_number: str
    customer_name: str
    issued_on: date
    due_on: date | None
    settled_on: date | None
    days: int
    amount: Money


@frozen(kw_only=True)
class Settlements:
    """The invoices of one currency that were settled in a period; sums of days, and of days × minor units of the amount."""

    currency: str
    invoices: int = 0
    late: int = 0
    minor: int = 0
    late_minor: int = 0
    days_to_settle: int = 0
    days_late: int = 0
    weighted_to_settle: int = 0
    weighted_late: int = 0


@frozen(kw_only=True)
class Disputed:
    """The invoices of one currency that were issued in a period, and those of them that were disputed, whenever it was."""

    currency: str
    issued: int = 0
    issued_minor: int = 0
    disputed: int = 0
    disputed_minor: int = 0


@frozen(kw_only=True)
class Closed:
    """The disputes of one currency that were closed in a period, and the seconds that they were open in all."""

    currency: str
    disputes: int = 0
    seconds: int = 0
