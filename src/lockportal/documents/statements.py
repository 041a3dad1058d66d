"""Statements: from the open items of an account as of a day to what is stated of one currency."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from lockportal.context import Context
from lockportal.core.actor import Actor
from lockportal.core.errors import NotFound, Refused
from lockportal.core.money import EXPONENTS, Money
from lockportal.documents import queries
from lockportal.documents.lookup import Lookup
from lockportal.documents.models import DocumentKind
from lockportal.documents.views import Statement, StatementItem
from lockportal.ledger.models import LedgerSettings
from lockportal.ledger.views import bucket_edges, make_aging


class Statements:
    """The statements of one supplier's customers."""

    def __init__(self, context: Context, lookup: Lookup) -> None:
        """Take the shell, and the ledger's settings."""
        self._shell = context.shell
        self._lookup = lookup
        self._ledger = context.shell.settings(LedgerSettings)

    def of(self, account_id: UUID, by: Actor, currency: str | None, as_of: date | None) -> tuple[Statement, ...]:
        """Answer the statements of an account as of a day, by currency. Two statements of one moment."""
        if currency is not None and currency not in EXPONENTS:
            message = "Name a currency by its three letters, such as USD."
            raise Refused("statement.currency_unknown", message, field="currency")
        day, visibility = as_of or self._lookup.today(), self._lookup.visibility
        with self._shell.moment(by) as moment:
            whom = moment.ask(queries.CUSTOMER, account_id=account_id)
            rows = moment.ask(queries.STATEMENT, account_id=account_id, shape={"hidden": visibility.hidden_kinds}, as_of=day)
        if not whom:
            raise NotFound("account.not_found", "There is no such account.")
        staff = visibility.hidden(by) is None
        return tuple(
            statement_of(
                account_id, whom[0], code, day, self._ledger.buckets, [row for row in rows if row.currency == code], staff=staff
            )
            for code in (sorted({row.currency for row in rows}) if currency is None else [currency])
        )


def statement_of(
    account_id: UUID,
    customer: Any,  # noqa: ANN401 - a row of CUSTOMER
    currency: str,
    day: date,
    buckets: Sequence[int],
    rows: Iterable[Any],
    *,
    staff: bool,
) -> Statement:
    """State the open items of one currency (rows of STATEMENT) as of a day; buckets less unapplied credit are the balance."""
    items = tuple(_item(row, day, staff=staff) for row in rows)
    edges = bucket_edges(buckets, day)
    cells: dict[int | None, tuple[int, int]] = {None: (0, 0)}
    for item in items:
        number = None
        if item.due_on is not None:
            due_on = item.due_on
            number = next((n for n, edge in enumerate(edges) if due_on >= edge), len(edges))
        count, minor = cells.get(number, (0, 0))
        cells[number] = (count + 1, minor + item.balance.minor)
    (aged,) = make_aging(((currency, n, c, m) for n, (c, m) in cells.items()), buckets, day)
    return Statement(
        account_id=account_id,
        customer_number=customer.number,
        customer_name=customer.name,
        currency=currency,
        as_of=day,
        items=tuple(item for item in items if item.due_on is not None),
        credits=tuple(item for item in items if item.due_on is None),
        buckets=aged.buckets,
        unapplied=aged.unapplied,
        balance=aged.balance,
    )


def _item(row: Any, day: date, *, staff: bool) -> StatementItem:  # noqa: ANN401 - a row of STATEMENT
    minor, visible = int(row.minor), row.visible is not False
    named = staff or visible
    original = minor if row.total_minor is None else row.total_minor
    return StatementItem(
        item_id=row.item_id,
        kind="credit" if row.kind is None else row.kind.value,
        number=(row.number or row.reference or "") if named else "",
        reference=(row.po_number or "") if named else "",
        issued_on=row.issued_on,
        due_on=row.due_on,
        original=Money(-original if row.kind is DocumentKind.CREDIT_MEMO else original, row.currency),
        balance=Money(minor, row.currency),
        days_late=(day - row.due_on).days if row.due_on is not None and row.due_on < day else 0,
        visible=visible,
    )
