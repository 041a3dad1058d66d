"""What is told of payments that are made by themselves: before they are, when they could not be, when they are made no more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from lockportal import codec
from lockportal.context import Context
from lockportal.core.messages import Draft
from lockportal.core.money import Money
from lockportal.core.ports import JournalRow
from lockportal.payments.autopay.models import AutopayAnnounced, AutopayFailed, AutopayLeftOut, AutopayPaused
from lockportal.payments.earmarks import DepositAsked
from lockportal.payments.operations import Advice
from lockportal.payments.scheduling.models import ScheduledPayment, ScheduleFailed, ScheduleOrigin, ScheduleSkipped
from lockportal.payments.telling.listing import Lines, Telling
from lockportal.payments.telling.messages import (
    AboveCeiling,
    AutopayNotice,
    AutopayStands,
    DepositWanted,
    NothingToTake,
    ScheduledFailed,
)

_THREAD: Final = "payments"


class ComingNotices:
    """Turns what becomes of payments to come into messages."""

    def __init__(self, context: Context) -> None:
        """Take where the portal is reached."""
        self._telling = Telling(context)
        self._base_url = context.base_url

    def announced(self, row: JournalRow) -> Sequence[Draft]:
        """Draft what is told before a payment is made by itself."""
        event: AutopayAnnounced = codec.load_stored(AutopayAnnounced, row.body)
        schedule = event.schedule
        listed, more = self._telling.listed(row.account_id, _lines(schedule))
        told = AutopayNotice(
            customer=self._telling.customer(row.account_id),
            amount=schedule.amount,
            on=schedule.on,
            method=schedule.method.value,
            documents=listed,
            more=more,
            link=f"{self._base_url}/accounts/{row.account_id}/payments",
        )
        return [Draft(variables=told, thread=_THREAD, key=f"autopay-notice/{schedule.id}")]

    def autopay_failed(self, row: JournalRow) -> Sequence[Draft]:
        """Draft what is told of a payment of autopay that could not be made, with the day of the next try."""
        event: AutopayFailed = codec.load_stored(AutopayFailed, row.body)
        return [self._failed(row, event.schedule, event.rule.not_before)]

    def schedule_failed(self, row: JournalRow) -> Sequence[Draft]:
        """Draft what is told of a payment of a payer's own day, or of a plan, that could not be made."""
        event: ScheduleFailed = codec.load_stored(ScheduleFailed, row.body)
        return [] if event.schedule.origin is ScheduleOrigin.AUTOPAY else [self._failed(row, event.schedule, None)]

    def paused(self, row: JournalRow) -> Sequence[Draft]:
        """Draft what is told when autopay stands still."""
        event: AutopayPaused = codec.load_stored(AutopayPaused, row.body)
        told = AutopayStands(
            customer=self._telling.customer(row.account_id),
            currency=event.rule.currency,
            method=event.rule.method.value,
            link=f"{self._base_url}/accounts/{row.account_id}/payments",
        )
        return [Draft(variables=told, thread=_THREAD)]

    def left_out(self, row: JournalRow) -> Sequence[Draft]:
        """Draft what is told of documents that autopay leaves out, as each is above its ceiling."""
        event: AutopayLeftOut = codec.load_stored(AutopayLeftOut, row.body)
        told = AboveCeiling(
            customer=self._telling.customer(row.account_id),
            ceiling=event.rule.ceiling or Money.zero(event.rule.currency),  # without one nothing is left out
            count=len(event.documents),
            link=f"{self._base_url}/accounts/{row.account_id}/documents?state=open",
        )
        return [Draft(variables=told, thread=_THREAD)]

    def skipped(self, row: JournalRow) -> Sequence[Draft]:
        """Draft what is told of a payment of a payer's own day that had nothing to pay any more."""
        event: ScheduleSkipped = codec.load_stored(ScheduleSkipped, row.body)
        if event.schedule.origin is not ScheduleOrigin.PAYER:
            return []
        told = NothingToTake(
            customer=self._telling.customer(row.account_id),
            amount=event.schedule.amount,
            on=event.schedule.on,
            link=f"{self._base_url}/accounts/{row.account_id}/payments",
        )
        return [Draft(variables=told, thread=_THREAD, key=f"schedule-skipped/{event.schedule.id}")]

    def deposit_asked(self, row: JournalRow) -> Sequence[Draft]:
        """Draft what is told of a deposit on an order that customers may see."""
        event: DepositAsked = codec.load_stored(DepositAsked, row.body)
        deposit = event.deposit
        if not self._telling.sees(row.account_id, deposit.document_id):
            return []
        told = DepositWanted(
            customer=self._telling.customer(row.account_id),
            number=deposit.number,
            amount=deposit.amount,
            due_on=deposit.due_on,
            note=deposit.note,
            link=f"{self._base_url}/accounts/{row.account_id}/deposits",
        )
        return [Draft(variables=told, thread=_THREAD, key=f"deposit-asked/{deposit.id}")]

    def _failed(self, row: JournalRow, schedule: ScheduledPayment, again_on: date | None) -> Draft:
        listed, more = self._telling.listed(row.account_id, _lines(schedule))
        told = ScheduledFailed(
            customer=self._telling.customer(row.account_id),
            amount=schedule.amount,
            on=schedule.on,
            method=schedule.method.value,
            advice=(Advice.NEVER if schedule.final else Advice.OTHER_METHOD).value,
            again_on=again_on,
            documents=listed,
            more=more,
            link=f"{self._base_url}/accounts/{row.account_id}/documents?state=open",
        )
        return Draft(variables=told, thread=_THREAD, key=f"schedule-failed/{schedule.id}")


def _lines(schedule: ScheduledPayment) -> Lines:
    return [(line, line.cash.minor) for line in schedule.lines]
