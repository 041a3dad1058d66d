"""What can be done about a payment that was begun, and what is observed of its operations, pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import ClassVar, Final
from uuid import UUID, uuid5

from attrs import evolve, field, frozen

from lockportal.core.account import Account, Owner
from lockportal.core.actor import ActorKind, Audience, Right
from lockportal.core.errors import Denied, Refused
from lockportal.core.money import Money
from lockportal.core.record import DECIDED, Event, Record, Stamp
from lockportal.documents.postings import followed
from lockportal.payments.exchanges import GatewayEvent, gateway_event_id
from lockportal.payments.limits import GatewayLimits, refunds_until
from lockportal.payments.making import asked_operation, by_hand, operations_of
from lockportal.payments.models import (
    LONGEST_REASON,
    Operation,
    OperationAsked,
    OperationDue,
    OperationObserved,
    Payment,
    fold_of,
)
from lockportal.payments.operations import UNANSWERED, UNASKED, Observation, ObservationSource, OpKind, OpStatus
from lockportal.payments.planning import lapsed
from lockportal.payments.posting import settled
from lockportal.payments.settings import PaymentsSettings

_OFFICE: Final = Audience(staff=True, system=True)
_DAY: Final = timedelta(days=1)
_GOING: Final = frozenset({OpKind.REFUND, OpKind.RETURN, OpKind.CHARGEBACK})
_COMING: Final = frozenset({OpKind.REFUND_REVERSAL, OpKind.REINSTATEMENT})
_GATEWAYS: Final = Audience(gateway=True, system=True)


@frozen(kw_only=True)
class AskOperation:
    """Capture, void or refund: store what the gateway will be asked for, within what the payment still has.

    Refused `payment.not_capturable`, `payment.not_voidable`, `payment.not_refundable` beyond that. `money` None is all of it.
    What came without a gateway, by cheque or transfer, is given back by hand: then it is done with this.
    """

    audience: ClassVar[Audience] = _OFFICE
    owner: ClassVar[Owner | None] = Owner.CUSTOMER
    needs: ClassVar[tuple[type[Record], ...]] = (Payment,)
    opens: ClassVar[bool] = False

    account_id: UUID
    payment_id: UUID
    kind: OpKind
    money: Money | None = None
    reason: str = ""
    closes: bool = field(default=False, metadata=DECIDED)
    """Whether the gateway gives up what it does not capture now."""

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
        parent = _parent(operations, self.kind, money)
        if self.kind is OpKind.REFUND:
            check_refund(account, payment, parent, money, stamp.at)
        asked = evolve(
            asked_operation(payment, self.kind, money, stamp, account.settings(PaymentsSettings)),
            parent_id=parent.id,
            reason=self.reason,
            closes=self.closes and self.kind is OpKind.CAPTURE,
        )
        if not payment.merchant_account:
            asked = asked.observed((by_hand(self.kind, money, stamp.at),))
        payment = evolve(payment, operations=(*payment.operations, asked.id))
        payment = fold_of(payment, {one.id: one for one in (*operations, asked)})
        payment, posted = settled(account, payment, (*operations, asked), stamp, asked)
        return [OperationAsked(payment=payment, operation=asked), *posted]


@frozen(kw_only=True)
class SendOperation:
    """Note that an operation is being sent to its gateway, for the first time or once more, before it is.

    `sends` is how often it was sent before: Refused `operation.sent` where somebody else did meanwhile, or where it is over.
    Money that it takes may come back within `return_days` business days; `polled` where the gateway tells only if it is asked.
    """

    audience: ClassVar[Audience] = Audience(system=True)
    owner: ClassVar[Owner | None] = Owner.CUSTOMER
    needs: ClassVar[tuple[type[Record], ...]] = ()
    opens: ClassVar[bool] = False

    account_id: UUID
    operation_id: UUID
    sends: int = 0
    return_days: int = 0
    polled: bool = False

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """Observe that it is being sent."""
        asked = account.get(Operation, self.operation_id)
        if asked.status not in UNANSWERED or asked.sends != self.sends:
            raise Refused("operation.sent", "This was sent already.")
        payment = account.get(Payment, asked.payment_id)
        operations = {one.id: one for one in operations_of(account, payment)}
        seen = Observation(
            kind=asked.kind, status=OpStatus.SENT, occurred_at=stamp.at, source=ObservationSource.SYNC, operation_id=asked.id
        )
        sent = evolve(
            operations[asked.id].observed((seen,)),
            sends=asked.sends + 1,
            first_sent_at=asked.first_sent_at or stamp.at,
            sent_at=stamp.at,
            return_days=self.return_days,
            polled=self.polled,
        )
        return [OperationObserved(payment=fold_of(payment, {**operations, sent.id: sent}), operation=sent)]


@frozen(kw_only=True)
class Observe:
    """Keep what was seen of an operation, and post what follows; the same again, in any order, changes nothing more.

    `event_id` names the gateway's event that told it: it is kept with its effects, and applied once. `sends`, where given, is how
    often the operation had been sent when this was seen of it: nothing is kept where it was sent again meanwhile.
    """

    audience: ClassVar[Audience] = _GATEWAYS
    owner: ClassVar[Owner | None] = Owner.CUSTOMER
    needs: ClassVar[tuple[type[Record], ...]] = ()
    opens: ClassVar[bool] = False

    account_id: UUID
    operation_id: UUID
    observations: tuple[Observation, ...]
    event_id: str = ""
    event_type: str = ""
    received_at: datetime | None = None
    sends: int | None = None

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """Merge the observations, fold the payment, and post the difference."""
        asked = account.get(Operation, self.operation_id)
        if self.sends is not None and self.sends != asked.sends:
            return []
        event = self._event(account, asked, stamp)
        if event is not None and account.find(GatewayEvent, event.id) is not None:
            return []
        payment = account.get(Payment, asked.payment_id)
        operations = {one.id: one for one in operations_of(account, payment)}
        events: list[Event] = []
        for seen in self.observations:
            one = _target(asked, seen, tuple(operations.values())) or _happened(asked, seen, stamp)
            known = operations.get(one.id)
            changed = (known or one).observed((seen,))
            if known == changed:
                continue
            operations[one.id] = changed
            if known is None:
                payment = evolve(payment, operations=(*payment.operations, one.id))
            payment = fold_of(payment, operations)
            branch = stamp.branch(f"{one.id}/{len(events)}")
            payment, posted = settled(account, payment, tuple(operations.values()), branch, changed)
            account = followed(account.holding([payment, changed]), posted)
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


@frozen(kw_only=True)
class CloseByHand:
    """End the waiting for a transfer or a cheque: its money is there, or it is called off.

    A discount that had lapsed when the money came is not taken: so much stays open.
    `arrived_at` is when the money came, None where nobody waits for it any more. Refused `payment.not_waiting` where none is
    waited for: what goes through a gateway is the gateway's to tell.
    """

    audience: ClassVar[Audience] = Audience(customer=Right.PAY, staff=True, system=True)
    owner: ClassVar[Owner | None] = Owner.CUSTOMER
    needs: ClassVar[tuple[type[Record], ...]] = (Payment,)
    opens: ClassVar[bool] = False

    account_id: UUID
    payment_id: UUID
    arrived_at: datetime | None = None

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """Observe the one or the other; only staff say that money is there."""
        if self.arrived_at is not None and stamp.by.kind is ActorKind.CUSTOMER:
            raise Denied("actor.denied", "Your supplier says when the money is there.")
        on = account.supplier.today(self.arrived_at or stamp.at)
        if on > account.supplier.today(stamp.at):
            raise Refused("payment.received_later", "Money is recorded on the day when it is there.", field="received_on")
        payment = account.get(Payment, self.payment_id)
        operations = operations_of(account, payment)
        waiting = [one for one in operations if one.live and not one.merchant_account]
        if not waiting:
            raise Refused("payment.not_waiting", "No money is waited for by this payment.")
        if self.arrived_at is None:
            return _closed(account, payment, waiting[0], OpStatus.CANCELED, stamp.at, stamp)
        return _closed(account, lapsed(account, payment, on), waiting[0], OpStatus.SUCCEEDED, self.arrived_at, stamp)


def ask_later(operation: Operation, account: Account, stamp: Stamp) -> Sequence[Event]:
    """Ask the gateway about an operation that is still under way, and again later; daily of one that may yet come back.

    A transfer or a cheque that has not come in all that time is waited for no more.
    """
    if operation.live and not operation.merchant_account:
        return _closed(account, account.get(Payment, operation.payment_id), operation, OpStatus.CANCELED, stamp.at, stamp)
    if not operation.live:
        final_on = operation.final_on(account.supplier)
        over = final_on is None or not operation.polled or account.supplier.today(stamp.at) > final_on
        return [OperationDue(operation=evolve(operation, wake_at=None if over else stamp.at + _DAY))]
    asked = operation.asked + 1
    return [OperationDue(operation=evolve(operation, asked=asked, wake_at=_next(account, stamp.at, asked)))]


def _closed(
    account: Account, payment: Payment, waiting: Operation, status: OpStatus, at: datetime, stamp: Stamp
) -> Sequence[Event]:
    """Observe of what is waited for by hand that it came, or that it is waited for no more."""
    closed = waiting.observed((by_hand(OpKind.SALE, payment.amount, at, status),))
    payment = fold_of(payment, {closed.id: closed})
    payment, posted = settled(account, payment, (closed,), stamp, closed)
    return [OperationObserved(payment=payment, operation=closed), *posted]


def _target(asked: Operation, seen: Observation, operations: Sequence[Operation]) -> Operation | None:
    """Answer the operation that an observation is of, None for one that nobody here knows.

    It may have been told of another one of the payment: a refund of the sale, a capture of what was authorized, one more return
    beside the first. Then it is the one of its kind with the gateway's reference, else the one of its amount that still waits for
    its answer.
    """
    ref = seen.gateway_ref or seen.taken_ref
    told = {known.gateway_ref or known.taken_ref for known in asked.observations} - {""}
    another = asked.kind in UNASKED and ref and told and ref not in told
    if seen.kind is asked.kind and not another:
        return asked
    alike = [one for one in operations if one.kind is seen.kind]
    named = [one for one in alike if ref and any(ref in {known.gateway_ref, known.taken_ref} for known in one.observations)]
    waiting = [one for one in alike if one.live and not one.gateway_ref and one.amount == seen.money]
    return next(iter((*named, *waiting)), None)


def _happened(asked: Operation, seen: Observation, stamp: Stamp) -> Operation:
    """Make the operation of what a gateway did without being asked.

    It is known by the operation that it undoes, though it was told of what came in between.
    """
    root = asked.parent_id if asked.kind in UNASKED and asked.parent_id is not None else asked.id
    same = seen.money is not None and seen.money.currency == asked.amount.currency
    return Operation(
        id=uuid5(root, f"{seen.kind}/{seen.gateway_ref or seen.taken_ref or seen.event_id}"),
        account_id=asked.account_id,
        payment_id=asked.payment_id,
        kind=seen.kind,
        amount=seen.money if same and seen.money is not None else asked.amount,
        parent_id=root,
        merchant_account=asked.merchant_account,
        created_at=stamp.at,
    )


def check_refund(account: Account, payment: Payment, taken: Operation, money: Money, at: datetime) -> None:
    """Hold a refund to what the gateway can do: Refused `payment.refund_whole` or `payment.refund_late` beyond it."""
    able = account.settings(GatewayLimits).of(payment.merchant_account, payment.method)
    if able is None:
        return
    if not able.partial_refund and money.minor != taken.operating.moved:
        whole = Money(taken.operating.moved, money.currency)
        raise Refused("payment.refund_whole", f"This can only be given back whole: {whole}.", field="money")
    until = refunds_until(able, taken)
    if until is not None and at > until:
        raise Refused("payment.refund_late", "The gateway gives this back no more. Send the money in another way.", field="money")


def _most(payment: Payment, kind: OpKind) -> int:
    totals = payment.totals
    if kind is OpKind.REFUND:
        return payment.refundable
    return totals.authorized - totals.captured - totals.captured_maybe


def _parent(operations: Sequence[Operation], kind: OpKind, money: Money) -> Operation:
    """Answer the operation that a capture, a void or a refund is about: the last that succeeded, and has so much left to refund.

    There is one, as otherwise there was nothing to do that to. A gateway gives back of one capture at a time: Refused
    `payment.not_refundable` where none of them has so much left.
    """
    about = {OpKind.SALE, OpKind.CAPTURE} if kind is OpKind.REFUND else {OpKind.AUTHORIZE}
    done = [one for one in reversed(operations) if one.kind in about and one.status is OpStatus.SUCCEEDED]
    if kind is not OpKind.REFUND:
        return done[0]
    left = [(one, _left(one, operations)) for one in done]
    enough = [one for one, minor in left if minor >= money.minor]
    if not enough:
        most = Money(max(minor for _, minor in left), money.currency)
        raise Refused("payment.not_refundable", f"It was taken in parts. One refund can give back at most {most}.", field="money")
    return enough[0]


def _left(taken: Operation, operations: Sequence[Operation]) -> int:
    """Answer how much of what one operation took can still be given back, in minor units: what may yet go counts as gone."""
    refunds = {one.id for one in operations if one.kind is OpKind.REFUND and one.parent_id == taken.id}
    about = [one for one in operations if one.parent_id in {taken.id, *refunds}]
    gone = sum(one.operating.moved + one.operating.maybe for one in about if one.kind in _GOING)
    back = sum(one.operating.moved for one in about if one.kind in _COMING)
    return taken.operating.moved - gone + back


def _next(account: Account, at: datetime, asked: int) -> datetime:
    steps = account.settings(PaymentsSettings).ask_after
    return at + timedelta(seconds=steps[min(asked, len(steps) - 1)])
