"""What an application asks of autopay."""

from __future__ import annotations

from uuid import UUID

from lockportal.context import Context
from lockportal.core.actor import Actor
from lockportal.core.money import Money
from lockportal.payments.autopay.commands import SetAutopay, StopAutopay
from lockportal.payments.autopay.looking import LookAhead
from lockportal.payments.autopay.models import AutopayAnnounced
from lockportal.payments.coming.queries import AUTOPAY, rule_of
from lockportal.payments.coming.views import AutopayRow, ScheduleRow, autopay_row, schedule_row
from lockportal.payments.methods import MethodKind


class Autopay:
    """Autopay of a supplier's customers: `portal.payments.autopay`."""

    def __init__(self, context: Context) -> None:
        """Take the shell."""
        self._shell = context.shell

    def set(
        self,
        account_id: UUID,
        by: Actor,
        *,
        currency: str,
        method: MethodKind,
        saved_method: UUID,
        days_before: int = 0,
        ceiling: Money | None = None,
        credits_first: bool = True,
        discounts: bool = True,
    ) -> AutopayRow:
        """Have documents of a currency paid by themselves, so many days before they are due; announced before, each at most once.

        No payment is of more than the `ceiling`. Set again it begins anew, also after a pause.
        """
        command = SetAutopay(
            account_id=account_id,
            currency=currency,
            method=method,
            method_id=saved_method,
            days_before=days_before,
            ceiling=ceiling,
            credits_first=credits_first,
            discounts=discounts,
        )
        self._shell.run(command, by)
        return next(row for row in self.list(account_id, by) if row.currency == currency)

    def stop(self, account_id: UUID, currency: str, by: Actor) -> None:
        """Stop autopay at once; what was announced and not begun is called off."""
        self._shell.run(StopAutopay(account_id=account_id, currency=currency), by)

    def preview(self, account_id: UUID, currency: str, by: Actor) -> tuple[ScheduleRow, ...]:
        """Answer the payments that autopay would announce next, as the books are now; what it announced already is scheduled."""
        events = self._shell.rehearse(LookAhead(account_id=account_id, currency=currency), by).events
        schedules = (event.schedule for event in events if isinstance(event, AutopayAnnounced))
        return tuple(schedule_row(one, {line.document_id for line in one.lines}) for one in schedules)

    def list(self, account_id: UUID, by: Actor) -> tuple[AutopayRow, ...]:
        """Answer how an account pays by itself, by currency, with what was stopped."""
        return tuple(autopay_row(rule_of(row)) for row in self._shell.ask(AUTOPAY, by, account_id=account_id))
