"""A payer who left a gateway's page has it closed, so that they can pay otherwise."""

from __future__ import annotations

from uuid import UUID, uuid5

from lockportal.core.errors import Refused
from lockportal.payments.calling import Calling
from lockportal.payments.folding import PaymentState
from lockportal.payments.gateways import Gateways
from lockportal.payments.models import Operation
from lockportal.payments.operations import OpKind, OpStatus
from lockportal.payments.requests import FollowRequest, OperationRef


class GivingUp:
    """Has gateways close pages that are left open. What became of a payment they say themselves, when they are asked after."""

    def __init__(self, gateways: Gateways, calling: Calling) -> None:
        """Take the way to gateways."""
        self._gateways, self._calling = gateways, calling

    def give_up(self, account_id: UUID, payment_id: UUID) -> None:
        """Close the page of a payment, if it is still open; the same again changes nothing.

        Refused `payment.not_waiting` where no payer is waited for, `payment.page_open` where the gateway leaves it open.
        """
        payment = self._calling.stored.payment(account_id, payment_id)
        waiting = [
            one for one in self._calling.stored.operations(account_id, payment_id) if one.status is OpStatus.ACTION_REQUIRED
        ]
        if not waiting and payment.state is not PaymentState.CANCELED:
            raise Refused("payment.not_waiting", "No payer is waited for by this payment.")
        able = self._calling.capability(payment)
        closes = able.closes_pages or able.offers(OpKind.VOID, payment.currency)
        for one in waiting:
            self._calling.pursue(account_id, one.id)
            if self._open(one) and closes:
                self._close(one)
                self._calling.pursue(account_id, one.id)
            if self._open(one):
                raise Refused("payment.page_open", "The page of this payment is still open. Pay there, or try again later.")

    def _open(self, operation: Operation) -> bool:
        return self._calling.stored.operation(operation.account_id, operation.id).status is OpStatus.ACTION_REQUIRED

    def _close(self, operation: Operation) -> None:
        """Ask for it under a key of its own; whatever is answered proves nothing."""
        parent = OperationRef(operation_id=operation.id, gateway_ref=operation.gateway_ref, money=operation.amount)
        request = FollowRequest(operation_id=uuid5(operation.id, "give-up"), money=operation.amount, parent=parent)
        self._gateways.attempt(operation.merchant_account, lambda gateway: gateway.void(request))
