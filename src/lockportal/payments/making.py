"""Operations in the making: those of a payment, one that is to be asked of a gateway, and what people do by hand."""

from __future__ import annotations

from datetime import datetime, timedelta

from lockportal.core.account import Account
from lockportal.core.money import Money
from lockportal.core.record import Stamp
from lockportal.payments.models import Operation, Payment
from lockportal.payments.operations import Observation, ObservationSource, OpKind, OpStatus
from lockportal.payments.settings import PaymentsSettings


def operations_of(account: Account, payment: Payment) -> tuple[Operation, ...]:
    """Answer a payment's operations, loaded at once."""
    account.require(Operation, payment.operations)
    return tuple(account.get(Operation, key) for key in payment.operations)


def asked_operation(payment: Payment, kind: OpKind, money: Money, stamp: Stamp, settings: PaymentsSettings) -> Operation:
    """Make an operation that a gateway is to be asked for, and asked about until it is over."""
    return Operation(
        id=stamp.child("operation"),
        account_id=payment.account_id,
        payment_id=payment.id,
        kind=kind,
        amount=money,
        merchant_account=payment.merchant_account,
        created_at=stamp.at,
        wake_at=stamp.at + timedelta(seconds=settings.ask_after[0]),
    )


def by_hand(kind: OpKind, money: Money, at: datetime, status: OpStatus = OpStatus.SUCCEEDED) -> Observation:
    """Observe what people do without a gateway."""
    return Observation(kind=kind, status=status, money=money, occurred_at=at, source=ObservationSource.MANUAL)
