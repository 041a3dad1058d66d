"""What staff look for in the list of payments: from a page's address to the library's filter, and back to addresses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Final, TypeVar
from urllib.parse import urlencode

from attrs import field, frozen

from lockportal.codec import check_text
from lockportal.core.errors import Refused
from lockportal.payments.folding import PaymentState
from lockportal.payments.listing.views import PaymentFilter
from lockportal.payments.methods import MethodKind
from lockportal.web.filters import read_day
from lockportal.web.words import _

T = TypeVar("T")
VIEWS: Final = ("", "under_way", "unknown", "review")
_FIELDS: Final = ("text", "state", "method", "begun_from", "begun_to")
_LONGEST: Final = 100


@frozen(kw_only=True)
class PaymentSearch:
    """One look at the list: the filter, which of its views, where to go on, what was typed, and what of it cannot be read."""

    filter: PaymentFilter
    view: str
    after: str | None
    given: Mapping[str, str]
    errors: Mapping[str, str] = field(factory=dict)

    @property
    def narrowed(self) -> bool:
        """Whether anything narrows the list beside its view."""
        return any(name in self.given for name in _FIELDS)

    def query(self, **changes: str | None) -> str:
        """Answer the address's query for this look with some parts changed (None takes one out), without the page reached."""
        pairs = {name: value for name, value in {**self.given, "view": self.view, **changes}.items() if value}
        return f"?{urlencode(pairs)}" if pairs else ""


def read_payment_search(query: Mapping[str, str]) -> PaymentSearch:
    """Read the fields of the list's form; what cannot be read is named in `errors`, and the filter is then left without it."""
    given = {name: value for name in _FIELDS if (value := query.get(name, "").strip())}
    errors: dict[str, str] = {}

    def read(name: str, parse: Callable[[str], T], advice: str) -> T | None:
        if name not in given:
            return None
        try:
            return parse(given[name])
        except (ValueError, Refused):
            errors[name] = advice
            return None

    view = query.get("view", "")
    view = view if view in VIEWS else ""
    day = _("Enter a date, such as 2026-01-31.")
    wanted = PaymentFilter(
        text=read("text", _text, _("Use fewer and plain letters and digits.")) or "",
        state=read("state", PaymentState, _("Choose a state from the list.")),
        method=read("method", MethodKind, _("Choose a way to pay from the list.")),
        begun_from=read("begun_from", _day, day),
        begun_to=read("begun_to", _day, day),
        review=view == "review",
        under_way=view == "under_way",
        unknown=view == "unknown",
    )
    return PaymentSearch(filter=wanted, view=view, after=query.get("after") or None, given=given, errors=errors)


def _day(text: str) -> date:
    found = read_day(text)
    if found is None:
        raise ValueError(text)
    return found


def _text(text: str) -> str:
    if len(text) > _LONGEST:
        raise ValueError(text)
    return check_text(text)
