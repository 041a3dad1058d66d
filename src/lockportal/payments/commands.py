"""What can be done about payments, pure: nothing here talks to a gateway; what a gateway is asked is stored before it is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import ClassVar, Final, Protocol
from uuid import UUID

from attrs import evolve, field, frozen

from lockportal.core.account import Account, Owner
from lockportal.core.actor import Actor, ActorKind, Audience, Right
from lockportal.core.errors import Denied, NotFound, Refused
from lockportal.core.money import MOST, Money
from lockportal.core.record import DECIDED, Event, Record, Stamp
from lockportal.documents.models import Document, DocumentsSettings
from lockportal.payments.earmarks import Deposit, DepositStatus
from lockportal.payments.making import asked_operation, by_hand
from lockportal.payments.methods import BY_HAND, ApplyOn, MethodKind
from lockportal.payments.models import LONGEST_REASON, Operation, Payment, PaymentReviewed, PaymentStarted, fold_of
from lockportal.payments.operations import OpKind, OpStatus
from lockportal.payments.payers import Payer
from lockportal.payments.planning import CreditChoice, LineChoice, Wish, plan, started_on
from lockportal.payments.posting import settled
from lockportal.payments.saving.commands import contact_of, usable_method
from lockportal.payments.settings import PaymentsSettings
from lockportal.payments.taking import check_method
from lockportal.profiles.models import Customer

PAYERS: Final = Audience(customer=Right.PAY, staff=True, system=True, holder_right=Right.PAY)
OFFICE: Final = Audience(staff=True, system=True)
_PAYING: Final = frozenset({ActorKind.CUSTOMER, ActorKind.HOLDER})
_LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PLACES: Final = 10


@frozen(kw_only=True)
class StartPayment:
    """Begin a payment: its documents' balances are reserved, and the operation is stored that the gateway will be asked for.

    `expected` is the money that the payer agreed to; where the payment comes to anything else it is Refused with
    `payment.changed`. What only needs credit is posted at once. `kind` is sale, or for the supplier's people authorize.
    """

    audience: ClassVar[Audience] = PAYERS
    owner: ClassVar[Owner | None] = Owner.CUSTOMER
    needs: ClassVar[tuple[type[Record], ...]] = (Customer, Payment)
    opens: ClassVar[bool] = False

    account_id: UUID
    currency: str
    lines: tuple[LineChoice, ...] = ()
    credits: tuple[CreditChoice, ...] = ()
    on_account: Money | None = None
    method: MethodKind
    merchant_account: str = field(default="", metadata=DECIDED)
    method_id: UUID | None = None
    """The saved method to take the money by."""
    save: bool = False
    """Whether the method is to be saved."""
    payer: Payer | None = field(default=None, metadata=DECIDED)
    discounts: bool = True
    agreed: bool = field(default=False, metadata=DECIDED)
    """Whether it was agreed that documents are paid in part, though the settings say whole."""
    schedule_id: UUID | None = field(default=None, metadata=DECIDED)
    deposit_id: UUID | None = None
    fee_forbidden: bool = field(default=False, metadata=DECIDED)
    decided: Money | None = field(default=None, metadata=DECIDED)
    """What it came to when the host's policy was asked; it is begun for nothing else."""
    undecided: bool = field(default=False, metadata=DECIDED)
    """Whether the policy was not asked, as the payment was refused: then it is not begun, though it might be by now."""
    closed: tuple[str, ...] = field(default=(), metadata=DECIDED)
    """The accounts with gateways that are closed, as their gateways do not know the credentials."""
    kind: OpKind = OpKind.SALE
    expected: Money | None = None

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """Work the payment out, reserve what it needs, and store its operation."""
        settings = account.settings(PaymentsSettings)
        check_payer(account, stamp.by, self)
        if self.kind is not OpKind.SALE and stamp.by.kind in _PAYING:
            raise Denied("actor.denied", "Your supplier authorizes payments.")
        on = started_on(account.supplier, stamp.at, settings.cut_off)
        made = plan(account, self._wish(account, stamp.by), on)
        saved = None
        if self.method_id is not None and made.amount:
            off_session = self.payer is None or not self.payer.present
            saved = usable_method(account, self.method_id, self.method, stamp, off_session=off_session)
        if self.kind is not OpKind.SALE and self.method in BY_HAND:
            raise Refused("payment.method", "This way to pay authorizes nothing.", field="method")
        agreed = all(one in {None, made.amount} for one in (self.expected, self.decided))
        through = self.merchant_account if saved is None else saved.merchant_account
        rule = check_method(account, self.method, through, made.amount, self.kind, self.closed) if agreed else None
        if self.undecided or not agreed:
            message = f"Meanwhile it comes to {made.amount}. Look at it once more, then confirm."
            raise Refused("payment.changed", message, field="expected")
        payment = Payment(
            id=stamp.id,
            account_id=account.id,
            reference=reference_of(stamp.id),
            amount=made.amount,
            lines=made.lines,
            credits=made.credits,
            on_account=made.on_account,
            fee=made.fee,
            method=self.method if made.amount else MethodKind.CREDIT,
            merchant_account="" if rule is None else rule.merchant_account,
            contact_id=contact_of(stamp.by, account.id),
            method_id=None if saved is None else saved.id,
            saves=self.save and saved is None and rule is not None and bool(rule.merchant_account),
            schedule_id=self.schedule_id,
            deposit_id=self.deposit_id,
            started_at=stamp.at,
            started_on=on,
            apply_on=ApplyOn.SUCCEEDED if rule is None else rule.apply_on,
        )
        if not made.amount:
            return _begun(account, payment, (), stamp)
        payer = _payer(self.payer, stamp.by)
        operation = evolve(asked_operation(payment, self.kind, made.amount, stamp, settings), payer=payer)
        if not payment.merchant_account:
            waits = by_hand(self.kind, made.amount, stamp.at, OpStatus.ACTION_REQUIRED)
            until = stamp.at + timedelta(days=settings.instructions_days)
            operation = evolve(operation, wake_at=until).observed((waits,))
        return _begun(account, payment, (operation,), stamp)

    def _wish(self, account: Account, by: Actor) -> Wish:
        deposit = None if self.deposit_id is None else payable_deposit(account, self, by)
        return Wish(
            currency=self.currency,
            lines=self.lines,
            credits=self.credits,
            on_account=self.on_account if deposit is None else deposit.amount,
            method=self.method,
            discounts=self.discounts,
            fee=not self.fee_forbidden,
            agreed=self.agreed or deposit is not None,
        )


