"""What can be done about payments, pure: nothing here talks to a gateway; what a gateway is asked is stored before it is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import ClassVar, Final
from uuid import UUID, uuid5

from attrs import evolve, frozen

from lockportal.core.account import Account, Owner
from lockportal.core.actor import Actor, ActorKind, Audience, Right
from lockportal.core.errors import Denied, NotFound, Refused
from lockportal.core.money import Money
from lockportal.core.record import Event, Record, Stamp
from lockportal.documents.models import Document, DocumentsSettings
from lockportal.payments.methods import ApplyOn, MethodKind
from lockportal.payments.models import (
    LONGEST_REASON,
    GatewayEvent,
    MethodRule,
    Operation,
    OperationAsked,
    OperationDue,
    OperationObserved,
    Payment,
    PaymentReviewed,
    PaymentsSettings,
    PaymentStarted,
    fold_of,
    gateway_event_id,
)
from lockportal.payments.operations import UNASKED, Observation, ObservationSource, OpKind, OpStatus
from lockportal.payments.planning import CreditChoice, LineChoice, Wish, plan, started_on
from lockportal.payments.posting import settled
from lockportal.profiles.models import Customer

PAYERS: Final = Audience(customer=Right.PAY, staff=True, system=True, holder_right=Right.PAY)
OFFICE: Final = Audience(staff=True, system=True)
GATEWAYS: Final = Audience(gateway=True, system=True)
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
    merchant_account: str = ""
    method_id: UUID | None = None
    discounts: bool = True
    fee_forbidden: bool = False
    kind: OpKind = OpKind.SALE
    expected: Money | None = None

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """Work the payment out, reserve what it needs, and store its operation."""
        settings = account.settings(PaymentsSettings)
        check_payer(account, stamp.by, self)
        on = started_on(account.supplier, stamp.at, settings.cut_off)
        made = plan(account, self._wish(), on)
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
            merchant_account=self.merchant_account if made.amount else "",
            method_id=self.method_id if made.amount else None,
            started_at=stamp.at,
            started_on=on,
            apply_on=ApplyOn.SUCCEEDED if rule is None else rule.apply_on,
        )
        operations = (_operation(payment, self.kind, made.amount, stamp, settings),) if made.amount else ()
        return _begun(account, payment, operations, stamp)

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
        seen = Observation(
            kind=OpKind.SALE,
            status=OpStatus.SUCCEEDED,
            money=self.money,
            occurred_at=self.received_at,
            source=ObservationSource.MANUAL,
            gateway_ref="",
        )
        operation = Operation(
            id=stamp.child("operation"),
            account_id=account.id,
            payment_id=payment.id,
            kind=OpKind.SALE,
            amount=self.money,
            reason=self.reference,
            created_at=stamp.at,
        ).observed((seen,))
        return _begun(account, payment, (operation,), stamp)


@frozen(kw_only=True)
class AskOperation:
    """Capture, void or refund: store what the gateway will be asked for, within what the payment still has.

    Refused `payment.not_capturable`, `payment.not_voidable`, `payment.not_refundable` beyond that. `money` None is all of it.
    """

    audience: ClassVar[Audience] = OFFICE
    owner: ClassVar[Owner | None] = Owner.CUSTOMER
    needs: ClassVar[tuple[type[Record], ...]] = (Payment,)
    opens: ClassVar[bool] = False

    account_id: UUID
    payment_id: UUID
    kind: OpKind
    money: Money | None = None
    reason: str = ""

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """Check the bounds and store the operation."""
        payment = account.get(Payment, self.payment_id)
        most = _most(payment, self.kind)
        money = Money(most, payment.currency) if self.money is None else self.money
        if money.currency != payment.currency:
            raise Refused("payment.currency", "One payment is in one currency.", field="money")
        if not 0 < money.minor <= most or (self.kind is OpKind.VOID and money.minor != most):
            able = {OpKind.CAPTURE: "capturable", OpKind.VOID: "voidable", OpKind.REFUND: "refundable"}[self.kind]
            raise Refused(f"payment.not_{able}", f"At most {Money(max(most, 0), payment.currency)} can be.", field="money")
        if len(self.reason) > LONGEST_REASON:
            raise Refused("payment.reason_too_long", f"At most {LONGEST_REASON} characters, please.", field="reason")
        operations = operations_of(account, payment)
        parent = _parent(operations, self.kind)
        asked = evolve(
            _operation(payment, self.kind, money, stamp, account.settings(PaymentsSettings)),
            parent_id=parent.id,
            reason=self.reason,
        )
        payment = evolve(payment, operations=(*payment.operations, asked.id))
        folded = fold_of(payment, {one.id: one for one in (*operations, asked)})
        return [OperationAsked(payment=folded, operation=asked)]


@frozen(kw_only=True)
class Observe:
    """Keep what was seen of an operation, and post what follows; the same again, in any order, changes nothing more.

    `event_id` names the gateway's event that told it: it is kept with its effects, and applied once.
    """

    audience: ClassVar[Audience] = GATEWAYS
    owner: ClassVar[Owner | None] = Owner.CUSTOMER
    needs: ClassVar[tuple[type[Record], ...]] = ()
    opens: ClassVar[bool] = False

    account_id: UUID
    operation_id: UUID
    observations: tuple[Observation, ...]
    event_id: str = ""
    event_type: str = ""
    received_at: datetime | None = None

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """Merge the observations, fold the payment, and post the difference."""
        asked = account.get(Operation, self.operation_id)
        event = self._event(account, asked, stamp)
        if event is not None and account.find(GatewayEvent, event.id) is not None:
            return []
        payment = account.get(Payment, asked.payment_id)
        operations = {one.id: one for one in operations_of(account, payment)}
        events: list[Event] = []
        for one, seen in self._by_operation(account, asked, stamp):
            known = operations.get(one.id)
            changed = one.observed(seen)
            if known == changed:
                continue
            operations[one.id] = changed
            if known is None:
                payment = evolve(payment, operations=(*payment.operations, one.id))
            payment = fold_of(payment, operations)
            payment, posted = settled(account, payment, tuple(operations.values()), stamp.branch(str(one.id)), changed)
            account = account.holding([payment, changed, *(record for follow in posted for record in follow.records())])
            events += [OperationObserved(payment=payment, operation=changed), *posted]
        if event is not None:
            events.append(OperationObserved(payment=payment, operation=operations[asked.id], event=event))
        return events

    def _event(self, account: Account, asked: Operation, stamp: Stamp) -> GatewayEvent | None:
        if not self.event_id:
            return None
        return GatewayEvent(
            id=gateway_event_id(account.id, asked.merchant_account, self.event_id),
            account_id=account.id,
            merchant_account=asked.merchant_account,
            event_id=self.event_id,
            type=self.event_type,
            operation_id=asked.id,
            received_at=self.received_at or stamp.at,
        )

    def _by_operation(
        self, account: Account, asked: Operation, stamp: Stamp
    ) -> Sequence[tuple[Operation, tuple[Observation, ...]]]:
        """Sort the observations: those of the operation itself, and those of what happened to it without being asked."""
        own = tuple(seen for seen in self.observations if seen.kind not in UNASKED)
        found: list[tuple[Operation, tuple[Observation, ...]]] = [(asked, own)] if own else []
        for seen in self.observations:
            if seen.kind in UNASKED:
                key = uuid5(asked.id, f"{seen.kind}/{seen.gateway_ref or seen.event_id}")
                known = account.find(Operation, key)
                found.append((known or _happened(asked, key, seen, stamp), (seen,)))
        return found


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


def ask_later(operation: Operation, account: Account, stamp: Stamp) -> Sequence[Event]:
    """Ask the gateway about an operation that is still under way, and again later."""
    if operation.status is OpStatus.SUCCEEDED or not operation.live:
        return [OperationDue(operation=evolve(operation, wake_at=None))]
    asked = operation.asked + 1
    return [OperationDue(operation=evolve(operation, asked=asked, wake_at=_next(account, stamp.at, asked)))]


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
    rule = settings.method(method, merchant_account)
    if rule is None or not _takes(rule, money.currency, customer.address.country, customer.number):
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


def operations_of(account: Account, payment: Payment) -> tuple[Operation, ...]:
    """Answer a payment's operations, loaded at once."""
    account.require(Operation, payment.operations)
    return tuple(account.get(Operation, key) for key in payment.operations)


