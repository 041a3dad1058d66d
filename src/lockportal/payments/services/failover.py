"""A payment whose gateway was not reached goes on through another account, where the supplier has one for its way to pay.

Only what is proven never to have been sent goes on: it is closed as such in a commit of its own, and the other account gets a
payment of its own, with its own operation. Whatever may have been received waits for its gateway instead.
"""

from __future__ import annotations

from lockportal.context import Context
from lockportal.core.actor import Actor
from lockportal.core.errors import Refused
from lockportal.payments.calling import Calling
from lockportal.payments.commands import StartPayment
from lockportal.payments.models import Payment
from lockportal.payments.payers import NextAction
from lockportal.payments.starting import Starting


class Failover:
    """Begins a payment again through the next account, while its payer waits."""

    def __init__(self, context: Context, starting: Starting, calling: Calling) -> None:
        """Take the shell, what makes the command, and the way to gateways."""
        self._shell, self._starting, self._calling = context.shell, starting, calling

    def follow(
        self, command: StartPayment, by: Actor, key: str | None, payment: Payment, action: NextAction | None
    ) -> tuple[Payment, NextAction | None]:
        """Answer the payment that was sent at last, with what its payer has to do; the first one if there is no other way.

        The same key again goes the same way: each account has a key that follows from it.
        """
        tried = [payment.merchant_account]
        while (left := self._starting.left(command, tried)) and self._calling.never_sent(payment):
            tried.append(left[0])
            try:
                onward = self._starting.onward(command, by, left[0])
                receipt = self._shell.run(onward, by, key=None if key is None else f"{key}/{left[0]}")
            except Refused:
                continue  # not for so much, not in this currency, or somebody else pays the same by now
            payment = self._calling.stored.payment(payment.account_id, receipt.id)
            action = self._calling.perform(payment.account_id, payment.operations[0], waited_for=True)
        return payment, action
