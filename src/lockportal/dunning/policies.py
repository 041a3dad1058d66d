"""How overdue documents are followed up, as data: levels, reminders before the day, statements, fees and interest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from typing import Any, Final

from attrs import Attribute, field, frozen

from lockportal.core.actor import Right
from lockportal.core.messages import Channel
from lockportal.core.money import EXPONENTS, Money
from lockportal.core.settings import whole_number
from lockportal.dunning.interest import Interest

MOST_LEVELS: Final = 20
_LONGEST: Final = 64
_MOST_PERCENT: Final = 100


class Basis(StrEnum):
    """What the days of a level are counted from; the day itself is within."""

    DUE = "due"
    ISSUE = "issue"
    STEP = "step"
    """The level before; of the first one, the due date."""
    MONTH_DAY = "month_day"
    """No count: that day of the month, or its last one, after the due date and after the level before."""


class Template(StrEnum):
    """The messages of this room, by their tone; each is a kind of message of its own."""

    UPCOMING = "upcoming"
    FRIENDLY = "friendly"
    FIRM = "firm"
    FINAL = "final"
    STATEMENT = "statement"


class Escalation(StrEnum):
    """What a level brings about beside its message."""

    CALL = "call"
    """The customer's collector is to call them."""
    HOLD = "hold"
    """New orders are held back."""
    AGENCY = "agency"
    """The documents are handed to a collection agency, by an export."""


def _named(_: object, attribute: Attribute[Any], value: str) -> None:
    if not value.strip() or len(value) > _LONGEST:
        message = f"dunning.{attribute.name}: must be a name of at most {_LONGEST} characters, not {value[:_LONGEST]!r}"
        raise ValueError(message)


def _amounts(_: object, attribute: Attribute[Any], value: Mapping[str, Decimal]) -> None:
    for currency, amount in value.items():
        if currency not in EXPONENTS:
            message = f"dunning.{attribute.name}: {currency!r} is not an ISO 4217 code, in capitals"
            raise ValueError(message)
        if not amount >= 0:
            message = f"dunning.{attribute.name}: must not be below zero, not {amount} {currency}"
            raise ValueError(message)
        try:
            Money.of(amount, currency)
        except ValueError as error:
            message = f"dunning.{attribute.name}: {error}"
            raise ValueError(message) from None


def _percent(_: object, attribute: Attribute[Any], value: Decimal) -> None:
    if not 0 <= value <= _MOST_PERCENT:
        message = f"dunning.{attribute.name}: must be a percentage from 0 to {_MOST_PERCENT}, not {value}"
        raise ValueError(message)


def _month_days(_: object, attribute: Attribute[Any], value: tuple[int, ...]) -> None:
    _rising(attribute.name, value, 1, 31)


def _days_before(_: object, attribute: Attribute[Any], value: tuple[int, ...]) -> None:
    _rising(attribute.name, value, 0, 365)


def _rising(name: str, value: tuple[int, ...], least: int, most: int) -> None:
    if list(value) != sorted(set(value)) or any(not least <= day <= most for day in value):
        message = f"dunning.{name}: must be rising whole numbers from {least} to {most}, not {list(value)}"
        raise ValueError(message)


@frozen(kw_only=True)
class Telling:
    """Who is told: the contacts who hold the right `role`, with this template. Of several that fit, the first one holds.

    A `channel` other than mail is taken for those who have a number there; the others are told by mail. `languages` narrows it to
    contacts who read one of these; none narrows nothing.
    """

    role: Right = Right.PAY
    template: Template
    channel: Channel = Channel.MAIL
    languages: tuple[str, ...] = ()


@frozen(kw_only=True)
class Fee:
    """What a level costs, once a message and currency: an amount in major units, and so many per cent of what comes to it."""

    amounts: Mapping[str, Decimal] = field(factory=dict, validator=_amounts)
    percent: Decimal = field(default=Decimal(0), validator=_percent)

    def of(self, base: Money) -> Money:
        """Answer the fee on an amount, rounded half up."""
        fixed = Money.of(self.amounts.get(base.currency, Decimal(0)), base.currency)
        return fixed + base.scale(self.percent / 100)


def _day_of_month(level: Level, _: object, value: int) -> None:
    if level.basis is Basis.MONTH_DAY and not 1 <= value <= 31:  # noqa: PLR2004 - days of a month
        message = f"dunning.level.days: a day of the month is 1 to 31, not {value}"
        raise ValueError(message)


