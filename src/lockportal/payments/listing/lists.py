"""The lists of the supplier's people: `portal.payments.lists`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from lockportal.context import Context
from lockportal.core.actor import Actor
from lockportal.core.errors import NotFound
from lockportal.core.money import Money
from lockportal.core.page import Page
from lockportal.payments.listing.queries import APPLIED, ESCAPE, SEARCH, UNAPPLIED
from lockportal.payments.listing.views import AppliedRow, PaymentFilter, UnappliedRow
from lockportal.payments.views import PaymentRow

_MOST: Final = 200
_UNAPPLIED: Final = "unapplied"
_CREDITOR: Final = re.compile(r"RF\d{2}(P)(\w{10})", re.IGNORECASE)
_EVERYTHING: Final = PaymentFilter()


class Lists:
    """Payments and unapplied cash of one supplier's whole book, or of one customer; for staff."""

    def __init__(self, context: Context) -> None:
        """Take the shell, the clock, and who signs the places where pages go on."""
        self._shell = context.shell
        self._clock = context.clock
        self._signer = context.signer

    def payments(
        self,
        by: Actor,
        wanted: PaymentFilter = _EVERYTHING,
        *,
        account_id: UUID | None = None,
        after: str | None = None,
        limit: int = 50,
    ) -> Page[PaymentRow]:
        """Answer payments, the newest first: of the book, or of one account. One statement."""
        limit, of = max(1, min(limit, _MOST)), "payments/" + ",".join(wanted.narrows)
        bound: dict[str, Any] = dict(wanted.values)
        if wanted.text:
            bound["text"] = _pattern(wanted.text)
        if after is not None:
            at, last = self._signer.place(of, after)
            bound |= {"at": datetime.fromisoformat(at), "last": UUID(last)}
        shape = {"narrows": frozenset(wanted.narrows), "after": after is not None}
        rows = self._shell.ask(SEARCH, by, account_id=account_id, shape=shape, limit=limit + 1, **bound)
        items = tuple(_payment(row) for row in rows[:limit])
        if len(rows) <= limit:
            return Page(items)
        return Page(items, self._signer.cursor(of, items[-1].started_at.isoformat(), items[-1].id.hex))

    def applied(self, account_id: UUID, credits: Sequence[UUID], by: Actor) -> tuple[AppliedRow, ...]:  # noqa: A002 - the word of the trade
        """Answer what of some credits stands applied to which documents: `unapply` takes it off again. One statement."""
        rows = self._shell.ask(APPLIED, by, account_id=account_id, credits=sorted(credits))
        return tuple(
            AppliedRow(row.credit_id, row.document_id, row.number, Money(int(row.amount_minor), row.amount_currency))
            for row in rows
        )

    def unapplied(
        self, by: Actor, *, account_id: UUID | None = None, after: str | None = None, limit: int = 50
    ) -> Page[UnappliedRow]:
        """Answer money that stands applied to nothing, the oldest first. One statement."""
        limit, bound = max(1, min(limit, _MOST)), dict[str, Any]()
        if after is not None:
            on, last = self._signer.place(_UNAPPLIED, after)
            bound = {"on": date.fromisoformat(on), "last": UUID(last)}
        shape = {"after": after is not None, "one": False}
        rows = self._shell.ask(UNAPPLIED, by, account_id=account_id, shape=shape, limit=limit + 1, **bound)
        items = tuple(self._row(row) for row in rows[:limit])
        if len(rows) <= limit:
            return Page(items)
        return Page(items, self._signer.cursor(_UNAPPLIED, items[-1].received_on.isoformat(), items[-1].id.hex))

    def credit(self, account_id: UUID, credit_id: UUID, by: Actor) -> UnappliedRow:
        """Answer one unapplied credit; NotFound `credit.not_found` for one that there is not, or that is used up."""
        shape = {"after": False, "one": True}
        rows = self._shell.ask(UNAPPLIED, by, account_id=account_id, shape=shape, limit=1, credit=credit_id)
        if not rows:
            raise NotFound("credit.not_found", "There is no such credit.")
        return self._row(rows[0])

    def _row(self, row: Any) -> UnappliedRow:  # noqa: ANN401 - a row of UNAPPLIED
        today = self._shell.supplier.today(self._clock.now())
        return UnappliedRow(
            id=row.id,
            account_id=row.account_id,
            customer_number=row.customer_number or "",
            customer_name=row.customer_name or "",
            reference=row.reference,
            received_on=row.received_on,
            days=max((today - row.received_on).days, 0),
            amount=Money(-int(row.balance_minor), row.balance_currency),
        )


def _pattern(text: str) -> str:
    """Answer what a text is looked for by: anywhere, in small letters; a creditor reference stands for its payment's own."""
    creditor = _CREDITOR.fullmatch("".join(text.split()))
    sought = f"{creditor[1]}-{creditor[2]}" if creditor else text.strip()
    for sign in (ESCAPE, "%", "_"):
        sought = sought.replace(sign, ESCAPE + sign)
    return f"%{sought.lower()}%"


def _payment(row: Any) -> PaymentRow:  # noqa: ANN401 - a row of SEARCH
    return PaymentRow(
        id=row.id,
        account_id=row.account_id,
        customer_number=row.customer_number or "",
        customer_name=row.customer_name or "",
        reference=row.reference,
        amount=Money(int(row.amount_minor), row.amount_currency),
        method=row.method,
        state=row.state,
        unknown=row.unknown,
        needs_review=row.needs_review,
        started_at=row.started_at,
    )
