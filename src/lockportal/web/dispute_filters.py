"""What staff look for in the queue of disputes: from a page's address to the library's filter, and back to addresses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Final, TypeVar
from urllib.parse import urlencode

from attrs import field, frozen

from lockportal.codec import check_text
from lockportal.core.errors import Refused
from lockportal.core.money import EXPONENTS, Money
from lockportal.disputes.models import DisputeCategory
from lockportal.disputes.states import DisputeStatus
from lockportal.disputes.views import DisputeFilter, DisputeOrder, SlaState
from lockportal.web.desk_dispute_words import DISPUTE_SCOPES, DISPUTE_SORTS
from lockportal.web.filters import read_amount, read_day
from lockportal.web.words import _

T = TypeVar("T")
WHOSE: Final = ("", "me", "nobody")
_DAYS: Final = ("opened_from", "opened_to", "closed_from", "closed_to")
_MORE: Final = ("reason", "cause", "least", "currency", *_DAYS)
_FIELDS: Final = ("owner", "department", "category", "status", "sla", "age", *_MORE)
_LONGEST: Final = 128
_OLDEST: Final = 36_500
_NONE: Final = "-"
"""Stands for what has no owner, department, reason or cause."""


@frozen(kw_only=True)
class DisputeSearch:
    """One look at the queue: the filter, the order, whose, where to go on, what was typed, and what of it cannot be read."""

    filter: DisputeFilter
    order: DisputeOrder
    whose: str
    scope: str
    after: str | None
    given: Mapping[str, str]
    errors: Mapping[str, str] = field(factory=dict)

    @property
    def narrowed(self) -> bool:
        """Whether anything narrows the queue beside whose it is, and whether it is closed."""
        return bool(self.given)

    @property
    def wants_more(self) -> bool:
        """Whether a field of the less usual ones is set, so that they are to be shown."""
        return any(name in self.given for name in _MORE)

    def query(self, **changes: str | None) -> str:
        """Answer the address's query for this look with some parts changed (None takes one out), without the page reached."""
        own = {"whose": self.whose, "scope": self.scope, "sort": self.order.value}
        pairs = {name: value for name, value in {**self.given, **own, **changes}.items() if value}
        return f"?{urlencode(pairs)}" if pairs else ""


def read_dispute_search(query: Mapping[str, str], me: str, today: date, currency: str, *, scope: str = "open") -> DisputeSearch:
    """Read the fields of the queue's form; what cannot be read is named in `errors`, and the filter is then left without it.

    `me` is who reads, `currency` that of an amount without one, `scope` which disputes where none is asked for. `age` is in days.
    """
    given = {name: value for name in _FIELDS if (value := query.get(name, "").strip())}
    if given.get("currency", currency) == currency or "least" not in given:
        given.pop("currency", None)
    errors: dict[str, str] = {}

    def read(name: str, parse: Callable[[str], T], advice: str) -> T | None:
        if name not in given:
            return None
        try:
            return parse(given[name])
        except (ValueError, Refused):
            errors[name] = advice
            return None

    def amount(text: str) -> Money:
        code = given.get("currency", currency)
        found = read_amount(text, code) if code in EXPONENTS else None
        if found is None:
            raise ValueError(text)
        return found

    whose = query.get("whose", "") if query.get("whose", "") in WHOSE else ""
    scope = query.get("scope", "") if query.get("scope", "") in DISPUTE_SCOPES else scope
    sort = query.get("sort", "")
    if sort not in DISPUTE_SORTS:
        sort = DisputeOrder.DUE.value if scope == "open" else DisputeOrder.CHANGED.value
    plain, day = _("Use fewer and plain letters and digits."), _("Enter a date, such as 2026-01-31.")
    named = {name: read(name, _name, plain) for name in ("owner", "department", "reason", "cause")}
    days = {name: read(name, _day, day) for name in _DAYS}
    age = read("age", _age, _("Enter a number of days."))
    if age is not None:
        days["opened_to"] = min(days["opened_to"] or today, today - timedelta(days=age))
    wanted = DisputeFilter(
        open=None if scope == "all" else scope == "open",
        owner={"me": me, "nobody": ""}.get(whose, named["owner"]),
        department=named["department"],
        reason=named["reason"],
        cause=named["cause"],
        category=read("category", DisputeCategory, _("Choose from the list.")),
        status=read("status", DisputeStatus, _("Choose a state from the list.")),
        sla=read("sla", SlaState, _("Choose from the list.")),
        least=read("least", amount, _("Enter an amount, such as 1250.00.")),
        opened_from=days["opened_from"],
        opened_to=days["opened_to"],
        closed_from=days["closed_from"],
        closed_to=days["closed_to"],
    )
    return DisputeSearch(
        filter=wanted,
        order=DisputeOrder(sort),
        whose=whose,
        scope=scope,
        after=query.get("after") or None,
        given=given,
        errors=errors,
    )


def named(key: str) -> str:
    """Answer how a name stands in an address: what has none is asked for by a dash."""
    return key or _NONE


def _name(text: str) -> str:
    if len(text) > _LONGEST:
        raise ValueError(text)
    return "" if text == _NONE else check_text(text)


def _day(text: str) -> date:
    found = read_day(text)
    if found is None:
        raise ValueError(text)
    return found


def _age(text: str) -> int:
    days = int(text)
    if not 0 <= days <= _OLDEST:
        raise ValueError(text)
    return days
