"""What can be done about deposits, pure, and what follows where their money or their invoice comes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import ClassVar, Final
from uuid import UUID

from attrs import evolve, frozen

from lockportal.core.account import Account, Owner
from lockportal.core.actor import Audience
from lockportal.core.errors import Refused
from lockportal.core.money import MOST, Money
from lockportal.core.record import Event, Record, Stamp
from lockportal.documents.models import Document, DocumentsStored
from lockportal.documents.postings import followed
from lockportal.payments.crediting.book import Book
from lockportal.payments.crediting.models import Application, application_id
from lockportal.payments.earmarks import ORDERS, Deposit, DepositAsked, DepositChanged, DepositPaid, DepositStatus
from lockportal.payments.models import LONGEST_REASON, OperationAsked, OperationObserved, Payment

_OFFICE: Final = Audience(staff=True, system=True)


@frozen(kw_only=True)
class AskDeposit:
    """Ask for a deposit against an order; one at a time for each.

    Refused `deposit.not_an_order`, `deposit.asked`, `deposit.amount`.
    """

    audience: ClassVar[Audience] = _OFFICE
    owner: ClassVar[Owner | None] = Owner.CUSTOMER
    needs: ClassVar[tuple[type[Record], ...]] = (Deposit,)
    opens: ClassVar[bool] = False

    account_id: UUID
    document_id: UUID
    amount: Money
    due_on: date | None = None
    note: str = ""

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """Keep what is asked for."""
        document = account.get(Document, self.document_id)
        if document.kind not in ORDERS:
            raise Refused("deposit.not_an_order", "A deposit is asked for against an order.", field="document_id")
        if self.amount.minor <= 0:
            raise Refused("deposit.amount", "Ask for more than nothing.", field="amount")
        if self.amount.minor > MOST:
            raise Refused("deposit.amount", "That is more than can be added up.", field="amount")
        if len(self.note) > LONGEST_REASON:
            raise Refused("deposit.note_too_long", f"At most {LONGEST_REASON} characters, please.", field="note")
        if any(one.document_id == document.id and one.status is DepositStatus.ASKED for one in account.all(Deposit)):
            raise Refused("deposit.asked", f"A deposit on {document.number} is asked for already.", field="document_id")
        deposit = Deposit(
            id=stamp.id,
            account_id=account.id,
            document_id=document.id,
            number=document.number,
            amount=self.amount,
            due_on=self.due_on,
            note=self.note.strip(),
            asked_at=stamp.at,
        )
        return [DepositAsked(deposit=deposit)]


@frozen(kw_only=True)
class CancelDeposit:
    """Call a deposit off; what was paid of it is credit as any other from now on.

    Refused `deposit.under_way` while it is being paid.
    """

    audience: ClassVar[Audience] = _OFFICE
    owner: ClassVar[Owner | None] = Owner.CUSTOMER
    needs: ClassVar[tuple[type[Record], ...]] = (Payment,)
    opens: ClassVar[bool] = False

    account_id: UUID
    deposit_id: UUID

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:  # noqa: ARG002 - a command's signature
        """End it; the same again changes nothing."""
        deposit = account.get(Deposit, self.deposit_id)
        if not deposit.live:
            return []
        if any(payment.deposit_id == deposit.id and payment.held for payment in account.all(Payment)):
            raise Refused("deposit.under_way", "This deposit is being paid.")
        return [DepositChanged(deposit=evolve(deposit, status=DepositStatus.CANCELED))]


def follow_money(event: OperationObserved | OperationAsked, account: Account, stamp: Stamp) -> Sequence[Event]:
    """Say of a deposit that its money is there, and let it go to bills that are there already; or that it went back."""
    payment = event.payment
    deposit = None if payment.deposit_id is None else account.find(Deposit, payment.deposit_id)
    if deposit is None or deposit.status is DepositStatus.CANCELED:
        return []
    if payment.rest_posted > 0 and deposit.status is DepositStatus.ASKED:
        paid = evolve(deposit, status=DepositStatus.PAID, payment_id=payment.id)
        bills = [one for one in account.all(Document) if paid.meant_for(one)]
        return [DepositPaid(deposit=paid), *_applied(account, paid, bills, stamp)]
    if payment.rest_posted <= 0 and deposit.payment_id == payment.id:
        return [DepositChanged(deposit=evolve(deposit, status=DepositStatus.ASKED, payment_id=None))]
    return []


def apply_deposits(event: DocumentsStored, account: Account, stamp: Stamp) -> Sequence[Event]:
    """Let the deposits of an order go to its new bills."""
    added = set(event.added)
    new = [one for one in event.documents if one.id in added and (one.po_number or one.references)]
    if not new:
        return []
    events: list[Event] = []
    for deposit in account.all(Deposit):
        bills = [one for one in new if deposit.meant_for(one)]
        if deposit.status is DepositStatus.PAID and bills:
            more = _applied(account, deposit, bills, stamp.branch(f"deposit/{deposit.id}"))
            account = followed(account, more)
            events += more
    return events


def _applied(account: Account, deposit: Deposit, bills: Iterable[Document], stamp: Stamp) -> Sequence[Event]:
    """Let a deposit's credit go to bills in their order, as far as both are open."""
    credit_id = deposit.credit_id
    wanted = [one for one in bills if one.balance is not None and one.balance.currency == deposit.amount.currency]
    if credit_id is None or not wanted:
        return []
    book = Book(account, deposit.amount.currency, f"deposit {deposit.number}", account.supplier.today(stamp.at))
    account.require(Application, [application_id(credit_id, one.id) for one in wanted])
    book.require({credit_id, *(one.id for one in wanted)})
    for bill in sorted(wanted, key=lambda one: (one.due_on or one.issued_on, one.id)):
        book.allocate(credit_id, bill.id, min(max(book.open(bill.id), 0), max(-book.open(credit_id), 0)))
    events = list(book.events(stamp))
    if events and not book.open(credit_id):
        events.append(DepositChanged(deposit=evolve(deposit, status=DepositStatus.APPLIED)))
    return events