@frozen(kw_only=True)
class RecordPayment:
    """Record money that came in by other ways: a cheque, a transfer, a lockbox. What no line takes stands on account.

    `received_on` is the value date: discounts are counted by it. Refused `payment.too_little` where the lines take more.
    """

    audience: ClassVar[Audience] = OFFICE
    owner: ClassVar[Owner | None] = Owner.CUSTOMER
    needs: ClassVar[tuple[type[Record], ...]] = (Customer, Payment)
    opens: ClassVar[bool] = False

    account_id: UUID
    money: Money
    received_on: date
    received_at: datetime
    method: MethodKind
    lines: tuple[LineChoice, ...] = ()
    discounts: bool = True
    reference: str = ""

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """Store the payment as done, and post it."""
        if self.money.minor <= 0:
            raise Refused("payment.below_zero", "Record more than nothing.", field="money")
        if self.money.minor > MOST:
            raise Refused("payment.too_large", "That is more than can be added up.", field="money")
        if self.received_on > account.supplier.today(stamp.at):
            raise Refused("payment.received_later", "Money is recorded on the day when it is there.", field="received_on")
        if len(self.reference) > LONGEST_REASON:
            raise Refused("payment.reference_too_long", f"At most {LONGEST_REASON} characters, please.", field="reference")
        wish = Wish(
            currency=self.money.currency,
            lines=self.lines,
            method=self.method,
            discounts=self.discounts,
            fee=False,
            agreed=True,  # what came in is what it is, whole or not
        )
        zero = Money.zero(self.money.currency)
        made = None if not self.lines else plan(account, wish, self.received_on)
        rest = self.money if made is None else self.money - made.amount
        if rest.minor < 0:
            raise Refused("payment.too_little", "The documents take more than came in.", field="lines")
        payment = Payment(
            id=stamp.id,
            account_id=account.id,
            reference=reference_of(stamp.id),
            amount=self.money,
            lines=() if made is None else made.lines,
            on_account=rest,
            fee=zero,
            method=self.method,
            started_at=stamp.at,
            started_on=self.received_on,
        )
        operation = Operation(
            id=stamp.child("operation"),
            account_id=account.id,
            payment_id=payment.id,
            kind=OpKind.SALE,
            amount=self.money,
            reason=self.reference,
            created_at=stamp.at,
        ).observed((by_hand(OpKind.SALE, self.money, self.received_at),))
        return _begun(account, payment, (operation,), stamp)


