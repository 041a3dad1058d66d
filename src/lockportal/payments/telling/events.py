"""Which events are told of, by which message."""

from __future__ import annotations

from typing import Final

from lockportal.core.messages import MessageKind, Notice
from lockportal.core.record import Event
from lockportal.payments.autopay.models import AutopayAnnounced, AutopayFailed, AutopayLeftOut, AutopayPaused
from lockportal.payments.earmarks import DepositAsked
from lockportal.payments.models import OperationAsked, OperationObserved, PaymentStarted
from lockportal.payments.scheduling.models import ScheduleFailed, ScheduleSkipped
from lockportal.payments.telling.messages import (
    AUTOPAY_LEFT_OUT,
    AUTOPAY_NOTICE,
    AUTOPAY_PAUSED,
    DEPOSIT_ASKED,
    FAILED,
    INSTRUCTIONS,
    REFUNDED,
    RETURNED,
    SCHEDULE_SKIPPED,
    SCHEDULED_FAILED,
    SUCCEEDED,
)


def _told(event: type[Event], kind: MessageKind, method: str) -> Notice:
    return Notice(event=event, kind=kind, compose=f"lockportal.payments.telling.notices:PaymentNotices.{method}")


def _said(event: type[Event], kind: MessageKind, method: str) -> Notice:
    return Notice(event=event, kind=kind, compose=f"lockportal.payments.telling.coming:ComingNotices.{method}")


NOTICES: Final = (
    _told(PaymentStarted, SUCCEEDED, "succeeded"),
    _told(PaymentStarted, INSTRUCTIONS, "instructed"),
    _told(OperationAsked, REFUNDED, "refunded"),
    _told(OperationObserved, SUCCEEDED, "succeeded"),
    _told(OperationObserved, FAILED, "failed"),
    _told(OperationObserved, RETURNED, "returned"),
    _told(OperationObserved, REFUNDED, "refunded"),
    _said(AutopayAnnounced, AUTOPAY_NOTICE, "announced"),
    _said(AutopayFailed, SCHEDULED_FAILED, "autopay_failed"),
    _said(ScheduleFailed, SCHEDULED_FAILED, "schedule_failed"),
    _said(AutopayPaused, AUTOPAY_PAUSED, "paused"),
    _said(AutopayLeftOut, AUTOPAY_LEFT_OUT, "left_out"),
    _said(ScheduleSkipped, SCHEDULE_SKIPPED, "skipped"),
    _said(DepositAsked, DEPOSIT_ASKED, "deposit_asked"),
)
"""What is recorded by hand is there at once; what is asked of a gateway is told when it was seen to be done."""
