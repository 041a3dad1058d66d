"""What lists of tasks and timelines show, pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Final
from uuid import UUID

from attrs import frozen

from lockportal.core.account import Capability
from lockportal.core.record import noun


@frozen(kw_only=True)
class TaskRow:
    """One open task in a list, with the customer it concerns (empty for an account that is no customer's)."""

    id: UUID
    account_id: UUID
    customer_number: str
    customer_name: str
    kind: str
    owner: str
    due_on: date
    overdue: bool
    reason: str
    about_id: UUID | None

    @property
    def words(self) -> str:
        """Why it is to be done, without what is for technicians."""
        return self.reason.partition("\n")[0]

    @property
    def detail(self) -> str:
        """What is for technicians; often nothing."""
        return self.reason.partition("\n")[2]


@frozen(kw_only=True)
class TimelineRow:
    """One event of a customer's journal: when, by whom, what, and how many records of which ids it changed."""

    version: int
    n: int
    at: datetime
    by: str
    type: str
    text: str
    ids: tuple[UUID, ...]


_TOLD: Final[Mapping[str, str]] = MappingProxyType(
    {
        "documents.documents_stored": "Documents arrived, or changed",
        "documents.documents_rebalanced": "Open amounts changed",
        "ledger.entries_posted": "Posted to the ledger",
        "profiles.customer_stored": "The customer was opened, or its details changed",
        "profiles.contact_stored": "A contact was added or changed",
        "profiles.contact_invited": "A contact was invited to the portal",
        "activities.task_opened": "A task was opened",
        "activities.task_assigned": "A task was assigned",
        "activities.task_rescheduled": "A task was put off",
        "activities.task_closed": "A task was closed",
    }
)


def told(capabilities: tuple[Capability, ...]) -> Mapping[str, str]:
    """Answer what a timeline calls each type of event: in a phrase, else in the first sentence of its docstring."""
    words = {
        f"{capability.name}.{noun(event)}": (event.__doc__ or noun(event)).strip().partition("\n")[0].rstrip(".")
        for capability in capabilities
        for event in capability.events
    }
    return MappingProxyType({**words, **_TOLD})
