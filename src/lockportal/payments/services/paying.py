"""What a payer does: look at what is open, have a payment worked out, begin it, come back from a gateway, call it off."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

from lockportal.context import Context
from lockportal.core.actor import Actor
from lockportal.core.errors import Refused
from lockportal.core.money import Money
from lockportal.documents.visibility.showing import visibility_of
from lockportal.payments.addresses import Addresses
from lockportal.payments.calling import Calling
from lockportal.payments.commands import StartPayment
from lockportal.payments.following.commands import CloseByHand
from lockportal.payments.gateways import Gateways
from lockportal.payments.methods import BY_HAND
from lockportal.payments.models import PaymentStarted
from lockportal.payments.payers import Payer
from lockportal.payments.planning import MOST_LINES
from lockportal.payments.queries import CREDITS, PAYABLE
from lockportal.payments.services.failover import Failover
from lockportal.payments.services.giving_up import GivingUp
from lockportal.payments.services.reading import Reading
from lockportal.payments.settings import PaymentsSettings
from lockportal.payments.starting import Starting
from lockportal.payments.views import CreditRow, PaymentProgress, Quote

_CREDITS: Final = 200


class Paying:
    """Does for a payer what they ask for, and answers where the payment is."""

    def __init__(self, context: Context, gateways: Gateways, starting: Starting, calling: Calling, reading: Reading) -> None:
        """Take the shell and the clock, what makes the command, the way to gateways, and what is read of payments."""
        self._shell = context.shell
        self._clock = context.clock
        self._supplier = context.supplier
        self._settings = context.shell.settings(PaymentsSettings)
        self._visibility = visibility_of(context)
        self._addresses = Addresses(context)
        self._calling = calling
        self._reading = reading
        self._failover = Failover(context, starting, calling)
        self._giving_up = GivingUp(gateways, calling)

    def payable(self, account_id: UUID, currency: str, by: Actor, due: date | None) -> tuple[UUID, ...]:
        """Answer the open documents of one currency, the oldest first: all, or those due by a day."""
        due = None if due == date.max else due  # everything is due by then
        shape = {"hidden": self._visibility.hidden(by), "overdue": due is not None}
        bound: dict[str, Any] = {} if due is None else {"until": date.fromordinal(due.toordinal() + 1)}
        rows = self._shell.ask(PAYABLE, by, account_id=account_id, shape=shape, currency=currency, limit=MOST_LINES, **bound)
        return tuple(row.id for row in rows)

    def credits(self, account_id: UUID, by: Actor) -> tuple[CreditRow, ...]:
        """Answer the credit that can be used, the oldest first."""
        rows = self._shell.ask(CREDITS, by, account_id=account_id, shape={"hidden": self._visibility.hidden(by)}, limit=_CREDITS)
        return tuple(
            CreditRow(id=row.id, name=row.name, since=row.on, amount=Money(-int(row.minor), row.currency)) for row in rows
        )

    def quote(self, command: StartPayment, by: Actor) -> Quote:
        """Answer exactly what the command would do; nothing is stored or reserved."""
        decision = self._shell.rehearse(command, by)
        payment = next(event.payment for event in decision.events if isinstance(event, PaymentStarted))
        return Quote(
            lines=payment.lines,
            credits=payment.credits,
            on_account=payment.on_account,
            fee=payment.fee,
            amount=payment.amount,
            counts_on=payment.started_on,
            expires_at=self._supplier.end_of(self._supplier.today(self._clock.now())),
        )

    def check(self, account_id: UUID, by: Actor, payer: Payer | None) -> None:
        """Let whoever may pay pass, whose browser goes on where it may."""
        StartPayment.audience.check(by, account_id)
        self._addresses.check(payer, by)

    def start(self, command: StartPayment, by: Actor, key: str | None) -> PaymentProgress:
        """Reserve the balances, then ask the gateway; where it was proven never to be reached, the next account's."""
        payer, account_id = command.payer, command.account_id
        nobody = payer is None and command.method_id is None
        if nobody and command.method not in BY_HAND and self._settings.method(command.method) is not None:
            command.audience.check(by, account_id)
            raise Refused(
                "payment.payer_missing", "Say where the payer's browser goes on: return_url, cancel_url.", field="payer"
            )
        receipt = self._shell.run(command, by, key=key)
        payment = self._calling.stored.payment(account_id, receipt.id)
        action = None
        if payment.operations and payment.merchant_account:
            there = payer is not None and payer.present
            action = self._calling.perform(account_id, payment.operations[0], waited_for=there)
            if there:
                payment, action = self._failover.follow(command, by, key, payment, action)
        return self._reading.progress(account_id, payment.id, by, action)

    def complete(self, account_id: UUID, payment_id: UUID, by: Actor, params: Mapping[str, str]) -> PaymentProgress:
        """Ask the gateway about a payment whose payer came back, as `params` prove nothing."""
        self._reading.check(account_id, payment_id, by)
        for operation in self._calling.stored.operations(account_id, payment_id):
            if operation.live and operation.merchant_account:
                self._calling.complete(operation, dict(params))
        return self._reading.progress(account_id, payment_id, by)

    def cancel(self, account_id: UUID, payment_id: UUID, by: Actor, key: str | None) -> PaymentProgress:
        """Call off what is waited for: by hand, or by having the gateway close its page."""
        CloseByHand.audience.check(by, account_id)
        if self._calling.stored.payment(account_id, payment_id).merchant_account:
            self._giving_up.give_up(account_id, payment_id)
        else:
            self._shell.run(CloseByHand(account_id=account_id, payment_id=payment_id), by, key=key)
        return self._reading.progress(account_id, payment_id, by)
