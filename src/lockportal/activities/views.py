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
from lockportal.disputes.views import SlaState


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
    sla: SlaState | None = None
    """How the clocks stand of the dispute that it is about; None where none is running."""
    due_at: datetime | None = None
    """When that dispute is to be answered or decided next."""

    @property
    def words(self) -> str:
        """Why it is to be done, without what is for technicians."""
        return self.reason.partition("\n")[0]

    @property
    def detail(self) -> str:
        """What is for technicians; often nothing."""
        return self.reason.partition("\n")[2]


_TOLD: Final[Mapping[str, str]] = MappingProxyType(
    {
        "documents.documents_stored": "Documents arrived, or changed",
        "documents.documents_rebalanced": "Open amounts changed",
        "ledger.entries_posted": "Posted to the ledger",
        "payments.payment_started": "A payment was begun, or recorded",
        "payments.operation_asked": "A capture, a void or a refund was asked for",
        "payments.operation_observed": "A payment went on",
        "payments.operation_due": "The gateway was asked about a payment",
        "payments.payment_reviewed": "A payment was reviewed",
        "payments.credits_applied": "Credit went to documents, or came off them",
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
