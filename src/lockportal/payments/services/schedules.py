"""What an application asks of scheduled payments, and how one is made when its day has come."""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import UUID

from attrs import evolve

from lockportal.context import Context
from lockportal.core.actor import SYSTEM, Actor, Right
from lockportal.core.errors import NotFound, Refused
from lockportal.core.money import Money
from lockportal.documents.visibility.showing import visibility_of
from lockportal.payments.calling import Calling
from lockportal.payments.coming.queries import SCHEDULES, SCHEDULES_OF, schedule_of
from lockportal.payments.coming.views import ScheduleRow, schedule_row
from lockportal.payments.merchants.accounts import Merchants
from lockportal.payments.methods import MethodKind
from lockportal.payments.models import PaymentStarted
from lockportal.payments.operations import OpStatus
from lockportal.payments.planning import CreditChoice, LineChoice
from lockportal.payments.queries import SHOWN
from lockportal.payments.scheduling.commands import CancelSchedule, RunSchedule, SchedulePayment
from lockportal.payments.scheduling.models import PaymentScheduled, ScheduledPayment
from lockportal.payments.starting import Starting
from lockportal.profiles import queries as profiles

_MOST: Final = 200


class Schedules:
    """The scheduled payments of a supplier's customers: `portal.payments.schedules`."""

    def __init__(self, context: Context, starting: Starting, calling: Calling, merchants: Merchants) -> None:
        """Take the shell, the hooks that decide of payments, the way to gateways, and which accounts with them are closed."""
        self._merchants = merchants
        self._shell = context.shell
        self._visibility = visibility_of(context)
        self._starting = starting
        self._calling = calling

    def schedule(
        self,
        account_id: UUID,
        by: Actor,
        *,
        on: date,
        currency: str,
        method: MethodKind,
        saved_method: UUID,
        lines: Sequence[LineChoice] = (),
        credits: Sequence[CreditChoice] = (),  # noqa: A002 - the word of the trade
        on_account: Money | None = None,
        discounts: bool = True,
        expected: Money | None = None,
        key: str | None = None,
    ) -> ScheduleRow:
        """Have a payment made on a later day by a saved method; it is worked out for that day, and never takes more.

        The same `key` again schedules nothing more. Refused as a payment would be, and with `schedule.day`, `schedule.twice`.
        """
        command = SchedulePayment(
            account_id=account_id,
            on=on,
            currency=currency,
            lines=tuple(lines),
            credits=tuple(credits),
            on_account=on_account,
            method=method,
            method_id=saved_method,
            discounts=discounts,
            expected=expected,
        )
        receipt = self._shell.run(command, by, key=key)
        return self._rows(account_id, by, [self.stored(account_id, receipt.id)])[0]

    def quote(
        self,
        account_id: UUID,
        by: Actor,
        *,
        on: date,
        currency: str,
        method: MethodKind,
        saved_method: UUID,
        lines: Sequence[LineChoice] = (),
        credits: Sequence[CreditChoice] = (),  # noqa: A002 - the word of the trade
        on_account: Money | None = None,
        discounts: bool = True,
    ) -> ScheduleRow:
        """Answer exactly what `schedule` would keep, on the business day that it would be. Refused as that is."""
        command = SchedulePayment(
            account_id=account_id,
            on=on,
            currency=currency,
            lines=tuple(lines),
            credits=tuple(credits),
            on_account=on_account,
            method=method,
            method_id=saved_method,
            discounts=discounts,
        )
        events = self._shell.rehearse(command, by).events
        made = next(event.schedule for event in events if isinstance(event, PaymentScheduled))
        return self._rows(account_id, by, [made])[0]

    def cancel(self, account_id: UUID, schedule_id: UUID, by: Actor) -> None:
        """Call a scheduled payment off before its day."""
        self._shell.run(CancelSchedule(account_id=account_id, schedule_id=schedule_id), by)

    def list(self, account_id: UUID, by: Actor, *, waiting: bool = False) -> tuple[ScheduleRow, ...]:
        """Answer an account's scheduled payments, the latest day first, 200 at most: all, or those that may still pay."""
        rows = self._shell.ask(SCHEDULES, by, account_id=account_id, shape={"waiting": waiting}, limit=_MOST)
        return self._rows(account_id, by, [schedule_of(row) for row in rows])

    # within

    def stored(self, account_id: UUID, schedule_id: UUID) -> ScheduledPayment:
        """Answer one scheduled payment as it is stored now."""
        rows = self._shell.ask(SCHEDULES_OF, SYSTEM, account_id=account_id, schedules=[schedule_id])
        if not rows:
            raise NotFound("scheduled_payment.not_found", "There is no such scheduled payment.")
        return schedule_of(rows[0])

    def run(self, account_id: UUID, schedule_id: UUID) -> None:
        """Make a scheduled payment whose day has come; however often this is called, it is made once.

        While its account with a gateway is closed, it waits.
        """
        schedule = self.stored(account_id, schedule_id)
        if self._calling.stored.saved(account_id, schedule.method_id).merchant_account in self._merchants.names():
            return
        revoked = not self._may_pay(schedule)
        command = RunSchedule(account_id=account_id, schedule_id=schedule_id, revoked=revoked)
        events = self._shell.rehearse(command, SYSTEM).events
        started = next((one.payment for one in events if isinstance(one, PaymentStarted)), None)
        try:
            decided = {"undecided": True} if started is None else self._starting.decided(started)
        except Refused as refused:
            decided = {"denied": refused.message}
        self._shell.run(evolve(command, **decided), SYSTEM)
        payment_id = self.stored(account_id, schedule_id).payment_id
        if payment_id is not None:
            for operation in self._calling.stored.operations(account_id, payment_id):
                if operation.status is OpStatus.CREATED and operation.merchant_account:
                    self._calling.perform(account_id, operation.id)

    def _may_pay(self, schedule: ScheduledPayment) -> bool:
        """Say whether whoever wanted a payment may still pay, and whoever saved its method; a parent's contact acts here, too."""
        people = {schedule.contact_id, self._calling.stored.saved(schedule.account_id, schedule.method_id).contact_id} - {None}
        shape = {"one": True}
        found = [row for one in people for row in self._shell.ask(profiles.CONTACTS, SYSTEM, shape=shape, contact=one)]
        return all(row.active and Right.PAY in row.rights for row in found)

    def _rows(self, account_id: UUID, by: Actor, schedules: builtins.list[ScheduledPayment]) -> tuple[ScheduleRow, ...]:
        ids = sorted({line.document_id for one in schedules for line in one.lines})
        shape = {"hidden": self._visibility.hidden(by)}
        shown = self._shell.ask(SHOWN, SYSTEM, account_id=account_id, shape=shape, documents=ids) if ids else ()
        seen_ids = {row.id for row in shown}
        return tuple(schedule_row(one, seen_ids) for one in schedules)
