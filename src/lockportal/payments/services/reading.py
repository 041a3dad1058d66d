"""What is read of payments: the list, one payment, where it is, its papers, and to what unapplied money may belong."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from attrs import evolve

from lockportal.context import Context
from lockportal.core.actor import SYSTEM, Actor, ActorKind
from lockportal.core.errors import NotFound
from lockportal.core.money import Money
from lockportal.core.page import Page
from lockportal.documents.models import Document
from lockportal.documents.views import Paper
from lockportal.documents.visibility.showing import visibility_of
from lockportal.ledger.models import Credit
from lockportal.payments.commands import OFFICE, StartPayment
from lockportal.payments.models import Payment
from lockportal.payments.papers.printing import PaymentPapers
from lockportal.payments.payers import NextAction
from lockportal.payments.planning import reserved
from lockportal.payments.queries import PAYMENT, PAYMENTS, REASONS, SHOWN, payment_of
from lockportal.payments.settings import PaymentsSettings
from lockportal.payments.stored import Stored
from lockportal.payments.suggesting import Suggestion, suggested
from lockportal.payments.transfers import instructions
from lockportal.payments.views import PaymentDetails, PaymentProgress, PaymentRow, decline_of, final_on, may_act, readable, told
from lockportal.payments.wording import Wording

_MOST: Final = 200


class Reading:
    """Reads the payments of one supplier, as whoever asks may."""

    def __init__(self, context: Context, stored: Stored) -> None:
        """Take the shell, who signs the places where pages go on, and what is stored."""
        self._shell = context.shell
        self._supplier = context.supplier
        self._signer = context.signer
        self._settings = context.shell.settings(PaymentsSettings)
        self._visibility = visibility_of(context)
        self._stored = stored
        self._papers = PaymentPapers(context)
        self._wording = Wording(context)

    def payments(
        self,
        by: Actor,
        account_id: UUID | None,
        after: str | None,
        limit: int,
        *,
        review: bool = False,
        under_way: bool = False,
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
        self.check(account_id, payment_id, by)
        payment, operations = (
            self._stored.payment(account_id, payment_id),
            self._stored.operations(account_id, payment_id),
        )
        if by.kind not in {ActorKind.STAFF, ActorKind.SYSTEM}:
            ids = [line.document_id for line in payment.lines]
            shape = {"hidden": self._visibility.hidden(by)}
            shown = self._shell.ask(SHOWN, SYSTEM, account_id=account_id, shape=shape, documents=ids) if ids else ()
            details = told(payment, operations, {row.id for row in shown})
        else:
            exchanges = self._stored.exchanges(account_id, list(payment.operations))
            details = PaymentDetails(payment=payment, operations=operations, exchanges=exchanges)
        return evolve(details, final_on=final_on(operations, self._supplier))

    def receipt(self, account_id: UUID, payment_id: UUID, by: Actor) -> Paper:
        """Make the receipt of a payment as PDF, with what went back or is under way; Refused `payment.no_receipt` before."""
        shown = self.payment(account_id, payment_id, by)
        seen = {line.document_id for line in shown.payment.lines}
        return self._papers.receipt(self._stored.payment(account_id, payment_id), shown.operations, seen)

    def remittance(self, account_id: UUID, payment_id: UUID, by: Actor) -> Paper:
        """Make the remittance advice of a payment as PDF; Refused `payment.no_remittance` where it failed or was called off."""
        seen = {line.document_id for line in self.payment(account_id, payment_id, by).payment.lines}
        return self._papers.remittance(self._stored.payment(account_id, payment_id), seen)

    def suggest(self, account_id: UUID, by: Actor, credit_id: UUID) -> tuple[Suggestion, ...]:
        """Answer to which open documents unapplied money may belong, the surest first; `apply` takes the uses of one."""
        account = self._shell.account(account_id, by, OFFICE, (Credit, Document, Payment))
        credit = account.all(Credit)
        found = next((one for one in credit if one.id == credit_id), None)
        if found is None:
            raise NotFound("credit.not_found", "There is no such credit.")
        rows = self._shell.ask(REASONS, by, account_id=account_id, reference=found.reference)
        text = " ".join([found.reference, *(row.reason for row in rows)])
        held = reserved(account)
        left = Money(-found.balance.minor - held.get(credit_id, 0), found.balance.currency)
        return suggested(credit_id, left, text, account.all(Document), held)

    def check(self, account_id: UUID, payment_id: UUID, by: Actor) -> None:
        """Let whoever may read a payment pass; NotFound for one that there is not, or that is not theirs."""
        if by.kind is ActorKind.HOLDER:
            StartPayment.audience.check(by, account_id)
            rows = self._shell.ask(PAYMENT, SYSTEM, account_id=account_id, payment=payment_id)
            documents = {line.document_id for row in rows for line in payment_of(row).lines}
            if documents == {by.document_id}:
                return
            raise NotFound("payment.not_found", "There is no such payment.")
        if not self._shell.ask(PAYMENT, by, account_id=account_id, payment=payment_id):
            raise NotFound("payment.not_found", "There is no such payment.")

    def progress(self, account_id: UUID, payment_id: UUID, by: Actor, action: NextAction | None = None) -> PaymentProgress:
        """Answer where a payment is, and what its payer has to do; `action` where that is known. Who asks is checked before."""
        payment = self._stored.payment(account_id, payment_id)
        operations = self._stored.operations(account_id, payment_id)
        if not payment.merchant_account and payment.held:
            action = instructions(payment, self._settings.method(payment.method), self._supplier.bank)
        for operation in operations:
            action = action or self._stored.next_action(operation)
        return PaymentProgress(
            payment_id=payment.id,
            reference=payment.reference,
            state=payment.state,
            unknown=payment.unknown,
            amount=payment.amount,
            next_action=action if payment.held and may_act(by, payment, operations) else None,
            decline=readable(decline_of(operations), by),
            message=self._wording.told(payment, operations, by),
            final_on=final_on(operations, self._supplier),
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
