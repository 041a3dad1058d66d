"""The host's own word on whose a dispute is, asked for before the command is run."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from attrs import evolve

from lockportal.context import Context
from lockportal.core.actor import SYSTEM, Actor
from lockportal.core.errors import LockportalError
from lockportal.core.record import Event
from lockportal.disputes.commands import OpenDispute
from lockportal.disputes.models import Dispute, DisputeOpened
from lockportal.disputes.ports import DisputeRequest
from lockportal.disputes.routing import Assignment
from lockportal.profiles import queries as profiles


class Owners:
    """Asks the hook whose a dispute is, where any plugin has it."""

    def __init__(self, context: Context) -> None:
        """Bind the hook."""
        hook = context.hook.lockportal_route_dispute
        self._shell = context.shell
        self._ask: Callable[..., Assignment | None] | None = hook if hook.get_hookimpls() else None

    def routed(self, command: OpenDispute, by: Actor) -> OpenDispute:
        """Answer the command with whose the dispute is by the hook; what is refused anyway is not asked."""
        if self._ask is None:
            return command
        try:
            coming = opened(self._shell.rehearse(command, by).events)
        except LockportalError:
            return command  # running it says the same, or knows that it was done before
        return evolve(command, assignment=self.asked(coming))

    def asked(self, coming: Dispute) -> Assignment | None:
        """Ask whose a dispute is; None leaves it to the settings."""
        if self._ask is None:
            return None
        customer = self._shell.ask(profiles.CUSTOMER, SYSTEM, account_id=coming.account_id)[0]
        request = DisputeRequest(
            account_id=coming.account_id,
            customer_number=customer.number,
            document_id=coming.document_id,
            number=coming.number,
            category=coming.category,
            reason=coming.reason,
            amount=coming.amount,
            assignment=Assignment(owner=coming.owner, department=coming.department),
        )
        return self._ask(request=request)


def opened(events: Sequence[Event]) -> Dispute:
    """Answer the dispute that was opened."""
    return next(event.dispute for event in events if isinstance(event, DisputeOpened))