@frozen(kw_only=True)
class Level:
    """One level: from `days` after the `basis` on (never before the due date), a document comes to it, its day included."""

    name: str = field(validator=_named)
    basis: Basis = Basis.DUE
    days: int = field(validator=[whole_number("dunning.level", 0, 3660), _day_of_month])
    tell: tuple[Telling, ...] = ()
    fee: Fee = Fee()
    interest: bool = False
    """Whether interest is charged up to the day on which a document comes to this level."""
    escalate: tuple[Escalation, ...] = ()


@frozen(kw_only=True)
class Segment:
    """Which customers a policy is for: those that fit everything that is said here; what is empty fits all."""

    countries: tuple[str, ...] = ()
    """ISO 3166 codes of the customers' addresses."""
    languages: tuple[str, ...] = ()
    currencies: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    collectors: tuple[str, ...] = ()
    customers: tuple[str, ...] = ()
    """Customer numbers."""


def _levels(_: object, __: object, value: tuple[Level, ...]) -> None:
    if not 1 <= len(value) <= MOST_LEVELS:
        message = f"dunning.levels: needs 1 to {MOST_LEVELS}, not {len(value)}"
        raise ValueError(message)
    if len({level.name for level in value}) < len(value):
        message = "dunning.levels: names one twice"
        raise ValueError(message)
    for one, other in pairwise(value):
        if one.basis is other.basis and one.basis in {Basis.DUE, Basis.ISSUE} and one.days >= other.days:
            message = f"dunning.levels: {other.name!r} must come later than {one.name!r}"
            raise ValueError(message)


def _interest_known(policy: Policy, _: object, value: tuple[Level, ...]) -> None:
    if policy.interest is None and any(level.interest for level in value):
        message = "dunning.levels: one charges interest, and the policy's `interest` does not say how"
        raise ValueError(message)


@frozen(kw_only=True)
class Policy:
    """How the customers of one segment are followed up."""

    name: str = field(validator=_named)
    segment: Segment = Segment()
    interest: Interest | None = None
    levels: tuple[Level, ...] = field(validator=[_levels, _interest_known])
    upcoming: tuple[int, ...] = field(default=(), validator=_days_before)
    """Reminders before the due date, so many days; what was missed is sent late, but not after that date."""
    tell_upcoming: tuple[Telling, ...] = (Telling(template=Template.UPCOMING),)
    statements: tuple[int, ...] = field(default=(), validator=_month_days)
    """The days of the month on which whoever has anything open gets a statement; the 31st is the last day of each month."""
    tell_statements: tuple[Telling, ...] = (Telling(template=Template.STATEMENT),)
    minimum: Mapping[str, Decimal] = field(factory=dict, validator=_amounts)
    """By currency, in major units: below so much overdue nothing is followed up."""
    gap_days: int = field(default=5, validator=whole_number("dunning", 1, 365))
    """At least so many days lie between two reminders to one customer, over all channels."""


def policy_of(policies: Iterable[Policy], facts: Mapping[str, str]) -> Policy | None:
    """Answer the first policy whose segment a customer fits, by country, language, currency, terms, collector and number."""
    return next((policy for policy in policies if fits(policy.segment, facts)), None)


def fits(segment: Segment, facts: Mapping[str, str]) -> bool:
    """Say whether a customer, by its facts, is of a segment."""
    wanted = {
        "country": segment.countries,
        "language": segment.languages,
        "currency": segment.currencies,
        "terms": segment.terms,
        "collector": segment.collectors,
        "number": segment.customers,
    }
    return all(not values or facts.get(name, "") in values for name, values in wanted.items())


def _told(template: Template) -> tuple[Telling, ...]:
    return (Telling(role=Right.PAY, template=template), Telling(role=Right.VIEW, template=template))


STANDARD: Final = Policy(
    name="standard",
    upcoming=(3,),
    tell_upcoming=_told(Template.UPCOMING),
    levels=(
        Level(name="friendly", days=5, tell=_told(Template.FRIENDLY)),
        Level(name="firm", days=20, tell=_told(Template.FIRM)),
        Level(name="final", days=40, tell=_told(Template.FINAL), escalate=(Escalation.CALL,)),
    ),
)
"""What holds unless the supplier says otherwise: a word before the day, three levels, at last a call; no fees, no interest."""
