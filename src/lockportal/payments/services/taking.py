"""What the supplier does: record money that came, take what was authorized or give it up, and give money back."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID, uuid5

from lockportal.context import Context
from lockportal.core.actor import Actor
from lockportal.core.errors import Refused
from lockportal.core.money import Money
from lockportal.payments.calling import Calling
from lockportal.payments.commands import RecordPayment
from lockportal.payments.following.commands import AskOperation, CloseByHand
from lockportal.payments.merchants.accounts import Merchants
from lockportal.payments.methods import MethodKind
from lockportal.payments.operations import OpKind
from lockportal.payments.planning import LineChoice
from lockportal.payments.services.reading import Reading
from lockportal.payments.views import PaymentProgress

_LAST: Final = date.max - timedelta(days=1)
"""The last day that has an end."""


class Taking:
    """Does for the supplier's people what they ask for, and answers where the payment is."""

    def __init__(self, context: Context, calling: Calling, merchants: Merchants, reading: Reading) -> None:
        """Take the shell, the way to gateways, the accounts of which some may be closed, and what is read of payments."""
        self._shell = context.shell
        self._supplier = context.supplier
        self._calling = calling
        self._merchants = merchants
        self._reading = reading

    def record(
        self,
        account_id: UUID,
        by: Actor,
        *,
        money: Money,
        received_on: date,
        method: MethodKind,
        lines: tuple[LineChoice, ...],
        discounts: bool,
        reference: str,
        key: str | None,
    ) -> UUID:
        """Record money as received at the end of a day."""
        command = RecordPayment(
            account_id=account_id,
            money=money,
            received_on=received_on,
            received_at=self._end_of(received_on),
            method=method,
            lines=lines,
            discounts=discounts,
            reference=reference,
        )
        return self._shell.run(command, by, key=key).id

    def arrived(self, account_id: UUID, payment_id: UUID, received_on: date, by: Actor, key: str | None) -> PaymentProgress:
        """Close what was waited for as arrived at the end of a day."""
        command = CloseByHand(account_id=account_id, payment_id=payment_id, arrived_at=self._end_of(received_on))
        self._shell.run(command, by, key=key)
        return self._reading.progress(account_id, payment_id, by)

    def ask(
        self,
        kind: OpKind,
        account_id: UUID,
        payment_id: UUID,
        by: Actor,
        *,
        money: Money | None = None,
        reason: str = "",
        key: str | None = None,
    ) -> PaymentProgress:
        """Keep one more operation, then ask the gateway; Refused where it cannot do this, or its account is closed."""
        AskOperation.audience.check(by, account_id)
        payment = self._calling.stored.payment(account_id, payment_id)
        if payment.merchant_account and not self._calling.capability(payment).offers(kind, payment.currency):
            raise Refused("payment.unsupported", f"{payment.method} through this gateway cannot do this: {kind}.")
        if payment.merchant_account in self._merchants.names():
            raise Refused(
                "payment.gateway_closed", "The gateway does not know the credentials. Put them right, and open it again."
            )
        closes = kind is OpKind.CAPTURE and bool(payment.merchant_account) and self._calling.captures_once(payment)
        command = AskOperation(account_id=account_id, payment_id=payment_id, kind=kind, money=money, reason=reason, closes=closes)
        receipt = self._shell.run(command, by, key=key)
        if payment.merchant_account:
            self._calling.perform(account_id, uuid5(receipt.id, "operation"))
        return self._reading.progress(account_id, payment_id, by)

    def _end_of(self, day: date) -> datetime:
        """Answer the last moment of a day; of the very last one, which is refused as it has not come, that of the day before."""
        return self._supplier.end_of(min(day, _LAST)) - datetime.resolution
