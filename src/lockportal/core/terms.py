"""Payment terms: from the day of issue to the day when a document is due."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from attrs import Attribute, field, frozen


def _within(least: int, most: int, *, optional: bool = False) -> Any:  # noqa: ANN401 - attrs' own validator type
    def check(_: object, attribute: Attribute[Any], value: object) -> None:
        if optional and value is None:
            return
        if type(value) is not int or not least <= value <= most:
            raise ValueError(f"terms.{attribute.name}: must be a whole number from {least} to {most}, not {value!r}")

    return check


def _steps(values: Iterable[Discount]) -> tuple[Discount, ...]:
    return tuple(values)


def _per_cent(_: object, __: Attribute[Any], value: Any) -> None:  # noqa: ANN401 - whatever was written
    if not isinstance(value, Decimal) or not 0 < value < 100:  # noqa: PLR2004 - per cent
        raise ValueError(f"terms.discounts.percent: must be above 0 and below 100, not {value!r}")


@frozen
class Discount:
    """One step of an early-payment discount: `percent` off for whoever pays by its last day.

    The last day is `days` after the day of issue (that day itself not counted), or after the end of its month if `end_of_month`:
    2/10 net 30 is `Discount(Decimal(2), 10)`, 2 % to the 10th of the next month is `Discount(Decimal(2), 10, end_of_month=True)`.
    """

    percent: Decimal = field(validator=_per_cent)
    days: int = field(validator=_within(0, 3660))
    end_of_month: bool = False

    def last_day(self, issued_on: date) -> date:
        """Answer the last day on which a document issued on this day earns the discount."""
        start = _shifted(issued_on, 0, 31) if self.end_of_month else issued_on
        return start + timedelta(days=self.days)


def _named(_: object, attribute: Attribute[Any], value: str) -> None:
    if not value.strip():
        raise ValueError(f"terms.{attribute.name}: must not be blank")


@frozen
class Terms:
    """When a document is due, in one fixed order of steps: months, end of month, days, day of the month.

    - `months` after the day of issue (the last day of a shorter month),
    - if `end_of_month`, the last day of the month reached,
    - `net_days` after that,
    - if `day_of_month`, the next such day, that day included (31 is the last day of every month).

    So 45 days end of month is `net_days=45, end_of_month=True`; the 10th of the next month is
    `day_of_month=10, end_of_month=True`; 30 days, then the end of that month is `net_days=30,
    day_of_month=31`.

    `cut_off` serves end-of-month terms: what is issued on or after that day counts as the next month's.
    Trade custom in some countries is 26; the default is none, as no due date is put off unless agreed.
    """

    code: str = field(validator=_named)
    net_days: int = field(default=0, validator=_within(0, 3660))
    day_of_month: int | None = field(default=None, validator=_within(1, 31, optional=True))
    months: int = field(default=0, validator=_within(0, 120))
    end_of_month: bool = False
    cut_off: int | None = field(default=None, validator=_within(2, 31, optional=True))
    discounts: tuple[Discount, ...] = field(default=(), converter=_steps)
    """What is taken off for early payment; of the steps that still run, the best one counts."""

    def __attrs_post_init__(self) -> None:
        """Refuse a cut-off that nothing would read."""
        if self.cut_off is not None and not self.end_of_month:
            raise ValueError("terms.cut_off: serves end-of-month terms only")

    def due_on(self, issued_on: date) -> date:
        """Answer the day when a document issued on this day is due."""
        late = self.cut_off is not None and issued_on.day >= self.cut_off
        due = _shifted(issued_on, self.months + late, 31 if self.end_of_month else issued_on.day)
        due += timedelta(days=self.net_days)
        if self.day_of_month is None:
            return due
        same_month = _shifted(due, 0, self.day_of_month)
        return same_month if same_month >= due else _shifted(due, 1, self.day_of_month)

    def discount(self, issued_on: date, paid_on: date) -> Discount | None:
        """Answer the best discount that a payment on this day earns, None if there is none."""
        running = [step for step in self.discounts if paid_on <= step.last_day(issued_on)]
        return max(running, key=lambda step: step.percent, default=None)


def _shifted(day: date, months: int, day_of_month: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day_of_month, monthrange(year, month + 1)[1]))
