"""What can be done about payments, pure: nothing here talks to a gateway; what a gateway is asked is stored before it is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import ClassVar, Final
from uuid import UUID

from attrs import evolve, field, frozen

from lockportal.core.account import Account, Owner
from lockportal.core.actor import Actor, ActorKind, Audience, Right
from lockportal.core.errors import Denied, NotFound, Refused
from lockportal.core.money import Money
from lockportal.core.record import DECIDED, Event, Record, Stamp
from lockportal.documents.models import Document, DocumentsSettings
from lockportal.payments.making import asked_operation, by_hand
from lockportal.payments.methods import BY_HAND, ApplyOn, MethodKind
from lockportal.payments.models import (
    LONGEST_REASON,
    Operation,
    Payment,
    PaymentReviewed,
    PaymentStarted,
    fold_of,
)
from lockportal.payments.operations import OpKind, OpStatus
from lockportal.payments.planning import CreditChoice, LineChoice, Wish, plan, started_on
from lockportal.payments.posting import settled
from lockportal.payments.settings import MethodRule, PaymentsSettings
from lockportal.profiles.models import Customer

PAYERS: Final = Audience(customer=Right.PAY, staff=True, system=True, holder_right=Right.PAY)
OFFICE: Final = Audience(staff=True, system=True)
_LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PLACES: Final = 10


@frozen(kw_only=True)
class StartPayment:
    """Begin a payment: its documents' balances are reserved, and the operation is stored that the gateway will be asked for.

    `expected` is the money that the payer agreed to; where the payment comes to anything else it is Refused with
    `payment.changed`. What only needs credit is posted at once. `kind` is sale or authorize.
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
    discounts: bool = True
    fee_forbidden: bool = field(default=False, metadata=DECIDED)
    kind: OpKind = OpKind.SALE
    expected: Money | None = None

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """Work the payment out, reserve what it needs, and store its operation."""
        settings = account.settings(PaymentsSettings)
        check_payer(account, stamp.by, self)
        on = started_on(account.supplier, stamp.at, settings.cut_off)
        made = plan(account, self._wish(), on)
        if self.kind is not OpKind.SALE and self.method in BY_HAND:
            raise Refused("payment.method", "This way to pay authorizes nothing.", field="method")
        if self.expected is not None and self.expected != made.amount:
            message = f"Meanwhile it comes to {made.amount}. Look at it once more, then confirm."
            raise Refused("payment.changed", message, field="expected")
        rule = check_method(account, self.method, self.merchant_account, made.amount)
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
            method_id=self.method_id if made.amount else None,
            started_at=stamp.at,
            started_on=on,
            apply_on=ApplyOn.SUCCEEDED if rule is None else rule.apply_on,
        )
        if not made.amount:
            return _begun(account, payment, (), stamp)
        operation = asked_operation(payment, self.kind, made.amount, stamp, settings)
        if not payment.merchant_account:
            waits = by_hand(self.kind, made.amount, stamp.at, OpStatus.ACTION_REQUIRED)
            operation = evolve(operation, wake_at=None).observed((waits,))
        return _begun(account, payment, (operation,), stamp)

    def _wish(self) -> Wish:
        return Wish(
            currency=self.currency,
            lines=self.lines,
            credits=self.credits,
            on_account=self.on_account,
            method=self.method,
            discounts=self.discounts,
            fee=not self.fee_forbidden,
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
        if self.received_on > account.supplier.today(stamp.at):
            raise Refused("payment.received_later", "Money is recorded on the day when it is there.", field="received_on")
        if len(self.reference) > LONGEST_REASON:
            raise Refused("payment.reference_too_long", f"At most {LONGEST_REASON} characters, please.", field="reference")
        wish = Wish(currency=self.money.currency, lines=self.lines, method=self.method, discounts=self.discounts, fee=False)
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


def check_payer(account: Account, by: Actor, command: StartPayment) -> None:
    """Hold who pays to what they may see: a document that is hidden from them, or not the holder's, is unknown to them."""
    if by.kind is ActorKind.HOLDER:
        if any(line.document_id != by.document_id for line in command.lines) or not command.lines:
            raise NotFound("document.not_found", "There is no such document.")
        if command.credits or command.on_account is not None or command.method_id is not None:
            raise Denied("actor.denied", "Sign in to do this.")
    if by.kind in {ActorKind.CUSTOMER, ActorKind.HOLDER}:
        keys = [line.document_id for line in command.lines] + [choice.credit_id for choice in command.credits]
        account.require(Document, keys)
        hidden = {*account.settings(DocumentsSettings).hidden_kinds, *account.get(Customer, account.id).hidden_kinds}
        for key in keys:
            document = account.find(Document, key)
            if document is not None and (not document.visible or document.kind in hidden):
                raise NotFound("document.not_found", "There is no such document.")


def check_method(account: Account, method: MethodKind, merchant_account: str, money: Money) -> MethodRule | None:
    """Answer the rule by which this way to pay is taken for so much money; Refused with `payment.method` or `payment.amount`."""
    if money.is_zero:
        return None
    settings, customer = account.settings(PaymentsSettings), account.get(Customer, account.id)
    fitting = (one for one in settings.methods if one.method is method and merchant_account in {"", one.merchant_account})
    taking = (one for one in fitting if _takes(one, money.currency, customer.address.country, customer.number))
    rule = next(taking, None)
    if rule is None:
        raise Refused("payment.method", "This way to pay is not taken here. Choose another one.", field="method")
    bounds = ((settings.least.get(money.currency), settings.most.get(money.currency)), (rule.least, rule.most))
    for least, most in bounds:
        if least is not None and money < Money.of(least, money.currency):
            raise Refused("payment.amount", f"Pay at least {Money.of(least, money.currency)}.", field="amount")
        if most is not None and money > Money.of(most, money.currency):
            raise Refused("payment.amount", f"Pay at most {Money.of(most, money.currency)} this way.", field="amount")
    return rule


def _takes(rule: MethodRule, currency: str, country: str, number: str) -> bool:
    wanted = ((rule.currencies, currency), (rule.countries, country), (rule.customers, number))
    return all(not allowed or one in allowed for allowed, one in wanted)


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
