"""What cannot be delivered becomes somebody's task: in words for those who talk to customers, with the cause for technicians."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from attrs import evolve

from lockportal.activities.models import LONGEST, Task, TaskClosed, TaskState, open_task, task_id
from lockportal.core.account import Account
from lockportal.core.record import Event, Stamp
from lockportal.messages.models import (
    AddressSuppressed,
    DeadLetter,
    MessageFailed,
    MessageReplayed,
    Suppression,
    SuppressionLifted,
)
from lockportal.profiles.models import Customer

KIND: Final = "messages.undeliverable"
"""The kind of these tasks; each is about a dead letter."""
RETURNED: Final = "messages.returned"
"""The kind of the tasks about a contact whose address is dead."""
_NOTICES: Final = "messages.notices"
_MAILS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "documents.documents_stored": "The mail about new invoices did not reach every contact of this customer",
        "payments.payment_started": "The mail about a payment did not reach every contact of this customer",
        "payments.autopay_announced": "The notice of an automatic payment did not reach every contact of this customer",
        "payments.autopay_failed": "The mail about a failed payment did not reach every contact of this customer",
        "payments.autopay_paused": "The mail that autopay stands still did not reach every contact of this customer",
        "payments.autopay_left_out": "The mail that autopay leaves documents out did not reach every contact of this customer",
        "payments.schedule_skipped": "The mail about a payment that was not needed did not reach every contact of this customer",
        "payments.deposit_asked": "The mail that a deposit is asked for did not reach every contact of this customer",
        "payments.schedule_failed": "The mail about a failed payment did not reach every contact of this customer",
        "payments.operation_asked": "The mail about a refund did not reach every contact of this customer",
        "payments.operation_observed": "The mail about a payment did not reach every contact of this customer",
        "promises.promise_made": "The confirmation of a promise to pay did not reach every contact of this customer",
        "promises.promise_accepted": "The confirmation of a promise to pay did not reach every contact of this customer",
        "promises.promise_broken": "The mail about a broken promise to pay did not reach every contact of this customer",
        "ledger.entries_posted": "The receipt for a payment did not reach every contact of this customer",
        "profiles.contact_invited": "The invitation to the portal did not reach its contact",
    }
)
_OTHER_MAIL: Final = "A mail of the portal did not reach every contact of this customer"
_NO_MAIL: Final = "Another program could not be told what happened with this customer"
_TECHNICIAN: Final = "Have whoever looks after the portal see to it, then send it again."
_CAUSES: Final = (
    (
        "mail.recipient_refused",
        "the mail server does not take mail for one of the addresses",
        "Ask the customer for the right address and correct the contact, then send it again.",
    ),
    (
        "notifier.timed_out",
        "the mail server gave no answer in time, so that nobody knows whether it arrived",
        "Ask the customer whether the mail is there; if it is not, send it again.",
    ),
    ("mail.", "the mail server could not be reached, or did not take it", _TECHNICIAN),
    ("notifier.", "the program that sends the mail failed", _TECHNICIAN),
    ("outbox.unfinished", "the portal ended at each try", _TECHNICIAN),
    ("", "something went wrong on the way", _TECHNICIAN),
)
"""Beginnings of reasons, in words, and what is to be done."""


def chase_undelivered(event: MessageFailed, account: Account, stamp: Stamp) -> Sequence[Event]:
    """Have somebody look into what could not be delivered: the customer's collector, else whoever takes it."""
    letter, customer = event.letter, account.find(Customer, account.id)
    return open_task(
        account,
        stamp,
        kind=KIND,
        key=_chase_of(letter),
        reason=reason_of(letter),
        owner="" if customer is None else customer.collector,
        about_id=letter.id,
    )


def end_chase(event: MessageReplayed, account: Account, stamp: Stamp) -> Sequence[Event]:
    """Close the task of what is handed over once more; if that fails, too, there is a new one."""
    task = account.find(Task, task_id(account.id, _chase_of(event.letter)))
    if task is None or not task.live:
        return []
    return [TaskClosed(task=evolve(task, state=TaskState.CANCELLED, note="Handed over once more.", closed_at=stamp.at))]


def reason_of(letter: DeadLetter) -> str:
    """Say what should have been told to whom, why it was not, and what to do; in a second line, what the programs say."""
    told = _MAILS.get(letter.type, _OTHER_MAIL) if letter.receiver == _NOTICES else _NO_MAIL
    why, to_do = next((why, to_do) for begin, why, to_do in _CAUSES if letter.reason.startswith(begin))
    detail = f"{letter.receiver}, {letter.type}, {letter.attempts} tries: {letter.reason}"
    return f"{told}: {why}. {to_do}\n{detail}"[:LONGEST]


def _chase_of(letter: DeadLetter) -> str:
    return f"dead-letter/{letter.id}/{letter.failed_at.isoformat()}"


def chase_returned(event: AddressSuppressed, account: Account, stamp: Stamp) -> Sequence[Event]:
    """Have somebody ask for the right address of a contact whose address is dead."""
    suppression, customer = event.suppression, account.find(Customer, account.id)
    reason = (
        "A mail came back: there is no such address, and nothing more is sent to it. Ask the customer for the right one and"
        f" correct the contact.\n{suppression.kind}, {suppression.status}"
    )
    return open_task(
        account,
        stamp,
        kind=RETURNED,
        key=_return_of(suppression),
        reason=reason,
        owner="" if customer is None else customer.collector,
        about_id=suppression.contact_id,
    )


def end_returned(event: SuppressionLifted, account: Account, stamp: Stamp) -> Sequence[Event]:
    """Close the task of an address that lives."""
    task = account.find(Task, task_id(account.id, _return_of(event.suppression)))
    if task is None or not task.live:
        return []
    return [TaskClosed(task=evolve(task, state=TaskState.CANCELLED, note="The address lives.", closed_at=stamp.at))]


def _return_of(suppression: Suppression) -> str:
    return f"suppression/{suppression.id}/{suppression.message_id}"
