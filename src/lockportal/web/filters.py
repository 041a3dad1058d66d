"""What a customer looks for in a list of documents: from a page's address to the library's filter, and back to addresses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final, TypeVar
from urllib.parse import urlencode

from attrs import field, frozen

from lockportal.codec import check_text
from lockportal.core.money import EXPONENTS, Money
from lockportal.documents.models import DocumentKind, DocumentState
from lockportal.documents.service import Filter
from lockportal.web.words import SORTS, _

T = TypeVar("T")

FIRST_SORT: Final = "-issued_on"
_FIELDS: Final = ("kind", "state", "text", "issued_from", "issued_to", "amount_from", "amount_to", "currency")
_MORE: Final = ("issued_from", "issued_to", "amount_from", "amount_to", "currency")
_LONGEST: Final = 200
_GROUP: Final = 4  # a comma and the three digits after it
_LARGEST: Final = Decimal(10) ** 15


@frozen(kw_only=True)
class Search:
    """One look at a list: the filter, the order, where to go on, what was typed, and what of it cannot be read."""

    filter: Filter
    sort: str
    after: str | None
    given: Mapping[str, str]
    errors: Mapping[str, str] = field(factory=dict)

    @property
    def narrowed(self) -> bool:
        """Whether any filter is set."""
        return any(name in self.given for name in _FIELDS)

    @property
    def wants_more(self) -> bool:
        """Whether a field of the less usual ones is set or at fault, so that they are to be shown."""
        return any(name in self.given for name in _MORE) or any(name in self.errors for name in _MORE)

    def query(self, **changes: str | None) -> str:
        """Answer the address's query for this look with some parts changed (None takes one out), without the page reached."""
        parts = {**{name: value for name, value in self.given.items() if name != "after"}, **changes}
        pairs = {name: value for name, value in parts.items() if value}
        return f"?{urlencode(pairs)}" if pairs else ""


def read_search(query: Mapping[str, str]) -> Search:
    """Read the fields of a list's form; what cannot be read is named in `errors`, and the filter is then left without it."""
    given = {name: query.get(name, "").strip() for name in (*_FIELDS, "sort", "after")}
    given = {name: value for name, value in given.items() if value}
    errors: dict[str, str] = {}

    def read(name: str, parse: Callable[[str], T], advice: str) -> T | None:
        if name not in given:
            return None
        try:
            return parse(given[name])
        except (ValueError, InvalidOperation):
            errors[name] = advice
            return None

    asked = Filter(
        kind=read("kind", DocumentKind, _("Choose a kind from the list.")),
        state=read("state", DocumentState, _("Choose a state from the list.")),
        text=read("text", _text, _("Use fewer and plain letters and digits.")) or "",
        issued_from=read("issued_from", _day, _("Enter a date, such as 2026-01-31.")),
        issued_to=read("issued_to", _day, _("Enter a date, such as 2026-01-31.")),
        amount_from=read("amount_from", _amount, _("Enter an amount, such as 1250.00.")),
        amount_to=read("amount_to", _amount, _("Enter an amount, such as 1250.00.")),
        currency=read("currency", _currency, _("Enter a currency's three letters, such as USD.")),
    )
    sort = given.get("sort", FIRST_SORT)
    if sort not in SORTS:
        sort = FIRST_SORT
    return Search(filter=asked, sort=sort, after=given.get("after"), given=given, errors=errors)


def read_day(text: str) -> date | None:
    """Read a date as forms send it; None if it is none."""
    try:
        return _day(text.strip())
    except ValueError:
        return None


def read_amount(text: str, currency: str) -> Money | None:
    """Read an amount as people type it, in either way of writing; None if it is none of this currency."""
    try:
        return Money.of(_amount(text), currency)
    except (ValueError, InvalidOperation):
        return None


def read_number(text: str) -> Decimal | None:
    """Read a number as people type it, in either way of writing; None if it is none."""
    try:
        return _amount(text)
    except (ValueError, InvalidOperation):
        return None


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _amount(text: str) -> Decimal:
    """Read an amount in either way of writing; a lone comma before three digits parts thousands, as in 5,000."""
    plain = "".join(text.split())
    comma, point = plain.rfind(","), plain.rfind(".")
    if comma > point and (plain.count(",") > 1 or (point < 0 and len(plain) - comma == _GROUP)):
        plain = plain.replace(",", "")
    elif comma > point:
        plain = plain.replace(".", "").replace(",", ".")
    else:
        plain = plain.replace(",", "")
    amount = Decimal(plain)
    if not amount.is_finite() or abs(amount) > _LARGEST:
        raise ValueError(text)
    return amount


def _currency(text: str) -> str:
    code = text.upper()
    if code not in EXPONENTS:
        raise ValueError(text)
    return code


def _text(text: str) -> str:
    if len(text) > _LONGEST:
        raise ValueError(text)
    return check_text(text)
