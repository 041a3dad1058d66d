"""What a gateway is asked of an operation that is stored: the same however often. Pure, but for the call itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from lockportal.payments.models import Operation, Payment
from lockportal.payments.operations import OpKind
from lockportal.payments.payers import Payer
from lockportal.payments.ports import PaymentGateway
from lockportal.payments.requests import (
    CustomerRef,
    FollowRequest,
    GatewayResult,
    Intent,
    InvoiceRef,
    MethodRef,
    OperationRef,
    StartRequest,
)

_PAYMENT: Final = "{payment}"


def follow_of(operation: Operation, parent: OperationRef) -> FollowRequest:
    """Answer what is asked of a gateway that already knows the payment."""
    return FollowRequest(operation_id=operation.id, money=operation.amount, parent=parent, reason=operation.reason)


def start_of(
    operation: Operation, payment: Payment, *, home: str, page: timedelta, method: MethodRef | None, customer: CustomerRef
) -> StartRequest:
    """Answer what begins a payment: at the portal's address `home`, whose payer may take as long as `page` to decide."""
    address = f"{home}/accounts/{operation.account_id}/payments/{payment.id}"
    there = operation.payer or Payer(return_url=address, cancel_url=address, present=False)
    return StartRequest(
        operation_id=operation.id,
        money=operation.amount,
        intent=Intent.SALE if operation.kind is OpKind.SALE else Intent.AUTHORIZE,
        kind=payment.method,
        method=method,
        save=payment.saves,
        customer=customer,
        reference=payment.reference,
        invoices=tuple(InvoiceRef(number=line.number, amount=line.cash) for line in payment.lines),
        return_url=there.return_url.replace(_PAYMENT, str(payment.id)),
        cancel_url=there.cancel_url.replace(_PAYMENT, str(payment.id)),
        locale=there.locale,
        off_session=not there.present,
        expires_at=operation.created_at + page if there.present else None,
    )


def asked(gateway: PaymentGateway, kind: OpKind, request: StartRequest | FollowRequest) -> GatewayResult:
    """Call the method of an operation's kind."""
    if isinstance(request, StartRequest):
        return gateway.start(request)
    calls = {OpKind.CAPTURE: gateway.capture, OpKind.VOID: gateway.void, OpKind.REFUND: gateway.refund}
    return calls[kind](request)
