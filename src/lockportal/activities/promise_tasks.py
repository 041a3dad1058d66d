"""What of promises a person has to look at becomes a task, once: a proposal, a broken one, a customer who breaks several."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from attrs import evolve

from lockportal.activities.models import LONGEST, Task, TaskClosed, TaskOpened, TaskState, open_task
from lockportal.core.account import Account
from lockportal.core.record import Event, Stamp
from lockportal.profiles.models import Customer
from lockportal.promises.models import (
    PromiseAccepted,
    PromiseBroken,
    PromiseCancelled,
    PromiseDeclined,
    PromiseMade,
    PromiseReopened,
    PromiseStatus,
)
from lockportal.promises.settings import PromisesSettings

DECIDE: Final = "promises.decide"
BROKEN: Final = "promises.broken"
ESCALATION: Final = "promises.escalation"
ABOUT_PROMISES: Final = frozenset({DECIDE, BROKEN, ESCALATION})
"""The kinds of task that are about a promise."""


def ask_decision(event: PromiseMade, account: Account, stamp: Stamp) -> Sequence[Event]:
    """Have somebody decide what a customer proposes."""
    promise = event.promise
    if promise.status is not PromiseStatus.PROPOSED:
        return ()
    reason = (
        f"The customer proposes to pay {promise.amount} by {promise.last_on}, which the rules do not accept at once. Accept it or"
        f" decline it.\n{promise.reason}"
    )
    return _opened(account, stamp, DECIDE, f"promise-decide/{promise.id}", reason, promise.id, _collector(account))


def end_decision(event: PromiseAccepted | PromiseDeclined | PromiseCancelled, account: Account, stamp: Stamp) -> Sequence[Event]:
    """Close the task of what was decided, or called off."""
    return _close(account, event.promise.id, DECIDE, stamp, "Decided.")


def chase_broken(event: PromiseBroken, account: Account, stamp: Stamp) -> Sequence[Event]:
    """Have the customer's collector follow up a promise that was not kept; a manager, too, where several were not."""
    promise, settings = event.promise, account.settings(PromisesSettings)
    key = f"{promise.id}/{promise.verdicts}"
    reason = (
        f"{promise.amount} was promised by {promise.last_on}, and {promise.left} did not come in time. Speak to the customer;"
        " reminders go on from today."
    )
    events = _opened(account, stamp, BROKEN, f"promise-broken/{key}", reason, promise.id, _collector(account))
    waiting = any(task.kind == ESCALATION for task in account.all(Task))
    if event.broken < settings.escalate_after or waiting:
        return events
    told = f"This customer has not kept {event.broken} promises within a year. Decide how to go on with them."
    return [*events, *_opened(account, stamp, ESCALATION, f"promise-escalation/{key}", told, promise.id, settings.manager)]


def end_broken(event: PromiseReopened, account: Account, stamp: Stamp) -> Sequence[Event]:
    """Close the task of a promise whose verdict does not hold any more."""
    return _close(account, event.promise.id, BROKEN, stamp, "The promise is open again.")


def _opened(account: Account, stamp: Stamp, kind: str, key: str, reason: str, about_id: UUID, owner: str) -> Sequence[TaskOpened]:
    return open_task(account, stamp, kind=kind, key=key, reason=reason[:LONGEST], owner=owner, about_id=about_id)


def _collector(account: Account) -> str:
    customer = account.find(Customer, account.id)
    return "" if customer is None else customer.collector


def _close(account: Account, about_id: UUID, kind: str, stamp: Stamp, note: str) -> Sequence[TaskClosed]:
    found = [task for task in account.all(Task) if task.kind == kind and task.about_id == about_id]
    return [TaskClosed(task=evolve(task, state=TaskState.CANCELLED, note=note, closed_at=stamp.at)) for task in found]
