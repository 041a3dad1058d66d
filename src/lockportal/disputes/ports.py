"""What a host decides of disputes: who gets one."""

from __future__ import annotations

from uuid import UUID

import pluggy
from attrs import frozen

from lockportal.core.money import Money
from lockportal.disputes.models import DisputeCategory
from lockportal.disputes.routing import Assignment

_spec = pluggy.HookspecMarker("lockportal")


@frozen(kw_only=True)
class DisputeRequest:
    """A dispute about to be opened, for who decides whose it is: `assignment` is what the settings say."""

    account_id: UUID
    customer_number: str
    document_id: UUID
    number: str
    category: DisputeCategory
    reason: str
    amount: Money
    assignment: Assignment


class Hooks:
    """The hooks of disputes."""

    @_spec(firstresult=True)
    def lockportal_route_dispute(self, request: DisputeRequest) -> Assignment | None:
        """Answer who looks after a dispute that is about to be opened; None leaves it to others and the settings."""
