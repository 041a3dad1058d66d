"""What an application asks of payments: quotes, payments and what follows them, credits, webhooks, and asking gateways again."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID, uuid5

from lockportal import codec
from lockportal.context import Context
from lockportal.core.actor import SYSTEM, Actor, ActorKind
from lockportal.core.errors import Denied, LockportalError, NotFound, Refused
from lockportal.core.money import Money
from lockportal.core.page import Page
from lockportal.core.ports import JournalRow
from lockportal.core.verify import Finding
from lockportal.documents.visibility.showing import visibility_of
from lockportal.payments.calling import Calling, Payer
from lockportal.payments.commands import RecordPayment, ReviewPayment, StartPayment
from lockportal.payments.crediting.commands import ApplyCredits, UnapplyCredit
from lockportal.payments.following.commands import AskOperation, CloseByHand
from lockportal.payments.gateways import Gateways
from lockportal.payments.methods import BY_HAND, MethodKind
from lockportal.payments.models import CreditUse, NextAction, OperationDue, PaymentStarted
from lockportal.payments.operations import OpKind
from lockportal.payments.parking.models import ParkedDue
from lockportal.payments.planning import MOST_LINES, CreditChoice, LineChoice
from lockportal.payments.ports import WebhookBatch, WebhookRequest
from lockportal.payments.queries import CREDITS, PAYABLE, PAYMENT, PAYMENTS, payment_of
from lockportal.payments.receiving import Receiving
from lockportal.payments.settings import PaymentsSettings
from lockportal.payments.starting import Starting
from lockportal.payments.transfers import instructions
from lockportal.payments.views import CreditRow, PaymentDetails, PaymentProgress, PaymentRow, Quote, decline_of, differs, told

_LOG: Final = logging.getLogger("lockportal.payments")
_MOST: Final = 200
_CREDITS: Final = 200


class Payments:
    """The payments of one supplier."""

    def __init__(self, context: Context) -> None:
        """Open the gateways that the settings name; Refused says which setting is at fault."""
        self._shell = context.shell
        self._clock = context.clock
        self._supplier = context.supplier
        self._signer = context.signer
        self._settings = context.shell.settings(PaymentsSettings)
        self._visibility = visibility_of(context)
        self.gateways = Gateways(context)
        self._starting = Starting(context)
        self._calling = Calling(context, self.gateways)
        self._receiving = Receiving(context, self.gateways, self._calling)

    # what a payer does

    def payable(self, account_id: UUID, currency: str, by: Actor, *, due: date | None = None) -> tuple[UUID, ...]:
        """Answer the open documents of one currency, the oldest first, a thousand at most: all, or those due by a day."""
        shape = {"hidden": self._visibility.hidden(by), "overdue": due is not None}
        bound: dict[str, Any] = {} if due is None else {"until": date.fromordinal(due.toordinal() + 1)}
        rows = self._shell.ask(PAYABLE, by, account_id=account_id, shape=shape, currency=currency, limit=MOST_LINES, **bound)
        return tuple(row.id for row in rows)

    def credits(self, account_id: UUID, by: Actor) -> tuple[CreditRow, ...]:
        """Answer the credit that can be used: unapplied credit and open credit memos, the oldest first."""
        rows = self._shell.ask(CREDITS, by, account_id=account_id, shape={"hidden": self._visibility.hidden(by)}, limit=_CREDITS)
        return tuple(
            CreditRow(id=row.id, name=row.name, since=row.on, amount=Money(-int(row.minor), row.currency)) for row in rows
        )

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
    ) -> Quote:
        """Answer exactly what a payment would do; nothing is stored or reserved. Refused as `start` would be."""
        command = self._starting.command(
            account_id,
            by,
            currency=currency,
            method=method,
            lines=tuple(lines),
            credits=tuple(credits),
            on_account=on_account,
            discounts=discounts,
        )
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
    ) -> PaymentProgress:
        """Pay: reserve the balances, then ask the gateway. The same `key` again answers alike and charges nothing more: give one.

        `expected` is the amount of the quote that the payer saw; Refused `payment.changed` where it comes to anything else.
        `payer` tells where their browser goes on; what goes through a gateway needs it.
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
            expected=expected,
            kind=OpKind.AUTHORIZE if authorize else OpKind.SALE,
        )
        if payer is None and method not in BY_HAND and self._settings.method(method) is not None:
            command.audience.check(by, account_id)
            raise Refused(
                "payment.payer_missing", "Say where the payer's browser goes on: return_url, cancel_url.", field="payer"
            )
        receipt = self._shell.run(command, by, key=key)
        payment = self._calling.payment(account_id, receipt.id)
        action = None
        if payment.operations and payment.merchant_account:
            action = self._calling.perform(account_id, payment.operations[0], payer)
        return self._progress(account_id, payment.id, action)

    def complete(self, account_id: UUID, payment_id: UUID, by: Actor, params: Mapping[str, str]) -> PaymentProgress:
        """Answer where a payment is whose payer came back from the gateway: it is asked, as `params` prove nothing."""
        self._payment(account_id, payment_id, by)
        for operation in self._calling.operations(account_id, payment_id):
            if operation.live and operation.merchant_account:
                self._calling.complete(operation, dict(params))
        return self._progress(account_id, payment_id, None)

    def cancel(self, account_id: UUID, payment_id: UUID, by: Actor) -> PaymentProgress:
        """Call a transfer or a cheque off that is waited for: what it was to pay can be paid otherwise."""
        self._shell.run(CloseByHand(account_id=account_id, payment_id=payment_id), by)
        return self._progress(account_id, payment_id, None)

    def progress(self, account_id: UUID, payment_id: UUID, by: Actor) -> PaymentProgress:
        """Answer where a payment is, and what its payer has to do; nobody outside is asked."""
        self._payment(account_id, payment_id, by)
        return self._progress(account_id, payment_id, None)

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
        limit, of = max(1, min(limit, _MOST)), f"payments/{review:d}{under_way:d}"
        shape, bound = {"after": after is not None, "review": review, "under_way": under_way}, {}
        if after is not None:
            at, last = self._signer.place(of, after)
            bound = {"at": datetime.fromisoformat(at), "last": UUID(last)}
        rows = self._shell.ask(PAYMENTS, by, account_id=account_id, shape=shape, limit=limit + 1, **bound)
        items = tuple(_row(row) for row in rows[:limit])
        if len(rows) <= limit:
            return Page(items)
        return Page(items, self._signer.cursor(of, items[-1].started_at.isoformat(), items[-1].id.hex))

    def payment(self, account_id: UUID, payment_id: UUID, by: Actor) -> PaymentDetails:
        """Answer one payment with its operations; staff also read what was said to the gateway."""
        self._payment(account_id, payment_id, by)
        payment, operations = self._calling.payment(account_id, payment_id), self._calling.operations(account_id, payment_id)
        if by.kind not in {ActorKind.STAFF, ActorKind.SYSTEM}:
            return told(payment, operations)
        exchanges = self._calling.exchanges(account_id, list(payment.operations))
        return PaymentDetails(payment=payment, operations=operations, exchanges=exchanges)

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
        command = RecordPayment(
            account_id=account_id,
            money=money,
            received_on=received_on,
            received_at=self._supplier.end_of(received_on) - datetime.resolution,
            method=method,
            lines=tuple(lines),
            discounts=discounts,
            reference=reference,
        )
        return self._shell.run(command, by, key=key).id

    def arrived(self, account_id: UUID, payment_id: UUID, received_on: date, by: Actor) -> PaymentProgress:
        """Say that the money of a transfer or a cheque that was waited for is there, to the last cent.

        Where another amount came, `cancel` it and `record` what came.
        """
        at = self._supplier.end_of(received_on) - datetime.resolution
        self._shell.run(CloseByHand(account_id=account_id, payment_id=payment_id, arrived_at=at), by)
        return self._progress(account_id, payment_id, None)

    def capture(
        self, account_id: UUID, payment_id: UUID, by: Actor, *, money: Money | None = None, key: str | None = None
    ) -> PaymentProgress:
        """Take of what was authorized: all that is left, or so much."""
        return self._ask(OpKind.CAPTURE, account_id, payment_id, by, money, "", key)

    def void(self, account_id: UUID, payment_id: UUID, by: Actor, *, key: str | None = None) -> PaymentProgress:
        """Give up what was authorized and not taken."""
        return self._ask(OpKind.VOID, account_id, payment_id, by, None, "", key)

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
        return self._ask(OpKind.REFUND, account_id, payment_id, by, money, reason, key)

    def apply(self, account_id: UUID, uses: Sequence[CreditUse], by: Actor, *, key: str | None = None) -> None:
        """Apply credits to documents: unapplied credit or credit memos, no more than is left of either."""
        self._shell.run(ApplyCredits(account_id=account_id, uses=tuple(uses)), by, key=key)

    def unapply(self, account_id: UUID, use: CreditUse, by: Actor, *, key: str | None = None) -> None:
        """Take credit off a document again; so much of the document is open again."""
        self._shell.run(UnapplyCredit(account_id=account_id, use=use), by, key=key)

    def review(self, account_id: UUID, payment_id: UUID, note: str, by: Actor) -> None:
        """Say what was decided of a payment that needs review."""
        self._shell.run(ReviewPayment(account_id=account_id, payment_id=payment_id, note=note), by)

    # gateways

    def receive(self, merchant_account: str, request: WebhookRequest) -> WebhookBatch:
        """Take a webhook of one of the supplier's accounts with gateways; WebhookUnverified and WebhookMalformed as they say."""
        return self._receiving.receive(merchant_account, request)

    def reconcile(self, by: Actor, *, account_id: UUID | None = None) -> int:
        """Ask gateways what became of everything that is under way; answer how many payments that were.

        The clock does the same by itself, payment by payment, later each time.
        """
        if by.kind not in {ActorKind.STAFF, ActorKind.SYSTEM}:
            raise Denied("actor.denied", "You may not do this.")
        asked, after = 0, None
        while True:
            page = self.payments(SYSTEM, account_id=account_id, under_way=True, after=after, limit=_MOST)
            for row in page.items:
                for operation in self._calling.operations(row.account_id, row.id):
                    try:
                        self._calling.pursue(row.account_id, operation.id)
                    except LockportalError:
                        _LOG.exception("an operation could not be asked about", extra={"operation": str(operation.id)})
                asked += 1
            if page.after is None:
                return asked
            after = page.after

    def hear(self, row: JournalRow) -> None:
        """Do what the clock has called for: ask about an operation, or look for the operation of a parked event."""
        if row.type == "payments.operation_due":
            due: OperationDue = codec.load_stored(OperationDue, row.body)
            self._calling.pursue(row.account_id, due.operation.id)
        else:
            waiting: ParkedDue = codec.load_stored(ParkedDue, row.body)
            self._receiving.retry(waiting.parked)

    def verify(self, by: Actor) -> tuple[Finding, ...]:
        """Fold every payment anew from its operations, and answer which are kept otherwise."""
        found, after = [], None
        while True:
            page = self.payments(by, after=after, limit=_MOST)
            found += [finding for row in page.items for finding in self._findings(row)]
            if page.after is None:
                return tuple(found)
            after = page.after

    # within

    def _findings(self, row: PaymentRow) -> Sequence[Finding]:
        payment, operations = self._calling.payment(row.account_id, row.id), self._calling.operations(row.account_id, row.id)
        if not differs(payment, operations):
            return ()
        return (Finding("payments.fold", str(row.id), "the payment does not follow from its operations"),)

    def _ask(
        self, kind: OpKind, account_id: UUID, payment_id: UUID, by: Actor, money: Money | None, reason: str, key: str | None
    ) -> PaymentProgress:
        AskOperation.audience.check(by, account_id)
        payment = self._calling.payment(account_id, payment_id)
        if payment.merchant_account and not self._calling.capability(payment).offers(kind, payment.currency):
            raise Refused("payment.unsupported", f"{payment.method} through this gateway cannot do this: {kind}.")
        command = AskOperation(account_id=account_id, payment_id=payment_id, kind=kind, money=money, reason=reason)
        receipt = self._shell.run(command, by, key=key)
        if payment.merchant_account:
            self._calling.perform(account_id, uuid5(receipt.id, "operation"))
        return self._progress(account_id, payment_id, None)

    def _payment(self, account_id: UUID, payment_id: UUID, by: Actor) -> None:
        if by.kind is ActorKind.HOLDER:
            StartPayment.audience.check(by, account_id)
            rows = self._shell.ask(PAYMENT, SYSTEM, account_id=account_id, payment=payment_id)
            documents = {line.document_id for row in rows for line in payment_of(row).lines}
            if documents == {by.document_id}:
                return
            raise NotFound("payment.not_found", "There is no such payment.")
        if not self._shell.ask(PAYMENT, by, account_id=account_id, payment=payment_id):
            raise NotFound("payment.not_found", "There is no such payment.")

    def _progress(self, account_id: UUID, payment_id: UUID, action: NextAction | None) -> PaymentProgress:
        payment = self._calling.payment(account_id, payment_id)
        operations = self._calling.operations(account_id, payment_id)
        if not payment.merchant_account and payment.held:
            action = instructions(payment, self._settings.method(payment.method), self._supplier.bank)
        for operation in operations:
            action = action or self._calling.next_action(operation)
        return PaymentProgress(
            payment_id=payment.id,
            reference=payment.reference,
            state=payment.state,
            unknown=payment.unknown,
            amount=payment.amount,
            next_action=action if payment.held else None,
            decline=decline_of(operations),
        )


def _row(row: Any) -> PaymentRow:  # noqa: ANN401 - a row of PAYMENTS
    return PaymentRow(
        id=row.id,
        account_id=row.account_id,
        customer_number=row.customer_number or "",
        customer_name=row.customer_name or "",
        reference=row.reference,
        amount=Money(int(row.amount_minor), row.amount_currency),
        method=row.method,
        state=row.state,
        unknown=row.unknown,
        needs_review=row.needs_review,
        started_at=row.started_at,
    )
