"""What of webhooks a person has to look at becomes a task: an endpoint that is gone or failing, a write-back that was refused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from attrs import evolve

from lockportal.activities.models import LONGEST, Task, TaskClosed, TaskState, open_task
from lockportal.core.account import Account
from lockportal.core.record import Event, Stamp
from lockportal.profiles.models import Customer
from lockportal.webhooks.models import (
    EndpointDisabled,
    EndpointEnabled,
    EndpointFailing,
    EndpointRecovered,
    EndpointRemoved,
    WriteBackRefused,
    WriteBackTaken,
)

GONE: Final = "webhooks.gone"
FAILING: Final = "webhooks.failing"
REFUSED: Final = "webhooks.refused"


def chase_gone(event: EndpointDisabled, account: Account, stamp: Stamp) -> Sequence[Event]:
    """Have somebody look into an endpoint that asked to be told nothing more; its other task is over."""
    closed = _close(account, event.endpoint.id, (FAILING,), stamp, "The endpoint is disabled.")
    if not event.gone:
        return closed
    reason = (
        f"The program at the endpoint {event.endpoint.name} answered that it is gone, and is told nothing more. Ask whoever looks"
        " after it; then enable the endpoint, or remove it."
    )
    return [*closed, *_opened(account, stamp, GONE, f"webhook-gone/{stamp.id}", reason, event.endpoint.id)]


def chase_failing(event: EndpointFailing, account: Account, stamp: Stamp) -> Sequence[Event]:
    """Have somebody look into an endpoint that has taken nothing in ten attempts."""
    reason = (
        f"The program at the endpoint {event.endpoint.name} did not take what it was told, in ten attempts over three days. Have"
        " whoever looks after it see to it; then send again what failed."
    )
    return _opened(account, stamp, FAILING, f"webhook-failing/{stamp.id}", reason, event.endpoint.id)


def end_failing(event: EndpointEnabled | EndpointRecovered | EndpointRemoved, account: Account, stamp: Stamp) -> Sequence[Event]:
    """Close what is to be done about an endpoint that works again, or is no more."""
    return _close(account, event.endpoint.id, (GONE, FAILING), stamp, "The endpoint was seen to.")


def chase_write_back(event: WriteBackRefused, account: Account, stamp: Stamp) -> Sequence[Event]:
    """Have the customer's collector see to what another program did not write into the books."""
    refusal, customer = event.refusal, account.find(Customer, account.id)
    reason = (
        f"{refusal.endpoint} did not take what happened here into its books. Put it right there or here, then send it again."
        f"\n{refusal.type}, {refusal.status}: {refusal.reason}"
    )
    owner = "" if customer is None else customer.collector
    return _opened(account, stamp, REFUSED, f"webhook-refused/{refusal.id}/{stamp.id}", reason, refusal.id, owner)


def end_write_back(event: WriteBackTaken, account: Account, stamp: Stamp) -> Sequence[Event]:
    """Close the task of what was taken after all."""
    return _close(account, event.refusal.id, (REFUSED,), stamp, "It was taken.")


def _opened(account: Account, stamp: Stamp, kind: str, key: str, reason: str, about_id: UUID, owner: str = "") -> Sequence[Event]:
    return open_task(account, stamp, kind=kind, key=key, reason=reason[:LONGEST], owner=owner, about_id=about_id)


def _close(account: Account, about_id: UUID, kinds: tuple[str, ...], stamp: Stamp, note: str) -> Sequence[TaskClosed]:
    found = [task for task in account.all(Task) if task.kind in kinds and task.about_id == about_id]
    return [TaskClosed(task=evolve(task, state=TaskState.CANCELLED, note=note, closed_at=stamp.at)) for task in found]
