"""The plain data of a payment's papers, pure: what the renderer is given for a receipt and for a remittance advice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from attrs import frozen

from lockportal.core.money import Money
from lockportal.core.settings import Supplier
from lockportal.documents.papers import money
from lockportal.payments.folding import PaymentState
from lockportal.payments.lines import PaymentLine
from lockportal.payments.methods import MethodKind
from lockportal.payments.models import Operation, Payment
from lockportal.payments.operations import (
    OpKind,
    OpStatus,
)
from lockportal.payments.transfers import structured_reference

Plain = dict[str, Any]
_TAKING: Final = frozenset({OpKind.SALE, OpKind.CAPTURE})
_BACK: Final[Mapping[OpKind, int]] = MappingProxyType(
    {
        OpKind.REFUND: 1,
        OpKind.RETURN: 1,
        OpKind.CHARGEBACK: 1,
        OpKind.REFUND_REVERSAL: -1,
        OpKind.REINSTATEMENT: -1,
    }
)
_WENT_BACK: Final = frozenset({PaymentState.PARTLY_REFUNDED, PaymentState.REFUNDED, PaymentState.REVERSED})
_UNBEGUN: Final = frozenset({PaymentState.NEW, PaymentState.ACTION_REQUIRED})
_UNMADE: Final = frozenset({PaymentState.FAILED, PaymentState.CANCELED})


@frozen(kw_only=True)
class Around:
    """What every paper of a payment bears: the letterhead, whom it is for, the language, and where the payment is shown.

    `seen` are the documents that whoever reads it may see; of the others only their sum is told.
    """

    supplier: Plain
    customer: Plain
    language: str
    portal_url: str
    seen: frozenset[UUID]


def has_receipt(payment: Payment) -> bool:
    """Say whether money came in, or is on its way."""
    return payment.totals.captured > 0 or on_its_way(payment) > 0


def on_its_way(payment: Payment) -> int:
    """Answer how much money is on its way, in minor units: its bank or gateway has said so, and it has not come in."""
    counts = payment.state not in _UNBEGUN and not payment.unknown
    return payment.totals.captured_maybe if counts else 0


def has_remittance(payment: Payment) -> bool:
    """Say whether there is anything to advise of: what failed, or was called off, pays nothing."""
    return payment.state not in _UNMADE


def received_at(operations: Sequence[Operation]) -> datetime | None:
    """Answer when the last of the money came in, None where none has."""
    seen = [one.merged.at for one in _done(operations) if one.kind in _TAKING]
    return max((at for at in seen if at is not None), default=None)


def receipt_data(payment: Payment, operations: Sequence[Operation], supplier: Supplier, around: Around) -> Plain:
    """Answer the data of a receipt: what came in, what went back since, and what the rest stands applied to."""
    shown, others = _parted(payment, around)
    received = payment.totals.captured
    back = [_back(one, supplier) for one in _done(operations) if one.kind in _BACK]
    kept = received - sum(one["amount"]["minor"] for one in back)
    at = received_at(operations)
    applied = sum(line.paid for line in payment.lines) + payment.rest_posted + payment.fee_posted
    return {
        **_common(payment, around, payment.started_on if at is None else supplier.today(at)),
        "lines": [_posted(payment, line) for line in shown],
        "others": _some(payment, sum(line.paid for line in others)),
        "on_account": _some(payment, payment.rest_posted),
        "fee": _some(payment, payment.fee_posted),
        "unapplied": _some(payment, kept - applied),
        "received": _amount(payment, received),
        "pending": _some(payment, on_its_way(payment)),
        "returned": back,
        "total": _amount(payment, kept),
        "state": payment.state.value if payment.state in _WENT_BACK else None,
    }


def remittance_data(payment: Payment, around: Around) -> Plain:
    """Answer the data of a remittance advice: what the payment is for, as its payer has chosen."""
    shown, others = _parted(payment, around)
    waits = payment.method is MethodKind.BANK_TRANSFER and payment.held > 0
    return {
        **_common(payment, around, payment.started_on),
        "lines": [_planned(line) for line in shown],
        "others": _some(payment, sum(line.cash.minor for line in others)),
        "on_account": _some(payment, payment.on_account.minor),
        "fee": _some(payment, payment.fee.minor),
        "total": money(payment.amount),
        "transfer_reference": structured_reference(payment) if waits else None,
    }


def _common(payment: Payment, around: Around, issued_on: date) -> Plain:
    return {
        "supplier": around.supplier,
        "customer": around.customer,
        "language": around.language,
        "portal_url": around.portal_url,
        "number": payment.reference,
        "issued_on": issued_on.isoformat(),
        "counts_on": payment.started_on.isoformat(),
        "method": payment.method.value,
        "currency": payment.currency,
    }


def _parted(payment: Payment, around: Around) -> tuple[list[PaymentLine], list[PaymentLine]]:
    """Part the lines of documents that are seen from those of others."""
    shown = [line for line in payment.lines if line.document_id in around.seen]
    return shown, [line for line in payment.lines if line.document_id not in around.seen]


def _planned(line: PaymentLine) -> Plain:
    return {
        "number": line.number,
        "open": money(line.open),
        "paid": money(line.cash),
        "discount": money(line.discount),
        "credit": money(line.credit),
        "left": money(line.left),
    }


def _posted(payment: Payment, line: PaymentLine) -> Plain:
    """Answer a line as far as it was posted, less what went back since."""
    credit = line.credit.minor if payment.credited else 0
    left = line.open.minor - line.paid - line.discounted - credit
    return {
        "number": line.number,
        "open": money(line.open),
        "paid": _amount(payment, line.paid),
        "discount": _amount(payment, line.discounted),
        "credit": _amount(payment, credit),
        "left": _amount(payment, left),
    }


def _done(operations: Sequence[Operation]) -> list[Operation]:
    """Answer the operations that moved money as they were asked."""
    return [one for one in operations if one.status is OpStatus.SUCCEEDED and one.operating.moved]


def _back(operation: Operation, supplier: Supplier) -> Plain:
    at = operation.merged.at or operation.created_at
    signed = Money(_BACK[operation.kind] * operation.amount.minor, operation.amount.currency)
    return {"kind": operation.kind.value, "date": supplier.today(at).isoformat(), "amount": money(signed)}


def _amount(payment: Payment, minor: int) -> Plain | None:
    return money(Money(minor, payment.currency))


def _some(payment: Payment, minor: int) -> Plain | None:
    return _amount(payment, minor) if minor else None
