"""What of payments a person has to look at becomes somebody's task, once; it ends by itself when it is looked at, or undone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from attrs import evolve

from lockportal.activities.models import LONGEST, Task, TaskClosed, TaskOpened, TaskState, open_task, task_id
from lockportal.core.account import Account
from lockportal.core.record import Event, Stamp
from lockportal.payments.merchants.models import MerchantClosed, MerchantReopened
from lockportal.payments.models import Operation, OperationObserved, Payment, PaymentReviewed
from lockportal.payments.operations import OpKind, OpStatus
from lockportal.payments.parking.models import EventUnparked, ParkedDue, ParkedEvent
from lockportal.profiles.models import Customer

REVIEW: Final = "payments.review"
RETURNED: Final = "payments.returned"
REFUND_FAILED: Final = "payments.refund_failed"
EVENT_PARKED: Final = "payments.event_parked"
MERCHANT_CLOSED: Final = "payments.merchant_closed"
ABOUT_PAYMENTS: Final = frozenset({REVIEW, RETURNED, REFUND_FAILED})
"""The kinds of task that are about a payment."""
_PARKED_TOO_LONG: Final = timedelta(hours=1)
_BACK: Final = frozenset({OpKind.RETURN, OpKind.CHARGEBACK})


def chase_operation(event: OperationObserved, account: Account, stamp: Stamp) -> Sequence[Event]:
    """Have somebody look at what was seen of an operation, where it is not as it should be."""
    payment, operation = event.payment, event.operation
    done = operation.status is OpStatus.SUCCEEDED
    events: list[Event] = []
    if payment.needs_review:
        events += _review(payment, account, stamp)
    if done and operation.kind in _BACK:
        events += _returned(payment, operation, account, stamp)
    if done and operation.kind is OpKind.REINSTATEMENT:
        events += _close(_about(account, payment.id, RETURNED), stamp, "The money is back.")
    failed = operation.kind is OpKind.REFUND and operation.status is OpStatus.FAILED
    if failed or (done and operation.kind is OpKind.REFUND_REVERSAL):
        events += _refund_failed(payment, operation, account, stamp)
    return events


def end_review(event: PaymentReviewed, account: Account, stamp: Stamp) -> Sequence[Event]:
    """Close the task of a payment that was looked at, with the note of whoever did."""
    return _close(_about(account, event.payment.id, REVIEW), stamp, event.payment.review_note[:LONGEST], outcome="done")


def chase_parked(event: ParkedDue, account: Account, stamp: Stamp) -> Sequence[Event]:
    """Have somebody look at a gateway's event that has found no operation for an hour."""
    parked = event.parked
    if stamp.at - parked.parked_at < _PARKED_TOO_LONG:
        return ()
    reason = (
        "A payment gateway tells of something that no payment here has asked for. See at the gateway what it is, and record the"
        " money where it is ours.\n"
        f"{parked.merchant_account}, {parked.type}, event {parked.event_id}, {parked.observation.gateway_ref}"
    )
    return open_task(account, stamp, kind=EVENT_PARKED, key=_parked(parked), reason=reason[:LONGEST], about_id=parked.id)


def end_parked(event: EventUnparked, account: Account, stamp: Stamp) -> Sequence[Event]:
    """Close the task of an event that has found its operation, or of which somebody has said what it was."""
    task, note = account.find(Task, task_id(account.id, _parked(event.parked))), event.parked.note
    tasks = [] if task is None else [task]
    return _close(tasks, stamp, note[:LONGEST] or "Its payment was found.", outcome="done" if note else "")


def chase_closed(event: MerchantClosed, account: Account, stamp: Stamp) -> Sequence[Event]:
    """Have somebody put the credentials of an account with a gateway right."""
    merchant = event.merchant
    reason = (
        f"The gateway does not know the credentials of {merchant.merchant_account!r} ({merchant.code}). Nothing is paid through"
        " it until they are put right in the settings, and the account is opened again among the payments."
    )
    key = f"merchant-closed/{merchant.id}/{merchant.closed_at.isoformat()}"
    return open_task(account, stamp, kind=MERCHANT_CLOSED, key=key, reason=reason[:LONGEST], about_id=merchant.id)


def end_closed(event: MerchantReopened, account: Account, stamp: Stamp) -> Sequence[Event]:
    """Close the task of an account with a gateway that was opened again."""
    return _close(_about(account, event.merchant.id, MERCHANT_CLOSED), stamp, "It was opened again.", outcome="done")


def _review(payment: Payment, account: Account, stamp: Stamp) -> Sequence[TaskOpened]:
    """Open one task for a payment until it is looked at; what goes wrong later makes another."""
    if _about(account, payment.id, REVIEW):
        return ()
    reason = (
        f"Payment {payment.reference} is not as it should be: the gateway tells of two things that exclude each other, of another"
        " amount than was asked, or of more that went back than came in. See what is right at the gateway, put it right, and say"
        " what you decided."
    )
    key = f"payment-review/{payment.id}/{payment.reviewed}/{payment.problems}/{payment.totals.back}"
    return _opened(payment, REVIEW, key, reason, account, stamp)


def _returned(payment: Payment, operation: Operation, account: Account, stamp: Stamp) -> Sequence[TaskOpened]:
    what, to_do = "came back from the bank", "Ask the customer to pay in another way."
    if operation.kind is OpKind.CHARGEBACK:
        what, to_do = "was charged back", "Decide whether to contest it at the gateway, and speak to the customer."
    code = operation.merged.decline
    detail = "" if code is None else f"\n{code.code}, {code.network_code} {code.raw_message}".rstrip(" ,")
    reason = f"{operation.amount} of payment {payment.reference} {what}; what it had paid is open again. {to_do}{detail}"
    return _opened(payment, RETURNED, f"payment-returned/{operation.id}", reason, account, stamp)


def _refund_failed(payment: Payment, operation: Operation, account: Account, stamp: Stamp) -> Sequence[TaskOpened]:
    why = "could not be made" if operation.kind is OpKind.REFUND else "did not arrive, and the money is here again"
    reason = (
        f"The refund of {operation.amount} of payment {payment.reference} {why}. Ask the customer where to send it, and refund it"
        " in another way."
    )
    return _opened(payment, REFUND_FAILED, f"refund-failed/{operation.id}", reason, account, stamp)


def _opened(payment: Payment, kind: str, key: str, reason: str, account: Account, stamp: Stamp) -> Sequence[TaskOpened]:
    customer = account.find(Customer, account.id)
    owner = "" if customer is None else customer.collector
    return open_task(account, stamp, kind=kind, key=key, reason=reason[:LONGEST], owner=owner, about_id=payment.id)


def _about(account: Account, about_id: UUID, kind: str) -> list[Task]:
    """Answer the open tasks of a kind that are about something."""
    return [task for task in account.all(Task) if task.kind == kind and task.about_id == about_id]


def _close(tasks: Sequence[Task], stamp: Stamp, note: str, outcome: str = "") -> Sequence[TaskClosed]:
    state = TaskState.DONE if outcome else TaskState.CANCELLED
    return [
        TaskClosed(task=evolve(task, state=state, outcome=outcome, note=note, closed_at=stamp.at)) for task in tasks if task.live
    ]


def _parked(parked: ParkedEvent) -> str:
    return f"parked/{parked.id}"
