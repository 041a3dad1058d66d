"""What an application asks of payments: quotes, payments and what follows them, credits, webhooks, and asking gateways again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from lockportal.context import Context
from lockportal.core.actor import Actor
from lockportal.core.money import Money
from lockportal.core.page import Page
from lockportal.core.ports import JournalRow
from lockportal.core.verify import Finding
from lockportal.documents.views import Paper
from lockportal.payments.bank_formats import BankFormats
from lockportal.payments.calling import Calling, Payer
from lockportal.payments.closing.commands import CloseOperation
from lockportal.payments.commands import ReviewPayment
from lockportal.payments.crediting.commands import ApplyCredits, UnapplyCredit
from lockportal.payments.gateways import Gateways
from lockportal.payments.lines import CreditUse
from lockportal.payments.listing.lists import Lists
from lockportal.payments.merchants.accounts import Merchants
from lockportal.payments.methods import MethodKind
from lockportal.payments.operations import OpKind
from lockportal.payments.parking.models import ParkedEvent
from lockportal.payments.planning import CreditChoice, LineChoice
from lockportal.payments.ports import WebhookBatch, WebhookRequest
from lockportal.payments.receiving import Receiving
from lockportal.payments.services.autopay import Autopay
from lockportal.payments.services.deposits import Deposits
from lockportal.payments.services.instalments import Instalments
from lockportal.payments.services.keeping import Keeping
from lockportal.payments.services.methods import Methods
from lockportal.payments.services.paying import Paying
from lockportal.payments.services.reading import Reading
from lockportal.payments.services.schedules import Schedules
from lockportal.payments.services.taking import Taking
from lockportal.payments.starting import Starting
from lockportal.payments.suggesting import Suggestion
from lockportal.payments.views import CreditRow, PaymentDetails, PaymentProgress, PaymentRow, Quote


class Payments:
    """The payments of one supplier."""

    def __init__(self, context: Context) -> None:
        """Open the gateways that the settings name; Refused says which setting is at fault."""
        self._shell = context.shell
        self.gateways = Gateways(context)
        self.merchants = Merchants(context, self.gateways)
        self._starting = Starting(context, self.merchants)
        self._calling = Calling(context, self.gateways)
        self.bank_formats = BankFormats(context)
        self.methods = Methods(context, self.gateways, self._calling, self.merchants)
        self.schedules = Schedules(context, self._starting, self._calling, self.merchants)
        self.autopay = Autopay(context)
        self.instalments = Instalments(context)
        self.deposits = Deposits(context)
        self._receiving = Receiving(context, self.gateways, self._calling)
        self._reading = Reading(context, self._calling.stored)
        self._paying = Paying(context, self.gateways, self._starting, self._calling, self._reading)
        self._taking = Taking(context, self._calling, self.merchants, self._reading)
        self._keeping = Keeping(context, self._reading, self._calling, self._receiving, self.methods, self.schedules)
        self.lists = Lists(context)

    # what a payer does

    def payable(self, account_id: UUID, currency: str, by: Actor, *, due: date | None = None) -> tuple[UUID, ...]:
        """Answer the open documents of one currency, the oldest first, a thousand at most: all, or those due by a day."""
        return self._paying.payable(account_id, currency, by, due)

    def credits(self, account_id: UUID, by: Actor) -> tuple[CreditRow, ...]:
        """Answer the credit that can be used: unapplied credit and open credit memos, the oldest first."""
        return self._paying.credits(account_id, by)

    def quote(
        self,
        account_id: UUID,
        by: Actor,
        *,
        currency: str,
        method: MethodKind,
        lines: Sequence[LineChoice] = (),
        credits: Sequence[CreditChoice] = (),  # noqa: A002 - the word of the trade
        on_account: Money | None = None,
        discounts: bool = True,
        deposit: UUID | None = None,
    ) -> Quote:
        """Answer exactly what a payment would do; nothing is stored or reserved. Refused as `start` would be.

        `deposit` is one that is paid by itself.
        """
        command = self._starting.command(
            account_id,
            by,
            currency=currency,
            method=method,
            lines=tuple(lines),
            credits=tuple(credits),
            on_account=on_account,
            discounts=discounts,
            deposit_id=deposit,
        )
        return self._paying.quote(command, by)

    def start(
        self,
        account_id: UUID,
        by: Actor,
        *,
        key: str | None = None,
        currency: str,
        method: MethodKind,
        lines: Sequence[LineChoice] = (),
        credits: Sequence[CreditChoice] = (),  # noqa: A002 - the word of the trade
        on_account: Money | None = None,
        discounts: bool = True,
        expected: Money | None = None,
        authorize: bool = False,
        payer: Payer | None = None,
        saved_method: UUID | None = None,
        save: bool = False,
        deposit: UUID | None = None,
    ) -> PaymentProgress:
        """Pay: reserve the balances, then ask the gateway. The same `key` again answers alike and charges nothing more: give one.

        `expected` is the amount of the quote that the payer saw; Refused `payment.changed` where it comes to anything else.
        `payer` tells where their browser goes on; what goes through a gateway needs it, unless a `saved_method` is debited with
        nobody there. `save` keeps the method for later; `deposit` is what the money on account is for. `authorize` is for the
        supplier's people, who take the money later by `capture`. Where it is proven that a gateway never received it, and another
        account takes the same way to pay, it is closed, and what is answered is a payment through that account.
        """
        self._paying.check(account_id, by, payer)
        command = self._starting.command(
            account_id,
            by,
            currency=currency,
            method=method,
            lines=tuple(lines),
            credits=tuple(credits),
            on_account=on_account,
            discounts=discounts,
            expected=expected,
            kind=OpKind.AUTHORIZE if authorize else OpKind.SALE,
            method_id=saved_method,
            save=save,
            deposit_id=deposit,
            payer=payer,
        )
        return self._paying.start(command, by, key)

    def complete(self, account_id: UUID, payment_id: UUID, by: Actor, params: Mapping[str, str]) -> PaymentProgress:
        """Answer where a payment is whose payer came back from the gateway: it is asked, as `params` prove nothing."""
        return self._paying.complete(account_id, payment_id, by, params)

    def cancel(self, account_id: UUID, payment_id: UUID, by: Actor, *, key: str | None = None) -> PaymentProgress:
        """Call off what is waited for, so that it can be paid otherwise: a transfer, a cheque, a page of a gateway left open.

        The gateway says what became of its page; Refused `payment.page_open` where it cannot close one, which ends by itself.
        """
        return self._paying.cancel(account_id, payment_id, by, key)

    def progress(self, account_id: UUID, payment_id: UUID, by: Actor) -> PaymentProgress:
        """Answer where a payment is, and what its payer has to do; nobody outside is asked."""
        self._reading.check(account_id, payment_id, by)
        return self._reading.progress(account_id, payment_id, by)

    # papers

    def receipt(self, account_id: UUID, payment_id: UUID, by: Actor) -> Paper:
        """Make the receipt of a payment as PDF, with what went back or is under way; Refused `payment.no_receipt` before."""
        return self._reading.receipt(account_id, payment_id, by)

    def remittance(self, account_id: UUID, payment_id: UUID, by: Actor) -> Paper:
        """Make the remittance advice of a payment as PDF; Refused `payment.no_remittance` where it failed or was called off."""
        return self._reading.remittance(account_id, payment_id, by)

    # lists

    def payments(
        self,
        by: Actor,
        *,
        account_id: UUID | None = None,
        review: bool = False,
        under_way: bool = False,
        after: str | None = None,
        limit: int = 50,
    ) -> Page[PaymentRow]:
        """Answer payments, the newest first: of one account or of the book; those that need review, or are under way."""
        return self._reading.payments(by, account_id, after, limit, review=review, under_way=under_way)

    def payment(self, account_id: UUID, payment_id: UUID, by: Actor) -> PaymentDetails:
        """Answer one payment with its operations; staff also read what was said to the gateway."""
        return self._reading.payment(account_id, payment_id, by)

    # what the supplier does

    def record(
        self,
        account_id: UUID,
        by: Actor,
        *,
        money: Money,
        received_on: date,
        method: MethodKind,
        lines: Sequence[LineChoice] = (),
        discounts: bool = True,
        reference: str = "",
        key: str | None = None,
    ) -> UUID:
        """Record a cheque, a transfer or a lockbox payment, received on a day; what no line takes stands as unapplied credit."""
        return self._taking.record(
            account_id,
            by,
            money=money,
            received_on=received_on,
            method=method,
            lines=tuple(lines),
            discounts=discounts,
            reference=reference,
            key=key,
        )

    def arrived(
        self, account_id: UUID, payment_id: UUID, received_on: date, by: Actor, *, key: str | None = None
    ) -> PaymentProgress:
        """Say that the money of a transfer or a cheque that was waited for is there, to the last cent.

        Where another amount came, `cancel` it and `record` what came.
        """
        return self._taking.arrived(account_id, payment_id, received_on, by, key)

    def capture(
        self, account_id: UUID, payment_id: UUID, by: Actor, *, money: Money | None = None, key: str | None = None
    ) -> PaymentProgress:
        """Take of what was authorized: all that is left, or so much."""
        return self._taking.ask(OpKind.CAPTURE, account_id, payment_id, by, money=money, key=key)

    def void(self, account_id: UUID, payment_id: UUID, by: Actor, *, key: str | None = None) -> PaymentProgress:
        """Give up what was authorized and not taken."""
        return self._taking.ask(OpKind.VOID, account_id, payment_id, by, key=key)

    def refund(
        self,
        account_id: UUID,
        payment_id: UUID,
        by: Actor,
        *,
        money: Money | None = None,
        reason: str = "",
        key: str | None = None,
    ) -> PaymentProgress:
        """Give back what was taken, all of it or so much; what it had paid is open again."""
        return self._taking.ask(OpKind.REFUND, account_id, payment_id, by, money=money, reason=reason, key=key)

    def apply(self, account_id: UUID, uses: Sequence[CreditUse], by: Actor, *, key: str | None = None) -> None:
        """Apply credits to documents: unapplied credit or credit memos, no more than is left of either."""
        self._shell.run(ApplyCredits(account_id=account_id, uses=tuple(uses)), by, key=key)

    def unapply(self, account_id: UUID, use: CreditUse, by: Actor, *, key: str | None = None) -> None:
        """Take credit off a document again; so much of the document is open again."""
        self._shell.run(UnapplyCredit(account_id=account_id, use=use), by, key=key)

    def review(self, account_id: UUID, payment_id: UUID, note: str, by: Actor, *, key: str | None = None) -> None:
        """Say what was decided of a payment that needs review."""
        self._shell.run(ReviewPayment(account_id=account_id, payment_id=payment_id, note=note), by, key=key)

    def close_operation(self, account_id: UUID, operation_id: UUID, by: Actor, *, happened: bool, note: str) -> None:
        """Say by a person's knowledge what became of an operation that its gateway cannot tell of; then it is to be reviewed.

        Where a conflict with the gateway shows later, it is to be reviewed again.
        """
        self._shell.run(CloseOperation(account_id=account_id, operation_id=operation_id, happened=happened, note=note), by)

    def suggest(self, account_id: UUID, by: Actor, credit_id: UUID) -> tuple[Suggestion, ...]:
        """Answer to which open documents unapplied money may belong, the surest first; `apply` takes the uses of one."""
        return self._reading.suggest(account_id, by, credit_id)

    # events whose operation nobody knows

    def parked(self, by: Actor) -> tuple[ParkedEvent, ...]:
        """Answer the events of gateways whose operation was looked for in vain, the oldest first, 200 at most."""
        return self._keeping.parked(by)

    def retry_parked(self, parked_id: UUID, by: Actor) -> bool:
        """Look for the operation of a parked event once more; say whether it was found, and the event applied."""
        return self._keeping.retry_parked(parked_id, by)

    def close_parked(self, parked_id: UUID, note: str, by: Actor) -> None:
        """Say what was decided of an event whose operation nobody knows: it is looked for no more."""
        self._keeping.close_parked(parked_id, note, by)

    def receive(self, merchant_account: str, request: WebhookRequest) -> WebhookBatch:
        """Take a webhook of one of the supplier's accounts with gateways; WebhookUnverified and WebhookMalformed as they say."""
        return self._receiving.receive(merchant_account, request)

    def reconcile(self, by: Actor, *, account_id: UUID | None = None) -> int:
        """Ask gateways what became of everything that is under way; answer how many payments that were.

        The clock does the same by itself, payment by payment, later each time.
        """
        return self._keeping.reconcile(by, account_id)

    def hear(self, row: JournalRow) -> None:
        """Do what the clock has called for: ask a gateway, make a scheduled payment, look for a parked event's operation."""
        self._keeping.hear(row)

    def verify(self, by: Actor) -> tuple[Finding, ...]:
        """Fold every payment anew from its operations, hold it against the ledger, and answer which are kept otherwise."""
        return self._keeping.verify(by)
