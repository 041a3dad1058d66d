"""A list of documents: from a filter to what the database is asked, from its rows to what is shown, from page to page."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any, Final
from uuid import UUID

from lockportal import codec
from lockportal.context import Context
from lockportal.core.actor import Actor
from lockportal.core.errors import Refused
from lockportal.core.money import EXPONENTS, LIMIT, Money
from lockportal.core.page import Page
from lockportal.documents.listing.queries import ESCAPE, SEARCH
from lockportal.documents.lookup import Lookup
from lockportal.documents.models import DocumentState, signed, state_of
from lockportal.documents.views import DocumentRow, Filter, searchable
from lockportal.signing import Signer

SORTS: Final = frozenset({"issued_on", "-issued_on", "due_on", "-due_on", "number", "-number", "amount", "-amount"})
"""How a list may be sorted; a minus puts the greatest first."""

MOST: Final = 1000
"""How many documents one page holds at most."""

_LIST: Final = "documents"
_LONGEST: Final = 200


class Searching:
    """The lists of one supplier's documents."""

    def __init__(self, context: Context, lookup: Lookup) -> None:
        """Take the shell, and what is hidden from whom."""
        self._shell = context.shell
        self._signer = context.signer
        self._currency = context.supplier.currencies[0]
        self._lookup = lookup

    def page(
        self, account_id: UUID | None, by: Actor, wanted: Filter, *, sort: str, after: str | None, limit: int
    ) -> Page[DocumentRow]:
        """Answer one page of what a filter finds in an account, or in all that somebody may view. One statement."""
        if sort not in SORTS:
            raise Refused("search.sort_unknown", f"Sort by one of {', '.join(sorted(SORTS))}.", field="sort")
        params = conditions(wanted, self._currency)
        shape = {
            "filters": frozenset(params),
            "state": wanted.state,
            "sort": sort,
            "after": after is not None,
            "hidden": self._lookup.visibility.hidden(by),
        }
        if after is not None:
            params |= place_of(after, sort, self._signer)
        limit, today = max(1, min(limit, MOST)), self._lookup.today()
        rows = self._shell.ask(SEARCH, by, account_id=account_id, shape=shape, limit=limit + 1, today=today, **params)
        shown = tuple(row_of(row, today) for row in rows[:limit])
        return Page(shown, cursor(rows[limit - 1], sort, self._signer) if len(rows) > limit else None)


def conditions(wanted: Filter, preferred: str) -> dict[str, Any]:
    """Answer a filter's bound parameters, those that are set; `preferred` is the currency of amounts without one."""
    if wanted.currency is not None and wanted.currency not in EXPONENTS:
        raise Refused("search.currency_unknown", "Name a currency by its three letters, such as USD.", field="currency")
    ranged = wanted.amount_from is not None or wanted.amount_to is not None
    currency = wanted.currency or (preferred if ranged else None)
    given: dict[str, Any] = {
        "kind": wanted.kind,
        "text": _pattern(wanted.text),
        "issued_from": wanted.issued_from,
        "issued_to": wanted.issued_to,
        "amount_from": _minor(wanted.amount_from, currency or preferred, ROUND_CEILING, "amount_from"),
        "amount_to": _minor(wanted.amount_to, currency or preferred, ROUND_FLOOR, "amount_to"),
        "currency": currency,
    }
    return {name: value for name, value in given.items() if value is not None}


def _pattern(text: str) -> str | None:
    """Make a LIKE pattern that finds a text anywhere."""
    try:
        escaped = searchable(codec.check_text(text))[:_LONGEST]
    except ValueError as error:
        raise Refused("search.text", f"This cannot be searched for: {error}.", field="text") from error
    for sign in (ESCAPE, "%", "_"):
        escaped = escaped.replace(sign, ESCAPE + sign)
    return f"%{escaped}%" if escaped else None


def _minor(amount: Decimal | None, currency: str, rounding: str, name: str) -> int | None:
    """Answer an amount in minor units, rounded so that the range takes in no more than was asked for."""
    if amount is None:
        return None
    if not amount.is_finite():
        raise Refused("search.amount", "Enter an amount, such as 1250.00.", field=name)
    most = Decimal(LIMIT).scaleb(-EXPONENTS[currency])
    within = max(-most, min(amount, most))
    return int(within.scaleb(EXPONENTS[currency]).to_integral_value(rounding))


def cursor(row: Any, sort: str, signer: Signer) -> str:  # noqa: ANN401 - a row of SEARCH
    """Sign the place of a page's last row."""
    place = row.place.isoformat() if isinstance(row.place, date) else row.place
    return signer.cursor(f"{_LIST}/{sort}", place, str(row.id))


def place_of(after: str, sort: str, signer: Signer) -> dict[str, Any]:
    """Answer the bound parameters of the page after a cursor; Refused `page.cursor_invalid` for one not made for this list."""
    place, last = signer.place(f"{_LIST}/{sort}", after)
    dated = sort.lstrip("-") in {"issued_on", "due_on"}
    return {"place": date.fromisoformat(place) if dated else place, "last_id": UUID(last)}


def row_of(row: Any, today: date) -> DocumentRow:  # noqa: ANN401 - a row of SEARCH
    """Make what a list shows of a row."""
    state = state_of(row.balance_minor, row.due_on, today)
    return DocumentRow(
        id=row.id,
        account_id=row.account_id,
        kind=row.kind,
        number=row.number,
        po_number=row.po_number,
        issued_on=row.issued_on,
        due_on=row.due_on,
        total=None if row.total_minor is None else Money(signed(row.kind, row.total_minor), row.total_currency),
        balance=None if row.balance_minor is None else Money(row.balance_minor, row.balance_currency),
        state=state,
        overdue_days=(today - row.due_on).days if state is DocumentState.OVERDUE else 0,
    )
