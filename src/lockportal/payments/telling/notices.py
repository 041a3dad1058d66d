"""What is told of payments' events, each thing once, however often and in whatever order gateways tell of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from lockportal import codec
from lockportal.context import Context
from lockportal.core.actor import SYSTEM
from lockportal.core.messages import Draft
from lockportal.core.money import Money
from lockportal.core.ports import JournalRow
from lockportal.core.record import Event
from lockportal.ledger.models import LedgerSettings
from lockportal.payments.folding import PaymentState
from lockportal.payments.methods import BY_HAND
from lockportal.payments.models import Operation, OperationAsked, OperationObserved, Payment, PaymentStarted
from lockportal.payments.operations import OpKind, OpStatus
from lockportal.payments.settings import PaymentsSettings
from lockportal.payments.telling.listing import Lines, Telling
from lockportal.payments.telling.messages import (
    PaymentFailed,
    PaymentReturned,
    PaymentSucceeded,
    RefundMade,
    TransferInstructions,
)
from lockportal.payments.transfers import instructions
from lockportal.payments.wording import Wording
from lockportal.profiles import queries as profiles

_THERE: Final = timedelta(minutes=5)
"""For so long whoever pays is taken to look at the page, which tells of a failure by itself."""
_THREAD: Final = "payments"
_NO_ADVICE: Final = "other_method"
_TAKING: Final = frozenset({OpKind.SALE, OpKind.CAPTURE})
_BEGINNING: Final = frozenset({OpKind.SALE, OpKind.AUTHORIZE, OpKind.CAPTURE})
_RETURNING: Final = frozenset({OpKind.RETURN, OpKind.CHARGEBACK})
_EVENTS: Final[dict[str, type[Event]]] = {
    "payments.payment_started": PaymentStarted,
    "payments.operation_asked": OperationAsked,
    "payments.operation_observed": OperationObserved,
}


class PaymentNotices:
    """Turns what became of payments into messages."""

    def __init__(self, context: Context) -> None:
        """Take the shell, the settings, and where the portal is reached."""
        self._shell = context.shell
        self._supplier = context.supplier
        self._base_url = context.base_url
        self._settings = context.shell.settings(PaymentsSettings)
        self._telling = Telling(context)
        self._ledger = context.shell.settings(LedgerSettings)
        self._wording = Wording(context)

    def succeeded(self, row: JournalRow) -> Sequence[Draft]:
        """Draft the receipt of money that came in, unless that was longer ago than `receipt_days` of the ledger."""
        payment, operations = _told(row)
        since = self._supplier.today(row.at) - timedelta(days=self._ledger.receipt_days)
        drafts = []
        for one in operations:
            on = self._day(one, row)
            if _done(one, _TAKING) and on > since:
                page = self._page(payment)
                listed, more = self._telling.listed(payment.account_id, _settled(payment))
                told = PaymentSucceeded(
                    customer=self._telling.customer(row.account_id),
                    reference=payment.reference,
                    amount=one.amount,
                    received_on=on,
                    method=payment.method.value,
                    documents=listed,
                    more=more,
                    fee=_some(payment.fee),
                    on_account=_some(payment.on_account),
                    link=page,
                    receipt=f"{page}/receipt.pdf",
                )
                drafts.append(Draft(variables=told, thread=_THREAD, key=f"payment-succeeded/{one.id}"))
        return drafts

    def failed(self, row: JournalRow) -> Sequence[Draft]:
        """Draft what is told of a payment that failed when its payer had gone; of a scheduled one its schedule is told."""
        payment, operations = _told(row)
        drafts = []
        for one in operations:
            own = payment.schedule_id is None  # of others it is told with their schedule
            if (
                own
                and payment.state is PaymentState.FAILED
                and one.kind in _BEGINNING
                and one.status is OpStatus.FAILED
                and _left(one)
            ):
                listed, more = self._telling.listed(payment.account_id, _planned(payment))
                told = PaymentFailed(
                    customer=self._telling.customer(row.account_id),
                    reference=payment.reference,
                    amount=payment.amount,
                    method=payment.method.value,
                    advice=_advice(one),
                    said=self._said(payment, one),
                    documents=listed,
                    more=more,
                    link=f"{self._base_url}/accounts/{row.account_id}/documents?state=open",
                )
                drafts.append(Draft(variables=told, thread=_THREAD, key=f"payment-failed/{payment.id}"))
        return drafts

    def returned(self, row: JournalRow) -> Sequence[Draft]:
        """Draft what is told of a debit that came back, or was charged back."""
        payment, operations = _told(row)
        drafts = []
        for one in operations:
            if _done(one, _RETURNING):
                listed, more = self._telling.listed(payment.account_id, _opened(payment))
                told = PaymentReturned(
                    customer=self._telling.customer(row.account_id),
                    reference=payment.reference,
                    amount=one.amount,
                    returned_on=self._day(one, row),
                    method=payment.method.value,
                    disputed=one.kind is OpKind.CHARGEBACK,
                    advice=_advice(one),
                    said=self._said(payment, one),
                    documents=listed,
                    more=more,
                    link=f"{self._base_url}/accounts/{row.account_id}/documents?state=open",
                )
                drafts.append(Draft(variables=told, thread=_THREAD, key=f"payment-returned/{one.id}"))
        return drafts

    def _said(self, payment: Payment, operation: Operation) -> str:
        """Answer the host's words, in the customer's language; empty where it has none."""
        (row,) = self._shell.ask(profiles.CUSTOMER, SYSTEM, account_id=payment.account_id)
        return self._wording.of(payment, (operation,), profiles.customer_of(row).language)

    def refunded(self, row: JournalRow) -> Sequence[Draft]:
        """Draft what is told of money that was given back."""
        payment, operations = _told(row)
        drafts = []
        for one in operations:
            if _done(one, frozenset({OpKind.REFUND})):
                listed, more = self._telling.listed(payment.account_id, _opened(payment))
                told = RefundMade(
                    customer=self._telling.customer(row.account_id),
                    reference=payment.reference,
                    amount=one.amount,
                    refunded_on=self._day(one, row),
                    method=payment.method.value,
                    documents=listed,
                    more=more,
                    link=self._page(payment),
                )
                drafts.append(Draft(variables=told, thread=_THREAD, key=f"payment-refunded/{one.id}"))
        return drafts

    def instructed(self, row: JournalRow) -> Sequence[Draft]:
        """Draft how to pay by transfer or cheque, for whoever wants to; staff have it told to all who may pay."""
        payment, operations = _told(row)
        waits = any(one.status is OpStatus.ACTION_REQUIRED for one in operations)
        if payment.method not in BY_HAND or payment.merchant_account or not waits:
            return []
        how = instructions(payment, self._settings.method(payment.method), self._supplier.bank)
        page = self._page(payment)
        listed, more = self._telling.listed(payment.account_id, _planned(payment))
        told = TransferInstructions(
            customer=self._telling.customer(row.account_id),
            reference=payment.reference,
            amount=payment.amount,
            method=payment.method.value,
            steps=tuple(line for line in how.lines if line != str(payment.amount)),
            state=how.token,
            documents=listed,
            more=more,
            link=page,
            advice=f"{page}/remittance.pdf",
        )
        key = f"payment-instructions/{payment.id}"
        return [Draft(variables=told, contacts=self._payer(payment), thread=_THREAD, key=key)]

    def _payer(self, payment: Payment) -> tuple[UUID, ...] | None:
        """Answer the contact of the account who began a payment; None where it was nobody of theirs."""
        if payment.contact_id is None:
            return None
        account_id, contact = payment.account_id, payment.contact_id
        found = self._shell.ask(profiles.CONTACTS, SYSTEM, account_id=account_id, shape={"one": True}, contact=contact)
        return (contact,) if found else None

    def _page(self, payment: Payment) -> str:
        return f"{self._base_url}/accounts/{payment.account_id}/payments/{payment.id}"

    def _day(self, operation: Operation, row: JournalRow) -> date:
        return self._supplier.today(operation.merged.at or row.at)


def _told(row: JournalRow) -> tuple[Payment, tuple[Operation, ...]]:
    """Answer the payment and the operations that a row tells of."""
    event: Any = codec.load_stored(_EVENTS[row.type], row.body)
    return event.payment, event.operations if isinstance(event, PaymentStarted) else (event.operation,)


def _done(operation: Operation, kinds: frozenset[OpKind]) -> bool:
    """Say whether an operation of some kinds moved its money as it was asked."""
    return operation.kind in kinds and operation.status is OpStatus.SUCCEEDED and operation.operating.moved > 0


def _left(operation: Operation) -> bool:
    """Say whether a failure was seen when the payer had gone, or had never been there."""
    at, payer = operation.merged.at, operation.payer
    absent = payer is not None and not payer.present
    return absent or (at is not None and at - operation.created_at > _THERE)


def _advice(operation: Operation) -> str:
    decline = operation.merged.decline
    return _NO_ADVICE if decline is None else decline.advice.value


def _planned(payment: Payment) -> Lines:
    """Answer the lines with what the payment's money is to pay of them."""
    return [(line, line.cash.minor) for line in payment.lines]


def _settled(payment: Payment) -> Lines:
    """Answer the lines with what came in for them: where a part of the money did, what was posted."""
    if payment.totals.captured >= payment.amount.minor:
        return _planned(payment)
    return [(line, line.paid) for line in payment.lines if line.paid]


def _opened(payment: Payment) -> Lines:
    """Answer the lines that are open again, with how much of them is."""
    gone = [(line, line.cash.minor + line.discount.minor - line.paid - line.discounted) for line in payment.lines]
    return [(line, minor) for line, minor in gone if minor > 0]


def _some(money: Money) -> Money | None:
    return None if money.is_zero else money
