"""An operation that no gateway can tell of is closed by a person who knows, and stays to be reviewed by another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar
from uuid import UUID

from attrs import evolve, frozen

from lockportal.core.account import Account, Owner
from lockportal.core.actor import Audience
from lockportal.core.errors import Refused
from lockportal.core.money import Money
from lockportal.core.record import Event, Record, Stamp
from lockportal.payments.making import by_hand, operations_of
from lockportal.payments.models import Operation, OperationAsked, OperationObserved, Payment, fold_of
from lockportal.payments.operations import OpKind, OpStatus
from lockportal.payments.posting import settled


@frozen(kw_only=True)
class CloseOperation:
    """Say what became of an operation whose gateway cannot tell, by what a person knows, such as from a bank statement.

    `happened` says whether the money moved, all of it. The payment is to be reviewed then. Where the gateway tells otherwise
    later, both stand beside each other as a conflict. An authorization that had succeeded is over where it did not happen: what
    was not taken of it is given up, as a gateway does that lets it lapse.
    """

    audience: ClassVar[Audience] = Audience(staff=True)
    owner: ClassVar[Owner | None] = Owner.CUSTOMER
    needs: ClassVar[tuple[type[Record], ...]] = (Payment,)
    opens: ClassVar[bool] = False

    account_id: UUID
    operation_id: UUID
    happened: bool
    note: str

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """Observe it; Refused `operation.over`, `payment.note_missing`, and `operation.not_asked` before the clock has asked."""
        asked = account.get(Operation, self.operation_id)
        if not self.note.strip():
            raise Refused("payment.note_missing", "Say how it is known.", field="note")
        payment = account.get(Payment, asked.payment_id)
        lapsing = payment.totals.authorized - payment.totals.captured - payment.totals.captured_maybe
        lapsed = asked.kind is OpKind.AUTHORIZE and asked.status is OpStatus.SUCCEEDED and not self.happened
        if lapsed and asked.merchant_account and lapsing > 0:
            return self._lapsed(account, payment, asked, Money(lapsing, payment.currency), stamp)
        if not asked.live or not asked.merchant_account:
            raise Refused("operation.over", "Nothing is waited for here.")
        if not asked.asked:
            raise Refused("operation.not_asked", "The gateway was not asked yet. Wait until it was.")
        operations = {one.id: one for one in operations_of(account, payment)}
        status = OpStatus.SUCCEEDED if self.happened else OpStatus.FAILED
        seen = by_hand(asked.kind, asked.amount, stamp.at, status)
        closed = evolve(operations[asked.id].observed((seen,)), note=self.note.strip())
        operations[asked.id] = closed
        payment = fold_of(payment, operations)
        payment, posted = settled(account, payment, tuple(operations.values()), stamp, closed)
        return [OperationObserved(payment=payment, operation=closed), *posted]

    def _lapsed(self, account: Account, payment: Payment, asked: Operation, left: Money, stamp: Stamp) -> Sequence[Event]:
        """Give up what is left of an authorization, as done."""
        given_up = Operation(
            id=stamp.child("operation"),
            account_id=account.id,
            payment_id=payment.id,
            kind=OpKind.VOID,
            amount=left,
            parent_id=asked.id,
            merchant_account=asked.merchant_account,
            created_at=stamp.at,
            note=self.note.strip(),
        ).observed((by_hand(OpKind.VOID, left, stamp.at),))
        operations = {one.id: one for one in (*operations_of(account, payment), given_up)}
        payment = fold_of(evolve(payment, operations=(*payment.operations, given_up.id)), operations)
        payment, posted = settled(account, payment, tuple(operations.values()), stamp, given_up)
        return [OperationAsked(payment=payment, operation=given_up), *posted]
