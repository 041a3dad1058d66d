"""Lists of disputes, for customers and for the desk."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from lockportal.context import Context
from lockportal.core.actor import Actor
from lockportal.core.money import Money
from lockportal.core.page import Page
from lockportal.core.settings import Supplier
from lockportal.disputes.deadlines import soon_after
from lockportal.disputes.measuring.views import day_begins, day_ends
from lockportal.disputes.models import Dispute
from lockportal.disputes.queries import DISPUTES
from lockportal.disputes.settings import DisputesSettings
from lockportal.disputes.views import DisputeFilter, DisputeOrder, DisputeRow, SlaState, sla_of, told_row
from lockportal.documents.visibility.showing import visibility_of

_MOST: Final = 200
_FAR: Final = datetime(9999, 1, 1, tzinfo=UTC)
_SAME: Final = ("status", "category", "owner", "department", "document_id", "reason", "cause", "payment_id")
_FOR_STAFF: Final = frozenset({"owner", "department", "cause", "late", *(f"sla_{state}" for state in SlaState)})


class DisputeLists:
    """Where lists of disputes come from."""

    def __init__(self, context: Context) -> None:
        """Take the shell, the clock, and who signs the places where pages go on."""
        self._shell = context.shell
        self._clock = context.clock
        self._signer = context.signer
        self._visibility = visibility_of(context)

    def sla(self, dispute: Dispute) -> SlaState | None:
        """Answer how the clocks of a dispute stand now."""
        return sla_of(dispute.status, dispute.answer_by, dispute.decide_by, self._clock.now(), self._soon())

    def _soon(self) -> datetime:
        """Answer until when, in UTC, whatever is due is due soon."""
        return soon_after(self._shell.supplier, self._shell.settings(DisputesSettings), self._clock.now())

    def page(
        self, by: Actor, wanted: DisputeFilter, order: DisputeOrder, account_id: UUID | None, after: str | None, limit: int
    ) -> Page[DisputeRow]:
        """Answer one page. One statement."""
        now, soon, limit = self._clock.now(), self._soon(), max(1, min(limit, _MOST))
        hidden, supplier = self._visibility.hidden(by), self._shell.supplier
        bound = _bound(wanted, supplier, now, soon, for_staff=hidden is None)
        narrows = frozenset(bound)
        params = {name: value for values in bound.values() for name, value in values.items()}
        if order is DisputeOrder.DUE:
            params["far"] = _FAR
        of = f"disputes/{order}/{','.join(sorted(narrows))}"
        if after is not None:
            place, last = self._signer.place(of, after)
            params |= {"place": int(place) if order is DisputeOrder.AMOUNT else datetime.fromisoformat(place), "last": UUID(last)}
        shape = {"hidden": hidden, "narrows": narrows, "order": order, "after": after is not None}
        rows = self._shell.ask(DISPUTES, by, account_id=account_id, shape=shape, limit=limit + 1, **params)
        items = tuple(told_row(_row(row, now, soon), by) for row in rows[:limit])
        if len(rows) <= limit:
            return Page(items)
        place = rows[limit - 1].place
        return Page(
            items, self._signer.cursor(of, place.isoformat() if isinstance(place, datetime) else str(place), items[-1].id.hex)
        )


def _bound(
    wanted: DisputeFilter, supplier: Supplier, now: datetime, soon: datetime, *, for_staff: bool
) -> dict[str, dict[str, Any]]:
    """Answer what narrows a list, each with its parameters; what only staff know narrows no customer's list."""
    found: dict[str, dict[str, Any]] = {name: {name: value} for name in _SAME if (value := getattr(wanted, name)) is not None}
    if wanted.open is not None:
        found["open" if wanted.open else "closed"] = {}
    if wanted.drafts:
        found["drafts"] = {}
    if wanted.late:
        found["late"] = {"now": now}
    if wanted.least is not None:
        found["least"] = {"currency": wanted.least.currency, "minor": wanted.least.minor}
    if wanted.sla is not None:
        needed = {SlaState.RUNNING: {"soon": soon}, SlaState.WARNED: {"now": now, "soon": soon}, SlaState.BREACHED: {"now": now}}
        found[f"sla_{wanted.sla}"] = needed.get(wanted.sla, {})
    for name in ("opened", "closed"):
        first, last = getattr(wanted, f"{name}_from"), getattr(wanted, f"{name}_to")
        if first is not None:
            found[f"{name}_from"] = {f"{name}_at_from": day_begins(supplier, first)}
        if last is not None:
            found[f"{name}_to"] = {f"{name}_at_to": day_ends(supplier, last)}
    return {name: values for name, values in found.items() if for_staff or name not in _FOR_STAFF}


def _row(row: Any, now: datetime, soon: datetime) -> DisputeRow:  # noqa: ANN401 - a row of DISPUTES
    currency = row.amount_currency
    return DisputeRow(
        id=row.id,
        account_id=row.account_id,
        customer_number=row.customer_number or "",
        customer_name=row.customer_name or "",
        reference=row.reference,
        document_id=row.document_id,
        number=row.number,
        status=row.status,
        outcome=row.outcome,
        category=row.category,
        reason=row.reason,
        amount=Money(row.amount_minor, currency),
        share=Money(row.share_minor, currency),
        granted=Money(row.granted_minor, currency),
        owner=row.owner,
        department=row.department,
        opened_at=row.opened_at,
        changed_at=row.changed_at,
        answer_by=row.answer_by,
        decide_by=row.decide_by,
        sla=sla_of(row.status, row.answer_by, row.decide_by, now, soon),
        late=any(by is not None and by <= now for by in (row.answer_by, row.decide_by)),
        revision=row.revision,
    )
