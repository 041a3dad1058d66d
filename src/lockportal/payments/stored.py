"""Payments, their operations and saved methods as they are stored now, for the flows between two commits."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from lockportal.context import Context
from lockportal.core.actor import SYSTEM
from lockportal.core.errors import NotFound
from lockportal.core.money import Money
from lockportal.payments.exchanges import Exchange
from lockportal.payments.models import Operation, Payment
from lockportal.payments.operations import OpStatus
from lockportal.payments.payers import NextAction
from lockportal.payments.queries import EXCHANGES, OPERATION, OPERATIONS, PAYMENT, exchange_of, operation_of, payment_of
from lockportal.payments.requests import CustomerRef, OperationRef
from lockportal.payments.saving.models import SavedMethod
from lockportal.payments.saving.queries import METHOD, method_of
from lockportal.profiles import queries as profiles


class Stored:
    """Reads what is stored, whoever asks: who may is checked before."""

    def __init__(self, context: Context) -> None:
        """Take the shell."""
        self._shell = context.shell

    def operation(self, account_id: UUID, operation_id: UUID) -> Operation:
        """Answer one operation as it is stored now."""
        return operation_of(_one(self._shell.ask(OPERATION, SYSTEM, account_id=account_id, operation=operation_id)))

    def payment(self, account_id: UUID, payment_id: UUID) -> Payment:
        """Answer one payment as it is stored now."""
        return payment_of(_one(self._shell.ask(PAYMENT, SYSTEM, account_id=account_id, payment=payment_id)))

    def operations(self, account_id: UUID, payment_id: UUID) -> tuple[Operation, ...]:
        """Answer the operations of a payment in the order of their making."""
        return tuple(map(operation_of, self._shell.ask(OPERATIONS, SYSTEM, account_id=account_id, payment=payment_id)))

    def next_action(self, operation: Operation) -> NextAction | None:
        """Answer what the payer was told last to do for an operation that still waits for it."""
        if operation.status is not OpStatus.ACTION_REQUIRED:
            return None
        told = [one for one in self.exchanges(operation.account_id, [operation.id]) if one.next_action is not None]
        return told[-1].next_action if told else None

    def exchanges(self, account_id: UUID, operations: list[UUID]) -> tuple[Exchange, ...]:
        """Answer what was said to gateways and by them."""
        return tuple(map(exchange_of, self._shell.ask(EXCHANGES, SYSTEM, account_id=account_id, operations=operations)))

    def saved(self, account_id: UUID, method_id: UUID) -> SavedMethod:
        """Answer one saved method as it is stored now."""
        rows = self._shell.ask(METHOD, SYSTEM, account_id=account_id, method=method_id)
        if not rows:
            raise NotFound("saved_method.not_found", "There is no such saved method.")
        return method_of(rows[0])

    def parent(self, operation: Operation) -> OperationRef | None:
        """Answer the operation that another one is about, as a gateway knows it."""
        if operation.parent_id is None:
            return None
        parent = self.operation(operation.account_id, operation.parent_id)
        return OperationRef(operation_id=parent.id, gateway_ref=parent.gateway_ref, money=parent.amount)

    def customer(self, account_id: UUID) -> CustomerRef:
        """Answer what a gateway may know of a customer."""
        row = _one(self._shell.ask(profiles.CUSTOMER, SYSTEM, account_id=account_id))
        return CustomerRef(account_id=account_id, number=row.number, name=row.name)

    def nothing(self) -> Money:
        """Answer no money, in the supplier's first currency."""
        return Money.zero(self._shell.supplier.currencies[0])


def _one(rows: Any) -> Any:  # noqa: ANN401 - rows of a question
    if not rows:
        raise NotFound("payment.not_found", "There is no such payment.")
    return rows[0]