@frozen(kw_only=True)
class ReviewPayment:
    """Say what was decided of a payment that needs review: it is taken off the list until something else goes wrong."""

    audience: ClassVar[Audience] = OFFICE
    owner: ClassVar[Owner | None] = Owner.CUSTOMER
    needs: ClassVar[tuple[type[Record], ...]] = (Payment,)
    opens: ClassVar[bool] = False

    account_id: UUID
    payment_id: UUID
    note: str

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:  # noqa: ARG002 - a command's signature
        """Keep the note and take the flag off; Refused `payment.no_review` where none is needed."""
        payment = account.get(Payment, self.payment_id)
        if not self.note.strip():
            raise Refused("payment.note_missing", "Say what was decided.", field="note")
        if not payment.needs_review:
            raise Refused("payment.no_review", "This payment needs no review.")
        return [
            PaymentReviewed(payment=evolve(payment, needs_review=False, reviewed=payment.problems, review_note=self.note.strip()))
        ]


def _payer(payer: Payer | None, by: Actor) -> Payer | None:
    """Answer who pays, with the link by which they do, where nobody signed in."""
    if by.kind is not ActorKind.HOLDER:
        return None if payer is None else evolve(payer, link="")
    return evolve(payer or Payer(return_url="", cancel_url=""), link=by.id)


def payable_deposit(account: Account, command: StartPayment, by: Actor) -> Deposit:
    """Answer the deposit that is to be paid, alone and whole; NotFound where its order is hidden from whoever pays."""
    deposit = account.get(Deposit, command.deposit_id) if command.deposit_id is not None else None
    if deposit is None or _hidden(account, deposit.document_id, by):
        raise NotFound("deposit.not_found", "There is no such deposit.")
    if command.lines or command.credits or command.on_account is not None:
        raise Refused("deposit.alone", "A deposit is paid by itself.", field="deposit")
    if deposit.status is not DepositStatus.ASKED:
        raise Refused("deposit.not_asked", "This deposit is not asked for any more.", field="deposit")
    if any(one.deposit_id == deposit.id and one.held for one in account.all(Payment)):
        raise Refused("payment.under_way", "This deposit is being paid already.", field="deposit")
    return deposit


def _hidden(account: Account, document_id: UUID, by: Actor) -> bool:
    """Say whether a document is hidden from whoever asks."""
    if by.kind not in _PAYING:
        return False
    document = account.find(Document, document_id)
    hidden = {*account.settings(DocumentsSettings).hidden_kinds, *account.get(Customer, account.id).hidden_kinds}
    return document is not None and (not document.visible or document.kind in hidden)


class Chosen(Protocol):
    """What names documents and credits that are to be paid or used."""

    @property
    def lines(self) -> tuple[LineChoice, ...]:
        """Answer the documents."""
        ...

    @property
    def credits(self) -> tuple[CreditChoice, ...]:
        """Answer the credits."""
        ...


def check_payer(account: Account, by: Actor, command: Chosen) -> None:
    """Hold who pays to what they may see: a document that is hidden from them, or not the holder's, is unknown to them."""
    if by.kind is ActorKind.HOLDER and isinstance(command, StartPayment):
        if any(line.document_id != by.document_id for line in command.lines) or not command.lines:
            raise NotFound("document.not_found", "There is no such document.")
        more = (command.on_account, command.method_id, command.deposit_id)
        if command.credits or command.save or any(one is not None for one in more):
            raise Denied("actor.denied", "Sign in to do this.")
    keys = [line.document_id for line in command.lines] + [choice.credit_id for choice in command.credits]
    account.require(Document, keys)
    if any(_hidden(account, key, by) for key in keys):
        raise NotFound("document.not_found", "There is no such document.")


def reference_of(key: UUID) -> str:
    """Answer the reference by which people name a payment: P- and ten letters and digits that are hard to confuse."""
    number, letters = key.int, []
    for _ in range(_PLACES):
        number, place = divmod(number, len(_LETTERS))
        letters.append(_LETTERS[place])
    return "P-" + "".join(letters)


def _begun(account: Account, payment: Payment, operations: tuple[Operation, ...], stamp: Stamp) -> Sequence[Event]:
    payment = evolve(payment, operations=tuple(one.id for one in operations))
    payment = fold_of(payment, {one.id: one for one in operations})
    cause = next((one for one in operations if one.status is OpStatus.SUCCEEDED), None)
    payment, posted = settled(account, payment, operations, stamp, cause)
    return [PaymentStarted(payment=payment, operations=operations), *posted]