def reference_of(key: UUID) -> str:
    """Answer the reference by which people name a payment: P- and ten letters and digits that are hard to confuse."""
    number, letters = key.int, []
    for _ in range(_PLACES):
        number, place = divmod(number, len(_LETTERS))
        letters.append(_LETTERS[place])
    return "P-" + "".join(letters)


def _operation(payment: Payment, kind: OpKind, money: Money, stamp: Stamp, settings: PaymentsSettings) -> Operation:
    return Operation(
        id=stamp.child("operation"),
        account_id=payment.account_id,
        payment_id=payment.id,
        kind=kind,
        amount=money,
        merchant_account=payment.merchant_account,
        created_at=stamp.at,
        wake_at=stamp.at + timedelta(seconds=settings.ask_after[0]),
    )


def _begun(account: Account, payment: Payment, operations: tuple[Operation, ...], stamp: Stamp) -> Sequence[Event]:
    payment = evolve(payment, operations=tuple(one.id for one in operations))
    payment = fold_of(payment, {one.id: one for one in operations})
    cause = next((one for one in operations if one.status is OpStatus.SUCCEEDED), None)
    payment, posted = settled(account, payment, operations, stamp, cause)
    return [PaymentStarted(payment=payment, operations=operations), *posted]


def _happened(parent: Operation, key: UUID, seen: Observation, stamp: Stamp) -> Operation:
    """Make the operation of what a gateway did without being asked."""
    return Operation(
        id=key,
        account_id=parent.account_id,
        payment_id=parent.payment_id,
        kind=seen.kind,
        amount=seen.money or parent.amount,
        parent_id=parent.id,
        merchant_account=parent.merchant_account,
        created_at=stamp.at,
    )


def _most(payment: Payment, kind: OpKind) -> int:
    totals = payment.totals
    if kind is OpKind.REFUND:
        return payment.refundable
    return totals.authorized - totals.captured - totals.captured_maybe


def _parent(operations: Sequence[Operation], kind: OpKind) -> Operation:
    """Answer the operation that a capture, a void or a refund is about: the last that succeeded."""
    about = {OpKind.SALE, OpKind.CAPTURE} if kind is OpKind.REFUND else {OpKind.AUTHORIZE}
    return [one for one in operations if one.kind in about and one.status is OpStatus.SUCCEEDED][-1]


def _next(account: Account, at: datetime, asked: int) -> datetime:
    steps = account.settings(PaymentsSettings).ask_after
    return at + timedelta(seconds=steps[min(asked, len(steps) - 1)])
