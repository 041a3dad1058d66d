"""What a supplier decides of disputes: reasons, who gets which, how fast, and for how long they can be taken up again."""

from __future__ import annotations

from datetime import time
from decimal import Decimal
from typing import Final

from attrs import Attribute, field, frozen

from lockportal.core.settings import whole_number
from lockportal.disputes.models import DisputeCategory

_C = DisputeCategory
_MOST_HOURS: Final = 10_000


@frozen(kw_only=True)
class Reason:
    """A reason of disputes of one category; an `internal` one is for staff. `label` is shown, else the code's own words."""

    code: str
    category: DisputeCategory
    internal: bool = False
    label: str = ""


REASONS: Final = (
    Reason(code="short_delivery", category=_C.QUANTITY),
    Reason(code="never_received", category=_C.QUANTITY),
    Reason(code="picking_error", category=_C.QUANTITY, internal=True),
    Reason(code="agreed_price", category=_C.PRICE),
    Reason(code="missing_discount", category=_C.PRICE),
    Reason(code="price_list_outdated", category=_C.PRICE, internal=True),
    Reason(code="tax_exempt", category=_C.TAX),
    Reason(code="wrong_rate", category=_C.TAX),
    Reason(code="freight_included", category=_C.FREIGHT),
    Reason(code="freight_too_high", category=_C.FREIGHT),
    Reason(code="damaged", category=_C.DAMAGE),
    Reason(code="defective", category=_C.DAMAGE),
    Reason(code="carrier_damage", category=_C.DAMAGE, internal=True),
    Reason(code="not_ordered", category=_C.NOT_ORDERED),
    Reason(code="cancelled_order", category=_C.NOT_ORDERED),
    Reason(code="billed_twice", category=_C.DUPLICATE),
    Reason(code="short_pay", category=_C.OTHER),
    Reason(code="other", category=_C.OTHER),
    Reason(code="data_entry", category=_C.OTHER, internal=True),
)
"""The reasons, unless the settings name others."""


@frozen(kw_only=True)
class RoutingRule:
    """Who gets which disputes: those of these categories and customers (empty means all), of so much and more.

    `at_least` is in major units of `currency`. Without an owner the customer's collector gets them.
    """

    categories: frozenset[DisputeCategory] = frozenset()
    customers: frozenset[str] = frozenset()
    """Customer numbers."""
    at_least: Decimal | None = None
    currency: str = ""
    """Empty means any."""
    owner: str = ""
    department: str = ""


def _open(instance: DisputesSettings, attribute: Attribute[time], value: time) -> None:  # noqa: ARG001 - a validator's signature
    if value != time() and value <= instance.opens:
        message = f"disputes.closes: must be later than opens ({instance.opens:%H:%M}), or 00:00 for the end of the day"
        raise ValueError(message)


def _distinct(_: object, __: object, value: tuple[Reason, ...]) -> None:
    if len({reason.code for reason in value}) < len(value):
        raise ValueError("disputes.reasons: names one twice")


@frozen(kw_only=True)
class DisputesSettings:
    """What a supplier decides of disputes: `[disputes]` in lockportal.toml. Hours are hours of working time."""

    reasons: tuple[Reason, ...] = field(default=REASONS, validator=_distinct)
    routing: tuple[RoutingRule, ...] = ()
    """The first that fits decides."""
    opens: time = time(9)
    closes: time = field(default=time(17), validator=_open)
    """Until when is worked, by the supplier's clocks; 00:00 is the end of the day."""
    answer_hours: int = field(default=8, validator=whole_number("disputes", 1, _MOST_HOURS))
    """Within so many hours somebody should have looked at a dispute."""
    decide_hours: int = field(default=40, validator=whole_number("disputes", 1, _MOST_HOURS))
    """Within so many it should be decided; while the customer is asked, they do not count."""
    warn_hours: int = field(default=2, validator=whole_number("disputes", 0, _MOST_HOURS))
    """So many before either is due its owner is told."""
    escalate_to: str = ""
    """The member of staff who is told of what is late; empty, its owner is."""
    reopen_days: int = field(default=30, validator=whole_number("disputes", 0, 3660))
    """For so many days after it was closed a dispute can be taken up again."""
    issue_credits: bool = False
    """Whether the portal issues the credit memo itself when a dispute is accepted; else it proposes one to the books."""
    short_pay: bool = True
    """Whether what a payment leaves open, with a reason, is disputed."""

    def reason(self, code: str) -> Reason | None:
        """Answer the reason of a code, None for none."""
        return next((reason for reason in self.reasons if reason.code == code), None)
